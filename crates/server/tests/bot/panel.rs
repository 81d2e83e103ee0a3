//! `/admin`: the way into the panel.

use reqwest::{Client, redirect::Policy};
use rstest::rstest;
use testkit::app::Database;

use crate::support::{Mode, Stage, ru};

#[rstest]
#[tokio::test]
async fn staff_get_a_link_and_others_no_command(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, boris) = (stage.met("Анна").await, stage.met("Борис").await);
    boris.says("/admin").await;
    boris.hears(&ru("unknown-command")).await;

    let id = anna.id().to_string();
    let granted = stage.app.run(&["admin", "grant", "--role", "moderator", "--telegram-id", &id]).await.unwrap();
    assert!(granted.success, "{}", granted.stderr);
    anna.says("/admin").await;
    let shown = anna.hears(&ru("panel-link")).await;
    // Telegram takes no button to this machine.
    let url = shown.text.lines().last().unwrap().to_owned();
    assert!(url.starts_with(&format!("{}/admin/sign-in/bl_", stage.app.base_url())), "{url}");
    let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    assert_eq!(client.post(&url).send().await.unwrap().status(), 303);
    assert_eq!(client.post(&url).send().await.unwrap().status(), 401);
    let token = url.rsplit('/').next().unwrap();
    let kept = format!("SELECT COUNT(*) FROM deliveries WHERE message LIKE '%{token}%'");
    assert_eq!(stage.app.query_i64(&kept).await.unwrap(), 0, "what is kept holds no secret");
    let recorded = "SELECT actor_name || ' ' || actor_role FROM audit_log WHERE action = 'link-made' AND via = 'bot'";
    assert_eq!(stage.app.query_texts(recorded).await.unwrap(), ["Анна moderator"]);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn by_https_it_is_a_button(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let public = |builder: testkit::app::Builder| builder.env("BESEDA__HTTP__PUBLIC_URL", "https://beseda.example");
    let stage = Stage::start_with(database, Mode::Polling, public).await;
    let anna = stage.met("Анна").await;
    let id = anna.id().to_string();
    assert!(stage.app.run(&["admin", "grant", "--role", "owner", "--telegram-id", &id]).await.unwrap().success);
    anna.says("/admin").await;
    let shown = anna.hears(&ru("panel-link")).await;
    assert!(!shown.text.contains("bl_"), "{}", shown.text);
    assert!(shown.json["reply_markup"].to_string().contains("https://beseda.example/admin/sign-in/bl_"));
}
