//! What becomes of a purchase in Google Play: every notification is a hint to ask Google how it stands.

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::Database,
    google::{
        Buy, CANCELED, EXPIRED, IN_GRACE_PERIOD, ON_HOLD, Operation, PAUSED, PURCHASED, RECOVERED, RENEWED, RESTARTED,
        REVOKED,
    },
};

use crate::{
    play::{GOLD, PREMIUM, Shop, has, kinds, moment, plan, premium, whole},
    support::{days_pass, eventually, in_days, now, rests},
};

#[rstest]
#[tokio::test]
async fn a_renewal_begins_the_next_period_when_the_first_ends(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    let first = anna.subscription().await;

    shop.google.renews(&token, in_days(31));
    shop.hears(&token, RENEWED).await;
    assert_eq!(kinds(&anna).await, ["paid", "paid"]);
    // What was paid for first goes on to its end.
    assert_eq!(anna.subscription().await, first);
    days_pass(&shop.app, 2).await;
    let second = anna.subscription().await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!((&second["plan_name"], &second["auto_renew"]), (&json!("premium"), &json!(true)));
    assert_eq!((&second["used_requests"], &second["remaining"]), (&json!(0), &json!(2000)));
    let began = whole(moment(&first["end_date"]) - jiff::SignedDuration::from_hours(48));
    assert_eq!(moment(&second["start_date"]), began, "one follows on the other");
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_cancelled_one_lasts_to_its_end(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    let bought = anna.subscription().await;
    shop.google.cancels(&token);
    shop.hears(&token, CANCELED).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 0));
    assert_eq!(anna.subscription().await["end_date"], bought["end_date"]);
    shop.google.restores(&token);
    shop.hears(&token, RESTARTED).await;
    assert_eq!(anna.subscription().await, bought);
    shop.google.cancels(&token);
    shop.hears(&token, CANCELED).await;
    shop.google.expires(&token, now());
    shop.hears(&token, EXPIRED).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    assert_eq!(kinds(&anna).await, ["paid"]);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn grace_keeps_it_and_a_hold_does_not(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    shop.google.enters_grace(&token, in_days(4));
    shop.hears(&token, IN_GRACE_PERIOD).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 1));
    days_pass(&shop.app, 2).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 1), "grace is time of the same period");

    shop.google.goes_on_hold(&token);
    shop.hears(&token, ON_HOLD).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    shop.google.recovers(&token, in_days(30));
    shop.hears(&token, RECOVERED).await;
    assert_eq!(plan(&anna).await, "premium");
    assert_eq!(kinds(&anna).await, ["paid", "paid"]);

    days_pass(&shop.app, 8).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    shop.google.pauses(&token);
    shop.hears(&token, PAUSED).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 1), "the free period of before goes on");
    shop.google.resumes_from_pause(&token, in_days(60));
    shop.hears(&token, RECOVERED).await;
    assert_eq!(plan(&anna).await, "premium");
    shop.google.goes_on_hold(&token);
    shop.hears(&token, ON_HOLD).await;
    shop.google.cancels(&token);
    shop.hears(&token, EXPIRED).await;
    assert_eq!(plan(&anna).await, "free");
    shop.closes().await;
}

#[rstest]
#[case::revoked(false)]
#[case::voided(true)]
#[tokio::test]
async fn what_is_given_back_is_over(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] voided: bool,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    // The next period is paid, too: all of it is over.
    shop.google.renews(&token, in_days(31));
    shop.hears(&token, RENEWED).await;
    shop.google.refunds(&token, now());
    if voided {
        assert_eq!(shop.google.pushes_voided(&shop.push_url(), &token).await, 204);
        rests(&shop.app).await;
    } else {
        shop.hears(&token, REVOKED).await;
    }
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    days_pass(&shop.app, 2).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    shop.closes().await;
}

#[rstest]
#[case::upgrade(PREMIUM, GOLD, "gold")]
#[case::downgrade(GOLD, PREMIUM, "premium")]
#[tokio::test]
async fn another_product_takes_the_place_of_the_first(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] from: &str,
    #[case] to: &str,
    #[case] plan_name: &str,
) {
    let shop = Shop::open(database).await;
    shop.sells_gold().await;
    let anna = shop.app.register("Анна").await;
    let old = shop.google.buys(Buy::new(from, now() - jiff::SignedDuration::from_hours(1), in_days(30)));
    assert_eq!(shop.claim_as(&anna, &old, from).await.0, 201);
    let first = anna.subscription().await;
    let changed = now();
    let new = shop.google.upgrades(&old, Buy::new(to, changed, in_days(30)));
    assert_eq!(shop.claim_as(&anna, &new, to).await.0, 201);
    shop.hears(&old, EXPIRED).await;
    assert_eq!(has(&anna).await, (plan_name.into(), true, 0));
    assert!(shop.google.is_acknowledged(&new));

    let id = shop.app.sql_id(first["id"].as_str().unwrap().parse().unwrap());
    let ended = format!("SELECT COUNT(*) FROM subscriptions WHERE id = {id} AND end_date = {}", {
        shop.app.sql_time(changed.as_microsecond())
    });
    assert_eq!(shop.app.query_i64(&ended).await.unwrap(), 1, "the first ended when the other began");
    let active = "SELECT COUNT(*) FROM subscriptions WHERE is_active";
    assert_eq!(shop.app.query_i64(active).await.unwrap(), 1);
    // The new one ends: the old one does not come back.
    shop.google.expires(&new, now());
    shop.hears(&new, EXPIRED).await;
    assert_eq!(plan(&anna).await, "free");
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_notification_credits_by_itself(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, boris) = (shop.app.register("Анна").await, shop.app.register("Борис").await);
    let hers = shop.google.buys(premium(30).account(&anna.id.to_string()));
    // Whose these are is not known: they wait for the app's call.
    let unclaimed = [shop.sold(30), shop.google.buys(premium(30).account(&uuid::Uuid::nil().to_string()))];
    for token in [&hers, &unclaimed[0], &unclaimed[1], &"never-heard-of".to_owned()] {
        shop.hears(token, PURCHASED).await;
    }
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    assert!(shop.google.is_acknowledged(&hers));
    assert!(unclaimed.iter().all(|token| !shop.google.is_acknowledged(token)));
    assert_eq!(shop.app.query_i64("SELECT COUNT(*) FROM purchases").await.unwrap(), 1);
    assert_eq!(shop.claim(&anna, &hers).await.0, 201);
    assert_eq!(shop.claim(&boris, &unclaimed[0]).await.0, 201);
    assert_eq!((kinds(&anna).await, kinds(&boris).await), (vec!["paid".to_owned()], vec!["paid".to_owned()]));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_lost_notification_is_made_up_for(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let anna = shop.app.register("Анна").await;
    let soon = now() + jiff::SignedDuration::from_secs(3);
    let token = shop.google.buys(Buy::new(PREMIUM, now() - jiff::SignedDuration::from_hours(700), soon));
    assert_eq!(shop.claim(&anna, &token).await.0, 201);
    // It is paid on, and nobody says so.
    let until = in_days(30);
    shop.google.renews(&token, until);
    eventually("the next period has begun", || async {
        let subscription = anna.subscription().await;
        subscription["plan_name"] == "premium" && moment(&subscription["end_date"]) == whole(until)
    })
    .await;
    assert_eq!(kinds(&anna).await, ["paid", "paid"]);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_late_renewal_is_waited_for(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let anna = shop.app.register("Анна").await;
    let soon = now() + jiff::SignedDuration::from_secs(2);
    let token = shop.google.buys(Buy::new(PREMIUM, now() - jiff::SignedDuration::from_hours(700), soon));
    assert_eq!(shop.claim(&anna, &token).await.0, 201);
    eventually("its time has ended", || async { plan(&anna).await == "free" }).await;
    let asked = shop.google.calls_of(Operation::Get).len();
    eventually("Google is asked", || async { shop.google.calls_of(Operation::Get).len() > asked }).await;
    assert_eq!(plan(&anna).await, "free");
    // Google takes the money after the end, and nobody says so.
    shop.google.renews(&token, in_days(30));
    eventually("the next period has begun", || async { plan(&anna).await == "premium" }).await;
    assert_eq!(kinds(&anna).await, ["paid", "paid"]);
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn the_order_of_notifications_makes_no_difference(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    let url = shop.push_url();
    shop.google.cancels(&token);
    shop.google.restores(&token);
    shop.google.renews(&token, in_days(31));
    let bodies = [CANCELED, RENEWED, RESTARTED, PURCHASED].map(|kind| shop.google.notification(&token, kind));
    // Each is sent twice, and the last first.
    for body in bodies.iter().rev().chain(&bodies) {
        assert_eq!(shop.google.push_with(&url, body, &shop.google.push_token(&url)).await, 204);
    }
    rests(&shop.app).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    assert_eq!(kinds(&anna).await, ["paid", "paid"]);
    // What was true long ago is no longer told.
    shop.google.cancels(&token);
    shop.hears(&token, RENEWED).await;
    assert!(!has(&anna).await.1);
    shop.google.expires(&token, now());
    for kind in [RENEWED, PURCHASED, EXPIRED, RECOVERED] {
        shop.hears(&token, kind).await;
        assert_eq!(plan(&anna).await, "free");
    }
    // Google forgets it, and what it has said stays.
    shop.google.forgets(&token);
    shop.hears(&token, EXPIRED).await;
    assert_eq!((plan(&anna).await, kinds(&anna).await.len()), ("free".into(), 2));
    assert!(shop.google.calls_of(Operation::Get).iter().any(|call| call.status == 410));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_purchase_outlives_its_product(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    // Premium is sold as another product from now on, and then not at all; who has it keeps paying for the old one.
    crate::support::run(&shop.app, &["plan", "set", "premium", "--google-product-id", "premium_2"]).await;
    shop.google.renews(&token, in_days(31));
    shop.hears(&token, RENEWED).await;
    crate::support::run(&shop.app, &["plan", "set", "premium", "--google-product-id", "none"]).await;
    days_pass(&shop.app, 2).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    shop.google.cancels(&token);
    shop.hears(&token, CANCELED).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 0));
    assert_eq!(kinds(&anna).await, ["paid", "paid"]);
    shop.closes().await;
}
