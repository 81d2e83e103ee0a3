//! `POST /v1/me/invoices`: plans bought for Telegram Stars from outside of Telegram, and what the API makes of them.

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::Database,
    telegram::{Fault, Payment},
};

use crate::{
    play::{has, kinds, moment, payments},
    stage::{Stage, invoice, link},
    support::{assert_shows, days_pass, eventually, fields, in_days, now, problem, rests, run, start},
};

#[rstest]
#[tokio::test]
async fn without_a_bot_there_is_no_invoice(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    assert_eq!(problem(&invoice(&anna, "premium").await), "409 telegram-off");
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM purchases").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn an_invoice_is_made_and_paid(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, paying) = stage.joined("Анна").await;
    let made = invoice(&anna, "premium").await;
    let url = link(&made);
    assert!(url.starts_with("https://t.me/$"), "{url}");
    let mut body = made.2;
    body["url"] = "[url]".into();
    assert_shows!(body, @r#"
    {
      "expires_at": "[time]",
      "plan_name": "premium",
      "price_stars": 500,
      "recurring": true,
      "url": "[url]"
    }
    "#);
    let life = moment(&body["expires_at"]).as_second() - now().as_second();
    assert!((86_000..=86_400).contains(&life), "{life}");
    assert_eq!((has(&anna).await.0, kinds(&anna).await.len()), ("free".into(), 0));

    let charge = paying.pays(&url).await.charge_id().to_owned();
    eventually("it is credited", || async { has(&anna).await == ("premium".into(), true, 0) }).await;
    let paid = &payments(&anna).await[0];
    assert_eq!(
        (&paid["kind"], &paid["provider"], &paid["charge_id"]),
        (&json!("paid"), &json!("stars"), &json!(charge))
    );
    assert_eq!((&paid["amount"], &paid["currency"]), (&json!("500"), &json!("XTR")));
    assert_eq!(anna.subscription().await["end_date"], paid["paid_until"]);
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_plan_that_is_no_month_is_paid_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let week = ["plan", "set", "week", "--unit", "requests", "--usage-limit", "100", "--period", "week"];
    run(&stage.app, &[&week[..], &["--price-stars", "100"]].concat()).await;
    let (anna, paying) = stage.joined("Анна").await;
    for _ in 0..2 {
        let made = invoice(&anna, "week").await;
        assert_eq!(made.2["recurring"], false);
        assert!(matches!(paying.pays(&link(&made)).await, Payment::Paid { .. }));
    }
    eventually("both are credited", || async { kinds(&anna).await == ["paid", "paid"] }).await;
    assert_eq!(has(&anna).await, ("week".into(), false, 0));
    days_pass(&stage.app, 8).await;
    assert_eq!(has(&anna).await.0, "week");
    days_pass(&stage.app, 7).await;
    assert_eq!(has(&anna).await.0, "free");
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_bought_has_no_invoice(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let gold = ["plan", "set", "gold", "--unit", "requests", "--usage-limit", "9000", "--period", "month"];
    run(&stage.app, &[&gold[..], &["--price-stars", "900"]].concat()).await;
    let loner = stage.app.register("Борис").await;
    assert_eq!(problem(&invoice(&loner, "premium").await), "409 telegram-not-joined");
    let (anna, _) = stage.joined("Анна").await;
    let unavailable = async |plan: &str, why: &str| {
        let answer = invoice(&anna, plan).await;
        assert_eq!((problem(&answer).as_str(), &answer.2["detail"]), ("409 plan-unavailable", &json!(why)), "{plan}");
    };
    for plan in ["platinum", "free", ""] {
        unavailable(plan, "the plan is not on sale").await;
    }
    run(&stage.app, &["plan", "set", "premium", "--offered", "false"]).await;
    unavailable("premium", "the plan is not on sale").await;
    run(&stage.app, &["plan", "set", "premium", "--offered", "true", "--price-stars", "none"]).await;
    unavailable("premium", "the plan is not on sale").await;
    run(&stage.app, &["plan", "set", "premium", "--price-stars", "500"]).await;
    // What she has, and what is less than that.
    let id = anna.id.to_string();
    run(&stage.app, &["subscription", "grant", "--user", &id, "--plan", "gold", "--until", &in_days(9).to_string()])
        .await;
    unavailable("gold", "the plan is running").await;
    unavailable("premium", "a better plan is running").await;
    run(&stage.app, &["subscription", "revoke", "--user", &id]).await;
    assert_eq!(invoice(&anna, "premium").await.0, 201);
    for (body, field) in [(json!({}), "plan_name"), (json!({"plan_name": 1}), "plan_name")] {
        let answer = anna.post("/v1/me/invoices", &body).await;
        assert_eq!((problem(&answer).as_str(), fields(&answer)), ("422 invalid", vec![field]));
    }
    assert_eq!(problem(&stage.app.post("/v1/me/invoices", &json!({})).await), "401 unauthorized");
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn what_never_ends_is_bought_again_when_it_is_used_up(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let pack = ["plan", "set", "pack", "--unit", "requests", "--usage-limit", "2", "--period", "none"];
    run(&stage.app, &[&pack[..], &["--price-stars", "10"]].concat()).await;
    let (anna, paying) = stage.joined("Анна").await;
    let session = anna.session().await;
    let mut charges = Vec::new();
    // The second invoice was made in time, and is refused when it is paid too early.
    let early = link(&invoice(&anna, "pack").await);
    for _ in 0..2 {
        charges.push(paying.pays(&link(&invoice(&anna, "pack").await)).await.charge_id().to_owned());
        eventually("it is credited", || async { anna.subscription().await["remaining"] == 2 }).await;
        assert_eq!(has(&anna).await.0, "pack");
        for _ in 0..2 {
            let answer = invoice(&anna, "pack").await;
            assert_eq!(
                (problem(&answer).as_str(), &answer.2["detail"]),
                ("409 plan-unavailable", &json!("the plan is running"))
            );
            assert!(matches!(paying.pays(&early).await, Payment::Refused(_)));
            assert_eq!(anna.send(session, "Привет").await.0, 201);
        }
        assert_eq!(problem(&anna.send(session, "Привет").await), "402 quota-exceeded");
        days_pass(&stage.app, 1).await;
    }
    // Who is given the second one back has the first one again, of which nothing is left.
    let refund = json!({"user_id": paying.id(), "telegram_payment_charge_id": charges[1]});
    stage.call("refundStarPayment", &refund).await;
    eventually("it is given back", || async { kinds(&anna).await.contains(&"refunded".to_owned()) }).await;
    let shown = anna.subscription().await;
    assert_eq!(
        (&shown["plan_name"], &shown["remaining"], &shown["end_date"]),
        (&json!("pack"), &json!(0), &json!(null))
    );
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn while_telegram_is_away_there_is_no_invoice(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let (anna, _) = stage.joined("Анна").await;
    for fault in [Fault::Status(502), Fault::ClosedBefore, Fault::TooMany(1), Fault::refused(400, "Bad Request: no")] {
        stage.telegram.next("createInvoiceLink", fault.clone());
        assert_eq!(problem(&invoice(&anna, "premium").await), "503 provider-unavailable", "{fault:?}");
    }
    eventually("it is made", || async { invoice(&anna, "premium").await.0 == 201 }).await;
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn a_renewal_is_turned_off_and_on_over_the_api(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    for on in [false, true, false] {
        let (status, _, body) = anna.patch("/v1/me/subscription", &json!({"auto_renew": on})).await;
        assert_eq!((status.as_u16(), &body["auto_renew"]), (200, &json!(on)));
        eventually("Telegram is told", || async { paying.was_canceled(&charge) != on }).await;
        rests(&stage.app).await;
    }
    assert_eq!(kinds(&anna).await, ["canceled", "resumed", "canceled", "paid"]);
    // What was turned off in Telegram is turned on there.
    assert_eq!(anna.patch("/v1/me/subscription", &json!({"auto_renew": true})).await.0, 200);
    paying.cancels_subscription(&charge).await;
    eventually("it is heard", || async { !has(&anna).await.1 }).await;
    let elsewhere = anna.patch("/v1/me/subscription", &json!({"auto_renew": true})).await;
    assert_eq!(problem(&elsewhere), "409 renewal-elsewhere");
    assert_eq!(elsewhere.2["detail"], "turn it on at stars");
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn operators_give_back_and_take_away(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    let id = payments(&anna).await[0]["id"].as_str().unwrap().to_owned();
    let told = run(&stage.app, &["payment", "refund", &id]).await;
    assert_eq!(told, format!("500 ⭐ will be given back: charge {charge}\n"));
    eventually("it is given back", || async { paying.was_refunded(&charge) }).await;
    eventually("free goes on", || async { has(&anna).await.0 == "free" }).await;
    // The same again, and it is taken away.
    let again = paying.pays(&link(&invoice(&anna, "premium").await)).await.charge_id().to_owned();
    eventually("it is credited", || async { has(&anna).await.0 == "premium" }).await;
    run(&stage.app, &["subscription", "revoke", "--user", &anna.id.to_string()]).await;
    assert_eq!(has(&anna).await.0, "free");
    eventually("the renewal is off", || async { paying.was_canceled(&again) }).await;
    assert!(!paying.was_refunded(&again));
    // Should it be turned on again in Telegram, what is paid then counts.
    days_pass(&stage.app, 1).await;
    let on = json!({"user_id": paying.id(), "telegram_payment_charge_id": again, "is_canceled": false});
    stage.call("editUserStarSubscription", &on).await;
    paying.resumes_subscription(&again).await;
    stage.renews(&anna, &paying, &again).await;
    eventually("it is credited", || async { has(&anna).await == ("premium".into(), true, 0) }).await;
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn who_leaves_does_not_go_on_paying(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    assert_eq!(anna.delete("/v1/me").await.0, 204);
    eventually("the renewal is off", || async { paying.was_canceled(&charge) }).await;
    let left = "SELECT (SELECT COUNT(*) FROM purchases) + (SELECT COUNT(*) FROM payments)";
    assert_eq!(stage.app.query_i64(left).await.unwrap(), 0);
    stage.ends().await;
}
