//! Another answer to the same message.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Answer, Database, Events, Person, answer, joined},
    model::{Behaviour, FakeModel},
};

use crate::support::{problem, start};

async fn regenerate(person: &Person, message: &Value) -> Answer {
    person.post(&format!("/v1/messages/{}/regenerate", message.as_str().unwrap()), &json!({})).await
}

/// Who said what in the newest request, the system text left out.
fn asked(model: &FakeModel) -> Vec<String> {
    let body: Value = serde_json::from_slice(&model.requests().last().unwrap().body).unwrap();
    let messages = body["messages"].as_array().unwrap().iter().skip(1);
    messages.map(|m| format!("{}: {}", m["role"].as_str().unwrap(), m["content"].as_str().unwrap())).collect()
}

#[rstest]
#[tokio::test]
async fn both_versions_are_kept_and_the_newest_counts(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    for text in ["первая", "вторая", "дальше"] {
        model.next(Behaviour::answer(text));
    }
    let (_, _, first) = anna.send(session, "вопрос").await;
    let question = &first["user_message"]["id"];
    let (status, _, second) = regenerate(&anna, question).await;
    assert_eq!(status, 201, "{second}");
    assert_eq!(asked(&model), ["user: вопрос"]);
    assert_eq!(second["user_message"], first["user_message"]);
    assert_eq!(second["ai_message"]["message_text"], "вторая");
    assert_ne!(second["ai_message"]["turn_id"], first["ai_message"]["turn_id"]);
    anna.send(session, "ещё вопрос").await;
    assert_eq!(asked(&model), ["user: вопрос", "assistant: вторая", "user: ещё вопрос"]);

    let (_, _, history) = anna.get(&format!("/v1/sessions/{session}/messages")).await;
    let texts: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|m| m["message_text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["дальше", "ещё вопрос", "вторая", "первая", "вопрос"]);
    assert_eq!(anna.subscription().await["used_requests"], 3);
}

#[rstest]
#[tokio::test]
async fn an_older_try_is_read_by_its_turn(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    for text in ["первая", "вторая"] {
        model.next(Behaviour::answer(text));
    }
    let (_, _, first) = anna.send(session, "вопрос").await;
    let question = first["user_message"]["id"].as_str().unwrap();
    let events = Events::open(anna.request(reqwest::Method::POST, &format!("/v1/messages/{question}/regenerate")));
    let events = events.await.rest().await;
    assert_eq!((joined(&events).as_str(), events[0].json()["message_id"].as_str()), ("вторая", Some(question)));

    let stream = format!("/v1/messages/{question}/stream");
    let read = |path: String| {
        let request = anna.request(reqwest::Method::GET, &path);
        async { Events::open(request).await.rest().await }
    };
    assert_eq!(joined(&read(stream.clone()).await), "вторая");
    let turn = |answer: &Value| answer["turn_id"].as_str().unwrap().to_owned();
    assert_eq!(joined(&read(format!("{stream}?turn={}", turn(&first["ai_message"]))).await), "первая");
    assert_eq!(joined(&read(format!("{stream}?turn={}", turn(&events[0].json()))).await), "вторая");
    let other = anna.send(session, "другой вопрос").await.2;
    let mixed = format!("{stream}?turn={}", turn(&other["ai_message"]));
    assert_eq!(problem(&anna.get(&mixed).await), "404 not-found");
}

#[rstest]
#[tokio::test]
async fn a_try_at_an_earlier_message_sees_what_was_said_before_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::echo());
    let mut questions = Vec::new();
    for text in ["один", "два", "три"] {
        questions.push(anna.send(session, text).await.2["user_message"]["id"].clone());
    }
    model.next(Behaviour::answer("иначе"));
    regenerate(&anna, &questions[1]).await;
    assert_eq!(asked(&model), ["user: один", "assistant: один", "user: два"]);
    anna.send(session, "четыре").await;
    assert_eq!(
        asked(&model),
        [
            "user: один",
            "assistant: один",
            "user: два",
            "assistant: иначе",
            "user: три",
            "assistant: три",
            "user: четыре"
        ]
    );
}

#[rstest]
#[tokio::test]
async fn a_failure_can_be_tried_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(Behaviour::error(400, "{}"));
    let failed = anna.send(session, "вопрос").await;
    assert_eq!(problem(&failed), "502 model-failed");
    let (status, _, answered) = regenerate(&anna, &failed.2["message_id"]).await;
    assert_eq!(status, 201, "{answered}");
    assert_eq!(answered["user_message"]["id"], failed.2["message_id"]);
    // A try that fails takes nothing from the answer before it.
    model.next(Behaviour::error(400, "{}"));
    assert_eq!(problem(&regenerate(&anna, &failed.2["message_id"]).await), "502 model-failed");
    anna.send(session, "дальше").await;
    assert_eq!(asked(&model), ["user: вопрос", "assistant: Привет! Hello.", "user: дальше"]);
    assert_eq!(anna.subscription().await["used_requests"], 2);
}

#[rstest]
#[tokio::test]
async fn a_try_has_its_own_key(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let (_, _, first) = anna.send(session, "вопрос").await;
    let path = format!("/v1/messages/{}/regenerate", first["user_message"]["id"].as_str().unwrap());
    let again = || answer(anna.request(reqwest::Method::POST, &path).header("idempotency-key", "again"));
    let (one, two) = tokio::join!(again(), again());
    assert_eq!((one.0.as_u16(), &one.2), (201, &two.2));
    assert_eq!(again().await.2, one.2);
    assert_eq!(model.request_count(), 2);
    let later = anna.request(reqwest::Method::POST, &path).header("prefer", "respond-async");
    assert_eq!(answer(later).await.0, 202);
}

#[rstest]
#[tokio::test]
async fn only_ones_own_questions_in_open_dialogues(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let session = anna.session().await;
    let (_, _, first) = anna.send(session, "вопрос").await;
    assert_eq!(problem(&regenerate(&anna, &first["ai_message"]["id"]).await), "404 not-found");
    assert_eq!(problem(&regenerate(&anna, &json!(uuid::Uuid::nil())).await), "404 not-found");
    assert_eq!(problem(&regenerate(&boris, &first["user_message"]["id"]).await), "404 not-found");
    anna.post(&format!("/v1/sessions/{session}/end"), &json!({})).await;
    assert_eq!(problem(&regenerate(&anna, &first["user_message"]["id"]).await), "409 session-ended");
    assert_eq!(anna.subscription().await["used_requests"], 1);
}
