//! Stopping an answer.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, joined},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{assert_shows, eventually, problem, start};

async fn stop(person: &Person, message: Uuid) -> Value {
    let (status, _, body) = person.post(&format!("/v1/messages/{message}/stop"), &json!({})).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn used(person: &Person) -> (i64, i64) {
    let subscription = person.subscription().await;
    (subscription["used_requests"].as_i64().unwrap(), subscription["reserved"].as_i64().unwrap())
}

#[rstest]
#[tokio::test]
async fn a_running_answer_keeps_its_text(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(10).hang_after(3));
    let message = anna.send_later(session, "Привет").await;
    let mut stream = anna.resume(message, None).await;
    let mut events = vec![stream.next().await.unwrap()];
    while joined(&events) != "слово1 слово2 слово3 " {
        events.push(stream.next().await.unwrap());
    }

    let stopped = stop(&anna, message).await;
    assert_shows!(stopped, @r#"
    {
      "ai_message": {
        "answers_id": "[id]",
        "created_at": "[time]",
        "finish_reason": "stopped",
        "id": "[id]",
        "message_text": "слово1 слово2 слово3 ",
        "sender": "ai",
        "session_id": "[id]",
        "status": "partial",
        "token_usage": 148,
        "turn_id": "[id]"
      },
      "state": "stopped",
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
        "used_tokens": 148
      },
      "turn_id": "[id]"
    }
    "#);
    let rest = stream.rest().await;
    assert_eq!(rest.len(), 1);
    assert_eq!((rest[0].name.as_str(), &rest[0].json()["ai_message"]), ("done", &stopped["ai_message"]));
    assert_eq!(used(&anna).await, (1, 0));
    eventually("the model's connection is closed", || async { model.disconnects() == 1 }).await;
    // Stopping again changes nothing.
    assert_eq!(stop(&anna, message).await, stopped);
    let journal = "SELECT count(*) FROM ai_requests WHERE error_message = 'cancelled' AND status_code = 200";
    assert_eq!(app.query_i64(journal).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn before_the_first_word_there_is_no_answer(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(10).hang_after(0));
    let message = anna.send_later(session, "Привет").await;
    eventually("the model is asked", || async { model.request_count() == 1 }).await;
    let (stopped, events) = tokio::join!(stop(&anna, message), async { anna.resume(message, None).await.rest().await });
    assert_eq!((&stopped["state"], &stopped["ai_message"]), (&json!("stopped"), &json!(null)));
    let last = events.last().unwrap();
    assert_eq!((last.name.as_str(), last.id.as_str()), ("error", "end"));
    assert_eq!(last.json()["problem"]["type"], "stopped");
    assert_eq!(used(&anna).await, (0, 0));
    assert_eq!(app.query_i64("SELECT count(*) FROM messages").await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn the_caller_who_waits_is_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(10).hang_after(0));
    let stopping = async {
        eventually("the model is asked", || async { model.request_count() == 1 }).await;
        let (_, _, history) = anna.get(&format!("/v1/sessions/{session}/messages")).await;
        stop(&anna, testkit::app::id_of(&history["items"][0]["id"])).await
    };
    let (sent, _) = tokio::join!(anna.send(session, "Привет"), stopping);
    assert_eq!(problem(&sent), "409 stopped");
}

#[rstest]
#[tokio::test]
async fn a_waiting_message_gives_up_its_place(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::echo().first_delay(Duration::from_millis(500)));
    let first = anna.send_later(session, "первый").await;
    let second = anna.send_later(session, "второй").await;
    let third = anna.send_later(session, "третий").await;
    let stopped = stop(&anna, second).await;
    assert_eq!((&stopped["state"], &stopped["ai_message"]), (&json!("stopped"), &json!(null)));
    for (message, text) in [(first, "первый"), (third, "второй\n\nтретий")] {
        let done = anna.resume(message, None).await.until("done").await.json();
        assert_eq!(done["ai_message"]["message_text"], text);
    }
    assert_eq!(model.request_count(), 2);
    assert_eq!(used(&anna).await, (2, 0));
}

#[rstest]
#[tokio::test]
async fn an_answer_that_is_over_stays_as_it_is(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let session = anna.session().await;
    let (_, _, answered) = anna.send(session, "Привет").await;
    let id = |message: &Value| testkit::app::id_of(&message["id"]);
    let (question, answer) = (id(&answered["user_message"]), id(&answered["ai_message"]));
    let stopped = stop(&anna, question).await;
    assert_eq!((&stopped["state"], &stopped["ai_message"]), (&json!("complete"), &answered["ai_message"]));
    model.next(Behaviour::error(400, "{}"));
    let (_, _, failed) = anna.send(session, "Привет").await;
    let stopped = stop(&anna, failed["message_id"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!((&stopped["state"], &stopped["ai_message"]), (&json!("failed"), &json!(null)));

    for message in [answer, Uuid::nil()] {
        let refused = anna.post(&format!("/v1/messages/{message}/stop"), &json!({})).await;
        assert_eq!(problem(&refused), "404 not-found");
    }
    let refused = boris.post(&format!("/v1/messages/{question}/stop"), &json!({})).await;
    assert_eq!(problem(&refused), "404 not-found");
}
