//! Access and refresh tokens.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;
use testkit::app::{Answer, Database, Person, TestApp, answer};

use crate::support::{assert_shows, problem, start, start_with};

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.post("/v1/auth/refresh", &json!({"refresh_token": token})).await
}

/// The person with the tokens of a refresh's answer, which must be one.
fn renewed(person: &Person, (status, _, body): &Answer) -> Person {
    assert_eq!(*status, 200, "{body}");
    person.with_tokens(body["access_token"].as_str().unwrap(), body["refresh_token"].as_str().unwrap())
}

async fn is_signed_in(person: &Person) -> bool {
    person.get("/v1/me").await.0 == 200
}

#[rstest]
#[tokio::test]
async fn refreshing_rotates_both_tokens(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let first = refresh(&app, &anna.refresh_token).await;
    assert_shows!(first.2, @r#"
    {
      "access_token": "[token]",
      "expires_in": 1800,
      "refresh_token": "[token]"
    }
    "#);
    let second = renewed(&anna, &first);
    assert!(second.access_token != anna.access_token && second.refresh_token != anna.refresh_token);
    assert!(is_signed_in(&second).await);
    let third = renewed(&second, &refresh(&app, &second.refresh_token).await);
    assert!(is_signed_in(&third).await);
    assert_eq!(problem(&refresh(&app, "br_unknown").await), "401 unauthorized");
    assert_eq!(problem(&refresh(&app, &anna.access_token).await), "401 unauthorized");
}

#[rstest]
#[tokio::test]
async fn a_lost_answer_may_be_asked_for_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    renewed(&anna, &refresh(&app, &anna.refresh_token).await);
    let again = renewed(&anna, &refresh(&app, &anna.refresh_token).await);
    assert!(is_signed_in(&again).await);
    renewed(&again, &refresh(&app, &again.refresh_token).await);
}

#[rstest]
#[case::after_the_grace(0)]
#[case::after_the_successor_was_used(60)]
#[tokio::test]
async fn a_used_token_revokes_its_family(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] grace: u64,
) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__AUTH__REFRESH_GRACE_SECONDS", grace)).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let second = renewed(&anna, &refresh(&app, &anna.refresh_token).await);
    let third = renewed(&second, &refresh(&app, &second.refresh_token).await);
    assert!(is_signed_in(&third).await);

    assert_eq!(problem(&refresh(&app, &anna.refresh_token).await), "401 token-reused");
    for dead in [&anna, &second, &third] {
        assert!(!is_signed_in(dead).await);
        assert_eq!(refresh(&app, &dead.refresh_token).await.0, 401);
    }
    assert!(is_signed_in(&boris).await);
}

#[rstest]
#[tokio::test]
async fn refreshes_at_the_same_moment_all_succeed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let answers = join_all((0..8).map(|_| refresh(&app, &anna.refresh_token))).await;
    for answer in &answers {
        assert!(is_signed_in(&renewed(&anna, answer)).await);
    }
}

#[rstest]
#[tokio::test]
async fn tokens_end(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let past = app.sql_time(1_000_000_000_000_000);
    app.execute(&format!("UPDATE access_tokens SET expires_at = {past}")).await.unwrap();
    let ended = anna.get("/v1/me").await;
    assert_eq!(problem(&ended), "401 unauthorized");
    assert_eq!(ended.1["www-authenticate"], "Bearer");
    let second = renewed(&anna, &refresh(&app, &anna.refresh_token).await);
    assert!(is_signed_in(&second).await);
    app.execute(&format!("UPDATE refresh_tokens SET expires_at = {past}")).await.unwrap();
    assert_eq!(problem(&refresh(&app, &second.refresh_token).await), "401 unauthorized");
}

#[rstest]
#[tokio::test]
async fn only_hashes_are_stored(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    app.register("Анна").await;
    for table in ["access_tokens", "refresh_tokens"] {
        let other = format!("SELECT count(*) FROM {table} WHERE length(token_hash) <> 32");
        assert_eq!(app.query_i64(&other).await.unwrap(), 0);
        assert_eq!(app.query_i64(&format!("SELECT count(*) FROM {table}")).await.unwrap(), 1);
    }
}

#[rstest]
#[tokio::test]
async fn a_call_needs_a_bearer_token(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let with =
        |value: String| answer(app.client().get(format!("{}/v1/me", app.base_url())).header("authorization", value));
    assert_eq!(problem(&app.get("/v1/me").await), "401 unauthorized");
    for value in ["Bearer", "Bearer ", "Basic YTpi", "Bearer ba_unknown", "Bearer ba_unknown x"] {
        assert_eq!(problem(&with(value.into()).await), "401 unauthorized", "{value:?}");
    }
    assert_eq!(problem(&with(format!("Token {}", anna.access_token)).await), "401 unauthorized");
    assert_eq!(problem(&with(format!("Bearer {}", anna.refresh_token)).await), "401 unauthorized");
    assert_eq!(with(format!("bearer {}", anna.access_token)).await.0, 200);
}

#[rstest]
#[tokio::test]
async fn a_blocked_person_is_told_so(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    app.execute(&format!("UPDATE users SET blocked_at = {}", app.sql_time(1))).await.unwrap();
    assert_eq!(problem(&anna.get("/v1/me").await), "403 blocked");
    let session = uuid::Uuid::nil();
    assert_eq!(problem(&anna.send(session, "Привет").await), "403 blocked");
}
