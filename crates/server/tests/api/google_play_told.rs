//! What Google Play is told: a renewal turned off, money given back; and what nobody is told, the purchase token.

use futures_util::future::join_all;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Person, answer},
    google::{Buy, CANCELED, EXPIRED, Fault, Operation, PURCHASED, RENEWED, RESTARTED},
};

use crate::{
    export::export,
    play::{GOLD, Shop, has, kinds, moment, payments, plan, premium},
    support::{days_pass, eventually, in_days, now, problem, refused, rests, run},
};

/// Wishes for the renewal.
async fn wish(person: &Person, on: bool) -> testkit::app::Answer {
    person.patch("/v1/me/subscription", &json!({"auto_renew": on})).await
}

#[rstest]
#[tokio::test]
async fn a_renewal_is_turned_off_at_google(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let bought = anna.subscription().await;
    assert_eq!(wish(&anna, true).await.0, 200, "it is on");
    // Google is told, even if it can't be reached at first.
    shop.google.next(Operation::Cancel, Fault::ClosedBefore);
    shop.google.next(Operation::Cancel, Fault::ClosedAfter);
    let (status, _, body) = wish(&anna, false).await;
    assert_eq!((status.as_u16(), &body["auto_renew"]), (200, &json!(false)));
    assert_eq!((&body["id"], &body["end_date"]), (&bought["id"], &bought["end_date"]));
    eventually("Google is told", || async { shop.google.was_canceled_by_developer(&token) }).await;
    assert_eq!(wish(&anna, false).await.0, 200);
    rests(&shop.app).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 0));
    shop.hears(&token, CANCELED).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 0));

    // Only in Google Play it can be turned on again.
    let elsewhere = wish(&anna, true).await;
    assert_eq!(problem(&elsewhere), "409 renewal-elsewhere");
    assert_eq!(elsewhere.2["detail"], "turn it on at google_play");
    shop.google.restores(&token);
    shop.hears(&token, RESTARTED).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    assert_eq!(kinds(&anna).await, ["canceled", "paid"]);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn nobody_pays_for_two_at_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    shop.sells_gold().await;
    let (anna, lesser) = shop.customer(30).await;
    // What was given ends nothing that was bought.
    let until = in_days(1).to_string();
    run(&shop.app, &["subscription", "grant", "--user", &anna.id.to_string(), "--plan", "gold", "--until", &until])
        .await;
    rests(&shop.app).await;
    assert!(!shop.google.was_canceled_by_developer(&lesser));
    // A better plan that is bought beside the first ends its renewal.
    let better = shop.google.buys(Buy::new(GOLD, now(), in_days(7)));
    assert_eq!(shop.claim_as(&anna, &better, GOLD).await.0, 201);
    eventually("Google is told", || async { shop.google.was_canceled_by_developer(&lesser) }).await;
    shop.hears(&lesser, CANCELED).await;
    assert_eq!(has(&anna).await, ("gold".into(), true, 0));
    // What is left of the first is used afterwards, and not paid for again.
    run(&shop.app, &["subscription", "revoke", "--user", &anna.id.to_string()]).await;
    run(&shop.app, &["subscription", "revoke", "--user", &anna.id.to_string()]).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 0));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_charge_is_given_back_by_google(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let id = payments(&anna).await[0]["id"].as_str().unwrap().to_owned();
    let told = run(&shop.app, &["payment", "refund", &id]).await;
    assert_eq!(told, format!("4.99 EUR will be given back: charge {}\n", shop.google.order_id(&token)));
    eventually("Google gives it back", || async { shop.google.was_revoked(&token) }).await;
    rests(&shop.app).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    let heard = payments(&anna).await;
    assert_eq!((&heard[0]["kind"], &heard[0]["amount"]), (&json!("refunded"), &json!("4.99")));
    assert_eq!(heard[0]["charge_id"], heard[1]["charge_id"]);

    assert_eq!(refused(&shop.app, &["payment", "refund", &id]).await, "beseda: the charge was given back already");
    let other = heard[0]["id"].as_str().unwrap();
    assert_eq!(refused(&shop.app, &["payment", "refund", other]).await, "beseda: there is no such charge");
    let nobodys = uuid::Uuid::nil().to_string();
    assert_eq!(refused(&shop.app, &["payment", "refund", &nobodys]).await, "beseda: there is no such charge");
    let listed = run(&shop.app, &["payment", "list", "--user", &anna.id.to_string()]).await;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&listed).unwrap(), json!(heard));
    assert_eq!(shop.google.calls_of(Operation::Revoke).len(), 1);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn only_the_latest_charge_is_given_back(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    shop.google.renews(&token, in_days(31));
    shop.hears(&token, RENEWED).await;
    let ids: Vec<_> = payments(&anna).await.iter().map(|paid| paid["id"].as_str().unwrap().to_owned()).collect();
    // Google would give back what was paid last, whichever is meant.
    assert_eq!(
        refused(&shop.app, &["payment", "refund", &ids[1]]).await,
        "beseda: Google Play gives back only what was paid last of a purchase"
    );
    rests(&shop.app).await;
    assert!(shop.google.calls_of(Operation::Revoke).is_empty());
    assert_eq!(plan(&anna).await, "premium");
    run(&shop.app, &["payment", "refund", &ids[0]]).await;
    eventually("it is over", || async { plan(&anna).await == "free" }).await;
    assert!(shop.google.was_revoked(&token));
    shop.closes().await;
}

#[rstest]
#[case::nothing_was_done(Fault::ClosedBefore)]
#[case::the_answer_was_lost(Fault::ClosedAfter)]
#[tokio::test]
async fn a_charge_is_given_back_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] fault: Fault,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let id = payments(&anna).await[0]["id"].as_str().unwrap().to_owned();
    shop.google.next(Operation::Revoke, fault);
    run(&shop.app, &["payment", "refund", &id]).await;
    eventually("it is over", || async { plan(&anna).await == "free" }).await;
    assert!(shop.google.was_revoked(&token));
    rests(&shop.app).await;
    assert_eq!(kinds(&anna).await, ["refunded", "paid"]);
    let failed = "SELECT COUNT(*) FROM jobs WHERE outcome = 'failed'";
    assert_eq!(shop.app.query_i64(failed).await.unwrap(), 0);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_google_will_not_give_back_stays(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let id = payments(&anna).await[0]["id"].as_str().unwrap().to_owned();
    shop.google.next(Operation::Revoke, Fault::refused(400, "subscriptionInvalidArgument", "It cannot be revoked."));
    run(&shop.app, &["payment", "refund", &id]).await;
    let failed = "SELECT COUNT(*) FROM jobs WHERE outcome = 'failed' AND error LIKE '%It cannot be revoked%'";
    eventually("it is given up", || async { shop.app.query_i64(failed).await.unwrap() == 1 }).await;
    assert_eq!((has(&anna).await, kinds(&anna).await), (("premium".into(), true, 0), vec!["paid".to_owned()]));
    assert!(!shop.google.was_revoked(&token));
    // It can be tried again.
    run(&shop.app, &["payment", "refund", &id]).await;
    eventually("it is over", || async { plan(&anna).await == "free" }).await;
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn an_operator_takes_it_away(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let left = run(&shop.app, &["subscription", "revoke", "--user", &anna.id.to_string(), "--note", "a thief"]).await;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&left).unwrap()["plan_name"], "free");
    eventually("the renewal is off", || async { shop.google.was_canceled_by_developer(&token) }).await;
    assert!(!shop.google.was_revoked(&token), "nothing is given back by this");
    shop.hears(&token, CANCELED).await;
    assert_eq!(
        (has(&anna).await, kinds(&anna).await),
        (("free".into(), true, 0), vec!["revoked".into(), "paid".into()])
    );
    assert_eq!(shop.claim(&anna, &token).await.2["subscription"]["plan_name"], "free");
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_is_paid_after_it_was_taken_away_counts(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    let id = anna.id.to_string();
    run(&shop.app, &["subscription", "extend", "--user", &id, "--until", &in_days(9).to_string()]).await;
    // The next period is paid, too: that is taken away with the first, and with what was added to it.
    shop.google.renews(&token, in_days(31));
    shop.hears(&token, RENEWED).await;
    run(&shop.app, &["subscription", "revoke", "--user", &id]).await;
    eventually("the renewal is off", || async { shop.google.was_canceled_by_developer(&token) }).await;
    shop.hears(&token, CANCELED).await;
    shop.google.restores(&token);
    shop.hears(&token, RESTARTED).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));

    for end in [61, 91] {
        days_pass(&shop.app, 30).await;
        shop.google.renews(&token, in_days(end));
        shop.hears(&token, RENEWED).await;
        assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    }
    assert_eq!(moment(&anna.subscription().await["end_date"]), moment(&payments(&anna).await[1]["paid_until"]));
    assert_eq!(kinds(&anna).await, ["paid", "paid", "revoked", "paid", "extended", "paid"]);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn who_leaves_does_not_go_on_paying(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let canceled = shop.sold(40);
    assert_eq!(shop.claim(&anna, &canceled).await.0, 201);
    shop.google.cancels(&canceled);
    shop.hears(&canceled, CANCELED).await;
    shop.google.next(Operation::Cancel, Fault::ClosedBefore);
    assert_eq!(anna.delete("/v1/me").await.0, 204);
    eventually("the renewal is off", || async { shop.google.was_canceled_by_developer(&token) }).await;
    assert!(!shop.google.was_canceled_by_developer(&canceled));
    // Nothing is kept of who is gone, whatever Google tells.
    for kind in [CANCELED, EXPIRED] {
        shop.hears(&token, kind).await;
    }
    let left = "SELECT (SELECT COUNT(*) FROM purchases) + (SELECT COUNT(*) FROM payments)";
    assert_eq!(shop.app.query_i64(left).await.unwrap(), 0);
    // With a new account what is left of it can be used.
    let again = shop.app.register("Анна").await;
    assert_eq!(shop.claim(&again, &token).await.0, 201);
    assert_eq!(has(&again).await, ("premium".into(), false, 0));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn who_leaves_while_a_purchase_is_told_of_is_gone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let people = join_all((0..30).map(|_| shop.app.register("Анна"))).await;
    let told = join_all(people.iter().map(async |anna| {
        let token = shop.google.buys(premium(30).account(&anna.id.to_string()));
        let url = shop.push_url();
        let push = shop.google.push(&url, &token, PURCHASED);
        let claims = join_all((0..2).map(|_| shop.claim(anna, &token)));
        let (claims, left, _) = futures_util::future::join3(claims, anna.delete("/v1/me"), push).await;
        (claims.iter().map(|(status, ..)| status.as_u16()).collect::<Vec<_>>(), left.0.as_u16())
    }));
    for (claims, left) in told.await {
        assert!(left == 204 && claims.iter().all(|status| matches!(status, 201 | 401)), "{claims:?} {left}");
    }
    rests(&shop.app).await;
    let left = "SELECT (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM purchases)";
    assert_eq!(shop.app.query_i64(left).await.unwrap(), 0);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn nobody_is_told_a_purchase_token(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut shop = Shop::open_with(database, |b| b.env("BESEDA__LOG__LEVEL", "trace")).await;
    shop.sells_gold().await;
    let (anna, boris) = (shop.app.register("Анна").await, shop.app.register("Борис").await);
    let first = shop.google.buys(premium(30).account(&anna.id.to_string()));
    let mut answers = Vec::new();
    for status in [400, 401, 403, 404, 429, 500, 503] {
        shop.google.next(Operation::Get, Fault::Echo(status));
        if status == 401 {
            shop.google.next(Operation::Get, Fault::Echo(status));
        }
        answers.push(shop.claim(&anna, &first).await);
    }
    for (operation, status) in [(Operation::Get, 500), (Operation::Acknowledge, 500), (Operation::Cancel, 500)] {
        shop.google.next(operation, Fault::Echo(status));
    }
    shop.hears(&first, RESTARTED).await;
    answers.push(shop.claim(&anna, &first).await);
    answers.push(shop.claim(&boris, &first).await);
    let second = shop.google.upgrades(&first, Buy::new(GOLD, now(), in_days(30)));
    answers.push(shop.claim_as(&anna, &second, GOLD).await);
    answers.push(wish(&anna, false).await);
    rests(&shop.app).await;
    for path in ["/v1/me/payments", "/v1/me/subscription", "/v1/me", "/v1/me/usage"] {
        answers.push(anna.get(path).await);
    }
    answers.push(answer(anna.request(Method::GET, "/v1/me/nowhere")).await);
    let mut told: Vec<String> = answers.iter().map(|(_, _, body)| body.to_string()).collect();
    told.push(export(&anna).await);
    for command in [["subscription", "show"], ["payment", "list"]] {
        let ran = shop.app.run(&[&command[..], &["--user", &anna.id.to_string()]].concat()).await.unwrap();
        told.extend([ran.stdout, ran.stderr]);
    }
    told.extend(shop.app.query_texts("SELECT COALESCE(error, '') FROM jobs").await.unwrap());
    assert_eq!(plan(&anna).await, "gold");
    shop.app.terminate().await.unwrap();
    told.push(shop.app.log());
    assert!(told.iter().any(|text| text.contains("GPA.")), "orders are told");
    let key = shop.google.service_account_json();
    let key: serde_json::Value = serde_json::from_str(&key).unwrap();
    let key = key["private_key"].as_str().unwrap().lines().nth(3).unwrap();
    for text in &told {
        for secret in
            [first.as_str(), &second, key].into_iter().chain(shop.google.access_tokens().iter().map(String::as_str))
        {
            let place = text.find(secret);
            assert!(place.is_none(), "…{}", &text[place.unwrap().saturating_sub(300)..]);
        }
    }
}
