//! What a person sees and sets of themselves: profile, language, plan, usage, and the end of it all.

use rstest::rstest;
use testkit::app::Database;

use crate::support::{Stage, en, ru, talks};

#[rstest]
#[tokio::test]
async fn people_look_after_themselves(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    tokio::join!(the_profile(&stage), the_language(&stage), the_plan(&stage), the_help(&stage));
    stage.ends_balanced().await;
}

async fn the_profile(stage: &Stage) {
    let anna = stage.met("Анна").await;
    anna.says("/profile").await;
    let card = anna.hears("Имя: Анна\nРод: не указан\nВозраст: не указан").await;
    anna.presses(card.message_id, "edit:name").await;
    anna.hears(&ru("ask-name")).await;
    anna.says(&"я".repeat(65)).await;
    anna.hears(&ru("profile-name-wrong")).await;
    anna.says("Маша").await;
    anna.hears(&ru("profile-saved")).await;
    anna.presses(card.message_id, "edit:gender").await;
    let asked = anna.hears(&ru("ask-gender")).await;
    anna.presses(asked.message_id, "gender:female").await;
    anna.presses(card.message_id, "edit:age").await;
    anna.hears(&ru("ask-age")).await;
    anna.says("0").await;
    anna.hears(&ru("ask-age-wrong")).await;
    anna.says("33").await;
    anna.wait_for("everything saved", |messages| {
        messages.iter().filter(|message| message.text == ru("profile-saved")).count() == 3
    })
    .await;
    anna.says("/profile").await;
    anna.hears("Имя: Маша\nРод: женский\nВозраст: 33").await;
    talks(&anna, "Как меня зовут").await;
}

async fn the_language(stage: &Stage) {
    let boris = stage.met("Борис").await;
    boris.says("/language").await;
    let asked = boris.hears(&ru("language-choose")).await;
    boris.presses(asked.message_id, "English").await;
    boris.hears(&en("language-set")).await;
    boris.says("/nothing").await;
    boris.hears(&en("unknown-command")).await;
    boris.says("/language").await;
    let asked = boris.hears(&en("language-choose")).await;
    boris.presses(asked.message_id, "lang:ru").await;
    boris.hears(&ru("language-set")).await;
    let sql = format!("SELECT language FROM users WHERE telegram_id = {}", boris.id());
    assert_eq!(stage.app.query_text(&sql).await.unwrap(), "ru");
}

async fn the_plan(stage: &Stage) {
    let vera = stage.met("Вера").await;
    talks(&vera, "Раз два").await;
    vera.says("/plan").await;
    let plan = vera.hears("Ваш план: Бесплатный\nПолучено ответов: 1 из 50\n▰▱▱▱▱▱▱▱▱▱ 2 %\nОбновится: ").await;
    assert!(plan.text.contains("Другие планы:\n• Премиум, 500 ⭐ в месяц. 2000 ответов в месяц"), "{plan}");
    assert!(plan.button("Премиум — 500 ⭐").is_some(), "{plan}");
    vera.says("/usage").await;
    let usage = vera.hears("Сегодня: 1 ответ, ").await;
    assert!(usage.text.contains("В этом месяце: 1 ответ, "), "{usage}");
    assert!(usage.text.contains("Новых разговоров за месяц: 1"), "{usage}");
    assert!(usage.text.contains("Ответы за 14 дней\n▁▁▁▁▁▁▁▁▁▁▁▁▁█"), "{usage}");
}

async fn the_help(stage: &Stage) {
    let dora = stage.telegram.person("Dora", "de");
    for key in ["help", "privacy"] {
        dora.says(&format!("/{key}")).await;
        dora.hears(&en(key)).await;
    }
    let galya = stage.met("Галя").await;
    galya.says("/privacy@beseda_test_bot").await;
    galya.hears(&ru("privacy")).await;
    // Every command that help names is one.
    let named: Vec<_> =
        ru("help").lines().filter_map(|line| line.strip_prefix('/')?.split(' ').next().map(str::to_owned)).collect();
    let menu = stage.telegram.commands("ru", "all_private_chats");
    for name in named {
        assert!(menu.iter().any(|(command, _)| *command == name), "{name} is not in {menu:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_person_is_deleted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let boris = stage.met("Борис").await;
    talks(&anna, "Запомни лису").await;
    talks(&boris, "Запомни волка").await;
    anna.says("/delete").await;
    let asked = anna.hears(&ru("delete-ask")).await;
    anna.presses(asked.message_id, "delete:no").await;
    anna.hears(&ru("delete-cancelled")).await;
    assert_eq!(stage.stored(&anna, "user").await.len(), 1);
    anna.says("/delete").await;
    let asked =
        anna.wait_for_answer("the question again", |m| m.text == ru("delete-ask") && !m.buttons.is_empty()).await;
    anna.presses(asked.message_id, &ru("button-yes")).await;
    anna.hears(&ru("delete-done")).await;
    for table in ["users", "messages", "chat_sessions", "subscriptions", "telegram_chats"] {
        let sql = format!(
            "SELECT COUNT(*) FROM {table} WHERE {}",
            match table {
                "users" | "telegram_chats" => format!("telegram_id = {}", anna.id()),
                _ => format!("user_id NOT IN (SELECT id FROM users WHERE telegram_id = {})", boris.id()),
            }
        );
        assert_eq!(stage.app.query_i64(&sql).await.unwrap(), 0, "{table}");
    }
    assert_eq!(stage.stored(&boris, "user").await, ["Запомни волка"]);
    // Who comes back is a stranger.
    anna.says("/start").await;
    anna.hears(&ru("ask-name")).await;
    anna.says("/help").await;
    anna.wait_for("help again", |messages| messages.last().is_some_and(|last| last.text == ru("help"))).await;
    talks(&anna, "Кто тут").await;
    assert!(!stage.last_request().contains("лису"));
    stage.rests().await;
    assert!(stage.telegram.violations().is_empty(), "{:#?}", stage.telegram.violations());
}
