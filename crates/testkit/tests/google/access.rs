//! Access tokens and keys.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::google::{FakeGoogle, IdToken, Signature};

use super::{CLIENT, GRANT, access, assertion, claims, get, grant, plus, send, time};

#[rstest]
#[case::issuer("iss", json!("else@example.com"), "invalid_grant")]
#[case::audience("aud", json!("https://oauth2.googleapis.com/token"), "invalid_grant")]
#[case::scope("scope", json!("https://www.googleapis.com/auth/drive"), "invalid_scope")]
#[case::too_long("exp", json!(1_772_370_001), "invalid_grant")]
#[case::over_before_it_began("exp", json!(1_772_366_400), "invalid_grant")]
#[case::no_end("exp", json!(null), "invalid_grant")]
#[case::text("iat", json!("1772366400"), "invalid_grant")]
#[tokio::test]
async fn a_wrong_assertion_is_refused(#[case] claim: &str, #[case] value: Value, #[case] error: &str) {
    let google = FakeGoogle::start().await.unwrap();
    let mut claims = claims(&google);
    claims[claim] = value;
    let (status, answer) = grant(&google, GRANT, &assertion(&google, &claims)).await;
    assert_eq!((status, answer["error"].as_str()), (400, Some(error)), "{answer}");
    assert_eq!((google.violations().len(), google.token_fetches(), google.access_tokens().len()), (1, 1, 0));
}

#[tokio::test]
async fn an_assertion_must_be_signed_by_the_account() {
    let google = FakeGoogle::start().await.unwrap();
    let right = assertion(&google, &claims(&google));
    let cut = &right[..right.len() - 8];
    let by_google = google.id_token(&IdToken::new("a", "1", time("2026-03-01T00:00:00Z")));
    for (grant_type, assertion, error) in [
        (GRANT, cut, "invalid_grant"),
        (GRANT, by_google.as_str(), "invalid_grant"),
        (GRANT, "e30.e30", "invalid_request"),
        (GRANT, "", "invalid_request"),
        ("password", right.as_str(), "unsupported_grant_type"),
    ] {
        let (status, answer) = grant(&google, grant_type, assertion).await;
        assert_eq!((status, answer["error"].as_str()), (400, Some(error)), "{assertion}");
    }
    let url = format!("{}/token", google.url());
    let form = format!("grant_type={GRANT}&assertion={right}");
    assert_eq!(send(CLIENT.post(&url).body(form)).await.0, 400, "not without its Content-Type");
    assert_eq!(send(CLIENT.get(&url)).await.0, 404);
    access(&google).await;
}

#[tokio::test]
async fn an_access_token_is_needed_and_ends() {
    let google = FakeGoogle::start().await.unwrap();
    let token = google.buys(plus());
    let (first, second) = (access(&google).await, access(&google).await);
    assert_ne!(first, second);
    assert_eq!((get(&google, &first, &token).await.0, get(&google, &second, &token).await.0), (200, 200));
    google.expire_tokens();
    let (status, answer) = get(&google, &first, &token).await;
    assert_eq!(
        (status, &answer["error"]["code"], &answer["error"]["status"]),
        (401, &json!(401), &json!("UNAUTHENTICATED"))
    );
    assert!(google.violations().is_empty(), "that may happen to anybody");
    assert_eq!(get(&google, "ya29.made-up", &token).await.0, 401);
    assert_eq!(google.violations().len(), 1);
    let statuses: Vec<_> = google.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [200, 200, 401, 401]);
}

/// The names of the keys that are published, and their `Cache-Control`.
async fn published(google: &FakeGoogle) -> (Vec<String>, Option<String>) {
    let response = CLIENT.get(google.keys_url()).send().await.unwrap();
    let cache = response.headers().get("cache-control").map(|value| value.to_str().unwrap().to_owned());
    let set: Value = response.json().await.unwrap();
    let key = |key: &Value| {
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"], &key["e"]),
            (&json!("RSA"), &json!("RS256"), &json!("sig"), &json!("AQAB"))
        );
        key["kid"].as_str().unwrap().to_owned()
    };
    (set["keys"].as_array().unwrap().iter().map(key).collect(), cache)
}

#[tokio::test]
async fn keys_come_and_go() {
    let google = FakeGoogle::start().await.unwrap();
    let token = IdToken::new("a", "1", time("2026-03-01T00:00:00Z"));
    let name = |signature| {
        let token = google.id_token(&token.clone().signed(signature));
        jsonwebtoken::decode_header(token).unwrap().kid
    };
    let (first, cache) = published(&google).await;
    assert_eq!((first.len(), name(Signature::Right)), (1, Some(first[0].clone())));
    assert!(cache.unwrap().contains("max-age="));
    google.rotate_keys();
    google.keys_cache(None);
    let (second, cache) = published(&google).await;
    assert_eq!((second.len(), &second[0], cache), (2, &first[0], None));
    assert_eq!((name(Signature::Right), name(Signature::Previous)), (Some(second[1].clone()), Some(first[0].clone())));
    google.rotate_keys();
    let (third, _) = published(&google).await;
    assert_eq!((third.len(), &third[0]), (2, &second[1]));
    assert!(!third.contains(&name(Signature::Unpublished).unwrap()));
    assert_eq!((name(Signature::Impostor), name(Signature::Nameless)), (Some(third[1].clone()), None));
    assert_eq!(google.key_fetches(), 3);
}
