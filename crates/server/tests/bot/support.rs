//! What every test needs.

use std::{future::Future, time::Duration};

use beseda::telegram::texts::{Lang, text};
use testkit::{
    app::{Builder, Database, TestApp},
    model::{Behaviour, FakeModel},
    telegram::{Chat, FakeTelegram, FloodLimits, Person, Shown},
};

use crate::books;

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_beseda");

/// Rows that are open while the bot has something to do.
const OPEN: &str = "SELECT (SELECT COUNT(*) FROM turns WHERE ended_at IS NULL) + \
                    (SELECT COUNT(*) FROM deliveries WHERE ended_at IS NULL) + \
                    (SELECT COUNT(*) FROM telegram_updates WHERE done_at IS NULL) + \
                    (SELECT COUNT(*) FROM jobs WHERE ended_at IS NULL)";

/// How texts begin that the bot says as often as there is reason to.
const SAID_AGAIN: [&str; 9] = [
    "Сохранено.",
    "Удалить навсегда",
    "Готово, ",
    "Соединить этот Telegram",
    "Ваш план: ",
    "Премиум за 500 ⭐",
    "Неделя за 100 ⭐",
    "До конца периода осталось",
    "Деньги возвращены",
];

/// How updates reach the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The bot asks for them.
    Polling,
    /// Telegram calls.
    Webhook,
}

/// A service whose bot talks to people in a fake Telegram, and asks a model that repeats what it was told.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) telegram: FakeTelegram,
    pub(crate) model: FakeModel,
}

impl Stage {
    /// A polling bot.
    pub(crate) async fn start(database: Database) -> Self {
        Self::start_with(database, Mode::Polling, |builder| builder).await
    }

    /// A bot with what `change` changes.
    pub(crate) async fn start_with(database: Database, mode: Mode, change: impl FnOnce(Builder) -> Builder) -> Self {
        let telegram = FakeTelegram::start().await.unwrap();
        Self::start_at(telegram, database, mode, change).await
    }

    /// The same in a Telegram where something has happened before.
    pub(crate) async fn start_at(
        telegram: FakeTelegram,
        database: Database,
        mode: Mode,
        change: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        telegram.flood(Some(FloodLimits::default()));
        let model = FakeModel::start().await.unwrap();
        model.always(Behaviour::echo());
        let builder = TestApp::builder(BINARY, database).model(&model);
        let builder = match mode {
            Mode::Polling => builder.telegram(&telegram),
            Mode::Webhook => builder.telegram_webhook(&telegram),
        };
        let app = change(builder).start().await.unwrap();
        Self { app, telegram, model }
    }

    /// Somebody who reads Russian and has met the bot. Who begins with a command is asked nothing.
    pub(crate) async fn met(&self, name: &str) -> Person {
        let person = self.telegram.person(name, "ru");
        person.says("/help").await;
        person.hears(&ru("help")).await;
        person
    }

    /// The texts of a person's messages, or of the answers to them, oldest first.
    pub(crate) async fn stored(&self, person: &Person, sender: &str) -> Vec<String> {
        let sql = format!(
            "SELECT m.message_text FROM messages m JOIN users u ON u.id = m.user_id \
             WHERE u.telegram_id = {} AND m.sender = '{sender}' ORDER BY m.created_at, m.id",
            person.id()
        );
        self.app.query_texts(&sql).await.unwrap()
    }

    /// Says something, and waits until the model is asked: it does this in answer.
    pub(crate) async fn asks(&self, person: &Person, words: &str, answer: Behaviour) {
        let before = self.model.request_count();
        self.model.next(answer);
        person.says(words).await;
        within(20, "the model is asked", async || self.model.request_count() > before).await;
    }

    /// What the model was sent last.
    pub(crate) fn last_request(&self) -> String {
        let requests = self.model.requests();
        String::from_utf8(requests.last().expect("the model was asked").body.to_vec()).unwrap()
    }

    /// Calls the fake Telegram as somebody would who has the bot's token.
    pub(crate) async fn call(&self, method: &str, params: &serde_json::Value) -> serde_json::Value {
        let url = format!("{}/bot{}/{method}", self.telegram.url(), self.telegram.token());
        let answer = reqwest::Client::new().post(url).json(params).send().await.unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(answer["ok"], true, "{answer}");
        answer["result"].clone()
    }

    /// The link of an invoice that the service knows nothing of.
    pub(crate) async fn telegram_invoice(&self, payload: &str) -> String {
        let invoice = serde_json::json!({
            "title": "Other", "description": "Something else", "payload": payload, "currency": "XTR",
            "prices": [{"label": "Other", "amount": 500}],
        });
        self.call("createInvoiceLink", &invoice).await.as_str().unwrap().to_owned()
    }

    /// Waits until the bot has nothing to do any more.
    pub(crate) async fn rests(&self) {
        self.telegram.all_received().await.unwrap();
        within(60, "the bot has nothing to do", async || self.app.query_i64(OPEN).await.unwrap() == 0).await;
    }

    /// How many deliveries ended in this way.
    pub(crate) async fn deliveries(&self, outcome: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM deliveries WHERE outcome = '{outcome}'");
        self.app.query_i64(&sql).await.unwrap()
    }

    /// Waits for rest, and checks what must hold after everything: nothing was sent that must not be, and nothing is
    /// left to be sent.
    pub(crate) async fn ends(&self) {
        self.rests().await;
        assert!(self.telegram.violations().is_empty(), "{:#?}", self.telegram.violations());
        let mut duplicates = self.telegram.duplicates();
        duplicates.retain(|repeated| !SAID_AGAIN.iter().any(|often| repeated.text.starts_with(often)));
        assert!(duplicates.is_empty(), "{duplicates:#?}");
        assert_eq!(self.deliveries("refused").await, 0, "no delivery is refused for good");
        let pace = self.telegram.pace();
        assert!(pace.per_chat <= 2 && pace.overall <= 5 * 30, "{pace:?}");
        let mut too_fast = self.telegram.calls();
        // Taking away the buttons of a question that is answered waits for nobody, and does no harm when it fails.
        too_fast.retain(|call| call.code == 429 && call.fault.is_none() && call.method != "editMessageReplyMarkup");
        assert!(too_fast.is_empty(), "{too_fast:#?}");
    }

    /// The same, and the books balance: for tests that delete nothing.
    pub(crate) async fn ends_balanced(&self) {
        self.ends().await;
        books::assert_balanced(&self.app).await;
    }
}

/// What the bot says in Russian, where nothing is to be filled in.
pub(crate) fn ru(key: &str) -> String {
    text(Lang::Ru, key, &[("name", "none".into())])
}

/// The same in English.
pub(crate) fn en(key: &str) -> String {
    text(Lang::En, key, &[("name", "none".into())])
}

/// Says something that the model repeats, and waits for the answer.
pub(crate) async fn talks(person: &Person, words: &str) -> Shown {
    person.says(words).await;
    person.hears(words).await
}

/// Waits for an answer that is finished: while it comes, it may be shown as a message that is edited.
pub(crate) async fn hears_out(chat: &Chat, words: &str) -> Shown {
    let finished = |message: &Shown| message.text.contains(words) && message.button("again:").is_some();
    chat.wait_for_answer(&format!("a finished answer with {words:?}"), finished).await
}

/// The messages of the bot that have a button to answer again: what it says for the model.
pub(crate) fn for_the_model(chat: &Chat) -> Vec<Shown> {
    chat.answers().into_iter().filter(|message| message.button("again:").is_some()).collect()
}

/// A text without white space: what must be the same wherever it is cut.
pub(crate) fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Waits until `holds`, for at most so many seconds.
pub(crate) async fn within<F: Future<Output = bool>>(seconds: u64, what: &str, mut holds: impl FnMut() -> F) {
    let waited = tokio::time::timeout(Duration::from_secs(seconds), async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(waited.await.is_ok(), "not within {seconds} s: {what}");
}
