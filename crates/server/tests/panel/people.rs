//! The list of people: found, filtered, read page by page, as a file.

use rstest::rstest;
use serde_json::json;
use testkit::app::{Database, TestApp};
use uuid::Uuid;

use crate::support::{Browser, staff, start};

/// The names on a page, in its order.
fn names(html: &str) -> Vec<String> {
    let rows = html.split("<a href=\"/admin/people/").skip(1);
    rows.filter_map(|row| Some(row.split_once("<bdi>")?.1.split_once("</bdi>")?.0.to_owned())).collect()
}

/// The link of this kind on a page.
fn link(html: &str, rel: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("rel=\"{rel}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

async fn found(browser: &Browser, query: &str) -> Vec<String> {
    names(&browser.get(&format!("/admin/people?{query}")).await.is(200).html)
}

/// Adds people by hand, as an earlier version of the program did.
async fn add(app: &TestApp, number: u128, telegram_id: i64, name: &str, username: &str) {
    let sql = format!(
        "INSERT INTO users (id, telegram_id, name, username, name_key, username_key, created_at) \
         VALUES ({}, {telegram_id}, '{name}', '{username}', '{}', '{}', {})",
        app.sql_id(Uuid::from_u128(number)),
        name.to_lowercase(),
        username.to_lowercase(),
        app.sql_time(i64::try_from(number).unwrap()),
    );
    app.execute(&sql).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn people_are_found_by_what_is_known_of_them(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let anna = app.register("АННА Ёлкина").await;
    app.register("Аннабель").await;
    add(&app, 5, 700_700, "Борис", "Anna_Boris").await;
    // The newest first, in whichever case, Cyrillic too.
    assert_eq!(found(&olga, "q=%D0%B0%D0%BD%D0%BD%D0%B0").await, ["Аннабель", "АННА Ёлкина"]);
    assert_eq!(found(&olga, "q=%D0%B0%D0%BD%D0%BD%D0%B0+%D1%91%D0%BB").await, ["АННА Ёлкина"]);
    assert_eq!(found(&olga, "q=%40aNNa_").await, ["Борис"]);
    assert_eq!(found(&olga, "q=700700").await, ["Борис"]);
    assert_eq!(found(&olga, &format!("q={}", anna.id)).await, ["АННА Ёлкина"]);
    assert_eq!(found(&olga, "q=%D0%BD%D0%BD%D0%B0").await, [""; 0], "the beginning counts");
    assert_eq!(found(&olga, "q=%25").await, [""; 0], "no character is special");
    assert_eq!(found(&olga, "q=+").await.len(), 4, "nothing is no filter");
    // A new name is found at once.
    let (status, _, _) = anna.put("/v1/me/profile", &json!({"name": "Жанна"})).await;
    assert_eq!(status, 200);
    assert_eq!(found(&olga, "q=%D0%B6%D0%B0%D0%BD").await, ["Жанна"]);
    assert_eq!(found(&olga, "q=%D0%B0%D0%BD%D0%BD%D0%B0").await, ["Аннабель"]);
}

#[rstest]
#[tokio::test]
async fn filters_go_together_and_stand_in_the_address(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let anna = app.register("Анна").await;
    let boris = app.register("Борис").await;
    add(&app, 5, 700, "Вера", "vera").await;
    anna.send(anna.session().await, "Привет").await;
    let grant = ["subscription", "grant", "--user", &boris.id.to_string(), "--plan", "premium"];
    crate::support::run(&app, &grant).await;
    olga.post(&format!("/admin/people/{}/block", boris.id), &[("reason", "спам")]).await.is(303);

    assert_eq!(found(&olga, "channel=telegram").await, ["Вера"]);
    assert_eq!(found(&olga, "channel=app").await, ["Борис", "Анна", "Ольга"]);
    assert_eq!(found(&olga, "plan=premium").await, ["Борис"]);
    assert_eq!(found(&olga, "plan=free").await, ["Анна", "Ольга"]);
    assert_eq!(found(&olga, "blocked=yes").await, ["Борис"]);
    assert_eq!(found(&olga, "blocked=no&channel=app").await, ["Анна", "Ольга"]);
    for window in ["day", "week", "month"] {
        assert_eq!(found(&olga, &format!("active={window}")).await, ["Анна"]);
    }
    assert_eq!(found(&olga, "plan=premium&blocked=no").await, [""; 0]);
    assert_eq!(found(&olga, "plan=premium&blocked=yes&channel=app&q=%D0%B1").await, ["Борис"]);
    assert_eq!(found(&olga, "q=&plan=&channel=&active=&blocked=").await.len(), 4);
    olga.get("/admin/people?channel=pigeon").await.is(422);
    olga.get("/admin/people?active=ever").await.is(422);
    let shown = olga.get("/admin/people?plan=premium&q=%22%3E%3Cb%3E").await.is(200);
    assert!(shown.html.contains("<option value=\"premium\" selected>"), "{}", shown.html);
    assert!(!shown.html.contains("\"><b>"), "{}", shown.html);
}

#[rstest]
#[tokio::test]
async fn the_list_is_read_page_by_page(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "moderator", "Ольга").await;
    for number in 1..=120 {
        add(&app, number, i64::try_from(number).unwrap(), &format!("Человек {number}"), &format!("user{number}")).await;
    }
    let all: Vec<String> = (1..=120).rev().map(|number| format!("Человек {number}")).collect();
    for from in ["channel=telegram", "q=user", "q=%D0%A7%D0%95%D0%9B"] {
        let (mut at, mut seen, mut pages) = (format!("/admin/people?{from}"), Vec::new(), 0);
        loop {
            let shown = olga.get(&at).await.is(200);
            seen.extend(names(&shown.html));
            pages += 1;
            match link(&shown.html, "next") {
                Some(next) => at = next,
                None => break,
            }
        }
        assert_eq!((pages, &seen), (3, &all), "{from}");
        let shown = olga.get(&at).await;
        let back = olga.get(&link(&shown.html, "prev").unwrap()).await.is(200);
        assert_eq!(names(&back.html), all[50..100], "{from} and back");
    }
}

#[rstest]
#[tokio::test]
async fn a_file_has_what_is_filtered_and_no_formulas(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    app.register("=HYPERLINK(\"http://evil.example\",\"x\")").await;
    app.register("@SUM(1+1)*cmd|' /C calc'!A0").await;
    for number in 1..=600 {
        add(&app, number, i64::try_from(number).unwrap(), &format!("Человек {number}"), &format!("user{number}")).await;
    }
    let shown = maria.get("/admin/people/csv?channel=telegram").await.is(200);
    assert_eq!(shown.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = shown.html.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 601, "all pages in one file");
    assert_eq!(
        lines[0],
        "\"id\",\"name\",\"username\",\"telegram_id\",\"created_at\",\"plan_name\",\"last_activity_at\",\"blocked_at\""
    );
    assert!(lines[1].contains("\"Человек 600\",\"user600\",\"600\""), "{}", lines[1]);
    let shown = maria.get("/admin/people/csv?channel=app").await.is(200);
    assert!(shown.html.contains("\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\""), "{}", shown.html);
    assert!(shown.html.contains("\"'@SUM(1+1)*cmd|' /C calc'!A0\""), "{}", shown.html);
}

#[rstest]
#[tokio::test]
async fn people_of_an_earlier_version_are_found_after_a_start(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, mut app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    app.register("Ёжик").await;
    app.execute("UPDATE users SET name_key = NULL, username_key = NULL").await.unwrap();
    app.restart().await.unwrap();
    for _ in 0..100 {
        if app.query_i64("SELECT COUNT(*) FROM users WHERE name_key IS NULL").await.unwrap() == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let olga = olga.on(&app);
    assert_eq!(found(&olga, "q=%D0%B5%D0%B6").await, ["Ёжик"]);
}
