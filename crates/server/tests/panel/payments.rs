//! Payments: filters, sums, pages, the file, one payment, and giving it back.

use rstest::rstest;
use testkit::{
    app::{Database, TestApp},
    model::FakeModel,
    telegram::{FakeTelegram, Fault, Person, Shown},
};
use uuid::Uuid;

use crate::{
    support::{BINARY, Browser, log, run, staff, start},
    walking::{marks, walk},
};

/// 2026-01-01T00:00:00Z, in microseconds.
const JANUARY: i64 = 1_767_225_600_000_000;
const DAY: i64 = 86_400_000_000;

/// A person with a purchase, both of this number.
async fn buyer(app: &TestApp, n: u128, provider: &str) {
    let (id, at) = (app.sql_id(Uuid::from_u128(n)), app.sql_time(JANUARY));
    app.execute(&format!("INSERT INTO users (id, name, created_at) VALUES ({id}, 'b{n}', {at})")).await.unwrap();
    let terms = serde_json::json!({
        "plan_name": "premium", "unit": "requests", "usage_limit": 5, "period": "month", "rank": 1, "auto_renew": true,
        "model": null, "providers": null, "max_answer_tokens": null, "zone": "UTC",
    });
    let sql = format!(
        "INSERT INTO purchases (id, user_id, provider, terms, purchase_token, created_at) \
         VALUES ({id}, {id}, '{provider}', '{terms}', 'gp-secret-{n}', {at})"
    );
    app.execute(&sql).await.unwrap();
}

struct Row<'a> {
    n: u128,
    buyer: u128,
    provider: &'a str,
    kind: &'a str,
    /// Days after the beginning of January.
    day: i64,
    money: Option<(i64, &'a str)>,
}

/// A payment that is marked `n<number>-`.
async fn pay(app: &TestApp, row: Row<'_>) {
    let Row { n, buyer, provider, kind, day, money } = row;
    let (id, buyer) = (app.sql_id(Uuid::from_u128(n)), app.sql_id(Uuid::from_u128(buyer)));
    let at = app.sql_time(JANUARY + day * DAY + i64::try_from(n).unwrap());
    let (amount, currency) = match money {
        Some((amount, currency)) => (amount.to_string(), format!("'{currency}'")),
        None => ("NULL".into(), "NULL".into()),
    };
    let sql = format!(
        "INSERT INTO payments (id, user_id, purchase_id, provider, kind, source, event_key, charge_id, amount_micros, \
         currency, occurred_at, received_at, note) VALUES ({id}, {buyer}, {buyer}, '{provider}', '{kind}', 'provider', \
         'k{n}', 'charge-{n}', {amount}, {currency}, {at}, {at}, 'n{n}-')"
    );
    app.execute(&sql).await.unwrap();
}

async fn shown(browser: &Browser, query: &str) -> Vec<u32> {
    marks(&browser.get(&format!("/admin/payments?{query}")).await.is(200).html, "<bdi>n")
}

#[rstest]
#[tokio::test]
async fn they_are_found_and_summed_up(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    buyer(&app, 101, "stars").await;
    buyer(&app, 102, "google_play").await;
    let (stars, google) = ("stars", "google_play");
    for (n, buyer, provider, kind, day, money) in [
        (1, 101, stars, "paid", 0, Some((500_000_000, "XTR"))),
        (2, 101, stars, "paid", 1, Some((250_000_000, "XTR"))),
        (3, 101, stars, "refunded", 2, Some((250_000_000, "XTR"))),
        (4, 102, google, "paid", 3, Some((4_990_000, "EUR"))),
        (5, 102, google, "observed", 4, None),
        (6, 102, google, "canceled", 5, None),
        (7, 102, google, "paid", 400, Some((4_990_000, "EUR"))),
    ] {
        pay(&app, Row { n, buyer, provider, kind, day, money }).await;
    }
    let hers = format!("person={}", Uuid::from_u128(101));
    for (query, expected) in [
        ("", &[7, 6, 5, 4, 3, 2, 1][..]),
        ("provider=stars", &[3, 2, 1]),
        ("kind=paid", &[7, 4, 2, 1]),
        ("kind=paid&provider=google_play", &[7, 4]),
        ("from=2026-01-02&to=2026-01-04", &[4, 3, 2]),
        ("to=2026-01-01", &[1]),
        ("from=2026-01-06&kind=canceled", &[6]),
        (&hers, &[3, 2, 1]),
        ("charge=charge-4", &[4]),
        ("charge=charge-4&provider=stars", &[]),
        ("charge=charge", &[]),
        ("provider=&kind=&from=&to=&person=&charge=", &[7, 6, 5, 4, 3, 2, 1]),
    ] {
        assert_eq!(shown(&anton, query).await, expected, "{query}");
    }
    let year = anton.get("/admin/payments?from=2026-01-01&to=2026-12-31").await.is(200);
    year.says("<strong>750\u{a0}⭐</strong> · 2 payments")
        .says("<strong>250\u{a0}⭐</strong> · 1 payment")
        .says("4.99\u{a0}EUR");
    let google = anton.get("/admin/payments?from=2026-01-01&to=2026-12-31&provider=google_play").await.is(200);
    assert!(!google.html.contains("750") && google.html.contains("<strong>4.99\u{a0}EUR</strong> · 1 payment"));
    let his = format!("/admin/payments?from=2026-01-01&to=2026-12-31&person={}", Uuid::from_u128(102));
    assert!(!anton.get(&his).await.is(200).html.contains("⭐"));
    anton.get("/admin/payments?from=2020-01-01&to=2026-11-30").await.is(200).says("Totals are of a year at most");
    anton.get("/admin/payments?from=2026-02-01&to=2026-02-28").await.says("Nothing was paid or refunded.");
    for wrong in ["kind=x", "provider=x", "from=x", "to=2026-13-01", "person=x", "after=1"] {
        anton.get(&format!("/admin/payments?{wrong}")).await.is(422);
    }
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    maria.get("/admin/payments").await.is(403);
    maria.get("/admin/payments/csv").await.is(403);
    let html = maria.get("/admin").await.html;
    assert!(!html.contains("/admin/payments") && html.contains("/admin/subscriptions"));
}

#[rstest]
#[tokio::test]
async fn they_are_read_page_by_page_and_as_a_file(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    buyer(&app, 1_001, "stars").await;
    for n in 1..=120 {
        // Two of each moment, so that the id decides.
        let kind = if n % 2 == 0 { "paid" } else { "failed" };
        pay(&app, Row { n, buyer: 1_001, provider: "stars", kind, day: 0, money: None }).await;
    }
    app.execute(&format!("UPDATE payments SET occurred_at = {}", app.sql_time(JANUARY))).await.unwrap();
    let all: Vec<u32> = (1..=120).rev().collect();
    let even: Vec<u32> = all.iter().copied().filter(|n| n % 2 == 0).collect();
    let hers = format!("/admin/payments?person={}&kind=paid", Uuid::from_u128(1_001));
    for (path, expected) in [
        ("/admin/payments", &all),
        ("/admin/payments?provider=stars", &all),
        ("/admin/payments?kind=paid", &even),
        ("/admin/payments?kind=paid&provider=stars", &even),
        (&hers, &even),
    ] {
        let (read, last) = walk(&anton, path, "next", "<bdi>n").await;
        assert_eq!(&read.concat(), expected, "{path}");
        let (mut back, _) = walk(&anton, &last, "prev", "<bdi>n").await;
        back.reverse();
        assert_eq!(&back.concat(), expected, "{path} and back");
    }
    app.execute("UPDATE payments SET note = '@SUM(A1)<script>' WHERE charge_id = 'charge-4'").await.unwrap();
    app.execute("UPDATE users SET name = '-2+3' WHERE name = 'b1001'").await.unwrap();
    let file = anton.get("/admin/payments/csv?kind=paid").await.is(200);
    let lines: Vec<&str> = file.html.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 61);
    assert!(lines[1].contains("\"'-2+3\"") && lines[59].contains("\"'@SUM(A1)<script>\""), "{lines:#?}");
    let html = anton.get("/admin/payments?charge=charge-4").await.without_own_script();
    assert!(html.contains("@SUM(A1)&#60;script&#62;") && !html.contains("<script"), "{html}");
}

/// A service with a bot, and somebody who has bought premium for Stars: the charge.
async fn sold(database: Database) -> (TestApp, FakeTelegram, Person, String, FakeModel) {
    let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
    let app = TestApp::builder(BINARY, database).model(&model).telegram(&telegram).start().await.unwrap();
    let anna = telegram.person("Anna", "en");
    anna.says("/plan").await;
    let card = anna.chat().wait_for_answer("the plans", |shown| shown.button("buy:premium").is_some()).await;
    anna.presses(card.message_id, "buy:premium").await;
    let link = |shown: &Shown| shown.buttons.iter().flatten().find_map(|button| button.url.clone());
    let invoice = anna.chat().wait_for_answer("an invoice", |shown| link(shown).is_some()).await;
    let charge = anna.pays(&link(&invoice).unwrap()).await.charge_id().to_owned();
    anna.chat().wait_for_answer("thanks", |shown| shown.text.contains("Premium") && shown.text.contains("until")).await;
    (app, telegram, anna, charge, model)
}

async fn payment_id(app: &TestApp) -> Uuid {
    app.sql::<(Uuid,)>("SELECT id FROM payments WHERE kind = 'paid'").await.unwrap()[0].0
}

async fn becomes(browser: &Browser, path: &str, words: &str) -> String {
    for _ in 0..100 {
        let shown = browser.get(path).await.is(200);
        if shown.html.contains(words) {
            return shown.html;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("never: {words}\n{}", browser.get(path).await.html);
}

#[rstest]
#[tokio::test]
async fn a_charge_is_given_back(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (app, telegram, _anna, charge, _model) = sold(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let id = payment_id(&app).await;
    let path = format!("/admin/payments/{id}");
    let found = anton.get(&format!("/admin/payments?charge={charge}")).await.is(200).says(&path);
    assert!(found.html.contains("Anna"));
    let shown = anton.get(&path).await.is(200).says("telegram_payment_charge_id").says("Give the money back");
    assert!(shown.html.contains("premium") && !shown.html.contains("The money was given back"));
    anton.post(&format!("{path}/refund"), &[("reason", "")]).await.is(422);
    let asked = anton.post(&format!("{path}/refund"), &[("reason", "по просьбе")]).await.is(303);
    assert_eq!(asked.location(), path);
    assert_eq!(log(&app, 1).await, ["Антон: refund-asked (по просьбе)"]);
    let recorded = format!(
        "SELECT COUNT(*) FROM audit_log WHERE action = 'refund-asked' AND target = '{id}' AND subject_id IN (SELECT user_id FROM payments)"
    );
    assert_eq!(app.query_i64(&recorded).await.unwrap(), 1);
    let html = becomes(&anton, &path, "The money was given back").await;
    assert!(!html.contains("/refund\""), "{html}");
    assert!(telegram_has_refunded(&telegram, &charge));
    anton.post(&format!("{path}/refund"), &[("reason", "ещё раз")]).await.is(409).says("given back already");
    // The event of the giving back has a page, and no button.
    let refunded = app.sql::<(Uuid,)>("SELECT id FROM payments WHERE kind = 'refunded'").await.unwrap()[0].0;
    let html = anton.get(&format!("/admin/payments/{refunded}")).await.is(200).html;
    assert!(!html.contains("/refund\"") && html.contains(&path), "{html}");
    anton.get(&format!("/admin/payments/{}", Uuid::from_u128(5))).await.is(404);
    anton.post(&format!("/admin/payments/{}/refund", Uuid::from_u128(5)), &[("reason", "x")]).await.is(404);
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    maria.get(&path).await.is(403);
    maria.post(&format!("{path}/refund"), &[("reason", "x")]).await.is(403);
}

fn telegram_has_refunded(telegram: &FakeTelegram, charge: &str) -> bool {
    let calls = telegram.calls_of("refundStarPayment");
    calls.iter().any(|call| call.params["telegram_payment_charge_id"] == charge)
}

#[rstest]
#[tokio::test]
async fn a_refund_that_fails_is_told_and_can_be_asked_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (app, telegram, _anna, _charge, _model) = sold(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let path = format!("/admin/payments/{}", payment_id(&app).await);
    telegram.next("refundStarPayment", Fault::TooMany(30));
    anton.post(&format!("{path}/refund"), &[("reason", "раз")]).await.is(303);
    let html = becomes(&anton, &path, "Last error:").await;
    assert!(html.contains("The seller has been asked") && !html.contains("/refund\""), "{html}");
    // Somebody calls it off.
    let off = format!(
        "UPDATE jobs SET ended_at = {}, outcome = 'failed', error = '<b>no</b>' WHERE kind = 'refund'",
        app.sql_time(JANUARY)
    );
    app.execute(&off).await.unwrap();
    let shown =
        anton.get(&path).await.is(200).says("It could not be given back").says("&#60;b&#62;no").says("/refund\"");
    drop(shown);
    anton.post(&format!("{path}/refund"), &[("reason", "два")]).await.is(303);
    becomes(&anton, &path, "The money was given back").await;
}

#[rstest]
#[tokio::test]
async fn what_the_provider_said_is_shown_without_secrets(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    buyer(&app, 9, "google_play").await;
    pay(&app, Row { n: 1, buyer: 9, provider: "google_play", kind: "paid", day: 0, money: Some((4_990_000, "EUR")) })
        .await;
    pay(&app, Row { n: 2, buyer: 9, provider: "google_play", kind: "observed", day: 1, money: None }).await;
    let said =
        r#"{"orderId":"GPA.<1>","linkedPurchaseToken":"gp-older","url":"https://x/gp-secret-9","state":"ACTIVE"}"#;
    app.execute(&format!("UPDATE payments SET payload = '{said}'")).await.unwrap();
    let html = anton.get(&format!("/admin/payments/{}", Uuid::from_u128(1))).await.is(200).html;
    assert!(!html.contains("gp-secret") && !html.contains("gp-older") && !html.contains("GPA.<1>"), "{html}");
    assert!(html.contains("GPA.&#60;1&#62;") && html.contains("n2-"), "{html}");
    // In the order of happening.
    assert!(html.find("<bdi>n1-").unwrap() < html.rfind("<bdi>n2-").unwrap());
    // A grant is no charge.
    let anna = app.register("Анна").await;
    run(&app, &["subscription", "grant", "--user", &anna.id.to_string(), "--plan", "premium"]).await;
    let id = app.sql::<(Uuid,)>("SELECT id FROM payments WHERE provider = 'grant'").await.unwrap()[0].0;
    let html = anton.get(&format!("/admin/payments/{id}")).await.is(200).html;
    assert!(!html.contains("/refund\""));
    anton.post(&format!("/admin/payments/{id}/refund"), &[("reason", "x")]).await.is(409).says("can be revoked");
}
