//! What must stand nowhere: keys, tokens, and in logs the words of people.

use rstest::rstest;
use testkit::{
    app::{Answer, Database, Person, TestApp},
    model::Behaviour,
};

use crate::{
    export::export,
    support::{start_with, tables_sql},
};

/// The key that the service asks the fake model with.
const KEY: &str = "sk-the-key-of-the-fake-model";

/// All that can be asked for: of libraries, of the database's statements, and of whatever happens within a request.
const EVERYTHING: &str =
    "trace,sqlx=trace,hyper=trace,hyper_util=trace,reqwest=trace,h2=trace,rustls=trace,[request]=trace";

/// Everything that the database holds, as bytes.
async fn stored(app: &TestApp) -> Vec<u8> {
    if app.database() == Database::Sqlite {
        let files = std::fs::read_dir(app.data_dir()).unwrap().map(|entry| entry.unwrap().path());
        let of_database = files.filter(|path| path.to_string_lossy().contains("beseda.db"));
        return of_database.flat_map(|path| std::fs::read(path).unwrap()).collect();
    }
    let mut bytes = Vec::new();
    for table in app.query_texts(tables_sql(Database::Postgres)).await.unwrap() {
        for row in app.query_texts(&format!("SELECT t::text FROM {table} t")).await.unwrap() {
            bytes.extend_from_slice(row.as_bytes());
        }
    }
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// A conversation with every kind of failure, each of which repeats the key.
async fn converse(app: &TestApp, model: &testkit::model::FakeModel, anna: &Person) -> Vec<Answer> {
    let session = anna.session().await;
    let mut answers = vec![anna.send(session, "сокровенное").await];
    let json = format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}"}}}}"#);
    for behaviour in [
        Behaviour::error(401, json.clone()),
        Behaviour::error(500, json.clone()),
        Behaviour::error(502, format!("<html>upstream said: Bearer {KEY}</html>")),
        Behaviour::raw("application/json", json.clone()),
        Behaviour::raw("text/event-stream", format!("data: {json}\n\n")),
        Behaviour::raw("text/event-stream", format!("data: {{\"oops\": {KEY}\n\n")),
        Behaviour::error(400, format!("{}{KEY}", "x".repeat(16 * 1024 - 10))),
    ] {
        model.always(behaviour);
        answers.push(anna.send(session, "сокровенное").await);
    }
    answers.push(app.get("/openapi.json").await);
    answers
}

#[rstest]
#[case("trace")]
#[case(EVERYTHING)]
#[tokio::test]
async fn no_key_in_the_database_the_log_or_an_error(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] level: &str,
) {
    let (model, mut app) = start_with(database, |b| b.env("BESEDA__LOG__LEVEL", level)).await;
    let anna = app.register("Анна").await;
    let answers = converse(&app, &model, &anna).await;
    assert!(model.requests()[0].headers["authorization"].to_str().unwrap().contains(KEY));
    assert!(answers.len() == 9 && answers[1..8].iter().all(|(status, ..)| *status == 502), "{answers:?}");
    for (_, _, body) in &answers {
        assert!(!body.to_string().contains(KEY), "{body}");
    }
    let exported = export(&anna).await;
    assert!(exported.contains("Incorrect API key provided") && !exported.contains(KEY), "{exported}");

    let holds_other_text = holds(&stored(&app).await, "сокровенное");
    assert!(holds_other_text, "the search would find what is there");
    app.terminate().await.unwrap();
    for place in [stored(&app).await, app.log().into_bytes()] {
        // Not even a part of it.
        for secret in [&KEY[..12], &anna.access_token, &anna.refresh_token] {
            assert!(!holds(&place, secret), "{secret}");
        }
    }
}

#[rstest]
#[case("debug")]
#[case("trace")]
#[case(EVERYTHING)]
#[tokio::test]
async fn no_word_of_people_in_the_log(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] level: &str,
) {
    let (model, mut app) = start_with(database, |b| b.env("BESEDA__LOG__LEVEL", level)).await;
    let anna = app.register("Аннушка").await;
    model.always(Behaviour::answer("задушевное"));
    converse(&app, &model, &anna).await;
    let session =
        anna.session_with(&serde_json::json!({"title": "заголовок", "companion": {"name": "Попутчик"}})).await;
    model.always(Behaviour::tokens(5).abort_after(2));
    anna.stream(testkit::app::id_of(&session["id"]), "сокровенное").await;
    app.terminate().await.unwrap();
    let log = app.log();
    for word in ["сокровенное", "задушевное", "слово1", "Аннушка", "заголовок", "Попутчик"]
    {
        assert!(!log.contains(word), "{word}");
    }
    // Requests and turns are told by their ids.
    for told in ["request_id", "turn_id", "turn ended"] {
        assert!(log.contains(told), "{told}: {log}");
    }
}
