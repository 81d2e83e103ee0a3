//! Plans counted in tokens: an answer is capped by what is left, and settled with what it used.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    model::{Behaviour, FakeModel},
};

use crate::support::{problem, start};

/// A person whose plan is counted in tokens, and allows so many.
async fn person(app: &TestApp, limit: i64) -> Person {
    let anna = app.register("Анна").await;
    let sql = format!(
        "UPDATE subscriptions SET unit = 'tokens', usage_limit = {limit} WHERE user_id = {}",
        app.sql_id(anna.id)
    );
    assert_eq!(app.execute(&sql).await.unwrap(), 1);
    anna
}

/// The longest answer that the newest request asks for.
fn max_tokens(model: &FakeModel) -> i64 {
    let body: Value = serde_json::from_slice(&model.requests().last().unwrap().body).unwrap();
    body["max_tokens"].as_i64().unwrap()
}

/// Used requests, used tokens, reserved, remaining.
async fn figures(person: &Person) -> [i64; 4] {
    let subscription = person.subscription().await;
    ["used_requests", "used_tokens", "reserved", "remaining"].map(|name| subscription[name].as_i64().unwrap())
}

#[rstest]
#[tokio::test]
async fn a_turn_is_settled_with_what_it_used(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = person(&app, 10_000).await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(5).usage(300, 120));
    let (status, _, body) = anna.send(session, "Привет").await;
    assert_eq!((status.as_u16(), &body["ai_message"]["token_usage"]), (201, &json!(420)));
    assert_eq!(figures(&anna).await, [1, 420, 0, 9580]);
    assert_eq!(max_tokens(&model), 2000);
    assert_eq!(app.query_i64("SELECT tokens_used FROM usage_logs").await.unwrap(), 420);
}

#[rstest]
#[tokio::test]
async fn what_is_left_caps_the_answer(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = person(&app, 1000).await;
    let session = anna.session().await;
    model.always(Behaviour::tokens(5).hang_after(3).usage(300, 120));
    let message = anna.send_later(session, "Привет").await;
    anna.resume(message, None).await.until("delta").await;
    let capped = max_tokens(&model);
    println!("1000 tokens left: max_tokens {capped}");
    assert!((1..1000).contains(&capped), "{capped}");
    assert_eq!(figures(&anna).await, [0, 0, 1000, 0]);
    let other = anna.session().await;
    assert_eq!(problem(&anna.send(other, "Привет").await), "402 quota-exceeded");
    anna.post(&format!("/v1/messages/{message}/stop"), &json!({})).await;
    let [requests, tokens, reserved, remaining] = figures(&anna).await;
    assert_eq!((requests, reserved, tokens + remaining), (1, 0, 1000));
    assert!(tokens > 0);
}

#[rstest]
#[tokio::test]
async fn when_all_are_spent_the_plan_says_so(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = person(&app, 1000).await;
    let session = anna.session().await;
    // What a provider counts may differ from what was reserved: the plan is spent, and counts what was used.
    model.always(Behaviour::tokens(5).usage(600, 300));
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    assert_eq!(figures(&anna).await, [1, 900, 0, 100]);
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    assert!(max_tokens(&model) <= 100);
    assert_eq!(figures(&anna).await, [2, 1800, 0, 0]);
    let refused = anna.send(session, "Привет").await;
    assert_eq!(problem(&refused), "402 quota-exceeded");
    assert_eq!(refused.2["renews_at"], anna.subscription().await["end_date"]);
}

#[rstest]
#[tokio::test]
async fn a_failure_gives_everything_back(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = person(&app, 1000).await;
    let session = anna.session().await;
    model.always(Behaviour::error(400, "{}"));
    assert_eq!(problem(&anna.send(session, "Привет").await), "502 model-failed");
    assert_eq!(figures(&anna).await, [0, 0, 0, 1000]);
}

#[rstest]
#[tokio::test]
async fn what_many_hold_at_once_never_exceeds_the_limit(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let anna = person(&app, 6000).await;
    model.always(Behaviour::tokens(5).usage(10, 5).hang_after(0));
    let mut admitted = Vec::new();
    for _ in 0..6 {
        let session = anna.session().await;
        let (status, _, body) = anna.send_async(session, "Привет").await;
        if status == 202 {
            admitted.push(body["message_id"].as_str().unwrap().to_owned());
        }
        let [_, _, reserved, remaining] = figures(&anna).await;
        assert_eq!(reserved + remaining, 6000);
    }
    println!("6000 tokens admit {} turns of an unknown length at once", admitted.len());
    assert!((2..6).contains(&admitted.len()));
    for message in admitted {
        anna.post(&format!("/v1/messages/{message}/stop"), &json!({})).await;
    }
    assert_eq!(figures(&anna).await, [0, 0, 0, 6000]);
}
