//! What must never be seen: a person sees nothing of a model's errors, a log nothing of the bot's secrets.

use std::time::Duration;

use futures_util::future::join_all;
use rstest::rstest;
use testkit::{app::Database, model::Behaviour, telegram::Person};

use crate::support::{Mode, Stage, ru};

/// It stands in everything that a model gets wrong.
const SECRET: &str = "sk-SECRET-7f3a";
/// Of the webhook.
const WEBHOOK_SECRET: &str = "the-secret-of-the-webhook_42";

fn json_error() -> String {
    format!(
        r#"{{"error":{{"message":"{SECRET}: thread panicked at src/main.rs:1","type":"{SECRET}","code":"{SECRET}"}}}}"#
    )
}

/// A model's ways to fail before its first word, each with what a person is told.
fn failures() -> Vec<(Behaviour, &'static str)> {
    let html = format!("<html><h1>{SECRET}</h1></html>");
    vec![
        (Behaviour::error(500, json_error()), "failed-model"),
        (Behaviour::error(401, json_error()), "failed-model"),
        (Behaviour::error(400, json_error()), "failed-model"),
        (Behaviour::error(429, json_error()).retry_after(0), "failed-model"),
        (Behaviour::error(503, html.clone()), "failed-model"),
        (Behaviour::error(404, SECRET), "failed-model"),
        (Behaviour::raw("application/json", json_error()), "failed-model"),
        (Behaviour::raw("text/html", html), "failed-model"),
        (Behaviour::raw("text/event-stream", format!("data: {SECRET}\n\n")), "failed-model"),
        (Behaviour::answer("").finish_reason(SECRET), "failed-model"),
        (Behaviour::answer("слово").abort_after(0), "failed-model"),
        (Behaviour::answer("слово").error_after(0), "failed-model"),
        (Behaviour::answer("слово").hang_after(0), "failed-timeout"),
    ]
}

/// Its ways to fail later: what it has said stays.
fn interruptions() -> Vec<Behaviour> {
    let half = || Behaviour::deltas(["Половина ", "ответа "].into_iter().chain([SECRET; 3]));
    vec![half().error_after(2), half().abort_after(2), half().hang_after(2), half().end_after(2)]
}

/// Everything that a person has seen.
fn seen(person: &Person) -> String {
    let drafts: Vec<_> = person.drafts().into_iter().map(|draft| draft.text).collect();
    format!("{}\n{}", person.printed(), drafts.join("\n"))
}

#[rstest]
#[tokio::test]
async fn no_error_is_shown_and_no_secret_logged(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start_with(database, Mode::Webhook, |builder| {
        builder
            .env("BESEDA__TELEGRAM__SECRET_TOKEN", WEBHOOK_SECRET)
            .env("BESEDA__LOG__LEVEL", "trace,[request]=trace")
            .env("BESEDA__LLM__FIRST_TOKEN_SECONDS", 1)
            .env("BESEDA__LLM__SILENCE_SECONDS", 1)
            .env("BESEDA__LLM__REST_AFTER_FAILURES", 1000)
            .env("BESEDA__LLM__RETRIES", 0)
    })
    .await;
    let failures = failures();
    let interruptions = interruptions();
    let guests = (0..failures.len() + interruptions.len()).map(|number| format!("Гость {number}"));
    let guests = join_all(guests.map(async |name| stage.met(&name).await)).await;
    let (failing, interrupted) = guests.split_at(failures.len());

    for ((behaviour, _), person) in failures.iter().zip(failing) {
        stage.asks(person, "Вопрос", behaviour.clone()).await;
    }
    for (behaviour, person) in interruptions.iter().zip(interrupted) {
        stage.asks(person, "Вопрос", behaviour.clone()).await;
    }
    let ended =
        async |person: &Person| person.wait_for_answer("an end", |message| message.button("again:").is_some()).await;
    for ((behaviour, told), person) in failures.iter().zip(failing) {
        assert_eq!(ended(person).await.text, ru(told), "{behaviour:?}");
    }
    for (behaviour, person) in interruptions.iter().zip(interrupted) {
        let expected = format!("Половина ответа\n\n{}", ru("answer-partial"));
        assert_eq!(ended(person).await.text, expected, "{behaviour:?}");
    }
    // The button under each of them asks again.
    stage.model.always(Behaviour::answer("Теперь получилось"));
    join_all(guests.iter().map(async |person| {
        person.presses(ended(person).await.message_id, &ru("button-again")).await;
        person.hears("Теперь получилось").await;
    }))
    .await;
    stage.ends_balanced().await;

    for person in &guests {
        assert!(!seen(person).contains("SECRET"), "{}", seen(person));
    }
    assert_no_secret(&stage);
}

fn assert_no_secret(stage: &Stage) {
    let log = stage.app.log();
    assert!(log.contains(r#""level":"DEBUG""#), "this log holds everything");
    let token = stage.telegram.token();
    let (_, key) = token.split_once(':').unwrap();
    for secret in [token, key, WEBHOOK_SECRET, "sk-the-key-of-the-fake-model"] {
        let found = log.lines().find(|line| line.contains(secret));
        assert!(found.is_none(), "{secret} is in the log: {found:?}");
    }
}

#[rstest]
#[tokio::test]
async fn models_that_rest_are_told_of(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start_with(database, Mode::Polling, |builder| {
        builder
            .env("BESEDA__LLM__REST_AFTER_FAILURES", 1)
            .env("BESEDA__LLM__REST_SECONDS", 3600)
            .env("BESEDA__LLM__RETRIES", 0)
    })
    .await;
    let anna = stage.met("Анна").await;
    stage.model.always(Behaviour::error(500, json_error()));
    anna.says("Первый вопрос").await;
    anna.hears(&ru("failed-model")).await;
    anna.says("Второй вопрос").await;
    anna.hears(&ru("failed-resting")).await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn no_secret_is_logged_when_telegram_fails(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    use testkit::telegram::Faults;
    let stage = Stage::start_with(database, Mode::Polling, |builder| {
        builder.env("BESEDA__LOG__LEVEL", "trace,[request]=trace")
    })
    .await;
    stage.telegram.silence(Duration::from_millis(300));
    stage.telegram.faults(Faults::of_every_kind(7, 0.3));
    let people = join_all(["Анна", "Борис", "Вера"].map(async |name| stage.met(name).await)).await;
    join_all(people.iter().map(async |person| {
        crate::support::talks(person, "Ты здесь").await;
    }))
    .await;
    stage.telegram.faults(Faults::seeded(7));
    stage.rests().await;
    assert_no_secret(&stage);
}
