//! Which ID tokens are taken, and which are not.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use common::*;
use google::{Claims, ConfigError, Flaw, MAX_TOKEN, TokenError, Verifier, VerifierConfig};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::google::{FakeGoogle, IdToken, Signature};

const AUDIENCE: &str = "https://beseda.example/google/play";

/// A right one, made ten minutes ago.
fn right() -> IdToken {
    IdToken::new(AUDIENCE, "1137742", later(-600)).email("push@example.iam.gserviceaccount.com")
}

async fn verify(token: IdToken) -> Result<Claims, TokenError> {
    let google = FakeGoogle::start().await.unwrap();
    verifier(&google).verify(&google.id_token(&token), &[AUDIENCE], now()).await
}

/// Why it is not taken.
async fn flaw(token: IdToken) -> Option<Flaw> {
    match verify(token).await {
        Err(TokenError::Invalid(flaw)) => Some(flaw),
        _ => None,
    }
}

#[tokio::test]
async fn a_right_one_is_read() {
    let claims = verify(right().with("nonce", "n-1").with("name", "Анна").with("of_2031", json!([1]))).await.unwrap();
    assert_eq!((claims.iss.as_str(), claims.sub.as_str()), ("https://accounts.google.com", "1137742"));
    assert_eq!(claims.aud, [AUDIENCE]);
    assert_eq!(claims.email.as_deref(), Some("push@example.iam.gserviceaccount.com"));
    assert!(claims.email_verified);
    assert_eq!((claims.nonce.as_deref(), claims.name.as_deref()), (Some("n-1"), Some("Анна")));
    assert_eq!((claims.iat, claims.exp), (later(-600), later(3000)));
    let shown = format!("{claims:?}");
    assert!(!shown.contains("push@") && !shown.contains("Анна") && !shown.contains("n-1"), "{shown}");
}

#[tokio::test]
async fn what_is_of_no_weight_may_be_odd() {
    let claims = verify(right().with("email", 5).with("name", json!({})).without("email_verified")).await.unwrap();
    assert_eq!((claims.email, claims.name, claims.nonce, claims.email_verified), (None, None, None, false));
    for (written, expected) in [
        (json!("true"), true),
        (json!("TRUE"), false),
        (json!("false"), false),
        (json!(1), false),
        (json!(null), false),
    ] {
        let claims = verify(right().with("email_verified", written.clone())).await.unwrap();
        assert_eq!(claims.email_verified, expected, "{written}");
    }
    assert!(verify(right().with("iss", "accounts.google.com")).await.is_ok());
    assert!(verify(right().with("exp", 1.772_366_401e9).with("iat", 1.5)).await.is_ok());
    assert!(verify(right().with("aud", json!([AUDIENCE]))).await.is_ok());
}

#[tokio::test]
async fn one_of_several_audiences_will_do() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, token) = (verifier(&google), google.id_token(&right()));
    assert!(verifier.verify(&token, &["another", AUDIENCE], now()).await.is_ok());
    for audience in [&[][..], &["another"], &["https://beseda.example/google/play/"], &[""]] {
        let result = verifier.verify(&token, audience, now()).await;
        assert_eq!(result.unwrap_err(), TokenError::Invalid(Flaw::Audience), "{audience:?}");
    }
    let for_two = google.id_token(&right().with("aud", json!(["web", "android"])));
    assert!(verifier.verify(&for_two, &["android", "web", "ios"], now()).await.is_ok());
}

#[rstest]
#[case::of_nobody(Signature::None, Flaw::Malformed)]
#[case::with_the_public_key(Signature::Hs256, Flaw::Malformed)]
#[case::with_another_algorithm(Signature::Rs384, Flaw::Malformed)]
#[case::with_no_key(Signature::Nameless, Flaw::Key)]
#[case::with_an_unknown_key(Signature::Unpublished, Flaw::Key)]
#[case::with_another_key(Signature::Impostor, Flaw::Signature)]
#[tokio::test]
async fn a_signature_must_be_googles(#[case] signature: Signature, #[case] expected: Flaw) {
    let google = FakeGoogle::start().await.unwrap();
    let token = google.id_token(&right().signed(signature));
    let error = verifier(&google).verify(&token, &[AUDIENCE], now()).await.unwrap_err();
    assert_eq!(error, TokenError::Invalid(expected));
    // What can be seen without keys asks for none.
    let needs_keys = !matches!(signature, Signature::None | Signature::Hs256 | Signature::Rs384 | Signature::Nameless);
    assert_eq!(google.key_fetches(), usize::from(needs_keys));
}

#[rstest]
#[case::issuer("iss", json!("https://accounts.evil.example"), Flaw::Issuer)]
#[case::almost_the_issuer("iss", json!("https://accounts.google.com/"), Flaw::Issuer)]
#[case::issuers("iss", json!(["https://accounts.google.com"]), Flaw::Claims)]
#[case::audience("aud", json!("https://else.example"), Flaw::Audience)]
#[case::others_too("aud", json!([AUDIENCE, "https://else.example"]), Flaw::Audience)]
#[case::no_audience("aud", json!([]), Flaw::Audience)]
#[case::odd_audience("aud", json!([AUDIENCE, 5]), Flaw::Claims)]
#[case::null_audience("aud", json!(null), Flaw::Claims)]
#[case::expired("exp", json!(later(-60).as_second()), Flaw::Expired)]
#[case::long_expired("exp", json!(0), Flaw::Expired)]
#[case::before_time_began("exp", json!(-5), Flaw::Expired)]
#[case::text("exp", json!("4102444800"), Flaw::Claims)]
#[case::null("exp", json!(null), Flaw::Claims)]
#[case::beyond_time("exp", json!(1e300), Flaw::Claims)]
#[case::beyond_the_calendar("exp", json!(1e15), Flaw::Claims)]
#[case::of_the_future("iat", json!(later(61).as_second()), Flaw::NotYetValid)]
#[case::odd_iat("iat", json!(true), Flaw::Claims)]
#[case::not_before("nbf", json!(later(61).as_second()), Flaw::NotYetValid)]
#[case::odd_nbf("nbf", json!("soon"), Flaw::Claims)]
#[case::odd_sub("sub", json!(5), Flaw::Claims)]
#[tokio::test]
async fn a_claim_must_be_right(#[case] claim: &str, #[case] value: Value, #[case] expected: Flaw) {
    assert_eq!(flaw(right().with(claim, value)).await, Some(expected));
}

#[rstest]
#[tokio::test]
async fn no_claim_may_be_missing(#[values("iss", "sub", "aud", "exp", "iat")] claim: &str) {
    assert_eq!(flaw(right().without(claim)).await, Some(Flaw::Claims));
}

#[rstest]
#[case("exp", -59)]
#[case("iat", 60)]
#[case("nbf", 60)]
#[case("nbf", -5)]
#[tokio::test]
async fn clocks_may_differ_a_little(#[case] claim: &str, #[case] seconds: i64) {
    assert!(verify(right().with(claim, later(seconds).as_second())).await.is_ok());
}

#[tokio::test]
async fn it_is_the_time_that_is_given() {
    let google = FakeGoogle::start().await.unwrap();
    let (verifier, token) = (verifier(&google), google.id_token(&right()));
    for (seconds, expected) in [
        (-100_000, Some(Flaw::NotYetValid)),
        (-660, None),
        (3059, None),
        (3060, Some(Flaw::Expired)),
        (100_000_000, Some(Flaw::Expired)),
    ] {
        let result = verifier.verify(&token, &[AUDIENCE], later(seconds)).await;
        assert_eq!(result.err(), expected.map(TokenError::Invalid), "{seconds}");
    }
}

#[tokio::test]
async fn the_leeway_is_configured() {
    let google = FakeGoogle::start().await.unwrap();
    let config = VerifierConfig { leeway: std::time::Duration::ZERO, ..verifier_config(&google) };
    let (verifier, token) = (Verifier::new(config).unwrap(), google.id_token(&right()));
    assert!(verifier.verify(&token, &[AUDIENCE], later(2999)).await.is_ok());
    assert!(verifier.verify(&token, &[AUDIENCE], later(3000)).await.is_err());
}

#[tokio::test]
async fn an_extension_that_must_be_understood_is_not() {
    let mut token = right();
    token.header.insert("crit".into(), json!(["b64"]));
    token.header.insert("b64".into(), json!(false));
    assert_eq!(flaw(token).await, Some(Flaw::Malformed));
    // Nor does anybody bring their own key along.
    let mut token = right().signed(Signature::Impostor);
    token.header.insert("jku".into(), json!("https://evil.example/keys"));
    assert_eq!(flaw(token).await, Some(Flaw::Signature));
}

#[tokio::test]
async fn what_was_changed_on_the_way_is_refused() {
    let google = FakeGoogle::start().await.unwrap();
    let verifier = verifier(&google);
    let token = google.id_token(&right());
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["email"] = json!("somebody@else.example");
    let forged = URL_SAFE_NO_PAD.encode(claims.to_string());
    let twice = URL_SAFE_NO_PAD.encode(r#"{"iss":"a","iss":"b"}"#);
    for (changed, expected) in [
        (format!("{header}.{forged}.{signature}"), Flaw::Signature),
        (format!("{header}.{twice}.{signature}"), Flaw::Signature),
        (format!("{header}.{payload}.{}", &signature[4..]), Flaw::Signature),
        (format!("{header}.{payload}."), Flaw::Signature),
        (format!("{header}.{payload}"), Flaw::Malformed),
        (format!("{header}.{payload}.{signature}.{signature}"), Flaw::Malformed),
        (format!("{header}.{payload}.{signature}="), Flaw::Malformed),
        (format!(" {token}"), Flaw::Malformed),
        (format!("{token}\n"), Flaw::Malformed),
        (format!(".{payload}.{signature}"), Flaw::Malformed),
        ("e30.e30.e30".into(), Flaw::Malformed),
        ("..".into(), Flaw::Malformed),
        ("я.я.я".into(), Flaw::Malformed),
        (String::new(), Flaw::Malformed),
    ] {
        let error = verifier.verify(&changed, &[AUDIENCE], now()).await.unwrap_err();
        assert_eq!(error, TokenError::Invalid(expected), "{changed}");
    }
    assert!(verifier.verify(&token, &[AUDIENCE], now()).await.is_ok());
}

#[tokio::test]
async fn a_token_that_is_too_long_is_not_looked_at() {
    let google = FakeGoogle::start().await.unwrap();
    let verifier = verifier(&google);
    let long = google.id_token(&right().with("filler", "x".repeat(MAX_TOKEN)));
    let error = verifier.verify(&long, &[AUDIENCE], now()).await.unwrap_err();
    assert_eq!((error, google.key_fetches()), (TokenError::Invalid(Flaw::TooLong), 0));
    let fits = google.id_token(&right().with("filler", "x".repeat(MAX_TOKEN / 2)));
    assert!(fits.len() <= MAX_TOKEN && verifier.verify(&fits, &[AUDIENCE], now()).await.is_ok());
}

#[test]
fn a_url_of_keys_is_checked() {
    for url in ["", "www.googleapis.com/oauth2/v3/certs", "file:///etc/passwd", "https://h/?x=1"] {
        let config = VerifierConfig { keys_url: url.into(), ..VerifierConfig::default() };
        assert!(matches!(Verifier::new(config), Err(ConfigError::KeysUrl)), "{url}");
    }
    let google = VerifierConfig::default();
    assert_eq!(google.keys_url, "https://www.googleapis.com/oauth2/v3/certs");
    assert_eq!(google.issuers, ["https://accounts.google.com", "accounts.google.com"]);
    assert!(Verifier::new(google).is_ok());
}

proptest! {
    /// Nothing that can be sent is taken, or panics. It names no key, so none is fetched.
    #[test]
    fn no_text_is_a_token(token in prop_oneof![".{0,200}", "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}"]) {
        let config = VerifierConfig { keys_url: "http://127.0.0.1:1/".into(), ..VerifierConfig::default() };
        thread_local!(static VERIFIER: std::cell::OnceCell<Verifier> = const { std::cell::OnceCell::new() });
        let verifier = VERIFIER.with(|cell| cell.get_or_init(|| Verifier::new(config).unwrap()).clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let result = runtime.block_on(verifier.verify(&token, &[AUDIENCE], now()));
        prop_assert!(matches!(result, Err(TokenError::Invalid(_))));
    }
}
