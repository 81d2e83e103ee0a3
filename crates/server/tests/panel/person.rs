//! A person's page, and what is done there.

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Person, TestApp},
    model::Behaviour,
};

use crate::support::{Browser, log, run, staff, start};

fn page(person: &Person) -> String {
    format!("/admin/people/{}", person.id)
}

async fn act(browser: &Browser, person: &Person, what: &str, status: u16) {
    browser.post(&format!("{}/{what}", page(person)), &[("reason", "так надо")]).await.is(status);
}

async fn count(app: &TestApp, table: &str) -> i64 {
    app.query_i64(&format!("SELECT COUNT(*) FROM {table}")).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn the_page_shows_what_the_role_may_see(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (_, olga) = staff(&app, "admin", "Ольга").await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let anna = app.register_as(json!({"name": "Анна", "gender": "female", "age": 27, "device_name": "Pixel 9"})).await;
    model.next(Behaviour::answer("Привет!"));
    anna.send(anna.session().await, "Тайна Анны").await;
    let id = anna.id.to_string();
    run(&app, &["subscription", "grant", "--user", &id, "--plan", "premium", "--note", "подарок"]).await;

    let shown = olga.get(&page(&anna)).await.is(200).says("<h1>Анна</h1>").says("feminine").says("Pixel 9");
    let shown = shown.says("premium").says("current").says("granted").says("подарок").says("Тайна Анны").says("use-4");
    for act in ["block", "export", "erase", "grant", "extend", "revoke", "devices/"] {
        assert!(shown.html.contains(&format!("{}/{act}", page(&anna))), "{act}");
    }
    let shown = maria.get(&page(&anna)).await.is(200).says("premium").says("Pixel 9");
    for hidden in ["Тайна Анны", "подарок", "id=\"payments\"", "/export", "/erase", "/grant\"", "/extend"]
    {
        assert!(!shown.html.contains(hidden), "{hidden}");
    }
    assert!(shown.html.contains("/block\""));
    olga.get("/admin/people/01890a5d-ac96-774b-bcce-b302099a8057").await.is(404);
    olga.get("/admin/people/nonsense").await.is(422);
}

#[rstest]
#[tokio::test]
async fn who_is_blocked_is_refused_at_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(Behaviour::tokens(2_000).chunk_delay(std::time::Duration::from_millis(50)));
    let running = anna.send_later(session, "Говори долго").await;
    act(&maria, &anna, "block", 303).await;
    assert_eq!(log(&app, 1).await, ["Мария: blocked (так надо)"]);
    maria.get(&page(&anna)).await.is(200).says("The person is blocked.").says("/unblock");
    let (status, _, body) = anna.get("/v1/me").await;
    assert_eq!((status.as_u16(), &body["type"]), (403, &json!("blocked")));
    let (status, _, _) = anna.send(session, "Ещё").await;
    assert_eq!(status, 403);
    let open = format!("SELECT COUNT(*) FROM turns WHERE message_id = {} AND ended_at IS NULL", app.sql_id(running));
    assert_eq!(app.query_i64(&open).await.unwrap(), 0, "what was being answered was stopped");
    act(&maria, &anna, "block", 409).await;
    act(&maria, &anna, "unblock", 303).await;
    assert_eq!(log(&app, 1).await, ["Мария: unblocked (так надо)"]);
    assert_eq!(anna.get("/v1/me").await.0, 200);
    maria.post(&format!("{}/block", page(&anna)), &[("reason", " ")]).await.is(422);
    assert_eq!(anna.get("/v1/me").await.0, 200, "nothing is done without a reason");
}

#[rstest]
#[tokio::test]
async fn staff_are_protected_from_each_other(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (olga_id, olga) = staff(&app, "owner", "Ольга").await;
    let (anton_id, anton) = staff(&app, "admin", "Антон").await;
    let (maria_id, maria) = staff(&app, "moderator", "Мария").await;
    let block = |id| format!("/admin/people/{id}/block");
    let why = [("reason", "так надо")];
    maria.post(&block(olga_id), &why).await.is(409);
    maria.post(&block(anton_id), &why).await.is(409);
    anton.post(&block(olga_id), &why).await.is(409);
    anton.post(&block(maria_id), &why).await.is(409);
    olga.post(&block(olga_id), &why).await.is(409);
    let erase = format!("/admin/people/{olga_id}/erase");
    anton.post(&erase, &[("typed", "Ольга"), ("reason", "так надо")]).await.is(409);
    olga.post(&erase, &[("typed", "Ольга"), ("reason", "так надо")]).await.is(409);
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM users WHERE blocked_at IS NOT NULL").await.unwrap(), 0);
    // An owner may, and what the other was signed in with is over.
    olga.post(&block(maria_id), &why).await.is(303);
    maria.get("/admin").await.is(401);
    olga.post(&format!("/admin/people/{maria_id}/unblock"), &why).await.is(303);
    maria.get("/admin").await.is(401);
}

#[rstest]
#[tokio::test]
async fn a_device_is_signed_out(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let (_, _, devices) = anna.get("/v1/me/devices").await;
    let device = devices[0]["id"].as_str().unwrap().to_owned();
    act(&maria, &boris, &format!("devices/{device}/revoke"), 404).await;
    assert_eq!(anna.get("/v1/me").await.0, 200);
    act(&maria, &anna, &format!("devices/{device}/revoke"), 303).await;
    assert_eq!(anna.get("/v1/me").await.0, 401);
    assert_eq!(log(&app, 1).await, ["Мария: device-revoked (так надо)"]);
}

#[rstest]
#[tokio::test]
async fn a_person_is_exported_as_they_would_be(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let anna = app.register("Анна").await;
    anna.send(anna.session().await, "Привет").await;
    let shown = anton.post(&format!("{}/export", page(&anna)), &[("reason", "просит сама")]).await.is(200);
    assert_eq!(shown.headers["content-type"], "application/json");
    assert!(shown.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let exported: serde_json::Value = serde_json::from_str(&shown.html).unwrap();
    let (_, _, own) = anna.get("/v1/me/export").await;
    assert_eq!(exported, own);
    assert_eq!(log(&app, 1).await, ["Антон: exported (просит сама)"]);
}

#[rstest]
#[tokio::test]
async fn a_person_is_erased_when_their_name_is_typed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    anna.send(anna.session().await, "Привет").await;
    let erase = format!("{}/erase", page(&anna));
    for typed in ["", "анна", "Борис"] {
        anton.post(&erase, &[("typed", typed), ("reason", "просит сама")]).await.is(422);
    }
    anton.post(&erase, &[("typed", "Анна"), ("reason", "")]).await.is(422);
    assert_eq!(count(&app, "messages").await, 2);
    anton.post(&erase, &[("typed", " Анна "), ("reason", "просит сама")]).await.is(303);
    anton.get("/admin/people").await.is(200).says("The person has been erased.");
    assert_eq!(count(&app, "messages").await, 0);
    assert_eq!(anna.get("/v1/me").await.0, 401);
    assert_eq!(log(&app, 1).await, ["Антон: erased (просит сама)"]);
    anton.post(&erase, &[("typed", "Анна"), ("reason", "ещё раз")]).await.is(404);
    let id = boris.id.to_string();
    anton.post(&format!("{}/erase", page(&boris)), &[("typed", &id), ("reason", "и он")]).await.is(303);
}

#[rstest]
#[tokio::test]
async fn plans_are_given_prolonged_and_taken_away(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let anna = app.register("Анна").await;
    let ask = |what: &str| format!("{}/{what}", page(&anna));
    let why = ("reason", "победила в конкурсе");
    anton.post(&ask("grant"), &[("plan", "free"), ("until", ""), why]).await.is(409);
    anton.post(&ask("grant"), &[("plan", "gold"), ("until", ""), why]).await.is(422);
    anton.post(&ask("grant"), &[("plan", "premium"), ("until", "2001-01-01"), why]).await.is(409);
    anton.post(&ask("extend"), &[("until", "2090-01-01"), why]).await.is(409);
    anton.post(&ask("grant"), &[("plan", "premium"), ("until", "2089-12-31"), why]).await.is(303);
    assert_eq!(log(&app, 1).await, ["Антон: granted (победила в конкурсе)"]);
    let subscription = anna.subscription().await;
    assert_eq!(
        (&subscription["plan_name"], &subscription["end_date"]),
        (&json!("premium"), &json!("2090-01-01T00:00:00.000000Z"))
    );
    anton.post(&ask("extend"), &[("until", "2089-01-01"), why]).await.is(409);
    anton.post(&ask("extend"), &[("until", "2091-12-31"), why]).await.is(303);
    assert_eq!(log(&app, 1).await, ["Антон: extended (победила в конкурсе)"]);
    assert_eq!(anna.subscription().await["end_date"], "2092-01-01T00:00:00.000000Z");
    anton.post(&ask("revoke"), &[why]).await.is(303);
    assert_eq!(log(&app, 1).await, ["Антон: subscription-revoked (победила в конкурсе)"]);
    assert_eq!(anna.subscription().await["plan_name"], "free");
    anton.get(&page(&anna)).await.is(200).says("The plan has been taken away.").says("premium");
}

#[rstest]
#[tokio::test]
async fn hostile_names_are_words(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    for hostile in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title><svg/onload=alert(1)>"] {
        let person = app.register_as(json!({"name": hostile, "device_name": hostile})).await;
        for path in [page(&person), format!("{}/sessions", page(&person)), "/admin/people".into()] {
            let shown = olga.get(&path).await.is(200);
            for raw in ["<script", "<img", "<svg"] {
                assert!(!shown.without_own_script().contains(raw), "{raw} of {hostile}: {}", shown.html);
            }
        }
    }
}
