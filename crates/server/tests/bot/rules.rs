//! What the bot does not do, and says so; and what comes twice, late, or not as it should.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::Database,
    telegram::{Disorder, FakeTelegram},
};

use crate::support::{Mode, Stage, en, for_the_model, ru, talks, without_spaces};

#[rstest]
#[case::month("month", "Он обновится ")]
#[case::never("none", "Сам он не обновится.")]
#[tokio::test]
async fn a_spent_plan_is_told(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] period: &str,
    #[case] renews: &str,
) {
    let stage = Stage::start_with(database, Mode::Polling, |builder| {
        builder.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1).env("BESEDA__PLANS__FREE__PERIOD", period)
    })
    .await;
    let anna = stage.met("Анна").await;
    talks(&anna, "Первый вопрос").await;
    anna.says("Второй вопрос").await;
    let told = anna.hears("План израсходован: 1 ответ.").await;
    assert!(told.text.contains(renews), "{told}");
    anna.presses(told.message_id, "Мой план").await;
    anna.hears("Получено ответов: 1 из 1").await;
    assert_eq!(stage.model.request_count(), 1);
    assert_eq!(stage.stored(&anna, "user").await, ["Первый вопрос"]);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_read_is_said_to_be(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let [anna, boris, vera, galya, dora] =
        ["Анна", "Борис", "Вера", "Галя", "Дора"].map(|n| stage.telegram.person(n, "ru"));
    anna.sends_voice().await;
    boris.sends_photo().await;
    vera.sends_document().await;
    galya.sends_sticker().await;
    dora.sends(
        json!({"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}], "caption": "Что тут?"}),
    )
    .await;
    for person in [&anna, &boris, &vera, &galya, &dora] {
        person.hears(&ru("media-unsupported")).await;
    }
    stage.rests().await;
    assert_eq!(stage.model.request_count(), 0);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_changed_message_is_not_answered_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let hers = anna.says("Сколько будит два и два").await;
    anna.hears("Сколько будит").await;
    anna.edits(hers, "Сколько будет два и два").await;
    anna.hears(&ru("edited-ignored")).await;
    stage.rests().await;
    assert_eq!(stage.model.request_count(), 1);
    assert_eq!(stage.stored(&anna, "user").await, ["Сколько будит два и два"]);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn the_next_message_waits_its_turn(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let first = anna.says("!fake tokens=40 delay_ms=80").await;
    anna.sees_draft("слово2").await;
    let second = anna.says("Второй вопрос").await;
    let third = anna.says("Третий вопрос").await;
    let marked = |id: i64| anna.message(id).is_some_and(|message| message.reactions == ["👀"]);
    anna.wait_for("both marked", |_| marked(second) && marked(third)).await;
    assert!(!marked(first));
    anna.hears("Третий вопрос").await;
    let answers: Vec<_> = for_the_model(&anna).into_iter().map(|answer| answer.text).collect();
    assert!(answers[0].ends_with("слово40"), "{answers:?}");
    assert_eq!(answers[1..], ["Второй вопрос", "Третий вопрос"]);
    anna.wait_for("no marks", |_| !marked(second) && !marked(third)).await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn parts_of_one_long_text_are_one_question(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let long: String = (0..1_600).map(|number| format!("слово{number} ")).collect();
    anna.says(&long).await;
    anna.hears("слово1599").await;
    let asked = stage.stored(&anna, "user").await;
    assert_eq!(asked.len(), 1);
    assert_eq!(without_spaces(&asked[0]), without_spaces(&long));
    assert_eq!(stage.model.request_count(), 1);
    // A long text alone is answered all the same.
    let one = "к ".repeat(2_000);
    anna.says(&one).await;
    anna.wait_for_answer("its answer", |message| message.text == one.trim()).await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_text_that_is_too_long_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage =
        Stage::start_with(database, Mode::Polling, |builder| builder.env("BESEDA__LIMITS__MESSAGE_CHARS", 100)).await;
    let anna = stage.met("Анна").await;
    anna.says(&"я".repeat(101)).await;
    anna.hears("до 100 символов").await;
    assert_eq!(stage.model.request_count(), 0);
    talks(&anna, &"я".repeat(100)).await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_blocked_person_is_not_heard(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let told = talks(&anna, "Первый вопрос").await;
    stage.rests().await;
    let now = stage.app.sql_time(1_700_000_000_000_000);
    let sql = format!("UPDATE users SET blocked_at = {now} WHERE telegram_id = {}", anna.id());
    assert_eq!(stage.app.execute(&sql).await.unwrap(), 1);
    let (calls, requests) = (stage.telegram.calls().len(), stage.model.request_count());
    anna.says("Второй вопрос").await;
    anna.says("/plan").await;
    anna.sends_voice().await;
    let pressed = anna.presses(told.message_id, "again:").await;
    assert_eq!(pressed, "");
    stage.rests().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let calls = stage.telegram.calls().split_off(calls);
    let to_her = calls.iter().filter(|call| call.chat_id() == Some(anna.id())).collect::<Vec<_>>();
    assert!(to_her.is_empty(), "{to_her:?}");
    assert_eq!(stage.model.request_count(), requests);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_bot_that_is_blocked_stops_and_comes_back(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    anna.says("!fake tokens=40 delay_ms=80").await;
    anna.sees_draft("слово2").await;
    anna.blocks_bot().await;
    stage.rests().await;
    assert_eq!(stage.stored(&anna, "ai").await.len(), 1, "the answer is kept");
    assert_eq!(stage.deliveries("closed").await, 1);
    let refused = stage.telegram.calls().iter().filter(|call| call.code == 403).count();
    assert!(refused <= 2, "{refused} calls to a chat that is closed");
    anna.unblocks_bot().await;
    talks(&anna, "Я вернулась").await;
    // The dialogue is the same one.
    assert!(stage.last_request().contains("слово40"), "{}", stage.last_request());
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn what_comes_twice_is_seen_to_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Mode::Polling, Mode::Webhook)] mode: Mode,
) {
    let stage = Stage::start_with(database, mode, |builder| builder).await;
    stage.telegram.disorder(Disorder { again: 1.0, copied: 1.0, ..Disorder::default() });
    let anna = stage.met("Анна").await;
    let told = talks(&anna, "Раз").await;
    talks(&anna, "Два").await;
    anna.presses(told.message_id, "again:").await;
    stage.rests().await;
    let answers: Vec<_> = for_the_model(&anna).into_iter().map(|answer| answer.text).collect();
    assert_eq!(answers, ["Раз", "Два", "Раз"]);
    assert_eq!(stage.model.request_count(), 3);
    crate::books::assert_balanced(&stage.app).await;
}

#[rstest]
#[tokio::test]
async fn unknown_updates_are_acknowledged(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let telegram = FakeTelegram::start().await.unwrap();
    // Before the bot has said what it wants, it gets everything.
    telegram.update(1, "something_new", &json!({"id": 1, "deep": [{"er": null}]}));
    telegram.update(1, "message", &json!({"chat": "not one", "message_id": -1}));
    telegram.update(1, "callback_query", &json!({"id": "1", "from": {"id": 1}}));
    telegram.update(1, "poll_answer", &json!({}));
    let stage = Stage::start_at(telegram, database, Mode::Polling, |builder| builder).await;
    let anna = stage.met("Анна").await;
    talks(&anna, "Ты меня слышишь").await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn strange_buttons_and_commands_do_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, boris) = tokio::join!(stage.met("Анна"), stage.met("Борис"));
    let hers = talks(&anna, "Тайна Анны").await;
    let again = hers.button("again:").unwrap().data.clone().unwrap();
    // What another person's button does is not for him: as if he had made the call himself.
    for data in [again.as_str(), "again:nonsense", "drop:' OR 1=1", "stop:", "", "link:yes:guess"] {
        let query = json!({
            "id": format!("made-up-{data}"), "from": {"id": boris.id(), "is_bot": false, "first_name": "Борис"},
            "chat_instance": "1", "data": data,
            "message": {"message_id": 1, "date": 1, "chat": {"id": boris.id(), "type": "private", "first_name": "Борис"}},
        });
        stage.telegram.update(boris.id(), "callback_query", &query);
    }
    boris.says("/nothing").await;
    boris.hears(&ru("unknown-command")).await;
    boris.says("/").await;
    stage.rests().await;
    assert!(!boris.printed().contains("Тайна"), "{}", boris.printed());
    assert_eq!(stage.stored(&anna, "ai").await.len(), 1);
    stage.rests().await;
    crate::books::assert_balanced(&stage.app).await;
    assert!(stage.telegram.violations().is_empty(), "{:#?}", stage.telegram.violations());
    assert_ne!(ru("old-button"), en("old-button"));
}
