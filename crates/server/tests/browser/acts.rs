//! Each act of the panel, done by hand in a browser: its effect is there in the API, in the bot or at the model, and the
//! audit log says who did it and why.

use std::time::Duration;

use serde_json::json;
use testkit::telegram::{Call, Fault, Shown};

use crate::{
    chrome::Chrome,
    town::{ID, OLGA, OTHER_ID, Town},
};

const WHY: (&str, &str) = ("reason", "Так надо");

/// Waits until something holds.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never happened: {what}");
}

/// A browser of an owner's in a town.
struct Desk {
    town: Town,
    chrome: Chrome,
}

impl Desk {
    async fn new() -> Self {
        let (town, chrome) = (Town::new().await, Chrome::start().await);
        town.sign_in(&chrome, "owner").await;
        Self { town, chrome }
    }

    /// Does what a form of a page does.
    async fn act(&self, page: &str, action: &str, fields: &[(&str, &str)]) {
        self.chrome.goto(&self.town.at(page)).await;
        self.chrome.act(action, fields).await;
    }

    /// What the page says.
    async fn text(&self) -> String {
        self.chrome.evaluate("return document.querySelector('main').textContent;").await.as_str().unwrap().to_owned()
    }

    /// What the newest rows of the audit log say was done, the oldest first; each with who and why.
    async fn recorded(&self, expected: &[&str]) {
        let sql = format!(
            "SELECT action || ': ' || actor_name || COALESCE(' (' || reason || ')', '') FROM audit_log \
             ORDER BY created_at DESC, id DESC LIMIT {}",
            expected.len()
        );
        let mut rows = self.town.app.query_texts(&sql).await.unwrap();
        rows.reverse();
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        let found: Vec<String> = rows.into_iter().map(|row| row.replace(&format!(": {OLGA} (Так надо)"), "")).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_to_people() {
    let desk = Desk::new().await;
    let anna = &desk.town.anna;
    let page = format!("/admin/people/{}", anna.id);

    desk.act(&page, "/block", &[WHY]).await;
    let (status, _, body) = anna.get("/v1/me").await;
    assert_eq!((status, body["type"].as_str().unwrap().rsplit('/').next()), (403.try_into().unwrap(), Some("blocked")));
    desk.act(&page, "/unblock", &[WHY]).await;
    assert_eq!(anna.get("/v1/me").await.0, 200);
    desk.recorded(&["blocked", "unblocked"]).await;

    desk.act(&page, "/grant", &[("plan", "premium"), ("until", "2099-01-31"), WHY]).await;
    let (_, _, subscription) = anna.get("/v1/me/subscription").await;
    assert_eq!(subscription["plan_name"], "premium", "{subscription}");
    desk.act(&page, "/extend", &[("until", "2099-03-31"), WHY]).await;
    let (_, _, extended) = anna.get("/v1/me/subscription").await;
    assert!(extended["end_date"].as_str().unwrap().starts_with("2099-0"), "{extended}");
    assert_ne!(subscription["end_date"], extended["end_date"]);
    desk.act(&page, &format!("{}/revoke", anna.id), &[WHY]).await;
    assert_eq!(anna.get("/v1/me/subscription").await.2["plan_name"], "free");
    desk.recorded(&["granted", "extended", "subscription-revoked"]).await;

    // Opened with a reason, read, and ended.
    desk.act(&desk.town.dialogue(), "/read", &[WHY]).await;
    assert!(desk.text().await.contains("Покажи, что **умеешь**"));
    desk.act(&desk.town.dialogue(), "/end", &[WHY]).await;
    let (status, _, body) = anna.send(desk.town.session, "Ещё").await;
    assert_eq!(status, 409, "{body}");
    desk.recorded(&["dialogue-opened", "dialogue-ended"]).await;
    let attempt = format!("/admin/journal/{}", desk.town.newest("ai_requests").await);
    desk.act(&attempt, "/read", &[WHY]).await;
    assert!(desk.text().await.contains("curl"));
    desk.recorded(&["payload-read"]).await;

    let report = format!("/admin/reports/{}", desk.town.newest("reports").await);
    desk.act(&report, "/decide", &[WHY]).await;
    assert_eq!(desk.town.app.query_text("SELECT state FROM reports").await.unwrap(), "accepted");
    desk.recorded(&["report-decided"]).await;

    let (_, _, devices) = anna.get("/v1/me/devices").await;
    let device = devices[0]["id"].as_str().unwrap();
    desk.act(&page, &format!("/devices/{device}/revoke"), &[WHY]).await;
    eventually("her device is signed out", async || anna.get("/v1/me").await.0 == 401).await;
    desk.recorded(&["device-revoked"]).await;

    desk.act(&page, "/erase", &[("typed", "Анна <b>Иванова</b>"), WHY]).await;
    desk.chrome.goto(&desk.town.at(&page)).await;
    assert_eq!(desk.town.app.query_i64("SELECT COUNT(*) FROM messages WHERE user_id IS NULL").await.unwrap(), 0);
    assert_eq!(
        desk.town
            .app
            .query_i64(&format!("SELECT COUNT(*) FROM users WHERE id = {}", desk.town.app.sql_id(anna.id)))
            .await
            .unwrap(),
        0
    );
    desk.recorded(&["erased"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_about_money() {
    let desk = Desk::new().await;
    let (app, anna) = (&desk.town.app, &desk.town.anna);

    let terms = [("usage_limit", "77"), ("price_stars", "250"), ("title_ru", "Малый"), ("title_en", "Small"), WHY];
    let new: Vec<_> = [("name", "small"), ("unit", "tokens"), ("period", "week")].into_iter().chain(terms).collect();
    desk.act("/admin/plans/~new", "/admin/plans/~new", &new).await;
    let plan = async |name: &str| {
        let (_, _, plans) = anna.get("/v1/plans").await;
        plans.as_array().unwrap().iter().find(|plan| plan["plan_name"] == name).cloned()
    };
    let small = plan("small").await.expect("it is offered");
    assert_eq!(
        (&small["usage_limit"], &small["unit"], &small["period"]),
        (&json!(77), &json!("tokens"), &json!("week"))
    );
    desk.act("/admin/plans/small", "/admin/plans/small", &[("usage_limit", "78"), WHY]).await;
    assert_eq!(plan("small").await.unwrap()["usage_limit"], 78);
    desk.recorded(&["plan-made", "plan-changed"]).await;

    let payment: Vec<(uuid::Uuid,)> = app.sql("SELECT id FROM payments WHERE kind = 'paid'").await.unwrap();
    let page = format!("/admin/payments/{}", payment[0].0);
    desk.town.telegram.next("refundStarPayment", Fault::Status(502));
    desk.act(&page, "/refund", &[WHY]).await;
    desk.recorded(&["refund-asked"]).await;
    // The page tells of it by itself.
    let events = "document.querySelectorAll('#events-card tbody tr').length";
    assert_eq!(desk.chrome.evaluate(&format!("return {events};")).await, 1);
    desk.chrome.evaluate("window.mark = true;").await;
    desk.chrome.until(&format!("{events} > 1 && document.querySelector('#refund-card:not([hx-get])')")).await;
    assert_eq!(desk.chrome.evaluate("return window.mark;").await, true);
    let calls = desk.town.telegram.calls_of("refundStarPayment");
    assert_eq!(calls.iter().map(Call::succeeded).collect::<Vec<_>>(), [false, true]);
    let free = async || {
        app.query_i64("SELECT COUNT(*) FROM subscriptions WHERE plan_name = 'premium' AND is_active").await.unwrap()
            == 0
    };
    eventually("she has the free plan", free).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_with_queues_and_broadcasts() {
    let desk = Desk::new().await;
    let outcome = async |table: &str, id: uuid::Uuid| {
        let id = desk.town.app.sql_id(id);
        desk.town
            .app
            .query_text(&format!("SELECT COALESCE(outcome, 'open') FROM {table} WHERE id = {id}"))
            .await
            .unwrap()
    };
    desk.act("/admin/jobs", &format!("/jobs/{ID}/retry"), &[WHY]).await;
    eventually("it is done", async || outcome("jobs", ID).await == "done").await;
    desk.act("/admin/jobs", &format!("/jobs/{OTHER_ID}/cancel"), &[WHY]).await;
    assert_eq!(outcome("jobs", OTHER_ID).await, "cancelled");
    desk.act("/admin/deliveries", &format!("/deliveries/{OTHER_ID}/cancel"), &[WHY]).await;
    assert_eq!(outcome("deliveries", OTHER_ID).await, "cancelled");
    desk.act("/admin/deliveries", &format!("/deliveries/{ID}/retry"), &[WHY]).await;
    eventually("it is sent or refused", async || outcome("deliveries", ID).await != "open").await;
    desk.recorded(&["job-retried", "job-cancelled", "delivery-cancelled", "delivery-retried"]).await;

    let text = [("text_ru", "**Новость** дня"), ("text_en", "**News** of the day")];
    desk.act("/admin/broadcasts/new", "/admin/broadcasts", &text).await;
    let id = desk.town.newest("broadcasts").await;
    assert!(desk.text().await.contains("Новость дня"));
    desk.act(&format!("/admin/broadcasts/{id}"), "/start", &[WHY]).await;
    let got = |shown: &Shown| shown.text == "Новость дня";
    desk.town.vera.chat().wait_for_answer("the news", got).await;
    eventually("it is done", async || {
        desk.town.app.query_text("SELECT state FROM broadcasts ORDER BY id DESC LIMIT 1").await.unwrap() == "done"
    })
    .await;
    // A draft is thrown away.
    desk.act(&format!("/admin/broadcasts/{OTHER_ID}"), "/stop", &[WHY]).await;
    desk.recorded(&[&format!("broadcast-written: {OLGA}"), "broadcast-started", "broadcast-stopped"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_to_staff() {
    let desk = Desk::new().await;
    let boris = desk.town.app.register("Борис").await;
    let id = boris.id.to_string();
    let role = async || {
        let sql = format!("SELECT role FROM admins WHERE user_id = {}", desk.town.app.sql_id(boris.id));
        desk.town.app.query_texts(&sql).await.unwrap().pop()
    };
    desk.act("/admin/admins", "/admin/admins", &[("person", &id), ("role", "moderator"), WHY]).await;
    assert_eq!(role().await.as_deref(), Some("moderator"));
    desk.act("/admin/admins", &format!("{id}/role"), &[("role", "admin"), WHY]).await;
    assert_eq!(role().await.as_deref(), Some("admin"));
    desk.act("/admin/admins", &format!("{id}/link"), &[]).await;
    let link = desk.chrome.evaluate("return document.querySelector('#link').value;").await;
    assert!(link.as_str().unwrap().contains("/admin/sign-in/"), "{link}");
    desk.act("/admin/admins", &format!("{id}/sign-out"), &[]).await;
    desk.act("/admin/admins", &format!("{id}/remove"), &[WHY]).await;
    assert_eq!(role().await, None);
    desk.recorded(&[
        "appointed",
        "role-changed",
        &format!("link-made: {OLGA}"),
        &format!("sessions-revoked: {OLGA}"),
        "role-removed",
    ])
    .await;

    desk.act("/admin/settings", "/admin/settings", &[("service.support", "@help_here"), WHY]).await;
    desk.recorded(&["settings-changed"]).await;
    desk.town.vera.says("/paysupport").await;
    desk.town.vera.hears("@help_here").await;

    // Another browser of hers is signed out from this one.
    let other = Chrome::start().await;
    desk.town.sign_in_again(&other).await;
    desk.act("/admin/sessions", "/revoke-others", &[]).await;
    other.goto(&desk.town.at("/admin/people")).await;
    let menu = other.evaluate("return document.querySelector('nav.menu') === null;").await;
    assert_eq!(menu, true);
    // Her own choices, and leaving.
    desk.chrome.press("button[name='theme'][value='dark']").await;
    desk.chrome.until("document.documentElement.dataset.theme === 'dark'").await;
    desk.chrome.press("button[name='language'][value='ru']").await;
    desk.chrome.until("document.documentElement.lang === 'ru'").await;
    desk.act("/admin", "/admin/sign-out", &[]).await;
    desk.chrome.goto(&desk.town.at("/admin")).await;
    assert_eq!(desk.chrome.evaluate("return document.querySelector('nav.menu');").await, serde_json::Value::Null);
}
