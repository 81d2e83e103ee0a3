//! `POST /v1/messages/{id}/report`.

use rstest::rstest;
use serde_json::json;
use testkit::{app::Database, model::Behaviour};

use crate::support::{assert_shows, problem, start};

#[rstest]
#[tokio::test]
async fn an_answer_is_reported_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(Behaviour::answer("Плохой ответ"));
    let (_, _, body) = anna.send(session, "Вопрос").await;
    let report = |id: &serde_json::Value| format!("/v1/messages/{}/report", id.as_str().unwrap());
    let answer = report(&body["ai_message"]["id"]);
    let (status, _, first) = anna.post(&answer, &json!({"category": "wrong", "comment": " Это неправда.\n"})).await;
    assert_eq!(status, 201);
    assert_shows!(first, @r#"
    {
      "category": "wrong",
      "comment": "Это неправда.",
      "created_at": "[time]",
      "id": "[id]",
      "message_id": "[id]",
      "state": "open"
    }
    "#);
    assert_eq!(first["message_id"], body["ai_message"]["id"]);
    // By the question, its newest answer is meant: the same report.
    let question = report(&body["user_message"]["id"]);
    let (status, _, second) = anna.post(&question, &json!({"category": "harmful", "comment": "И опасно."})).await;
    assert_eq!((status.as_u16(), &second["id"]), (200, &first["id"]));
    assert_eq!((&second["category"], &second["comment"]), (&json!("harmful"), &json!("И опасно.")));
    let (status, _, third) = anna.post(&answer, &json!({"category": "other"})).await;
    assert_eq!((status.as_u16(), &third["comment"]), (200, &json!("И опасно.")), "what is not said stays");
    // Another answer is another report.
    model.next(Behaviour::answer("Другой ответ"));
    let again = format!("/v1/messages/{}/regenerate", body["user_message"]["id"].as_str().unwrap());
    let (_, _, other) = anna.post(&again, &json!({})).await;
    let (status, _, fourth) = anna.post(&question, &json!({"category": "other"})).await;
    assert_eq!((status.as_u16(), &fourth["message_id"]), (201, &other["ai_message"]["id"]));
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM reports").await.unwrap(), 2);
    // It goes with the dialogue.
    assert_eq!(anna.delete(&format!("/v1/sessions/{session}")).await.0, 204);
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM reports").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn what_can_t_be_reported(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let session = anna.session().await;
    let (_, _, body) = anna.send(session, "Вопрос").await;
    let answer = format!("/v1/messages/{}/report", body["ai_message"]["id"].as_str().unwrap());
    let good = json!({"category": "other"});
    assert_eq!(problem(&boris.post(&answer, &good).await), "404 not-found");
    assert_eq!(
        problem(&anna.post("/v1/messages/01890a5d-ac96-774b-bcce-b302099a8057/report", &good).await),
        "404 not-found"
    );
    assert_eq!(problem(&anna.post("/v1/messages/nonsense/report", &good).await), "404 not-found");
    assert_eq!(problem(&anna.post(&answer, &json!({"category": "boring"})).await), "422 invalid");
    assert_eq!(problem(&anna.post(&answer, &json!({})).await), "422 invalid");
    for comment in ["", "  ", "a\u{0}b", &"я".repeat(2_001)] {
        assert_eq!(
            problem(&anna.post(&answer, &json!({"category": "other", "comment": comment})).await),
            "422 invalid"
        );
    }
    assert_eq!(problem(&app.post(&answer, &good).await), "401 unauthorized");
    // A question without any answer.
    model.next(Behaviour::error(400, "no"));
    let (_, _, failed) = anna.send(session, "Без ответа").await;
    let question = format!("/v1/messages/{}/report", failed["message_id"].as_str().unwrap());
    assert_eq!(problem(&anna.post(&question, &good).await), "404 not-found");
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM reports").await.unwrap(), 0);
}
