//! Sessions: tokens that change, and their ends.

use rstest::rstest;
use testkit::app::Database;

use crate::support::{Browser, log, minutes_pass, run, staff, start};

const COOKIE: &str = "beseda_panel";

#[rstest]
#[tokio::test]
async fn the_token_changes_and_the_one_before_ends(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let first = olga.cookie(COOKIE).unwrap();
    olga.get("/admin").await.is(200);
    assert_eq!(olga.cookie(COOKIE).unwrap(), first);

    minutes_pass(&app, 16).await;
    let late = olga.copied();
    olga.get("/admin").await.is(200);
    let second = olga.cookie(COOKIE).unwrap();
    assert_ne!(second, first);
    // What was on its way with the token before is served, and gets no token of its own.
    late.get("/admin/sessions").await.is(200);
    assert_eq!(late.cookie(COOKIE).unwrap(), first);
    olga.get("/admin").await.is(200);
    assert_eq!(olga.cookie(COOKIE).unwrap(), second);

    // After the grace it means that two hold it.
    minutes_pass(&app, 2).await;
    late.get("/admin").await.is(401);
    olga.get("/admin").await.is(401);
    assert_eq!(log(&app, 1).await, ["panel: session-reused"]);
}

#[rstest]
#[tokio::test]
async fn a_token_that_was_lost_on_its_way_is_given_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    olga.get("/admin").await.is(200);
    minutes_pass(&app, 16).await;
    let (lost, thief) = (olga.copied(), olga.copied());
    // The page was left before its answer came.
    lost.get("/admin").await.is(200);
    minutes_pass(&app, 2).await;
    let before = olga.cookie(COOKIE);
    olga.get("/admin").await.is(200);
    assert!(olga.cookie(COOKIE) != before && olga.cookie(COOKIE) != lost.cookie(COOKIE));
    olga.get("/admin").await.is(200);
    lost.get("/admin").await.is(401);
    // Now that she has one, the token before means again that two hold it.
    minutes_pass(&app, 2).await;
    thief.get("/admin").await.is(401);
    olga.get("/admin").await.is(401);
    assert_eq!(log(&app, 1).await, ["panel: session-reused"]);
}

#[rstest]
#[tokio::test]
async fn sessions_end_by_themselves(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    for _ in 0..15 {
        minutes_pass(&app, 11 * 60).await;
        olga.get("/admin").await.is(200);
    }
    // A week at most.
    minutes_pass(&app, 11 * 60).await;
    olga.get("/admin").await.is(401);
    // Twelve hours without use.
    let (_, anton) = staff(&app, "admin", "Антон").await;
    minutes_pass(&app, 12 * 60 + 1).await;
    anton.get("/admin").await.is(401);
}

#[rstest]
#[tokio::test]
async fn sessions_are_listed_and_ended(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (id, olga) = staff(&app, "owner", "Ольга").await;
    let mut others = Vec::new();
    for agent in ["First/1", "Второй/2", "Third/3"] {
        let link = run(&app, &["admin", "link", "--user", &id.to_string()]).await;
        let browser = Browser::new(&app).with("user-agent", agent);
        browser.post(crate::support::path(&link), &[]).await.is(303);
        others.push(browser);
    }
    let shown = olga.get("/admin/sessions").await.is(200);
    for agent in ["First/1", "Второй/2", "Third/3", "127.0.0.1"] {
        assert!(shown.html.contains(agent), "{agent}: {}", shown.html);
    }
    assert_eq!(shown.html.matches("/revoke\"").count(), 3, "the present one is ended by signing out");
    let newest =
        shown.html.split("/admin/sessions/").find_map(|part| part.split_once("/revoke\"")).unwrap().0.to_owned();
    let done = olga.post(&format!("/admin/sessions/{newest}/revoke"), &[]).await.is(303);
    assert_eq!(done.location(), "/admin/sessions");
    olga.get("/admin/sessions").await.is(200).says("The session has ended.");
    assert!(!olga.get("/admin/sessions").await.html.contains("The session has ended."), "it is said once");
    others[2].get("/admin").await.is(401);
    others[0].get("/admin").await.is(200);
    olga.post(&format!("/admin/sessions/{newest}/revoke"), &[]).await.is(404);

    olga.post("/admin/sessions/revoke-others", &[]).await.is(303);
    others[0].get("/admin").await.is(401);
    olga.get("/admin").await.is(200);
    let kept = olga.copied();
    olga.post("/admin/sign-out", &[]).await.is(303);
    assert_eq!(olga.cookie(COOKIE), None);
    kept.get("/admin").await.is(401);
    let expected = ["Ольга: signed-out", "Ольга: sessions-revoked", "Ольга: session-revoked"];
    assert_eq!(log(&app, 3).await, expected);
}

#[rstest]
#[tokio::test]
async fn nobody_ends_another_s_session_there(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let id = app.sql::<(uuid::Uuid,)>("SELECT id FROM admin_sessions ORDER BY id LIMIT 1").await.unwrap()[0].0;
    anton.post(&format!("/admin/sessions/{id}/revoke"), &[]).await.is(404);
    olga.get("/admin").await.is(200);
}
