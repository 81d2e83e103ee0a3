//! What a plan says of a turn: the model, the providers, the longest answer; and what becomes of a changed plan.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    model::{Behaviour, FakeModel},
};

use crate::{
    export::journal,
    support::{days_pass, in_days, problem, run, service, start},
};

/// Asks something that is answered, and gives the request that the model was sent.
async fn asked(model: &FakeModel, person: &Person) -> (String, i64) {
    let session = person.session().await;
    let (status, _, body) = person.send(session, "Привет").await;
    assert_eq!(status, 201, "{body}");
    let body: Value = serde_json::from_slice(&model.requests().last().unwrap().body).unwrap();
    (body["model"].as_str().unwrap().to_owned(), body["max_tokens"].as_i64().unwrap())
}

async fn set(app: &TestApp, plan: &str, changes: &[&str]) {
    run(app, &[&["plan", "set", plan], changes].concat()).await;
}

async fn grant(app: &TestApp, person: &Person, plan: &str) {
    let until = in_days(20).to_string();
    let id = person.id.to_string();
    run(app, &["subscription", "grant", "--user", &id, "--plan", plan, "--until", &until]).await;
}

#[rstest]
#[tokio::test]
async fn the_model_is_asked_as_the_plan_says(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (first, second) = (FakeModel::start().await.unwrap(), FakeModel::start().await.unwrap());
    let more =
        format!("[[llm.providers]]\nname = \"second\"\nbase_url = \"{}\"\nmodel = \"second-model\"", second.base_url());
    let app = service(database, &first).env("BESEDA__LLM__RETRIES", 0).config_toml(&more).start().await.unwrap();
    let anna = app.register("Анна").await;
    assert_eq!(asked(&first, &anna).await, ("fake-model".into(), 2000));

    set(&app, "premium", &["--model", "big-model", "--providers", "second", "--max-answer-tokens", "77"]).await;
    grant(&app, &anna, "premium").await;
    assert_eq!(asked(&second, &anna).await, ("big-model".into(), 77));
    // Nobody else is asked, if it fails.
    second.next(Behaviour::error(500, "{}"));
    let session = anna.session().await;
    assert_eq!(problem(&anna.send(session, "Привет").await), "502 model-failed");
    assert_eq!(first.request_count(), 1);

    // Several are asked in the plan's own order.
    set(&app, "premium", &["--model", "none", "--providers", "second, default", "--running"]).await;
    assert_eq!(asked(&second, &anna).await, ("second-model".into(), 77));
    second.next(Behaviour::error(500, "{}"));
    assert_eq!(asked(&first, &anna).await, ("fake-model".into(), 77));
    let providers: Vec<_> = journal(&anna).await.into_iter().map(|attempt| attempt.provider).collect();
    assert_eq!(providers, ["default", "second", "second", "second", "second", "default"]);
    set(&app, "premium", &["--providers", "none", "--max-answer-tokens", "none", "--running"]).await;
    assert_eq!(asked(&first, &anna).await, ("fake-model".into(), 2000));
    assert_eq!(run(&app, &["verify"]).await, "");
}

#[rstest]
#[case::free("free")]
#[case::granted("premium")]
#[tokio::test]
async fn a_changed_plan_is_for_new_periods(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] plan: &str,
) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    if plan != "free" {
        grant(&app, &anna, plan).await;
    }
    let before = anna.subscription().await;
    let limit = before["usage_limit"].as_i64().unwrap();
    let (more, less) = ((limit + 10).to_string(), (limit - 10).to_string());
    let changes = ["--usage-limit", &more, "--model", "other-model", "--max-answer-tokens", "99", "--period", "day"];
    set(&app, plan, &changes).await;
    assert_eq!(anna.subscription().await, before);
    assert_eq!(asked(&model, &anna).await, ("fake-model".into(), 2000));

    // Running ones take over what makes them no worse.
    set(&app, plan, &["--running"]).await;
    let raised = anna.subscription().await;
    let mut expected = before.clone();
    (expected["usage_limit"], expected["remaining"]) = (json!(limit + 10), json!(limit + 9));
    (expected["used_requests"], expected["used_tokens"]) = (json!(1), json!(9));
    assert_eq!(raised, expected);
    assert_eq!(asked(&model, &anna).await, ("other-model".into(), 99));
    set(&app, plan, &["--usage-limit", &less, "--unit", "tokens", "--running"]).await;
    let kept = anna.subscription().await;
    assert_eq!((&kept["usage_limit"], &kept["unit"]), (&json!(limit + 10), &json!("requests")));
    assert_eq!(run(&app, &["verify"]).await, "");

    days_pass(&app, 40).await;
    if plan != "free" {
        assert_eq!(anna.subscription().await["plan_name"], "free");
        grant(&app, &anna, plan).await;
    }
    let next = anna.subscription().await;
    assert_eq!((&next["usage_limit"], &next["unit"]), (&json!(limit - 10), &json!("tokens")));
    assert_eq!(next["used_requests"], 0);
    assert_eq!(asked(&model, &anna).await.0, "other-model");
    assert_eq!(run(&app, &["verify"]).await, "");
}

#[rstest]
#[tokio::test]
async fn others_plans_are_left_alone(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    grant(&app, &boris, "premium").await;
    let before = [anna.subscription().await, boris.subscription().await];
    set(&app, "premium", &["--usage-limit", "3000", "--model", "big-model", "--running"]).await;
    assert_eq!(anna.subscription().await, before[0]);
    assert_eq!(boris.subscription().await["usage_limit"], 3000);
    assert_eq!(asked(&model, &anna).await.0, "fake-model");
    assert_eq!(asked(&model, &boris).await.0, "big-model");
}

#[rstest]
#[tokio::test]
async fn what_waits_behind_a_better_plan_takes_over(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let gold = ["--unit", "requests", "--usage-limit", "9000", "--period", "month", "--rank", "900"];
    set(&app, "gold", &gold).await;
    for person in [&anna, &boris] {
        grant(&app, person, "premium").await;
        assert_eq!(asked(&model, person).await.0, "fake-model");
    }
    let until = in_days(3).to_string();
    run(&app, &["subscription", "grant", "--user", &anna.id.to_string(), "--plan", "gold", "--until", &until]).await;
    // What is over stays as it was.
    run(&app, &["subscription", "revoke", "--user", &boris.id.to_string()]).await;
    let better = anna.subscription().await;
    let changes = ["--usage-limit", "3000", "--model", "big-model", "--max-answer-tokens", "99", "--running"];
    set(&app, "premium", &changes).await;
    assert_eq!(anna.subscription().await, better);
    assert_eq!(asked(&model, &anna).await, ("fake-model".into(), 2000));
    let limits = "SELECT CAST(usage_limit AS TEXT) FROM subscriptions WHERE plan_name = 'premium' ORDER BY usage_limit";
    assert_eq!(app.query_texts(limits).await.unwrap(), ["2000", "3000"]);

    days_pass(&app, 4).await;
    let lesser = anna.subscription().await;
    assert_eq!((&lesser["plan_name"], &lesser["usage_limit"]), (&json!("premium"), &json!(3000)));
    assert_eq!((&lesser["used_requests"], &lesser["remaining"]), (&json!(1), &json!(2999)));
    assert_eq!(asked(&model, &anna).await, ("big-model".into(), 99));
    assert_eq!(run(&app, &["verify"]).await, "");
}
