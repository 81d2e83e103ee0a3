//! Dialogues: begun, listed, renamed, ended, deleted.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, id_of},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{assert_shows, eventually, fields, problem, start};

async fn show(person: &Person, session: Uuid) -> Value {
    let (status, _, body) = person.get(&format!("/v1/sessions/{session}")).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[rstest]
#[tokio::test]
async fn a_dialogue_begins_and_ends(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let companion = json!({"name": " Гид ", "gender": "male", "age": 40});
    let body = anna.session_with(&json!({"title": " Поездка в Казань ", "companion": companion})).await;
    assert_shows!(body, @r#"
    {
      "channel": "api",
      "companion": {
        "age": 40,
        "gender": "male",
        "name": "Гид"
      },
      "ended_at": null,
      "id": "[id]",
      "is_active": true,
      "last_activity_at": "[time]",
      "started_at": "[time]",
      "title": "Поездка в Казань"
    }
    "#);
    let id = id_of(&body["id"]);
    assert_eq!(show(&anna, id).await, body);

    let (status, _, ended) = anna.post(&format!("/v1/sessions/{id}/end"), &json!({})).await;
    assert_eq!((status.as_u16(), &ended["is_active"]), (200, &json!(false)));
    assert!(ended["ended_at"].as_str().unwrap() > ended["started_at"].as_str().unwrap());
    assert_eq!(problem(&anna.send(id, "Ещё тут?").await), "409 session-ended");
    let (status, _, again) = anna.post(&format!("/v1/sessions/{id}/end"), &json!({})).await;
    assert_eq!((status.as_u16(), again), (200, ended));
    assert_eq!(app.query_i64("SELECT count(*) FROM messages").await.unwrap(), 0);
    assert_eq!(anna.subscription().await["reserved"], 0);
}

#[rstest]
#[tokio::test]
async fn dialogues_are_listed_by_their_last_activity(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    boris.session().await;
    let mut sessions = Vec::new();
    for _ in 0..7 {
        sessions.push(anna.session().await);
    }
    anna.send(sessions[2], "Привет").await;
    let mut expected: Vec<Uuid> = sessions.iter().rev().copied().filter(|id| *id != sessions[2]).collect();
    expected.insert(0, sessions[2]);

    let (mut listed, mut before) = (Vec::new(), String::new());
    loop {
        let (status, _, page) = anna.get(&format!("/v1/sessions?limit=3{before}")).await;
        assert_eq!(status, 200, "{page}");
        listed.extend(page["items"].as_array().unwrap().iter().map(|session| id_of(&session["id"])));
        let Some(next) = page["next"].as_str() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(listed, expected);
    for (query, refusal) in [
        ("before=nonsense", "400 invalid-cursor"),
        ("limit=0", "422 invalid"),
        ("limit=101", "422 invalid"),
        ("limit=x", "400 bad-request"),
    ] {
        assert_eq!(problem(&anna.get(&format!("/v1/sessions?{query}")).await), refusal, "{query}");
    }
}

#[rstest]
#[tokio::test]
async fn a_title_is_the_first_words_unless_the_person_sets_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    assert_eq!(show(&anna, session).await["title"], json!(null));
    anna.send(session, "  Что посмотреть\nв Казани за один день, если идёт дождь и совсем нет зонта?").await;
    let first = "Что посмотреть в Казани за один день, если идёт дождь и…";
    assert_eq!(show(&anna, session).await["title"], first);
    anna.send(session, "А в Самаре?").await;
    assert_eq!(show(&anna, session).await["title"], first);

    let path = format!("/v1/sessions/{session}");
    let (status, _, renamed) = anna.patch(&path, &json!({"title": " Казань "})).await;
    assert_eq!((status.as_u16(), &renamed["title"]), (200, &json!("Казань")));
    anna.send(session, "Спасибо!").await;
    assert_eq!(show(&anna, session).await["title"], "Казань");
    anna.patch(&path, &json!({"title": null})).await;
    anna.send(session, "И снова").await;
    assert_eq!(show(&anna, session).await["title"], "И снова");
    for title in ["", "  ", "a\nb", &"я".repeat(201)] {
        let refused = anna.patch(&path, &json!({"title": title})).await;
        assert_eq!((problem(&refused).as_str(), fields(&refused)), ("422 invalid", vec!["title"]), "{title:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_companion_is_checked_like_a_person(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    for (companion, field) in [
        (json!({"name": ""}), "companion.name"),
        (json!({"name": "я".repeat(65)}), "companion.name"),
        (json!({"name": "a\u{7}"}), "companion.name"),
        (json!({"name": "Б", "age": 0}), "companion.age"),
        (json!({"name": "Б", "age": 121}), "companion.age"),
        (json!({"name": "Б", "gender": "robot"}), "companion.gender"),
        (json!({"gender": "male"}), "companion.name"),
        (json!("Б"), "companion"),
    ] {
        let refused = anna.post("/v1/sessions", &json!({"companion": companion})).await;
        assert_eq!((problem(&refused).as_str(), fields(&refused)), ("422 invalid", vec![field]), "{companion}");
    }
    assert_eq!(anna.get("/v1/sessions").await.2["items"], json!([]));
    assert_eq!(app.query_i64("SELECT count(*) FROM usage_logs").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn the_dialogue_of_another_is_not_there(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    for session in [session.to_string(), Uuid::nil().to_string(), "nonsense".into()] {
        let path = format!("/v1/sessions/{session}");
        let messages = format!("{path}/messages");
        for refused in [
            boris.get(&path).await,
            boris.patch(&path, &json!({"title": "Моё"})).await,
            boris.delete(&path).await,
            boris.post(&format!("{path}/end"), &json!({})).await,
            boris.get(&messages).await,
            boris.post(&messages, &json!({"message_text": "Привет"})).await,
        ] {
            assert_eq!(problem(&refused), "404 not-found", "{session}");
        }
    }
    assert_eq!(show(&anna, session).await["is_active"], true);
    assert_eq!(boris.subscription().await["reserved"], 0);
}

#[rstest]
#[tokio::test]
async fn deleting_takes_messages_and_journal_but_not_usage(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let (gone, kept) = (anna.session().await, anna.session().await);
    anna.send(gone, "Привет").await;
    anna.send(kept, "Привет").await;
    model.always(Behaviour::tokens(5).hang_after(2));
    let mut stream = anna.open_stream(gone, "Расскажи").await;
    stream.until("delta").await;

    assert_eq!(anna.delete(&format!("/v1/sessions/{gone}")).await.0, 204);
    assert_eq!(problem(&anna.get(&format!("/v1/sessions/{gone}")).await), "404 not-found");
    assert_eq!(problem(&anna.delete(&format!("/v1/sessions/{gone}")).await), "404 not-found");
    eventually("the model's connection is closed", || async { model.disconnects() == 1 }).await;
    assert_eq!(stream.rest().await.last().unwrap().id, "end");
    let of_gone = format!("SELECT count(*) FROM messages WHERE session_id = {}", app.sql_id(gone));
    assert_eq!(app.query_i64(&of_gone).await.unwrap(), 0);
    assert_eq!(app.query_i64("SELECT count(*) FROM messages").await.unwrap(), 2);
    assert_eq!(app.query_i64("SELECT count(*) FROM ai_requests").await.unwrap(), 1);
    let subscription = anna.subscription().await;
    assert_eq!((&subscription["used_requests"], &subscription["reserved"]), (&json!(3), &json!(0)));
    let turns = "SELECT count(*) FROM turns WHERE answered = (1 = 1)";
    assert_eq!(app.query_i64(turns).await.unwrap(), 3);
    assert_eq!(app.query_i64("SELECT requests_count FROM usage_logs").await.unwrap(), 3);
}
