//! What Google Play tells by itself.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use common::*;
use google::{Kind, Notification};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::google::{FakeGoogle, RENEWED};

fn push(data: &Value) -> Value {
    json!({"message": {"data": STANDARD.encode(data.to_string()), "messageId": "1"}, "subscription": "projects/p"})
}

fn parse(body: &Value) -> Result<Notification, google::NotANotification> {
    Notification::parse(body.to_string().as_bytes())
}

/// What a notification about this is.
fn kind(about: Value) -> Kind {
    let mut data = json!({"version": "1.0", "packageName": "com.example", "eventTimeMillis": "1"});
    data.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
    parse(&push(&data)).unwrap().kind
}

#[tokio::test]
async fn what_is_pushed_is_understood() {
    let google = FakeGoogle::start().await.unwrap();
    let token = google.buys(plus());
    let read = parse(&google.notification(&token, RENEWED)).unwrap();
    assert_eq!(read.package_name, google.package_name());
    assert!(read.message_id.is_some() && read.event_time.is_some());
    assert_eq!(read.kind, Kind::Subscription { purchase_token: token.clone(), notification_type: 2 });
    let voided = parse(&google.voided(&token)).unwrap();
    assert_eq!(voided.kind, Kind::Voided { purchase_token: token.clone(), order_id: google.order_id(&token) });
    let test = parse(&google.message(&json!({"testNotification": {"version": "1.0"}}))).unwrap();
    assert_eq!(test.kind, Kind::Test);
    assert!(!format!("{read:?} {voided:?}").contains(&token));
}

#[test]
fn kinds_are_told_apart() {
    let purchase = |notification_type| Kind::Subscription { purchase_token: "t".into(), notification_type };
    for (about, expected) in [
        (json!({"subscriptionNotification": {"notificationType": "13", "purchaseToken": "t"}}), purchase(13)),
        (json!({"subscriptionNotification": {"notificationType": {}, "purchaseToken": "t", "x": 1}}), purchase(0)),
        (json!({"subscriptionNotification": {"purchaseToken": "t"}, "testNotification": {}}), purchase(0)),
        (
            json!({"voidedPurchaseNotification": {"purchaseToken": "t", "orderId": null}}),
            Kind::Voided { purchase_token: "t".into(), order_id: String::new() },
        ),
        (json!({"subscriptionNotification": null, "testNotification": {}}), Kind::Test),
        (json!({"testNotification": null}), Kind::Other(String::new())),
        (json!({}), Kind::Other(String::new())),
        (json!({"oneTimeProductNotification": {"sku": "x"}}), Kind::Other("oneTimeProductNotification".into())),
        (json!({"of2031Notification": 1}), Kind::Other("of2031Notification".into())),
        (json!({"subscriptionNotification": {"purchaseToken": ""}}), Kind::Other("subscriptionNotification".into())),
        (json!({"subscriptionNotification": ["x"]}), Kind::Other("subscriptionNotification".into())),
        (json!({"voidedPurchaseNotification": {"orderId": "x"}}), Kind::Other("voidedPurchaseNotification".into())),
    ] {
        assert_eq!(kind(about.clone()), expected, "{about}");
    }
    let long = kind(json!({format!("{}Notification", "я".repeat(500)): 1}));
    assert_eq!(long, Kind::Other("я".repeat(64)));
}

#[rstest]
#[case::text(json!("1772366400123"), Some("2026-03-01T12:00:00.123Z"))]
#[case::number(json!(1_772_366_400_123_i64), Some("2026-03-01T12:00:00.123Z"))]
#[case::odd(json!("soon"), None)]
#[case::null(json!(null), None)]
#[case::beyond(json!(i64::MAX), None)]
#[case::fraction(json!(1.5), None)]
fn a_time_comes_as_text_or_number(#[case] written: Value, #[case] expected: Option<&str>) {
    let read = parse(&push(&json!({"packageName": "p", "eventTimeMillis": written}))).unwrap();
    assert_eq!(read.event_time.map(|time| time.to_string()).as_deref(), expected);
}

#[test]
fn an_id_is_written_in_two_ways() {
    let data = STANDARD.encode(r#"{"packageName":"p"}"#);
    for (message, id) in [
        (json!({"data": data, "messageId": "7"}), Some("7")),
        (json!({"data": data, "message_id": "7"}), Some("7")),
        (json!({"data": data, "messageId": "7", "message_id": "7", "attributes": {"a": "b"}}), Some("7")),
        (json!({"data": data, "messageId": 7, "orderingKey": null}), None),
    ] {
        assert_eq!(parse(&json!({ "message": message })).unwrap().message_id.as_deref(), id, "{message}");
    }
}

#[test]
fn either_base64_is_read() {
    // Long enough, and odd enough, for both alphabets and padding to differ.
    let data = json!({"packageName": "ÿÿ>>??~~", "testNotification": {}, "x": "ûûûû"}).to_string() + "  ";
    assert_ne!(STANDARD.encode(&data), URL_SAFE.encode(&data));
    assert_ne!(STANDARD.encode(&data), STANDARD_NO_PAD.encode(&data));
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        let read = parse(&json!({"message": {"data": engine.encode(&data)}})).unwrap();
        assert_eq!((read.package_name.as_str(), read.kind), ("ÿÿ>>??~~", Kind::Test));
    }
}

#[rstest]
#[case("")]
#[case("{}")]
#[case("[]")]
#[case("{\"message\":null}")]
#[case("{\"message\":{}}")]
#[case("{\"message\":{\"data\":5}}")]
#[case("{\"message\":{\"data\":\"\"}}")]
#[case("{\"message\":{\"data\":\"%%%%\"}}")]
#[case("{\"message\":{\"data\":\"W10=\"}}")]
#[case("{\"message\":{\"data\":\"e30=\"}}")]
#[case("{\"message\":{\"data\":\"eyJwYWNrYWdlTmFtZSI6NX0=\"}}")]
#[case("\u{feff}{\"message\":{\"data\":\"e30=\"}}")]
fn what_is_none_is_refused(#[case] body: &str) {
    let error = Notification::parse(body.as_bytes()).unwrap_err();
    assert!(error.to_string().starts_with("not a notification: "), "{error}");
}

#[test]
fn depth_is_no_danger() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Notification::parse(deep.as_bytes()).is_err());
    let data = STANDARD.encode(format!(r#"{{"packageName":"p","testNotification":{deep}}}"#));
    // What is passed over may be as deep as it likes.
    assert_eq!(parse(&json!({"message": {"data": data}})).unwrap().kind, Kind::Test);
}

/// Any JSON, not too large.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![
            Just("purchaseToken".to_owned()),
            Just("notificationType".to_owned()),
            Just("orderId".to_owned()),
            ".{0,10}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Notification::parse(&body);
        let data = json!({"message": {"data": STANDARD.encode(&body)}});
        let _ = parse(&data);
        let data = json!({"message": {"data": String::from_utf8_lossy(&body)}});
        let _ = parse(&data);
    }

    #[test]
    fn whatever_it_is_about_it_is_a_notification(
        names in prop::collection::vec(prop_oneof![
            Just("subscriptionNotification"), Just("voidedPurchaseNotification"), Just("testNotification"),
            Just("eventTimeMillis"), Just("version"), Just("oneTimeProductNotification"),
        ], 0..5),
        values in prop::collection::vec(any_json(), 5),
    ) {
        let mut data = json!({"packageName": "com.example"});
        for (name, value) in names.into_iter().zip(values) {
            data[name] = value;
        }
        let read = parse(&push(&data)).unwrap();
        prop_assert_eq!(read.package_name, "com.example");
        if let Kind::Subscription { purchase_token, .. } | Kind::Voided { purchase_token, .. } = read.kind {
            prop_assert!(!purchase_token.is_empty());
        }
    }
}
