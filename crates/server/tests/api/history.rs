//! The history of a dialogue, by cursor.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{assert_shows, problem, start};

async fn page(person: &Person, session: Uuid, query: &str) -> Value {
    let (status, _, page) = person.get(&format!("/v1/sessions/{session}/messages?{query}")).await;
    assert_eq!(status, 200, "{page}");
    page
}

fn texts(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|m| format!("{}: {}", m["sender"].as_str().unwrap(), m["message_text"].as_str().unwrap())).collect()
}

#[rstest]
#[tokio::test]
async fn it_is_read_newest_first_page_by_page(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::echo());
    let mut expected = Vec::new();
    for number in 0..5 {
        anna.send(session, &format!("т{number}")).await;
        expected.splice(0..0, [format!("ai: т{number}"), format!("user: т{number}")]);
    }
    assert_eq!(texts(&page(&anna, session, "").await), expected);
    for limit in [1, 3, 4, 10] {
        let (mut read, mut before) = (Vec::new(), String::new());
        loop {
            let page = page(&anna, session, &format!("limit={limit}{before}")).await;
            read.extend(texts(&page));
            let Some(next) = page["next"].as_str() else { break };
            assert_eq!(page["items"].as_array().unwrap().len(), limit);
            before = format!("&before={next}");
            if read.len() == 4 {
                // What is written meanwhile moves no page.
                anna.send(session, "новое").await;
            }
        }
        assert_eq!(read, expected, "limit {limit}");
        if limit == 4 {
            expected.splice(0..0, ["ai: новое".into(), "user: новое".into()]);
        }
        if limit == 1 {
            expected.splice(0..0, ["ai: новое".into(), "user: новое".into()]);
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_page_shows_the_rows(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    assert_eq!(page(&anna, session, "").await, json!({"items": [], "next": null}));
    anna.send(session, "Привет").await;
    let page = page(&anna, session, "limit=1").await;
    assert!(page["next"].is_string());
    assert_shows!(page["items"], @r#"
    [
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
    ]
    "#);
}

#[rstest]
#[tokio::test]
async fn what_is_no_page_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    for (query, refusal) in [
        ("before=nonsense", "400 invalid-cursor"),
        ("before=", "400 invalid-cursor"),
        // A cursor of another list.
        ("before=WzEsIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd", "400 invalid-cursor"),
        ("limit=0", "422 invalid"),
        ("limit=101", "422 invalid"),
        ("limit=-1", "422 invalid"),
        ("limit=many", "400 bad-request"),
    ] {
        let refused = anna.get(&format!("/v1/sessions/{session}/messages?{query}")).await;
        assert_eq!(problem(&refused), refusal, "{query}");
    }
}
