//! `POST /v1/me/purchases`: what was bought in Google Play is credited once, to one person.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, answer},
    google::{Buy, Fault, Operation, PENDING_PURCHASE_CANCELED, PURCHASED},
};

use crate::{
    play::{GOLD, PREMIUM, Shop, has, kinds, moment, payments, plan, premium, whole},
    support::{assert_shows, eventually, fields, in_days, now, problem, rests},
};

#[rstest]
#[tokio::test]
async fn a_purchase_is_credited_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let anna = shop.app.register("Анна").await;
    let (start, expiry) = (now() - jiff::SignedDuration::from_hours(1), in_days(30));
    let token = shop.google.buys(Buy::new(PREMIUM, start, expiry));
    let (status, _, body) = shop.claim(&anna, &token).await;
    assert_eq!(status, 201);
    assert_shows!(body, @r#"
    {
      "state": "credited",
      "subscription": {
        "auto_renew": true,
        "end_date": "[time]",
        "id": "[id]",
        "is_active": true,
        "limit_state": "open",
        "next_plan": null,
        "plan_name": "premium",
        "provider": "google_play",
        "remaining": 2000,
        "reserved": 0,
        "start_date": "[time]",
        "unit": "requests",
        "usage_limit": 2000,
        "used_requests": 0,
        "used_tokens": 0
      }
    }
    "#);
    let period = ["start_date", "end_date"].map(|name| moment(&body["subscription"][name]));
    assert_eq!(period, [whole(start), whole(expiry)]);
    eventually("it is acknowledged", || async { shop.google.is_acknowledged(&token) }).await;

    // An app that lost the answer asks again, and may do so at any time.
    let again = shop.claim(&anna, &token).await;
    assert_eq!((again.0.as_u16(), &again.2), (201, &body));
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    assert_eq!(shop.claim(&anna, &token).await.2["subscription"]["used_requests"], 1);
    let (_, _, metrics) = answer(shop.app.client().get(shop.app.metrics_url())).await;
    let counted = "beseda_payments_total{provider=\"google_play\",kind=\"paid\"} 1";
    assert!(metrics.as_str().unwrap().lines().any(|line| line == counted), "{metrics}");
    let (_, _, page) = anna.get("/v1/me/payments").await;
    assert_eq!(page["items"][0]["charge_id"], shop.google.order_id(&token));
    let mut shown = page.clone();
    shown["items"][0]["charge_id"] = "[order]".into();
    assert_shows!(shown, @r#"
    {
      "items": [
        {
          "amount": "4.99",
          "charge_id": "[order]",
          "currency": "EUR",
          "id": "[id]",
          "kind": "paid",
          "occurred_at": "[time]",
          "paid_until": "[time]",
          "provider": "google_play",
          "purchase_id": "[id]"
        }
      ],
      "next": null
    }
    "#);
    assert_eq!(shop.google.calls_of(Operation::Acknowledge).len(), 1);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_is_paid_later_is_credited_later(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, boris) = (shop.app.register("Анна").await, shop.app.register("Борис").await);
    let (hers, his) = (shop.google.buys_pending(premium(30)), shop.google.buys_pending(premium(30)));
    for (person, token) in [(&anna, &hers), (&boris, &his)] {
        let (status, _, body) = shop.claim(person, token).await;
        assert_eq!((status.as_u16(), &body["state"]), (202, &json!("pending")), "{body}");
        assert_eq!(body["subscription"]["plan_name"], "free");
    }
    rests(&shop.app).await;
    assert_eq!(kinds(&anna).await, [""; 0]);
    assert!(shop.google.calls_of(Operation::Acknowledge).is_empty(), "there is nothing to acknowledge yet");

    shop.google.completes(&hers);
    shop.hears(&hers, PURCHASED).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    assert_eq!(kinds(&anna).await, ["paid"]);
    assert!(shop.google.is_acknowledged(&hers));
    let (status, _, body) = shop.claim(&anna, &hers).await;
    assert_eq!((status.as_u16(), &body["state"]), (201, &json!("credited")), "{body}");

    shop.google.abandons(&his);
    shop.hears(&his, PENDING_PURCHASE_CANCELED).await;
    assert_eq!((plan(&boris).await, kinds(&boris).await.len()), ("free".into(), 0));
    assert_eq!(problem(&shop.claim(&boris, &his).await), "422 purchase-invalid");
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_has_ended_is_not_credited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let anna = shop.app.register("Анна").await;
    // It ended before the app could tell of it.
    let token = shop.google.buys(Buy::new(PREMIUM, in_days(-40), in_days(-10)));
    shop.google.expires(&token, in_days(-10));
    for _ in 0..2 {
        let (status, _, body) = shop.claim(&anna, &token).await;
        assert_eq!((status.as_u16(), &body["state"]), (201, &json!("ended")), "{body}");
        assert_eq!(body["subscription"]["plan_name"], "free");
    }
    rests(&shop.app).await;
    assert!(shop.google.calls_of(Operation::Acknowledge).is_empty(), "there is nothing to acknowledge any more");
    // It is hers all the same.
    let boris = shop.app.register("Борис").await;
    assert_eq!(problem(&shop.claim(&boris, &token).await), "409 purchase-taken");
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_was_not_bought_is_not_credited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let anna = shop.app.register("Анна").await;
    let token = shop.sold(30);
    let gold = shop.google.buys(Buy::new(GOLD, now(), in_days(30)));
    let refused = async |token: &str, product: &str| {
        let answer = shop.claim_as(&anna, token, product).await;
        assert_eq!(problem(&answer), "422 purchase-invalid");
        answer.2["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused("made-up-token-of-mine", PREMIUM).await, "Google Play knows no such purchase");
    assert_eq!(refused("", PREMIUM).await, "Google Play knows no such purchase");
    assert_eq!(refused("../../secret:cancel", PREMIUM).await, "Google Play knows no such purchase");
    assert_eq!(refused(&"x".repeat(5000), PREMIUM).await, "Google Play knows no such purchase");
    assert_eq!(refused(&token, GOLD).await, "the purchase is of another product");
    assert_eq!(refused(&token, "").await, "the purchase is of another product");
    assert_eq!(refused(&gold, GOLD).await, "no plan is sold as this product");
    for (body, field) in [
        (json!({"product_id": PREMIUM}), "purchase_token"),
        (json!({"purchase_token": token}), "product_id"),
        (json!({"purchase_token": 1, "product_id": PREMIUM}), "purchase_token"),
    ] {
        let answer = anna.post("/v1/me/purchases", &body).await;
        assert_eq!((problem(&answer).as_str(), fields(&answer)), ("422 invalid", vec![field]));
    }
    let body = json!({"purchase_token": token, "product_id": PREMIUM});
    assert_eq!(problem(&shop.app.post("/v1/me/purchases", &body).await), "401 unauthorized");
    rests(&shop.app).await;
    let kept = "SELECT (SELECT COUNT(*) FROM purchases) + (SELECT COUNT(*) FROM payments)";
    assert_eq!(shop.app.query_i64(kept).await.unwrap(), 0);
    assert!(!shop.google.is_acknowledged(&gold), "what nobody is credited with is given back by Google");
    // When a plan is sold as this product, the purchase counts.
    shop.sells_gold().await;
    assert_eq!(shop.claim_as(&anna, &gold, GOLD).await.0, 201);
    assert_eq!(plan(&anna).await, "gold");
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_purchase_is_one_persons(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let boris = shop.app.register("Борис").await;
    assert_eq!(problem(&shop.claim(&boris, &token).await), "409 purchase-taken");
    // One that the app has bought for an account is that account's from the start.
    let hers = shop.google.buys(premium(40).account(&anna.id.to_string()));
    assert_eq!(problem(&shop.claim(&boris, &hers).await), "409 purchase-taken");
    assert_eq!(shop.claim(&anna, &hers).await.0, 201);
    // An account that is no more, or was never one of ours, keeps nobody from it.
    let nobodys = shop.google.buys(premium(30).account("0197f3c2-0000-7000-8000-000000000000"));
    let foreign = shop.google.buys(premium(30).account("somebody"));
    for token in [&nobodys, &foreign] {
        assert_eq!(plan(&boris).await, "free");
        assert_eq!(shop.claim(&boris, token).await.0, 201);
        assert_eq!(plan(&boris).await, "premium");
        crate::support::run(&shop.app, &["subscription", "revoke", "--user", &boris.id.to_string()]).await;
    }
    assert_eq!(kinds(&anna).await.iter().filter(|kind| *kind == "paid").count(), 2);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn while_google_is_away_the_app_asks_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let anna = shop.app.register("Анна").await;
    let token = shop.sold(30);
    let broken: [(Operation, Fault); 11] = [
        (Operation::Token, Fault::Status(503)),
        (Operation::Token, Fault::ClosedBefore),
        (Operation::Token, Fault::Json(400, r#"{"error":"invalid_grant"}"#.into())),
        (Operation::Get, Fault::Status(503)),
        (Operation::Get, Fault::Status(500)),
        (Operation::Get, Fault::TooMany(5)),
        (Operation::Get, Fault::CutAfter),
        (Operation::Get, Fault::Garbage),
        // What a proxy does not know is no word of Google's.
        (Operation::Get, Fault::Status(404)),
        (Operation::Get, Fault::Status(410)),
        (Operation::Get, Fault::Json(404, "{}".into())),
    ];
    for (operation, fault) in broken {
        shop.google.next(operation, fault.clone());
        let answer = shop.claim(&anna, &token).await;
        assert_eq!(problem(&answer), "503 provider-unavailable", "{operation:?} {fault:?}");
        assert_eq!(plan(&anna).await, "free");
    }
    assert_eq!(shop.claim(&anna, &token).await.0, 201);
    assert_eq!(plan(&anna).await, "premium");
    // To acknowledge is tried until it is done: else Google gives the money back.
    let other = shop.sold(40);
    for fault in [Fault::ClosedBefore, Fault::Status(502), Fault::ClosedAfter] {
        shop.google.next(Operation::Acknowledge, fault);
    }
    assert_eq!(shop.claim(&anna, &other).await.0, 201);
    eventually("it is acknowledged", || async { shop.google.is_acknowledged(&other) }).await;
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn many_who_tell_of_one_purchase_at_once_credit_it_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let people = join_all((0..30).map(|_| shop.app.register("Анна"))).await;
    let told = join_all(people.iter().map(async |anna| {
        let token = shop.google.buys(premium(30).account(&anna.id.to_string()));
        let claims = join_all((0..3).map(|_| shop.claim(anna, &token)));
        let url = shop.push_url();
        let pushes = join_all((0..3).map(|_| shop.google.push(&url, &token, PURCHASED)));
        futures_util::future::join(claims, pushes).await
    }));
    for (claims, pushes) in told.await {
        let answers: Vec<_> = claims.iter().map(|(status, _, body)| (status.as_u16(), body)).collect();
        assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 201), "{answers:#?}");
        assert!(pushes.iter().all(|status| *status == 204), "{pushes:?}");
    }
    rests(&shop.app).await;
    for anna in &people {
        assert_eq!((plan(anna).await, kinds(anna).await), ("premium".into(), vec!["paid".to_owned()]));
    }
    assert!(!shop.app.log().contains("deadlock"), "they take their locks in one order");
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn purchases_of_other_kinds_are_credited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, boris) = (shop.app.register("Анна").await, shop.app.register("Борис").await);
    // A licence tester has paid nothing.
    let test = shop.google.buys(premium(30).test());
    assert_eq!(shop.claim(&anna, &test).await.0, 201);
    let paid = payments(&anna).await;
    assert_eq!((paid.len(), &paid[0]["amount"], &paid[0]["currency"]), (1, &Value::Null, &Value::Null));
    // Google's clock may be ahead of ours: what was paid is not waited for.
    let ahead = shop.google.buys(Buy::new(PREMIUM, now() + jiff::SignedDuration::from_mins(2), in_days(40)));
    let vera = shop.app.register("Вера").await;
    assert_eq!(shop.claim(&vera, &ahead).await.2["subscription"]["plan_name"], "premium");
    // A prepaid plan renews for nobody: the wish is all there is to keep.
    let prepaid = shop.google.buys(premium(30).prepaid());
    assert_eq!(shop.claim(&boris, &prepaid).await.0, 201);
    assert_eq!(plan(&boris).await, "premium");
    for on in [true, false] {
        let (status, _, body) = boris.patch("/v1/me/subscription", &json!({"auto_renew": on})).await;
        assert_eq!((status.as_u16(), &body["auto_renew"]), (200, &json!(on)));
    }
    rests(&shop.app).await;
    assert!(shop.google.calls_of(Operation::Cancel).is_empty());
    shop.closes().await;
}
