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
mod faults;
mod flood;
mod group;
mod methods;
mod pay;
mod payments;
mod person;
mod push;
mod request;
mod rules;
mod schema;
mod server;
mod shown;
mod state;
mod text;
mod updates;

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet, time::sleep};

pub use self::{
    call::{Call, Pace, Repeated, Sending, Violation},
    chat::Chat,
    faults::{Fault, Faults},
    flood::FloodLimits,
    group::Group,
    pay::Payment,
    person::Person,
    shown::{Button, Document, Draft, Shown},
    text::{Entity, as_shown},
    updates::Disorder,
};
use self::{flood::Flood, state::Shared};

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
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(server::accept(listener, Arc::clone(&shared)));
        tasks.spawn(push::push(Arc::clone(&shared), client));
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

    /// Tells the bot any update of a chat.
    pub fn update(&self, chat: i64, kind: &str, body: &Value) {
        self.shared.lock().updates.push(chat, kind, body);
    }
}

/// What goes wrong, and what is more or less strict.
impl FakeTelegram {
    /// What goes wrong with the next call of a method; several wait for as many calls.
    pub fn next(&self, method: &str, fault: Fault) {
        self.shared.lock().faults.next(method, fault);
    }

    /// What goes wrong by chance from now on. [`Faults::seeded`] alone ends it.
    pub fn faults(&self, faults: Faults) {
        self.shared.lock().faults.set(faults);
    }

    /// How long a silence lasts before the connection breaks off; without this, until the bot leaves.
    pub fn silence(&self, silence: Duration) {
        self.shared.lock().faults.silence = Some(silence);
    }

    /// What happens to updates from now on. [`Disorder::default`] ends it.
    pub fn disorder(&self, disorder: Disorder) {
        self.shared.lock().updates.set_disorder(disorder);
    }

    /// Turns flood control on or off.
    pub fn flood(&self, limits: Option<FloodLimits>) {
        self.shared.lock().flood = limits.map(Flood::new);
    }

    /// Whether the server is too old for "sendMessageDraft".
    pub fn refuse_drafts(&self, refuse: bool) {
        self.shared.lock().settings.drafts_refused = refuse;
    }

    /// Whether the bot sees of groups only commands, mentions and answers to it. Without this it sees everything.
    pub fn privacy_mode(&self, privacy: bool) {
        self.shared.lock().settings.privacy = privacy;
    }

    /// How long a draft is seen after its last update: 30 s without this.
    pub fn draft_life(&self, life: Duration) {
        self.shared.lock().settings.draft_life = life;
    }

    /// How long a pressed button waits for "answerCallbackQuery": 60 s without this.
    pub fn query_life(&self, life: Duration) {
        self.shared.lock().settings.query_life = life;
    }

    /// How long the waits of tests last: 30 s without this.
    pub fn patience(&self, patience: Duration) {
        self.shared.lock().settings.patience = patience;
    }

    /// How long a webhook may take to answer (10 s without this), and the first and the longest pause before an
    /// update is pushed again (50 ms and 1 s).
    pub fn pushing(&self, timeout: Duration, first_pause: Duration, longest_pause: Duration) {
        let settings = &mut self.shared.lock().settings;
        settings.push_timeout = timeout;
        settings.push_pauses = (first_pause, longest_pause);
    }
}

/// What the bot did.
impl FakeTelegram {
    /// Its calls, in the order in which they were carried out.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }

    /// Its calls of one method.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.shared.lock().calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// Its calls from now on.
    pub fn follow(&self) -> mpsc::UnboundedReceiver<Call> {
        let (follower, calls) = mpsc::unbounded_channel();
        self.shared.lock().followers.push(follower);
        calls
    }

    /// Drops the recorded calls, for long runs.
    pub fn forget(&self) {
        self.shared.lock().calls.clear();
    }

    /// Calls that no bot should make: a field or a method that doesn't exist, a value out of its range, entities that
    /// don't nest. Each was refused.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.lock().violations.clone()
    }

    /// The messages that it sent, oldest first; deleted ones too.
    pub fn sendings(&self) -> Vec<Sending> {
        self.shared.lock().sendings.clone()
    }

    /// Texts that a chat got more than once.
    pub fn repeated(&self) -> Vec<Repeated> {
        call::repeated(&self.shared.lock().sendings)
    }

    /// Those of them that a bot has no excuse for: it had been told of the first, or sent a third.
    pub fn duplicates(&self) -> Vec<Repeated> {
        self.repeated().into_iter().filter(|repeated| !repeated.is_excused()).collect()
    }

    /// The most messages within any one second.
    pub fn pace(&self) -> Pace {
        call::pace(self.shared.lock().calls.iter().filter(|call| call.is_message()))
    }

    /// The same of other calls, for example drafts.
    pub fn pace_of(&self, method: &str) -> Pace {
        call::pace(self.shared.lock().calls.iter().filter(|call| call.method == method))
    }

    /// The commands that were set for a language ("" for all) and a scope: `default`, `all_private_chats`,
    /// `chat:17`. Pairs of command and description.
    pub fn commands(&self, language: &str, scope: &str) -> Vec<(String, String)> {
        let state = self.shared.lock();
        let commands = state.commands.get(&(scope.to_owned(), language.to_owned())).and_then(Value::as_array);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let pair = |command: &Value| (text(&command["command"]), text(&command["description"]));
        commands.into_iter().flatten().map(pair).collect()
    }

    /// What "setMyDescription", "setMyShortDescription" or "setMyName" set for a language ("" for all).
    pub fn described(&self, method: &str, language: &str) -> Option<String> {
        self.shared.lock().texts.get(&(method.to_owned(), language.to_owned())).cloned()
    }

    /// "setChatMenuButton", of a chat or of all.
    pub fn menu_button(&self, chat: Option<i64>) -> Option<Value> {
        self.shared.lock().menu_buttons.get(&chat).cloned()
    }

    /// How many updates the bot has not acknowledged.
    pub fn pending(&self) -> usize {
        self.shared.lock().updates.pending()
    }

    /// Waits until the bot has acknowledged every update.
    ///
    /// # Errors
    ///
    /// When it doesn't in the time that waits last.
    pub async fn all_received(&self) -> anyhow::Result<()> {
        let patience = self.shared.lock().settings.patience;
        let deadline = tokio::time::Instant::now() + patience;
        while self.pending() > 0 {
            let in_time = tokio::time::Instant::now() < deadline;
            anyhow::ensure!(in_time, "{} updates were not received in {patience:?}", self.pending());
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}
