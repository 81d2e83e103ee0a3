//! Plans: seeded from the configuration, changed by `beseda plan set`, shown by `GET /v1/plans`.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    model::FakeModel,
};

use crate::support::{assert_shows, refused, run, service, start, start_with};

/// The names of the plans that a person is shown, in their order.
async fn offered(person: &Person) -> Vec<String> {
    let (status, _, plans) = person.get("/v1/plans").await;
    assert_eq!(status, 200);
    plans.as_array().unwrap().iter().map(|plan| plan["plan_name"].as_str().unwrap().to_owned()).collect()
}

/// Makes a plan of a month.
async fn sell(app: &TestApp, name: &str, more: &[&str]) -> Value {
    let plan = ["plan", "set", name, "--unit", "requests", "--usage-limit", "100", "--period", "month"];
    serde_json::from_str(&run(app, &[&plan[..], more].concat()).await).unwrap()
}

/// A plan as people are shown it.
async fn shown(person: &Person, name: &str) -> Value {
    let (_, _, plans) = person.get("/v1/plans").await;
    plans.as_array().unwrap().iter().find(|plan| plan["plan_name"] == name).cloned().unwrap_or_default()
}

#[rstest]
#[tokio::test]
async fn a_plan_is_made_and_changed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let more = ["--price-stars", "900", "--title-ru", "Золото", "--title-en", "Gold", "--description-ru", "Всё сразу"];
    let made = sell(&app, "gold", &more).await;
    assert_shows!(made, @r#"
    {
      "auto_renew": true,
      "description_en": null,
      "description_ru": "Всё сразу",
      "google_product_id": null,
      "is_offered": true,
      "max_answer_tokens": null,
      "model": null,
      "name": "gold",
      "period": "month",
      "price_stars": 900,
      "providers": null,
      "rank": 900,
      "title_en": "Gold",
      "title_ru": "Золото",
      "unit": "requests",
      "usage_limit": 100
    }
    "#);
    let gold = shown(&anna, "gold").await;
    assert_shows!(gold, @r#"
    {
      "auto_renew": true,
      "description": {
        "en": null,
        "ru": "Всё сразу"
      },
      "google_product_id": null,
      "max_answer_tokens": null,
      "period": "month",
      "plan_name": "gold",
      "price_stars": 900,
      "title": {
        "en": "Gold",
        "ru": "Золото"
      },
      "unit": "requests",
      "usage_limit": 100
    }
    "#);
    // What is not said stays as it is, and `none` takes away.
    let changes = ["--usage-limit", "0", "--period", "none", "--unit", "tokens", "--auto-renew", "false"];
    let away = ["--price-stars", "none", "--title-en", "none", "--max-answer-tokens", "500", "--rank=-3"];
    run(&app, &[&["plan", "set", "gold"][..], &changes, &away].concat()).await;
    run(&app, &["plan", "set", "gold", "--google-product-id", "gold_1", "--model", "m", "--providers", "a,b"]).await;
    let mut expected = gold;
    for (name, value) in [
        ("usage_limit", json!(0)),
        ("period", json!("none")),
        ("unit", json!("tokens")),
        ("auto_renew", json!(false)),
        ("price_stars", Value::Null),
        ("title", json!({"ru": "Золото", "en": null})),
        ("max_answer_tokens", json!(500)),
        ("google_product_id", json!("gold_1")),
    ] {
        expected[name] = value;
    }
    assert_eq!(shown(&anna, "gold").await, expected);
    let listed: Value = serde_json::from_str(&run(&app, &["plan", "list", "--json"]).await).unwrap();
    let gold = &listed[0];
    assert_eq!(
        (&gold["name"], &gold["rank"], &gold["model"], &gold["providers"]),
        (&json!("gold"), &json!(-3), &json!("m"), &json!("a,b"))
    );
}

#[rstest]
#[tokio::test]
async fn the_least_plan_comes_first(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    sell(&app, "gold", &["--price-stars", "900"]).await;
    sell(&app, "week", &["--price-stars", "100"]).await;
    sell(&app, "staff", &["--rank", "1000"]).await;
    sell(&app, "also-free", &[]).await;
    assert_eq!(offered(&anna).await, ["also-free", "free", "week", "premium", "gold", "staff"]);
    run(&app, &["plan", "set", "premium", "--rank", "901"]).await;
    assert_eq!(offered(&anna).await, ["also-free", "free", "week", "gold", "premium", "staff"]);
    let listed = run(&app, &["plan", "list"]).await;
    assert_eq!(
        listed,
        "also-free: 100 requests, period month, not sold for Stars\n\
         free: 50 requests, period month, not sold for Stars\n\
         week: 100 requests, period month, 100 Stars\n\
         gold: 100 requests, period month, 900 Stars\n\
         premium: 2000 requests, period month, 500 Stars\n\
         staff: 100 requests, period month, not sold for Stars\n"
    );
}

#[rstest]
#[tokio::test]
async fn a_retired_plan_is_no_longer_shown(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    run(&app, &["subscription", "grant", "--user", &anna.id.to_string(), "--plan", "premium"]).await;
    let has = anna.subscription().await;
    for plan in ["premium", "free"] {
        run(&app, &["plan", "set", plan, "--offered", "false"]).await;
    }
    // Everybody has free, offered or not.
    assert_eq!(offered(&anna).await, ["free"]);
    assert_eq!(anna.subscription().await, has);
    assert!(run(&app, &["plan", "list"]).await.contains("premium: 2000 requests, period month, 500 Stars, retired\n"));
    run(&app, &["plan", "set", "premium", "--offered", "true"]).await;
    assert_eq!(offered(&anna).await, ["free", "premium"]);
}

#[rstest]
#[tokio::test]
async fn what_no_plan_can_be_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    run(&app, &["plan", "set", "premium", "--google-product-id", "taken"]).await;
    let before = run(&app, &["plan", "list", "--json"]).await;
    let missing = "there is no plan of that name; a new one needs a unit, a usage limit and a period";
    let name = "a plan's name is 1 to 40 characters of a-z, 0-9, _ and -";
    let long = "a title has 1 to 32 characters, a description 255";
    let (title, text) = ("я".repeat(33), "я".repeat(256));
    let forty_one = "x".repeat(41);
    for (arguments, words) in [
        (&["gold"][..], missing),
        (&["gold", "--unit", "requests", "--usage-limit", "5"], missing),
        (&["Gold", "--unit", "requests", "--usage-limit", "5", "--period", "day"], name),
        (&["золото"], name),
        (&[""], name),
        (&[&forty_one], name),
        (&["free", "--usage-limit=-1"], "the usage limit cannot be negative"),
        (&["free", "--price-stars", "5"], "the free plan has no price"),
        (&["premium", "--price-stars", "0"], "a price is 1 to 10000 Stars"),
        (&["premium", "--price-stars", "10001"], "a price is 1 to 10000 Stars"),
        (&["premium", "--max-answer-tokens", "0"], "the longest answer has at least one token"),
        (&["premium", "--title-ru", &title], long),
        (&["premium", "--title-en", ""], long),
        (&["premium", "--title-en", "two\nlines"], long),
        (&["premium", "--description-en", &text], long),
        (&["free", "--google-product-id", "taken"], "another plan has this product of Google Play"),
        (&["premium", "--model", ""], "a model, a provider and a product have a name"),
        (&["premium", "--providers", "a,,b"], "a model, a provider and a product have a name"),
        (&["premium", "--google-product-id", " "], "a model, a provider and a product have a name"),
    ] {
        let said = refused(&app, &[&["plan", "set"], arguments].concat()).await;
        assert_eq!(said, format!("beseda: {words}"), "{arguments:?}");
    }
    for arguments in [
        ["--unit", "words"],
        ["--period", "hour"],
        ["--usage-limit", "many"],
        ["--price-stars", "1.5"],
        ["--auto-renew", "perhaps"],
    ] {
        refused(&app, &[&["plan", "set", "premium"][..], &arguments].concat()).await;
    }
    assert_eq!(run(&app, &["plan", "list", "--json"]).await, before);
}

/// Which providers a log warns of, each with the plan that names it.
fn warned_of(log: &str) -> Vec<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let warnings = lines.filter(|line| line["message"] == "a plan names a provider that is not configured");
    let named = |line: Value| format!("{} {} {}", line["level"], line["plan"], line["provider"]).replace('"', "");
    warnings.map(named).collect()
}

#[rstest]
#[tokio::test]
async fn a_provider_that_nobody_knows_is_warned_of(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let other = "[[llm.providers]]\nname = \"second\"\nbase_url = \"http://127.0.0.1:9\"\nmodel = \"m\"";
    let (_model, mut app) = start_with(database, |b| b.config_toml(other)).await;
    let set = async |app: &TestApp, providers: &str| {
        let ran = app.run(&["plan", "set", "premium", "--providers", providers]).await.unwrap();
        let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(plan["name"], "premium", "it is set all the same");
        warned_of(&ran.stderr)
    };
    for known in ["second", "default, second", "none"] {
        assert_eq!(set(&app, known).await, [""; 0], "{known}");
    }
    assert_eq!(set(&app, "second, nowhere,Default").await, ["WARN premium nowhere", "WARN premium Default"]);
    assert_eq!(warned_of(&app.log()), [""; 0]);
    app.terminate().await.unwrap();
    app.restart().await.unwrap();
    assert_eq!(warned_of(&app.log()), ["WARN premium nowhere", "WARN premium Default"]);
    // A plan that comes with the configuration is none other.
    let silver = "[plans.silver]\nunit = \"requests\"\nusage_limit = 1\nperiod = \"day\"\nauto_renew = true\n\
                  providers = \"third\"";
    set(&app, "none").await;
    std::fs::write(app.data_dir().join("beseda.toml"), format!("{other}\n{silver}")).unwrap();
    app.terminate().await.unwrap();
    app.restart().await.unwrap();
    assert_eq!(warned_of(&app.log())[2..], ["WARN silver third"]);
}

#[rstest]
#[tokio::test]
async fn plans_are_seeded_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let seeds = "[plans.gold]\nunit = \"tokens\"\nusage_limit = 700000\nperiod = \"year\"\nauto_renew = false\n\
                 price_stars = 900\ntitle_ru = \"Золото\"\ntitle_en = \"Gold\"\ndescription_ru = \"Всё\"\n\
                 description_en = \"All\"\nmodel = \"big\"\nproviders = \"a,b\"\nmax_answer_tokens = 4000\n\
                 google_product_id = \"gold_yearly\"";
    let (_model, mut app) = start_with(database, |b| b.config_toml(seeds)).await;
    let anna = app.register("Анна").await;
    let gold = shown(&anna, "gold").await;
    let expected = json!({
        "plan_name": "gold", "unit": "tokens", "usage_limit": 700_000, "period": "year", "price_stars": 900,
        "google_product_id": "gold_yearly", "max_answer_tokens": 4000, "auto_renew": false,
        "title": {"ru": "Золото", "en": "Gold"}, "description": {"ru": "Всё", "en": "All"},
    });
    assert_eq!(gold, expected);
    // The configuration says what a plan is at the first start only; a new one is added whenever it comes.
    run(&app, &["plan", "set", "gold", "--usage-limit", "9", "--title-ru", "Другое"]).await;
    let file = app.data_dir().join("beseda.toml");
    let silver = "[plans.silver]\nunit = \"requests\"\nusage_limit = 1\nperiod = \"day\"\nauto_renew = true\n";
    std::fs::write(&file, format!("{}\n{silver}", seeds.replace("900", "901"))).unwrap();
    app.terminate().await.unwrap();
    app.restart().await.unwrap();
    let gold = shown(&anna, "gold").await;
    assert_eq!(
        (&gold["price_stars"], &gold["usage_limit"], &gold["title"]["ru"]),
        (&json!(900), &json!(9), &json!("Другое"))
    );
    assert_eq!(offered(&anna).await, ["free", "silver", "premium", "gold"]);
}

#[rstest]
#[case::a_name("\"Bad Name\"", "", "1 to 40 characters of a-z, 0-9, _ and -")]
#[case::a_long_name("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "", "1 to 40 characters of a-z, 0-9, _ and -")]
#[case::a_price("gold", "price_stars = 10001", "plans.gold.price_stars")]
#[case::a_limit("gold", "usage_limit = -1", "plans.gold.usage_limit")]
#[case::a_title("gold", "title_ru = \"название, которое длиннее тридцати двух\"", "gold: a title has 1 to 32")]
#[case::a_free_price("free", "price_stars = 5", "free: the free plan has no price")]
#[case::a_provider("gold", "providers = \"a,,b\"", "gold: a model, a provider and a product have a name")]
#[case::a_product("gold", "google_product_id = \"silver_1\"", "silver: another plan has this product of Google Play")]
#[case::a_unit("gold", "unit = \"words\"", "plans.gold.unit")]
#[case::a_key("gold", "colour = \"gold\"", "colour")]
#[tokio::test]
async fn a_plan_that_cannot_be_is_refused_at_the_start(#[case] name: &str, #[case] key: &str, #[case] named: &str) {
    let model = FakeModel::start().await.unwrap();
    let all = ["unit = \"requests\"", "usage_limit = 5", "period = \"day\"", "auto_renew = true"];
    let other = |line: &&&str| line.split(' ').next() != key.split(' ').next();
    let rest: Vec<_> = all.iter().filter(other).copied().collect();
    let silver = format!("[plans.silver]\ngoogle_product_id = \"silver_1\"\n{}", all.join("\n"));
    let toml = format!("[plans.{name}]\n{key}\n{}\n{silver}", rest.join("\n"));
    let app = service(Database::Sqlite, &model).config_toml(&toml).prepare().await.unwrap();
    for command in ["check-config", "serve"] {
        let ran = app.run(&[command]).await.unwrap();
        assert!(!ran.success && ran.stderr.contains(named), "{toml}\n{}", ran.stderr);
    }
}
