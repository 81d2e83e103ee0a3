//! Everything that the server knows. One mutex guards it, and is never held over an await.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, watch};

use super::{
    call::{Call, Sending, Violation},
    faults::Plan,
    flood::Flood,
    payments::Payments,
    shown::Draft,
    updates::Updates,
};

/// The bot's own id: the part of the token before the colon.
pub(super) const BOT_ID: i64 = 7_000_000_001;
/// The bot's token.
pub(super) const TOKEN: &str = "7000000001:AAF4ke-T0ken_of_the_fake_Telegram_00";
/// The bot's name in links and mentions.
pub(super) const BOT_USERNAME: &str = "beseda_test_bot";

/// What the tasks of the server and the hands of the tests share.
pub(super) struct Shared {
    state: Mutex<State>,
}

impl Shared {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new()) })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct State {
    clock: Clock,
    pub(super) people: HashMap<i64, Value>,
    pub(super) chats: HashMap<i64, Chat>,
    pub(super) updates: Updates,
    pub(super) callbacks: HashMap<String, Callback>,
    pub(super) payments: Payments,
    /// By scope and language: "setMyCommands".
    pub(super) commands: BTreeMap<(String, String), Value>,
    /// By method and language: "setMyDescription" and its kin.
    pub(super) texts: HashMap<(String, String), String>,
    /// By chat, null for all: "setChatMenuButton".
    pub(super) menu_buttons: HashMap<Option<i64>, Value>,
    pub(super) files: HashMap<String, (String, Bytes)>,
    pub(super) calls: Vec<Call>,
    pub(super) violations: Vec<Violation>,
    pub(super) sendings: Vec<Sending>,
    pub(super) followers: Vec<mpsc::UnboundedSender<Call>>,
    pub(super) faults: Plan,
    pub(super) flood: Option<Flood>,
    pub(super) settings: Settings,
    next_id: i64,
    /// Private chats share one row of message ids, as they do for a real bot.
    next_private_message: i64,
}

/// What tests can set.
pub(super) struct Settings {
    pub(super) drafts_refused: bool,
    /// Whether the bot sees of groups only what is meant for it.
    pub(super) privacy: bool,
    pub(super) draft_life: Duration,
    pub(super) query_life: Duration,
    pub(super) patience: Duration,
    pub(super) push_timeout: Duration,
    /// The first and the longest pause between two tries at a webhook.
    pub(super) push_pauses: (Duration, Duration),
}

/// A chat, private or a supergroup.
pub(super) struct Chat {
    pub(super) id: i64,
    /// "Chat" as updates show it.
    pub(super) json: Value,
    /// The person of a private chat.
    pub(super) person: Option<i64>,
    pub(super) members: BTreeSet<i64>,
    pub(super) messages: BTreeMap<i64, Message>,
    pub(super) topics: BTreeSet<i64>,
    pub(super) drafts: Vec<Draft>,
    /// Whether the newest draft can be seen, if its time is not over.
    pub(super) draft_shown: bool,
    pub(super) actions: Vec<(String, Instant)>,
    /// Whether the person has ever written to the bot.
    pub(super) started: bool,
    pub(super) blocked: bool,
    pub(super) left: bool,
    next_message: i64,
    changed: watch::Sender<u64>,
}

/// A message of a chat.
#[derive(Clone)]
pub(super) struct Message {
    /// "Message" as the bot sees it.
    pub(super) json: Value,
    pub(super) at: Instant,
    pub(super) edits: usize,
    /// The bot's reactions to it.
    pub(super) reactions: Vec<String>,
    /// Where it stands in the list of sendings, if the bot sent it.
    pub(super) sending: Option<usize>,
    pub(super) file: Option<(String, Bytes)>,
}

/// A button that was pressed.
pub(super) struct Callback {
    pub(super) chat: i64,
    pub(super) at: Instant,
    /// The text of "answerCallbackQuery".
    pub(super) answer: Option<String>,
}

/// Times for messages from one look at the clock at the start.
struct Clock {
    started: Instant,
    unix: i64,
    /// By how much the tests have set it, in seconds.
    shift: i64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the outside world has the real time")]
    fn new() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), unix: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), shift: 0 }
    }
}

impl State {
    fn new() -> Self {
        Self {
            clock: Clock::new(),
            people: HashMap::new(),
            chats: HashMap::new(),
            updates: Updates::new(),
            callbacks: HashMap::new(),
            payments: Payments::default(),
            commands: BTreeMap::new(),
            texts: HashMap::new(),
            menu_buttons: HashMap::new(),
            files: HashMap::new(),
            calls: Vec::new(),
            violations: Vec::new(),
            sendings: Vec::new(),
            followers: Vec::new(),
            faults: Plan::new(),
            flood: None,
            settings: Settings {
                drafts_refused: false,
                privacy: false,
                draft_life: Duration::from_secs(30),
                query_life: Duration::from_secs(60),
                patience: Duration::from_secs(30),
                push_timeout: Duration::from_secs(10),
                push_pauses: (Duration::from_millis(50), Duration::from_secs(1)),
            },
            next_id: 0,
            next_private_message: 0,
        }
    }

    /// Seconds since 1970.
    pub(super) fn unix(&self) -> i64 {
        self.clock.unix + self.clock.shift + i64::try_from(self.clock.started.elapsed().as_secs()).unwrap_or_default()
    }

    pub(super) fn shift_clock(&mut self, seconds: i64) {
        self.clock.shift = seconds;
    }

    /// A number that was not given before.
    pub(super) fn fresh(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    /// Writes a call down, and tells those who follow.
    pub(super) fn record(&mut self, call: Call) {
        self.followers.retain(|follower| follower.send(call.clone()).is_ok());
        self.calls.push(call);
    }

    /// The bot is told that a message was sent.
    pub(super) fn tell(&mut self, sending: usize) {
        if let Some(sending) = self.sendings.get_mut(sending) {
            sending.told = true;
        }
    }

    /// "User" of the bot, as "getMe" shows it.
    pub(super) fn bot(&self) -> Value {
        let mut bot = bot_user();
        bot["can_join_groups"] = true.into();
        bot["can_read_all_group_messages"] = (!self.settings.privacy).into();
        bot["supports_inline_queries"] = false.into();
        bot["can_connect_to_business"] = false.into();
        bot["has_main_web_app"] = false.into();
        bot
    }

    /// Adds a person and their private chat with the bot.
    pub(super) fn add_person(&mut self, user: Value) -> i64 {
        let id = user["id"].as_i64().unwrap_or_default();
        let mut chat = json!({"id": id, "type": "private"});
        for name in ["first_name", "last_name", "username"] {
            if let Some(value) = user.get(name) {
                chat[name] = value.clone();
            }
        }
        self.chats.insert(id, Chat::new(id, chat, Some(id), BTreeSet::from([id])));
        self.people.insert(id, user);
        id
    }

    /// Adds a message to a chat; gives it as the bot sees it.
    pub(super) fn add_message(&mut self, chat: i64, from: Value, content: Map<String, Value>) -> Value {
        let date = self.unix();
        let private_id = self.next_private_message + 1;
        let Some(place) = self.chats.get_mut(&chat) else { return Value::Null };
        let id = if place.person.is_some() {
            self.next_private_message = private_id;
            private_id
        } else {
            place.next_message += 1;
            place.next_message
        };
        let mut json = json!({"message_id": id, "from": from, "chat": place.json, "date": date});
        if let Some(fields) = json.as_object_mut() {
            fields.extend(content);
        }
        let message = Message {
            json: json.clone(),
            at: Instant::now(),
            edits: 0,
            reactions: Vec::new(),
            sending: None,
            file: None,
        };
        place.messages.insert(id, message);
        place.touch();
        json
    }

    /// The message with an edit's new fields, its old ones of these names taken away.
    pub(super) fn edit_message(
        &mut self,
        chat: i64,
        id: i64,
        gone: &[&str],
        content: Map<String, Value>,
    ) -> Option<Value> {
        let date = self.unix();
        let place = self.chats.get_mut(&chat)?;
        let message = place.messages.get_mut(&id)?;
        let fields = message.json.as_object_mut()?;
        gone.iter().for_each(|name| drop(fields.remove(*name)));
        fields.extend(content);
        fields.insert("edit_date".into(), date.into());
        message.edits += 1;
        let json = message.json.clone();
        place.touch();
        Some(json)
    }

    /// What a message says of the one that it answers: that message, without what it answers itself.
    pub(super) fn quoted(&self, chat: i64, message: i64) -> Option<Value> {
        let mut quoted = self.chats.get(&chat)?.messages.get(&message)?.json.clone();
        quoted.as_object_mut()?.remove("reply_to_message");
        Some(quoted)
    }
}

/// "User" of the bot, as messages show it.
pub(super) fn bot_user() -> Value {
    json!({"id": BOT_ID, "is_bot": true, "first_name": "Беседа", "username": BOT_USERNAME})
}

impl Chat {
    pub(super) fn new(id: i64, json: Value, person: Option<i64>, members: BTreeSet<i64>) -> Self {
        Self {
            id,
            json,
            person,
            members,
            messages: BTreeMap::new(),
            topics: BTreeSet::new(),
            drafts: Vec::new(),
            draft_shown: false,
            actions: Vec::new(),
            started: false,
            blocked: false,
            left: false,
            next_message: 0,
            changed: watch::Sender::new(0),
        }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn touch(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}
