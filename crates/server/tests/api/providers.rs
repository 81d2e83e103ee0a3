//! Providers: asked as they are configured, left alone when they rest, and none at all.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, TestApp, joined},
    model::{Behaviour, FakeModel},
};

use crate::{
    export::journal,
    support::{BINARY, problem, start, start_with},
};

#[rstest]
#[tokio::test]
async fn a_provider_is_asked_as_it_is_configured(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let model = FakeModel::start().await.unwrap();
    let toml = format!(
        "[[llm.providers]]\nname = \"own\"\nbase_url = \"{}/\"\napi_key = \"sk-own\"\nmodel = \"own-model\"\n\
         stream = false\nmax_tokens_field = \"max_completion_tokens\"\n\
         parameters = {{ temperature = 0.5, stop = [\"END\"] }}",
        model.base_url()
    );
    let app = TestApp::builder(BINARY, database).config_toml(&toml).start().await.unwrap();
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let events = anna.stream(session, "Привет").await;
    assert_eq!(joined(&events), "Привет! Hello.");
    let request = &model.requests()[0];
    assert_eq!(request.path, "/v1/chat/completions");
    assert_eq!(request.headers["authorization"], "Bearer sk-own");
    let mut body: Value = serde_json::from_slice(&request.body).unwrap();
    body["messages"] = "[messages]".into();
    let expected = json!({
        "messages": "[messages]", "model": "own-model", "stream": false, "max_completion_tokens": 2000,
        "temperature": 0.5, "stop": ["END"],
    });
    assert_eq!(body, expected);
    assert_eq!(journal(&anna).await[0].provider, "own");
}

#[rstest]
#[tokio::test]
async fn where_nobody_listens_there_is_no_answer(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__LLM__RETRIES", 0)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    drop(model);
    assert_eq!(problem(&anna.send(session, "Привет").await), "502 model-failed");
    let journal = journal(&anna).await;
    assert_eq!((journal.len(), journal[0].status_code, &journal[0].response_payload), (1, None, &None));
    println!("{}", journal[0].error_message.as_deref().unwrap());
    assert_eq!(anna.subscription().await["used_requests"], 0);
}

#[rstest]
#[tokio::test]
async fn a_provider_that_keeps_failing_rests(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| {
        b.env("BESEDA__LLM__RETRIES", 0).env("BESEDA__LLM__REST_AFTER_FAILURES", 2).env("BESEDA__LLM__REST_SECONDS", 2)
    })
    .await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::error(503, "{}"));
    for _ in 0..2 {
        assert_eq!(problem(&anna.send(session, "Привет").await), "502 model-failed");
    }
    let resting = anna.send(session, "Привет").await;
    assert_eq!(problem(&resting), "503 models-resting");
    assert_eq!((model.request_count(), journal(&anna).await.len()), (2, 2));
    assert_eq!(anna.subscription().await["used_requests"], 0);
    model.always(Behaviour::answer("Снова здесь"));
    let question = resting.2["message_id"].as_str().unwrap();
    crate::support::eventually("it is asked again after its rest", || async {
        anna.post(&format!("/v1/messages/{question}/regenerate"), &json!({})).await.0 == 201
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_requests_own_fault_tires_nobody(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__LLM__REST_AFTER_FAILURES", 2)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::error(400, "{}"));
    for _ in 0..5 {
        assert_eq!(problem(&anna.send(session, "Привет").await), "502 model-failed");
    }
    assert_eq!(model.request_count(), 5);
}

#[rstest]
#[tokio::test]
async fn without_a_model_it_says_that_it_is_a_demonstration(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let app = TestApp::builder(BINARY, database).start().await.unwrap();
    for (person, question, words) in [
        (json!({"name": "Анна", "gender": "female"}), "Привет", ["Анна", "прочла", "демонстрация", "OPENAI_API_KEY"]),
        (json!({"name": "Иван", "gender": "male"}), "Привет", ["Иван", "«Привет»", "llm.base_url", "Ollama"]),
        (json!({"name": "John"}), "Hello", ["John", "demonstration", "llm.model", "\"Hello\""]),
    ] {
        let person = app.register_as(person).await;
        let session = person.session().await;
        let events = person.stream(session, question).await;
        let text = joined(&events);
        println!("{text}");
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert_eq!(events.last().unwrap().json()["ai_message"]["message_text"], text);
        let journal = journal(&person).await;
        assert_eq!((journal[0].provider.as_str(), journal[0].request_verified), ("offline", Some(true)));
    }
}

#[rstest]
#[tokio::test]
async fn the_window_keeps_the_newest_history(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__LLM__CONTEXT_TOKENS", 1000)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let long = "слово ".repeat(60);
    for number in 0..12 {
        anna.send(session, &format!("{number} {long}")).await;
    }
    let bodies: Vec<Value> = model.requests().iter().map(|r| serde_json::from_slice(&r.body).unwrap()).collect();
    let messages = bodies.last().unwrap()["messages"].as_array().unwrap();
    println!("{} messages fit 1000 tokens", messages.len());
    assert!((4..20).contains(&messages.len()), "{}", messages.len());
    assert_eq!((&messages[0]["role"], &messages[1]["role"]), (&json!("system"), &json!("user")));
    assert_eq!(messages.last().unwrap()["content"], format!("11 {long}"));
    // The newest message is sent however long it is.
    let (status, _, _) = anna.send(session, &"длинно ".repeat(1000)).await;
    assert_eq!(status, 201);
    let body: Value = serde_json::from_slice(&model.requests().last().unwrap().body).unwrap();
    assert_eq!(body["messages"].as_array().unwrap().len(), 2);
    assert!(journal(&anna).await.iter().all(|attempt| attempt.request_verified == Some(true)));
}

#[rstest]
#[tokio::test]
async fn unanswered_questions_are_joined(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    for status in [400, 404] {
        model.next(Behaviour::error(status, "{}"));
    }
    for text in ["раз", "два", "три"] {
        anna.send(session, text).await;
    }
    let body: Value = serde_json::from_slice(&model.requests().last().unwrap().body).unwrap();
    assert_eq!(body["messages"].as_array().unwrap().len(), 2);
    assert_eq!(body["messages"][1], json!({"role": "user", "content": "раз\n\nдва\n\nтри"}));
}
