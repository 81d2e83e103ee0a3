//! `GET /v1/me/payments`, and what the export holds of purchases.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::{Database, Person};

use crate::{
    export::export,
    play::{Shop, has},
    support::{assert_shows, fields, in_days, problem, run, start},
};

/// The ids of a page, and the cursor of the next.
async fn page(person: &Person, query: &str) -> (Vec<String>, Option<String>) {
    let (status, _, page) = person.get(&format!("/v1/me/payments{query}")).await;
    assert_eq!(status, 200, "{page}");
    let items = page["items"].as_array().unwrap().iter();
    let ids = items.map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    (ids, page["next"].as_str().map(str::to_owned))
}

#[rstest]
#[tokio::test]
async fn payments_come_page_by_page(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    assert_eq!(page(&anna, "").await, (vec![], None));
    for person in [&anna, &boris] {
        let id = person.id.to_string();
        run(&app, &["subscription", "grant", "--user", &id, "--plan", "premium"]).await;
        for days in 40..46 {
            let until = in_days(days).to_string();
            run(&app, &["subscription", "extend", "--user", &id, "--until", &until]).await;
        }
    }
    let (all, end) = page(&anna, "").await;
    assert_eq!((all.len(), end), (7, None));
    // The newest first: ids are made in the order of time.
    assert!(all.is_sorted_by(|one, next| one > next), "{all:?}");
    let (mut found, mut before) = (Vec::new(), String::new());
    let mut sizes = Vec::new();
    loop {
        let (ids, next) = page(&anna, &format!("?limit=3{before}")).await;
        sizes.push(ids.len());
        found.extend(ids);
        let Some(next) = next else { break };
        before = format!("&before={next}");
    }
    assert_eq!((found, sizes), (all.clone(), vec![3, 3, 1]));
    // A page that is just full is the last.
    assert_eq!(page(&anna, "?limit=7").await, (all.clone(), None));

    // Each sees their own, whoever's cursor it is.
    let (his, cursor) = page(&boris, "?limit=1").await;
    let (hers, _) = page(&anna, &format!("?before={}", cursor.unwrap())).await;
    assert_eq!(hers, all);
    let (his_all, _) = page(&boris, "").await;
    assert!(his_all.contains(&his[0]) && his_all.iter().all(|id| !all.contains(id)));
}

#[rstest]
#[tokio::test]
async fn a_page_that_is_none_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    anna.session().await;
    anna.session().await;
    let (_, _, sessions) = anna.get("/v1/sessions?limit=1").await;
    // Another list's cursor is none of this one's.
    for cursor in ["", "x", "e30", "%00", "IjEi", sessions["next"].as_str().unwrap()] {
        let answer = anna.get(&format!("/v1/me/payments?before={cursor}")).await;
        assert_eq!(problem(&answer), "400 invalid-cursor", "{cursor:?}");
    }
    for limit in ["0", "101", "-1"] {
        let answer = anna.get(&format!("/v1/me/payments?limit={limit}")).await;
        assert_eq!((problem(&answer).as_str(), fields(&answer)), ("422 invalid", vec!["limit"]));
    }
    assert_eq!(problem(&anna.get("/v1/me/payments?limit=many").await), "400 bad-request");
    assert_eq!(problem(&app.get("/v1/me/payments").await), "401 unauthorized");
}

#[rstest]
#[tokio::test]
async fn what_was_paid_is_in_the_export(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, _token) = shop.customer(30).await;
    let id = anna.id.to_string();
    run(
        &shop.app,
        &["subscription", "extend", "--user", &id, "--until", &in_days(60).to_string(), "--note", "an outage"],
    )
    .await;
    let other = shop.app.register("Борис").await;
    assert_eq!(shop.claim(&other, &shop.sold(30)).await.0, 201);
    assert_eq!(has(&anna).await.0, "premium");
    crate::support::rests(&shop.app).await;

    let document: Value = serde_json::from_str(&export(&anna).await).unwrap();
    let mut purchases = document["purchases"].clone();
    assert_eq!(purchases[0]["terms"]["plan_name"], "premium");
    purchases[0]["terms"] = "[terms]".into();
    assert_shows!(purchases, @r#"
    [
      {
        "created_at": "[time]",
        "id": "[id]",
        "price_stars": null,
        "provider": "google_play",
        "terms": "[terms]"
      }
    ]
    "#);
    let mut payments: Vec<Value> = document["payments"].as_array().unwrap().clone();
    payments.sort_by_key(|payment| payment["kind"].to_string());
    let kinds: Vec<_> = payments.iter().map(|payment| payment["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["extended", "observed", "paid"]);
    // In Google's own words.
    assert_eq!(payments[1]["payload"]["kind"], "androidpublisher#subscriptionPurchaseV2");
    assert_eq!(payments[2]["terms"]["usage_limit"], 2000);
    for payment in &mut payments {
        for (name, shown) in [("payload", "[payload]"), ("terms", "[terms]"), ("charge_id", "[order]")] {
            if !payment[name].is_null() {
                payment[name] = shown.into();
            }
        }
    }
    let payments = json!(payments);
    assert_shows!(payments, @r#"
    [
      {
        "amount": null,
        "charge_id": "[order]",
        "currency": null,
        "id": "[id]",
        "kind": "extended",
        "note": "an outage",
        "occurred_at": "[time]",
        "paid_until": "[time]",
        "payer_id": null,
        "payload": null,
        "provider": "google_play",
        "purchase_id": "[id]",
        "received_at": "[time]",
        "renews": null,
        "source": "operator",
        "state": null,
        "terms": null
      },
      {
        "amount": null,
        "charge_id": "[order]",
        "currency": null,
        "id": "[id]",
        "kind": "observed",
        "note": null,
        "occurred_at": "[time]",
        "paid_until": "[time]",
        "payer_id": null,
        "payload": "[payload]",
        "provider": "google_play",
        "purchase_id": "[id]",
        "received_at": "[time]",
        "renews": true,
        "source": "provider",
        "state": "SUBSCRIPTION_STATE_ACTIVE",
        "terms": null
      },
      {
        "amount": "4.99",
        "charge_id": "[order]",
        "currency": "EUR",
        "id": "[id]",
        "kind": "paid",
        "note": null,
        "occurred_at": "[time]",
        "paid_until": "[time]",
        "payer_id": null,
        "payload": null,
        "provider": "google_play",
        "purchase_id": "[id]",
        "received_at": "[time]",
        "renews": null,
        "source": "provider",
        "state": null,
        "terms": "[terms]"
      }
    ]
    "#);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn many_payments_are_exported_whole(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    // Each call asks Google, and what it says is kept.
    for _ in 0..10 {
        let claims = join_all((0..12).map(|_| shop.claim(&anna, &token))).await;
        assert!(claims.iter().all(|(status, ..)| *status == 201));
    }
    let document: Value = serde_json::from_str(&export(&anna).await).unwrap();
    let payments = document["payments"].as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = payments.iter().map(|payment| payment["id"].as_str().unwrap()).collect();
    assert!(payments.len() > 100 && ids.len() == payments.len(), "{}", payments.len());
    assert_eq!(page(&anna, "").await.0.len(), 1);
    shop.closes().await;
}
