//! `POST /v1/auth/google` without a token: who signs in with Google, and who does not.

use futures_util::future::join_all;
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Answer, Builder, Database, TestApp, answer, id_of},
    google::{FakeGoogle, Fault, IdToken, Operation, Signature},
    model::FakeModel,
};

use crate::support::{assert_shows, fields, now, problem, service, start};

const PATH: &str = "/v1/auth/google";
/// The web client, and the Android app.
const WEB: &str = "1-web.apps.googleusercontent.com";
const ANDROID: &str = "1-android.apps.googleusercontent.com";

/// Lets people sign in with Google.
pub(crate) fn issued(builder: Builder, google: &FakeGoogle) -> Builder {
    builder
        .env("BESEDA__GOOGLE__CLIENT_IDS", format!("{WEB},{ANDROID}"))
        .env("BESEDA__GOOGLE__AUTHORIZATION_URL", google.authorization_url())
        .env("BESEDA__GOOGLE__KEYS_URL", google.keys_url())
}

/// A service where people sign in with Google.
pub(crate) struct Door {
    pub(crate) app: TestApp,
    pub(crate) google: FakeGoogle,
    pub(crate) model: FakeModel,
}

impl Door {
    pub(crate) async fn open(database: Database) -> Self {
        Self::open_with(database, |builder| builder).await
    }

    pub(crate) async fn open_with(database: Database, change: impl FnOnce(Builder) -> Builder) -> Self {
        let (model, google) = (FakeModel::start().await.unwrap(), FakeGoogle::start().await.unwrap());
        let builder = issued(service(database, &model), &google);
        Self { app: change(builder).start().await.unwrap(), google, model }
    }

    /// What to send with a token.
    pub(crate) fn body(&self, token: &IdToken, nonce: &str) -> Value {
        json!({"id_token": self.google.id_token(token), "nonce": nonce})
    }

    async fn sign_in(&self, token: &IdToken) -> Answer {
        self.app.post(PATH, &self.body(token, "n-1")).await
    }

    async fn people(&self) -> i64 {
        self.app.query_i64("SELECT COUNT(*) FROM users").await.unwrap()
    }
}

/// A right one, of a minute ago, with the nonce `n-1`.
pub(crate) fn token(sub: &str) -> IdToken {
    IdToken::new(WEB, sub, now() - SignedDuration::from_secs(60)).with("nonce", "n-1")
}

#[rstest]
#[tokio::test]
async fn who_comes_for_the_first_time_has_an_account(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let door = Door::open(database).await;
    let methods = json!({"client_id": WEB, "authorization_url": door.google.authorization_url()});
    assert_eq!(door.app.get("/v1/auth/methods").await.2, json!({"telegram": false, "google": methods}));
    let mut body = door.body(&token("113").with("name", "Анна Иванова").email("anna@example.org"), "n-1");
    body["device_name"] = json!("Pixel 9");
    body["language"] = json!("ru");
    let (status, _, body) = door.app.post(PATH, &body).await;
    assert_eq!(status, 201, "{body}");
    assert_shows!(body, @r#"
    {
      "access_token": "[token]",
      "expires_in": 1800,
      "refresh_token": "[token]",
      "user": {
        "age": null,
        "age_stated_at": null,
        "companion": null,
        "created_at": "[time]",
        "first_name": null,
        "gender": null,
        "id": "[id]",
        "language": "ru",
        "last_name": null,
        "name": "Анна Иванова",
        "telegram_id": null,
        "time_zone": null,
        "username": null
      }
    }
    "#);
    let me = |path: &str| {
        let request = door.app.client().get(format!("{}{path}", door.app.base_url()));
        answer(request.bearer_auth(body["access_token"].as_str().unwrap()))
    };
    assert_eq!(me("/v1/me/devices").await.2[0]["name"], "Pixel 9");
    assert_eq!(me("/v1/me/subscription").await.2["plan_name"], "free");
    assert!(me("/v1/me/google").await.2["linked_at"].is_string());
    let exported = me("/v1/me/export").await.2;
    assert_eq!(
        (&exported["identities"][0]["provider"], &exported["identities"][0]["subject"]),
        (&json!("google"), &json!("113"))
    );

    // A second device, by the client of the app.
    let second = door.sign_in(&token("113").with("aud", ANDROID).with("name", "Another")).await;
    assert_eq!((second.0.as_u16(), &second.2["user"]), (200, &body["user"]));
    assert_eq!(door.people().await, 1);
    assert_eq!(door.app.query_i64("SELECT COUNT(*) FROM devices").await.unwrap(), 2);
}

#[rstest]
#[case(json!("  "), Value::Null)]
#[case(json!(5), Value::Null)]
#[case(json!("Ан\u{202e}на\u{0}"), json!("Анна"))]
#[case(json!("я".repeat(70)), json!("я".repeat(64)))]
#[tokio::test]
async fn a_name_that_is_none_is_asked_for_later(
    #[case] said: Value,
    #[case] name: Value,
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let door = Door::open(database).await;
    let (status, _, body) = door.sign_in(&token("113").with("name", said)).await;
    assert_eq!((status.as_u16(), &body["user"]["name"]), (201, &name), "{body}");
    // And there can be a conversation without one.
    let request = |path: &str, body_of: Value| {
        let request = door.app.client().post(format!("{}{path}", door.app.base_url())).json(&body_of);
        answer(request.bearer_auth(body["access_token"].as_str().unwrap()))
    };
    let session = id_of(&request("/v1/sessions", json!({})).await.2["id"]);
    let sent = request(&format!("/v1/sessions/{session}/messages"), json!({"message_text": "Привет"})).await;
    assert_eq!(sent.0, 201, "{}", sent.2);
}

#[rstest]
#[case::of_another_client(token("113").with("aud", "2-other"), "for another audience")]
#[case::of_others_too(token("113").with("aud", json!([WEB, "2-other"])), "for another audience")]
#[case::of_another_issuer(token("113").with("iss", "https://evil.example"), "of another issuer")]
#[case::of_another_nonce(token("113").with("nonce", "n-2"), "of another nonce")]
#[case::without_a_nonce(token("113").without("nonce"), "of another nonce")]
#[case::expired(IdToken::new(WEB, "113", now() - SignedDuration::from_secs(4000)).with("nonce", "n-1"), "expired")]
#[case::of_the_future(IdToken::new(WEB, "113", now() + SignedDuration::from_secs(600)).with("nonce", "n-1"), "not yet valid")]
#[case::of_nobody(token(""), "a claim is missing or odd")]
#[case::of_a_long_nobody(token(&"1".repeat(256)), "a claim is missing or odd")]
#[case::unsigned(token("113").signed(Signature::None), "not a token signed with RS256")]
#[case::signed_with_the_public_key(token("113").signed(Signature::Hs256), "not a token signed with RS256")]
#[case::forged(token("113").signed(Signature::Impostor), "the signature is wrong")]
#[case::of_an_unknown_key(token("113").signed(Signature::Unpublished), "signed with a key that the issuer has not")]
#[tokio::test]
async fn what_proves_nothing_signs_nobody_in(
    #[case] token: IdToken,
    #[case] why: &str,
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let door = Door::open(database).await;
    let answer = door.sign_in(&token).await;
    assert_eq!(problem(&answer), "422 sign-in-invalid");
    assert_eq!(answer.2["detail"], why);
    assert_eq!(door.people().await, 0);
}

#[rstest]
#[tokio::test]
async fn both_names_of_the_issuer_are_right(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    assert_eq!(door.sign_in(&token("113").with("iss", "accounts.google.com")).await.0, 201);
    assert_eq!(door.sign_in(&token("113").with("iss", "https://accounts.google.com")).await.0, 200);
}

#[rstest]
#[tokio::test]
async fn a_body_is_checked_first(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    let body = json!({"id_token": "x", "nonce": "", "device_name": "", "language": "?"});
    let refused = door.app.post(PATH, &body).await;
    assert_eq!((problem(&refused), fields(&refused)), ("422 invalid".into(), vec!["device_name", "language", "nonce"]));
    for (name, value) in [("id_token", json!(null)), ("nonce", json!(5)), ("keep", json!("both"))] {
        let mut body = door.body(&token("113"), "n-1");
        body[name] = value;
        let refused = door.app.post(PATH, &body).await;
        assert_eq!((problem(&refused), fields(&refused)), ("422 invalid".into(), vec![name]));
    }
    assert_eq!(door.google.key_fetches(), 0);
}

#[rstest]
#[tokio::test]
async fn keys_are_kept_and_fetched_anew(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut door = Door::open(database).await;
    door.google.next(Operation::Keys, Fault::Status(503));
    assert_eq!(problem(&door.sign_in(&token("113")).await), "503 sign-in-unavailable");
    // It is asked again only after a while, which no test waits for.
    door.app.restart().await.unwrap();
    assert_eq!(door.sign_in(&token("113")).await.0, 201);
    assert_eq!(door.sign_in(&token("114")).await.0, 201);
    assert_eq!(door.google.key_fetches(), 2);
    // Another key signs. What the one before it has signed is good as long as that is published.
    door.google.rotate_keys();
    assert_eq!(door.sign_in(&token("114").with("jti", 1).signed(Signature::Previous)).await.0, 200);
    door.app.restart().await.unwrap();
    assert_eq!(door.sign_in(&token("113").with("name", "x")).await.0, 200);
    assert_eq!(door.sign_in(&token("114").with("jti", 2).signed(Signature::Previous)).await.0, 200);
    assert_eq!(door.google.key_fetches(), 3);
}

#[rstest]
#[tokio::test]
async fn each_token_signs_one_device_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    let body = door.body(&token("113"), "n-1");
    assert_eq!(door.app.post(PATH, &body).await.0, 201);
    assert_eq!(problem(&door.app.post(PATH, &body).await), "409 sign-in-used");
    let body = door.body(&token("114"), "n-1");
    let answers = join_all((0..6).map(|_| door.app.post(PATH, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.0 == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.0 == 201 || problem(answer) == "409 sign-in-used"));
}

#[rstest]
#[tokio::test]
async fn sign_ins_at_once_make_one_account(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    let bodies: Vec<Value> = (0..6).map(|n| door.body(&token("113").with("jti", n), "n-1")).collect();
    let answers = join_all(bodies.iter().map(|body| door.app.post(PATH, body))).await;
    assert!(answers.iter().all(|answer| answer.0.is_success()), "{answers:?}");
    assert_eq!((answers.iter().filter(|answer| answer.0 == 201).count(), door.people().await), (1, 1));
}

#[rstest]
#[tokio::test]
async fn who_is_blocked_stays_out(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    assert_eq!(door.sign_in(&token("113")).await.0, 201);
    let block = format!("UPDATE users SET blocked_at = {}", door.app.sql_time(1_700_000_000_000_000));
    door.app.execute(&block).await.unwrap();
    assert_eq!(problem(&door.sign_in(&token("113").with("jti", 2)).await), "403 blocked");
}

#[rstest]
#[tokio::test]
async fn where_it_is_off_nobody_signs_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let body = json!({"id_token": "x", "nonce": "n-1"});
    assert_eq!(problem(&app.post(PATH, &body).await), "409 google-off");
    let anna = app.register("Анна").await;
    assert_eq!(problem(&anna.post(PATH, &body).await), "409 google-off");
    assert_eq!(problem(&anna.with_tokens("ba_no", "br_no").post(PATH, &body).await), "401 unauthorized");
}

#[rstest]
#[tokio::test]
async fn tries_are_limited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let few = |builder: Builder| builder.env("BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE", 3);
    let door = Door::open_with(database, few).await;
    for _ in 0..3 {
        assert_eq!(problem(&door.sign_in(&token("113").with("iss", "x")).await), "422 sign-in-invalid");
    }
    assert_eq!(problem(&door.sign_in(&token("113")).await), "429 too-many-requests");
}
