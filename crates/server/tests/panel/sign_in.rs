//! The life of a sign-in link.

use rstest::rstest;
use testkit::app::Database;

use crate::support::{Browser, id_of, log, minutes_pass, path, run, start, start_with};

#[rstest]
#[tokio::test]
async fn a_link_works_once_and_looking_at_it_is_no_use(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let link = run(&app, &["admin", "grant", "--role", "owner", "--name", "Ольга"]).await;
    assert!(link.starts_with(&format!("{}/admin/sign-in/bl_", app.base_url())), "{link}");
    let olga = Browser::new(&app);
    for _ in 0..3 {
        let shown = olga.get(path(&link)).await.is(200).says("<form method=\"post\"><button");
        assert!(shown.cookies().is_empty(), "{:?}", shown.cookies());
    }
    olga.get("/admin").await.is(401).says("beseda admin link");
    let shown = olga.post(path(&link), &[]).await.is(303);
    assert_eq!(shown.location(), "/admin");
    let [cookie] = shown.cookies()[..] else { panic!("{:?}", shown.cookies()) };
    assert!(cookie.starts_with("beseda_panel=bp_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/admin; Max-Age=604800; HttpOnly; SameSite=Lax"), "{cookie}");
    olga.get("/admin").await.is(200).says("Ольга");

    // Used: no more, from nowhere.
    let other = Browser::new(&app);
    let shown = other.post(path(&link), &[]).await.is(401);
    assert!(shown.cookies().is_empty());
    other.post("/admin/sign-in/bl_nonsense", &[]).await.is(401);
    other.get("/admin").await.is(401);
    assert_eq!(log(&app, 3).await, ["panel: sign-in-failed", "panel: sign-in-failed", "Ольга: signed-in"]);
    let whose = format!(
        "SELECT COUNT(*) FROM audit_log WHERE action = 'sign-in-failed' AND subject_id = {}",
        app.sql_id(id_of(&app, "Ольга").await)
    );
    assert_eq!(app.query_i64(&whose).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn a_link_is_good_for_a_quarter_of_an_hour(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let early = run(&app, &["admin", "grant", "--role", "admin", "--name", "Антон"]).await;
    let id = id_of(&app, "Антон").await.to_string();
    minutes_pass(&app, 14).await;
    let late = run(&app, &["admin", "link", "--user", &id]).await;
    Browser::signed_in(&app, &early).await.get("/admin").await.is(200);
    minutes_pass(&app, 16).await;
    Browser::new(&app).post(path(&late), &[]).await.is(401);
    // Who has no role any more has no use of a link.
    let kept = run(&app, &["admin", "link", "--user", &id]).await;
    run(&app, &["admin", "revoke", "--user", &id]).await;
    Browser::new(&app).post(path(&kept), &[]).await.is(401);
}

#[rstest]
#[tokio::test]
async fn a_blocked_person_is_let_in_nowhere(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let link = run(&app, &["admin", "grant", "--role", "admin", "--name", "Антон"]).await;
    let id = id_of(&app, "Антон").await;
    let anton = Browser::signed_in(&app, &link).await;
    let kept = run(&app, &["admin", "link", "--user", &id.to_string()]).await;
    let block = format!("UPDATE users SET blocked_at = {} WHERE id = {}", app.sql_time(1), app.sql_id(id));
    app.execute(&block).await.unwrap();
    anton.get("/admin").await.is(401);
    anton.post(path(&kept), &[]).await.is(401);
}

#[rstest]
#[tokio::test]
async fn tries_are_limited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__LIMITS__SIGN_INS_PER_MINUTE", 3)).await;
    let link = run(&app, &["admin", "grant", "--role", "owner", "--name", "Ольга"]).await;
    let guest = Browser::new(&app);
    for _ in 0..3 {
        guest.post("/admin/sign-in/bl_guess", &[]).await.is(401);
    }
    let shown = guest.post(path(&link), &[]).await.is(429);
    assert!(shown.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM admin_sessions").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn the_first_owner_comes_by_the_log(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, mut app) = start(database).await;
    let links = |log: String| -> Vec<String> {
        let found = log.split('"').filter(|part| part.contains("/admin/sign-in/bl_"));
        found.map(str::to_owned).collect()
    };
    app.restart().await.unwrap();
    let [first, second] = &links(app.log())[..] else { panic!("{}", app.log()) };
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM users").await.unwrap(), 0);
    let owner = Browser::new(&app).with("accept-language", "ru-RU,ru;q=0.9");
    owner.post(path(second), &[]).await.is(303);
    owner.get("/admin/admins").await.is(200).says("Владелец");
    // There is an owner now: the other one does not make another.
    Browser::new(&app).post(path(first), &[]).await.is(401);
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM admins").await.unwrap(), 1);
    app.restart().await.unwrap();
    assert_eq!(links(app.log()).len(), 2);
    assert_eq!(app.log().matches("bl_").count(), 2, "the tokens are in those two lines only");
    assert_eq!(app.log().matches("bp_").count(), 0);
}

#[rstest]
#[tokio::test]
async fn by_https_the_cookie_is_bound_to_the_host(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let public = "https://beseda.example/";
    let (_model, app) = start_with(database, |b| b.env("BESEDA__HTTP__PUBLIC_URL", public)).await;
    let link = run(&app, &["admin", "grant", "--role", "owner", "--name", "Ольга"]).await;
    assert!(link.starts_with("https://beseda.example/admin/sign-in/bl_"), "{link}");
    // Behind a proxy that names another host the public origin is the own one.
    let olga = Browser::new(&app).with("origin", "https://beseda.example");
    let shown = olga.post(path(&link), &[]).await.is(303);
    let cookie = shown.cookies()[0].to_owned();
    assert!(cookie.starts_with("__Host-beseda_panel=bp_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    olga.get("/admin").await.is(200);
}
