//! What happens in the middle of an answer: the text is whole in the end, and the service has it once.

use rstest::rstest;
use testkit::{app::Database, model::Behaviour};

use super::visitor::Visitor;

const WORDS: usize = 60;

/// What the answer is in the end.
fn whole() -> String {
    (1..=WORDS).map(|number| format!("слово{number}")).collect::<Vec<_>>().join(" ")
}

/// Notes each text that the answer has while it is written.
const NOTE: &str = "window.noted = []; new MutationObserver(() => { \
    const prose = [...document.querySelectorAll('.answer .prose')].at(-1); \
    if (prose) window.noted.push(prose.textContent.trim()); \
    }).observe(document.querySelector('.said'), {childList: true, subtree: true, characterData: true});";

/// Somebody whose question is just being answered: the rest comes when the model is released.
async fn in_the_middle(database: Database) -> Visitor {
    let visitor = Visitor::begun(database).await;
    visitor.model.next(Behaviour::tokens(WORDS).held_after(WORDS / 2));
    visitor.say("Расскажи").await;
    hears_some(&visitor).await;
    visitor
}

/// Waits until an answer has begun, which has not ended.
async fn hears_some(visitor: &Visitor) {
    visitor.chrome.until("/слово30/.test(document.querySelector('.answer[aria-busy=true]')?.innerText)").await;
}

/// The page shows the whole answer, and the service has it, once.
async fn it_is_whole(visitor: &mut Visitor) {
    visitor.has_answers(1).await;
    assert_eq!(visitor.answer().await, whole());
    let session = visitor.session().await;
    assert_eq!(visitor.messages(session).await, ["user: Расскажи".to_owned(), format!("ai: {}", whole())]);
    for table in ["chat_sessions", "turns", "ai_requests"] {
        assert_eq!(visitor.count(table).await, 1, "{table}");
    }
    assert_eq!(visitor.person().await.subscription().await["used_requests"], 1);
    visitor.is_well().await;
}

#[rstest]
#[case(Database::Sqlite)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload(#[case] database: Database) {
    let mut visitor = in_the_middle(database).await;
    visitor.session().await;
    visitor.reload().await;
    hears_some(&visitor).await;
    visitor.model.release();
    it_is_whole(&mut visitor).await;
}

/// A browser may keep the page as it was, with all that it was doing.
#[rstest]
#[case(Database::Sqlite)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_page_and_back(#[case] database: Database) {
    let mut visitor = in_the_middle(database).await;
    visitor.session().await;
    visitor.chrome.goto("about:blank").await;
    visitor.nobody_reads().await;
    visitor.model.release();
    visitor.comes_to("turns WHERE state = 'complete'", 1).await;
    visitor.chrome.back().await;
    it_is_whole(&mut visitor).await;
}

#[rstest]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_of_the_network(#[case] database: Database) {
    let mut visitor = in_the_middle(database).await;
    visitor.chrome.evaluate(NOTE).await;
    visitor.lose_network().await;
    visitor.chrome.until("document.querySelector('.foot .notice')").await;
    let heard = visitor.answer().await;
    // It goes on without anybody who hears it.
    visitor.model.release();
    visitor.comes_to("turns WHERE state = 'complete'", 1).await;
    assert_eq!(visitor.answer().await, heard);
    assert!(heard.len() < whole().len() && whole().starts_with(&heard), "{heard}");
    visitor.regain_network().await;
    it_is_whole(&mut visitor).await;
    let noted = visitor.chrome.evaluate("return window.noted;").await;
    let mut longest = 0;
    for text in noted.as_array().unwrap().iter().map(|text| text.as_str().unwrap()) {
        assert!(whole().starts_with(text) && text.len() >= longest, "it flickered: {text}");
        longest = text.len();
    }
    assert_eq!(longest, whole().len());
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_the_service(#[case] database: Database) {
    let mut visitor = in_the_middle(database).await;
    visitor.comes_to("turns WHERE partial_text <> ''", 1).await;
    visitor.app.kill9().await;
    visitor.app.restart().await.unwrap();
    // What was kept is an answer that broke off: it is said to be one, and can be asked for again.
    visitor.has_answers(1).await;
    assert_eq!(visitor.chrome.text(".answer .partial").await, "The answer broke off");
    let kept = visitor.answer().await;
    assert!(kept.len() > "слово1".len() && whole().starts_with(&kept), "{kept}");
    let session = visitor.session().await;
    assert_eq!(visitor.messages(session).await, ["user: Расскажи".to_owned(), format!("ai: {kept}")]);

    visitor.model.next(Behaviour::tokens(WORDS));
    visitor.press("Answer again").await;
    visitor.chrome.until("document.querySelector('.versions span')?.textContent === '2/2'").await;
    visitor.has_answers(1).await;
    assert_eq!(visitor.answer().await, whole());
    let both = ["user: Расскажи".to_owned(), format!("ai: {kept}"), format!("ai: {}", whole())];
    assert_eq!(visitor.messages(session).await, both);
    visitor.is_well().await;
}

#[rstest]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_tab(#[case] database: Database) {
    let mut visitor = in_the_middle(database).await;
    visitor.session().await;
    let first = visitor.chrome.tab().await;
    let here = visitor.chrome.evaluate("return location.href;").await;
    visitor.chrome.open_tab(here.as_str().unwrap()).await;
    hears_some(&visitor).await;
    visitor.model.release();
    it_is_whole(&mut visitor).await;
    let second = visitor.chrome.tab().await;
    visitor.chrome.show_tab(&first).await;
    it_is_whole(&mut visitor).await;

    // What is asked in one tab is heard in the other, and is there once.
    visitor.model.next(Behaviour::tokens(WORDS));
    visitor.say("Ещё").await;
    visitor.has_answers(2).await;
    visitor.chrome.show_tab(&second).await;
    visitor.has_answers(2).await;
    assert_eq!(visitor.answer().await, whole());
    assert_eq!(visitor.count("messages").await, 4);
    visitor.is_well().await;
}
