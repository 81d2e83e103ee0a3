//! The dashboard: figures that are right before and after they are counted, and what is wrong.

use jiff::ToSpan as _;
use rstest::rstest;
use testkit::{
    app::{Database, TestApp},
    model::{Behaviour, FakeModel},
};
use uuid::Uuid;

use crate::support::{BINARY, Browser, eventually, now, run, staff, start, today};

/// The figures of a row of the first table.
fn figures(html: &str, label: &str) -> Vec<String> {
    let (_, rest) =
        html.split_once(&format!("<th scope=\"row\">{label}</th>")).unwrap_or_else(|| panic!("{label}: {html}"));
    let (row, _) = rest.split_once("</tr>").unwrap();
    row.split("<td class=\"number\">").skip(1).map(|cell| cell.split('<').next().unwrap().to_owned()).collect()
}

async fn start_priced(database: Database) -> (FakeModel, TestApp) {
    let model = FakeModel::start().await.unwrap();
    let provider = |name: &str, price: &str| {
        format!(
            "[[llm.providers]]\nname = \"{name}\"\nbase_url = \"{}\"\nmodel = \"{name}-model\"\n{price}\n",
            model.base_url()
        )
    };
    let toml = provider("own", "prompt_price = 1000000\ncompletion_price = 500000");
    let builder = TestApp::builder(BINARY, database).config_toml(&toml);
    let app = builder.env("BESEDA__LIMITS__SIGN_INS_PER_MINUTE", 1000).env("BESEDA__LLM__RETRIES", 0);
    (model, app.start().await.unwrap())
}

#[rstest]
#[tokio::test]
async fn what_just_happened_is_counted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_priced(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    anna.send(session, "Ещё").await;
    model.next(Behaviour::error(400, "no"));
    anna.send(session, "Не выйдет").await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let shown = olga.get("/admin").await.is(200);
    assert_eq!(figures(&shown.html, "Active people"), ["1", "1", "1"]);
    assert_eq!(figures(&shown.html, "New people"), ["2", "2", "2"]);
    assert_eq!(figures(&shown.html, "Turns"), ["3", "3", "3"]);
    assert_eq!(figures(&shown.html, "Failed or cut off"), ["1", "1", "1"]);
    assert_eq!(figures(&shown.html, "Tokens"), ["18", "18", "18"]);
    // 7 tokens of the prompt at 1, 2 of the answer at 0.5, twice.
    assert_eq!(figures(&shown.html, "Cost"), ["16.00", "16.00", "16.00"]);
    let shown = shown.says("own-model").says("free").says("p50").says("Days are those of the time zone").says("As of");
    assert_eq!(shown.html.matches("role=\"img\"").count(), 5);
    assert_eq!(shown.html.matches("<details><summary>As a table").count(), 5);

    // Costs are not everybody's.
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let shown = maria.get("/admin").await.is(200);
    assert!(!shown.html.contains("Cost") && !shown.html.contains("16.00"), "{}", shown.html);
    assert_eq!(shown.html.matches("role=\"img\"").count(), 4);
    let maria = maria.with("accept-language", "ru");
    maria.post("/admin/preferences", &[("language", "ru")]).await;
    maria.get("/admin").await.says("Активные люди").says("Время до первого токена");
}

#[rstest]
#[tokio::test]
async fn counting_changes_no_figure(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, mut app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    run(&app, &["demo-data", "--users", "5", "--messages", "4000"]).await;
    app.restart().await.unwrap();
    let counted = "SELECT CAST(COALESCE(MAX(position), 0) AS BIGINT) FROM positions WHERE name = 'day-figures'";
    let age = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM day_figures WHERE part = 'plan'";
    eventually("it is counted until an hour or two ago", async || {
        let position = app.query_i64(counted).await.unwrap();
        position > now() - 2 * 3_600_000_000
    })
    .await;
    assert!(app.query_i64(age).await.unwrap() > 0);
    eventually("the uses of the days are summed up", async || {
        app.query_i64("SELECT COUNT(*) FROM usage_days").await.unwrap() >= 88
    })
    .await;
    // What the dashboard says is what the tables say.
    let since = format!("'{}'", today() - 29.days());
    let turns = app.query_i64(&format!("SELECT COUNT(*) FROM turns WHERE day >= {since}")).await.unwrap();
    let tokens = format!("SELECT CAST(SUM(tokens) AS BIGINT) FROM turns WHERE day >= {since}");
    let tokens = app.query_i64(&tokens).await.unwrap();
    let people = format!("SELECT COUNT(DISTINCT user_id) FROM usage_logs WHERE date >= {since}");
    let people = app.query_i64(&people).await.unwrap();
    let shown = olga.get("/admin").await.is(200);
    let plain = |figures: Vec<String>| figures[2].replace(',', "").parse::<i64>().unwrap();
    assert_eq!(plain(figures(&shown.html, "Turns")), turns);
    assert_eq!(plain(figures(&shown.html, "Tokens")), tokens);
    assert_eq!(plain(figures(&shown.html, "Active people")), people);
    shown.says("p50 400 · p95 400 · p99 400 ms");
    // Once counted, it is not counted again.
    let position = app.query_i64(counted).await.unwrap();
    let sum = app.query_i64(age).await.unwrap();
    app.restart().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    if app.query_i64(counted).await.unwrap() == position {
        assert_eq!(app.query_i64(age).await.unwrap(), sum);
    }
}

#[rstest]
#[tokio::test]
async fn what_is_wrong_is_said(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_priced(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    olga.get("/admin").await.is(200).says("What is wrong now <span class=\"badge good\">nothing</span>");
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::error(500, "no"));
    for _ in 0..4 {
        anna.send(session, "Привет").await;
    }
    for (n, columns, values) in [
        (1, "error, run_at", format!("'x', {}", app.sql_time(now() + 3_600_000_000))),
        (2, "run_at", app.sql_time(now() - 600_000_000)),
        (3, "run_at, ended_at, outcome", format!("{0}, {0}, 'failed'", app.sql_time(now()))),
    ] {
        let sql = format!(
            "INSERT INTO jobs (id, kind, payload, created_at, lease_until, {columns}) VALUES ({}, 'x', '{{}}', {}, {}, {values})",
            app.sql_id(Uuid::from_u128(n)),
            app.sql_time(1),
            // The second one would be taken at once, were it not for this; then it is late no more.
            if n == 2 { app.sql_time(1) } else { "NULL".into() },
        );
        app.execute(&sql).await.unwrap();
    }
    let delivery = format!(
        "INSERT INTO deliveries (id, user_id, chat_id, created_at, run_at, error) VALUES ({}, {}, 5, {2}, {2}, 'x')",
        app.sql_id(Uuid::from_u128(1)),
        app.sql_id(anna.id),
        app.sql_time(1)
    );
    app.execute(&delivery).await.unwrap();
    let shown =
        olga.get("/admin").await.is(200).says("needs attention").says("<span class=\"badge bad\">failing</span>");
    for said in [
        "Jobs that fail and are tried again</a>: ",
        "Jobs that were given up in the last day</a>: 1",
        "Deliveries that fail and are tried again</a>: 1",
        "Deliveries that are late by more than 5 minutes</a>: 1",
    ] {
        assert!(shown.html.contains(said), "{said}: {}", shown.html);
    }
}

#[rstest]
#[tokio::test]
async fn it_needs_no_figures(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let shown = olga.get("/admin").await.is(200).says("There was nothing in these days.");
    assert_eq!(figures(&shown.html, "Turns"), ["0", "0", "0"]);
    Browser::new(&app).get("/admin").await.is(401);
}
