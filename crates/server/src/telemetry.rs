//! Logs on stderr and metrics for Prometheus. Neither carries a message's text or a secret.

use std::io::IsTerminal as _;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `log.level` is not a filter.
    #[error("log.level is not a level or a list of directives: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// The recorder could not be installed.
    #[error("metrics: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

/// Sends logs to stderr.
pub fn init_logs(log: &Log) -> Result<(), TelemetryError> {
    // The HTTP libraries log headers and addresses at debug and trace: they stay at info whatever is asked of them. (What is
    // asked of a span, `[request]=trace`, is heard of its whole inside; tests/api/secrets.rs looks for secrets there, too.)
    let quiet = ["hyper=info", "hyper_util=info", "reqwest=info", "h2=info", "rustls=info", "sqlx=warn"];
    let mut filter: EnvFilter = log.level.parse()?;
    for directive in quiet {
        filter = filter.add_directive(directive.parse()?);
    }
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call, as in tests, keeps the first.
    if json {
        drop(logs.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init());
    } else {
        drop(logs.with_ansi(std::io::stderr().is_terminal()).try_init());
    }
    Ok(())
}

/// Collects metrics; the handle renders them.
pub fn init_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &seconds)?
        .install_recorder()?;
    describe();
    Ok(handle)
}

fn describe() {
    use metrics::{Unit, describe_counter as counter, describe_gauge as gauge, describe_histogram as histogram};
    counter!("beseda_http_requests_total", Unit::Count, "Requests by method, route and status");
    histogram!("beseda_http_request_seconds", Unit::Seconds, "Time to the head of the response");
    counter!("beseda_turns_total", Unit::Count, "Turns by outcome");
    gauge!("beseda_turns_open", Unit::Count, "Turns in progress on this node");
    histogram!("beseda_first_token_seconds", Unit::Seconds, "From accepting a message to the first text");
    counter!("beseda_tokens_total", Unit::Count, "Tokens of answered turns");
    gauge!("beseda_streams_open", Unit::Count, "Open event streams");
    histogram!("beseda_db_seconds", Unit::Seconds, "Database transactions by use case");
    histogram!("beseda_model_seconds", Unit::Seconds, "Attempts at a model by provider");
    counter!("beseda_model_attempts_total", Unit::Count, "Attempts at a model by provider and outcome");
    gauge!("beseda_model_cost", Unit::Count, "Cost of attempts by provider since the start, by the configured prices");
    counter!(
        "beseda_payments_total",
        Unit::Count,
        "Charges, refunds and other events of payments by provider and kind"
    );
    counter!("beseda_jobs_total", Unit::Count, "Periodic work by job and outcome");
    counter!("beseda_queue_total", Unit::Count, "Queued work by kind and outcome");
    counter!("beseda_telegram_updates_total", Unit::Count, "What came from Telegram by kind");
    counter!("beseda_telegram_messages_total", Unit::Count, "Deliveries in Telegram by outcome");
}
