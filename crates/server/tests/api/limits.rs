//! Limits of a person and of the node, each with its clear error.

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Events},
    model::Behaviour,
};

use crate::support::{eventually, problem, start_with};

#[rstest]
#[tokio::test]
async fn calls_of_a_person_are_limited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__LIMITS__CALLS_PER_MINUTE", 5)).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let session = anna.session().await;
    for _ in 0..4 {
        assert_eq!(anna.get("/v1/me").await.0, 200);
    }
    let refused = anna.get("/v1/me").await;
    assert_eq!(problem(&refused), "429 too-many-requests");
    let seconds: u64 = refused.1["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(problem(&anna.send(session, "Привет").await), "429 too-many-requests");
    assert_eq!(boris.get("/v1/me").await.0, 200);
}

#[rstest]
#[tokio::test]
async fn a_spent_quota_is_told_before_haste(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| {
        b.env("BESEDA__LIMITS__CALLS_PER_MINUTE", 3).env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1)
    })
    .await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    for _ in 0..4 {
        assert_eq!(problem(&anna.send(session, "Привет").await), "402 quota-exceeded");
    }
    assert_eq!(problem(&anna.get("/v1/me").await), "429 too-many-requests");
    assert_eq!(app.query_i64("SELECT reserved FROM subscriptions").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn calls_at_once_are_limited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__LIMITS__CALLS_AT_ONCE", 2)).await;
    let anna = app.register("Анна").await;
    let (one, two) = (anna.session().await, anna.session().await);
    model.always(Behaviour::tokens(5).hang_after(2));
    let mut streams = Vec::new();
    for session in [one, two] {
        let mut stream = anna.open_stream(session, "Привет").await;
        stream.until("delta").await;
        streams.push(stream);
    }
    assert_eq!(problem(&anna.get("/v1/me").await), "429 too-many-requests");
    assert_eq!(problem(&anna.send(one, "Привет").await), "429 too-many-requests");
    drop(streams);
    eventually("a reader who left is not counted", || async { anna.get("/v1/me").await.0 == 200 }).await;
}

#[rstest]
#[tokio::test]
async fn streams_and_turns_of_a_node_are_limited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) =
        start_with(database, |b| b.env("BESEDA__LIMITS__STREAMS", 1).env("BESEDA__LIMITS__TURNS", 2)).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let (hers, his) = (anna.session().await, boris.session().await);
    model.always(Behaviour::tokens(5).hang_after(2));
    let stream = anna.open_stream(hers, "Привет").await;
    let second = Events::ask(boris.sending(his, "Привет")).await;
    assert_eq!(second.status(), 503);
    assert_eq!(second.json::<serde_json::Value>().await.unwrap()["type"], "overloaded");
    let message = boris.send_later(his, "Привет").await;
    let resumed = boris.get(&format!("/v1/messages/{message}/stream")).await;
    assert_eq!(problem(&resumed), "503 overloaded");
    let third = app.register("Вера").await;
    let session = third.session().await;
    assert_eq!(problem(&third.send(session, "Привет").await), "503 overloaded");
    assert_eq!(third.subscription().await["reserved"], 0);
    drop(stream);
    eventually("a place is free again", || async {
        Events::ask(boris.request(reqwest::Method::GET, &format!("/v1/messages/{message}/stream"))).await.status()
            == 200
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn messages_that_wait_in_a_dialogue_are_limited(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__LIMITS__WAITING_PER_SESSION", 2)).await;
    let anna = app.register("Анна").await;
    let (full, free) = (anna.session().await, anna.session().await);
    model.always(Behaviour::tokens(5).hang_after(2));
    let running = anna.send_later(full, "этот отвечается").await;
    for text in ["второй", "третий"] {
        anna.send_later(full, text).await;
    }
    let refused = anna.send(full, "четвёртый").await;
    assert_eq!(problem(&refused), "429 too-many-waiting");
    assert!(refused.1["retry-after"].to_str().unwrap().parse::<u64>().is_ok());
    assert_eq!(anna.subscription().await["reserved"], 3);
    anna.send_later(free, "а здесь свободно").await;
    assert_eq!(anna.post(&format!("/v1/messages/{running}/stop"), &json!({})).await.0, 200);
    assert_eq!(anna.send_async(full, "четвёртый").await.0, 202);
    let stored = "SELECT count(*) FROM messages WHERE message_text = 'четвёртый'";
    assert_eq!(app.query_i64(stored).await.unwrap(), 1);
}
