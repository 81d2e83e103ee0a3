//! What there is to know of a subscription, and to do about it.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use common::*;
use google::{Error, Item, MAX_PURCHASE_TOKEN, Price, State, Subscription};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::google::{Buy, FakeGoogle, Fault, Operation};

#[tokio::test]
async fn a_new_purchase_is_read_and_acknowledged() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let token = google.buys(plus().account("0197-anna").price("RUB", 299_900_000));
    let bought = play.subscription(now(), &token).await.unwrap();
    assert_eq!((&bought.state, bought.start_time), (&State::Active, Some(at("11:00:00"))));
    let order = google.order_id(&token);
    let item = Item {
        product_id: "plus".into(),
        expiry_time: Some("2026-04-01T11:00:00Z".parse().unwrap()),
        auto_renew: Some(true),
        price: Some(Price { currency: "RUB".into(), micros: 299_900_000 }),
        order_id: Some(order),
    };
    assert_eq!(bought.items, [item]);
    assert_eq!((bought.acknowledged, bought.is_test), (false, false));
    assert_eq!((bought.linked_purchase_token, bought.account_id.as_deref()), (None, Some("0197-anna")));
    assert!(bought.raw.contains("androidpublisher#subscriptionPurchaseV2"));

    for _ in 0..2 {
        play.acknowledge(now(), "plus", &token).await.unwrap();
    }
    assert!(google.is_acknowledged(&token) && play.subscription(now(), &token).await.unwrap().acknowledged);
    assert!(google.violations().is_empty(), "{:?}", google.violations());
}

#[tokio::test]
async fn a_subscription_goes_through_its_states() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let month: Timestamp = "2026-05-01T11:00:00Z".parse().unwrap();
    let token = google.buys_pending(plus());
    let look = async || {
        let Subscription { state, items, start_time, .. } = play.subscription(now(), &token).await.unwrap();
        (state, items[0].expiry_time, items[0].auto_renew.unwrap(), start_time.is_some())
    };
    assert_eq!(look().await, (State::Pending, None, true, false));
    google.completes(&token);
    let first = look().await;
    assert_eq!((&first.0, first.3), (&State::Active, true));
    google.renews(&token, month);
    assert_eq!(look().await, (State::Active, Some(month), true, true));
    google.enters_grace(&token, later(60));
    assert_eq!(look().await, (State::InGracePeriod, Some(later(60)), true, true));
    google.goes_on_hold(&token);
    assert_eq!(look().await.0, State::OnHold);
    google.recovers(&token, month);
    google.pauses(&token);
    assert_eq!(look().await.0, State::Paused);
    google.resumes_from_pause(&token, month);
    google.cancels(&token);
    assert_eq!(look().await, (State::Canceled, Some(month), false, true));
    google.restores(&token);
    assert_eq!(look().await, (State::Active, Some(month), true, true));
    google.expires(&token, later(5));
    assert_eq!(look().await, (State::Expired, Some(later(5)), false, true));
    google.forgets(&token);
    assert_eq!(verdict(&play.subscription(now(), &token).await.unwrap_err()), "NotFound");

    let abandoned = google.buys_pending(plus());
    google.abandons(&abandoned);
    assert_eq!(play.subscription(now(), &abandoned).await.unwrap().state, State::PendingPurchaseCanceled);
}

#[tokio::test]
async fn each_payment_has_an_order_of_its_own() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let token = google.buys(plus());
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.extend(play.subscription(now(), &token).await.unwrap().items.remove(0).order_id);
        google.renews(&token, later(3600));
    }
    assert_eq!(orders, [orders[0].clone(), format!("{}..0", orders[0]), format!("{}..1", orders[0])]);
}

#[tokio::test]
async fn an_upgrade_takes_the_place_of_the_old_one() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let old = google.buys(plus());
    let new = google.upgrades(&old, Buy::new("pro", now(), later(3600)));
    let (before, after) =
        (play.subscription(now(), &old).await.unwrap(), play.subscription(now(), &new).await.unwrap());
    assert_eq!((before.state, before.items[0].expiry_time), (State::Expired, Some(now())));
    assert_eq!((after.state, after.linked_purchase_token), (State::Active, Some(old)));
    assert_eq!(after.items[0].product_id, "pro");
}

#[tokio::test]
async fn a_prepaid_plan_does_not_renew() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let token = google.buys(plus().prepaid().test());
    let bought = play.subscription(now(), &token).await.unwrap();
    assert_eq!((bought.items[0].auto_renew, &bought.items[0].price), (None, &None));
    assert!(bought.is_test && bought.items[0].expiry_time.is_some());
    assert_eq!(verdict(&play.cancel(now(), &token).await.unwrap_err()), "Refused 400");
}

#[tokio::test]
async fn the_renewal_is_stopped_once() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let token = google.buys(plus());
    play.cancel(now(), &token).await.unwrap();
    assert!(google.was_canceled_by_developer(&token));
    let canceled = play.subscription(now(), &token).await.unwrap();
    assert_eq!((canceled.state, canceled.items[0].auto_renew), (State::Canceled, Some(false)));
    let error = play.cancel(now(), &token).await.unwrap_err();
    assert!(error.is_final() && verdict(&error) == "Refused 400", "{error}");
    // Back in Google Play, they may change their mind.
    google.restores(&token);
    play.cancel(now(), &token).await.unwrap();
}

#[tokio::test]
async fn a_revocation_ends_it_at_once() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let token = google.buys(plus());
    play.revoke(now(), &token).await.unwrap();
    assert!(google.was_revoked(&token));
    assert_eq!(play.subscription(now(), &token).await.unwrap().state, State::Expired);
    assert_eq!(verdict(&play.revoke(now(), &token).await.unwrap_err()), "Refused 400");
    assert!(google.violations().is_empty(), "{:?}", google.violations());
}

/// Whatever a device sends for a purchase token, it changes neither the path nor the method.
#[rstest]
#[case("../../../../../evil")]
#[case("a/b:revoke")]
#[case("token:cancel")]
#[case("?alt=media#x")]
#[case("%2e%2e%2f")]
#[case("Ключ \u{0} \r\nHost: evil\\")]
#[case("...")]
#[tokio::test]
async fn a_hostile_token_stays_in_its_place(#[case] token: &str) {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    for error in [
        play.subscription(now(), token).await.unwrap_err(),
        play.acknowledge(now(), "plus", token).await.unwrap_err(),
        play.acknowledge(now(), token, "another-token").await.unwrap_err(),
        play.cancel(now(), token).await.unwrap_err(),
        play.revoke(now(), token).await.unwrap_err(),
    ] {
        assert_eq!(verdict(&error), "NotFound", "{error}");
    }
    let asked: Vec<_> = google.calls().into_iter().map(|call| (call.operation, call.purchase_token)).collect();
    let of = |operation, token: &str| (operation, token.to_owned());
    let expected = [
        of(Operation::Get, token),
        of(Operation::Acknowledge, token),
        of(Operation::Acknowledge, "another-token"),
        of(Operation::Cancel, token),
        of(Operation::Revoke, token),
    ];
    assert_eq!(asked, expected);
    assert_eq!(google.calls()[2].product_id.as_deref(), Some(token));
    assert!(google.violations().is_empty(), "{:?}", google.violations());
}

#[tokio::test]
async fn what_cannot_be_a_token_is_not_asked_about() {
    let google = FakeGoogle::start().await.unwrap();
    let play = play(&google);
    let long = "x".repeat(MAX_PURCHASE_TOKEN + 1);
    for token in ["", ".", "..", &long] {
        for result in [
            play.subscription(now(), token).await.map(|_| ()),
            play.acknowledge(now(), "plus", token).await,
            play.acknowledge(now(), token, "token").await,
            play.cancel(now(), token).await,
            play.revoke(now(), token).await,
        ] {
            let error = result.unwrap_err();
            assert!(matches!(error, Error::BadArgument(_)) && error.is_final(), "{error:?}");
        }
    }
    assert_eq!((google.calls().len(), google.token_fetches()), (0, 0));
    let longest = &long[1..];
    assert_eq!(verdict(&play.subscription(now(), longest).await.unwrap_err()), "NotFound");
}

async fn read(json: Value) -> Subscription {
    let google = FakeGoogle::start().await.unwrap();
    google.next(Operation::Get, Fault::Json(200, json.to_string()));
    play(&google).subscription(now(), "token").await.unwrap()
}

#[tokio::test]
async fn nothing_odd_fails_the_rest() {
    let odd = read(json!({
        "subscriptionState": "SUBSCRIPTION_STATE_OF_2031", "startTime": "yesterday", "linkedPurchaseToken": 5,
        "latestOrderId": "GPA.1", "acknowledgementState": null, "externalAccountIdentifiers": [], "testPurchase": null,
        "of_2031": {},
        "lineItems": [
            17, null, "text",
            {"productId": 5, "expiryTime": 1, "autoRenewingPlan": "soon", "latestSuccessfulOrderId": {}},
            {"productId": "a", "autoRenewingPlan": {"autoRenewEnabled": "yes", "recurringPrice": {"units": 4}}},
            {"productId": "b", "autoRenewingPlan": {"recurringPrice": {"currencyCode": "JPY", "units": "9223372036854775807"}}},
            {"productId": "c", "autoRenewingPlan": {"recurringPrice": {"currencyCode": "KWD", "nanos": 5_000_000}}},
        ],
    }))
    .await;
    assert_eq!(odd.state, State::Unknown("SUBSCRIPTION_STATE_OF_2031".into()));
    assert_eq!(odd.state.as_str(), "SUBSCRIPTION_STATE_OF_2031");
    assert_eq!((odd.start_time, odd.linked_purchase_token, odd.account_id), (None, None, None));
    assert_eq!((odd.acknowledged, odd.is_test), (false, false));
    let items: Vec<_> = odd
        .items
        .iter()
        .map(|item| (item.product_id.as_str(), item.auto_renew, item.price.as_ref().map(|price| price.micros)))
        .collect();
    assert_eq!(
        items,
        [("", None, None), ("a", Some(false), None), ("b", Some(false), None), ("c", Some(false), Some(5000))]
    );
    assert!(odd.items.iter().all(|item| item.order_id.as_deref() == Some("GPA.1")));

    let empty = read(json!({})).await;
    assert_eq!((empty.state.as_str(), empty.items.len()), ("", 0));
    let strange = read(json!({"lineItems": {}, "testPurchase": {}, "subscriptionState": ["x"]})).await;
    assert!(strange.is_test && strange.items.is_empty() && strange.state == State::Unknown(String::new()));
}

#[tokio::test]
async fn fractions_of_a_second_and_the_older_order_are_read() {
    let json = json!({
        "startTime": "2022-11-21T01:49:49.375123456Z", "latestOrderId": "GPA.old",
        "lineItems": [{"productId": "a", "expiryTime": "2022-11-21T01:54:51Z", "latestSuccessfulOrderId": "GPA.new"}],
    });
    let read = read(json.clone()).await;
    assert_eq!(read.start_time.unwrap().to_string(), "2022-11-21T01:49:49.375123456Z");
    assert_eq!(read.items[0].order_id.as_deref(), Some("GPA.new"));
    assert_eq!(serde_json::from_str::<Value>(&read.raw).unwrap(), json);
}

#[test]
fn a_state_has_googles_name() {
    for name in ["PENDING", "ACTIVE", "PAUSED", "IN_GRACE_PERIOD", "ON_HOLD", "CANCELED", "EXPIRED"] {
        let name = format!("SUBSCRIPTION_STATE_{name}");
        let state = State::from(name.clone());
        assert!(!matches!(state, State::Unknown(_)) && state.as_str() == name, "{state:?}");
    }
}
