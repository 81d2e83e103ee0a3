//! `/v1/me/subscription`: what a person has, what they wish for its end, and how one period follows another.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::{Database, Person, TestApp};

use crate::support::{assert_shows, days_pass, eventually, fields, in_days, problem, refused, run, start, start_with};

/// Wishes for the end of the period, which are granted: the subscription.
async fn wish(person: &Person, wish: Value) -> Value {
    let (status, _, body) = person.patch("/v1/me/subscription", &wish).await;
    assert_eq!(status, 200, "{wish}: {body}");
    body
}

/// The rows of all subscriptions: plan, used, active or not; the oldest first.
async fn rows(app: &TestApp) -> Vec<String> {
    let sql = "SELECT plan_name || ' ' || used_requests || CASE WHEN is_active THEN ' active' ELSE '' END \
               FROM subscriptions ORDER BY start_date, id";
    app.query_texts(sql).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn everybody_has_the_free_plan(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let subscription = anna.subscription().await;
    assert_shows!(subscription, @r#"
    {
      "auto_renew": true,
      "end_date": "[time]",
      "id": "[id]",
      "is_active": true,
      "limit_state": "open",
      "next_plan": null,
      "plan_name": "free",
      "provider": null,
      "remaining": 50,
      "reserved": 0,
      "start_date": "[time]",
      "unit": "requests",
      "usage_limit": 50,
      "used_requests": 0,
      "used_tokens": 0
    }
    "#);
    for request in [app.get("/v1/me/subscription").await, app.get("/v1/plans").await] {
        assert_eq!(problem(&request), "401 unauthorized");
    }
}

#[rstest]
#[tokio::test]
async fn free_renews_itself_and_the_wish_is_kept(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let begun = anna.subscription().await;
    assert_eq!(wish(&anna, json!({})).await, begun);
    let mut off = begun.clone();
    off["auto_renew"] = false.into();
    assert_eq!(wish(&anna, json!({"auto_renew": false})).await, off);
    assert_eq!(wish(&anna, json!({"auto_renew": false})).await, off);
    days_pass(&app, 40).await;
    let next = anna.subscription().await;
    assert_eq!((&next["plan_name"], &next["auto_renew"]), (&json!("free"), &json!(false)));
    assert_ne!(next["id"], begun["id"]);
    assert_eq!(wish(&anna, json!({"auto_renew": true})).await["auto_renew"], true);
    days_pass(&app, 40).await;
    assert_eq!(anna.subscription().await["auto_renew"], true);
}

#[rstest]
#[tokio::test]
async fn another_plan_may_be_wished_for(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    assert_eq!(wish(&anna, json!({"next_plan": "premium"})).await["next_plan"], "premium");
    assert_eq!(wish(&anna, json!({"auto_renew": false})).await["next_plan"], "premium");
    assert_eq!(anna.subscription().await["next_plan"], "premium");
    run(&app, &["plan", "set", "premium", "--offered", "false"]).await;
    for unknown in ["gold", "premium", "", "Free"] {
        let body = json!({"next_plan": unknown, "auto_renew": true});
        let answer = anna.patch("/v1/me/subscription", &body).await;
        assert_eq!((problem(&answer).as_str(), fields(&answer)), ("422 invalid", vec!["next_plan"]), "{unknown}");
    }
    for (body, field) in [(json!({"next_plan": 1}), "next_plan"), (json!({"auto_renew": "yes"}), "auto_renew")] {
        let answer = anna.patch("/v1/me/subscription", &body).await;
        assert_eq!((problem(&answer).as_str(), fields(&answer)), ("422 invalid", vec![field]));
    }
    // Nothing of what was refused is done, and what was wished for once stays wished for.
    let now = anna.subscription().await;
    assert_eq!((&now["next_plan"], &now["auto_renew"]), (&json!("premium"), &json!(false)));
    assert_eq!(wish(&anna, json!({"next_plan": "free"})).await["next_plan"], "free");
    assert_eq!(wish(&anna, json!({"next_plan": null})).await["next_plan"], Value::Null);
    let nobody = app.client().patch(format!("{}/v1/me/subscription", app.base_url())).json(&json!({}));
    assert_eq!(problem(&testkit::app::answer(nobody).await), "401 unauthorized");
}

#[rstest]
#[tokio::test]
async fn a_limit_is_near_from_four_fifths_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| {
        b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 5).config_toml(
            "[plans.tokens]\nunit = \"tokens\"\nusage_limit = 90\nperiod = \"week\"\nauto_renew = true\n\
             [plans.nothing]\nunit = \"requests\"\nusage_limit = 0\nperiod = \"week\"\nauto_renew = true",
        )
    })
    .await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let state = async || anna.subscription().await["limit_state"].as_str().unwrap().to_owned();
    let mut states = vec![state().await];
    for _ in 0..5 {
        assert_eq!(anna.send(session, "Привет").await.0, 201);
        states.push(state().await);
    }
    assert_eq!(states, ["open", "open", "open", "open", "near", "reached"]);
    // A plan counted in tokens: nine of ninety are used by each answer here.
    run(&app, &["subscription", "grant", "--user", &anna.id.to_string(), "--plan", "tokens", "--note", "a gift"]).await;
    let mut states = Vec::new();
    for _ in 0..10 {
        states.push(state().await);
        assert_eq!(anna.send(session, "Привет").await.0, 201);
    }
    states.push(state().await);
    assert_eq!(states, [vec!["open"; 8], vec!["near"; 2], vec!["reached"]].concat());
    run(&app, &["plan", "set", "nothing", "--rank", "1"]).await;
    run(&app, &["subscription", "grant", "--user", &anna.id.to_string(), "--plan", "nothing"]).await;
    assert_eq!(state().await, "reached");
}

#[rstest]
#[case::free(None)]
#[case::granted(Some("premium"))]
#[tokio::test]
async fn many_looks_at_a_periods_end_begin_one_period(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] plan: Option<&str>,
) {
    // Few connections: nobody may hold one and wait for another.
    let (_model, app) = start_with(database, |b| b.env("BESEDA__DATABASE__CONNECTIONS", 2)).await;
    let anna = app.register("Анна").await;
    let until = in_days(30).to_string();
    if let Some(plan) = plan {
        let id = anna.id.to_string();
        run(&app, &["subscription", "grant", "--user", &id, "--plan", plan, "--until", &until]).await;
    }
    days_pass(&app, 40).await;
    let session = anna.session().await;
    let looks = join_all((0..32).map(|_| anna.subscription())).await;
    let sends = join_all((0..8).map(|_| anna.send(session, "Привет"))).await;
    assert!(sends.iter().all(|(status, ..)| *status == 201));
    assert!(looks.iter().all(|look| look["id"] == looks[0]["id"] && look["plan_name"] == "free"), "{looks:?}");
    let expected = match plan {
        None => vec!["free 0", "free 8 active"],
        Some(_) => vec!["free 0", "premium 0", "free 8 active"],
    };
    assert_eq!(rows(&app).await, expected);
}

#[rstest]
#[tokio::test]
async fn periods_of_people_who_are_away_roll_over(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, mut app) = start(database).await;
    let people = join_all((0..3).map(|_| app.register("Анна"))).await;
    let until = in_days(30).to_string();
    let granted = ["subscription", "grant", "--plan", "premium", "--until", &until, "--user"];
    run(&app, &[&granted[..], &[&people[0].id.to_string()]].concat()).await;
    days_pass(&app, 40).await;
    let ended = format!(
        "SELECT COUNT(*) FROM subscriptions WHERE is_active AND end_date < {}",
        app.sql_time(in_days(0).as_microsecond())
    );
    assert_eq!(app.query_i64(&ended).await.unwrap(), 3);
    app.terminate().await.unwrap();
    app.restart().await.unwrap();
    eventually("all have a period that runs", || async { app.query_i64(&ended).await.unwrap() == 0 }).await;
    let active = "SELECT plan_name FROM subscriptions WHERE is_active";
    assert_eq!(app.query_texts(active).await.unwrap(), ["free"; 3]);
    assert_eq!(run(&app, &["verify"]).await, "");
}

#[rstest]
#[tokio::test]
async fn one_whose_period_cannot_roll_over_keeps_nobody_from_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, mut app) = start(database).await;
    let mut people = join_all((0..3).map(|_| app.register("Анна"))).await;
    people.sort_by_key(|person| person.id);
    let until = in_days(30).to_string();
    for person in &people {
        let id = person.id.to_string();
        run(&app, &["subscription", "grant", "--plan", "premium", "--until", &until, "--user", &id]).await;
    }
    days_pass(&app, 40).await;
    // What the first of them was given cannot be read.
    let hers = format!("WHERE user_id = {} AND kind = 'paid'", app.sql_id(people[0].id));
    assert_eq!(app.execute(&format!("UPDATE payments SET terms = '{{}}' {hers}")).await.unwrap(), 1);
    app.terminate().await.unwrap();
    app.restart().await.unwrap();
    let left = "SELECT COUNT(*) FROM subscriptions WHERE is_active AND plan_name = 'premium'";
    eventually("the others have a period that runs", || async { app.query_i64(left).await.unwrap() == 1 }).await;
    let told = |line: &str| line.contains("a period cannot be rolled over") && line.contains(&people[0].id.to_string());
    eventually("it is told", || async { app.log().lines().any(told) }).await;

    let mended = format!("SET terms = (SELECT terms FROM purchases p WHERE p.id = payments.purchase_id) {hers}");
    assert_eq!(app.execute(&format!("UPDATE payments {mended}")).await.unwrap(), 1);
    for person in &people {
        assert_eq!(person.subscription().await["plan_name"], "free");
    }
    assert_eq!(run(&app, &["verify"]).await, "");
}

#[rstest]
#[tokio::test]
async fn an_operator_sees_what_a_person_has_and_had(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let id = anna.id.to_string();
    run(&app, &["subscription", "grant", "--user", &id, "--plan", "premium"]).await;
    let shown: Value = serde_json::from_str(&run(&app, &["subscription", "show", "--user", &id]).await).unwrap();
    let plans: Vec<_> = shown.as_array().unwrap().iter().map(|row| (&row["plan_name"], &row["is_active"])).collect();
    assert_eq!(plans, [(&json!("free"), &json!(false)), (&json!("premium"), &json!(true))]);
    assert_eq!(shown[1], anna.subscription().await);
    let joined = format!("UPDATE users SET telegram_id = 77 WHERE id = {}", app.sql_id(anna.id));
    app.execute(&joined).await.unwrap();
    let by_telegram = run(&app, &["subscription", "show", "--telegram-id", "77"]).await;
    assert_eq!(serde_json::from_str::<Value>(&by_telegram).unwrap(), shown);
    for who in [["--user", "01a204c6-0000-7000-8000-000000000000"], ["--telegram-id", "78"]] {
        let words = refused(&app, &[&["subscription", "show"][..], &who].concat()).await;
        assert_eq!(words, "beseda: there is no such person");
    }
}
