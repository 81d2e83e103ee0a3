//! What is the same of every page: headers, languages, colours, and that words of people are words.

use rstest::rstest;
use testkit::app::Database;

use crate::support::{Browser, run, staff, start};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[rstest]
#[tokio::test]
async fn nothing_comes_from_elsewhere_and_nothing_is_kept(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let guest = Browser::new(&app);
    for shown in [
        olga.get("/admin").await.is(200),
        olga.get("/admin/admins").await.is(200),
        olga.get("/admin/journal").await.is(200),
        olga.get("/admin/jobs").await.is(200),
        olga.get("/admin/deliveries").await.is(200),
        olga.get("/admin/usage").await.is(200),
        olga.get("/admin/usage/2026-01-01").await.is(200),
        olga.get("/admin/nowhere").await.is(404),
        olga.ask(reqwest::Method::DELETE, "/admin", None).await.is(405),
        olga.post("/admin/preferences", &[]).await,
        guest.get("/admin").await.is(401),
        guest.get("/admin/sign-in/x").await.is(200),
    ] {
        for (name, value) in [
            ("content-security-policy", POLICY),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(shown.headers[name], value, "{}", shown.html);
        }
        let html = shown.without_own_script().to_lowercase();
        for inline in ["<script", "<style", " style=", " onclick=", " onload=", "javascript:", "http://", "https://"] {
            assert!(!html.contains(inline), "{inline}: {html}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn files_are_kept_for_good(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let guest = Browser::new(&app);
    let page = guest.get("/admin").await.is(401).html;
    let files: Vec<&str> = page.split('"').filter(|part| part.starts_with("/admin/assets/")).collect();
    assert_eq!(files.len(), 4, "{files:?}");
    for file in files {
        let shown = guest.get(file).await.is(200);
        assert_eq!(shown.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(shown.headers["x-content-type-options"], "nosniff");
        let is_style = file.ends_with(".css");
        assert!(!is_style || !shown.html.contains("@import") && !shown.html.contains("url("), "{file}");
    }
    guest.get("/admin/assets/panel.css").await.is(404);
}

#[rstest]
#[tokio::test]
async fn it_speaks_the_reader_s_language(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    Browser::new(&app).get("/admin").await.says("<html lang=\"en\" data-theme=\"auto\">");
    Browser::new(&app).with("accept-language", "ru,en;q=0.5").get("/admin").await.says("<html lang=\"ru\"");
    let anna = app.register("Анна").await;
    app.execute("UPDATE users SET language = 'ru'").await.unwrap();
    let link = run(&app, &["admin", "grant", "--role", "admin", "--user", &anna.id.to_string()]).await;
    let her = Browser::signed_in(&app, &link).await.with("accept-language", "en");
    her.get("/admin/audit?action=refused").await.says("Журнал действий");
    // What is chosen goes before, and one stays where one is.
    let chosen = her.post("/admin/preferences", &[("language", "en"), ("back", "/admin/audit?action=refused")]).await;
    assert_eq!(chosen.location(), "/admin/audit?action=refused");
    her.get("/admin/audit").await.says("Audit log");
    her.post("/admin/preferences", &[("theme", "dark"), ("back", "https://evil.example/")]).await.is(303);
    her.get("/admin").await.says("<html lang=\"en\" data-theme=\"dark\">");
    let sent = her.post("/admin/preferences", &[("theme", "\"><script>"), ("back", "//evil.example")]).await;
    assert_eq!((sent.location(), sent.cookies().len()), ("/admin", 0));
}

#[rstest]
#[tokio::test]
async fn words_of_people_are_words(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title><svg/onload=alert(1)>",
        "{{7*7}}{% x %}",
        "&lt;b&gt;<b>",
    ] {
        let link = run(&app, &["admin", "grant", "--role", "admin", "--name", hostile, "--reason", hostile]).await;
        let browser = Browser::new(&app).with("user-agent", "<script>alert(2)</script>");
        browser.post(crate::support::path(&link), &[]).await.is(303);
        for shown in [
            olga.get("/admin/admins").await.is(200),
            olga.get("/admin/audit").await.is(200),
            browser.get("/admin").await.is(200),
            browser.get("/admin/sessions").await.is(200),
            browser.get("/admin/admins").await.is(403),
            browser.get("/admin/%3Cscript%3E?x=\"%3E%3Cscript%3E").await.is(404),
        ] {
            let html = shown.without_own_script();
            for raw in ["<script", "<img", "<svg/", "<b>", "onmouseover='", "49{"] {
                assert!(!html.contains(raw), "{raw} of {hostile}: {html}");
            }
        }
    }
}
