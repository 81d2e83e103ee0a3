//! Somebody before the page.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{
    app::{Builder, Database, Person, TestApp},
    model::FakeModel,
};
use uuid::Uuid;

use super::wire::Wire;
use crate::{chrome::Chrome, look::faults, town::BINARY};

/// How long what is waited for may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A service, and a phone on which its client is open.
pub(super) struct Visitor {
    pub(super) model: FakeModel,
    pub(super) app: TestApp,
    pub(super) wire: Wire,
    pub(super) chrome: Chrome,
    /// How many questions have been answered in the dialogue that is shown.
    answered: usize,
}

impl Visitor {
    /// Comes for the first time.
    pub(super) async fn new(database: Database) -> Self {
        Self::of(database, |builder| builder).await
    }

    /// Comes for the first time to a service of one's own.
    pub(super) async fn of(database: Database, change: impl FnOnce(Builder) -> Builder) -> Self {
        let model = FakeModel::start().await.unwrap();
        let builder = TestApp::builder(BINARY, database)
            .model(&model)
            .env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1_000_000)
            .env("BESEDA__LIMITS__CALLS_PER_MINUTE", 100_000);
        let app = change(builder).start().await.unwrap();
        let (wire, chrome) = (Wire::to(app.base_url()).await, Chrome::start().await);
        chrome.shape(390, false).await;
        chrome.goto(&wire.url()).await;
        chrome.until("document.querySelector('.welcome form')").await;
        Self { model, app, wire, chrome, answered: 0 }
    }

    /// Comes for the first time, fills the form in and begins.
    pub(super) async fn begun(database: Database) -> Self {
        let visitor = Self::new(database).await;
        visitor.begin().await;
        visitor
    }

    /// Fills the form in and begins.
    pub(super) async fn begin(&self) {
        self.chrome.write("input[autocomplete=given-name]", "Анна <b>").await;
        self.chrome.press(".welcome button[type=submit]").await;
        self.chrome.until("document.querySelector('#message')").await;
    }

    /// The same person at the API.
    pub(super) async fn person(&self) -> Person {
        let tokens = self.chrome.evaluate("return JSON.parse(localStorage.getItem('beseda.tokens'));").await;
        let token = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("signed out: {tokens}")).to_owned();
        self.app.person_of(&token("access_token"), &token("refresh_token")).await
    }

    /// Goes to a place within the page: what stands behind its `#`.
    pub(super) async fn go(&self, place: &str) {
        self.chrome.evaluate(&format!("location.hash = {};", json!(format!("#/{place}")))).await;
    }

    /// Goes to a part of the settings, and waits until it is there.
    pub(super) async fn open_settings(&self, part: &str) {
        self.go(&format!("settings/{part}")).await;
        let tab = format!(".tabs a[aria-current][href='#/settings/{part}']");
        self.chrome
            .until(&format!("document.querySelector({}) && document.querySelector('.settings h2')", json!(tab)))
            .await;
    }

    /// Loads the page anew.
    pub(super) async fn reload(&self) {
        let here = self.chrome.evaluate("return location.href;").await;
        self.chrome.goto("about:blank").await;
        self.chrome.goto(here.as_str().unwrap()).await;
    }

    /// Writes a message and sends it.
    pub(super) async fn say(&self, text: &str) {
        self.chrome.write("#message", text).await;
        self.chrome.press(".composer button[type=submit]").await;
    }

    /// Presses the button of this name; the last one, if there are several.
    pub(super) async fn press(&self, name: &str) {
        let mark = format!(
            "const named = [...document.querySelectorAll('button, a.button')].filter(button => \
             [button.getAttribute('aria-label'), button.textContent.trim()].includes({})); \
             document.querySelectorAll('[data-pressed]').forEach(old => delete old.dataset.pressed); \
             if (named.length) named.at(-1).dataset.pressed = ''; return named.length;",
            json!(name)
        );
        let begun = tokio::time::Instant::now();
        while self.chrome.evaluate(&mark).await == 0 {
            assert!(begun.elapsed() < PATIENCE, "there is no button {name}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.chrome.press("[data-pressed]").await;
    }

    /// Waits until the dialogue shows a text.
    pub(super) async fn sees(&self, text: &str) {
        self.chrome.until(&format!("document.querySelector('.said')?.innerText.includes({})", json!(text))).await;
    }

    /// Waits until one more question is answered, to the end.
    pub(super) async fn is_answered(&mut self) {
        self.has_answers(self.answered + 1).await;
    }

    /// Waits until as many questions of the dialogue are answered, to the end.
    pub(super) async fn has_answers(&mut self, count: usize) {
        self.answered = count;
        let whole = "document.querySelectorAll('.answer[aria-busy=false] .tools time').length";
        self.chrome.until(&format!("{whole} === {count}")).await;
    }

    /// The text of the last answer.
    pub(super) async fn answer(&self) -> String {
        let last = "return [...document.querySelectorAll('.answer .prose')].at(-1).innerText;";
        self.chrome.evaluate(last).await.as_str().unwrap().to_owned()
    }

    /// The dialogue that is shown, once the service has it.
    pub(super) async fn session(&self) -> Uuid {
        self.chrome.until("/^#\\/d\\/[0-9a-f-]{36}$/.test(location.hash)").await;
        self.chrome.evaluate("return location.hash.slice(4);").await.as_str().unwrap().parse().unwrap()
    }

    /// What the service has of a dialogue, oldest first: `user: …`, `ai: …`.
    pub(super) async fn messages(&self, session: Uuid) -> Vec<String> {
        let (status, _, body) = self.person().await.get(&format!("/v1/sessions/{session}/messages?limit=100")).await;
        assert_eq!(status, 200, "{body}");
        let shown = |message: &Value| {
            let text = |name: &str| message[name].as_str().unwrap().trim_end().to_owned();
            format!("{}: {}", text("sender"), text("message_text"))
        };
        body["items"].as_array().unwrap().iter().rev().map(shown).collect()
    }

    /// How many rows of a table there are.
    pub(super) async fn count(&self, table: &str) -> i64 {
        self.app.query_i64(&format!("SELECT COUNT(*) FROM {table}")).await.unwrap()
    }

    /// Waits until there are as many rows of a table, with a condition if there is one.
    pub(super) async fn comes_to(&self, table: &str, count: i64) {
        self.until(&format!("{table} come to {count}"), async || self.count(table).await == count).await;
    }

    /// Waits until the service has noticed that no stream is open any more.
    pub(super) async fn nobody_reads(&self) {
        self.until("nobody reads", async || {
            let scrape = self.app.client().get(self.app.metrics_url());
            let (_, _, metrics) = testkit::app::answer(scrape).await;
            metrics.as_str().unwrap().contains("beseda_streams_open 0")
        })
        .await;
    }

    /// Waits until something holds.
    pub(super) async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let begun = tokio::time::Instant::now();
        while !holds().await {
            assert!(begun.elapsed() < PATIENCE, "it never happened: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Is in a tunnel: nothing goes through, and the browser knows.
    pub(super) async fn lose_network(&self) {
        self.wire.cut();
        self.chrome.be_offline(true).await;
    }

    pub(super) async fn regain_network(&self) {
        self.wire.mend();
        self.chrome.be_offline(false).await;
    }

    /// Nothing was wrong with the page but that the network was away.
    pub(super) async fn is_well(&self) {
        let is_of_network = |fault: &str| fault.contains("Failed to load resource: net::ERR_");
        let found: Vec<_> = faults(&self.chrome).await.into_iter().filter(|fault| !is_of_network(fault)).collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
