//! Appointing, changing and removing, and what can't be done.

use rstest::rstest;
use testkit::app::Database;

use crate::support::{Browser, id_of, log, run, staff, start};

#[rstest]
#[tokio::test]
async fn an_owner_appoints_changes_and_removes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let anna = app.register("Анна").await;
    let id = anna.id.to_string();
    let form = [("person", id.as_str()), ("role", "moderator"), ("reason", " помогает <b>вечерами</b> ")];
    assert_eq!(olga.post("/admin/admins", &form).await.is(303).location(), "/admin/admins");
    olga.get("/admin/admins").await.is(200).says("The person has the role now.").says("Анна");
    assert_eq!(log(&app, 1).await, ["Ольга: appointed (помогает <b>вечерами</b>)"]);

    let shown = olga.post(&format!("/admin/admins/{id}/link"), &[]).await.is(200);
    let link = shown.html.split('"').find(|part| part.contains("/admin/sign-in/bl_")).unwrap().to_owned();
    let her = Browser::signed_in(&app, &link).await;
    her.get("/admin").await.is(200).says("moderator");
    her.get("/admin/audit").await.is(403);

    // Another role is a new beginning: what was signed in with the old one is over.
    let change = format!("/admin/admins/{id}/role");
    olga.post(&change, &[("role", "admin"), ("reason", "дольше с нами")]).await.is(303);
    her.get("/admin").await.is(401);
    let link = run(&app, &["admin", "link", "--user", &id]).await;
    let her = Browser::signed_in(&app, &link).await;
    her.get("/admin/audit").await.is(200);
    // Signing out from afar.
    olga.post(&format!("/admin/admins/{id}/sign-out"), &[]).await.is(303);
    her.get("/admin").await.is(401);

    let link = run(&app, &["admin", "link", "--user", &id]).await;
    let her = Browser::signed_in(&app, &link).await;
    olga.post(&format!("/admin/admins/{id}/remove"), &[("reason", "ушла")]).await.is(303);
    her.get("/admin").await.is(401);
    assert_eq!(log(&app, 1).await, ["Ольга: role-removed (ушла)"]);
    olga.post(&format!("/admin/admins/{id}/remove"), &[("reason", "ещё раз")]).await.is(409);
    olga.post(&format!("/admin/admins/{id}/link"), &[]).await.is(404);
    assert_eq!(anna.get("/v1/me").await.0, 200, "she is a person as before");
    let details = "SELECT CAST(details AS TEXT) FROM audit_log WHERE action = 'role-changed'";
    assert_eq!(app.query_text(details).await.unwrap(), r#"{"after":"admin","before":"moderator"}"#);
}

#[rstest]
#[tokio::test]
async fn what_is_not_understood_changes_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let anna = app.register("Анна").await.id.to_string();
    let long = "я".repeat(501);
    for (status, person, role, reason) in [
        (422, anna.as_str(), "king", "почему-то"),
        (422, anna.as_str(), "admin", "  "),
        (422, anna.as_str(), "admin", long.as_str()),
        (422, "Анна", "admin", "почему-то"),
        (409, "99999", "admin", "почему-то"),
        (409, "01890a5d-ac96-774b-bcce-b302099a8057", "admin", "почему-то"),
    ] {
        olga.post("/admin/admins", &[("person", person), ("role", role), ("reason", reason)]).await.is(status);
    }
    olga.post("/admin/admins", &[("person", &anna)]).await.is(422);
    olga.post("/admin/admins/nonsense/remove", &[("reason", "x")]).await.is(422);
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM admins").await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn the_last_owner_stays(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (olga_id, olga) = staff(&app, "owner", "Ольга").await;
    let own = |act: &str| format!("/admin/admins/{olga_id}/{act}");
    let why = ("reason", "почему-то");
    olga.post(&own("remove"), &[why]).await.is(409).says("last owner");
    olga.post(&own("role"), &[("role", "admin"), why]).await.is(409).says("last owner");
    let (_, oleg) = staff(&app, "owner", "Олег").await;
    // With another owner they may step back, and not come up again by themselves.
    olga.post(&own("role"), &[("role", "admin"), why]).await.is(303);
    olga.get("/admin/audit").await.is(200);
    olga.post(&own("role"), &[("role", "owner"), why]).await.is(403);
    oleg.post(&own("role"), &[("role", "owner"), why]).await.is(303);
}

#[rstest]
#[tokio::test]
async fn two_owners_cannot_remove_each_other_at_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    for round in 0..5 {
        let names = [format!("Ольга{round}"), format!("Олег{round}")];
        let (one, olga) = staff(&app, "owner", &names[0]).await;
        let (other, oleg) = staff(&app, "owner", &names[1]).await;
        let clear = format!("DELETE FROM admins WHERE user_id NOT IN ({}, {})", app.sql_id(one), app.sql_id(other));
        app.execute(&clear).await.unwrap();
        let (them, her) = (format!("/admin/admins/{other}/remove"), format!("/admin/admins/{one}/remove"));
        let why = [("reason", "почему-то")];
        let (first, second) = tokio::join!(olga.post(&them, &why), oleg.post(&her, &why));
        let statuses = [first.status.as_u16(), second.status.as_u16()];
        assert!(statuses.contains(&303), "{statuses:?}");
        let owners = "SELECT COUNT(*) FROM admins WHERE role = 'owner'";
        assert_eq!(app.query_i64(owners).await.unwrap(), 1, "{statuses:?}");
    }
}

#[rstest]
#[tokio::test]
async fn nobody_raises_themselves(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    staff(&app, "owner", "Ольга").await;
    let (anton_id, anton) = staff(&app, "admin", "Антон").await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let id = anton_id.to_string();
    for browser in [&anton, &maria] {
        browser.post(&format!("/admin/admins/{id}/role"), &[("role", "owner"), ("reason", "хочу")]).await.is(403);
        browser.post("/admin/admins", &[("person", &id), ("role", "owner"), ("reason", "хочу")]).await.is(403);
        browser.post(&format!("/admin/admins/{}/link", id_of(&app, "Ольга").await), &[]).await.is(403);
    }
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM admins WHERE role = 'owner'").await.unwrap(), 1);
    assert_eq!(log(&app, 1).await, ["Мария: refused"]);
    let links = "SELECT COUNT(*) FROM admin_links WHERE made_by = 'panel'";
    assert_eq!(app.query_i64(links).await.unwrap(), 0);
}
