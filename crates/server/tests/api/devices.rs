//! Devices: listed, signed out.

use rstest::rstest;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use testkit::app::{Database, Person, TestApp};
use uuid::Uuid;

use crate::support::{assert_shows, problem, start};

/// Signs the person in on another device, as a later door will.
async fn another_device(app: &TestApp, person: &Person, token: &str) -> Person {
    let hash = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let hash = match app.database() {
        Database::Sqlite => format!("x'{hash}'"),
        Database::Postgres => format!("'\\x{hash}'"),
    };
    let (device, now, later) = (Uuid::from_u128(7), app.sql_time(1), app.sql_time(4_000_000_000_000_000));
    let (device, user) = (app.sql_id(device), app.sql_id(person.id));
    let sql = format!(
        "INSERT INTO devices (id, user_id, name, created_at, last_seen_at) VALUES ({device}, {user}, 'Tablet', {now}, {now})"
    );
    app.execute(&sql).await.unwrap();
    let sql = format!(
        "INSERT INTO access_tokens (token_hash, user_id, device_id, expires_at) VALUES ({hash}, {user}, {device}, {later})"
    );
    app.execute(&sql).await.unwrap();
    person.with_tokens(token, "")
}

async fn devices(person: &Person) -> serde_json::Value {
    let (status, _, body) = person.get("/v1/me/devices").await;
    assert_eq!(status, 200, "{body}");
    body
}

#[rstest]
#[tokio::test]
async fn devices_are_listed_and_signed_out(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register_as(json!({"name": "Анна", "device_name": "Pixel 9"})).await;
    let tablet = another_device(&app, &anna, "ba_tablet").await;
    let list = devices(&tablet).await;
    assert_shows!(list, @r#"
    [
      {
        "created_at": "[time]",
        "current": true,
        "id": "[id]",
        "last_seen_at": "[time]",
        "name": "Tablet"
      },
      {
        "created_at": "[time]",
        "current": false,
        "id": "[id]",
        "last_seen_at": "[time]",
        "name": "Pixel 9"
      }
    ]
    "#);
    let list = devices(&anna).await;
    let phone = list.as_array().unwrap().iter().find(|device| device["name"] == "Pixel 9").unwrap();
    assert_eq!(phone["current"], true);

    let path = format!("/v1/me/devices/{}", phone["id"].as_str().unwrap());
    assert_eq!(tablet.delete(&path).await.0, 204);
    assert_eq!(problem(&anna.get("/v1/me").await), "401 unauthorized");
    assert_eq!(devices(&tablet).await.as_array().unwrap().len(), 1);
    assert_eq!(problem(&tablet.delete(&path).await), "404 not-found");
}

#[rstest]
#[tokio::test]
async fn nobody_signs_out_the_device_of_another(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let path = format!("/v1/me/devices/{}", devices(&anna).await[0]["id"].as_str().unwrap());
    assert_eq!(problem(&boris.delete(&path).await), "404 not-found");
    assert_eq!(problem(&boris.delete("/v1/me/devices/nonsense").await), "404 not-found");
    assert_eq!(devices(&anna).await.as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn logging_out_ends_both_tokens(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let tablet = another_device(&app, &anna, "ba_tablet").await;
    let (status, _, body) = anna.post("/v1/auth/logout", &json!(null)).await;
    assert_eq!((status.as_u16(), body), (204, json!(null)));
    assert_eq!(problem(&anna.get("/v1/me").await), "401 unauthorized");
    let refreshed = app.post("/v1/auth/refresh", &json!({"refresh_token": anna.refresh_token})).await;
    assert_eq!(problem(&refreshed), "401 unauthorized");
    assert_eq!(tablet.get("/v1/me").await.0, 200);
}
