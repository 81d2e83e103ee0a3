//! Hundreds of hostile texts as names, messages, answers, errors, payloads, comments and reasons: in no page do they run,
//! nothing is fetched from elsewhere, and no cell of a file becomes a formula.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use serde_json::json;
use testkit::payloads::{MARK, payloads};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{
    chrome::Chrome,
    look::{faults, keep_picture},
    town::{ID, Town, quoted},
};

/// More than there are pages of anything here.
const MOST_PAGES: usize = 40;

/// How many texts stand in a message.
const AT_ONCE: usize = 4;

/// The lists that can be had as files.
const FILES: [&str; 10] = [
    "people",
    "reports",
    "journal",
    "subscriptions",
    "payments",
    "usage",
    "usage/{day}",
    "jobs",
    "deliveries",
    "audit",
];

/// A server that nothing may ask: its address, and how often it was.
pub(crate) async fn elsewhere() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, SeqCst);
        }
    });
    serving.detach_all();
    (address, asked)
}

/// Puts the texts wherever people, models, providers and staff can put any, past the checks that keep some of it out.
async fn write_everywhere(town: &Town, all: &[String]) {
    // As messages, and, the model being an echo, as answers and in what is sent to the model.
    for some in all.chunks(AT_ONCE) {
        let (status, _, body) = town.anna.send(town.session, &some.join("\n\n")).await;
        assert_eq!(status, 201, "{some:?}: {body}");
    }
    let today = town.today().await;
    let mut sql = String::new();
    for (number, text) in all.iter().enumerate() {
        let text = quoted(text);
        // Behind what the town has itself.
        let id = town.app.sql_id(Uuid::from_u128(1_000 + u128::try_from(number).unwrap()));
        let at = 1_700_000_000_000_000 + i64::try_from(number).unwrap();
        sql += &format!(
            "INSERT INTO users (id, name, first_name, last_name, username, created_at) \
             VALUES ({id}, {text}, {text}, {text}, {text}, {at});\
             INSERT INTO audit_log (id, created_at, actor_name, via, action, target, reason, details) \
             VALUES ({id}, {at}, {text}, 'cli', 'refused', {text}, {text}, json_quote({text}));\
             INSERT INTO usage_logs (id, user_id, date, requests_count) VALUES ({id}, {id}, '{today}', 1);\
             INSERT INTO plans (name, unit, usage_limit, period, auto_renew, created_at, model, providers, title_ru, \
             title_en, description_ru, description_en, is_offered) VALUES ({text}, 'requests', 5, 'none', 0, {at}, \
             {text}, {text}, {text}, {text}, {text}, {text}, 1);\
             INSERT INTO subscriptions (id, user_id, plan_name, is_active, start_date, usage_limit, auto_renew, unit, \
             anchor_date) VALUES ({id}, {id}, {text}, 1, {at}, 5, 0, 'requests', {at});\
             INSERT INTO jobs (id, kind, payload, created_at, run_at, attempts, error) \
             SELECT {id}, kind, payload, {at}, run_at, 3, {text} FROM jobs LIMIT 1;\
             INSERT INTO deliveries (id, user_id, chat_id, message, created_at, run_at, error) \
             SELECT {id}, user_id, 4242, {text}, {at}, run_at, {text} FROM deliveries LIMIT 1;\
             INSERT INTO payments (id, user_id, purchase_id, provider, kind, source, event_key, charge_id, currency, \
             amount_micros, occurred_at, received_at, note, payload) SELECT {id}, user_id, purchase_id, provider, \
             'observed', source, {text}, {text}, {text}, 1000000, {at}, {at}, {text}, json_quote({text}) \
             FROM payments LIMIT 1;\
             INSERT INTO chat_sessions (id, user_id, started_at, is_active, ended_at, title, channel, last_activity_at, \
             last_seq) SELECT {id}, user_id, {at}, 0, {at}, {text}, channel, {at}, 0 FROM chat_sessions LIMIT 1;"
        );
    }
    // What there is one of for each message.
    for (number, some) in all.chunks(AT_ONCE).enumerate() {
        let text = quoted(&some.join("\n\n"));
        let id = town.app.sql_id(Uuid::from_u128(1_000 + u128::try_from(number).unwrap()));
        sql += &format!(
            "UPDATE ai_requests SET error_message = {text}, model = {text}, provider = {text} WHERE id = \
             (SELECT id FROM ai_requests ORDER BY id LIMIT 1 OFFSET {number});\
             INSERT OR IGNORE INTO reports (id, user_id, message_id, category, comment, created_at, note) \
             SELECT {id}, user_id, id, {text}, {text}, created_at, {text} FROM messages WHERE sender = 'ai' \
             ORDER BY id LIMIT 1 OFFSET {};",
            number + 1
        );
    }
    let together = quoted(&all.join("\n\n"));
    sql += &format!(
        "UPDATE broadcasts SET text_ru = {together}, text_en = {together};\
         UPDATE chat_sessions SET title = {0} WHERE ended_at IS NULL;\
         UPDATE admin_sessions SET user_agent = {0};",
        quoted(&all[0])
    );
    town.app.execute(&sql).await.unwrap();
}

/// What happened on a page that should not, beginning at an address and going on to the last page.
async fn misdeeds(chrome: &Chrome, start: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    chrome.goto(start).await;
    for number in 1..=MOST_PAGES {
        if number == 1 {
            keep_picture(chrome, name).await;
        }
        let wrong = faults(chrome).await;
        found.extend(wrong.into_iter().map(|wrong| format!("{name} {number}: {wrong}")));
        if chrome.evaluate(&format!("return typeof window.{MARK};")).await != "undefined" {
            found.push(format!("{name} {number}: something ran"));
        }
        let older = "const next = document.querySelector('a[rel~=next]'); return next && next.href;";
        match chrome.evaluate(older).await.as_str() {
            // As scripts follow a link: the page is put into this one.
            Some(older) => {
                chrome.evaluate("document.querySelector('a[rel~=next]').click();").await;
                let there = format!("location.href === {} && !document.querySelector('.loading')", json!(older));
                chrome.until(&there).await;
            }
            None => return found,
        }
    }
    panic!("{name} does not end");
}

/// The cells of a file.
fn cells(csv: &str) -> Vec<String> {
    let (mut cells, mut rest) = (Vec::new(), csv.trim_start_matches('\u{feff}'));
    while let Some(opened) = rest.strip_prefix('"') {
        let mut end = 0;
        let bytes = opened.as_bytes();
        while bytes[end] != b'"' || bytes.get(end + 1) == Some(&b'"') {
            end += if bytes[end] == b'"' { 2 } else { 1 };
        }
        cells.push(opened[..end].replace("\"\"", "\""));
        rest = opened[end + 1..].trim_start_matches([',', '\r', '\n']);
    }
    assert!(rest.is_empty(), "not a cell: {rest}");
    cells
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_written_does_anything() {
    let (address, asked) = elsewhere().await;
    let all = payloads(&address);
    assert!(all.len() >= 500);
    let town = Town::new().await;
    let chrome = Chrome::start().await;
    town.sign_in(&chrome, "owner").await;
    town.read(&chrome).await;
    write_everywhere(&town, &all).await;
    // What was sent to the model, each with what was said before, is open to be read.
    let attempts: Vec<(Uuid,)> = town.app.sql("SELECT id FROM ai_requests ORDER BY id").await.unwrap();
    town.app
        .execute(
            "INSERT INTO openings (admin_session_id, target_id, opened_at, expires_at) SELECT s.id, r.id, \
             s.created_at, s.expires_at FROM admin_sessions s, ai_requests r",
        )
        .await
        .unwrap();

    let mut starts = vec![(town.dialogue(), "hostile-dialogue".to_owned())];
    for list in ["people", "reports?state=all", "journal", "subscriptions", "plans", "payments", "audit", "sessions"] {
        starts.push((format!("/admin/{list}"), format!("hostile-{}", list.split('?').next().unwrap())));
    }
    for (list, name) in
        [("jobs", "jobs"), ("deliveries", "deliveries"), ("broadcasts", "broadcasts"), ("usage", "usage")]
    {
        starts.push((format!("/admin/{list}"), format!("hostile-{name}")));
    }
    for (path, name) in [
        (format!("/admin/usage/{}", town.today().await), "usage-day"),
        (format!("/admin/people/{}", town.anna.id), "person"),
        (format!("/admin/people/{}/sessions", town.anna.id), "dialogues"),
        (format!("/admin/broadcasts/{ID}"), "broadcast"),
        ("/admin".to_owned(), "dashboard"),
        ("/admin/settings".to_owned(), "settings"),
        ("/admin/broadcasts/new".to_owned(), "new-broadcast"),
    ] {
        starts.push((path, format!("hostile-{name}")));
    }
    // One of each kind that has a page of its own, again and again through the texts.
    for number in (0..all.len() / AT_ONCE).step_by(12) {
        let id = |number: usize| Uuid::from_u128(1_000 + u128::try_from(number).unwrap());
        let one = id(number * AT_ONCE);
        starts.push((format!("/admin/people/{one}"), format!("hostile-person-{number}")));
        starts.push((format!("/admin/payments/{one}"), format!("hostile-payment-{number}")));
        starts.push((format!("/admin/reports/{}", id(number)), format!("hostile-report-{number}")));
        starts.push((format!("/admin/journal/{}", attempts[number].0), format!("hostile-attempt-{number}")));
    }
    let mut found = Vec::new();
    for (start, name) in starts {
        found.extend(misdeeds(&chrome, &town.at(&start), &name).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(asked.load(SeqCst), 0, "something was fetched from elsewhere");

    let day = town.today().await;
    let mut hostile = 0;
    for list in FILES {
        let file = chrome.fetch(&format!("/admin/{}/csv", list.replace("{day}", &day))).await;
        for cell in cells(&file) {
            let first = cell.trim_start().chars().next();
            assert!(!matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r')), "{list}: {cell}");
            hostile += usize::from(cell.contains(MARK));
        }
    }
    assert!(hostile > all.len(), "the files hold the texts: {hostile}");
}
