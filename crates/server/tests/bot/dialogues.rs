//! Several dialogues of a person, and one account behind Telegram and the app.

use rstest::rstest;
use serde_json::json;
use testkit::app::{Database, answer};

use crate::support::{Stage, ru, talks};

#[rstest]
#[tokio::test]
async fn dialogues_are_begun_continued_and_deleted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    anna.says("/history").await;
    anna.hears(&ru("history-empty")).await;
    talks(&anna, "Расскажи о Казани").await;
    talks(&anna, "А кремль там есть").await;
    assert!(stage.last_request().contains("Казани"));

    anna.says("/new").await;
    anna.hears(&ru("new-dialogue")).await;
    talks(&anna, "Отчего бывает радуга").await;
    assert!(!stage.last_request().contains("Казани"), "{}", stage.last_request());

    anna.says("/history").await;
    let list = anna.hears(&ru("history-title")).await;
    let labels: Vec<_> = list.buttons.iter().map(|row| row[0].text.clone()).collect();
    assert_eq!(labels.len(), 2, "{list}");
    assert!(labels[0].starts_with("Отчего бывает радуга") && labels[1].starts_with("Расскажи о Казани"), "{list}");

    anna.presses(list.message_id, "Расскажи о Казани").await;
    anna.hears("Продолжаем: «Расскажи о Казани").await;
    talks(&anna, "А река какая").await;
    let request = stage.last_request();
    assert!(request.contains("кремль") && !request.contains("радуга"), "{request}");

    let drop = list.buttons[0].iter().find_map(|button| button.data.clone().filter(|data| data.starts_with("drop:")));
    anna.presses(list.message_id, &drop.unwrap()).await;
    anna.hears("Разговор «Отчего бывает радуга").await;
    let titles = stage.app.query_texts("SELECT title FROM chat_sessions").await.unwrap();
    assert_eq!(titles, ["Расскажи о Казани"]);
    anna.presses(list.message_id, "Отчего бывает радуга").await;
    anna.hears(&ru("history-gone")).await;
    // What was going on goes on.
    talks(&anna, "А мост через неё").await;
    assert!(stage.last_request().contains("А река какая"));
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn the_dialogue_that_goes_on_can_be_deleted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    talks(&anna, "Расскажи о Казани").await;
    anna.says("/history").await;
    let list = anna.hears(&ru("history-title")).await;
    anna.presses(list.message_id, &ru("button-delete")).await;
    anna.hears("Разговор «Расскажи о Казани").await;
    talks(&anna, "А теперь о Самаре").await;
    assert!(!stage.last_request().contains("Казани"));
    stage.ends().await;
}

#[rstest]
#[tokio::test]
async fn one_account_is_behind_telegram_and_the_app(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    anna.says("/link").await;
    anna.hears(&ru("link-how")).await;
    talks(&anna, "Сказано в Telegram").await;
    let in_app = stage.app.register("Аня").await;
    let session = in_app.session().await;
    in_app.send(session, "Сказано в приложении").await;

    let link = async || {
        let (status, _, body) = in_app.post("/v1/me/telegram-link", &json!({})).await;
        assert_eq!(status, 201, "{body}");
        body["url"].as_str().unwrap().to_owned()
    };
    let first = link().await;
    anna.taps_link(&first).await;
    let asked = anna.hears("«Аня»").await;
    assert!(asked.text.contains("1 разговор?"), "{asked}");
    anna.presses(asked.message_id, "link:no").await;
    anna.hears(&ru("link-cancelled")).await;

    let second = link().await;
    anna.taps_link(&second).await;
    let asked =
        anna.wait_for_answer("the question again", |m| m.text.contains("«Аня»") && m.message_id > asked.message_id);
    let asked = asked.await;
    anna.presses(asked.message_id, "link:yes").await;
    anna.hears(&ru("link-done")).await;

    // The account is one, seen from both sides.
    let (_, _, me) = in_app.get("/v1/me").await;
    assert_eq!(me["telegram_id"], anna.id(), "{me}");
    let (_, _, sessions) = in_app.get("/v1/sessions").await;
    let titles: Vec<_> = sessions["items"].as_array().unwrap().iter().map(|session| &session["title"]).collect();
    assert_eq!(titles.len(), 2, "{sessions}");
    assert!(titles.contains(&&json!("Сказано в Telegram")), "{sessions}");
    talks(&anna, "После соединения").await;
    anna.says("/history").await;
    let list = anna.hears(&ru("history-title")).await;
    assert!(list.button("Сказано в приложении").is_some(), "{list}");
    anna.presses(list.message_id, "Сказано в приложении").await;
    anna.hears("Продолжаем").await;
    talks(&anna, "Пишу из Telegram").await;
    let path = format!("/v1/sessions/{session}/messages");
    let (_, _, messages) = answer(in_app.request(reqwest::Method::GET, &path)).await;
    assert_eq!(messages["items"][1]["message_text"], "Пишу из Telegram", "{messages}");

    anna.taps_link(&second).await;
    anna.hears(&ru("link-own")).await;
    let boris = stage.met("Борис").await;
    boris.taps_link(&second).await;
    boris.hears(&ru("link-used")).await;
    boris.taps_link("link_of-nobody").await;
    boris.hears(&ru("link-unknown")).await;
    stage.ends_balanced().await;
}
