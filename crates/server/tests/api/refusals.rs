//! What is no message, or cannot be answered: refused, and nothing is kept of it.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use testkit::app::{Database, answer};

use crate::support::{fields, problem, start, start_with};

#[rstest]
#[tokio::test]
async fn a_message_has_text_within_its_limits(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__LIMITS__MESSAGE_CHARS", 10)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let path = format!("/v1/sessions/{session}/messages");
    for body in [
        json!({"message_text": ""}),
        json!({"message_text": " \n\t\u{a0}"}),
        json!({"message_text": "a\u{0}b"}),
        json!({"message_text": "я".repeat(11)}),
        json!({"message_text": 5}),
        json!({"message_text": null}),
        json!({}),
    ] {
        let refused = anna.post(&path, &body).await;
        assert_eq!((problem(&refused).as_str(), fields(&refused)), ("422 invalid", vec!["message_text"]), "{body}");
    }
    assert_eq!(app.query_i64("SELECT count(*) FROM messages").await.unwrap(), 0);
    assert_eq!(app.query_i64("SELECT count(*) FROM turns").await.unwrap(), 0);
    for text in ["👍".repeat(10), "a\u{1}b\r\n ".into()] {
        let (status, _, body) = anna.send(session, &text).await;
        assert_eq!((status.as_u16(), &body["user_message"]["message_text"]), (201, &json!(text)));
    }
    assert_eq!(model.request_count(), 2);
}

#[rstest]
#[tokio::test]
async fn a_body_is_json_of_bounded_size(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__HTTP__MAX_BODY_BYTES", 2000)).await;
    let anna = app.register("Анна").await;
    let path = format!("/v1/sessions/{}/messages", anna.session().await);
    let post = |kind: &'static str, body: String| {
        answer(anna.request(Method::POST, &path).header("content-type", kind).body(body))
    };
    let message = |length: usize| json!({"message_text": "a".repeat(length)}).to_string();
    assert_eq!(problem(&post("application/json", message(2000)).await), "413 too-large");
    assert_eq!(post("application/json; charset=utf-8", message(1900)).await.0, 201);
    assert_eq!(problem(&post("text/plain", message(5)).await), "415 unsupported-media-type");
    let bare = answer(anna.request(Method::POST, &path).body(message(5))).await;
    assert_eq!(problem(&bare), "415 unsupported-media-type");
    for body in ["", "{", "{\"message_text\": }", "\u{feff}{}", "{\"message_text\": \"\\ud800\"}"] {
        assert_eq!(problem(&post("application/json", body.into()).await), "400 bad-request", "{body:?}");
    }
}

#[rstest]
#[case::json("application/json", 201)]
#[case::anything("*/*", 201)]
#[case::with_quality("text/html, application/json;q=0.9", 201)]
#[case::image("image/png", 406)]
#[case::html("text/html", 406)]
#[tokio::test]
async fn an_answer_has_an_acceptable_type(#[case] accept: &str, #[case] expected: u16) {
    let (model, app) = start(Database::Sqlite).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let answered = answer(anna.sending(session, "Привет").header("accept", accept)).await;
    assert_eq!(answered.0, expected, "{}", answered.2);
    if expected == 406 {
        assert_eq!(problem(&answered), "406 not-acceptable");
        assert_eq!(model.request_count(), 0);
    }
}

#[rstest]
#[tokio::test]
async fn there_is_nothing_elsewhere(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    assert_eq!(problem(&anna.get("/v1/nowhere").await), "404 not-found");
    assert_eq!(problem(&app.get("/nowhere").await), "404 not-found");
    assert_eq!(problem(&anna.put("/v1/sessions", &json!({})).await), "405 method-not-allowed");
    assert_eq!(problem(&anna.get("/v1/users").await), "405 method-not-allowed");
    assert_eq!(problem(&anna.get("/v1/messages/nonsense/stream").await), "404 not-found");
}
