//! The fake Google does what the real one does, and refuses what nobody should send.
#![cfg(test)]

mod access;
mod calls;
mod faults;
mod push;

use std::sync::LazyLock;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use testkit::google::{Buy, FakeGoogle};

/// Making a client is slow. Connections are not kept, as each test has a runtime of its own.
static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap());

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A month.
fn plus() -> Buy {
    Buy::new("plus", time("2026-03-01T00:00:00Z"), time("2026-04-01T00:00:00Z"))
}

/// What is right in an assertion.
fn claims(google: &FakeGoogle) -> Value {
    let file: Value = serde_json::from_str(&google.service_account_json()).unwrap();
    json!({
        "iss": file["client_email"], "scope": "https://www.googleapis.com/auth/androidpublisher",
        "aud": file["token_uri"], "iat": 1_772_366_400, "exp": 1_772_370_000,
    })
}

/// Signs with the key of the service account.
fn assertion(google: &FakeGoogle, claims: &Value) -> String {
    let file: Value = serde_json::from_str(&google.service_account_json()).unwrap();
    let key = EncodingKey::from_rsa_pem(file["private_key"].as_str().unwrap().as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key).unwrap()
}

/// Asks for an access token; gives the status and the answer.
async fn grant(google: &FakeGoogle, grant_type: &str, assertion: &str) -> (u16, Value) {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", grant_type)
        .append_pair("assertion", assertion)
        .finish();
    let request = CLIENT.post(format!("{}/token", google.url())).body(form);
    let response = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// An access token.
async fn access(google: &FakeGoogle) -> String {
    let (status, answer) = grant(google, GRANT, &assertion(google, &claims(google))).await;
    assert_eq!((status, answer["token_type"].as_str()), (200, Some("Bearer")), "{answer}");
    answer["access_token"].as_str().unwrap().to_owned()
}

/// The URL of a call about the app.
fn url(google: &FakeGoogle, path: &str) -> String {
    format!("{}/androidpublisher/v3/applications/{}/purchases/{path}", google.url(), google.package_name())
}

/// The status and the body, which is null if it is no JSON.
async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null))
}

/// Asks about a subscription.
async fn get(google: &FakeGoogle, access: &str, token: &str) -> (u16, Value) {
    let url = url(google, &format!("subscriptionsv2/tokens/{token}"));
    send(CLIENT.get(url).bearer_auth(access)).await
}

/// Does something about one.
async fn post(google: &FakeGoogle, access: &str, path: &str, body: &Value) -> (u16, Value) {
    send(CLIENT.post(url(google, path)).bearer_auth(access).json(body)).await
}
