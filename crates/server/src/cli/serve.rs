//! `beseda serve`: start in order, serve, stop in order.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::get, serve::ListenerExt as _};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use super::{CliError, open_database};
use crate::{
    app::{App, Shared},
    clock::Clock,
    cluster,
    config::{Config, seconds},
    db::open,
    http, jobs,
    lifecycle::stop_signal,
    settings,
    staff::links,
    telegram, telemetry,
};

/// How long connections and tasks may take to end once everything is settled.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Serves until the system asks to stop.
pub(super) async fn serve(config: Config) -> Result<(), CliError> {
    // Held until the process ends.
    let _lock = open::serve_lock(&config.database.url)?;
    let metrics = telemetry::init_metrics()?;
    let listener = listen(config.http.listen).await?;
    let metrics_listener = match config.metrics.listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let db = open_database(&config).await?;
    let app = App::new(config, db, Clock::System, metrics.clone()).await?;
    settings::keep(&app).await?;
    cluster::keep_lease(&app).await?;
    jobs::start(&app);
    invite_first_owner(&app).await?;
    telegram::start(&app);
    let upkeep = metrics.clone();
    // Also when nobody reads them: it is what bounds their memory.
    app.tasks.every("metrics", Duration::from_secs(5), move || {
        upkeep.run_upkeep();
        std::future::ready(Ok::<_, std::convert::Infallible>(()))
    });
    if let Some(listener) = metrics_listener {
        serve_metrics(&app, listener, metrics);
    }
    let closing = app.tasks.closing.clone();
    let signalled = app.tasks.closing.clone();
    app.tasks.spawn(async move {
        stop_signal().await;
        signalled.cancel();
    });
    tracing::info!(address = %listener.local_addr()?, "ready");
    let router = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    // Nagle's algorithm would hold each piece of a stream back for the peer's delayed acknowledgement.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let drained = app.clone();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        closing.cancelled().await;
        drain(&drained).await;
    });
    let server = std::future::IntoFuture::into_future(server);
    let ended = app.tasks.ended.clone();
    tokio::select! {
        served = server => served?,
        () = async { ended.cancelled().await; tokio::time::sleep(LAST_WAIT).await } => {
            tracing::warn!("connections were left open");
        }
    }
    stop(&app).await
}

/// Says in the log how to become the first owner. This line is the only place where the link is seen.
async fn invite_first_owner(app: &App) -> Result<(), CliError> {
    if let Some(link) = links::first(app.office()).await? {
        let url = link.url(&app.config);
        tracing::info!(url, "there is no owner yet: whoever opens this link within 15 minutes becomes the first one");
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).await.map_err(|source| CliError::Listen { address, source })
}

fn serve_metrics(app: &Shared, listener: TcpListener, handle: PrometheusHandle) {
    let router = Router::new().route("/metrics", get(move || std::future::ready(handle.render())));
    let ended = app.tasks.ended.clone();
    app.tasks.spawn(async move {
        let server = axum::serve(listener, router).with_graceful_shutdown(ended.cancelled_owned());
        if let Err(error) = server.await {
            tracing::error!(%error, "metrics");
        }
    });
}

/// No new turns; those in progress get a bounded time, then they are settled as interrupted.
async fn drain(app: &App) {
    let patience = seconds(app.config.http.shutdown_seconds);
    tracing::info!(turns = app.hub.count(), "stopping");
    if !all_settled(app, patience).await {
        app.tasks.interrupt.cancel();
        if !all_settled(app, LAST_WAIT).await {
            tracing::error!(turns = app.hub.count(), "turns are left to the next start");
        }
    }
    app.tasks.ended.cancel();
}

async fn all_settled(app: &App, limit: Duration) -> bool {
    let settled = async {
        while app.hub.count() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(limit, settled).await.is_ok()
}

async fn stop(app: &Shared) -> Result<(), CliError> {
    app.tasks.ended.cancel();
    if !app.tasks.wait(LAST_WAIT).await {
        tracing::warn!("background tasks were left running");
    }
    cluster::leave(app).await?;
    app.db.close().await;
    tracing::info!("stopped");
    Ok(())
}
