//! What ends a renewal, and what a person's wish for it reaches: also what is on hold, or hidden by a better plan.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    google::{EXPIRED, ON_HOLD, Operation, PAUSED},
    telegram,
};

use crate::{
    play::{Shop, has, kinds, payments},
    stage::{Stage, invoice},
    support::{days_pass, eventually, in_days, problem, rests, run},
};

/// Wishes for the end of the period, which are granted: the subscription.
async fn wish(person: &Person, wish: Value) -> Value {
    let (status, _, body) = person.patch("/v1/me/subscription", &wish).await;
    assert_eq!(status, 200, "{wish}: {body}");
    body
}

/// Plan, renewal and the plan that is wanted next.
fn shown(subscription: &Value) -> (&str, bool, Option<&str>) {
    let next = subscription["next_plan"].as_str();
    (subscription["plan_name"].as_str().unwrap(), subscription["auto_renew"] == true, next)
}

/// Gives gold, which is better than premium, for so many days.
async fn grant_gold(app: &TestApp, person: &Person, days: i64) {
    let gold = ["plan", "set", "gold", "--unit", "requests", "--usage-limit", "9000", "--period", "month"];
    run(app, &[&gold[..], &["--rank", "900"]].concat()).await;
    let (id, until) = (person.id.to_string(), in_days(days).to_string());
    run(app, &["subscription", "grant", "--user", &id, "--plan", "gold", "--until", &until]).await;
    assert_eq!(has(person).await.0, "gold");
}

/// Who gives a charge back.
#[derive(Clone, Copy, Debug)]
enum By {
    Operator,
    Telegram,
}

impl By {
    /// Gives a charge of Anna's back, and waits until that is seen to.
    async fn gives_back(self, stage: &Stage, anna: &Person, paying: &telegram::Person, charge: &str) {
        match self {
            Self::Operator => {
                let paid = payments(anna).await;
                let paid = paid.iter().find(|p| p["kind"] == "paid" && p["charge_id"] == charge).unwrap();
                run(&stage.app, &["payment", "refund", paid["id"].as_str().unwrap()]).await;
            }
            Self::Telegram => {
                let refund = json!({"user_id": paying.id(), "telegram_payment_charge_id": charge});
                stage.call("refundStarPayment", &refund).await;
            }
        }
        eventually("it is given back", || async {
            payments(anna).await.iter().any(|p| p["kind"] == "refunded" && p["charge_id"] == charge)
        })
        .await;
        stage.rests().await;
        assert!(paying.was_refunded(charge));
    }
}

#[rstest]
#[tokio::test]
async fn a_refund_of_the_last_charge_ends_the_renewal(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(By::Operator, By::Telegram)] by: By,
) {
    let stage = Stage::start(database).await;
    let (anna, paying, first) = stage.customer().await;
    days_pass(&stage.app, 27).await;
    let second = stage.renews(&anna, &paying, &first).await;
    days_pass(&stage.app, 1).await;
    let running = anna.subscription().await;
    assert_eq!(shown(&running), ("premium", true, None));
    by.gives_back(&stage, &anna, &paying, &second).await;
    // What was paid before goes on to its end, and nothing follows.
    assert!(paying.was_canceled(&first), "Telegram is told");
    let left = anna.subscription().await;
    assert_eq!((shown(&left), &left["id"]), (("premium", false, None), &running["id"]));
    let heard = kinds(&anna).await;
    assert_eq!(heard.iter().filter(|kind| *kind == "canceled").count(), 1, "{heard:?}");

    // Who changes their mind goes on, and is charged again.
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": true})).await), ("premium", true, None));
    stage.rests().await;
    assert!(!paying.was_canceled(&first), "Telegram is told");
    stage.renews(&anna, &paying, &second).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_refund_of_an_older_charge_does_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(By::Operator, By::Telegram)] by: By,
) {
    let stage = Stage::start(database).await;
    let (anna, paying, first) = stage.customer().await;
    days_pass(&stage.app, 29).await;
    let second = stage.renews(&anna, &paying, &first).await;
    by.gives_back(&stage, &anna, &paying, &first).await;
    // The next period begins at once.
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    assert_eq!(anna.subscription().await["end_date"], payments(&anna).await[1]["paid_until"]);
    assert!(!paying.was_canceled(&first));
    // When that is given back too, there is nothing any more.
    days_pass(&stage.app, 1).await;
    by.gives_back(&stage, &anna, &paying, &second).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    assert!(paying.was_canceled(&first));
    // There is nothing to resume, and the plan can be bought anew.
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": true})).await), ("free", true, None));
    stage.rests().await;
    assert!(paying.was_canceled(&first));
    assert_eq!(invoice(&anna, "premium").await.0, 201);
    stage.ends().await;
}

#[rstest]
#[case::on_hold(ON_HOLD)]
#[case::paused(PAUSED)]
#[tokio::test]
async fn a_wish_reaches_a_purchase_that_is_not_running(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] notification: i64,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    if notification == PAUSED {
        shop.google.pauses(&token)
    } else {
        shop.google.goes_on_hold(&token)
    }
    shop.hears(&token, notification).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": true})).await), ("free", true, None), "it is on");
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": false})).await), ("free", false, None));
    eventually("Google is told", || async { shop.google.was_canceled_by_developer(&token) }).await;
    assert_eq!(wish(&anna, json!({"auto_renew": false})).await["auto_renew"], false);
    rests(&shop.app).await;
    assert_eq!(shop.google.calls_of(Operation::Cancel).len(), 1);
    // Only in Google Play it can be turned on again; nothing of such a wish is kept.
    let elsewhere = anna.patch("/v1/me/subscription", &json!({"auto_renew": true})).await;
    assert_eq!((problem(&elsewhere).as_str(), has(&anna).await.1), ("409 renewal-elsewhere", false));
    // When it is over, the wish is one for the free plan only.
    shop.hears(&token, EXPIRED).await;
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": true})).await), ("free", true, None));
    assert_eq!(kinds(&anna).await, ["canceled", "paid"]);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_wish_reaches_what_a_granted_plan_hides(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    grant_gold(&stage.app, &anna, 3).await;
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": false})).await), ("gold", false, None));
    stage.rests().await;
    assert!(paying.was_canceled(&charge), "Telegram is told");
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": true})).await), ("gold", true, None));
    stage.rests().await;
    assert!(!paying.was_canceled(&charge), "Telegram is told");
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": false})).await), ("gold", false, None));
    days_pass(&stage.app, 4).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 0));
    assert_eq!(kinds(&anna).await, ["canceled", "resumed", "canceled", "paid", "paid"]);
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_wish_reaches_what_a_granted_plan_hides_in_google_play(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    grant_gold(&shop.app, &anna, 3).await;
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": false})).await), ("gold", false, None));
    eventually("Google is told", || async { shop.google.was_canceled_by_developer(&token) }).await;
    let elsewhere = anna.patch("/v1/me/subscription", &json!({"auto_renew": true})).await;
    assert_eq!((problem(&elsewhere).as_str(), has(&anna).await.1), ("409 renewal-elsewhere", false));
    days_pass(&shop.app, 4).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 0));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn who_wants_another_plan_next_does_not_pay_for_this_one_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    // The plan that she has, or none, is no other plan.
    for (next, shows) in [(json!("premium"), Some("premium")), (Value::Null, None)] {
        assert_eq!(shown(&wish(&anna, json!({"next_plan": next})).await), ("premium", true, shows));
    }
    // Both at once are done as they are said.
    let both = json!({"next_plan": "free", "auto_renew": true});
    assert_eq!(shown(&wish(&anna, both).await), ("premium", true, Some("free")));
    stage.rests().await;
    assert!(!paying.was_canceled(&charge));

    assert_eq!(shown(&wish(&anna, json!({"next_plan": "free"})).await), ("premium", false, Some("free")));
    stage.rests().await;
    assert!(paying.was_canceled(&charge), "Telegram is told");
    assert_eq!(shown(&wish(&anna, json!({"auto_renew": true})).await), ("premium", true, None));
    stage.rests().await;
    assert!(!paying.was_canceled(&charge), "Telegram is told");
    let both = json!({"next_plan": "free", "auto_renew": false});
    assert_eq!(shown(&wish(&anna, both).await), ("premium", false, Some("free")));
    stage.rests().await;
    assert!(paying.was_canceled(&charge), "Telegram is told");
    assert_eq!(shown(&wish(&anna, json!({"next_plan": null})).await), ("premium", false, None));
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_wants_another_plan_next_does_not_pay_google_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    assert_eq!(shown(&wish(&anna, json!({"next_plan": "free"})).await), ("premium", false, Some("free")));
    eventually("Google is told", || async { shop.google.was_canceled_by_developer(&token) }).await;
    let elsewhere = anna.patch("/v1/me/subscription", &json!({"auto_renew": true})).await;
    assert_eq!(problem(&elsewhere), "409 renewal-elsewhere");
    assert_eq!(shown(&anna.subscription().await), ("premium", false, Some("free")));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_plan_that_is_wanted_after_a_gift_goes_on_renewing_itself(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    grant_gold(&stage.app, &anna, 3).await;
    assert_eq!(shown(&wish(&anna, json!({"next_plan": "premium"})).await), ("gold", false, Some("premium")));
    stage.rests().await;
    assert!(!paying.was_canceled(&charge));
    days_pass(&stage.app, 4).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    stage.ends().await;
}
