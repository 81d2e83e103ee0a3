//! Keys are fetched as seldom as can be, and go on being used when they cannot be fetched.

mod common;

use common::*;
use google::{TokenError, Verifier, VerifierConfig};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::google::{FakeGoogle, Fault, IdToken, Operation, Signature};
use tokio::task::JoinSet;

/// A token without an end, signed like this.
fn token(google: &FakeGoogle, signature: Signature) -> String {
    let token = IdToken::new("a", "1", later(-100_000_000)).with("exp", later(100_000_000).as_second());
    google.id_token(&token.signed(signature))
}

/// `ok`, or what is wrong.
async fn verify(verifier: &Verifier, token: &str, now: Timestamp) -> String {
    match verifier.verify(token, &["a"], now).await {
        Ok(_) => "ok".into(),
        Err(TokenError::Invalid(flaw)) => format!("{flaw:?}"),
        Err(TokenError::Unavailable(_)) => "Unavailable".into(),
    }
}

#[rstest]
#[case::as_they_say(Some("public, max-age=20000, must-revalidate"), 20_000)]
#[case::quoted(Some("Max-Age=\"7200\""), 7200)]
#[case::not_too_short(Some("no-cache, max-age=0"), 300)]
#[case::not_too_long(Some("max-age=31536000"), 86_400)]
#[case::negative(Some("max-age=-5"), 300)]
#[case::odd(Some("max-age"), 300)]
#[case::silent(None, 300)]
#[tokio::test]
async fn keys_are_kept_as_long_as_they_say(#[case] cache: Option<&str>, #[case] seconds: i64) {
    let google = FakeGoogle::start().await.unwrap();
    google.keys_cache(cache);
    let (verifier, token) = (verifier(&google), token(&google, Signature::Right));
    for (time, fetches) in
        [(0, 1), (1, 1), (seconds - 1, 1), (seconds, 2), (seconds + 1, 2), (2 * seconds - 1, 2), (2 * seconds, 3)]
    {
        assert_eq!(verify(&verifier, &token, later(time)).await, "ok");
        assert_eq!(google.key_fetches(), fetches, "{time}");
    }
}

#[tokio::test]
async fn a_new_key_is_fetched_when_it_is_met() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, old) = (verifier(&google), token(&google, Signature::Right));
    assert_eq!(verify(&verifier, &old, now()).await, "ok");
    google.rotate_keys();
    let new = token(&google, Signature::Right);
    assert_ne!(old, new);
    assert_eq!(verify(&verifier, &new, later(30)).await, "ok");
    // The one before is still there, then no more.
    assert_eq!(verify(&verifier, &old, later(30)).await, "ok");
    assert_eq!(verify(&verifier, &token(&google, Signature::Previous), later(30)).await, "ok");
    google.rotate_keys();
    assert_eq!(verify(&verifier, &token(&google, Signature::Right), later(60)).await, "ok");
    assert_eq!(verify(&verifier, &old, later(90)).await, "Key");
    assert_eq!(google.key_fetches(), 4);
}

#[tokio::test]
async fn unknown_keys_are_asked_for_twice_a_minute_at_most() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, forged) = (verifier(&google), token(&google, Signature::Unpublished));
    for (seconds, fetches) in [(0, 1), (0, 1), (29, 1), (30, 2), (31, 2), (59, 2), (60, 3)] {
        for _ in 0..10 {
            assert_eq!(verify(&verifier, &forged, later(seconds)).await, "Key");
        }
        assert_eq!(google.key_fetches(), fetches, "{seconds}");
    }
    // Nobody else suffers from that.
    assert_eq!(verify(&verifier, &token(&google, Signature::Right), later(61)).await, "ok");
    assert_eq!(google.key_fetches(), 3);
}

#[tokio::test]
async fn many_at_once_share_one_fetch() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, token) = (verifier(&google), token(&google, Signature::Right));
    let mut calls = JoinSet::new();
    for millis in 0..20 {
        let (verifier, token) = (verifier.clone(), token.clone());
        // Each has looked at the clock by itself, some before the fetch.
        let now = now() - jiff::SignedDuration::from_millis(millis);
        calls.spawn(async move { verify(&verifier, &token, now).await });
    }
    assert!(calls.join_all().await.iter().all(|verdict| verdict == "ok"));
    assert_eq!(google.key_fetches(), 1);
}

#[rstest]
#[case::proxy(Fault::Status(503))]
#[case::not_found(Fault::Status(404))]
#[case::closed(Fault::ClosedBefore)]
#[case::cut(Fault::CutAfter)]
#[case::garbage(Fault::Garbage)]
#[case::huge(Fault::Huge)]
#[case::none(Fault::Json(200, r#"{"keys":[]}"#.into()))]
#[case::odd(Fault::Json(200, r#"{"keys":{"a":1}}"#.into()))]
#[case::redirect(Fault::Redirect("http://127.0.0.1:1/".into()))]
#[tokio::test]
async fn keys_that_cannot_be_fetched(#[case] fault: Fault) {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, right) = (verifier(&google), token(&google, Signature::Right));
    // Without any, nothing can be told; and it is not asked all the time.
    google.next(Operation::Keys, fault.clone());
    assert_eq!(verify(&verifier, &right, now()).await, "Unavailable");
    assert_eq!(verify(&verifier, &right, later(29)).await, "Unavailable");
    assert_eq!((verify(&verifier, &right, later(30)).await, google.key_fetches()), ("ok".into(), 2));

    // With some, they go on being used long after their time; it is tried again and again.
    let end = 30 + 20_000;
    for (seconds, fetches) in [(end, 3), (end + 29, 3), (end + 30, 4), (end + 100_000, 5)] {
        if google.key_fetches() < fetches {
            google.next(Operation::Keys, fault.clone());
        }
        assert_eq!(verify(&verifier, &right, later(seconds)).await, "ok");
        assert_eq!(google.key_fetches(), fetches, "{seconds}");
    }
    // Of another key it cannot be told meanwhile whether it is one.
    assert_eq!(verify(&verifier, &token(&google, Signature::Unpublished), later(end + 100_000)).await, "Unavailable");
}

#[tokio::test]
async fn what_is_wrong_with_the_keys_is_told_briefly() {
    let google = FakeGoogle::start().await.unwrap();
    let token = token(&google, Signature::Right);
    let unavailable = async |verifier: Verifier| match verifier.verify(&token, &["a"], now()).await {
        Err(TokenError::Unavailable(message)) => message,
        other => format!("{other:?}"),
    };
    google.next(Operation::Keys, Fault::Status(502));
    assert_eq!(unavailable(verifier(&google)).await, "the keys: HTTP 502");
    google.next(Operation::Keys, Fault::HangBefore);
    let config = VerifierConfig { call: std::time::Duration::from_millis(200), ..verifier_config(&google) };
    let message = unavailable(Verifier::new(config).unwrap()).await;
    assert!(message.starts_with("the keys: no answer in time") && message.len() <= 240, "{message}");
    let nowhere = VerifierConfig { keys_url: "http://no-such-host.invalid/".into(), ..verifier_config(&google) };
    let message = unavailable(Verifier::new(nowhere).unwrap()).await;
    assert!(message.starts_with("the keys: ") && !message.contains('\n'), "{message}");
}

#[tokio::test]
async fn a_fetch_that_is_given_up_leaves_nothing_behind() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, right) = (verifier(&google), token(&google, Signature::Right));
    google.next(Operation::Keys, Fault::HangBefore);
    let (fetching, fetched) = (verifier.clone(), right.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { verify(&fetching, &fetched, now()).await });
    while google.key_fetches() == 0 {
        tokio::task::yield_now().await;
    }
    tasks.shutdown().await;
    assert_eq!(verify(&verifier, &right, now()).await, "Unavailable");
    assert_eq!(verify(&verifier, &right, later(30)).await, "ok");
}

/// While somebody fetches them anew, the known ones serve.
#[tokio::test]
async fn nobody_waits_for_keys_that_are_known() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, right) = (verifier(&google), token(&google, Signature::Right));
    assert_eq!(verify(&verifier, &right, now()).await, "ok");
    google.next(Operation::Keys, Fault::HangBefore);
    let (fetching, fetched) = (verifier.clone(), right.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { verify(&fetching, &fetched, later(20_000)).await });
    while google.key_fetches() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(verify(&verifier, &right, later(20_000)).await, "ok");
    assert!(tasks.try_join_next().is_none(), "it is still being fetched");
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_no_trouble() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, right) = (verifier(&google), token(&google, Signature::Right));
    for (seconds, fetches) in [(0, 1), (-1000, 1), (-50_000, 2), (-50_000, 2), (-40_000, 2)] {
        assert_eq!(verify(&verifier, &right, later(seconds)).await, "ok");
        assert_eq!(google.key_fetches(), fetches, "{seconds}");
    }
}

/// Only keys that sign with RS256 are keys.
#[rstest]
#[case::encrypts("use", json!("enc"), "Key")]
#[case::other_algorithm("alg", json!("RS512"), "Key")]
#[case::other_kind("kty", json!("EC"), "Key")]
#[case::unreadable("n", json!("%%%"), "Key")]
#[case::nameless("kid", json!(null), "Key")]
#[case::no_use("use", json!(null), "ok")]
#[case::no_algorithm("alg", json!(null), "ok")]
#[case::more("x5c", json!([1]), "ok")]
#[case::too_small("n", json!("AQAB"), "Signature")]
#[tokio::test]
async fn a_key_must_be_one(#[case] name: &str, #[case] value: Value, #[case] expected: &str) {
    let google = FakeGoogle::start().await.unwrap();
    let token = token(&google, Signature::Right);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let text = client.get(google.keys_url()).send().await.unwrap().text().await.unwrap();
    let set: Value = serde_json::from_str(&text).unwrap();
    let mut key = set["keys"][0].clone();
    key[name] = value;
    // Beside one that is odd in every way, and another one, so that the set is not empty.
    let mut another = set["keys"][0].clone();
    another["kid"] = json!("another");
    let keys = json!({"keys": [5, {"kty": "oct"}, key, another]});
    google.next(Operation::Keys, Fault::Json(200, keys.to_string()));
    assert_eq!(verify(&verifier(&google), &token, now()).await, expected);
}
