//! Periods of a plan: one that ended is followed by the next, at the next read or turn.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    model::Behaviour,
};

use crate::support::{problem, start, start_with};

fn micros(time: &Value) -> i64 {
    time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// Lets the person's period have begun and ended so many days earlier.
async fn earlier(app: &TestApp, person: &Person, days: i64) {
    let subscription = person.subscription().await;
    let shifted = |name: &str| app.sql_time(micros(&subscription[name]) - days * 86_400_000_000);
    let (start, end) = (shifted("start_date"), shifted("end_date"));
    let sql = format!(
        "UPDATE subscriptions SET start_date = {start}, anchor_date = {start}, end_date = {end} WHERE is_active"
    );
    assert_eq!(app.execute(&sql).await.unwrap(), 1);
}

/// Plan, used, reserved and state of all subscriptions, the oldest first.
async fn rows(app: &TestApp) -> Vec<String> {
    let sql = "SELECT plan_name || ' used ' || used_requests || ' reserved ' || reserved || \
               CASE WHEN is_active THEN ' active' ELSE '' END FROM subscriptions ORDER BY start_date, id";
    app.query_texts(sql).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn a_period_rolls_over_when_it_is_read(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    let first = anna.subscription().await;
    let month = micros(&first["end_date"]) - micros(&first["start_date"]);
    assert!((28..=31).contains(&(month / 86_400_000_000)));
    earlier(&app, &anna, 100).await;

    let second = anna.subscription().await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(
        (&second["used_requests"], &second["remaining"], &second["is_active"]),
        (&json!(0), &json!(50), &json!(true))
    );
    let now = micros(&first["start_date"]);
    assert!(micros(&second["start_date"]) <= now && micros(&second["end_date"]) > now, "{second}");
    assert_eq!(rows(&app).await, ["free used 1 reserved 0", "free used 0 reserved 0 active"]);
    assert_eq!(anna.subscription().await, second);
}

#[rstest]
#[tokio::test]
async fn a_period_rolls_over_at_the_next_turn(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    assert_eq!(problem(&anna.send(session, "Привет").await), "402 quota-exceeded");
    earlier(&app, &anna, 40).await;
    let sends = futures_util::future::join_all((0..8).map(|_| anna.send(session, "Привет"))).await;
    assert_eq!(sends.iter().filter(|(status, ..)| *status == 201).count(), 1);
    assert_eq!(rows(&app).await, ["free used 1 reserved 0", "free used 1 reserved 0 active"]);
}

#[rstest]
#[tokio::test]
async fn a_turn_that_spans_the_roll_over_counts_where_it_was_reserved(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(5).hang_after(2));
    let message = anna.send_later(session, "Привет").await;
    anna.resume(message, None).await.until("delta").await;
    earlier(&app, &anna, 40).await;
    let next = anna.subscription().await;
    assert_eq!(rows(&app).await, ["free used 0 reserved 1", "free used 0 reserved 0 active"]);
    anna.post(&format!("/v1/messages/{message}/stop"), &json!({})).await;
    assert_eq!(rows(&app).await, ["free used 1 reserved 0", "free used 0 reserved 0 active"]);
    assert_eq!(anna.subscription().await, next);
}

#[rstest]
#[tokio::test]
async fn another_plan_that_ends_is_followed_by_free(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    app.execute("UPDATE subscriptions SET plan_name = 'premium', usage_limit = 2000").await.unwrap();
    assert_eq!(anna.subscription().await["plan_name"], "premium");
    earlier(&app, &anna, 40).await;
    let next = anna.subscription().await;
    assert_eq!((&next["plan_name"], &next["usage_limit"]), (&json!("free"), &json!(50)));
}
