//! Every way in which a call goes wrong, and what a caller learns of it.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use std::time::Duration;

use common::*;
use google::{Doubt, Error, Play, PlayConfig, ServiceAccount};
use rstest::rstest;
use testkit::google::{FakeGoogle, Fault, Operation};
use tokio::net::TcpListener;

/// Google's form of an error, with this inside.
fn google_says(status: u16, more: &str) -> Fault {
    Fault::Json(status, format!(r#"{{"error":{{"code":{status},{more}}}}}"#))
}

#[rstest]
#[case::unknown(Fault::refused(404, "purchaseTokenNotFound", "The purchase token was not found."), "NotFound")]
#[case::no_more(Fault::refused(410, "purchaseTokenNoLongerValid", "No longer valid."), "NotFound")]
#[case::in_few_words(google_says(404, r#""message":"?""#), "NotFound")]
#[case::another_app(Fault::refused(404, "applicationNotFound", "Package not found: x."), "Forbidden 404")]
#[case::a_proxys_404(Fault::Status(404), "Unknown 404")]
#[case::a_proxys_410(Fault::Status(410), "Unknown 410")]
#[case::another_json(Fault::Json(404, "[]".into()), "Unknown 404")]
#[case::invalid(Fault::refused(400, "invalid", "Invalid Value"), "Refused 400")]
#[case::odd_fields(google_says(400, r#""message":5,"status":[],"errors":[1,{"reason":2},null]"#), "Refused 400")]
#[case::conflict(Fault::refused(409, "conflict", "Conflict"), "Refused 409")]
#[case::at_the_same_time(Fault::refused(409, "concurrentUpdate", "Try again"), "Busy 30")]
#[case::too_large(Fault::Status(413), "Unknown 413")]
#[case::permission(Fault::refused(403, "permissionDenied", "Insufficient permissions"), "Forbidden 403")]
#[case::a_proxys_403(Fault::Status(403), "Forbidden 403")]
#[case::quota(Fault::refused(403, "quotaExceeded", "Quota"), "Busy 30")]
#[case::exhausted(google_says(403, r#""status":"RESOURCE_EXHAUSTED""#), "Busy 30")]
#[case::too_many(Fault::TooMany(7), "Busy 7")]
#[case::far_too_many(Fault::TooMany(1_000_000_000_000), "Busy 3600")]
#[case::a_proxys_429(Fault::Status(429), "Busy 30")]
#[case::unavailable(Fault::refused(503, "backendError", "Backend Error"), "Busy 30")]
#[case::a_proxys_503(Fault::Status(503), "Busy 30")]
#[case::internal(Fault::refused(500, "backendError", "Internal"), "Unknown 500")]
#[case::bad_gateway(Fault::Status(502), "Unknown 502")]
#[case::gateway_timeout(Fault::StatusAfter(504), "Unknown 504")]
#[case::request_timeout(Fault::Status(408), "Unknown 408")]
#[case::redirect(Fault::Redirect("http://127.0.0.1:1/".into()), "Unknown Unreadable")]
#[case::closed_before(Fault::ClosedBefore, "Unknown Cut")]
#[case::closed_after(Fault::ClosedAfter, "Unknown Cut")]
#[case::huge(Fault::Huge, "Unknown TooLarge")]
#[tokio::test]
async fn an_answer_that_is_none(
    #[case] fault: Fault,
    #[case] expected: &str,
    #[values(Operation::Get, Operation::Acknowledge, Operation::Cancel, Operation::Revoke)] operation: Operation,
) {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let token = google.buys(plus());
    google.next(operation, fault);
    let result = match operation {
        Operation::Get => play.subscription(now(), &token).await.map(|_| ()),
        Operation::Acknowledge => play.acknowledge(now(), "plus", &token).await,
        Operation::Cancel => play.cancel(now(), &token).await,
        _ => play.revoke(now(), &token).await,
    };
    let error = result.unwrap_err();
    assert_eq!(verdict(&error), expected, "{error}");
    assert_eq!(google.calls_of(operation).len(), 1, "nothing is retried");
    let is = |kinds: &[&str]| kinds.iter().any(|kind| expected.starts_with(kind));
    assert_eq!(error.is_final(), is(&["NotFound", "Refused"]));
    assert_eq!(error.may_have_acted(), is(&["Unknown"]));
    assert_eq!(error.retry_after().is_some(), is(&["Busy", "Forbidden"]));
    assert!(error.to_string().len() <= 300, "{error}");
}

#[rstest]
#[case::not_json(Fault::Garbage, "Unknown Unreadable")]
#[case::another_json(Fault::Json(200, "[1]".into()), "Unknown Unreadable")]
#[case::text(Fault::Json(200, "\"ok\"".into()), "Unknown Unreadable")]
#[case::empty(Fault::Json(200, String::new()), "Unknown Unreadable")]
#[case::cut(Fault::CutAfter, "Unknown Cut")]
#[tokio::test]
async fn a_subscription_that_is_none(#[case] fault: Fault, #[case] expected: &str) {
    let google = FakeGoogle::start().await.unwrap();
    let token = google.buys(plus());
    google.next(Operation::Get, fault);
    assert_eq!(verdict(&play(&google).subscription(now(), &token).await.unwrap_err()), expected);
}

/// What is done is done, whatever stands in the answer.
#[tokio::test]
async fn the_answer_to_a_deed_is_of_no_interest() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let token = google.buys(plus());
    google.next(Operation::Acknowledge, Fault::Garbage);
    play.acknowledge(now(), "plus", &token).await.unwrap();
    assert!(google.is_acknowledged(&token));
    // One that is cut short tells of a success, but not all of it.
    google.next(Operation::Cancel, Fault::CutAfter);
    assert_eq!(verdict(&play.cancel(now(), &token).await.unwrap_err()), "Unknown Cut");
    assert!(google.was_canceled_by_developer(&token));
}

#[tokio::test]
async fn a_refusal_says_why_in_googles_words() {
    let google = FakeGoogle::start().await.unwrap();
    let error = play(&google).subscription(now(), "no-such-token").await.unwrap_err();
    assert_eq!(error.to_string(), "no such purchase: subscriptionsv2.get: The purchase token was not found.");
}

#[tokio::test]
async fn what_google_says_is_one_short_line() {
    let google = FakeGoogle::start().await.unwrap();
    google.next(Operation::Get, Fault::refused(400, "invalid", &"длинно\r\n\u{2028}".repeat(500)));
    let error = play(&google).subscription(now(), "some-token").await.unwrap_err().to_string();
    assert!(error.len() <= 300 && error.ends_with('…'), "{} {error}", error.len());
    assert!(!error.contains(['\r', '\n', '\u{2028}']), "{error}");
}

#[rstest]
#[case(Fault::HangBefore)]
#[case(Fault::HangAfter)]
#[tokio::test]
async fn a_time_out_is_of_unknown_end(#[case] fault: Fault) {
    let google = FakeGoogle::start().await.unwrap();
    let play = Play::new(&PlayConfig { call: Duration::from_millis(1500), ..play_config(&google) }).unwrap();
    let token = google.buys(plus());
    // With the access token at hand.
    play.subscription(now(), &token).await.unwrap();
    google.next(Operation::Cancel, fault);
    let error = play.cancel(now(), &token).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { doubt: Doubt::Timeout, .. }), "{error:?}");
}

/// A port of this machine on which nothing listens.
async fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn what_could_not_be_sent_did_nothing() {
    let google = FakeGoogle::start().await.unwrap();
    let plain = google.url().replace("http:", "https:");
    for api_url in [closed().await, "http://no-such-host.invalid".to_owned(), plain] {
        let play = Play::new(&PlayConfig { api_url: api_url.clone(), ..play_config(&google) }).unwrap();
        let error = play.subscription(now(), "token").await.unwrap_err();
        assert!(matches!(error, Error::NotSent { .. }) && !error.is_final(), "{api_url}: {error:?}");
    }
    // Nor without an access token.
    let json = google.service_account_json().replace(&google.url(), &closed().await);
    let account = ServiceAccount::parse(&json).unwrap();
    let play = Play::new(&PlayConfig { service_account: account, ..play_config(&google) }).unwrap();
    assert_eq!(verdict(&play.subscription(now(), "token").await.unwrap_err()), "NotSent");
    assert_eq!(google.calls().len(), 0);
}
