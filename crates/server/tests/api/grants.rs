//! `beseda subscription grant|extend|revoke`: what operators give and take.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::{Database, Person, TestApp};

use crate::{
    play::{has, kinds, moment, whole},
    support::{assert_shows, days_pass, in_days, problem, refused, run, start},
};

/// `beseda subscription …` for a person, which must succeed: what they have then.
pub(crate) async fn subscription(app: &TestApp, person: &Person, arguments: &[&str]) -> Value {
    let id = person.id.to_string();
    let (command, rest) = arguments.split_first().unwrap();
    let printed = run(app, &[&["subscription", command, "--user", &id], rest].concat()).await;
    let printed = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed, person.subscription().await, "what is printed is what the person has");
    printed
}

async fn grant(app: &TestApp, person: &Person, plan: &str) -> Value {
    subscription(app, person, &["grant", "--plan", plan]).await
}

/// A plan of a week, and a better one.
async fn sell_weeks_and_gold(app: &TestApp) {
    for (name, rank, limit) in [("week", "10", "100"), ("gold", "900", "9000")] {
        let plan = ["plan", "set", name, "--unit", "requests", "--usage-limit", limit, "--period", "week"];
        run(app, &[&plan[..], &["--rank", rank]].concat()).await;
    }
}

/// Uses so many requests.
async fn uses(person: &Person, requests: usize) {
    let session = person.session().await;
    for _ in 0..requests {
        assert_eq!(person.send(session, "Привет").await.0, 201);
    }
}

#[rstest]
#[tokio::test]
async fn a_plan_is_given_until_a_moment(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let until = in_days(3);
    let given = subscription(&app, &anna, &["grant", "--plan", "premium", "--until", &until.to_string()]).await;
    assert_eq!(moment(&given["end_date"]), whole(until));
    assert_shows!(given, @r#"
    {
      "auto_renew": false,
      "end_date": "[time]",
      "id": "[id]",
      "is_active": true,
      "limit_state": "open",
      "next_plan": null,
      "plan_name": "premium",
      "provider": "grant",
      "remaining": 2000,
      "reserved": 0,
      "start_date": "[time]",
      "unit": "requests",
      "usage_limit": 2000,
      "used_requests": 0,
      "used_tokens": 0
    }
    "#);
    let (_, _, page) = anna.get("/v1/me/payments").await;
    assert_shows!(page["items"][0], @r#"
    {
      "amount": null,
      "charge_id": "[id]",
      "currency": null,
      "id": "[id]",
      "kind": "paid",
      "occurred_at": "[time]",
      "paid_until": "[time]",
      "provider": "grant",
      "purchase_id": "[id]"
    }
    "#);
    let charge = page["items"][0]["id"].as_str().unwrap();
    assert_eq!(refused(&app, &["payment", "refund", charge]).await, "beseda: a grant costs nothing: it can be revoked");
    // Nobody renews it: the wish is kept.
    assert_eq!(anna.patch("/v1/me/subscription", &json!({"auto_renew": true})).await.2["auto_renew"], true);
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    assert_eq!(run(&app, &["verify"]).await, "");
    days_pass(&app, 4).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    assert_eq!(run(&app, &["verify"]).await, "");
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_given_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let endless = ["plan", "set", "staff", "--unit", "requests", "--usage-limit", "9", "--period", "none"];
    run(&app, &endless).await;
    let id = anna.id.to_string();
    let refuse = async |arguments: &[&str]| {
        let words = refused(&app, &[&["subscription"], arguments].concat()).await;
        words.strip_prefix("beseda: ").map(str::to_owned).unwrap_or_default()
    };
    let nobody = "01a204c6-0000-7000-8000-000000000000";
    let (past, soon) = (in_days(-1).to_string(), in_days(1).to_string());
    let no_person = "there is no such person";
    assert_eq!(refuse(&["grant", "--user", nobody, "--plan", "premium"]).await, no_person);
    assert_eq!(refuse(&["grant", "--telegram-id", "1", "--plan", "premium"]).await, no_person);
    assert_eq!(refuse(&["extend", "--user", nobody, "--until", &soon]).await, no_person);
    assert_eq!(refuse(&["revoke", "--user", nobody]).await, no_person);
    assert_eq!(refuse(&["grant", "--user", &id, "--plan", "platinum"]).await, "there is no plan of that name");
    let free = "everybody has the free plan; a grant is of another one";
    assert_eq!(refuse(&["grant", "--user", &id, "--plan", "free"]).await, free);
    let late = "the end must be in the future, and later than it is now";
    assert_eq!(refuse(&["grant", "--user", &id, "--plan", "premium", "--until", &past]).await, late);
    let nothing = "the person's subscription was neither bought nor granted, or never ends";
    assert_eq!(refuse(&["extend", "--user", &id, "--until", &soon]).await, nothing);
    assert_eq!(refuse(&["revoke", "--user", &id]).await, nothing);
    // Who, until when, and which plan must be said.
    for arguments in [
        &["grant", "--plan", "premium"][..],
        &["grant", "--user", &id],
        &["grant", "--user", &id, "--telegram-id", "1", "--plan", "premium"],
        &["grant", "--user", "Анна", "--plan", "premium"],
        &["grant", "--user", &id, "--plan", "premium", "--until", "tomorrow"],
        &["extend", "--user", &id],
    ] {
        refused(&app, &[&["subscription"], arguments].concat()).await;
    }
    assert_eq!((has(&anna).await, kinds(&anna).await.len()), (("free".into(), true, 0), 0));
    // What has an end can end later only; what has none has no later end.
    subscription(&app, &anna, &["grant", "--plan", "premium", "--until", &in_days(3).to_string()]).await;
    assert_eq!(refuse(&["extend", "--user", &id, "--until", &soon]).await, late);
    assert_eq!(refuse(&["extend", "--user", &id, "--until", &past]).await, late);
    run(&app, &["plan", "set", "staff", "--rank", "1000"]).await;
    assert_eq!(grant(&app, &anna, "staff").await["end_date"], Value::Null);
    assert_eq!(refuse(&["extend", "--user", &id, "--until", &soon]).await, nothing);
    assert_eq!(subscription(&app, &anna, &["revoke"]).await["plan_name"], "premium");
    assert_eq!(run(&app, &["verify"]).await, "");
}

#[rstest]
#[tokio::test]
async fn two_grants_of_a_plan_follow_on_each_other(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    sell_weeks_and_gold(&app).await;
    let anna = app.register("Анна").await;
    let first = grant(&app, &anna, "week").await;
    uses(&anna, 1).await;
    assert_eq!(grant(&app, &anna, "week").await["id"], first["id"]);
    assert_eq!(has(&anna).await, ("week".into(), false, 1));
    days_pass(&app, 7).await;
    let second = anna.subscription().await;
    assert_eq!((&second["plan_name"], &second["used_requests"]), (&json!("week"), &json!(0)));
    let week = jiff::SignedDuration::from_hours(7 * 24);
    assert_eq!(moment(&second["start_date"]), moment(&first["end_date"]) - week);
    assert_eq!(moment(&second["end_date"]), moment(&first["end_date"]));
    assert_eq!(run(&app, &["verify"]).await, "");
    days_pass(&app, 7).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
}

#[rstest]
#[tokio::test]
async fn a_better_plan_goes_first_and_the_lesser_goes_on_afterwards(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    sell_weeks_and_gold(&app).await;
    let anna = app.register("Анна").await;
    let lesser = grant(&app, &anna, "week").await;
    uses(&anna, 2).await;
    let until = in_days(3).to_string();
    subscription(&app, &anna, &["grant", "--plan", "gold", "--until", &until]).await;
    uses(&anna, 1).await;
    assert_eq!(has(&anna).await, ("gold".into(), false, 1));
    // Another week of the lesser plan changes nothing now.
    assert_eq!(grant(&app, &anna, "week").await["plan_name"], "gold");
    days_pass(&app, 4).await;
    assert_eq!(has(&anna).await, ("week".into(), false, 2));
    assert_eq!(anna.subscription().await["id"], lesser["id"]);
    assert_eq!(run(&app, &["verify"]).await, "");
    days_pass(&app, 4).await;
    assert_eq!(has(&anna).await, ("week".into(), false, 0));
    days_pass(&app, 7).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
}

#[rstest]
#[tokio::test]
async fn what_begins_while_another_runs_takes_its_place(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(false, true)] heard: bool,
) {
    let (_model, app) = start(database).await;
    sell_weeks_and_gold(&app).await;
    run(&app, &["plan", "set", "week", "--usage-limit", "2"]).await;
    let anna = app.register("Анна").await;
    // Two weeks, one after the other, and ten days beside them: more than the first has, and less than the second.
    grant(&app, &anna, "week").await;
    let beside = subscription(&app, &anna, &["grant", "--plan", "week", "--until", &in_days(10).to_string()]).await;
    assert_eq!(grant(&app, &anna, "week").await["id"], beside["id"]);
    uses(&anna, 2).await;
    let session = anna.session().await;
    let spent = anna.send(session, "Привет").await;
    assert_eq!(problem(&spent), "402 quota-exceeded");
    let second = moment(&spent.2["renews_at"]);
    assert!(second < moment(&beside["end_date"]), "the second week begins while the ten days run");
    assert_eq!(run(&app, &["verify"]).await, "");
    days_pass(&app, 8).await;
    assert_eq!(run(&app, &["verify"]).await, "");
    if heard {
        // A turn is admitted by what has begun, and not refused by what was spent.
        uses(&anna, 1).await;
        assert_eq!(has(&anna).await, ("week".into(), false, 1));
    } else {
        assert_eq!(has(&anna).await, ("week".into(), false, 0));
    }
    let now = anna.subscription().await;
    assert_ne!(now["id"], beside["id"]);
    let days = jiff::SignedDuration::from_hours(8 * 24);
    assert_eq!(moment(&now["start_date"]), second - days);
    assert_eq!(run(&app, &["verify"]).await, "");
    days_pass(&app, 7).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
}

#[rstest]
#[tokio::test]
async fn more_time_is_given_and_taken_away(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let given = subscription(&app, &anna, &["grant", "--plan", "premium", "--until", &in_days(3).to_string()]).await;
    uses(&anna, 1).await;
    for days in [10, 20] {
        let until = in_days(days);
        let more = subscription(&app, &anna, &["extend", "--until", &until.to_string(), "--note", "an outage"]).await;
        assert_eq!((&more["id"], moment(&more["end_date"])), (&given["id"], whole(until)));
    }
    assert_eq!(has(&anna).await, ("premium".into(), false, 1));
    days_pass(&app, 15).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 1));
    assert_eq!(run(&app, &["verify"]).await, "");
    assert_eq!(subscription(&app, &anna, &["revoke", "--note", "over"]).await["plan_name"], "free");
    assert_eq!(kinds(&anna).await, ["revoked", "extended", "extended", "paid"]);
    // What was taken away is over: another grant begins anew.
    let again = grant(&app, &anna, "premium").await;
    assert_eq!((&again["plan_name"], &again["used_requests"]), (&json!("premium"), &json!(0)));
    assert_ne!(again["id"], given["id"]);
    assert_eq!(run(&app, &["verify"]).await, "");
}

#[rstest]
#[tokio::test]
async fn giving_and_taking_brings_no_second_free_quota(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    anna.patch("/v1/me/subscription", &json!({"auto_renew": false})).await;
    uses(&anna, 3).await;
    let free = anna.subscription().await;
    for _ in 0..2 {
        grant(&app, &anna, "premium").await;
        uses(&anna, 1).await;
        assert_eq!(subscription(&app, &anna, &["revoke"]).await, free);
    }
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM subscriptions").await.unwrap(), 3);
    // After the free period's end there is the next one, in the rhythm of the first.
    grant(&app, &anna, "premium").await;
    days_pass(&app, 70).await;
    let next = anna.subscription().await;
    assert_eq!(
        (&next["plan_name"], &next["used_requests"], &next["auto_renew"]),
        (&json!("free"), &json!(0), &json!(false))
    );
    assert_eq!(run(&app, &["verify"]).await, "");
}
