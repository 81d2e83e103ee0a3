//! How updates reach the bot, what Telegram is told of it, and several nodes.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, TestApp},
    model::{Behaviour, FakeModel},
    telegram::FakeTelegram,
};

use crate::support::{BINARY, Mode, Stage, ru, talks, within};

#[rstest]
#[tokio::test]
async fn a_conversation_is_the_same_in_both_modes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Mode::Polling, Mode::Webhook)] mode: Mode,
) {
    let stage = Stage::start_with(database, mode, |builder| builder).await;
    let anna = stage.telegram.person("Анна", "ru");
    anna.says("/start").await;
    for question in ["ask-name", "ask-gender", "ask-age"] {
        let asked = anna.hears(&ru(question)).await;
        anna.presses(asked.message_id, "ask:skip").await;
    }
    anna.hears("Готово").await;
    stage.model.next(Behaviour::tokens(300).chunk_delay(Duration::from_millis(60)));
    anna.says("Расскажи всё").await;
    anna.sees_draft("слово3").await;
    anna.stops_draft().await;
    let stopped = anna.hears(&ru("answer-stopped")).await;
    stage.model.next(Behaviour::answer("На этот раз целиком"));
    anna.presses(stopped.message_id, "again:").await;
    anna.hears("На этот раз целиком").await;
    talks(&anna, "И последнее").await;
    let polls = stage.telegram.calls_of("getUpdates").iter().filter(|call| call.succeeded()).count();
    let hooks = stage.telegram.calls_of("setWebhook");
    match mode {
        Mode::Polling => assert!(polls > 0 && hooks.is_empty(), "{polls} {hooks:?}"),
        Mode::Webhook => {
            assert_eq!((polls, hooks.len()), (0, 1));
            let kinds = hooks[0].params["allowed_updates"].as_array().unwrap();
            assert!(kinds.contains(&json!("message")) && kinds.contains(&json!("my_chat_member")), "{kinds:?}");
        }
    }
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn telegram_is_told_about_the_bot(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let told = async || stage.telegram.calls_of("setMyShortDescription").len() >= 2;
    within(20, "the bot has introduced itself", told).await;
    let russian = stage.telegram.commands("ru", "all_private_chats");
    let english = stage.telegram.commands("", "all_private_chats");
    let names = |commands: &[(String, String)]| commands.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&russian), names(&english));
    for name in ["new", "stop", "again", "history", "profile", "plan", "usage", "link", "language", "export", "delete"]
    {
        let (_, description) = russian.iter().find(|(command, _)| command == name).unwrap();
        assert_eq!(*description, ru(&format!("command-{name}")));
    }
    for (method, key) in [("setMyDescription", "bot-description"), ("setMyShortDescription", "bot-short-description")] {
        assert_eq!(stage.telegram.described(method, "ru"), Some(ru(key)));
        assert_eq!(stage.telegram.described(method, ""), Some(crate::support::en(key)));
    }
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn only_telegram_may_call_the_webhook(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start_with(database, Mode::Webhook, |builder| builder).await;
    let set = async || !stage.telegram.calls_of("setWebhook").is_empty();
    within(20, "the webhook is set", set).await;
    let set = stage.telegram.calls_of("setWebhook").remove(0);
    let url = set.params["url"].as_str().unwrap().to_owned();
    let secret = set.params["secret_token"].as_str().expect("a webhook has a secret").to_owned();
    assert!(url.starts_with(stage.app.base_url()), "{url}");
    let update = |id: i64| {
        json!({"update_id": id, "message": {
            "message_id": 1, "date": 1, "text": "Впустите", "from": {"id": 1, "is_bot": false, "first_name": "Никто"},
            "chat": {"id": 1, "type": "private", "first_name": "Никто"},
        }})
    };
    let post = async |secret: Option<&str>, body: String| {
        let request = stage.app.client().post(&url).header("content-type", "application/json").body(body);
        let request = secret.into_iter().fold(request, |r, s| r.header("x-telegram-bot-api-secret-token", s));
        request.send().await.unwrap().status()
    };
    let nearly = format!("{}x", &secret[..secret.len() - 1]);
    for wrong in [None, Some(""), Some("wrong"), Some(nearly.as_str()), Some(&secret[1..])] {
        let status = post(wrong, update(1).to_string()).await;
        assert!([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status), "{wrong:?}: {status}");
    }
    let kept = "SELECT COUNT(*) FROM telegram_updates";
    assert_eq!(stage.app.query_i64(kept).await.unwrap(), 0);
    // What is no update would only come again.
    assert_eq!(post(Some(&secret), "{\"update".into()).await, StatusCode::OK);
    assert_eq!(post(Some(&secret), update(2).to_string()).await, StatusCode::OK);
    assert_eq!(stage.app.query_i64(kept).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn without_a_webhook_nobody_calls(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (status, _, _) = stage.app.post("/telegram/webhook", &json!({"update_id": 1})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

/// Two nodes on one PostgreSQL, in one Telegram.
struct Nodes {
    second: TestApp,
    /// Owns the database, so it goes last.
    first: TestApp,
    telegram: FakeTelegram,
    model: FakeModel,
}

impl Nodes {
    async fn start() -> Self {
        let telegram = FakeTelegram::start().await.unwrap();
        let model = FakeModel::start().await.unwrap();
        model.always(Behaviour::echo());
        let node = || TestApp::builder(BINARY, Database::Postgres).model(&model).telegram(&telegram);
        let first = node().start().await.unwrap();
        let second = node().database_url(first.database_url()).start().await.unwrap();
        Self { second, first, telegram, model }
    }

    /// The node that has the bot now.
    async fn holder(&self) -> Option<String> {
        let sql = "SELECT n.internal_url FROM roles r JOIN nodes n ON n.id = r.node_id WHERE r.name = 'telegram'";
        self.first.query_texts(sql).await.unwrap().pop()
    }
}

#[tokio::test]
async fn one_node_polls_and_another_takes_over() {
    let mut nodes = Nodes::start().await;
    let anna = nodes.telegram.person("Анна", "ru");
    anna.says("/help").await;
    anna.hears(&ru("help")).await;
    talks(&anna, "Раз").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let holder = nodes.holder().await.expect("one has the bot");
    let conflicts = |nodes: &Nodes| nodes.telegram.calls().iter().filter(|call| call.code == 409).count();
    assert_eq!(conflicts(&nodes), 0, "only one polls");

    nodes.model.next(Behaviour::tokens(200).chunk_delay(Duration::from_millis(100)));
    anna.says("Расскажи всё").await;
    // What has come is noted once a second.
    anna.sees_draft("слово20").await;
    let on_first = nodes.first.base_url() == holder;
    let poller = if on_first { &mut nodes.first } else { &mut nodes.second };
    poller.kill9().await;
    let killed = Instant::now();
    anna.says("Два").await;
    let cut = anna.hears(&ru("answer-partial")).await;
    assert!(cut.text.starts_with("слово1 слово2"), "{cut}");
    anna.hears("Два").await;
    assert!(killed.elapsed() < Duration::from_secs(30), "{:?}", killed.elapsed());
    assert_ne!(nodes.holder().await, Some(holder));
    talks(&anna, "Три").await;

    // The one that comes back leaves the bot where it is.
    let poller = if on_first { &mut nodes.first } else { &mut nodes.second };
    poller.restart().await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    talks(&anna, "Четыре").await;
    // One poll of the dead node may have been cut off by the first of the living one.
    assert!(conflicts(&nodes) <= 1, "{}", conflicts(&nodes));
    assert!(nodes.telegram.violations().is_empty() && nodes.telegram.duplicates().is_empty());
    assert!(nodes.model.request_count() >= 5);
}

#[tokio::test]
async fn a_node_that_is_stopped_hands_the_bot_over_at_once() {
    let mut nodes = Nodes::start().await;
    let anna = nodes.telegram.person("Анна", "ru");
    anna.says("/help").await;
    anna.hears(&ru("help")).await;
    let holder = nodes.holder().await.expect("one has the bot");
    let poller = if nodes.first.base_url() == holder { &mut nodes.first } else { &mut nodes.second };
    poller.terminate().await.unwrap();
    let stopped = Instant::now();
    talks(&anna, "Кто теперь").await;
    assert!(stopped.elapsed() < Duration::from_secs(10), "{:?}", stopped.elapsed());
    assert!(nodes.telegram.violations().is_empty() && nodes.telegram.duplicates().is_empty());
}
