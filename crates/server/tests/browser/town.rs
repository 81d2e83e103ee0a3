//! A service with people in it, and the addresses of its pages.

use serde_json::json;
use testkit::{
    app::{Database, Person, TestApp},
    model::{Behaviour, FakeModel},
    telegram::{self, FakeTelegram, Shown},
};
use uuid::Uuid;

use crate::chrome::Chrome;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_beseda");

/// An answer with all that Markdown has.
const ANSWER: &str = "# Заголовок\n\n**Жирно**, *косо*, `код`, [ссылка](https://example.org/?a=1&b=2).\n\n1. раз\n2. два\n\n\
                      > цитата\n\n```rust\nfn main() { println!(\"очень длинная строка, которая никуда не помещается\"); }\n\
                      ```\n\n| а | б |\n|---|---|\n| 1 | 2 |\n\n![картинка](https://example.org/x.png)";

/// Who looks at the pages.
pub(crate) const OLGA: &str = "Ольга <b>Петровна</b>";

/// What is in the queues.
pub(crate) const ID: Uuid = Uuid::from_u128(1);
pub(crate) const OTHER_ID: Uuid = Uuid::from_u128(2);
const EARLY: i64 = 1_700_000_000_000_000;
const LATE: i64 = 4_000_000_000_000_000;

/// As a text in SQL.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A service, Anna, who has talked in the app, and Vera, who has bought a plan in the bot.
pub(crate) struct Town {
    _model: FakeModel,
    pub(crate) telegram: FakeTelegram,
    pub(crate) app: TestApp,
    pub(crate) anna: Person,
    pub(crate) session: Uuid,
    pub(crate) vera: telegram::Person,
}

impl Town {
    pub(crate) async fn new() -> Self {
        let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
        let app = TestApp::builder(BINARY, Database::Sqlite)
            .model(&model)
            .telegram(&telegram)
            .env("BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE", 100_000)
            .env("BESEDA__LIMITS__CALLS_PER_MINUTE", 100_000)
            .env("BESEDA__LIMITS__SIGN_INS_PER_MINUTE", 1_000)
            .env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1_000_000)
            .env("BESEDA__LLM__RETRIES", 0);
        let app = app.start().await.unwrap();
        let anna = app.register("Анна <b>Иванова</b>").await;
        let session = anna.session().await;
        model.next(Behaviour::answer(ANSWER));
        let (status, _, body) = anna.send(session, "Покажи, что **умеешь**").await;
        assert_eq!(status, 201, "{body}");
        model.next(Behaviour::error(500, "{\"error\": {\"message\": \"перегрузка\"}}"));
        anna.send(session, "А теперь?").await;
        model.always(Behaviour::echo());
        let vera = telegram.person("Вера <i>Павловна</i>", "ru");
        let town = Self { _model: model, telegram, app, anna, session, vera };
        town.buy().await;
        town.queue().await;
        town.report(&body["ai_message"]["id"], "Это неправда").await;
        town
    }

    /// Lets Vera buy premium in the bot.
    async fn buy(&self) {
        let link = |shown: &Shown| shown.buttons.iter().flatten().find_map(|button| button.url.clone());
        let chat = self.vera.chat();
        self.vera.says("/plan").await;
        let card = chat.wait_for_answer("the plans", |shown| shown.button("buy:premium").is_some()).await;
        self.vera.presses(card.message_id, "buy:premium").await;
        let invoice = chat.wait_for_answer("an invoice", |shown| link(shown).is_some()).await;
        self.vera.pays(&link(&invoice).unwrap()).await;
        chat.wait_for_answer("thanks", |shown| shown.text.contains("Оплачено")).await;
    }

    /// What is to be done, and can't be; what is to be sent, and can't be; what is to be sent to many.
    async fn queue(&self) {
        let payload = json!({"plan_ended": {"user_id": self.anna.id, "subscription_id": self.anna.id}});
        let (user, error) = (self.app.sql_id(self.anna.id), quoted("Too Many <b>Requests</b>"));
        let mut sql = String::new();
        for (id, text) in [(ID, "Раз"), (OTHER_ID, "Два")] {
            let id = self.app.sql_id(id);
            sql += &format!(
                "INSERT INTO jobs (id, kind, payload, created_at, run_at, attempts, error) \
                 VALUES ({id}, 'plan-ended', '{payload}', {EARLY}, {LATE}, 3, {error});\
                 INSERT INTO deliveries (id, user_id, chat_id, message, created_at, run_at, error) \
                 VALUES ({id}, {user}, 4242, '{text}', {EARLY}, {LATE}, {error});\
                 INSERT INTO broadcasts (id, created_at, text_ru, text_en, state) \
                 VALUES ({id}, {EARLY}, '**{text}** для всех', '**{text}** for all', 'draft');"
            );
        }
        self.app.execute(&sql).await.unwrap();
    }

    /// Reports an answer of Anna's.
    pub(crate) async fn report(&self, message_id: &serde_json::Value, comment: &str) {
        let path = format!("/v1/messages/{}/report", message_id.as_str().unwrap());
        let (status, _, body) = self.anna.post(&path, &json!({"category": "wrong", "comment": comment})).await;
        assert!(status.is_success(), "{body}");
    }

    /// `beseda …` beside the service: what it prints.
    pub(crate) async fn run(&self, arguments: &[&str]) -> String {
        let ran = self.app.run(arguments).await.unwrap();
        assert!(ran.success, "{arguments:?}: {}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// The whole address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.app.base_url())
    }

    /// Gives Olga a role, and signs her in.
    pub(crate) async fn sign_in(&self, chrome: &Chrome, role: &str) {
        let link = self.run(&["admin", "grant", "--role", role, "--name", OLGA]).await;
        self.open(chrome, &link).await;
    }

    /// Signs Olga in in one more browser.
    pub(crate) async fn sign_in_again(&self, chrome: &Chrome) {
        let olga = format!("SELECT id FROM users WHERE name = {}", quoted(OLGA));
        let id = self.app.sql::<(Uuid,)>(&olga).await.unwrap()[0].0.to_string();
        let link = self.run(&["admin", "link", "--user", &id]).await;
        self.open(chrome, &link).await;
    }

    /// Signs in as a person would: opens the link, presses its button.
    async fn open(&self, chrome: &Chrome, link: &str) {
        chrome.goto(&self.at(&link[link.find("/admin").unwrap()..])).await;
        chrome.press("main button").await;
        chrome.until("document.querySelector('nav.menu')").await;
    }

    /// Anna's dialogue.
    pub(crate) fn dialogue(&self) -> String {
        format!("/admin/people/{}/sessions/{}", self.anna.id, self.session)
    }

    /// Opens Anna's dialogue, giving a reason.
    pub(crate) async fn read(&self, chrome: &Chrome) {
        chrome.goto(&self.at(&self.dialogue())).await;
        chrome.write("#read-reason", "Жалоба на ответ").await;
        chrome.press("form[action$='/read'] button").await;
    }

    /// Where the pages are, with the names of their pictures.
    pub(crate) async fn pages(&self) -> Vec<(String, &'static str)> {
        let (report, attempt) = (self.newest("reports").await, self.newest("ai_requests").await);
        let today = self.today().await;
        [
            ("/admin".to_owned(), "dashboard"),
            ("/admin/people".to_owned(), "people"),
            (format!("/admin/people/{}", self.anna.id), "person"),
            (format!("/admin/people/{}/sessions", self.anna.id), "dialogues"),
            (self.dialogue(), "dialogue"),
            ("/admin/reports".to_owned(), "reports"),
            (format!("/admin/reports/{report}"), "report"),
            ("/admin/journal".to_owned(), "journal"),
            (format!("/admin/journal/{attempt}"), "attempt"),
            ("/admin/subscriptions".to_owned(), "subscriptions"),
            ("/admin/plans".to_owned(), "plans"),
            ("/admin/plans/premium".to_owned(), "plan"),
            ("/admin/plans/~new".to_owned(), "new-plan"),
            ("/admin/payments".to_owned(), "payments"),
            (format!("/admin/payments/{}", self.newest("payments").await), "payment"),
            ("/admin/usage".to_owned(), "usage"),
            (format!("/admin/usage/{today}"), "usage-day"),
            ("/admin/broadcasts".to_owned(), "broadcasts"),
            (format!("/admin/broadcasts/{ID}"), "broadcast"),
            ("/admin/broadcasts/new".to_owned(), "new-broadcast"),
            ("/admin/jobs".to_owned(), "jobs"),
            ("/admin/deliveries".to_owned(), "deliveries"),
            ("/admin/settings".to_owned(), "settings"),
            ("/admin/admins".to_owned(), "admins"),
            ("/admin/audit".to_owned(), "audit"),
            ("/admin/sessions".to_owned(), "sessions"),
            ("/admin/passkeys".to_owned(), "passkeys"),
            ("/admin/nowhere".to_owned(), "nowhere"),
        ]
        .into()
    }

    /// The id of the newest row of a table.
    pub(crate) async fn newest(&self, table: &str) -> Uuid {
        let sql = format!("SELECT id FROM {table} ORDER BY id DESC LIMIT 1");
        self.app.sql::<(Uuid,)>(&sql).await.unwrap()[0].0
    }

    /// The day of Anna's messages.
    pub(crate) async fn today(&self) -> String {
        let (_, _, usage) = self.anna.get("/v1/me/usage").await;
        usage["days"].as_array().unwrap().last().unwrap()["date"].as_str().unwrap().to_owned()
    }
}
