//! Groups: the bot answers whom it must, each person in a dialogue of their own, and tells nobody's secrets.

use std::{collections::BTreeSet, time::Duration};

use rstest::rstest;
use testkit::{
    app::Database,
    telegram::{FakeTelegram, Fault},
};

use crate::support::{Mode, Stage, hears_out, ru, talks};

#[rstest]
#[tokio::test]
async fn a_group_is_answered_when_it_asks(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, boris) = tokio::join!(stage.met("Анна"), stage.met("Борис"));
    talks(&anna, "Моя тайна: лиса").await;
    let asked_before = stage.model.request_count();
    let group = stage.telegram.group("Друзья", &[&anna, &boris]);
    anna.says_in(&group, "Всем привет", None, None).await;
    anna.says_in(&group, "@beseda_test_botany, привет", None, None).await;
    anna.says_in(&group, "@other_bot, привет", None, None).await;
    let named = anna.says_in(&group, "@beseda_test_bot сколько будет два и два?", None, None).await;
    let told = group.hears("сколько будет два и два?").await;
    assert_eq!((told.reply_to, told.text.as_str()), (Some(named), "сколько будет два и два?"), "{told}");
    stage.rests().await;
    assert_eq!(stage.model.request_count(), asked_before + 1, "{}", group.printed());
    assert_eq!(group.answers().len(), 1, "{}", group.printed());

    let replied = boris.says_in(&group, "А три и три?", Some(told.message_id), None).await;
    let told = group.hears("А три и три?").await;
    assert_eq!(told.reply_to, Some(replied), "{told}");
    let request = stage.last_request();
    assert!(!request.contains("два и два") && !request.contains("лиса"), "{request}");
    // Her dialogue goes on where she left it.
    anna.says_in(&group, "а четыре и четыре, @beseda_test_bot?", None, None).await;
    group.hears("четыре и четыре").await;
    let request = stage.last_request();
    assert!(request.contains("два и два") && !request.contains("три и три") && !request.contains("лиса"), "{request}");
    assert_eq!(dialogues(&stage, group.id()).await, 2);
    assert!(group.drafts().is_empty(), "groups have no drafts");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn an_age_is_nothing_for_a_group(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    anna.says("/profile").await;
    let card = anna.hears("Что о вас известно").await;
    anna.presses(card.message_id, "edit:age").await;
    anna.hears(&ru("ask-age")).await;
    anna.says("41").await;
    anna.hears(&ru("profile-saved")).await;
    talks(&anna, "Сколько мне лет").await;
    assert!(stage.last_request().contains(r#"\"age\":41"#), "{}", stage.last_request());
    let group = stage.telegram.group("Друзья", &[&anna]);
    anna.says_in(&group, "@beseda_test_bot сколько мне лет", None, None).await;
    group.hears("сколько мне лет").await;
    let request = stage.last_request();
    assert!(!request.contains("41") && request.contains("others read along"), "{request}");
    assert!(request.contains("Анна"), "{request}");
    stage.ends_balanced().await;
}

/// How many dialogues go on in a chat; none of them goes on in two places.
async fn dialogues(stage: &Stage, chat: i64) -> usize {
    let place = match stage.app.database() {
        Database::Sqlite => "hex(session_id)",
        Database::Postgres => "CAST(session_id AS TEXT)",
    };
    let sql = format!("SELECT {place} FROM telegram_chats WHERE chat_id = {chat} AND session_id IS NOT NULL");
    let found = stage.app.query_texts(&sql).await.unwrap();
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
    found.len()
}

#[rstest]
#[tokio::test]
async fn topics_are_apart(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let group = stage.telegram.group("Работа", &[&anna]);
    let (plans, jokes) = (group.topic("Планы").await, group.topic("Шутки").await);
    // Nothing that is merely said in a topic is meant for the bot.
    anna.says_in(&group, "Просто мысль", None, Some(plans)).await;
    anna.says_in(&group, "@beseda_test_bot что по планам", None, Some(plans)).await;
    let told = group.hears("что по планам").await;
    assert_eq!(told.thread, Some(plans), "{told}");
    anna.says_in(&group, "@beseda_test_bot расскажи шутку", None, Some(jokes)).await;
    let told = group.hears("расскажи шутку").await;
    assert_eq!(told.thread, Some(jokes), "{told}");
    assert!(!stage.last_request().contains("планам"), "{}", stage.last_request());
    anna.says_in(&group, "/new", None, Some(jokes)).await;
    let told = group.hears(&ru("new-dialogue")).await;
    assert_eq!(told.thread, Some(jokes), "{told}");
    anna.says_in(&group, "@beseda_test_bot продолжай", None, Some(plans)).await;
    group.hears("продолжай").await;
    assert!(stage.last_request().contains("планам"), "the other topic goes on: {}", stage.last_request());
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_stranger_in_a_group_is_answered_at_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let vera = stage.telegram.person("Вера", "ru");
    let group = stage.telegram.group("Друзья", &[&vera]);
    vera.says_in(&group, "@beseda_test_bot что такое радуга", None, None).await;
    let told = group.hears("что такое радуга").await;
    assert_eq!(group.answers().len(), 1, "no questions are asked in front of others: {}", group.printed());
    vera.says_in(&group, "/profile", None, None).await;
    group.hears(&ru("help-group")).await;
    vera.says_in(&group, "/start@other_bot", None, None).await;
    // Whose answer a button gives again is not for everybody to say.
    let gleb = stage.met("Глеб").await;
    group.adds(&gleb).await;
    let before = stage.model.request_count();
    gleb.presses_in(&group, told.message_id, "again:").await;
    stage.rests().await;
    assert_eq!(stage.model.request_count(), before, "{}", group.printed());
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn an_answer_in_a_group_is_shown_while_it_comes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let group = stage.telegram.group("Друзья", &[&anna]);
    anna.says_in(&group, "@beseda_test_bot !fake first_ms=500 tokens=100 delay_ms=80", None, None).await;
    let told = hears_out(&group, "слово100").await;
    assert!(told.edits >= 2, "{told}");
    assert!(told.button("again:").is_some() && told.button("stop:").is_none(), "{told}");
    assert_eq!(group.answers().len(), 1, "{}", group.printed());
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_topic_that_is_gone_is_no_end(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let group = stage.telegram.group("Работа", &[&anna]);
    let topic = group.topic("Планы").await;
    anna.says_in(&group, "@beseda_test_bot !fake tokens=60 delay_ms=80", None, Some(topic)).await;
    group.hears("слово2").await;
    group.closes_topic(topic).await;
    let told = hears_out(&group, "слово60").await;
    assert_eq!(told.thread, None, "{told}");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_bot_that_was_put_out_is_silent(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let group = stage.telegram.group("Друзья", &[&anna]);
    anna.says_in(&group, "@beseda_test_bot !fake tokens=40 delay_ms=80", None, None).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    group.removes_bot().await;
    stage.rests().await;
    assert_eq!(stage.stored(&anna, "ai").await.len(), 1, "the answer is kept");
    let before = stage.telegram.calls().len();
    talks(&anna, "А здесь?").await;
    let calls = stage.telegram.calls().split_off(before);
    assert!(calls.iter().all(|call| call.chat_id() != Some(group.id())), "{calls:?}");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn nothing_is_missed_before_the_bot_knows_its_name(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let telegram = FakeTelegram::start().await.unwrap();
    for _ in 0..3 {
        telegram.next("getMe", Fault::Status(502));
    }
    let anna = telegram.person("Анна", "ru");
    let group = telegram.group("Друзья", &[&anna]);
    anna.says_in(&group, "@beseda_test_bot, ты здесь?", None, None).await;
    anna.says_in(&group, "/help@beseda_test_bot", None, None).await;
    let stage = Stage::start_at(telegram, database, Mode::Polling, |builder| builder).await;
    group.hears("ты здесь?").await;
    group.hears(&ru("help-group")).await;
    stage.ends_balanced().await;
}
