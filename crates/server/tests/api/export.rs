//! `GET /v1/me/export`: everything the service holds on a person.

use rstest::rstest;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use testkit::{
    app::{Database, Person},
    model::Behaviour,
};

use crate::support::{assert_shows, start};

/// The journal of an export, its payloads to the byte.
#[derive(Deserialize)]
pub(crate) struct Journal {
    pub(crate) ai_requests: Vec<Attempt>,
}

/// A row of it.
#[derive(Deserialize)]
pub(crate) struct Attempt {
    pub(crate) request_payload: Option<Box<RawValue>>,
    pub(crate) request_verified: Option<bool>,
    pub(crate) response_payload: Option<Value>,
    pub(crate) status_code: Option<u16>,
    pub(crate) error_message: Option<String>,
    pub(crate) provider: String,
    pub(crate) prompt_tokens: Option<u64>,
    pub(crate) completion_tokens: Option<u64>,
    pub(crate) tokens_estimated: bool,
}

/// The export as it is sent.
pub(crate) async fn export(person: &Person) -> String {
    let response = person.request(reqwest::Method::GET, "/v1/me/export").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"beseda-export.json\"");
    response.text().await.unwrap()
}

/// The journal as the export shows it.
pub(crate) async fn journal(person: &Person) -> Vec<Attempt> {
    serde_json::from_str::<Journal>(&export(person).await).unwrap().ai_requests
}

#[rstest]
#[tokio::test]
async fn an_export_holds_everything(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register_as(json!({"name": "Анна", "gender": "female", "age": 27, "device_name": "Pixel 9"})).await;
    let session = anna.session_with(&json!({"title": "Казань", "companion": {"name": "Гид"}})).await;
    anna.send(testkit::app::id_of(&session["id"]), "Что посмотреть?").await;
    let mut document: Value = serde_json::from_str(&export(&anna).await).unwrap();
    for attempt in document["ai_requests"].as_array_mut().unwrap() {
        for measured in ["response_time_ms", "time_to_first_token_ms"] {
            assert!(attempt[measured].is_u64(), "{measured}");
            attempt[measured] = "[ms]".into();
        }
        attempt["request_payload"]["messages"][0]["content"] = "[system text]".into();
    }
    for day in ["usage_logs", "turns"] {
        document[day][0]["date"].as_str().unwrap().parse::<jiff::civil::Date>().unwrap();
        document[day][0]["date"] = "[date]".into();
    }
    assert_shows!(document, @r#"
    {
      "admin_sessions": [],
      "admins": [],
      "ai_requests": [
        {
          "completion_tokens": 2,
          "created_at": "[time]",
          "error_message": null,
          "id": "[id]",
          "message_id": "[id]",
          "model": "fake-model",
          "prompt_tokens": 7,
          "provider": "default",
          "request_payload": {
            "max_tokens": 2000,
            "messages": [
              {
                "content": "[system text]",
                "role": "system"
              },
              {
                "content": "Что посмотреть?",
                "role": "user"
              }
            ],
            "model": "fake-model",
            "stream": true,
            "stream_options": {
              "include_usage": true
            }
          },
          "request_verified": true,
          "response_payload": {
            "choices": [
              {
                "finish_reason": "stop",
                "index": 0,
                "message": {
                  "content": "Привет! Hello.",
                  "role": "assistant"
                }
              }
            ],
            "created": 1700000000,
            "id": "chatcmpl-fake",
            "model": "fake-model",
            "object": "chat.completion",
            "usage": {
              "completion_tokens": 2,
              "prompt_tokens": 7,
              "total_tokens": 9
            }
          },
          "response_time_ms": "[ms]",
          "status_code": 200,
          "time_to_first_token_ms": "[ms]",
          "tokens_estimated": false,
          "turn_id": "[id]"
        }
      ],
      "blocked_at": null,
      "broadcasts": [],
      "chat_sessions": [
        {
          "channel": "api",
          "companion": {
            "age": null,
            "gender": null,
            "name": "Гид"
          },
          "ended_at": null,
          "id": "[id]",
          "is_active": true,
          "last_activity_at": "[time]",
          "started_at": "[time]",
          "title": "Казань"
        }
      ],
      "deleted_sessions": [],
      "devices": [
        {
          "created_at": "[time]",
          "current": false,
          "id": "[id]",
          "last_seen_at": "[time]",
          "name": "Pixel 9"
        }
      ],
      "identities": [],
      "messages": [
        {
          "answers_id": null,
          "created_at": "[time]",
          "finish_reason": null,
          "id": "[id]",
          "message_text": "Что посмотреть?",
          "sender": "user",
          "session_id": "[id]",
          "status": "complete",
          "token_usage": null,
          "turn_id": "[id]"
        },
        {
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
        }
      ],
      "passkeys": [],
      "payments": [],
      "purchases": [],
      "push_subscriptions": [],
      "reports": [],
      "subscriptions": [
        {
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
        }
      ],
      "telegram_chats": [],
      "turns": [
        {
          "channel": "api",
          "created_at": "[time]",
          "date": "[date]",
          "ended_at": "[time]",
          "id": "[id]",
          "message_id": "[id]",
          "problem": null,
          "session_id": "[id]",
          "state": "complete",
          "tokens": 9
        }
      ],
      "usage_logs": [
        {
          "date": "[date]",
          "id": "[id]",
          "requests_count": 1,
          "session_count": 1,
          "tokens_used": 9
        }
      ],
      "users": {
        "age": 27,
        "age_stated_at": "[time]",
        "companion": null,
        "created_at": "[time]",
        "first_name": null,
        "gender": "female",
        "id": "[id]",
        "language": null,
        "last_name": null,
        "name": "Анна",
        "telegram_id": null,
        "time_zone": null,
        "username": null
      }
    }
    "#);
}

#[rstest]
#[tokio::test]
async fn requests_are_rebuilt_to_the_byte(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна \"Ц\" \\ 👩\u{200d}🚀").await;
    let session = anna.session().await;
    model.always(Behaviour::echo());
    let texts =
        ["Привет \u{1f600}\n\t\"кавычки\" \\ / </script>", "\u{7f}\u{1}\u{2028} ", "ещё", "!fake status=503", "снова"];
    for text in texts {
        anna.send(session, text).await;
    }
    let first = anna.get(&format!("/v1/sessions/{session}/messages?limit=100")).await.2;
    let first = first["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    anna.post(&format!("/v1/messages/{first}/regenerate"), &json!({})).await;
    anna.send(session, "после").await;

    let (sent, journal) = (model.requests(), journal(&anna).await);
    // One of the messages was tried twice.
    assert_eq!((sent.len(), journal.len()), (texts.len() + 3, texts.len() + 3));
    for (sent, kept) in sent.iter().zip(&journal) {
        assert_eq!(kept.request_payload.as_ref().unwrap().get().as_bytes(), &sent.body[..]);
        assert_eq!(kept.request_verified, Some(true));
    }
}

#[rstest]
#[tokio::test]
async fn an_export_holds_nobody_else(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    for (person, text) in [(&anna, "тайна Анны"), (&boris, "тайна Бориса")] {
        let session = person.session().await;
        person.send(session, text).await;
    }
    let exported = export(&anna).await;
    assert!(exported.contains("тайна Анны"));
    for foreign in ["Борис".to_owned(), boris.id.to_string()] {
        assert!(!exported.contains(&foreign), "{foreign}");
    }
}

#[rstest]
#[tokio::test]
async fn a_long_history_is_exported_whole(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    for _ in 0..230 {
        anna.session().await;
    }
    let document: Value = serde_json::from_str(&export(&anna).await).unwrap();
    let sessions = document["chat_sessions"].as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = sessions.iter().map(|session| session["id"].as_str().unwrap()).collect();
    assert_eq!((sessions.len(), ids.len()), (230, 230));
}
