//! Passkeys in a browser that has a keeper of them: adding one, signing in by it, and what is said when it does not work.

use serde_json::{Value, json};
use testkit::{
    app::{Database, TestApp},
    model::FakeModel,
};

use crate::{
    chrome::Chrome,
    look::{barriers, faults, keep_picture},
    town::BINARY,
};

const BUTTON: &str = "form[data-passkey] button";

/// A service at `localhost`, which browsers take for a domain, and an owner's browser there.
struct Desk {
    _model: FakeModel,
    app: TestApp,
    chrome: Chrome,
    url: String,
}

impl Desk {
    async fn new() -> Self {
        let model = FakeModel::start().await.unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://localhost:{port}");
        let app = TestApp::builder(BINARY, Database::Sqlite)
            .model(&model)
            .env("BESEDA__HTTP__LISTEN", format!("127.0.0.1:{port}"))
            .env("BESEDA__HTTP__PUBLIC_URL", &url)
            .env("BESEDA__LIMITS__SIGN_INS_PER_MINUTE", 1_000);
        Self { app: app.start().await.unwrap(), _model: model, chrome: Chrome::start().await, url }
    }

    /// Comes by a link.
    async fn enter(&self) {
        let ran = self.app.run(&["admin", "grant", "--role", "owner", "--name", "Ольга"]).await.unwrap();
        self.chrome.goto(ran.stdout.trim()).await;
        self.chrome.press("main button").await;
        self.chrome.until("document.querySelector('nav.menu')").await;
    }

    async fn goto(&self, path: &str) {
        self.chrome.goto(&format!("{}{path}", self.url)).await;
    }

    async fn sign_out(&self) {
        self.chrome.press("form[action='/admin/sign-out'] button").await;
        self.goto("/admin").await;
        self.chrome.until(&format!("document.querySelector('{BUTTON}')?.checkVisibility()")).await;
    }

    /// Waits for what the form says went wrong.
    async fn is_told(&self, name: &str) {
        let told = format!(
            "document.querySelector('.fault').textContent === document.querySelector('form[data-passkey]').dataset.{name}"
        );
        self.chrome.until(&format!("{told} && !document.querySelector('{BUTTON}').disabled")).await;
        assert_eq!(self.chrome.evaluate("return document.activeElement.tagName;").await, "BUTTON");
    }

    /// What is wrong with the page in both languages, on a phone and on a desk; keeps pictures of it.
    async fn look(&self, page: &str) {
        let (mut found, here) = (Vec::new(), self.chrome.evaluate("return location.href;").await);
        for lang in ["ru", "en"] {
            self.chrome.cookie("beseda_language", lang).await;
            self.chrome.goto(here.as_str().unwrap()).await;
            for (width, dark) in [(390, lang == "en"), (1280, lang == "ru")] {
                self.chrome.shape(width, dark).await;
                let name = format!("passkeys-{page}-{width}-{lang}");
                keep_picture(&self.chrome, &name).await;
                let mut wrong = faults(&self.chrome).await;
                wrong.extend(barriers(&self.chrome).await);
                found.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    async fn count(&self, table: &str) -> i64 {
        self.app.query_i64(&format!("SELECT COUNT(*) FROM {table}")).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_link_to_a_passkey_and_back() {
    let desk = Desk::new().await;
    let chrome = &desk.chrome;
    let keeper = chrome.keep_passkeys().await;
    desk.enter().await;
    desk.goto("/admin/passkeys").await;
    desk.look("none").await;

    // Added, and there is no second one where there is one.
    chrome.write("#name", "Ноутбук <b>").await;
    chrome.press(BUTTON).await;
    chrome.until("document.querySelector('tbody tr')").await;
    assert!(chrome.text(".flash").await.len() > 1);
    assert!(chrome.text("tbody tr").await.contains("Ноутбук <b>"));
    desk.look("one").await;
    chrome.write("#name", "Ещё один").await;
    chrome.press(BUTTON).await;
    desk.is_told("known").await;
    chrome.recognize(&keeper, false).await;
    chrome.press(BUTTON).await;
    desk.is_told("cancelled").await;
    assert_eq!(desk.count("passkeys").await, 1);

    // Signed in by it, once it is its owner.
    desk.sign_out().await;
    desk.look("sign-in").await;
    chrome.press(BUTTON).await;
    desk.is_told("cancelled").await;
    chrome.recognize(&keeper, true).await;
    chrome.press(BUTTON).await;
    chrome.until("document.querySelector('nav.menu')").await;
    assert_eq!(chrome.evaluate("return location.pathname;").await, "/admin");
    assert!(chrome.text(".reader").await.contains("Ольга"));
    assert_eq!(desk.count("admin_sessions").await, 2);
    assert_eq!(desk.count("passkey_challenges").await, 2, "of the two that were cancelled, and of no other");

    // Removed, it is refused; the browser still has it.
    desk.goto("/admin/passkeys").await;
    chrome.act("/remove", &[]).await;
    assert_eq!(desk.count("passkeys").await, 0);
    desk.sign_out().await;
    // It says of the page before that it was a refusal.
    drop(chrome.log().await);
    chrome.press(BUTTON).await;
    chrome.until("location.pathname === '/admin/sign-in/passkey' && document.readyState === 'complete'").await;
    let refused = chrome.text("h1").await;
    assert!(["The passkey does not work", "Ключ доступа не подошёл"].contains(&refused.as_str()), "{refused}");
    keep_picture(chrome, "passkeys-refused").await;
    let mut wrong = faults(chrome).await;
    wrong.extend(barriers(chrome).await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(desk.count("admin_sessions").await, 2);
    let actions = "SELECT action FROM audit_log ORDER BY created_at DESC, id DESC LIMIT 6";
    let actions = desk.app.query_texts(actions).await.unwrap();
    let expected = ["sign-in-failed", "signed-out", "passkey-removed", "signed-in", "signed-out", "passkey-added"];
    assert_eq!(actions, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_and_what_is_missing_is_said() {
    let desk = Desk::new().await;
    let chrome = &desk.chrome;
    desk.enter().await;
    desk.goto("/admin/passkeys").await;
    chrome.write("#name", "Ноутбук").await;
    // Somebody has signed her out in the meantime: the service's own words.
    desk.app.execute("DELETE FROM admin_sessions").await.unwrap();
    chrome.press(BUTTON).await;
    chrome.until("document.querySelector('.fault').textContent.length > 20").await;
    assert_eq!(chrome.evaluate("return location.pathname;").await, "/admin/passkeys");

    chrome.stop_scripts().await;
    desk.goto("/admin").await;
    let seen = "return ['[data-without-passkeys]', 'form[data-passkey]', '.hints'] \
                .map(part => document.querySelector(part).checkVisibility());";
    assert_eq!(chrome.evaluate(seen).await, json!([true, false, true]));
    assert_ne!(
        chrome.evaluate("return document.querySelector('[data-without-passkeys]').textContent;").await,
        Value::Null
    );
}
