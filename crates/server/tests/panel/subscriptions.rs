//! Subscriptions of everybody: filters, pages, and the file.

use rstest::rstest;
use testkit::app::{Database, TestApp};
use uuid::Uuid;

use crate::{
    support::{Browser, now, run, staff, start},
    walking::{marks, walk},
};

const DAY: i64 = 86_400_000_000;

/// Adds people with a subscription each, numbered from `first`: called `p<number>-`, all of them ended free ones, from
/// before everything else.
async fn fill(app: &TestApp, first: u128, count: u128) {
    let now = now();
    for n in first..first + count {
        let (id, at) = (app.sql_id(Uuid::from_u128(n)), app.sql_time(i64::try_from(n).unwrap()));
        let end = app.sql_time(now + 3_600_000_000 + i64::try_from(n - first).unwrap() * 1_000_000);
        app.execute(&format!("INSERT INTO users (id, name, created_at) VALUES ({id}, 'p{n}-', {at})")).await.unwrap();
        let sql = format!(
            "INSERT INTO subscriptions (id, user_id, plan_name, is_active, start_date, end_date, usage_limit, auto_renew, \
             unit, anchor_date) VALUES ({id}, {id}, 'free', FALSE, {at}, {end}, 50, TRUE, 'requests', {at})"
        );
        app.execute(&sql).await.unwrap();
    }
}

async fn set(app: &TestApp, numbers: &[u128], what: &str) {
    for n in numbers {
        let sql = format!("UPDATE subscriptions SET {what} WHERE id = {}", app.sql_id(Uuid::from_u128(*n)));
        assert_eq!(app.execute(&sql).await.unwrap(), 1);
    }
}

async fn shown(browser: &Browser, query: &str) -> Vec<u32> {
    marks(&browser.get(&format!("/admin/subscriptions?{query}")).await.is(200).html, ">p")
}

#[rstest]
#[tokio::test]
async fn they_are_found_by_filters(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    fill(&app, 1, 8).await;
    let in_days = |days: i64| app.sql_time(now() + days * DAY);
    set(&app, &[1, 2], "plan_name = 'premium', is_active = TRUE, provider = 'stars'").await;
    set(&app, &[3], "plan_name = 'premium', provider = 'google_play', auto_renew = FALSE").await;
    set(&app, &[4, 5, 6], "is_active = TRUE").await;
    set(&app, &[7], "provider = 'grant', plan_name = 'premium', is_active = TRUE, auto_renew = FALSE").await;
    set(&app, &[1, 4], &format!("end_date = {}", in_days(2))).await;
    set(&app, &[2, 5], &format!("end_date = {}", in_days(20))).await;
    set(&app, &[6, 7], "end_date = NULL").await;
    for (query, expected) in [
        ("", &[8, 7, 6, 5, 4, 3, 2, 1][..]),
        ("plan=premium", &[7, 3, 2, 1]),
        ("state=active", &[7, 6, 5, 4, 2, 1]),
        ("state=ended", &[8, 3]),
        ("provider=stars", &[2, 1]),
        ("provider=google_play", &[3]),
        ("provider=grant&plan=premium", &[7]),
        ("renews=no", &[7, 3]),
        ("renews=yes&state=active&plan=premium", &[2, 1]),
        ("ending=3", &[4, 1]),
        ("ending=30", &[5, 2, 4, 1]),
        ("ending=30&plan=premium", &[2, 1]),
        ("ending=30&provider=stars&renews=yes", &[2, 1]),
        ("ending=30&renews=no", &[]),
        ("ending=30&state=ended", &[]),
        ("plan=&state=&provider=&renews=&ending=3", &[4, 1]),
        ("plan=nothing", &[]),
    ] {
        // Staff have subscriptions too, without an end in these days; theirs are newer.
        assert_eq!(shown(&maria, query).await, expected, "{query}");
    }
    maria.get("/admin/subscriptions?plan=nothing").await.says("There is nothing here.");
    for wrong in ["state=x", "provider=x", "renews=x", "ending=x", "before=x", "ending=-1"] {
        maria.get(&format!("/admin/subscriptions?{wrong}")).await.is(422);
    }
    let html = maria.get("/admin/subscriptions").await.html;
    assert!(html.contains(&format!("href=\"/admin/people/{}\"", Uuid::from_u128(8))), "{html}");
}

#[rstest]
#[tokio::test]
async fn they_are_read_page_by_page(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    fill(&app, 1, 120).await;
    // All four parts of a page are mixed.
    app.execute("UPDATE subscriptions SET is_active = TRUE WHERE usage_limit = 50 AND end_date IS NOT NULL")
        .await
        .unwrap();
    let odd: Vec<u128> = (1..=120).filter(|n| n % 2 == 1).collect();
    let third: Vec<u128> = (1..=120).filter(|n| n % 3 == 0).collect();
    set(&app, &odd, "auto_renew = FALSE").await;
    set(&app, &third, "is_active = FALSE").await;
    let all: Vec<u32> = (1..=120).rev().collect();
    let active: Vec<u32> = all.iter().copied().filter(|n| n % 3 != 0).collect();
    for (path, expected, pages) in [
        ("/admin/subscriptions?plan=free", &all, 3),
        ("/admin/subscriptions?state=active&plan=free", &active, 2),
        ("/admin/subscriptions?ending=1", &active, 2),
    ] {
        let (read, last) = walk(&maria, path, "next", ">p").await;
        assert_eq!((&read.concat(), read.len()), (expected, pages), "{path}");
        let (mut back, _) = walk(&maria, &last, "prev", ">p").await;
        back.reverse();
        assert_eq!(&back.concat(), expected, "{path} and back");
    }
}

#[rstest]
#[tokio::test]
async fn the_file_has_all_that_is_filtered_and_no_formula(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    // More than a batch.
    fill(&app, 1, 520).await;
    let hostile = "UPDATE users SET name = '=cmd|calc,\"x' WHERE name = 'p7-'";
    app.execute(hostile).await.unwrap();
    let file = maria.get("/admin/subscriptions/csv?state=ended").await.is(200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"subscriptions.csv\"");
    let lines: Vec<&str> = file.html.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 521);
    assert!(lines[0].starts_with("\"id\",\"user_id\",\"user_name\""), "{}", lines[0]);
    let numbers: Vec<u32> =
        lines.iter().filter_map(|line| line.split("\"p").nth(1)?.split('-').next()?.parse().ok()).collect();
    let expected: Vec<u32> = (1..=520).rev().filter(|n| *n != 7).collect();
    assert_eq!(numbers, expected);
    assert!(file.html.contains("\"'=cmd|calc,\"\"x\""), "{}", lines[514]);
    // And the page shows it as it is.
    maria
        .get(&format!("/admin/subscriptions?state=ended&before=0.{}", Uuid::from_u128(8)))
        .await
        .says("=cmd|calc,&#34;x");
    run(&app, &["plan", "list"]).await;
}
