//! First contact: the front's model {name, gender, age}.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::{Database, TestApp, answer};

use crate::support::{assert_shows, fields, problem, start, start_with};

#[rstest]
#[tokio::test]
async fn a_registration_is_answered_with_the_person_and_tokens(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let body = json!({"name": "  Анна ", "gender": "female", "age": 27, "device_name": "Pixel 9", "language": "ru"});
    let (status, headers, body) = app.post("/v1/users", &body).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(headers["content-type"], "application/json");
    assert_shows!(body, @r#"
    {
      "access_token": "[token]",
      "expires_in": 1800,
      "refresh_token": "[token]",
      "user": {
        "age": 27,
        "age_stated_at": "[time]",
        "companion": null,
        "created_at": "[time]",
        "first_name": null,
        "gender": "female",
        "id": "[id]",
        "language": "ru",
        "last_name": null,
        "name": "Анна",
        "telegram_id": null,
        "time_zone": null,
        "username": null
      }
    }
    "#);
    let anna = app.register_as(json!({"name": "Анна"})).await;
    let (status, _, me) = anna.get("/v1/me").await;
    assert_eq!((status.as_u16(), &me), (200, &anna.user));
    assert_shows!(me, @r#"
    {
      "age": null,
      "age_stated_at": null,
      "companion": null,
      "created_at": "[time]",
      "first_name": null,
      "gender": null,
      "id": "[id]",
      "language": null,
      "last_name": null,
      "name": "Анна",
      "telegram_id": null,
      "time_zone": null,
      "username": null
    }
    "#);
    let (status, _, subscription) = anna.get("/v1/me/subscription").await;
    assert_eq!(status, 200);
    assert_shows!(subscription, @r#"
    {
      "auto_renew": true,
      "end_date": "[time]",
      "id": "[id]",
      "is_active": true,
      "limit_state": "open",
      "next_plan": null,
      "plan_name": "free",
      "provider": null,
      "remaining": 50,
      "reserved": 0,
      "start_date": "[time]",
      "unit": "requests",
      "usage_limit": 50,
      "used_requests": 0,
      "used_tokens": 0
    }
    "#);
}

#[rstest]
#[tokio::test]
async fn names_of_every_script_are_taken_and_trimmed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let longest = "я".repeat(64);
    for name in [
        "Анна",
        "  José María\t",
        "李小龍",
        "محمد",
        "नमस्ते",
        "می\u{200c}خواهم",
        "👩\u{200d}👩\u{200d}👧",
        "Ὀδυσσεύς",
        "ნინო",
        "Dvořák",
        "O'Brien-Šmídová",
        "'; DROP TABLE users; --",
        "%_\\",
        "<b>Анна</b>",
        "a\u{301}",
        &longest,
        "x",
    ] {
        let (status, _, body) = app.post("/v1/users", &json!({"name": name})).await;
        assert_eq!(status, 201, "{name:?} {body}");
        assert_eq!(body["user"]["name"], name.trim());
    }
}

#[rstest]
#[tokio::test]
async fn what_is_out_of_range_is_refused_by_name(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    for (body, field) in [
        (json!({"name": ""}), "name"),
        (json!({"name": " \n\t "}), "name"),
        (json!({"name": "я".repeat(65)}), "name"),
        (json!({"name": "a\u{0}b"}), "name"),
        (json!({"name": "a\nb"}), "name"),
        (json!({"name": "a\u{202e}b"}), "name"),
        (json!({"name": "a\u{85}b"}), "name"),
        (json!({"name": "Анна", "age": 0}), "age"),
        (json!({"name": "Анна", "age": 121}), "age"),
        (json!({"name": "Анна", "age": -1}), "age"),
        (json!({"name": "Анна", "age": i64::MAX}), "age"),
        (json!({"name": "Анна", "device_name": ""}), "device_name"),
        (json!({"name": "Анна", "language": "русский"}), "language"),
    ] {
        let refused = app.post("/v1/users", &body).await;
        assert_eq!(problem(&refused), "422 invalid", "{body}");
        assert_eq!(fields(&refused), [field], "{body}");
    }
    let both = app.post("/v1/users", &json!({"name": "", "age": 500})).await;
    assert_shows!(both.2, @r#"
    {
      "errors": [
        {
          "field": "name",
          "message": "must not be empty"
        },
        {
          "field": "age",
          "message": "must be 1 to 120"
        }
      ],
      "status": 422,
      "title": "A value is out of its range",
      "type": "invalid"
    }
    "#);
    assert_eq!(app.query_i64("SELECT count(*) FROM users").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn what_has_the_wrong_type_is_refused_by_name(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": null}), "name"),
        (json!({"name": 5}), "name"),
        (json!({"name": ["Анна"]}), "name"),
        (json!({"name": "Анна", "gender": "robot"}), "gender"),
        (json!({"name": "Анна", "gender": "Female"}), "gender"),
        (json!({"name": "Анна", "age": "27"}), "age"),
        (json!({"name": "Анна", "age": 27.5}), "age"),
        (json!({"name": "Анна", "age": [27]}), "age"),
    ] {
        let refused = app.post("/v1/users", &body).await;
        assert_eq!(problem(&refused), "422 invalid", "{body}");
        assert_eq!(fields(&refused), [field], "{body}: {}", refused.2);
    }
    let number = app.post("/v1/users", &json!({"name": "Анна", "gender": 1})).await;
    assert_eq!(problem(&number), "400 bad-request");
    assert!(number.2["detail"].as_str().unwrap().contains("gender"), "{}", number.2);
    for body in [Value::Null, json!("Анна"), json!(5), json!([])] {
        assert_eq!(problem(&app.post("/v1/users", &body).await), "422 invalid", "{body}");
    }
}

#[rstest]
#[case::every_gender(json!({"name": "A", "gender": "male"}), 201)]
#[case::the_youngest(json!({"name": "A", "gender": "other", "age": 1}), 201)]
#[case::the_oldest(json!({"name": "A", "gender": null, "age": 120}), 201)]
#[case::unknown_members_are_passed_over(json!({"name": "A", "shoe_size": 38}), 201)]
#[tokio::test]
async fn what_is_optional_may_be_absent_or_null(#[case] body: Value, #[case] expected: u16) {
    let (_model, app) = start(Database::Sqlite).await;
    let (status, _, answer) = app.post("/v1/users", &body).await;
    assert_eq!(status, expected, "{answer}");
    for member in ["gender", "age"] {
        assert_eq!(answer["user"][member], body[member]);
    }
}

#[rstest]
#[tokio::test]
async fn registrations_of_an_address_are_limited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let limited = |builder: testkit::app::Builder| builder.env("BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE", 3);
    let from = |app: &TestApp, address: &str| {
        let request = app.client().post(format!("{}/v1/users", app.base_url())).json(&json!({"name": "Анна"}));
        answer(request.header("x-forwarded-for", address.to_owned()))
    };
    let (_model, app) = start_with(database, limited).await;
    for number in 0..3 {
        // The caller is no trusted proxy: what it says of others is not believed.
        assert_eq!(from(&app, &format!("203.0.113.{number}")).await.0, 201);
    }
    let refused = from(&app, "203.0.113.9").await;
    assert_eq!(problem(&refused), "429 too-many-requests");
    assert!((1..=60).contains(&refused.2["retry_after"].as_u64().unwrap()), "{}", refused.2);
    drop(app);

    let (_model, app) = start_with(database, |b| limited(b).env("BESEDA__HTTP__TRUSTED_PROXIES", "127.0.0.1")).await;
    for _ in 0..3 {
        assert_eq!(from(&app, "203.0.113.1").await.0, 201);
        assert_eq!(from(&app, "2001:db8::1").await.0, 201);
    }
    assert_eq!(from(&app, "203.0.113.1").await.0, 429);
    assert_eq!(from(&app, "203.0.113.2").await.0, 201);
    // A home has a whole /64 of IPv6.
    assert_eq!(from(&app, "2001:db8::2").await.0, 429);
    assert_eq!(from(&app, "2001:db8:0:1::2").await.0, 201);
}
