//! First contact on a phone, by touch, in each language and scheme: from the form to an answer that comes as it is written.

use rstest::rstest;
use serde_json::json;
use testkit::{app::Database, model::Behaviour};

use super::visitor::Visitor;
use crate::look::keep_picture;

#[rstest]
#[case(Database::Sqlite, "ru", false)]
#[case(Database::Postgres, "ru", true)]
#[case(Database::Postgres, "en", false)]
#[case(Database::Sqlite, "en", true)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_form_to_an_answer(#[case] database: Database, #[case] lang: &str, #[case] dark: bool) {
    let mut visitor = Visitor::new(database).await;
    visitor.chrome.shape(390, dark).await;
    let touched = "return [matchMedia('(pointer: coarse)').matches, navigator.maxTouchPoints, innerWidth];";
    assert_eq!(visitor.chrome.evaluate(touched).await, json!([true, 5, 390]));
    let chrome = &visitor.chrome;
    chrome.tap(&format!(".tongues button[lang={lang}]")).await;
    chrome.until(&format!("document.documentElement.lang === '{lang}'")).await;

    chrome.tap("input[autocomplete=given-name]").await;
    chrome.keys("Анна").await;
    chrome.tap(".choice input[value=female]").await;
    chrome.tap("input.short").await;
    chrome.keys("27").await;
    chrome.tap(".welcome button[type=submit]").await;
    chrome.until("document.querySelector('#message')").await;
    let (_, _, user) = visitor.person().await.get("/v1/me").await;
    assert_eq!(
        json!([user["name"], user["gender"], user["age"], user["language"]]),
        json!(["Анна", "female", 27, lang])
    );

    visitor.model.next(Behaviour::tokens(40).held_after(20));
    chrome.tap("#message").await;
    chrome.keys("Расскажи").await;
    // On a phone it begins a new line.
    chrome.keys("\u{E007}").await;
    chrome.keys("что-нибудь").await;
    chrome.tap(".composer button[type=submit]").await;
    chrome.until("/слово20/.test(document.querySelector('.answer[aria-busy=true]')?.innerText)").await;
    keep_picture(chrome, &format!("client-writing-390-{lang}-{}", if dark { "dark" } else { "light" })).await;
    visitor.model.release();
    visitor.is_answered().await;
    let whole = visitor.answer().await;
    let words: String = (1..=40).map(|number| format!("слово{number} ")).collect();
    assert_eq!(whole, words.trim_end());
    let session = visitor.session().await;
    assert_eq!(visitor.messages(session).await, ["user: Расскажи\nчто-нибудь".to_owned(), format!("ai: {whole}")]);
    visitor.is_well().await;
}
