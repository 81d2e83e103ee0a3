//! A newer client: it is offered, and nobody is left with parts of two.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::{Uri, header},
    response::IntoResponse,
};
use serde_json::{Value, json};
use testkit::app::Database;
use tokio::{net::TcpListener, task::JoinSet};

use super::visitor::Visitor;
use crate::look::{barriers, keep_picture};

/// What the page says of itself, and what it says in the next version.
const SAYS: [&str; 2] = ["Разговоры с искусственным интеллектом", "Разговоры с новейшим интеллектом"];

/// The same service with the next version of the client: the page says something else, and so the worker is another.
async fn next(old: &str) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let router = Router::new().fallback(hand_on).with_state((client, old.to_owned()));
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, serving)
}

async fn hand_on(State((client, old)): State<(reqwest::Client, String)>, uri: Uri) -> impl IntoResponse {
    let answer = client.get(format!("{old}{uri}")).send().await.unwrap();
    let [kind, policy] = [header::CONTENT_TYPE, header::CONTENT_SECURITY_POLICY]
        .map(|name| answer.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned()));
    let (status, bytes) = (answer.status(), answer.bytes().await.unwrap().to_vec());
    let body = match String::from_utf8(bytes) {
        Ok(text) if uri.path() == "/sw.js" => text.replacen("shell-", "shell-new-", 1).into_bytes(),
        Ok(text) => text.replace(SAYS[0], SAYS[1]).into_bytes(),
        Err(picture) => picture.into_bytes(),
    };
    (status, [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], body)
}

async fn says(visitor: &Visitor) -> String {
    let said = "return document.querySelector('meta[name=description]').content.split(' · ')[0];";
    visitor.chrome.evaluate(said).await.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_client_is_offered() {
    let visitor = Visitor::new(Database::Sqlite).await;
    visitor.chrome.until("navigator.serviceWorker.controller").await;
    let (url, _serving) = next(visitor.app.base_url()).await;
    visitor.wire.lead_to(&url);
    visitor.reload().await;
    // As an app that stays open does every hour: what failed is tried again.
    let look = "const [done] = arguments; navigator.serviceWorker.getRegistration() \
                .then(registration => registration.update()).then(() => done('looked'), error => done(String(error)));";
    let offered = "return document.querySelector('.update') !== null;";
    for _ in 0..30 {
        if visitor.chrome.evaluate(offered).await == true {
            break;
        }
        assert_eq!(visitor.chrome.evaluate_later(look, &[]).await, "looked");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    visitor.chrome.until("document.querySelector('.update')").await;
    // Whole as it was, until the person says so. (Or until no page of the old one is open, which a reload may be.)
    assert_eq!(says(&visitor).await, SAYS[0]);
    keep_picture(&visitor.chrome, "client-update-390-en-light").await;
    let found = barriers(&visitor.chrome).await;
    assert!(found.is_empty(), "{}", found.join("\n"));

    visitor.press("Update").await;
    visitor
        .chrome
        .until(&format!("document.querySelector('meta[name=description]').content.includes('{}')", SAYS[1]))
        .await;
    visitor.chrome.until("document.querySelector('.welcome form')").await;
    let caches = "const [done] = arguments; caches.keys().then(names => done(names.map(name => name.slice(0, 10))));";
    assert_eq!(visitor.chrome.evaluate_later(caches, &[]).await, json!(["shell-new-"]));
    assert_eq!(visitor.chrome.evaluate("return document.querySelector('.update');").await, Value::Null);
    visitor.is_well().await;
}
