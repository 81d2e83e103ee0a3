//! Usage by day and by person.

use rstest::rstest;
use testkit::app::{Database, TestApp};
use uuid::Uuid;

use crate::support::{staff, start};

async fn used(app: &TestApp, n: u128, name: &str, day: &str) {
    let user = app.sql_id(Uuid::from_u128(n));
    let person = format!("INSERT INTO users (id, name, created_at) VALUES ({user}, '{name}', {})", app.sql_time(1));
    app.execute(&person).await.unwrap();
    let usage = format!(
        "INSERT INTO usage_logs (id, user_id, date, requests_count, tokens_used, session_count) \
         VALUES ({user}, {user}, '{day}', 2, 1000, 1)"
    );
    app.execute(&usage).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn it_is_told_by_day_and_by_person(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, mut app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    for n in 1..=60 {
        used(&app, n, "=cmd|<b>x", "2026-01-10").await;
    }
    used(&app, 100, "Анна", "2026-01-12").await;
    // What came while the days were summed up lies in the past here, as it never does otherwise.
    app.terminate().await.unwrap();
    app.execute("DELETE FROM usage_days").await.unwrap();
    app.restart().await.unwrap();
    crate::support::eventually("the days are summed up", async || {
        app.query_i64("SELECT COUNT(*) FROM usage_days WHERE people > 0").await.unwrap() == 2
    })
    .await;
    let range = "from=2026-01-01&to=2026-01-31";
    let shown = maria.get(&format!("/admin/usage?{range}")).await.is(200).says("60,000").says("61,000").says("122");
    assert!(shown.html.contains("10 Jan 2026") && shown.html.contains("12 Jan 2026") && !shown.html.contains("11 Jan"));
    let csv = maria.get(&format!("/admin/usage/csv?{range}")).await.is(200);
    let expected = "\"date\",\"people\",\"requests_count\",\"tokens_used\",\"session_count\"\r\n\
                    \"2026-01-10\",\"60\",\"120\",\"60000\",\"60\"\r\n\"2026-01-12\",\"1\",\"2\",\"1000\",\"1\"\r\n";
    assert_eq!(csv.html.trim_start_matches('\u{feff}'), expected);

    let first = maria.get("/admin/usage/2026-01-10").await.is(200).says("=cmd|&#60;b&#62;x").says("rel=\"next\"");
    assert_eq!(first.html.matches("<bdi>=cmd").count(), 50);
    let next = format!("/admin/usage/2026-01-10?before={}", Uuid::from_u128(11));
    let second = maria.get(&next).await.is(200).says("rel=\"prev\"");
    assert_eq!(second.html.matches("<bdi>=cmd").count(), 10);
    let csv = maria.get("/admin/usage/2026-01-10/csv").await.is(200);
    assert_eq!(csv.html.lines().count(), 61);
    assert!(csv.html.contains("\"'=cmd|<b>x\"") && !csv.html.contains("\"=cmd"), "{}", csv.html);
    maria.get("/admin/usage/2026-01-11").await.is(200).says("There is nothing here.");
    for wrong in ["?from=2026-02-01&to=2026-01-01", "?from=2020-01-01&to=2026-01-01", "?from=x", "/x", "/x/csv"] {
        maria.get(&format!("/admin/usage{wrong}")).await.is(422);
    }
}

#[rstest]
#[tokio::test]
async fn today_is_counted_as_it_stands(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    maria.get("/admin/usage").await.is(200).says("There is nothing here.");
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    let csv = maria.get("/admin/usage/csv").await.is(200);
    assert!(csv.html.contains("\"1\",\"1\",\"9\",\"1\"\r\n"), "{}", csv.html);
    anna.send(session, "Ещё").await;
    let csv = maria.get("/admin/usage/csv").await.is(200);
    assert!(csv.html.contains("\"1\",\"2\",\"18\",\"1\"\r\n"), "{}", csv.html);
}
