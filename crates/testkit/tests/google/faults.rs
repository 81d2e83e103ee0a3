//! What goes wrong on purpose.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use testkit::google::{FakeGoogle, Fault, Operation};

use super::{CLIENT, access, plus, url};

#[rstest]
#[case(Fault::Status(503), Some(503), false)]
#[case(Fault::StatusAfter(502), Some(502), true)]
#[case(Fault::TooMany(7), Some(429), false)]
#[case(Fault::refused(403, "permissionDenied", "no"), Some(403), false)]
#[case(Fault::Json(418, "{}".into()), Some(418), false)]
#[case(Fault::Echo(500), Some(500), false)]
#[case(Fault::Redirect("http://127.0.0.1:1/".into()), None, false)]
#[case(Fault::ClosedBefore, None, false)]
#[case(Fault::ClosedAfter, None, true)]
#[case(Fault::CutAfter, None, true)]
#[case(Fault::HangBefore, None, false)]
#[case(Fault::HangAfter, None, true)]
#[case(Fault::Garbage, Some(200), true)]
#[case(Fault::Huge, Some(200), true)]
#[tokio::test]
async fn each_fault_happens_once(#[case] fault: Fault, #[case] status: Option<u16>, #[case] acts: bool) {
    let google = FakeGoogle::start().await.unwrap();
    let (access, token) = (access(&google).await, google.buys(plus()));
    let acknowledge = async |limit| {
        let url = url(&google, &format!("subscriptions/plus/tokens/{token}:acknowledge"));
        let response = CLIENT.post(url).bearer_auth(&access).json(&json!({})).timeout(limit).send().await.ok()?;
        let status = response.status().as_u16();
        response.bytes().await.ok().map(|_| status)
    };
    google.next(Operation::Acknowledge, fault.clone());
    let hangs = matches!(fault, Fault::HangBefore | Fault::HangAfter);
    let limit = Duration::from_secs(if hangs { 1 } else { 30 });
    assert_eq!(acknowledge(limit).await, status);
    assert_eq!((fault.acts(), google.is_acknowledged(&token)), (acts, acts));
    assert_eq!(acknowledge(Duration::from_secs(30)).await, Some(200));
    let faults: Vec<_> = google.calls().into_iter().map(|call| call.fault).collect();
    assert_eq!(faults, [Some(fault), None]);
}

#[tokio::test]
async fn faults_wait_for_their_own_requests() {
    let google = FakeGoogle::start().await.unwrap();
    google.next(Operation::Keys, Fault::Status(500));
    google.next(Operation::Keys, Fault::TooMany(3));
    access(&google).await;
    for expected in [500, 429, 200] {
        let response = CLIENT.get(google.keys_url()).send().await.unwrap();
        assert_eq!(response.status(), expected);
        assert_eq!(response.headers().contains_key("retry-after"), expected == 429);
    }
    assert_eq!(google.key_fetches(), 3);
}
