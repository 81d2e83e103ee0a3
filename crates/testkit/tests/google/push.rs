//! What is pushed to the service.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use testkit::google::{FakeGoogle, RENEWED, Signature};
use tokio::{net::TcpListener, task::JoinSet};

use super::plus;

/// What came: the token, if there was one, and the body.
type Came = Arc<Mutex<Vec<(Option<String>, Value)>>>;

/// A service that takes every push. It ends with the set.
async fn service() -> (String, Came, JoinSet<()>) {
    let came = Came::default();
    let taken = Arc::clone(&came);
    let take = async move |headers: HeaderMap, body: String| {
        let token = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let push = (token.map(str::to_owned), serde_json::from_str(&body).unwrap());
        taken.lock().unwrap().push(push);
        StatusCode::NO_CONTENT
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push", listener.local_addr().unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(async move { drop(axum::serve(listener, Router::new().route("/push", post(take))).await) });
    (url, came, serving)
}

fn data(body: &Value) -> Value {
    let data = STANDARD.decode(body["message"]["data"].as_str().unwrap()).unwrap();
    serde_json::from_slice(&data).unwrap()
}

fn claims(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap()
}

#[tokio::test]
async fn a_push_is_as_pub_sub_sends_it() {
    let google = FakeGoogle::start().await.unwrap();
    let (url, came, _serving) = service().await;
    let token = google.buys(plus());
    assert_eq!(google.push(&url, &token, RENEWED).await, 204);
    assert_eq!(google.pushes_voided(&url, &token).await, 204);
    google.push_audience("beseda");
    assert_eq!(google.pushes_test(&url).await, 204);
    let came = came.lock().unwrap().clone();
    let [renewed, voided, test] = &came[..] else { unreachable!("{came:?}") };

    let about = json!({"version": "1.0", "notificationType": 2, "purchaseToken": token});
    assert_eq!(data(&renewed.1)["subscriptionNotification"], about);
    assert_eq!(data(&renewed.1)["packageName"], google.package_name());
    let about = json!({"purchaseToken": token, "orderId": google.order_id(&token), "productType": 1, "refundType": 1});
    assert_eq!(data(&voided.1)["voidedPurchaseNotification"], about);
    assert_eq!(data(&test.1)["testNotification"], json!({"version": "1.0"}));
    assert_ne!(renewed.1["message"]["messageId"], voided.1["message"]["messageId"]);

    let said = claims(renewed.0.as_deref().unwrap());
    assert_eq!((&said["aud"], &said["email"]), (&json!(url), &json!(google.push_email())));
    assert_eq!((&said["iss"], &said["email_verified"]), (&json!("https://accounts.google.com"), &json!(true)));
    assert_eq!(claims(test.0.as_deref().unwrap())["aud"], "beseda");
}

#[tokio::test]
async fn a_push_can_be_forged_and_repeated() {
    let google = FakeGoogle::start().await.unwrap();
    let (url, came, _serving) = service().await;
    let body = google.notification("token", RENEWED);
    let forged = google.push_token(&url).with("email", "else@example.com").without("aud").signed(Signature::None);
    assert_eq!(google.push_with(&url, &body, &forged).await, 204);
    assert_eq!(google.push_with(&url, &body, &google.push_token(&url)).await, 204);
    assert_eq!(google.push_without_token(&url, &body).await, 204);
    assert_eq!(google.push_without_token(&url.replace("push", "else"), &body).await, 404);
    let came = came.lock().unwrap().clone();
    assert!(came.iter().all(|(_, came)| *came == body));
    let token = came[0].0.as_deref().unwrap();
    assert!(token.ends_with('.'), "nobody signed it: {token}");
    assert_eq!((&claims(token)["email"], claims(token).get("aud")), (&json!("else@example.com"), None));
    assert_eq!(came[2].0, None);
}
