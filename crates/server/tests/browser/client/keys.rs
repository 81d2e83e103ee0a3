//! The way from the form to an answer, and to another one, by keys alone: the focus is never lost on it.

use std::time::Duration;

use serde_json::json;
use testkit::{app::Database, model::Behaviour};

use super::visitor::Visitor;

// As WebDriver writes keys (17.4.2).
const TAB: &str = "\u{E004}";
const BACK_TAB: &str = "\u{E008}\u{E004}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const SPACE: &str = " ";

/// More steps than there are on any page here.
const MOST_STEPS: usize = 60;

impl Visitor {
    /// Whether what a selector finds has the focus.
    async fn is_at(&self, selector: &str) -> bool {
        let script = format!("return document.activeElement.matches({});", json!(selector));
        self.chrome.evaluate(&script).await == true
    }

    /// Goes on by a key until what a selector finds has the focus; each step is somewhere, and can be seen.
    async fn steps(&self, key: &str, selector: &str) {
        for _ in 0..MOST_STEPS {
            self.chrome.keys(key).await;
            if self.is_at(selector).await {
                let seen = "const box = document.activeElement.getBoundingClientRect(); \
                            return box.width > 0 && box.bottom > 0 && box.top < innerHeight;";
                assert_eq!(self.chrome.evaluate(seen).await, true, "{selector} is out of sight");
                return;
            }
        }
        panic!("keys don't lead to {selector}");
    }

    /// Waits until what a selector finds has the focus.
    async fn comes_to_be_at(&self, selector: &str) {
        for _ in 0..600 {
            if self.is_at(selector).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let there = self.chrome.evaluate("return document.activeElement.outerHTML.slice(0, 300);").await;
        panic!("the focus is not at {selector} but at {there}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_form_to_another_answer() {
    let mut visitor = Visitor::new(Database::Sqlite).await;
    visitor.chrome.shape(1280, false).await;
    visitor.reload().await;
    visitor.chrome.until("document.querySelector('.welcome form')").await;
    // Without a name nobody goes on: the focus is where it is missing.
    visitor.steps(TAB, "button[type=submit]").await;
    visitor.chrome.keys(ENTER).await;
    visitor.comes_to_be_at("input[autocomplete=given-name][aria-invalid=true]").await;
    visitor.chrome.keys("Анна").await;
    visitor.steps(TAB, ".choice input").await;
    visitor.chrome.keys(SPACE).await;
    visitor.steps(TAB, "input.short").await;
    visitor.chrome.keys("27").await;
    visitor.chrome.keys(ENTER).await;

    visitor.comes_to_be_at("#message").await;
    visitor.model.next(Behaviour::tokens(40).hang_after(20));
    visitor.chrome.keys("Расскажи").await;
    visitor.chrome.keys(ENTER).await;
    visitor.chrome.until("document.querySelector('.answer[aria-busy=true] .prose')").await;
    assert!(visitor.is_at("#message").await);
    visitor.steps(TAB, "button[aria-label=Stop]").await;
    visitor.chrome.keys(ENTER).await;
    visitor.is_answered().await;
    assert_eq!(visitor.chrome.text(".answer .partial").await, "Stopped");
    visitor.comes_to_be_at("#message").await;

    visitor.steps(BACK_TAB, "button[aria-label='Answer again']").await;
    visitor.chrome.keys(ENTER).await;
    visitor.chrome.until("document.querySelector('.versions span')?.textContent === '2/2'").await;
    visitor.has_answers(1).await;
    visitor.comes_to_be_at(".answer").await;
    visitor.steps(TAB, "button[aria-label=Report]").await;
    visitor.chrome.keys(ENTER).await;
    visitor.chrome.until("document.querySelector('dialog[open]')").await;
    visitor.steps(TAB, "dialog textarea").await;
    visitor.chrome.keys(ESCAPE).await;
    visitor.chrome.until("!document.querySelector('dialog')").await;
    visitor.comes_to_be_at("button[aria-label=Report]").await;

    // To the list and back: a new conversation, and the one before.
    visitor.steps(BACK_TAB, ".list .row.here > a").await;
    visitor.steps(BACK_TAB, ".list a.primary").await;
    visitor.chrome.keys(ENTER).await;
    visitor.chrome.until("document.querySelector('.said.empty')").await;
    visitor.comes_to_be_at("#message").await;
    visitor.steps(BACK_TAB, ".list .row .menu > button").await;
    visitor.chrome.keys(ENTER).await;
    visitor.steps(TAB, ".menu li button.dangerous").await;
    visitor.chrome.keys(ESCAPE).await;
    visitor.comes_to_be_at(".list .row .menu > button").await;
    visitor.chrome.keys(ENTER).await;
    visitor.steps(TAB, ".menu li button.dangerous").await;
    visitor.chrome.keys(ENTER).await;
    visitor.chrome.until("document.querySelector('dialog[open]')").await;
    visitor.steps(TAB, "dialog button.danger").await;
    visitor.chrome.keys(ENTER).await;
    visitor.chrome.until("!document.querySelector('dialog') && !document.querySelector('.list .row')").await;
    visitor.comes_to_be_at(".list a.primary").await;
    visitor.is_well().await;
}
