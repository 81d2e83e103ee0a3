//! Route by route: who is nobody, each role, a revoked session, a foreign origin.

use beseda::staff::role::Role;
use rstest::rstest;
use testkit::app::{Database, TestApp};
use uuid::Uuid;

use crate::{
    routes::{Demands, ROUTES},
    support::{Browser, id_of, run, staff, start},
};

/// A path with ids of nothing.
fn filled(path: &str) -> String {
    let nothing = Uuid::from_u128(1).to_string();
    let path = path.replace("{token}", "bl_nothing").replace("{id}", &nothing).replace("{user_id}", &nothing);
    path.replace("{device_id}", &nothing).replace("{session_id}", &nothing)
}

async fn ask(browser: &Browser, method: &str, path: &str) -> u16 {
    let form: &[_] = if method == "POST" { &[("x", "y")] } else { &[] };
    let shown = browser.ask(method.parse().unwrap(), &filled(path), Some(form)).await;
    assert!(!shown.status.is_server_error(), "{method} {path}: {}", shown.html);
    shown.status.as_u16()
}

async fn sessions(app: &TestApp) -> i64 {
    app.query_i64("SELECT COUNT(*) FROM admin_sessions WHERE revoked_at IS NULL").await.unwrap()
}

#[rstest]
#[tokio::test]
async fn each_role_sees_what_it_may(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    for (role, name) in [(Role::Owner, "Ольга"), (Role::Admin, "Антон"), (Role::Moderator, "Мария")] {
        let (id, mut browser) = staff(&app, role.as_str(), name).await;
        for (method, path, demands) in ROUTES {
            let status = ask(&browser, method, path).await;
            match demands {
                Demands::May(_) if !demands.lets(Some(role)) => assert_eq!(status, 403, "{role:?}: {method} {path}"),
                _ => assert!(status != 403 && (path.contains("{token}") || status != 401), "{role:?} {method} {path}"),
            }
            if path == "/admin/sign-out" {
                let link = run(&app, &["admin", "link", "--user", &id.to_string()]).await;
                browser = Browser::signed_in(&app, &link).await;
            }
        }
        let refused =
            format!("SELECT COUNT(*) FROM audit_log WHERE action = 'refused' AND actor_id = {}", app.sql_id(id));
        let expected = ROUTES.iter().filter(|(_, _, demands)| !demands.lets(Some(role))).count();
        assert_eq!(app.query_i64(&refused).await.unwrap(), i64::try_from(expected).unwrap(), "{role:?}");
    }
}

#[rstest]
#[tokio::test]
async fn nobody_and_the_signed_out_see_how_to_sign_in(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, revoked) = staff(&app, "owner", "Ольга").await;
    revoked.copied().post("/admin/sign-out", &[]).await.is(303);
    for browser in [Browser::new(&app), revoked] {
        for (method, path, demands) in ROUTES {
            let status = ask(&browser, method, path).await;
            if demands != Demands::Nothing {
                assert_eq!(status, 401, "{method} {path}");
            }
        }
        browser.get("/admin/nowhere").await.is(404);
    }
}

#[rstest]
#[tokio::test]
async fn other_sites_can_do_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let other = run(&app, &["admin", "link", "--user", &id_of(&app, "Ольга").await.to_string()]).await;
    let open = sessions(&app).await;
    for foreign in [
        olga.copied().with("origin", "https://evil.example"),
        olga.copied().with("origin", "null"),
        olga.copied().with("sec-fetch-site", "cross-site"),
        olga.copied().with("sec-fetch-site", "same-site").with("origin", "https://beseda.evil.example"),
    ] {
        for (method, path, _) in ROUTES.iter().filter(|(method, ..)| *method != "GET") {
            assert_eq!(ask(&foreign, method, path).await, 403, "{method} {path}");
        }
        foreign.post(crate::support::path(&other), &[]).await.is(403);
    }
    assert_eq!(sessions(&app).await, open);
    let recorded = "SELECT COUNT(*) FROM audit_log WHERE action = 'cross-origin'";
    assert!(app.query_i64(recorded).await.unwrap() > 0);
    // One's own page may.
    let own = olga.copied().with("sec-fetch-site", "same-origin").with("origin", app.base_url());
    own.post(crate::support::path(&other), &[]).await.is(303);
}
