//! What waits for the same rows of PostgreSQL does so in one order: nobody waits for each other.

use std::{sync::Arc, time::Duration};

use reqwest::StatusCode;
use rstest::rstest;
use testkit::{
    app::{Database, TestApp, answer},
    model::{Behaviour, FakeModel},
};
use tokio::task::JoinSet;

use crate::{
    books,
    support::{in_time, service, within},
};

/// Whether another connection to the service's database runs a statement that begins so, and waits.
async fn waits(app: &TestApp, statement: &str) -> bool {
    let sql = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
         AND wait_event IN ('PgSleep', 'tuple', 'transactionid') AND query LIKE '{statement}%'"
    );
    app.query_i64(&sql).await.unwrap() > 0
}

/// A message that is sent again locks the subscription and then meets its turn; the end of that turn is written at the
/// same time.
#[rstest]
#[case::with_an_answer(Behaviour::tokens(5).chunk_delay(Duration::from_millis(300)), StatusCode::CREATED)]
#[case::without_an_answer(Behaviour::tokens(5).first_delay(Duration::from_secs(30)), StatusCode::GATEWAY_TIMEOUT)]
#[tokio::test]
async fn a_message_is_sent_again_while_its_turn_ends(#[case] behaviour: Behaviour, #[case] expected: StatusCode) {
    let model = FakeModel::start().await.unwrap();
    let service = service(Database::Postgres, &model);
    let service = service.env("BESEDA__LLM__FIRST_TOKEN_SECONDS", 2).env("BESEDA__LLM__RETRIES", 0);
    let app = Arc::new(service.start().await.unwrap());
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(behaviour);
    let send = || anna.sending(session, "Слышно?").header("idempotency-key", "once");
    let (status, ..) = answer(send().header("prefer", "respond-async")).await;
    assert_eq!(status, StatusCode::ACCEPTED);

    let locking = app.clone();
    let mut locked = JoinSet::new();
    locked.spawn(async move {
        let sql = "WITH locked AS (SELECT id FROM subscriptions FOR UPDATE) SELECT pg_sleep(4) FROM locked";
        locking.execute(sql).await.unwrap();
    });
    within(20, "the subscription is locked", || waits(&app, "WITH locked AS (SELECT id FROM subscriptions FOR")).await;
    let again = send().header("accept", "application/json");
    let mut repeated = JoinSet::new();
    repeated.spawn(async move { answer(again).await });
    within(20, "the repetition waits", || waits(&app, "UPDATE subscriptions SET reserved = reserved + 1")).await;

    locked.join_all().await;
    let (status, _, body) = in_time(10, "the repetition is answered", repeated.join_next()).await.unwrap().unwrap();
    assert_eq!(status, expected, "{body}");
    within(20, "the turn has its end", || async { books::open_turns(&app).await == 0 }).await;
    books::assert_balanced(&app).await;
    // The server counts a deadlock when the connection that met it next rests.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(app.query_i64(deadlocks).await.unwrap(), 0);
}
