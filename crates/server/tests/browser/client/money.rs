//! Joining the account with Telegram, and paying there for more: the page shows both when the person comes back.

use serde_json::{Value, json};
use testkit::{app::Database, telegram::FakeTelegram};

use super::visitor::Visitor;
use crate::look::keep_picture;

/// As coming back from another app is.
const COME_BACK: &str = "dispatchEvent(new Event('online'));";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joined_and_paid() {
    let telegram = FakeTelegram::start().await.unwrap();
    let visitor = Visitor::of(Database::Postgres, |builder| builder.telegram(&telegram)).await;
    visitor.begin().await;
    let anna = telegram.person("Анна", "ru");
    anna.says("/help").await;
    anna.chat().wait_for_answer("help", |_| true).await;

    // Nothing is bought before it is known whose Telegram pays.
    visitor.open_settings("plan").await;
    visitor.chrome.until("document.querySelector('.cards button')").await;
    visitor.chrome.press(".cards button").await;
    visitor.chrome.until("document.querySelector('.notices .bad')").await;
    assert!(visitor.chrome.text(".notices .bad").await.contains("Telegram"));
    let log = visitor.chrome.log().await;
    assert!(matches!(log.as_slice(), [(_, refusal)] if refusal.contains("/v1/me/invoices")), "{log:?}");

    visitor.open_settings("account").await;
    visitor.press("Join with Telegram").await;
    visitor.chrome.until("document.querySelector('.settings a.primary')").await;
    let link = visitor.chrome.evaluate("return document.querySelector('.settings a.primary').href;").await;
    anna.taps_link(link.as_str().unwrap()).await;
    let question = anna.chat().wait_for_answer("the question", |m| m.button("link:yes").is_some()).await;
    anna.presses(question.message_id, "link:yes").await;
    anna.chat().wait_for_answer("done", |shown| shown.message_id > question.message_id).await;
    visitor.chrome.evaluate(COME_BACK).await;
    visitor.chrome.until("!document.querySelector('.settings a.primary')").await;
    let me = visitor.person().await.get("/v1/me").await.2;
    assert_eq!(me["telegram_id"], json!(anna.id()));

    visitor.open_settings("plan").await;
    visitor.chrome.until("document.querySelector('.cards button')").await;
    visitor.chrome.press(".cards button").await;
    visitor.chrome.until("document.querySelector('dialog a.primary')").await;
    let invoice = visitor.chrome.evaluate("return document.querySelector('dialog a.primary').href;").await;
    anna.pays(invoice.as_str().unwrap()).await;
    visitor.comes_to("payments WHERE kind = 'paid'", 1).await;
    visitor.press("Close").await;
    visitor.chrome.evaluate(COME_BACK).await;
    visitor.chrome.until("document.querySelector('.settings input[role=switch]:checked')").await;
    assert_eq!(visitor.person().await.subscription().await["plan_name"], "premium");

    // Not for longer than it is paid for.
    visitor.chrome.press(".settings input[role=switch]").await;
    visitor.chrome.until("document.querySelector('.settings input[role=switch]:not(:checked):not(:disabled)')").await;
    assert_eq!(visitor.person().await.subscription().await["auto_renew"], false);
    // What comes after it is chosen by keys, and kept only when that is said; and it can be taken back.
    let chosen = |name: &str| format!("document.querySelector('input[name=next-plan][value=\"{name}\"]:checked')");
    visitor.chrome.evaluate("document.querySelector('input[name=next-plan]:checked').focus();").await;
    visitor.chrome.keys("\u{e015}").await;
    visitor.chrome.until(&chosen("free")).await;
    assert_eq!(visitor.person().await.subscription().await["next_plan"], Value::Null);
    for width in [390, 1280] {
        visitor.chrome.shape(width, false).await;
        keep_picture(&visitor.chrome, &format!("client-next-plan-{width}")).await;
    }
    visitor.press("Save").await;
    visitor.comes_to("subscriptions WHERE is_active AND next_plan = 'free'", 1).await;
    visitor.reload().await;
    visitor.chrome.until(&chosen("free")).await;
    visitor.chrome.evaluate("document.querySelector('input[name=next-plan]').click();").await;
    visitor.press("Save").await;
    visitor.comes_to("subscriptions WHERE next_plan IS NOT NULL", 0).await;
    visitor.chrome.until("document.querySelector('.settings .plain time')").await;
    visitor.is_well().await;
}
