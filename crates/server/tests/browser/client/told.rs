//! Being told of an answer while no page is open. Chromium's own push service is out of reach: a fake one stands where the
//! browser would subscribe at its own, and what it is sent is handed to the browser as its own would hand it.

use serde_json::{Value, json};
use testkit::{app::Database, model::Behaviour, push::FakePush};

use super::visitor::Visitor;

/// Subscribes at the fake one from now on.
fn subscribing(subscription: &Value) -> String {
    format!(
        "if ('PushManager' in globalThis) {{ \
           PushManager.prototype.getSubscription = async () => null; \
           PushManager.prototype.subscribe = async () => ({{toJSON: () => ({subscription})}}); \
         }}"
    )
}

/// What the system shows: title, text, language, and where it leads.
const SHOWN: &str = "const done = arguments[0]; navigator.serviceWorker.ready.then(at => at.getNotifications()) \
    .then(all => done(all.map(one => [one.title, one.body, one.lang, one.data])));";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_answer_that_nobody_saw() {
    let push = FakePush::start().await.unwrap();
    let visitor = Visitor::of(Database::Sqlite, |builder| {
        let builder = builder.env("BESEDA__WEB_PUSH__SUBJECT", "mailto:push@beseda.example");
        builder.env("BESEDA__WEB_PUSH__ALLOW_PRIVATE", true)
    })
    .await;
    let browser = push.browser();
    visitor.begin().await;
    visitor.chrome.allow("notifications").await;
    visitor.chrome.before_pages(&subscribing(&browser.subscription())).await;
    visitor.reload().await;
    visitor.open_settings("account").await;
    visitor.chrome.until("navigator.serviceWorker.controller").await;
    visitor.chrome.press(".settings input[role=switch]").await;
    visitor.chrome.until("document.querySelector('.settings input[role=switch]:checked:enabled')").await;
    visitor.comes_to("push_subscriptions", 1).await;

    // The page is closed in the middle of an answer.
    visitor.go("new").await;
    visitor.model.next(Behaviour::tokens(10).held_after(3));
    visitor.say("Что скажешь?").await;
    let session = visitor.session().await;
    visitor.chrome.until("document.querySelector('.answer .prose')?.innerText.length").await;
    let own = visitor.chrome.evaluate("return location.origin;").await;
    visitor.chrome.goto("about:blank").await;
    visitor.nobody_reads().await;
    visitor.model.release();
    visitor.comes_to("turns WHERE state = 'complete'", 1).await;
    visitor.until("the push service is told", async || browser.told().len() == 1).await;
    let told = &browser.told()[0].body;
    visitor.chrome.be_pushed(own.as_str().unwrap(), &told.to_string()).await;
    // The same again, and what is none of ours: the newest of a dialogue takes the place of what was shown before.
    visitor.chrome.be_pushed(own.as_str().unwrap(), &told.to_string()).await;
    visitor.chrome.be_pushed(own.as_str().unwrap(), "<b>no JSON").await;
    visitor.chrome.goto(own.as_str().unwrap()).await;
    let own = json!(["Beseda", "Your answer is ready", "en", told]);
    let other = json!(["Beseda", "Your answer is ready", "en", null]);
    visitor
        .until("both are shown", async || {
            let shown = visitor.chrome.evaluate_later(SHOWN, &[]).await;
            let shown = shown.as_array().unwrap();
            shown.len() == 2 && shown.contains(&own) && shown.contains(&other)
        })
        .await;
    assert_eq!(told["session_id"], json!(session));

    // Once it is turned off, the service tells nobody.
    visitor.open_settings("account").await;
    visitor.chrome.press(".settings input[role=switch]").await;
    visitor.comes_to("push_subscriptions", 0).await;
    visitor.is_well().await;
}
