//! Settings: seen by owners, with their secrets hidden; a few are changed while the service runs.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, TestApp},
    model::FakeModel,
};

use crate::support::{BINARY, eventually, log, staff, start_with};

#[rstest]
#[tokio::test]
async fn nothing_secret_is_shown(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let provider = "[[llm.providers]]\nname = \"other\"\nbase_url = \"https://user:hunter2@models.example/v1?key=geheim\"\n\
                    api_key = \"sk-geheim\"\nmodel = \"<b>m</b>\"\n";
    let (_model, app) = start_with(database, |b| {
        b.config_toml(provider)
            .env("BESEDA__LLM__API_KEY", "sk-geheim")
            .env("BESEDA__SERVICE__TIMEZONE", "Europe/Moscow")
    })
    .await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let shown = olga.get("/admin/settings").await.is(200);
    for secret in ["geheim", "hunter2", "<b>"] {
        assert!(!shown.html.contains(secret), "{secret}: {}", shown.html);
    }
    let kind = if database == Database::Sqlite { "SQLite" } else { "PostgreSQL" };
    let shown = shown.says(kind).says("Europe/Moscow").says("llm.retries").says("(hidden)").says("this one");
    shown.says("https://(hidden)@models.example/v1?(hidden)").says("<bdi>other</bdi>");
    let (_, anton) = staff(&app, "admin", "Антон").await;
    anton.get("/admin/settings").await.is(403);
}

/// The form with these values; the others as the service was started.
fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("companion.name", "Беседа"),
        ("companion.gender", "female"),
        ("companion.age", "0"),
        ("llm.system_text", ""),
        ("service.support", ""),
        ("service.terms_url", ""),
        ("reason", "так лучше"),
    ];
    fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    fields.extend(changes);
    fields
}

/// What the model is told before what somebody new says.
async fn told(app: &TestApp, model: &FakeModel) -> String {
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Кто ты?").await.0, 201);
    let requests = model.requests();
    let body: Value = serde_json::from_slice(&requests.last().unwrap().body).unwrap();
    body["messages"][0]["content"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn what_is_changed_counts_and_is_kept(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, mut app) = start_with(database, |b| b.env("BESEDA__SERVICE__SUPPORT", "@configured")).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let shown = olga.get("/admin/settings").await.is(200).says("value=\"@configured\"");
    assert!(!shown.html.contains("Changed here"), "{}", shown.html);
    assert!(!told(&app, &model).await.contains("Отвечай стихами"));

    let text = "Отвечай стихами.\r\nВсегда.";
    let changes = [
        ("companion.name", "  Арист</textarea>арх "),
        ("companion.gender", "male"),
        ("companion.age", "40"),
        ("llm.system_text", text),
        ("service.support", "@configured"),
    ];
    assert_eq!(olga.post("/admin/settings", &form(&changes)).await.is(303).location(), "/admin/settings");
    let shown = olga.get("/admin/settings").await.is(200).says("The settings have been changed.").says("Changed here");
    assert!(!shown.html.contains("Арист</textarea>"), "{}", shown.html);
    let system = told(&app, &model).await;
    assert!(system.starts_with("Отвечай стихами.\nВсегда.\n\n"), "{system}");
    assert!(system.contains("Арист</textarea>арх") && system.contains("\"male\""), "{system}");
    assert_eq!(log(&app, 1).await, ["Ольга: settings-changed (так лучше)"]);
    let details = "SELECT CAST(details AS TEXT) FROM audit_log WHERE action = 'settings-changed'";
    let details: Value = serde_json::from_str(&app.query_text(details).await.unwrap()).unwrap();
    let expected = json!({"changed": {
        "companion.age": ["0", "40"], "companion.gender": ["female", "male"],
        "companion.name": ["Беседа", "Арист</textarea>арх"], "llm.system_text": ["", "Отвечай стихами.\nВсегда."],
    }});
    assert_eq!(details, expected);

    // Nothing new is nothing to record.
    let again: Vec<_> = form(&changes);
    olga.post("/admin/settings", &again).await.is(303);
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM audit_log WHERE action = 'settings-changed'").await.unwrap(), 1);

    app.terminate().await.unwrap();
    app.restart().await.unwrap();
    assert!(told(&app, &model).await.starts_with("Отвечай стихами."));

    // What is as the configuration says follows it again.
    let olga = olga.on(&app);
    olga.post("/admin/settings", &form(&[("service.support", "@configured")])).await.is(303);
    assert!(!told(&app, &model).await.contains("стихами"));
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM settings").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn what_is_not_valid_changes_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let refused = [
        ("companion.name", "", "1 to 64 characters in one line."),
        ("companion.gender", "robot", "One of the choices."),
        ("companion.age", "121", "A number from 0 to 120."),
        ("llm.system_text", "a\0b", "without control characters"),
        ("service.support", "a\nb", "At most 500 characters in one line."),
        ("service.terms_url", "javascript:alert(1)", "An address with https://"),
        ("reason", " ", "Give a reason of at most 500 characters."),
    ];
    for (name, value, words) in refused {
        let changes = match name {
            "companion.age" => [(name, value), ("llm.system_text", "Стихами")],
            _ => [(name, value), ("companion.age", "33")],
        };
        // What else was typed stays typed, and does not count.
        let shown = olga.post("/admin/settings", &form(&changes)).await.is(422).says(words);
        shown.says(if name == "companion.age" { "Стихами" } else { "value=\"33\"" });
    }
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM settings").await.unwrap(), 0);
    let system = told(&app, &model).await;
    assert!(!system.contains("33") && !system.contains("Стихами"), "{system}");
    let (_, anton) = staff(&app, "admin", "Антон").await;
    anton.post("/admin/settings", &form(&[("companion.age", "33")])).await.is(403);
}

#[tokio::test]
async fn another_node_takes_it_over() {
    let (model, first) = start_with(Database::Postgres, |b| b).await;
    let second = TestApp::builder(BINARY, Database::Postgres).model(&model).database_url(first.database_url());
    let second = second.start().await.unwrap();
    let (_, olga) = staff(&first, "owner", "Ольга").await;
    olga.post("/admin/settings", &form(&[("llm.system_text", "Отвечай стихами.")])).await.is(303);
    eventually("the other node knows it", async || told(&second, &model).await.starts_with("Отвечай стихами.")).await;
}
