//! Plans: listed, changed, made; what is wrong is said at the fields, and what was typed stays.

use rstest::rstest;
use serde_json::Value;
use testkit::app::{Database, TestApp};

use crate::support::{Browser, log, run, staff, start_with};

/// A second provider, so that plans can name it.
const SECOND: &str = "[[llm.providers]]\nname = \"second\"\nbase_url = \"http://127.0.0.1:9\"\nmodel = \"m2\"";

async fn plan(app: &TestApp, name: &str) -> Value {
    let plans: Vec<Value> = serde_json::from_str(&run(app, &["plan", "list", "--json"]).await).unwrap();
    plans.into_iter().find(|plan| plan["name"] == name).unwrap()
}

/// The fields of a plan that is for sale.
fn fields() -> Vec<(&'static str, &'static str)> {
    vec![
        ("unit", "tokens"),
        ("usage_limit", "5000"),
        ("period", "week"),
        ("price_stars", "250"),
        ("model", ""),
        ("providers", "second"),
        ("max_answer_tokens", "900"),
        ("rank", ""),
        ("google_product_id", "gold_1"),
        ("auto_renew", "on"),
        ("is_offered", "on"),
        ("title_ru", "Золото"),
        ("title_en", "Gold"),
        ("description_ru", "Много"),
        ("description_en", "A lot"),
        ("reason", "спрос"),
    ]
}

fn with<'a>(mut fields: Vec<(&'a str, &'a str)>, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    fields.extend(changes);
    fields
}

#[rstest]
#[tokio::test]
async fn a_plan_is_made_and_changed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.config_toml(SECOND)).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    anton.get("/admin/plans/~new").await.is(200).says("name=\"google_product_id\"");
    let made = anton.post("/admin/plans/~new", &with(fields(), &[("name", "gold")])).await.is(303);
    assert_eq!(made.location(), "/admin/plans/gold");
    anton.get("/admin/plans/gold").await.is(200).says("The plan has been made.").says("value=\"5000\"");
    let gold = plan(&app, "gold").await;
    assert_eq!(
        (&gold["price_stars"], &gold["title_ru"], &gold["model"]),
        (&250.into(), &"Золото".into(), &Value::Null)
    );
    assert_eq!(log(&app, 1).await, ["Антон: plan-made (спрос)"]);

    // Whoever has it takes over what is given to running periods.
    let anna = app.register("Анна").await;
    run(&app, &["subscription", "grant", "--user", &anna.id.to_string(), "--plan", "gold"]).await;
    let changes =
        [("usage_limit", "7000"), ("title_en", ""), ("model", "m2"), ("running", "on"), ("reason", "щедрость")];
    let mut changed = with(fields(), &changes);
    changed.retain(|(name, _)| *name != "is_offered");
    anton.post("/admin/plans/gold", &changed).await.is(303);
    let gold = plan(&app, "gold").await;
    assert_eq!(
        (&gold["usage_limit"], &gold["is_offered"], &gold["title_en"]),
        (&7000.into(), &false.into(), &Value::Null)
    );
    assert_eq!(anna.subscription().await["usage_limit"], 7000);
    let details = "SELECT CAST(details AS TEXT) FROM audit_log WHERE action = 'plan-changed'";
    let details: Value = serde_json::from_str(&app.query_text(details).await.unwrap()).unwrap();
    let expected = serde_json::json!({
        "changed": {
            "is_offered": [true, false], "model": [null, "m2"], "title_en": ["Gold", null], "usage_limit": [5000, 7000],
        },
        "running_periods": 1,
    });
    assert_eq!(details, expected);
    assert_eq!(log(&app, 1).await, ["Антон: plan-changed (щедрость)"]);
    // The command line is recorded too.
    run(&app, &["plan", "set", "gold", "--offered", "true"]).await;
    assert_eq!(log(&app, 1).await, ["cli: plan-changed"]);
    // In the order of rank.
    let html = anton.get("/admin/plans").await.is(200).html;
    let at = |name: &str| html.find(&format!("/admin/plans/{name}\"")).unwrap();
    assert!(at("free") < at("gold") && at("gold") < at("premium"));
}

#[rstest]
#[tokio::test]
async fn what_no_plan_can_be_is_said_at_its_field(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.config_toml(SECOND)).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    run(&app, &["plan", "set", "premium", "--google-product-id", "taken"]).await;
    anton.post("/admin/plans/~new", &with(fields(), &[("name", "gold")])).await.is(303);
    let before = run(&app, &["plan", "list", "--json"]).await;
    let (title, text, big) = ("я".repeat(33), "я".repeat(256), "9".repeat(30));
    for (field, value, words) in [
        ("usage_limit", "-1", "A limit is not negative."),
        ("usage_limit", "", "A whole number is needed."),
        ("usage_limit", "many", "A whole number is needed."),
        ("price_stars", "10001", "A price is 1 to 10,000 Stars."),
        ("price_stars", "1.5", "A whole number is needed."),
        ("rank", &big, "A whole number is needed."),
        ("max_answer_tokens", "0", "An answer has at least one token."),
        ("providers", "a,,b", "A name can&#39;t be empty."),
        ("google_product_id", "taken", "Another plan has this product."),
        ("title_ru", &title, "At most 32 characters, in one line."),
        ("description_en", &text, "At most 255 characters, in one line."),
        ("unit", "words", "Choose one of the list."),
        ("period", "hour", "Choose one of the list."),
        ("reason", " ", "Give a reason of at most 500 characters."),
    ] {
        let typed = with(fields(), &[(field, value), ("title_en", "Kept \"as\" <typed>")]);
        let shown = anton.post("/admin/plans/gold", &typed).await.is(422);
        let shown = shown.says(&format!("id=\"{field}-fault\"")).says(words);
        let shown = shown.says("value=\"Kept &#34;as&#34; &#60;typed&#62;\"");
        if field != "unit" && field != "period" {
            assert!(shown.html.contains(&format!("value=\"{value}\"")) || field == "reason", "{field}: {}", shown.html);
        }
    }
    // Of a new one, its name.
    for (name, words) in [("Gold", "1 to 40 characters"), ("", "1 to 40"), ("free", "There is a plan of that name.")] {
        let typed = with(fields(), &[("name", name), ("google_product_id", "")]);
        anton.post("/admin/plans/~new", &typed).await.is(422).says("id=\"name-fault\"").says(words);
    }
    anton.post("/admin/plans/nothing", &fields()).await.is(404);
    anton.get("/admin/plans/nothing").await.is(404);
    assert_eq!(run(&app, &["plan", "list", "--json"]).await, before);
}

#[rstest]
#[tokio::test]
async fn what_is_not_configured_is_warned_of(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.config_toml(SECOND)).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let warned = async |browser: &Browser| {
        let html = browser.get("/admin/plans/gold").await.is(200).html;
        (html.contains("is not configured"), html.contains("is not named by any configured provider"))
    };
    anton.post("/admin/plans/~new", &with(fields(), &[("name", "gold")])).await.is(303);
    assert_eq!(warned(&anton).await, (false, false));
    let typed = with(fields(), &[("providers", "second, <third>"), ("model", "m3")]);
    anton.post("/admin/plans/gold", &typed).await.is(303);
    assert_eq!(warned(&anton).await, (true, true));
    anton.get("/admin/plans/gold").await.says("“&#60;third&#62;”");
}

#[rstest]
#[tokio::test]
async fn a_moderator_sees_plans_without_prices(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.config_toml(SECOND)).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    run(&app, &["plan", "set", "premium", "--price-stars", "7531", "--title-en", "<b>Premium</b>"]).await;
    anton.get("/admin/plans").await.says("7,531").says("&#60;b&#62;Premium");
    anton.get("/admin/plans/premium").await.says("7531").says("<form method=\"post\" action=\"/admin/plans/premium\"");
    for path in ["/admin/plans", "/admin/plans/premium"] {
        let html = maria.get(path).await.is(200).html;
        assert!(
            !html.contains("7,531") && !html.contains("7531") && !html.contains("action=\"/admin/plans/"),
            "{html}"
        );
        assert!(!html.contains("<b>"), "{html}");
    }
    maria.post("/admin/plans/premium", &fields()).await.is(403);
    run(&app, &["plan", "set", "premium", "--title-ru", "=1+1"]).await;
    anton.get("/admin/plans/~csv").await.is(200).says("\"7531\"").says("\"'=1+1\"").says("price_stars");
    let file = maria.get("/admin/plans/~csv").await.is(200).says("\"premium\",\"requests\"").html;
    assert!(!file.contains("7531") && !file.contains("price_stars"), "{file}");
}
