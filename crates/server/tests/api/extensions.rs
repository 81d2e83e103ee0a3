//! `beseda subscription extend` on what renews itself: more time that stays after the renewals, but not after a refund.

use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    google::{CANCELED, EXPIRED, RENEWED},
};

use crate::{
    grants::subscription,
    play::{Shop, has, kinds, moment, payments, whole},
    stage::Stage,
    support::{days_pass, eventually, in_days, now, rests, run},
};

fn days(number: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * number)
}

/// Lets what the person has end so many days later: what they have then.
async fn extend(app: &TestApp, person: &Person, by: i64) -> Value {
    let until = moment(&person.subscription().await["end_date"]) + days(by);
    let extended = subscription(app, person, &["extend", "--until", &until.to_string()]).await;
    assert_eq!(moment(&extended["end_date"]), until);
    extended
}

/// Has the newest charge given back.
async fn give_back(app: &TestApp, person: &Person) {
    let paid = payments(person).await.into_iter().find(|payment| payment["kind"] == "paid").unwrap();
    run(app, &["payment", "refund", paid["id"].as_str().unwrap()]).await;
    eventually("it is given back", || async { kinds(person).await.contains(&"refunded".to_owned()) }).await;
    rests(app).await;
}

#[rstest]
#[tokio::test]
async fn more_time_stays_after_a_renewal_in_telegram(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    let first = extend(&stage.app, &anna, 10).await;
    days_pass(&stage.app, 29).await;
    let charge = stage.renews(&anna, &paying, &charge).await;
    // The first period goes on to its later end, and the next one ends as much later.
    assert_eq!(anna.subscription().await["id"], first["id"]);
    days_pass(&stage.app, 12).await;
    let second = anna.subscription().await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(moment(&second["start_date"]), moment(&first["end_date"]) - days(41));
    let paid_until = moment(&payments(&anna).await[0]["paid_until"]);
    assert_eq!(moment(&second["end_date"]), paid_until + days(10));
    // What is added to this one comes on top of it.
    extend(&stage.app, &anna, 5).await;
    stage.renews(&anna, &paying, &charge).await;
    let left = moment(&anna.subscription().await["end_date"]).duration_since(now()).as_hours() / 24 + 1;
    days_pass(&stage.app, left).await;
    let third = anna.subscription().await;
    assert_ne!(third["id"], second["id"]);
    let paid_until = moment(&payments(&anna).await[0]["paid_until"]);
    assert_eq!(moment(&third["end_date"]), paid_until + days(15));
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn more_time_that_was_given_back_is_gone(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, paying, charge) = stage.customer().await;
    extend(&stage.app, &anna, 10).await;
    days_pass(&stage.app, 5).await;
    give_back(&stage.app, &anna).await;
    assert_eq!(has(&anna).await.0, "free");
    // Telegram took the next charge before it heard that the renewal is off: it buys what it says, and no more.
    stage.rests().await;
    let on = json!({"user_id": paying.id(), "telegram_payment_charge_id": charge, "is_canceled": false});
    stage.call("editUserStarSubscription", &on).await;
    stage.renews(&anna, &paying, &charge).await;
    let paid = &payments(&anna).await[0];
    assert_eq!((has(&anna).await.0, &anna.subscription().await["end_date"]), ("premium".into(), &paid["paid_until"]));
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn more_time_stays_after_a_renewal_in_google_play(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    let first = extend(&shop.app, &anna, 3).await;
    let until = in_days(31);
    shop.google.renews(&token, until);
    shop.hears(&token, RENEWED).await;
    days_pass(&shop.app, 2).await;
    assert_eq!(anna.subscription().await["id"], first["id"]);
    days_pass(&shop.app, 3).await;
    let second = anna.subscription().await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(moment(&second["start_date"]), moment(&first["end_date"]) - days(5));
    assert_eq!(moment(&second["end_date"]), whole(until) - days(5) + days(3));
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_purchase_that_has_expired_goes_on_until_the_end_that_was_given(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    let extended = extend(&shop.app, &anna, 3).await;
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    shop.google.cancels(&token);
    shop.hears(&token, CANCELED).await;
    days_pass(&shop.app, 2).await;
    shop.google.expires(&token, in_days(-1));
    shop.hears(&token, EXPIRED).await;
    let kept = anna.subscription().await;
    assert_eq!((&kept["id"], kept["used_requests"].as_i64()), (&extended["id"], Some(1)));
    assert_eq!(has(&anna).await, ("premium".into(), false, 1));
    assert_eq!(moment(&kept["end_date"]), moment(&extended["end_date"]) - days(2));
    // It can be prolonged once more, as anything that was bought.
    extend(&shop.app, &anna, 1).await;
    days_pass(&shop.app, 2).await;
    assert_eq!(has(&anna).await, ("premium".into(), false, 1));
    days_pass(&shop.app, 1).await;
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    shop.closes().await;
}

#[rstest]
#[case::first(false)]
#[case::renewed(true)]
#[tokio::test]
async fn a_purchase_that_was_given_back_by_google_loses_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] renewed: bool,
) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(1).await;
    extend(&shop.app, &anna, 3).await;
    if renewed {
        shop.google.renews(&token, in_days(31));
        shop.hears(&token, RENEWED).await;
        extend(&shop.app, &anna, 2).await;
    }
    give_back(&shop.app, &anna).await;
    assert!(shop.google.was_revoked(&token));
    assert_eq!(has(&anna).await, ("free".into(), true, 0));
    for _ in 0..5 {
        days_pass(&shop.app, 2).await;
        assert_eq!(has(&anna).await.0, "free");
    }
    shop.closes().await;
}
