//! The Play Developer API, and Google Play behind it.

use serde_json::{Value, json};
use testkit::google::{Buy, FakeGoogle, Operation};

use super::{CLIENT, access, get, plus, post, send, time, url};

fn cancel() -> Value {
    json!({"cancellationContext": {"cancellationType": "USER_REQUESTED_STOP_RENEWALS"}})
}

fn revoke() -> Value {
    json!({"revocationContext": {"fullRefund": {}}})
}

#[tokio::test]
async fn a_purchase_is_shown_as_google_does() {
    let google = FakeGoogle::start().await.unwrap();
    let access = access(&google).await;
    let token = google.buys(plus().account("anna").price("EUR", 4_990_000));
    let (status, answer) = get(&google, &access, &token).await;
    let order = google.order_id(&token);
    let expected = json!({
        "kind": "androidpublisher#subscriptionPurchaseV2",
        "regionCode": "DE",
        "startTime": "2026-03-01T00:00:00Z",
        "subscriptionState": "SUBSCRIPTION_STATE_ACTIVE",
        "latestOrderId": order,
        "acknowledgementState": "ACKNOWLEDGEMENT_STATE_PENDING",
        "externalAccountIdentifiers": {"obfuscatedExternalAccountId": "anna"},
        "lineItems": [{
            "productId": "plus",
            "expiryTime": "2026-04-01T00:00:00Z",
            "latestSuccessfulOrderId": order,
            "autoRenewingPlan": {
                "autoRenewEnabled": true,
                "recurringPrice": {"currencyCode": "EUR", "units": "4", "nanos": 990_000_000},
            },
            "offerDetails": {"basePlanId": "base"},
        }],
        "etag": "fake",
    });
    assert_eq!((status, answer), (200, expected));
    assert!(order.starts_with("GPA.") && google.violations().is_empty());
}

/// As protobuf's JSON does.
#[tokio::test]
async fn what_is_false_or_zero_is_left_out() {
    let google = FakeGoogle::start().await.unwrap();
    let access = access(&google).await;
    let token = google.buys(plus().price("JPY", 0));
    google.cancels(&token);
    let (_, answer) = get(&google, &access, &token).await;
    assert_eq!(answer["lineItems"][0]["autoRenewingPlan"], json!({"recurringPrice": {"currencyCode": "JPY"}}));
    assert_eq!(answer["canceledStateContext"], json!({"userInitiatedCancellation": {}}));
    let prepaid = google.buys(plus().prepaid());
    let (_, answer) = get(&google, &access, &prepaid).await;
    let item = &answer["lineItems"][0];
    assert_eq!((item.get("autoRenewingPlan"), item.get("prepaidPlan")), (None, Some(&json!({}))));
}

#[tokio::test]
async fn only_what_there_is_can_be_asked_for() {
    let google = FakeGoogle::start().await.unwrap();
    let access = access(&google).await;
    let token = google.buys(plus());
    // No such method, or not by this verb.
    let (get_path, cancel_path) =
        (format!("subscriptionsv2/tokens/{token}"), format!("subscriptionsv2/tokens/{token}:cancel"));
    for (path, body) in [
        (get_path.as_str(), Some(json!({}))),
        (cancel_path.as_str(), None),
        (&format!("subscriptionsv2/tokens/{token}:refund"), Some(json!({}))),
        (&format!("subscriptions/plus/tokens/{token}:cancel"), Some(cancel())),
        (&format!("subscriptions/tokens/{token}:acknowledge"), Some(json!({}))),
        ("subscriptionsv2/tokens/", None),
        ("subscriptionsv2/tokens/a/b", None),
    ] {
        let request = match &body {
            Some(body) => CLIENT.post(url(&google, path)).json(body),
            None => CLIENT.get(url(&google, path)),
        };
        assert_eq!(send(request.bearer_auth(&access)).await, (404, Value::Null), "{path}");
    }
    assert_eq!((google.violations().len(), google.calls().len()), (7, 0));
    // Another app's; an unknown one.
    let other = url(&google, &get_path).replace(google.package_name(), "com.example.other");
    let (status, answer) = send(CLIENT.get(other).bearer_auth(&access)).await;
    assert_eq!((status, &answer["error"]["errors"][0]["reason"]), (404, &json!("applicationNotFound")));
    let (status, answer) = get(&google, &access, "no-such-token").await;
    assert_eq!((status, &answer["error"]["status"]), (404, &json!("NOT_FOUND")));
    // Without an access token.
    assert_eq!(send(CLIENT.get(url(&google, &get_path))).await.0, 401);
    assert_eq!(google.violations().len(), 8);
}

#[tokio::test]
async fn a_body_must_be_what_the_method_takes() {
    let google = FakeGoogle::start().await.unwrap();
    let access = access(&google).await;
    let token = google.buys(plus());
    for (verb, body) in [
        ("cancel", json!({})),
        ("cancel", json!({"cancellationContext": {}})),
        ("cancel", json!({"cancellationContext": {"cancellationType": "NO_LONGER_WANTED"}})),
        ("cancel", json!({"cancellationType": "USER_REQUESTED_STOP_RENEWALS"})),
        ("revoke", json!({})),
        ("revoke", json!({"revocationContext": {}})),
        ("revoke", json!({"revocationContext": {"fullRefund": {}, "proratedRefund": {}}})),
    ] {
        let (status, answer) = post(&google, &access, &format!("subscriptionsv2/tokens/{token}:{verb}"), &body).await;
        assert_eq!((status, &answer["error"]["status"]), (400, &json!("INVALID_ARGUMENT")), "{verb} {body}");
    }
    let acknowledge = format!("subscriptions/plus/tokens/{token}:acknowledge");
    assert_eq!(post(&google, &access, &acknowledge, &json!({"purchase": "x"})).await.0, 400);
    let plain = CLIENT.post(url(&google, &acknowledge)).bearer_auth(&access).body("{}");
    assert_eq!(send(plain).await.0, 400, "not without its Content-Type");
    assert_eq!(google.violations().len(), 9);
    assert!(
        !google.was_revoked(&token) && !google.was_canceled_by_developer(&token) && !google.is_acknowledged(&token)
    );
}

#[tokio::test]
async fn a_deed_must_fit_the_purchase() {
    let google = FakeGoogle::start().await.unwrap();
    let access = access(&google).await;
    let token = google.buys_pending(plus());
    let acknowledge = async |product: &str| {
        post(&google, &access, &format!("subscriptions/{product}/tokens/{token}:acknowledge"), &json!({})).await.0
    };
    let does = async |verb: &str, body: Value| {
        post(&google, &access, &format!("subscriptionsv2/tokens/{token}:{verb}"), &body).await.0
    };
    // Nothing of it before it is paid.
    assert_eq!(
        (acknowledge("plus").await, does("cancel", cancel()).await, does("revoke", revoke()).await),
        (400, 400, 400)
    );
    google.completes(&token);
    assert_eq!((acknowledge("pro").await, google.is_acknowledged(&token)), (400, false));
    assert_eq!(google.violations().len(), 1, "that was another product");
    assert_eq!((acknowledge("plus").await, acknowledge("plus").await), (200, 200));
    assert_eq!((does("cancel", cancel()).await, does("cancel", cancel()).await), (200, 400));
    assert_eq!(google.state(&token), "SUBSCRIPTION_STATE_CANCELED");
    assert_eq!((does("revoke", revoke()).await, does("revoke", revoke()).await), (200, 400));
    assert_eq!((google.state(&token), google.was_revoked(&token)), ("SUBSCRIPTION_STATE_EXPIRED", true));
    google.forgets(&token);
    assert_eq!((get(&google, &access, &token).await.0, acknowledge("plus").await), (410, 410));
    let revocation = google.calls_of(Operation::Revoke).pop().unwrap();
    assert_eq!((revocation.purchase_token, revocation.body), (token.clone(), revoke()));
}

#[tokio::test]
async fn what_is_not_running_is_over_at_once() {
    let google = FakeGoogle::start().await.unwrap();
    let (held, paused) = (google.buys(plus()), google.buys(plus()));
    google.goes_on_hold(&held);
    google.pauses(&paused);
    google.cancels(&held);
    google.cancels(&paused);
    assert_eq!(
        (google.state(&held), google.state(&paused)),
        ("SUBSCRIPTION_STATE_EXPIRED", "SUBSCRIPTION_STATE_EXPIRED")
    );
}

#[tokio::test]
async fn a_refund_ends_what_was_bought() {
    let google = FakeGoogle::start().await.unwrap();
    let access = access(&google).await;
    let token = google.buys(plus());
    google.refunds(&token, time("2026-03-05T00:00:00Z"));
    let (_, answer) = get(&google, &access, &token).await;
    let shown = (&answer["subscriptionState"], &answer["lineItems"][0]["expiryTime"]);
    assert_eq!(shown, (&json!("SUBSCRIPTION_STATE_EXPIRED"), &json!("2026-03-05T00:00:00Z")));
    assert!(!google.was_revoked(&token), "not by the developer");
}

#[tokio::test]
async fn an_upgrade_ends_the_old_one() {
    let google = FakeGoogle::start().await.unwrap();
    let access = access(&google).await;
    let old = google.buys(plus());
    let start = time("2026-03-10T00:00:00Z");
    let new = google.upgrades(&old, Buy::new("pro", start, time("2026-04-10T00:00:00Z")));
    let (_, before) = get(&google, &access, &old).await;
    let (_, after) = get(&google, &access, &new).await;
    assert_eq!(
        (&before["canceledStateContext"], after["linkedPurchaseToken"].as_str()),
        (&json!({"replacementCancellation": {}}), Some(old.as_str()))
    );
    assert_eq!(before["lineItems"][0]["expiryTime"], after["startTime"]);
}

#[tokio::test]
#[should_panic(expected = "is SUBSCRIPTION_STATE_EXPIRED, not one of")]
async fn nothing_comes_back_from_the_end() {
    let google = FakeGoogle::start().await.unwrap();
    let token = google.buys(plus());
    google.expires(&token, time("2026-04-01T00:00:00Z"));
    google.renews(&token, time("2026-05-01T00:00:00Z"));
}
