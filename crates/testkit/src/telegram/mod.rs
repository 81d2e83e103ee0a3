//! A fake Telegram: a real server on loopback that speaks the Bot API, as strictly as its documentation reads, and
//! the people who talk to the bot through it.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use testkit::telegram::{FakeTelegram, Fault};
//!
//! let telegram = FakeTelegram::start().await?; // the bot gets telegram.url() and telegram.token()
//! let anna = telegram.person("Анна", "ru");
//! anna.says("/start").await;
//! let asked = anna.hears("Как вас зовут").await;
//! anna.presses(asked.message_id, "Пропустить").await;
//!
//! telegram.next("sendMessage", Fault::ClosedAfter); // the bot can't know whether it was sent
//! anna.says("Привет").await;
//! anna.wait_for("an answer", |messages| messages.last().is_some_and(|last| last.from_bot)).await;
//! assert!(telegram.violations().is_empty() && telegram.duplicates().is_empty());
//! # Ok(()) }
//! ```
//!
//! Every call is checked against `botapi.json`, the methods, fields and types of the Bot API. Where the real server
//! is silent (a field that it doesn't know, entities that it mends), this one refuses, and remembers a violation.
//!
//! Not played: parse modes, inline mode, channels, business accounts, files of people (`getFile`), and calls in the
//! answer to a webhook. Methods without a play of their own are checked and answered `true`.

mod call;
mod chat;
mod dice;
mod entities;
mod faults;
mod flood;
mod group;
mod launch;
mod methods;
mod notation;
mod pay;
mod payments;
mod person;
mod push;
mod request;
mod rules;
mod schema;
mod seen;
mod server;
mod settings;
mod shown;
mod state;
mod text;
mod updates;

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc};

use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use self::state::Shared;
pub use self::{
    call::{Call, Pace, Repeated, Sending, Violation},
    chat::Chat,
    entities::Entity,
    faults::{Fault, Faults},
    flood::FloodLimits,
    group::Group,
    launch::Launch,
    pay::Payment,
    person::Person,
    shown::{Button, Document, Draft, Shown},
    text::as_shown,
    updates::Disorder,
};

/// The server. It stops when it is dropped, and its open connections break off.
pub struct FakeTelegram {
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl FakeTelegram {
    /// A server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When no port can be bound.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_on(0).await
    }

    /// A server on this port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When the port can't be bound.
    pub async fn start_on(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let shared = Shared::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(server::accept(listener, Arc::clone(&shared)));
        tasks.spawn(push::push(Arc::clone(&shared)));
        Ok(Self { address, shared, _tasks: tasks })
    }

    /// `http://127.0.0.1:PORT`, in place of `https://api.telegram.org`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bot's token.
    pub fn token(&self) -> &'static str {
        state::TOKEN
    }

    /// The bot's name in links and mentions, without the `@`.
    pub fn bot_username(&self) -> &'static str {
        state::BOT_USERNAME
    }

    /// A person who has not written to the bot yet.
    pub fn person(&self, name: &str, language: &str) -> Person {
        self.person_with(json!({"first_name": name, "language_code": language}))
    }

    /// A person with these fields of "User"; what is missing is made up.
    pub fn person_with(&self, fields: Value) -> Person {
        let mut state = self.shared.lock();
        let number = state.fresh();
        let mut user = json!({"id": 5_000_000_000 + number, "is_bot": false, "first_name": format!("Person {number}")});
        for (name, value) in fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            user[name] = value.clone();
        }
        let id = state.add_person(user);
        Person { chat: self.chat(id) }
    }

    /// A supergroup of these people, to which the first of them adds the bot.
    ///
    /// # Panics
    ///
    /// When it has no people.
    pub fn group(&self, title: &str, people: &[&Person]) -> Group {
        let members: BTreeSet<_> = people.iter().map(|person| person.id).collect();
        assert!(!people.is_empty(), "a group has people");
        let mut state = self.shared.lock();
        let id = -1_001_000_000_000 - state.fresh();
        let json = json!({"id": id, "type": "supergroup", "title": title});
        state.chats.insert(id, state::Chat::new(id, json, None, members));
        let group = Group { chat: self.chat(id), owner: people[0].clone() };
        group.owner.membership(&mut state, &group.chat, "left", "member");
        group
    }

    fn chat(&self, id: i64) -> Chat {
        Chat { shared: Arc::clone(&self.shared), id }
    }

    /// Sets the server's clock so many seconds ahead, or behind: what happens from now on has happened then.
    pub fn shift_clock(&self, seconds: i64) {
        self.shared.lock().shift_clock(seconds);
    }

    /// Tells the bot any update of a chat.
    pub fn update(&self, chat: i64, kind: &str, body: &Value) {
        self.shared.lock().updates.push(chat, kind, body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn updates_fit_the_documentation() {
        let telegram = FakeTelegram::start().await.unwrap();
        let (anna, boris) = (telegram.person("Анна", "ru"), telegram.person("Борис", "ru"));
        let first = anna.says("/start").await;
        anna.edits(first, "Привет").await;
        anna.replies(first, "И снова").await;
        anna.sends_voice().await;
        anna.sends_photo().await;
        anna.sends_document().await;
        anna.sends_sticker().await;
        anna.blocks_bot().await;
        anna.unblocks_bot().await;
        let group = telegram.group("Друзья", &[&anna]);
        let topic = group.topic("Работа").await;
        anna.says_in(&group, "@beseda_test_bot, привет", None, Some(topic)).await;
        group.adds(&boris).await;
        group.removes_bot().await;
        let mut state = telegram.shared.lock();
        let invoice = payments::Invoice { payload: "p".into(), amount: 1, period: Some(2_592_000) };
        anna.paid(&mut state, invoice, None);
        let batch = state.updates.batch(100);
        assert_eq!(batch.len(), 15);
        for update in batch {
            schema::SCHEMA.fits_object(&update, "Update", "update").unwrap();
        }
    }
}
