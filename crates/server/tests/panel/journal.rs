//! The journal: found by filters, page by page, as a file; and read with a reason.

use rstest::rstest;
use testkit::{
    app::{Database, TestApp},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{Browser, log, staff, start};

const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>";

/// Adds attempts before everything else, each `n` with the error that the function gives.
async fn fill(app: &TestApp, count: u128, row: impl Fn(u128) -> (String, String, Option<String>, i64, i64)) {
    let (message, user) = app.sql::<(Uuid, Uuid)>("SELECT id, user_id FROM messages LIMIT 1").await.unwrap()[0];
    let (message, user) = (app.sql_id(message), app.sql_id(user));
    let all: Vec<String> = (1..=count)
        .map(|n| {
            let (provider, model, error, status, ms) = row(n);
            let error = error.map_or("NULL".to_owned(), |error| format!("'{}'", error.replace('\'', "''")));
            format!(
                "({id}, {message}, {user}, {id}, {at}, '{provider}', '{model}', {error}, {status}, {ms})",
                id = app.sql_id(Uuid::from_u128(n)),
                at = app.sql_time(i64::try_from(n).unwrap()),
            )
        })
        .collect();
    for rows in all.chunks(1000) {
        let sql = format!(
            "INSERT INTO ai_requests (id, message_id, user_id, turn_id, created_at, provider, model, error_message, \
             status_code, response_time_ms) VALUES {}",
            rows.join(", ")
        );
        app.execute(&sql).await.unwrap();
    }
}

async fn talk(app: &TestApp) {
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, HOSTILE).await;
}

/// The numbers of the attempts of a page that `fill` has added.
fn numbers(html: &str) -> Vec<u128> {
    let links = html.split("href=\"/admin/journal/").skip(1).filter_map(|rest| rest.get(..36));
    links.filter_map(|id| id.parse::<Uuid>().ok()).map(|id| id.as_u128()).filter(|n| *n < 1_000_000).collect()
}

/// The link of this kind on a page.
fn link(html: &str, rel: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("rel=\"{rel}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

async fn walk(browser: &Browser, from: &str, rel: &str) -> (Vec<Vec<u128>>, String) {
    let (mut pages, mut at) = (Vec::new(), from.to_owned());
    loop {
        let shown = browser.get(&at).await.is(200);
        pages.push(numbers(&shown.html));
        match link(&shown.html, rel) {
            Some(next) => at = next,
            None => return (pages, at),
        }
    }
}

#[rstest]
#[tokio::test]
async fn it_is_found_by_filters_and_read_page_by_page(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    talk(&app).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    fill(&app, 360, |n| {
        let error = n.is_multiple_of(3).then(|| format!("broken {}", n % 2));
        let provider = if n.is_multiple_of(2) { "even" } else { "odd" };
        let status = if n.is_multiple_of(3) { 500 } else { 200 };
        (provider.into(), format!("m{}", n % 3), error, status, if n.is_multiple_of(4) { 20_000 } else { 10 })
    })
    .await;
    let person = app.sql::<(Uuid,)>("SELECT user_id FROM messages LIMIT 1").await.unwrap()[0].0;
    let all = |keep: &dyn Fn(u128) -> bool| (1..=360).rev().filter(|n| keep(*n)).collect::<Vec<u128>>();
    for (filter, expected) in [
        (String::new(), all(&|_| true)),
        ("?failed=yes".into(), all(&|n| n % 3 == 0)),
        ("?failed=no".into(), all(&|n| n % 3 != 0)),
        ("?status=500".into(), all(&|n| n % 3 == 0)),
        ("?status=200".into(), all(&|n| n % 3 != 0)),
        ("?error=broken+1".into(), all(&|n| n % 3 == 0 && n % 2 == 1)),
        ("?error=%25".into(), vec![]),
        ("?model=m1".into(), all(&|n| n % 3 == 1)),
        ("?provider=even".into(), all(&|n| n % 2 == 0)),
        ("?provider=even&model=m2&slower=20000".into(), all(&|n| n % 4 == 0 && n % 3 == 2)),
        ("?slower=10000".into(), all(&|n| n % 4 == 0)),
        ("?slower=11".into(), all(&|n| n % 4 == 0)),
        (format!("?person={person}&failed=yes"), all(&|n| n % 3 == 0)),
        (format!("?person={}", Uuid::from_u128(5)), vec![]),
        ("?from=&to=1990-01-01T00:00&status=&model=".into(), all(&|_| true)),
        ("?from=2020-01-01T00:00".into(), vec![]),
    ] {
        let (pages, last) = walk(&maria, &format!("/admin/journal{filter}"), "next").await;
        assert_eq!(pages.concat(), expected, "{filter}");
        let (mut back, _) = walk(&maria, &last, "prev").await;
        back.reverse();
        assert_eq!(back.concat(), expected, "{filter} and back");
        let csv = maria.get(&format!("/admin/journal/csv{filter}")).await.is(200);
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        let ids =
            csv.html.lines().skip(1).map(|line| line.split('"').nth(1).unwrap().parse::<Uuid>().unwrap().as_u128());
        assert_eq!(ids.filter(|n| *n < 1_000_000).collect::<Vec<_>>(), expected, "{filter} as a file");
    }
    for wrong in ["?person=x", "?failed=maybe", "?from=yesterday", "?slower=fast", "?before=1"] {
        maria.get(&format!("/admin/journal{wrong}")).await.is(422);
    }
}

#[rstest]
#[tokio::test]
async fn looking_stops_and_goes_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    talk(&app).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    fill(&app, 10_100, |n| ("p".into(), "m".into(), None, 200, if n < 4 { 9_000 } else { 10 })).await;
    let from = "/admin/journal?slower=9000";
    maria.get(from).await.is(200).says("5000 attempts were looked at").says("There is nothing here.");
    let (pages, last) = walk(&maria, from, "next").await;
    assert_eq!(pages, [vec![], vec![], vec![3, 2, 1]]);
    assert!(last.contains("slower=9000&before="), "{last}");
    let csv = maria.get("/admin/journal/csv?slower=9000").await.is(200);
    assert_eq!(csv.html.lines().count(), 4);
    let (pages, _) = walk(&maria, "/admin/journal?model=m", "next").await;
    assert_eq!(pages.concat().len(), 10_100);
}

#[rstest]
#[tokio::test]
async fn what_was_said_is_read_with_a_reason(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    model.next(Behaviour::answer("it's <b>bold</b>"));
    talk(&app).await;
    let id = app.sql::<(Uuid,)>("SELECT id FROM ai_requests").await.unwrap()[0].0;
    let path = format!("/admin/journal/{id}");
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let is_told = |html: &str| html.contains("alert(1)") || html.contains("bold");

    let shown = maria.get(&path).await.is(200).says("SHA-256");
    assert!(!is_told(&shown.html) && !shown.html.contains("/read\""), "{}", shown.html);
    maria.post(&format!("{path}/read"), &[("reason", "любопытно")]).await.is(403);

    let shown = anton.get(&path).await.is(200).says("/read\"");
    assert!(!is_told(&shown.html));
    anton.post(&format!("{path}/read"), &[("reason", " ")]).await.is(422);
    assert!(!is_told(&anton.get(&path).await.is(200).html));
    assert_eq!(anton.post(&format!("{path}/read"), &[("reason", "жалоба")]).await.is(303).location(), path);
    assert_eq!(log(&app, 1).await, ["Антон: payload-read (жалоба)"]);
    let whose = "SELECT COUNT(*) FROM audit_log a JOIN users u ON u.id = a.subject_id \
                 WHERE a.action = 'payload-read' AND u.name = 'Анна'";
    assert_eq!(app.query_i64(whose).await.unwrap(), 1);
    let shown = anton.get(&path).await.is(200).says("as it was sent").says("bold").says("$API_KEY");
    for raw in ["<script", "<img", "<b>", "Bearer sk"] {
        assert!(!shown.without_own_script().contains(raw), "{raw}: {}", shown.html);
    }
    assert!(shown.html.contains("class=\"j-key\">&#34;messages&#34;</span>"), "{}", shown.html);
    // In this session only.
    let (_, other) = staff(&app, "admin", "Алиса").await;
    assert!(!is_told(&other.get(&path).await.is(200).html));

    app.execute("UPDATE messages SET message_text = 'подменено' WHERE sender = 'user'").await.unwrap();
    anton.get(&path).await.is(200).says("not what was sent");
    anton.get("/admin/journal/01890a5d-ac96-774b-bcce-b302099a8057").await.is(404);
    anton.get("/admin/journal/nonsense").await.is(422);
}

#[rstest]
#[tokio::test]
async fn words_of_models_are_words(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    talk(&app).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    fill(&app, 2, |n| {
        let error = if n == 1 { "=HYPERLINK(\"http://evil\",\"x\")" } else { HOSTILE };
        (HOSTILE.into(), HOSTILE.into(), Some(error.into()), 500, 10)
    })
    .await;
    let first = Uuid::from_u128(2);
    for page in ["/admin/journal".to_owned(), format!("/admin/journal/{first}"), "/admin".to_owned()] {
        let shown = olga.get(&page).await.is(200);
        for raw in ["<script", "<img"] {
            assert!(!shown.without_own_script().contains(raw), "{raw}: {}", shown.html);
        }
    }
    let csv = olga.get("/admin/journal/csv").await.is(200);
    assert!(csv.html.contains("\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\""), "{}", csv.html);
    assert!(csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
}
