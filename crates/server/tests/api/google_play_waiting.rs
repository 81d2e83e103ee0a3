//! Purchases that wait for something are asked about once a day: a notification that was lost is made up for.

use rstest::rstest;
use testkit::{
    app::Database,
    google::{ON_HOLD, Operation},
};

use crate::{
    play::{Shop, has, kinds, plan, premium},
    support::{days_pass, eventually, in_days, now, rests},
};

impl Shop {
    /// The service starts again, and with it the periodic work.
    async fn opens_again(&mut self) {
        self.app.terminate().await.unwrap();
        self.app.restart().await.unwrap();
    }

    /// How often was asked about a purchase.
    fn asked(&self, token: &str) -> usize {
        self.google.calls_of(Operation::Get).iter().filter(|call| call.purchase_token == token).count()
    }
}

#[rstest]
#[tokio::test]
async fn a_purchase_on_hold_is_asked_about_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut shop = Shop::open(database).await;
    let (anna, hers) = shop.customer(30).await;
    shop.google.goes_on_hold(&hers);
    shop.hears(&hers, ON_HOLD).await;
    assert_eq!(plan(&anna).await, "free");
    // It is paid after all, and nobody says so.
    shop.google.recovers(&hers, in_days(30));
    days_pass(&shop.app, 1).await;
    // What was asked about today can wait, and what waits for nothing is not asked about.
    let (boris, his) = shop.customer(30).await;
    let (vera, _) = shop.customer(30).await;
    shop.google.goes_on_hold(&his);
    shop.hears(&his, ON_HOLD).await;
    shop.google.recovers(&his, in_days(30));
    let asked = shop.asked(&his);
    shop.opens_again().await;
    eventually("it is paid for", || async { plan(&anna).await == "premium" }).await;
    rests(&shop.app).await;
    assert_eq!((has(&anna).await, kinds(&anna).await.len()), (("premium".into(), true, 0), 2));
    assert_eq!((plan(&boris).await, shop.asked(&his)), ("free".into(), asked));
    assert_eq!(plan(&vera).await, "premium");
    days_pass(&shop.app, 1).await;
    shop.opens_again().await;
    eventually("it is paid for", || async { plan(&boris).await == "premium" }).await;
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn a_payment_on_its_way_is_asked_about_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut shop = Shop::open(database).await;
    let anna = shop.app.register("Анна").await;
    let token = shop.google.buys_pending(premium(30));
    assert_eq!(shop.claim(&anna, &token).await.0, 202);
    shop.google.completes(&token);
    days_pass(&shop.app, 1).await;
    shop.opens_again().await;
    eventually("it is paid for", || async { plan(&anna).await == "premium" }).await;
    rests(&shop.app).await;
    assert!(shop.google.is_acknowledged(&token));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_google_has_forgotten_keeps_nobody_waiting(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let mut shop = Shop::open(database).await;
    let (anna, forgotten) = shop.customer(30).await;
    let (boris, his) = shop.customer(30).await;
    for token in [&forgotten, &his] {
        shop.google.goes_on_hold(token);
        shop.hears(token, ON_HOLD).await;
    }
    // It was never paid, and Google knows no more of it.
    shop.google.expires(&forgotten, now());
    shop.google.forgets(&forgotten);
    shop.google.recovers(&his, in_days(30));
    days_pass(&shop.app, 1).await;
    let asked = shop.asked(&forgotten);
    shop.opens_again().await;
    eventually("it is asked about", || async { shop.asked(&forgotten) > asked }).await;
    eventually("it is paid for", || async { plan(&boris).await == "premium" }).await;
    rests(&shop.app).await;
    assert_eq!((has(&anna).await, kinds(&anna).await), (("free".into(), true, 0), vec!["paid".to_owned()]));
    let failed = "SELECT COUNT(*) FROM jobs WHERE outcome = 'failed'";
    assert_eq!(shop.app.query_i64(failed).await.unwrap(), 0);
    shop.closes().await;
}
