//! `[google_play]`: the connection as it is configured, and none.

use rstest::rstest;
use serde_json::json;
use testkit::{app::Database, google::FakeGoogle, model::FakeModel};

use crate::{
    play::{PREMIUM, Shop, connected, plan},
    support::{eventually, problem, service, start},
};

#[rstest]
#[tokio::test]
async fn without_google_play_nothing_is_sold_there(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let body = json!({"purchase_token": "some-token", "product_id": PREMIUM});
    assert_eq!(problem(&anna.post("/v1/me/purchases", &body).await), "409 google-play-off");
    assert_eq!(app.post("/google-play/notifications", &json!({})).await.0, 404);
}

#[rstest]
#[tokio::test]
async fn the_key_may_be_a_file(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, google) = (FakeModel::start().await.unwrap(), FakeGoogle::start().await.unwrap());
    let mut app = connected(service(database, &model), &google)
        .env("BESEDA__GOOGLE_PLAY__SERVICE_ACCOUNT", "")
        .env("BESEDA__PLANS__PREMIUM__GOOGLE_PRODUCT_ID", PREMIUM)
        .start()
        .await;
    let error = app.err().unwrap().to_string();
    assert!(error.contains("google_play: the file of service_account cannot be read"), "{error}");

    let file = std::env::temp_dir().join(format!("beseda-key-{}.json", uuid::Uuid::from_u128(rand())));
    std::fs::write(&file, google.service_account_json()).unwrap();
    app = connected(service(database, &model), &google)
        .env("BESEDA__GOOGLE_PLAY__SERVICE_ACCOUNT", file.display())
        .env("BESEDA__PLANS__PREMIUM__GOOGLE_PRODUCT_ID", PREMIUM)
        .start()
        .await;
    std::fs::remove_file(&file).unwrap();
    let shop = Shop { app: app.unwrap(), google, model };
    let (anna, token) = shop.customer(30).await;
    assert_eq!(plan(&anna).await, "premium");
    eventually("it is acknowledged", || async { shop.google.is_acknowledged(&token) }).await;
    shop.closes().await;
}

/// Something that no other run has.
fn rand() -> u128 {
    use std::hash::{BuildHasher as _, RandomState};
    u128::from(RandomState::new().hash_one(0))
}

#[rstest]
#[case::not_json("{nonsense", "service account's key is not a JSON object")]
#[case::no_key(r#"{"client_email":"a@b","private_key":"sk-secret","token_uri":"https://t.example"}"#, "private_key")]
#[case::no_file("/nowhere/secret.json", "the file of service_account cannot be read")]
#[tokio::test]
async fn a_wrong_key_is_refused_at_the_start(#[case] key: &str, #[case] named: &str) {
    let (model, google) = (FakeModel::start().await.unwrap(), FakeGoogle::start().await.unwrap());
    let builder = connected(service(Database::Sqlite, &model), &google);
    let app = builder.env("BESEDA__GOOGLE_PLAY__SERVICE_ACCOUNT", key).prepare().await.unwrap();
    let ran = app.run(&["serve"]).await.unwrap();
    assert!(!ran.success && ran.stderr.contains(named), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
}
