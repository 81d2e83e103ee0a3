//! Sending a message: answered whole, streamed, or later.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{
    app::{Database, id_of, joined},
    model::Behaviour,
};

use crate::support::{assert_shows, problem, start};

#[rstest]
#[tokio::test]
async fn a_whole_answer(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let (status, headers, body) = anna.send(session, "  Привет,\nкак дела?  ").await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(headers["content-type"], "application/json");
    assert_shows!(body, @r#"
    {
      "ai_message": {
        "answers_id": "[id]",
        "created_at": "[time]",
        "finish_reason": "stop",
        "id": "[id]",
        "message_text": "Привет! Hello.",
        "sender": "ai",
        "session_id": "[id]",
        "status": "complete",
        "token_usage": 9,
        "turn_id": "[id]"
      },
      "subscription": {
        "auto_renew": true,
        "end_date": "[time]",
        "id": "[id]",
        "is_active": true,
        "limit_state": "open",
        "next_plan": null,
        "plan_name": "free",
        "provider": null,
        "remaining": 49,
        "reserved": 0,
        "start_date": "[time]",
        "unit": "requests",
        "usage_limit": 50,
        "used_requests": 1,
        "used_tokens": 9
      },
      "user_message": {
        "answers_id": null,
        "created_at": "[time]",
        "finish_reason": null,
        "id": "[id]",
        "message_text": "  Привет,\nкак дела?  ",
        "sender": "user",
        "session_id": "[id]",
        "status": "complete",
        "token_usage": null,
        "turn_id": "[id]"
      }
    }
    "#);
    let (question, answer) = (&body["user_message"], &body["ai_message"]);
    assert_eq!(answer["answers_id"], question["id"]);
    assert_eq!(answer["turn_id"], question["turn_id"]);
    assert_eq!(body["subscription"], anna.subscription().await);
}

#[rstest]
#[tokio::test]
async fn a_streamed_answer(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let deltas = ["При", "вет, ", "👩\u{200d}👩\u{200d}👧", " и 👍🏽", "!\n", "e\u{301}", " 𝄞"];
    model.always(Behaviour::deltas(deltas).chunk_delay(Duration::from_millis(20)));
    let stream = anna.open_stream(session, "Привет").await;
    assert_eq!(stream.headers()["cache-control"], "no-store");
    let events = stream.rest().await;

    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!((names[0], names[names.len() - 1]), ("accepted", "done"));
    assert!(names[1..names.len() - 1].iter().all(|name| *name == "delta"), "{names:?}");
    let mut text = String::new();
    for delta in &events[1..events.len() - 1] {
        text.push_str(&delta.text());
        assert_eq!(delta.id, text.chars().count().to_string(), "{text}");
    }
    assert_eq!(text, deltas.concat());
    assert_eq!((events[0].id.as_str(), events.last().unwrap().id.as_str()), ("0", "end"));
    assert_shows!(events[0].json(), @r#"
    {
      "message_id": "[id]",
      "turn_id": "[id]"
    }
    "#);
    let done = events.last().unwrap().json();
    assert_eq!(done["ai_message"]["message_text"], text);
    assert_eq!(done["ai_message"]["turn_id"], events[0].json()["turn_id"]);
    assert_eq!(done["subscription"], anna.subscription().await);
    assert_eq!(done.as_object().unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn an_answer_for_later(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let (status, headers, body) = anna.send_async(session, "Привет").await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(headers["preference-applied"], "respond-async");
    assert_eq!(headers["location"].to_str().unwrap(), body["stream_url"].as_str().unwrap());
    let (message, turn) = (body["message_id"].as_str().unwrap(), body["turn_id"].as_str().unwrap());
    assert_eq!(body["stream_url"], format!("/v1/messages/{message}/stream?turn={turn}"));
    let url = body["stream_url"].as_str().unwrap();
    let events = testkit::app::Events::open(anna.request(reqwest::Method::GET, url)).await.rest().await;
    assert_eq!(joined(&events), "Привет! Hello.");
    assert_eq!(events.last().unwrap().name, "done");
}

#[rstest]
#[tokio::test]
async fn no_answer_at_all(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::error(400, r#"{"error":{"message":"no"}}"#));
    let whole = anna.send(session, "Привет").await;
    assert_eq!(problem(&whole), "502 model-failed");
    assert_shows!(whole.2, @r#"
    {
      "message_id": "[id]",
      "status": 502,
      "title": "The model gave no answer",
      "turn_id": "[id]",
      "type": "model-failed"
    }
    "#);
    let events = anna.stream(session, "Привет").await;
    assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["accepted", "error"]);
    assert_eq!(events[1].id, "end");
    assert_shows!(events[1].json(), @r#"
    {
      "problem": {
        "message_id": "[id]",
        "status": 502,
        "title": "The model gave no answer",
        "turn_id": "[id]",
        "type": "model-failed"
      }
    }
    "#);
    let (_, _, history) = anna.get(&format!("/v1/sessions/{session}/messages")).await;
    let items = history["items"].as_array().unwrap();
    assert!(items.len() == 2 && items.iter().all(|message| message["sender"] == "user"), "{history}");
    assert_eq!(whole.2["message_id"], items[1]["id"]);
}

#[rstest]
#[tokio::test]
async fn messages_of_a_dialogue_are_answered_one_after_another(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::echo().chunk_delay(Duration::from_millis(5)));
    let texts: Vec<String> = (0..10).map(|number| format!("вопрос номер {number} из десяти")).collect();
    let answers = join_all(texts.iter().map(|text| anna.send(session, text))).await;
    for ((status, _, body), text) in answers.iter().zip(&texts) {
        assert_eq!(*status, 201, "{body}");
        assert_eq!(&body["ai_message"]["message_text"], text);
    }
    // Each request holds the whole dialogue before it, questions and answers by turns.
    for (number, request) in model.requests().iter().enumerate() {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let messages = body["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 2 + 2 * number);
        for pair in messages[1..messages.len() - 1].chunks(2) {
            assert_eq!((&pair[0]["role"], &pair[1]["role"]), (&json!("user"), &json!("assistant")));
            assert_eq!(pair[0]["content"], pair[1]["content"]);
        }
    }
}

#[rstest]
#[tokio::test]
async fn waiting_messages_keep_their_order(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(Behaviour::echo().first_delay(Duration::from_millis(300)));
    model.always(Behaviour::echo());
    let mut messages = Vec::new();
    for number in 0..6 {
        messages.push(anna.send_later(session, &format!("вопрос {number}")).await);
    }
    for message in &messages {
        anna.resume(*message, None).await.until("done").await;
    }
    let (_, _, history) = anna.get(&format!("/v1/sessions/{session}/messages")).await;
    let questions = history["items"].as_array().unwrap().iter().filter(|message| message["sender"] == "user");
    let questions: Vec<_> = questions.map(|message| id_of(&message["id"])).rev().collect();
    assert_eq!(questions, messages);
    assert_eq!(model.request_count(), 6);
}

#[rstest]
#[tokio::test]
async fn a_reader_who_leaves_stops_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(20).chunk_delay(Duration::from_millis(10)));
    let mut stream = anna.open_stream(session, "Привет").await;
    let message = id_of(&stream.next().await.unwrap().json()["message_id"]);
    drop(stream);
    let done = anna.resume(message, None).await.until("done").await.json();
    assert_eq!(done["ai_message"]["status"], "complete");
    assert_eq!(model.disconnects(), 0);
}
