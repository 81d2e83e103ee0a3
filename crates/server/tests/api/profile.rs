//! `PUT /v1/me/profile`: the front's model again, and what may be left out.

use rstest::rstest;
use serde_json::json;
use testkit::app::Database;

use crate::support::{assert_shows, fields, problem, start};

#[rstest]
#[tokio::test]
async fn a_profile_is_set_whole(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let full = json!({
        "name": " Аня ", "gender": "other", "age": 28, "language": "ru-RU", "time_zone": "Europe/Moscow",
        "companion": {"name": "Пушкин", "gender": "male", "age": 37},
    });
    let (status, _, body) = anna.put("/v1/me/profile", &full).await;
    assert_eq!(status, 200, "{body}");
    assert_shows!(body, @r#"
    {
      "age": 28,
      "age_stated_at": "[time]",
      "companion": {
        "age": 37,
        "gender": "male",
        "name": "Пушкин"
      },
      "created_at": "[time]",
      "first_name": null,
      "gender": "other",
      "id": "[id]",
      "language": "ru-RU",
      "last_name": null,
      "name": "Аня",
      "telegram_id": null,
      "time_zone": "Europe/Moscow",
      "username": null
    }
    "#);
    assert_eq!(anna.get("/v1/me").await.2, body);
}

#[rstest]
#[tokio::test]
async fn the_three_fields_are_cleared_when_absent_and_the_others_kept(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let companion = json!({"name": "Пушкин", "gender": "male", "age": 37});
    let full = json!({"name": "Аня", "gender": "female", "age": 28, "language": "ru", "time_zone": "Asia/Tokyo", "companion": companion});
    anna.put("/v1/me/profile", &full).await;

    let (_, _, kept) = anna.put("/v1/me/profile", &json!({"name": "Аня"})).await;
    for cleared in ["gender", "age", "age_stated_at"] {
        assert_eq!(kept[cleared], json!(null), "{cleared}");
    }
    assert_eq!(kept["companion"], companion);
    assert_eq!((&kept["language"], &kept["time_zone"]), (&json!("ru"), &json!("Asia/Tokyo")));

    let clear = json!({"name": "Аня", "companion": null, "language": null, "time_zone": null});
    let (_, _, cleared) = anna.put("/v1/me/profile", &clear).await;
    for member in ["companion", "language", "time_zone"] {
        assert_eq!(cleared[member], json!(null), "{member}");
    }
}

#[rstest]
#[tokio::test]
async fn an_age_said_again_was_not_stated_anew(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let stated = anna.user["age_stated_at"].clone();
    let (_, _, same) = anna.put("/v1/me/profile", &json!({"name": "Анна", "age": 27})).await;
    assert_eq!(same["age_stated_at"], stated);
    let (_, _, other) = anna.put("/v1/me/profile", &json!({"name": "Анна", "age": 30})).await;
    assert_ne!(other["age_stated_at"], stated);

    // Two years and a bit ago she was 30.
    let then =
        app.sql_time(other["age_stated_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond());
    let then = match database {
        Database::Sqlite => format!("{then} - 63200000000000"),
        Database::Postgres => format!("{then} - interval '731 days 12 hours'"),
    };
    app.execute(&format!("UPDATE users SET age_stated_at = {then}")).await.unwrap();
    assert_eq!(anna.get("/v1/me").await.2["age"], 32);
}

#[rstest]
#[tokio::test]
async fn what_is_wrong_changes_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    for (body, field) in [
        (json!({"gender": "male"}), "name"),
        (json!({"name": "Анна", "age": 0}), "age"),
        (json!({"name": "Анна", "gender": "x"}), "gender"),
        (json!({"name": "Анна", "language": "r"}), "language"),
        (json!({"name": "Анна", "language": 5}), "language"),
        (json!({"name": "Анна", "time_zone": "Mars/Olympus"}), "time_zone"),
        (json!({"name": "Анна", "companion": {"name": ""}}), "companion.name"),
        (json!({"name": "Анна", "companion": {"name": "Б", "age": 121}}), "companion.age"),
        (json!({"name": "Анна", "companion": {"name": "Б", "gender": "x"}}), "companion.gender"),
        (json!({"name": "Анна", "companion": {}}), "companion.name"),
        (json!({"name": "Анна", "companion": "Б"}), "companion"),
    ] {
        let refused = anna.put("/v1/me/profile", &body).await;
        assert_eq!(problem(&refused), "422 invalid", "{body}");
        assert_eq!(fields(&refused), [field], "{body}: {}", refused.2);
    }
    assert_eq!(anna.get("/v1/me").await.2, anna.user);
    let (status, _, _) = app.get("/v1/me/profile").await;
    assert_eq!(status, 405);
}
