//! What every test needs.

use std::{future::Future, time::Duration};

use serde_json::{Map, Value};
use testkit::{
    app::{Answer, Builder, Database, TestApp},
    model::FakeModel,
};
use uuid::Uuid;

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_beseda");

/// A service that asks `model`, not yet started.
pub(crate) fn service(database: Database, model: &FakeModel) -> Builder {
    TestApp::builder(BINARY, database).model(model)
}

/// A model, and a service that asks it.
pub(crate) async fn start(database: Database) -> (FakeModel, TestApp) {
    start_with(database, |builder| builder).await
}

/// The same with what `change` changes.
pub(crate) async fn start_with(database: Database, change: impl FnOnce(Builder) -> Builder) -> (FakeModel, TestApp) {
    let model = FakeModel::start().await.unwrap();
    let app = change(service(database, &model)).start().await.unwrap();
    (model, app)
}

/// A body with what differs in each run replaced: ids, times, tokens.
pub(crate) fn shown(body: &Value) -> Value {
    match body {
        Value::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), shown(v))).collect::<Map<_, _>>()),
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::String(text) if text.starts_with("ba_") || text.starts_with("br_") => "[token]".into(),
        Value::String(text) if text.parse::<Uuid>().is_ok() => "[id]".into(),
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => "[time]".into(),
        other => other.clone(),
    }
}

/// Compares a body, as [`shown`] shows it, with the text behind `@`; both databases give the same.
macro_rules! assert_shows {
    ($body:expr, @$expected:literal) => {
        insta::allow_duplicates! {
            insta::assert_json_snapshot!($crate::support::shown(&$body), @$expected)
        }
    };
}
pub(crate) use assert_shows;

/// Status and stable type of a problem, which must be one in every respect.
pub(crate) fn problem((status, headers, body): &Answer) -> String {
    assert_eq!(headers["content-type"], "application/problem+json", "{status} {body}");
    assert_eq!(body["status"], status.as_u16(), "{body}");
    assert!(body["title"].is_string(), "{body}");
    assert_eq!(headers.get("retry-after").is_some(), body.get("retry_after").is_some(), "{body}");
    format!("{} {}", status.as_u16(), body["type"].as_str().unwrap())
}

/// The fields that a problem names.
pub(crate) fn fields((_, _, body): &Answer) -> Vec<&str> {
    let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap()).collect()
}

/// Waits until `holds`; a minute is given to a busy machine.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..6000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never happened: {what}");
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "what a test sells and asks for is of the real time")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// So many days from now, or ago.
pub(crate) fn in_days(days: i64) -> jiff::Timestamp {
    now() + jiff::SignedDuration::from_hours(24 * days)
}

/// Lets so many days pass for everything that was paid and given.
pub(crate) async fn days_pass(app: &TestApp, days: i64) {
    let earlier = |column: &&str| match app.database() {
        Database::Sqlite => format!("{column} = {column} - {}", days * 86_400_000_000),
        Database::Postgres => format!("{column} = {column} - interval '{days} days'"),
    };
    for (table, columns) in [
        ("payments", &["occurred_at", "received_at", "paid_until"][..]),
        ("purchases", &["created_at"]),
        ("subscriptions", &["start_date", "end_date", "anchor_date", "yields_at"]),
    ] {
        let set: Vec<_> = columns.iter().map(earlier).collect();
        app.execute(&format!("UPDATE {table} SET {}", set.join(", "))).await.unwrap();
    }
}

/// `beseda …` beside the service, which must succeed: what it prints.
pub(crate) async fn run(app: &TestApp, arguments: &[&str]) -> String {
    let ran = app.run(arguments).await.unwrap();
    assert!(ran.success, "{arguments:?}: {}", ran.stderr);
    ran.stdout
}

/// The same where it must fail: its last words.
pub(crate) async fn refused(app: &TestApp, arguments: &[&str]) -> String {
    let ran = app.run(arguments).await.unwrap();
    assert!(!ran.success, "{arguments:?}: {}", ran.stdout);
    assert_eq!(ran.stdout, "", "{arguments:?}");
    ran.stderr.lines().last().unwrap_or_default().to_owned()
}

/// Waits until nothing is left to be done that can be done now.
pub(crate) async fn rests(app: &TestApp) {
    // What is told of a plan's end waits for a payment that may be on its way.
    let open = "SELECT COUNT(*) FROM jobs WHERE ended_at IS NULL AND kind <> 'plan-ended'";
    eventually("nothing is left to be done", || async { app.query_i64(open).await.unwrap() == 0 }).await;
}

/// The SQL that lists the names of all tables.
pub(crate) fn tables_sql(database: Database) -> &'static str {
    match database {
        // Not those of SQLite itself, which keeps what it knows of indexes.
        Database::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        Database::Postgres => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name"
        }
    }
}

/// The SQL that lists the columns of a table in their order.
pub(crate) fn columns_sql(database: Database, table: &str) -> String {
    match database {
        Database::Sqlite => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
        Database::Postgres => format!(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        ),
    }
}
