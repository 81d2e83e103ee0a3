//! For whoever starts and watches the service.

use rstest::rstest;
use testkit::{
    app::{Database, answer},
    model::Behaviour,
};

use crate::support::{eventually, problem, start, start_with};

#[rstest]
#[tokio::test]
async fn it_says_that_it_is_alive_and_ready(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let (status, headers, body) = app.get(path).await;
        assert_eq!((status.as_u16(), body.as_str()), (200, Some(text)));
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    }
}

#[rstest]
#[tokio::test]
async fn an_older_schema_is_not_ready(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    app.execute("DELETE FROM _sqlx_migrations").await.unwrap();
    assert_eq!(problem(&app.get("/readyz").await), "503 unavailable");
    assert_eq!(app.get("/healthz").await.0, 200);
}

#[rstest]
#[tokio::test]
async fn metrics_tell_of_a_turn(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    model.always(Behaviour::error(400, "{}"));
    anna.stream(session, "Привет").await;
    let scrape = || async { answer(app.client().get(app.metrics_url())).await.2.as_str().unwrap().to_owned() };
    let metrics = scrape().await;
    for line in [
        "beseda_turns_total{outcome=\"complete\"} 1",
        "beseda_turns_total{outcome=\"failed\"} 1",
        "beseda_tokens_total 9",
        "beseda_turns_open 0",
        "beseda_first_token_seconds_count 1",
        "beseda_http_requests_total{method=\"POST\",route=\"/v1/sessions/{id}/messages\",status=\"201\"} 1",
        "beseda_http_request_seconds_count{route=\"/v1/sessions/{id}/messages\"} 2",
        "beseda_streams_open ",
        "beseda_db_seconds_count{use_case=\"turn_start\"} 2",
        "beseda_db_seconds_count{use_case=\"turn_finish\"} 2",
        "beseda_model_seconds_count{provider=\"default\"} 2",
        "beseda_model_attempts_total{provider=\"default\",outcome=\"",
        "beseda_jobs_total{job=\"",
        "# TYPE beseda_http_request_seconds histogram",
    ] {
        assert!(metrics.lines().any(|found| found.starts_with(line)), "{line}\n{metrics}");
    }
    eventually("no stream is open", || async { scrape().await.contains("beseda_streams_open 0") }).await;
    assert_eq!(app.get("/metrics").await.0, 404);
}

#[rstest]
#[tokio::test]
async fn every_answer_has_the_headers_of_a_careful_server(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    for headers in [
        app.get("/healthz").await.1,
        app.get("/nowhere").await.1,
        app.get("/v1/me").await.1,
        anna.get("/v1/me").await.1,
        anna.send(session, "Привет").await.1,
        anna.open_stream(session, "Привет").await.headers().clone(),
    ] {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(headers[name], value, "{headers:?}");
        }
        assert!(headers["x-request-id"].to_str().unwrap().parse::<uuid::Uuid>().is_ok());
        assert!(!headers.contains_key("access-control-allow-origin"));
        assert!(!headers.contains_key("server"));
    }
}

#[rstest]
#[tokio::test]
async fn other_origins_are_kept_out_unless_configured(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let preflight = |app: &testkit::app::TestApp, origin: &str| {
        let request = app.client().request(reqwest::Method::OPTIONS, format!("{}/v1/me", app.base_url()));
        let request = request.header("origin", origin.to_owned()).header("access-control-request-method", "PUT");
        answer(request.header("access-control-request-headers", "authorization,idempotency-key"))
    };
    let (_model, app) = start(database).await;
    let (_, headers, _) = preflight(&app, "https://app.example").await;
    assert!(headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{headers:?}");
    drop(app);

    let origins = "https://app.example,https://other.example";
    let (_model, app) = start_with(database, |b| b.env("BESEDA__HTTP__CORS_ORIGINS", origins)).await;
    let (status, headers, _) = preflight(&app, "https://other.example").await;
    assert_eq!(status, 200);
    assert_eq!(headers["access-control-allow-origin"], "https://other.example");
    assert!(headers["access-control-allow-headers"].to_str().unwrap().contains("idempotency-key"));
    let (_, headers, _) = preflight(&app, "https://evil.example").await;
    assert!(!headers.contains_key("access-control-allow-origin"), "{headers:?}");
}

#[rstest]
#[tokio::test]
async fn stopping_settles_what_runs(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, mut app) = start_with(database, |b| b.env("BESEDA__HTTP__SHUTDOWN_SECONDS", 1)).await;
    let anna = app.register("Анна").await;
    let (one, two) = (anna.session().await, anna.session().await);
    model.next(Behaviour::tokens(5).hang_after(2));
    let begun = anna.send_later(one, "Привет").await;
    anna.resume(begun, None).await.until("delta").await;
    model.next(Behaviour::tokens(5).hang_after(0));
    let silent = anna.open_stream(two, "Привет").await;
    eventually("both are asked", || async { model.request_count() == 2 }).await;
    assert!(app.terminate().await.unwrap().success());
    let told = silent.rest().await.pop().unwrap();
    assert_eq!((told.name.as_str(), told.json()["problem"]["type"].as_str()), ("error", Some("interrupted")));

    app.restart().await.unwrap();
    let done = anna.resume(begun, None).await.until("done").await.json();
    assert_eq!(done["ai_message"]["message_text"], "слово1 слово2 ");
    assert_eq!(
        (&done["ai_message"]["status"], &done["ai_message"]["finish_reason"]),
        (&"partial".into(), &"interrupted".into())
    );
    let subscription = anna.subscription().await;
    assert_eq!((&subscription["used_requests"], &subscription["reserved"]), (&1.into(), &0.into()));
}

#[rstest]
#[tokio::test]
async fn a_short_answer_is_finished_before_stopping(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, mut app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(10).chunk_delay(std::time::Duration::from_millis(50)));
    let message = anna.send_later(session, "Привет").await;
    let mut stream = anna.resume(message, None).await;
    stream.until("delta").await;
    let (stopped, rest) = tokio::join!(app.terminate(), stream.rest());
    assert!(stopped.unwrap().success());
    let last = rest.last().unwrap().json();
    assert_eq!(last["ai_message"]["status"], "complete");
}
