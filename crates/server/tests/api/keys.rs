//! `Idempotency-Key`: the same send is the same turn.

use std::time::Duration;

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Events, answer},
    model::Behaviour,
};

use crate::support::{fields, problem, start, start_with};

#[rstest]
#[tokio::test]
async fn five_at_once_are_one_turn(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(8).first_delay(Duration::from_millis(300)).chunk_delay(Duration::from_millis(20)));
    let send = || anna.send_with_key(session, "Привет", "k");
    let running = join_all((0..5).map(|_| send())).await;
    let later = join_all((0..5).map(|_| send())).await;
    for (status, _, body) in running.iter().chain(&later) {
        assert_eq!((status.as_u16(), body), (201, &running[0].2));
    }
    assert_eq!(model.request_count(), 1);
    assert_eq!(app.query_i64("SELECT count(*) FROM messages").await.unwrap(), 2);
    let subscription = anna.subscription().await;
    assert_eq!((&subscription["used_requests"], &subscription["reserved"]), (&json!(1), &json!(0)));
    assert_eq!(app.query_i64("SELECT requests_count FROM usage_logs").await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn every_way_of_answering_replays_the_same_turn(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let sending = || anna.sending(session, "Привет").header("idempotency-key", "k");
    let (_, _, later) = answer(sending().header("prefer", "respond-async")).await;
    let streams = join_all((0..5).map(|_| async { Events::open(sending()).await.rest().await })).await;
    for events in &streams {
        assert_eq!(events[0].json()["turn_id"], later["turn_id"]);
        assert_eq!(events.last(), streams[0].last());
    }
    let (status, _, whole) = answer(sending()).await;
    assert_eq!(status, 201);
    assert_eq!(whole["ai_message"], streams[0].last().unwrap().json()["ai_message"]);
    let (_, _, again) = answer(sending().header("prefer", "respond-async")).await;
    assert_eq!(again, later);
    assert_eq!(model.request_count(), 1);
}

#[rstest]
#[tokio::test]
async fn a_key_stands_for_one_request_of_one_person(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let (hers, another, his) = (anna.session().await, anna.session().await, boris.session().await);
    let (_, _, first) = anna.send_with_key(hers, "Привет", "k").await;
    assert_eq!(problem(&anna.send_with_key(hers, "Пока", "k").await), "422 idempotency-key-reused");
    assert_eq!(problem(&anna.send_with_key(another, "Привет", "k").await), "422 idempotency-key-reused");
    let question = first["user_message"]["id"].as_str().unwrap();
    let again = anna.request(reqwest::Method::POST, &format!("/v1/messages/{question}/regenerate"));
    assert_eq!(problem(&answer(again.header("idempotency-key", "k")).await), "422 idempotency-key-reused");

    let (status, _, other) = boris.send_with_key(his, "Привет", "k").await;
    assert_eq!(status, 201);
    assert_ne!(other["ai_message"]["turn_id"], first["ai_message"]["turn_id"]);
    assert_eq!(model.request_count(), 2);
    assert_eq!(anna.subscription().await["used_requests"], 1);
}

#[rstest]
#[tokio::test]
async fn a_replay_is_answered_whatever_has_changed_since(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start_with(database, |b| {
        b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 2).env("BESEDA__LIMITS__CALLS_PER_MINUTE", 6)
    })
    .await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let (_, _, first) = anna.send_with_key(session, "Привет", "k").await;
    anna.send(session, "Ещё").await;
    assert_eq!(problem(&anna.send(session, "И ещё").await), "402 quota-exceeded");
    anna.post(&format!("/v1/sessions/{session}/end"), &json!({})).await;
    for _ in 0..3 {
        // Over the quota, too fast, and in an ended dialogue.
        let (status, _, body) = anna.send_with_key(session, "Привет", "k").await;
        assert_eq!((status.as_u16(), &body["ai_message"]), (201, &first["ai_message"]), "{body}");
    }
}

#[rstest]
#[tokio::test]
async fn a_failure_is_replayed_too(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(Behaviour::error(400, "{}"));
    let first = anna.send_with_key(session, "Привет", "k").await;
    assert_eq!(problem(&first), "502 model-failed");
    let second = anna.send_with_key(session, "Привет", "k").await;
    assert_eq!((problem(&second).as_str(), &second.2), ("502 model-failed", &first.2));
    assert_eq!(model.request_count(), 1);
}

#[rstest]
#[case("")]
#[case("with space")]
#[case("k\u{e9}")]
#[case(&"k".repeat(129))]
#[tokio::test]
async fn a_key_is_visible_ascii(#[case] key: &str) {
    let (_model, app) = start(Database::Sqlite).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let refused = anna.send_with_key(session, "Привет", key).await;
    assert_eq!((problem(&refused).as_str(), fields(&refused)), ("422 invalid", vec!["Idempotency-Key"]));
    assert_eq!(anna.send_with_key(session, "Привет", &"k".repeat(128)).await.0, 201);
}
