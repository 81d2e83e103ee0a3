//! `POST /google-play/notifications`: who may tell, and what is made of it.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::Database,
    google::{CANCELED, Fault, IdToken, Operation, Signature},
};

use crate::{
    play::{Shop, has},
    support::{eventually, now, rests},
};

/// Tokens that are not Google's word for us, and what is wrong with each.
fn forged(right: &IdToken) -> Vec<(&'static str, IdToken)> {
    let right = || right.clone();
    let past = now().as_second() - 3600;
    vec![
        ("another audience", right().with("aud", "https://other.example")),
        ("another audience beside ours", right().with("aud", json!([right().claims["aud"], "https://other.example"]))),
        ("no audience", right().without("aud")),
        ("another account", right().email("somebody@fake-project.iam.gserviceaccount.com")),
        ("no account", right().without("email")),
        ("an address that nobody has proved", right().with("email_verified", false)),
        ("another issuer", right().with("iss", "https://accounts.example")),
        ("expired", right().with("iat", past - 3600).with("exp", past)),
        ("not yet valid", right().with("iat", past + 7200).with("exp", past + 10_800)),
        ("no expiry", right().without("exp")),
        ("a key that is not published", right().signed(Signature::Unpublished)),
        ("another's signature", right().signed(Signature::Impostor)),
        ("no key named", right().signed(Signature::Nameless)),
        ("another algorithm", right().signed(Signature::Rs384)),
        ("the public key for a secret", right().signed(Signature::Hs256)),
        ("no signature", right().signed(Signature::None)),
    ]
}

#[rstest]
#[tokio::test]
async fn only_google_is_heard(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    rests(&shop.app).await;
    shop.google.cancels(&token);
    let url = shop.push_url();
    let asked = || shop.google.calls_of(Operation::Get).len();
    let before = asked();
    let body = shop.google.notification(&token, CANCELED);
    for (what, forged) in forged(&shop.google.push_token(&url)) {
        assert_eq!(shop.google.push_with(&url, &body, &forged).await, 401, "{what}");
    }
    assert_eq!(shop.google.push_without_token(&url, &body).await, 401);
    for authorization in
        ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Bearer e30.e30.", &"Bearer x".repeat(9000)]
    {
        let request = shop.app.client().post(&url).header("authorization", authorization).json(&body);
        let status = request.send().await.unwrap().status();
        // The last one is more than the service reads.
        assert!(status == 401 || status == 431, "{status}");
    }
    assert_eq!(shop.app.query_i64("SELECT COUNT(*) FROM jobs WHERE kind = 'ask-google'").await.unwrap(), 0);
    assert_eq!((asked(), has(&anna).await), (before, ("premium".into(), true, 0)));
    // The right one, and the one signed before the keys were changed, are heard.
    shop.hears(&token, CANCELED).await;
    assert_eq!((asked(), has(&anna).await), (before + 1, ("premium".into(), false, 0)));
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn what_says_nothing_of_a_purchase_is_taken_and_left(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let shop = Shop::open(database).await;
    let url = shop.push_url();
    assert_eq!(shop.google.pushes_test(&url).await, 204);
    let token = shop.google.push_token(&url);
    let about = json!({"version": "1.0", "notificationType": 2, "purchaseToken": "somebody-elses"});
    let bodies: [Value; 6] = [
        shop.google.message(&json!({"packageName": "com.example.other", "subscriptionNotification": about})),
        shop.google.message(&json!({"oneTimeProductNotification": {"purchaseToken": "t", "sku": "s"}})),
        shop.google.message(&json!({"subscriptionNotification": {"version": "1.0"}})),
        json!({"message": {"data": "no base64!", "messageId": "1"}}),
        json!({"message": {"data": "e30=", "messageId": "1"}}),
        json!([]),
    ];
    for body in bodies {
        // An error would only bring it again.
        assert_eq!(shop.google.push_with(&url, &body, &token).await, 204, "{body}");
    }
    rests(&shop.app).await;
    assert_eq!(shop.app.query_i64("SELECT COUNT(*) FROM jobs").await.unwrap(), 0);
    assert!(shop.google.calls().is_empty());
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_seen_to_now_is_told_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    shop.google.cancels(&token);
    // Nobody knows Google's keys yet.
    shop.google.next(Operation::Keys, Fault::Status(500));
    assert_eq!(shop.google.push(&shop.push_url(), &token, CANCELED).await, StatusCode::SERVICE_UNAVAILABLE);
    assert!(has(&anna).await.1);
    let log = || shop.app.log();
    assert!(log().contains("a notification of Google Play cannot be kept yet"));
    assert!(!log().contains(&token));
    // It is kept once they are known, and seen to once Google answers: half a minute is left between asking for keys.
    shop.google.next(Operation::Get, Fault::ClosedBefore);
    shop.google.next(Operation::Get, Fault::Status(500));
    eventually("it is taken", || async { shop.google.push(&shop.push_url(), &token, CANCELED).await == 204 }).await;
    eventually("it is seen to", || async { !has(&anna).await.1 }).await;
    shop.closes().await;
}

#[rstest]
#[tokio::test]
async fn without_an_audience_nobody_is_heard(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let shop = Shop::open_with(database, |b| b.env("BESEDA__GOOGLE_PLAY__PUSH_AUDIENCE", "")).await;
    let (anna, token) = shop.customer(30).await;
    shop.google.cancels(&token);
    assert_eq!(shop.google.push(&shop.push_url(), &token, CANCELED).await, 401);
    let empty = shop.google.push_token("").with("aud", "");
    let body = shop.google.notification(&token, CANCELED);
    assert_eq!(shop.google.push_with(&shop.push_url(), &body, &empty).await, 401);
    rests(&shop.app).await;
    assert_eq!(has(&anna).await, ("premium".into(), true, 0));
    assert_eq!(shop.google.key_fetches(), 0);
}

#[rstest]
#[tokio::test]
async fn what_was_taken_survives_a_crash(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut shop = Shop::open(database).await;
    let (anna, token) = shop.customer(30).await;
    rests(&shop.app).await;
    shop.google.cancels(&token);
    shop.google.next(Operation::Get, Fault::HangBefore);
    assert_eq!(shop.google.push(&shop.push_url(), &token, CANCELED).await, 204);
    eventually("Google is asked", || async { shop.google.calls_of(Operation::Get).len() > 1 }).await;
    shop.app.kill9().await;
    // Whoever works on a job has two minutes.
    shop.app.execute("UPDATE jobs SET lease_until = NULL").await.unwrap();
    shop.app.restart().await.unwrap();
    eventually("it is seen to", || async { !has(&anna).await.1 }).await;
    shop.closes().await;
}
