//! How often a page asks the database: as often, however much there is in it.

use std::collections::{BTreeMap, VecDeque};

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::{Database, TestApp};
use uuid::Uuid;

use crate::{
    routes::ROUTES,
    support::{Browser, eventually, run, staff, start_with, today},
};

/// How many addresses of a kind are looked at.
const OF_A_KIND: usize = 8;

/// What pages lead to that is none.
const NO_PAGES: [&str; 3] = ["csv", "/admin/assets/", "/admin/sign-in/"];

/// A service that has so many of everything that has a page, and an owner of it. Logs each statement.
async fn start_full(database: Database, many: u128, messages: u128) -> (TestApp, Browser) {
    let (_model, mut app) =
        start_with(database, |builder| builder.env("BESEDA__LOG__LEVEL", "info,[request]=debug")).await;
    let (olga, browser) = staff(&app, "owner", "Ольга").await;
    run(&app, &["demo-data", "--users", &many.to_string(), "--messages", &messages.to_string()]).await;
    let answers = format!("SELECT id, user_id FROM messages WHERE sender = 'ai' ORDER BY id LIMIT {many}");
    let answers: Vec<(Uuid, Uuid)> = app.sql(&answers).await.unwrap();
    // What hangs on somebody hangs on the newest, whose page is the first that the list leads to.
    let newest: Vec<(Uuid,)> =
        app.sql("SELECT user_id FROM chat_sessions ORDER BY user_id DESC LIMIT 1").await.unwrap();
    let (olga, newest) = (app.sql_id(olga), app.sql_id(newest[0].0));
    let (early, late) = (app.sql_time(1_700_000_000_000_000), app.sql_time(4_000_000_000_000_000));
    let mut rows = String::new();
    for (number, (message, user)) in (1_000..).zip(answers) {
        let (id, message, user) = (app.sql_id(Uuid::from_u128(number)), app.sql_id(message), app.sql_id(user));
        let hash = match database {
            Database::Sqlite => format!("CAST('{number}' AS BLOB)"),
            Database::Postgres => format!("'{number}'::bytea"),
        };
        let payload = json!({"plan_ended": {"user_id": Uuid::from_u128(1), "subscription_id": Uuid::from_u128(1)}});
        rows += &format!(
            "INSERT INTO jobs (id, kind, payload, created_at, run_at, attempts, error) \
             VALUES ({id}, 'plan-ended', '{payload}', {early}, {late}, 3, 'no');\
             INSERT INTO deliveries (id, user_id, chat_id, message, created_at, run_at, error) \
             VALUES ({id}, {user}, {number}, 'Раз', {early}, {late}, 'no');\
             INSERT INTO broadcasts (id, created_at, text_ru, text_en, state) VALUES ({id}, {early}, 'а', 'a', 'draft');\
             INSERT INTO reports (id, user_id, message_id, category, created_at) \
             VALUES ({id}, {user}, {message}, 'wrong', {early});\
             INSERT INTO admins (id, user_id, role, created_at, appointed_by) \
             VALUES ({id}, {user}, 'moderator', {early}, {olga}) ON CONFLICT DO NOTHING;\
             INSERT INTO admin_sessions (id, user_id, token_hash, created_at, rotated_at, last_seen_at, expires_at, \
             address) VALUES ({id}, {olga}, {hash}, {early}, {early}, {early}, {late}, '127.0.0.1');\
             INSERT INTO devices (id, user_id, created_at, last_seen_at) VALUES ({id}, {newest}, {early}, {early});\
             INSERT INTO audit_log (id, created_at, via, actor_id, subject_id, action) \
             VALUES ({id}, {early}, 'cli', {olga}, {newest}, 'blocked');"
        );
    }
    for row in rows.split_terminator(';') {
        app.execute(row).await.unwrap();
    }
    // That somebody was there is noted once a minute, by whichever page that falls on.
    app.execute(&format!("UPDATE admin_sessions SET last_seen_at = {late}")).await.unwrap();
    // What is not summed up yet is counted when it is looked at, day by day; it is summed up at a start, too.
    app.restart().await.unwrap();
    let today = today();
    let left = format!(
        "SELECT COUNT(*) FROM usage_logs WHERE date < '{today}' AND date > (SELECT COALESCE(MAX(day), '2000-01-01') \
         FROM usage_days)"
    );
    eventually("the days are summed up", async || app.query_i64(&left).await.unwrap() == 0).await;
    (app, browser)
}

/// An address without what tells one of a kind from another: ids, days, and the place in a list.
fn kind(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_one = |part: &str| part.parse::<Uuid>().is_ok() || part.parse::<jiff::civil::Date>().is_ok();
    let path: Vec<_> = path.split('/').map(|part| if is_one(part) { "{}" } else { part }).collect();
    let parts =
        query.split('&').filter(|part| !part.is_empty() && !part.starts_with("before=") && !part.starts_with("after="));
    let parts = parts.map(|part| match part.split_once('=') {
        Some((name, value)) if is_one(value) => format!("{name}={{}}"),
        _ => part.to_owned(),
    });
    format!("{}?{}", path.join("/"), parts.collect::<Vec<_>>().join("&"))
}

/// Where a page leads: its links, and what its filters offer.
fn leads(path: &str, html: &str) -> Vec<String> {
    let attribute = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
    };
    let mut found = Vec::new();
    let (mut is_filter, mut select) = (false, None);
    for tag in html.split('<') {
        match tag.split([' ', '>']).next().unwrap() {
            "a" => found.extend(attribute(tag, "href").filter(|to| to.starts_with("/admin"))),
            "form" => is_filter = tag.contains("filters"),
            "select" => select = attribute(tag, "name"),
            "option" if is_filter => {
                let value = attribute(tag, "value").filter(|value| !value.is_empty());
                found.extend(select.as_ref().zip(value).map(|(name, value)| format!("{path}?{name}={value}")));
            }
            _ => {}
        }
    }
    found.retain(|to| !to.contains('#') && !NO_PAGES.iter().any(|no| to.contains(no)));
    found
}

/// The most statements for a page of each kind.
async fn statements(mut app: TestApp, browser: Browser) -> BTreeMap<String, usize> {
    // The overview is made, and then kept for a minute.
    browser.get("/admin").await.is(200);
    let is_list = |path: &str| !path.contains('{') && !NO_PAGES.iter().any(|no| path.contains(no));
    let lists = ROUTES.iter().filter(|(method, path, _)| *method == "GET" && is_list(path));
    let mut waiting: VecDeque<String> = lists.map(|(_, path, _)| (*path).to_owned()).collect();
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    while let Some(address) = waiting.pop_front() {
        let of_a_kind = seen.entry(kind(&address)).or_default();
        if of_a_kind.len() == OF_A_KIND || of_a_kind.contains(&address) {
            continue;
        }
        of_a_kind.push(address.clone());
        let shown = browser.get(&address).await.is(200);
        let request = shown.headers["x-request-id"].to_str().unwrap().to_owned();
        asked.insert(request, kind(&address));
        waiting.extend(leads(address.split('?').next().unwrap(), &shown.html));
    }
    app.terminate().await.unwrap();
    let mut counts: BTreeMap<&str, usize> = asked.keys().map(|request| (request.as_str(), 0)).collect();
    let log = app.log();
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let request = entry["span"]["request_id"].as_str();
        if entry["target"] == "sqlx::query"
            && let Some(count) = request.and_then(|request| counts.get_mut(request))
        {
            *count += 1;
        }
    }
    let mut most = BTreeMap::new();
    for (request, count) in counts {
        let most = most.entry(asked[request].clone()).or_default();
        *most = count.max(*most);
    }
    most
}

#[rstest]
#[tokio::test]
async fn a_page_asks_as_often_however_much_there_is(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (app, browser) = start_full(database, 12, 240).await;
    let few = statements(app, browser).await;
    let (app, browser) = start_full(database, 60, 6_000).await;
    let many = statements(app, browser).await;
    let more: Vec<_> = many.iter().filter(|(kind, count)| few.get(*kind).is_none_or(|few| few != *count)).collect();
    assert!(more.is_empty(), "{more:?}\n{few:#?}");
    assert!(many.values().all(|count| *count > 0), "{many:#?}");
}
