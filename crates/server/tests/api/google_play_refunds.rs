//! What Google Play says it gave back: it is listed, once.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person},
    google::{RENEWED, REVOKED},
};

use crate::{
    play::{Shop, has, kinds, payments},
    support::{days_pass, eventually, in_days, now, rests, run},
};

/// Google tells that it gave back an order of a purchase, and that is seen to.
async fn voided(shop: &Shop, token: &str, order: &str) {
    let about = json!({"purchaseToken": token, "orderId": order, "productType": 1, "refundType": 1});
    let body = shop.google.message(&json!({"voidedPurchaseNotification": about}));
    let url = shop.push_url();
    assert_eq!(shop.google.push_with(&url, &body, &shop.google.push_token(&url)).await, 204);
    rests(&shop.app).await;
}

/// The charges that a person was given back, as they are listed.
async fn given_back(person: &Person) -> Vec<Value> {
    payments(person).await.into_iter().filter(|payment| payment["kind"] == "refunded").collect()
}

#[rstest]
#[tokio::test]
async fn what_google_gave_back_is_listed_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let order = shop.google.order_id(&token);
    shop.google.refunds(&token, now());
    shop.hears(&token, REVOKED).await;
    assert_eq!((has(&anna).await, given_back(&anna).await.len()), (("free".into(), true, 0), 0));
    for _ in 0..2 {
        voided(&shop, &token, &order).await;
        let given_back = given_back(&anna).await;
        let shown: Vec<_> = given_back.iter().map(|p| (&p["charge_id"], &p["amount"], &p["currency"])).collect();
        assert_eq!(shown, [(&json!(order), &json!("4.99"), &json!("EUR"))]);
    }
    assert_eq!(kinds(&anna).await, ["refunded", "paid"]);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn an_older_order_that_was_given_back_ends_nothing(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    let first = shop.google.order_id(&token);
    shop.google.renews(&token, in_days(31));
    shop.hears(&token, RENEWED).await;
    let before = anna.subscription().await;
    voided(&shop, &token, &first).await;
    // It is for Google to say until when a purchase can be used.
    assert_eq!(anna.subscription().await, before);
    let given_back = given_back(&anna).await;
    assert_eq!((given_back.len(), &given_back[0]["charge_id"]), (1, &json!(first)));
    days_pass(&shop.app, 2).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn an_unknown_order_is_not_noted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let ((anna, hers), (boris, his)) = (shop.customer(30).await, shop.customer(40).await);
    let orders = ["GPA.0000-0000-0000-00000".to_owned(), shop.google.order_id(&his), String::new()];
    for order in &orders {
        voided(&shop, &hers, order).await;
    }
    voided(&shop, "never-heard-of", &shop.google.order_id(&hers)).await;
    for person in [&anna, &boris] {
        assert_eq!((has(person).await, kinds(person).await), (("premium".into(), true, 0), vec!["paid".to_owned()]));
    }
    let failed = "SELECT COUNT(*) FROM jobs WHERE outcome = 'failed'";
    assert_eq!(shop.app.query_i64(failed).await.unwrap(), 0);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn an_order_that_was_not_heard_of_before_is_noted(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    // That it was renewed was told, and lost.
    shop.google.renews(&token, in_days(31));
    shop.google.refunds(&token, now());
    assert_eq!(shop.google.pushes_voided(&shop.push_url(), &token).await, 204);
    rests(&shop.app).await;
    assert_eq!(kinds(&anna).await, ["refunded", "paid", "paid"]);
    assert_eq!(given_back(&anna).await[0]["charge_id"], shop.google.order_id(&token));
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_an_operator_gave_back_counts_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let id = payments(&anna).await[0]["id"].as_str().unwrap().to_owned();
    run(&shop.app, &["payment", "refund", &id]).await;
    eventually("it is given back", || async { given_back(&anna).await.len() == 1 }).await;
    rests(&shop.app).await;
    let listed = payments(&anna).await;
    // Google tells of it as of any other.
    shop.hears(&token, REVOKED).await;
    assert_eq!(shop.google.pushes_voided(&shop.push_url(), &token).await, 204);
    rests(&shop.app).await;
    assert_eq!(payments(&anna).await, listed);
    assert_eq!((has(&anna).await, kinds(&anna).await.len()), (("free".into(), true, 0), 2));
    shop.closes().await;
}
