//! Access tokens: had once, used for long, and never the reason for more than one call too many.

mod common;

use std::time::Duration;

use common::*;
use google::{ConfigError, Play, PlayConfig, ServiceAccount};
use rstest::rstest;
use serde_json::{Value, json};
use testkit::google::{FakeGoogle, Fault, Operation};
use tokio::task::JoinSet;

#[tokio::test]
async fn one_token_serves_until_a_minute_before_its_end() {
    let google = FakeGoogle::start().await.unwrap();
    let (play, token) = (play(&google), google.buys(plus()));
    google.token_seconds(Some(3600));
    for (seconds, fetches) in [(0, 1), (1, 1), (3539, 1), (3540, 2), (3541, 2), (7079, 2), (7080, 3)] {
        play.subscription(later(seconds), &token).await.unwrap();
        assert_eq!(google.token_fetches(), fetches, "{seconds}");
    }
    assert!(google.violations().is_empty(), "{:?}", google.violations());
}

#[rstest]
#[case::short(Some(60))]
#[case::odd(Some(-5))]
#[case::not_said(None)]
#[tokio::test]
async fn one_that_ends_at_once_serves_one_call(#[case] seconds: Option<i64>) {
    let google = FakeGoogle::start().await.unwrap();
    let (play, token) = (play(&google), google.buys(plus()));
    google.token_seconds(seconds);
    for fetches in 1..=3 {
        play.subscription(now(), &token).await.unwrap();
        assert_eq!(google.token_fetches(), fetches);
    }
}

#[tokio::test]
async fn many_at_once_share_one_fetch() {
    let google = FakeGoogle::start().await.unwrap();
    let (play, token) = (play(&google), google.buys(plus()));
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (play, token) = (play.clone(), token.clone());
        calls.spawn(async move { play.subscription(now(), &token).await.is_ok() });
    }
    assert!(calls.join_all().await.into_iter().all(|ok| ok));
    assert_eq!((google.token_fetches(), google.calls().len()), (1, 20));
}

#[tokio::test]
async fn many_at_once_share_a_failure() {
    let google = FakeGoogle::start().await.unwrap();
    let config = PlayConfig { call: Duration::from_millis(1500), ..play_config(&google) };
    let play = Play::new(&config).unwrap();
    google.next(Operation::Token, Fault::HangBefore);
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let play = play.clone();
        calls.spawn(async move { verdict(&play.subscription(now(), "token").await.unwrap_err()) });
    }
    let verdicts = calls.join_all().await;
    assert!(verdicts.iter().all(|verdict| verdict == "NotSent"), "{verdicts:?}");
    assert_eq!((google.token_fetches(), google.calls().len()), (1, 0));
    // Whoever comes later asks anew.
    assert_eq!(verdict(&play.subscription(now(), "token").await.unwrap_err()), "NotFound");
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_anew_once() {
    let google = FakeGoogle::start().await.unwrap();
    let (play, token) = (play(&google), google.buys(plus()));
    play.subscription(now(), &token).await.unwrap();
    google.expire_tokens();
    play.acknowledge(now(), "plus", &token).await.unwrap();
    assert_eq!(google.token_fetches(), 2);
    let statuses: Vec<_> = google.calls_of(Operation::Acknowledge).iter().map(|call| call.status).collect();
    assert_eq!(statuses, [401, 200]);

    // Two refusals are one too many: Google answers so too if the account may not do it.
    google.next(Operation::Get, Fault::refused(401, "permissionDenied", "Insufficient permissions"));
    google.next(Operation::Get, Fault::refused(401, "permissionDenied", "Insufficient permissions"));
    let error = play.subscription(now(), &token).await.unwrap_err();
    assert_eq!(verdict(&error), "Forbidden 401");
    assert!(!error.is_final() && error.retry_after() > Some(Duration::from_secs(60)), "{error:?}");
    assert_eq!(google.token_fetches(), 3);
    play.subscription(now(), &token).await.unwrap();
    assert_eq!(google.token_fetches(), 3);
}

#[tokio::test]
async fn many_refusals_are_one_fetch() {
    let google = FakeGoogle::start().await.unwrap();
    let (play, token) = (play(&google), google.buys(plus()));
    play.subscription(now(), &token).await.unwrap();
    google.expire_tokens();
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (play, token) = (play.clone(), token.clone());
        calls.spawn(async move { play.subscription(now(), &token).await.is_ok() });
    }
    assert!(calls.join_all().await.into_iter().all(|ok| ok));
    assert_eq!(google.token_fetches(), 2);
}

#[rstest]
#[case::grant(
    Fault::Json(400, r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#.into()),
    "Forbidden 400"
)]
#[case::client(Fault::Json(401, r#"{"error":"invalid_client"}"#.into()), "Forbidden 401")]
#[case::odd(Fault::Json(403, r#"{"error":{"code":403}}"#.into()), "Forbidden 403")]
#[case::proxy(Fault::Status(404), "Forbidden 404")]
#[case::too_many(Fault::TooMany(5), "Busy 5")]
#[case::unavailable(Fault::Status(503), "Busy 30")]
#[case::internal(Fault::Status(500), "NotSent")]
#[case::gateway(Fault::StatusAfter(502), "NotSent")]
#[case::closed(Fault::ClosedBefore, "NotSent")]
#[case::cut(Fault::CutAfter, "NotSent")]
#[case::garbage(Fault::Garbage, "NotSent")]
#[case::no_token(Fault::Json(200, r#"{"access_token":null}"#.into()), "NotSent")]
#[case::no_header(Fault::Json(200, r#"{"access_token":"a\nb"}"#.into()), "NotSent")]
#[case::huge(Fault::Huge, "NotSent")]
#[case::redirect(Fault::Redirect("http://127.0.0.1:1/".into()), "NotSent")]
#[tokio::test]
async fn without_a_token_nothing_was_done(#[case] fault: Fault, #[case] expected: &str) {
    let google = FakeGoogle::start().await.unwrap();
    let (play, token) = (play(&google), google.buys(plus()));
    google.next(Operation::Token, fault);
    let error = play.cancel(now(), &token).await.unwrap_err();
    assert_eq!(verdict(&error), expected, "{error}");
    // It says nothing of the purchase.
    assert!(!error.is_final() && !error.may_have_acted(), "{error:?}");
    assert_eq!((google.calls().len(), google.token_fetches()), (0, 1));
    play.cancel(now(), &token).await.unwrap();
}

#[tokio::test]
async fn a_refused_key_says_why() {
    let google = FakeGoogle::start().await.unwrap();
    let mut file: Value = serde_json::from_str(&google.service_account_json()).unwrap();
    file["client_email"] = json!("somebody@else.example");
    let account = ServiceAccount::parse(&file.to_string()).unwrap();
    assert_eq!(account.client_email(), "somebody@else.example");
    let play = Play::new(&PlayConfig { service_account: account, ..play_config(&google) }).unwrap();
    let error = play.subscription(now(), "token").await.unwrap_err().to_string();
    assert_eq!(error, "not allowed (400): no access token: invalid_grant Invalid grant: account not found");
}

#[tokio::test]
async fn a_key_file_is_checked() {
    let google = FakeGoogle::start().await.unwrap();
    let right: Value = serde_json::from_str(&google.service_account_json()).unwrap();
    let with = |name: &str, value: Value| {
        let mut file = right.clone();
        file[name] = value;
        ServiceAccount::parse(&file.to_string()).map(|_| ())
    };
    // Google needs no name of the key.
    assert!(with("private_key_id", Value::Null).is_ok());
    for (name, value) in [("client_email", json!(null)), ("client_email", json!(" ")), ("private_key", json!(5))] {
        assert!(matches!(with(name, value), Err(ConfigError::ServiceAccount)), "{name}");
    }
    let pem = right["private_key"].as_str().unwrap();
    let half = format!("{}\n-----END PRIVATE KEY-----\n", &pem[..pem.len() / 2]);
    for key in ["", "secret", &half, &pem.replace("MII", "MIJ")] {
        assert!(matches!(with("private_key", json!(key)), Err(ConfigError::PrivateKey)), "{key}");
    }
    for uri in ["", "oauth2.googleapis.com/token", "file:///etc/passwd", "https://h/token?x=1"] {
        assert!(matches!(with("token_uri", json!(uri)), Err(ConfigError::TokenUri)), "{uri}");
    }
    for json in ["", "[]", "{}", "{\"client_email\":\"a@b\""] {
        assert!(matches!(ServiceAccount::parse(json), Err(ConfigError::ServiceAccount)), "{json}");
    }
}

#[tokio::test]
async fn a_configuration_is_checked() {
    let google = FakeGoogle::start().await.unwrap();
    for name in ["", " ", "com.example/..", "com example", "com.ex%2f", "1com.example", "com.пример", ".."] {
        let config = PlayConfig { package_name: name.into(), ..play_config(&google) };
        assert!(matches!(Play::new(&config), Err(ConfigError::PackageName)), "{name}");
    }
    for url in ["", "androidpublisher.googleapis.com", "https://h/?key=1", "mailto:a@b"] {
        let config = PlayConfig { api_url: url.into(), ..play_config(&google) };
        assert!(matches!(Play::new(&config), Err(ConfigError::ApiUrl)), "{url}");
    }
    let defaults = PlayConfig::new(ServiceAccount::parse(&google.service_account_json()).unwrap(), "com.example");
    assert_eq!(defaults.api_url, "https://androidpublisher.googleapis.com");
    assert!(Play::new(&defaults).is_ok());
}

/// A server behind a path, as behind a proxy.
#[tokio::test]
async fn a_path_before_the_api_is_kept() {
    let google = FakeGoogle::start().await.unwrap();
    let play = Play::new(&PlayConfig { api_url: format!("{}/a/b/", google.url()), ..play_config(&google) }).unwrap();
    assert_eq!(verdict(&play.subscription(now(), "token").await.unwrap_err()), "Unknown 404");
    let path = format!("/a/b/androidpublisher/v3/applications/{}/purchases", google.package_name());
    assert_eq!(google.violations(), [format!("there is no GET {path}/subscriptionsv2/tokens/token")]);
}
