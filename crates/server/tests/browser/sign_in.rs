//! Signing in in the web client: inside Telegram as its Mini App, and with Google, by going there and coming back.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, TestApp},
    google::FakeGoogle,
    model::FakeModel,
    telegram::FakeTelegram,
};

use crate::{
    chrome::Chrome,
    look::{barriers, faults, keep_picture},
    town::BINARY,
};

/// What an app of Telegram is to the page in it: it notes what it is told.
const AROUND: &str = "window.told = []; window.TelegramWebviewProxy = \
                      {postEvent: (event, data) => window.told.push([event, JSON.parse(data)])};";

/// What the app was told last by this name.
async fn told(chrome: &Chrome, event: &str) -> Value {
    let script = format!("return (window.told.filter(([event]) => event === '{event}').at(-1) ?? [])[1] ?? null;");
    chrome.evaluate(&script).await
}

/// The app tells the page something.
async fn tells(chrome: &Chrome, event: &str, data: Value) {
    chrome.evaluate(&format!("window.Telegram.WebView.receiveEvent('{event}', {data});")).await;
}

async fn style(chrome: &Chrome, property: &str) -> Value {
    chrome.evaluate(&format!("return getComputedStyle(document.body).{property};")).await
}

fn speaks(lang: &str) -> String {
    format!("if (location.protocol === 'http:') localStorage.setItem('beseda.language', '{lang}');")
}

#[rstest]
#[case("ru", false)]
#[case("en", true)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mini_app_is_at_once_in_the_account(#[case] lang: &str, #[case] dark: bool) {
    let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
    let app = TestApp::builder(BINARY, Database::Sqlite).model(&model).telegram(&telegram).start().await.unwrap();
    let anna = telegram.person("Анна <b>", lang);
    let chrome = Chrome::start().await;
    // The system's colours are the other ones.
    chrome.shape(390, !dark).await;
    chrome.before_pages(AROUND).await;
    chrome.before_pages(&speaks(lang)).await;
    let light = json!({"bg_color": "#fff8f0", "text_color": "#102030", "hint_color": "#808890", "link_color": "#3390ec",
        "button_color": "#3390ec", "button_text_color": "#ffffff", "secondary_bg_color": "#f4f0ea"});
    let night = json!({"bg_color": "#17212b", "text_color": "#f5f5f5", "hint_color": "#708499", "link_color": "#6ab3f3",
        "button_color": "#5288c1", "button_text_color": "#ffffff", "secondary_bg_color": "#232e3c"});
    let (theme, other) = if dark { (&night, &light) } else { (&light, &night) };
    let launch = telegram.launch(&anna);
    chrome.goto(&format!("{}/#{}", app.base_url(), launch.fragment("8.0", theme))).await;
    chrome.until("document.querySelector('.frame')").await;
    assert_eq!(chrome.evaluate("return location.hash;").await, "#/");
    let account = format!("SELECT COUNT(*) FROM users WHERE telegram_id = {}", anna.id());
    assert_eq!(app.query_i64(&account).await.unwrap(), 1);
    chrome.until("window.told.some(([event]) => event === 'web_app_ready')").await;
    assert!(told(&chrome, "web_app_expand").await.is_object());
    keep_picture(&chrome, &format!("mini-app-{lang}")).await;
    let mut found = barriers(&chrome).await;

    // The colours are Telegram's, and the bars around the page get them.
    let colours = [("rgb(255, 248, 240)", "#fff8f0"), ("rgb(23, 33, 43)", "#17212b")];
    let (now, then) = if dark { (colours[1], colours[0]) } else { (colours[0], colours[1]) };
    assert_eq!(style(&chrome, "backgroundColor").await, now.0);
    assert_eq!(told(&chrome, "web_app_set_header_color").await["color"], now.1);
    tells(&chrome, "theme_changed", json!({"theme_params": other})).await;
    assert_eq!(style(&chrome, "backgroundColor").await, then.0);
    assert_eq!(told(&chrome, "web_app_set_header_color").await["color"], then.1);
    found.extend(barriers(&chrome).await);

    // Telegram's own button leads back.
    assert_eq!(told(&chrome, "web_app_setup_back_button").await["is_visible"], false);
    chrome.evaluate("location.hash = '#/settings/account';").await;
    chrome.until("document.querySelector('.settings section')").await;
    assert_eq!(told(&chrome, "web_app_setup_back_button").await["is_visible"], true);
    assert_eq!(chrome.evaluate("return getComputedStyle(document.querySelector('.back')).display;").await, "none");
    keep_picture(&chrome, &format!("mini-app-account-{lang}")).await;
    tells(&chrome, "back_button_pressed", json!({})).await;
    chrome.until("location.hash === '#/' && document.querySelector('.frame[data-page=list]')").await;

    // The room that it leaves.
    tells(&chrome, "viewport_changed", json!({"height": 500, "is_state_stable": true})).await;
    assert_eq!(chrome.evaluate("return document.querySelector('.frame').clientHeight;").await, 500);
    tells(&chrome, "safe_area_changed", json!({"top": 30, "bottom": 20, "left": 0, "right": 0})).await;
    tells(&chrome, "content_safe_area_changed", json!({"top": 46, "bottom": 0, "left": 0, "right": 0})).await;
    let top = "return parseFloat(getComputedStyle(document.querySelector('.list > .bar')).paddingTop);";
    assert_eq!(chrome.evaluate(top).await, 84);
    // What is no event of Telegram's does nothing.
    tells(&chrome, "viewport_changed", json!({"height": "<b>"})).await;
    tells(&chrome, "no_such_event", json!(null)).await;
    chrome.evaluate("window.Telegram.WebView.receiveEvent(null, 5);").await;

    // Loaded again it goes on with its tokens, by the address that it was opened with, too.
    for _ in 0..2 {
        chrome.goto("about:blank").await;
        chrome.goto(&format!("{}/#{}", app.base_url(), launch.fragment("8.0", theme))).await;
        chrome.until("document.querySelector('.frame')").await;
    }
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM devices").await.unwrap(), 1);
    found.extend(faults(&chrome).await);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_person_in_telegram_is_another_account() {
    let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
    let app = TestApp::builder(BINARY, Database::Sqlite).model(&model).telegram(&telegram).start().await.unwrap();
    let chrome = Chrome::start().await;
    chrome.shape(390, false).await;
    chrome.before_pages(AROUND).await;
    let mut devices = 0;
    for name in ["Анна", "Борис"] {
        let launch = telegram.launch(&telegram.person(name, "ru"));
        chrome.goto("about:blank").await;
        chrome.goto(&format!("{}/#{}", app.base_url(), launch.fragment("8.0", &json!({})))).await;
        chrome.until("document.querySelector('.frame')").await;
        devices += 1;
        let sql = format!("SELECT COUNT(*) FROM devices d JOIN users u ON u.id = d.user_id WHERE u.name = '{name}'");
        until(async || app.query_i64(&sql).await.unwrap() == 1).await;
        assert_eq!(app.query_i64("SELECT COUNT(*) FROM devices").await.unwrap(), devices);
    }
    // What is too old, or forged, says so and leads to the form.
    chrome.evaluate("localStorage.clear();").await;
    let old = telegram.launch(&telegram.person("Вера", "ru")).ago(5000);
    chrome.goto("about:blank").await;
    chrome.goto(&format!("{}/#{}", app.base_url(), old.fragment("8.0", &json!({})))).await;
    chrome.until("document.querySelector('.welcome .notice[role=alert]')").await;
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM users").await.unwrap(), 2);
}

/// Waits until something holds; half a minute is given to a busy machine.
async fn until(holds: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it never held");
}

/// A service where people sign in with Google, and a browser before it.
struct Door {
    _model: FakeModel,
    google: FakeGoogle,
    app: TestApp,
    chrome: Chrome,
}

impl Door {
    async fn open(lang: &str) -> Self {
        let (model, google) = (FakeModel::start().await.unwrap(), FakeGoogle::start().await.unwrap());
        let app = TestApp::builder(BINARY, Database::Sqlite)
            .model(&model)
            .env("BESEDA__GOOGLE__CLIENT_IDS", "1-web.apps.googleusercontent.com")
            .env("BESEDA__GOOGLE__AUTHORIZATION_URL", google.authorization_url())
            .env("BESEDA__GOOGLE__KEYS_URL", google.keys_url())
            .start()
            .await
            .unwrap();
        let chrome = Chrome::start().await;
        chrome.shape(390, false).await;
        chrome.before_pages(&speaks(lang)).await;
        chrome.goto(app.base_url()).await;
        Self { _model: model, google, app, chrome }
    }

    /// Presses the button that leads to Google, once it is there.
    async fn goes(&self) {
        self.chrome.until("document.querySelector('[data-google]')").await;
        self.chrome.press("[data-google]").await;
    }

    async fn fills_the_form(&self, name: &str) {
        self.chrome.until("document.querySelector('.welcome form')").await;
        self.chrome.write("input[autocomplete=given-name]", name).await;
        self.chrome.press(".welcome button[type=submit]").await;
        self.chrome.until("document.querySelector('#message')").await;
    }

    async fn people(&self) -> i64 {
        self.app.query_i64("SELECT COUNT(*) FROM users").await.unwrap()
    }
}

#[rstest]
#[case("ru")]
#[case("en")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn google_signs_in_and_brings_two_accounts_together(#[case] lang: &str) {
    let door = Door::open(lang).await;
    let chrome = &door.chrome;
    // Who declines there is where they were.
    door.goes().await;
    chrome.until("location.hash === '#/' && document.querySelector('.welcome [data-google]')").await;
    keep_picture(chrome, &format!("google-welcome-{lang}")).await;
    let mut found = barriers(chrome).await;
    assert_eq!(door.people().await, 0);

    door.google.visitor(Some(("113", "Анна <b>")));
    door.goes().await;
    chrome.until("document.querySelector('.frame')").await;
    let address = chrome.evaluate("return location.href;").await;
    assert!(!address.as_str().unwrap().contains("token"), "{address}");
    assert_eq!(door.app.query_text("SELECT name FROM users").await.unwrap(), "Анна <b>");

    // On another device somebody has begun anew, and finds the old account.
    chrome.evaluate("localStorage.clear();").await;
    chrome.goto("about:blank").await;
    chrome.goto(door.app.base_url()).await;
    door.fills_the_form("Аня").await;
    assert_eq!(door.people().await, 2);
    chrome.evaluate("location.hash = '#/settings/account';").await;
    door.goes().await;
    chrome.until("document.querySelector('dialog[open] [data-keep=this]')").await;
    keep_picture(chrome, &format!("google-keep-{lang}")).await;
    found.extend(barriers(chrome).await);
    chrome.press("[data-keep=this]").await;
    chrome.until("!document.querySelector('dialog[open]')").await;
    until(async || door.people().await == 1).await;
    assert_eq!(door.app.query_text("SELECT name FROM users").await.unwrap(), "Аня");
    assert_eq!(door.app.query_i64("SELECT COUNT(*) FROM identities").await.unwrap(), 1);
    keep_picture(chrome, &format!("google-linked-{lang}")).await;
    found.extend(barriers(chrome).await);
    // The refusal that asks which to keep is no fault.
    found.extend(faults(chrome).await.into_iter().filter(|fault| !fault.contains("/v1/auth/google - Failed to load")));
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(door.google.violations().is_empty(), "{:?}", door.google.violations());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_begun_here_signs_nobody_in() {
    let door = Door::open("en").await;
    let token = testkit::google::IdToken::new("1-web.apps.googleusercontent.com", "113", jiff::Timestamp::UNIX_EPOCH);
    let fragment = format!("state=x&id_token={}", door.google.id_token(&token));
    door.chrome.goto("about:blank").await;
    door.chrome.goto(&format!("{}/#{fragment}", door.app.base_url())).await;
    door.chrome.until("document.querySelector('.welcome form') && document.querySelector('.notices').innerText").await;
    assert_eq!((door.chrome.evaluate("return location.hash;").await, door.people().await), (json!("#/"), 0));
}
