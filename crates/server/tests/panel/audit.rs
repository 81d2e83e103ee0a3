//! The audit log: read by pages and filters, and written by nobody.

use rstest::rstest;
use testkit::app::{Database, TestApp};
use uuid::Uuid;

use crate::support::{Browser, staff, start};

/// Adds so many rows of one actor.
async fn fill(app: &TestApp, actor: Uuid, count: u128) {
    for n in 1..=count {
        // Before everything that has just happened.
        let sql = format!(
            "INSERT INTO audit_log (id, created_at, actor_id, actor_name, via, action, target) \
             VALUES ({}, {}, {}, 'Прежний', 'panel', 'refused', 'n{n}-')",
            app.sql_id(Uuid::from_u128(n)),
            app.sql_time(i64::try_from(n).unwrap()),
            app.sql_id(actor)
        );
        app.execute(&sql).await.unwrap();
    }
}

/// The link of this kind on a page.
fn link(html: &str, rel: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("rel=\"{rel}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

fn targets(html: &str) -> Vec<u32> {
    html.split(">n").skip(1).map(|rest| rest.split('-').next().unwrap().parse().unwrap()).collect()
}

async fn walk(browser: &Browser, from: &str, rel: &str) -> (Vec<Vec<u32>>, String) {
    let (mut pages, mut at) = (Vec::new(), from.to_owned());
    loop {
        let shown = browser.get(&at).await.is(200);
        pages.push(targets(&shown.html));
        match link(&shown.html, rel) {
            Some(next) => at = next,
            None => return (pages, at),
        }
    }
}

#[rstest]
#[tokio::test]
async fn it_is_read_page_by_page_with_filters_in_the_address(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (olga_id, olga) = staff(&app, "owner", "Ольга").await;
    let actor = Uuid::from_u128(77);
    fill(&app, actor, 120).await;
    let all: Vec<u32> = (1..=120).rev().collect();
    for from in [
        "/admin/audit".to_owned(),
        format!("/admin/audit?actor={actor}"),
        "/admin/audit?actor=&subject=&action=refused".to_owned(),
        format!("/admin/audit?actor={actor}&action=refused"),
    ] {
        let (pages, last) = walk(&olga, &from, "next").await;
        assert_eq!(pages.concat(), all, "{from}");
        assert_eq!(pages.len(), 3);
        let (mut back, _) = walk(&olga, &last, "prev").await;
        back.reverse();
        assert_eq!(back.concat(), all, "{from} and back");
    }
    let shown = olga.get(&format!("/admin/audit?subject={olga_id}")).await.is(200);
    assert!(shown.html.contains("Signed in") && targets(&shown.html).is_empty());
    olga.get(&format!("/admin/audit?subject={actor}")).await.is(200).says("There is nothing here.");
    olga.get("/admin/audit?actor=nonsense").await.is(422);
}
