//! What the bot did, for tests to look at.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use serde_json::{Map, Value};

use super::faults::Fault;

/// One call of the bot.
#[derive(Debug, Clone)]
pub struct Call {
    /// `sendMessage` and so on.
    pub method: String,
    /// Its parameters; of files, the name of the part.
    pub params: Map<String, Value>,
    /// `error_code` of what it was to be answered, 200 for success; 0 where it was not carried out.
    pub code: u16,
    /// `description` of an error.
    pub description: String,
    /// When it came.
    pub at: Instant,
    /// What went wrong on purpose.
    pub fault: Option<Fault>,
}

impl Call {
    /// The chat that it is for.
    pub fn chat_id(&self) -> Option<i64> {
        self.params.get("chat_id").and_then(Value::as_i64)
    }

    /// Whether it was carried out with success.
    pub fn succeeded(&self) -> bool {
        self.code == 200
    }

    /// Whether it puts a message into a chat.
    pub fn is_message(&self) -> bool {
        Self::sends(&self.method)
    }

    pub(super) fn sends(method: &str) -> bool {
        let other = ["sendMessageDraft", "sendRichMessageDraft", "sendChatAction", "sendChatJoinRequestWebApp"];
        ["send", "copy", "forward"].iter().any(|verb| method.starts_with(verb)) && !other.contains(&method)
    }
}

/// A call that no bot should make, whatever the state of a chat.
#[derive(Debug, Clone)]
pub struct Violation {
    /// The method.
    pub method: String,
    /// What it was answered.
    pub description: String,
    /// Its parameters.
    pub params: Map<String, Value>,
}

/// A message that the bot sent.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Where.
    pub chat_id: i64,
    /// Its number there.
    pub message_id: i64,
    /// Its text or caption.
    pub text: String,
    /// When.
    pub at: Instant,
    /// Whether the bot was told of the success. A bot that was killed meanwhile may not have heard it.
    pub told: bool,
}

/// A text that a chat got more than once.
#[derive(Debug, Clone)]
pub struct Repeated {
    /// Where.
    pub chat_id: i64,
    /// The text.
    pub text: String,
    /// The messages, oldest first.
    pub sendings: Vec<Sending>,
}

impl Repeated {
    /// Whether this is the one repetition that is allowed: the bot could not know of the first success.
    pub fn is_excused(&self) -> bool {
        matches!(&self.sendings[..], [first, _] if !first.told)
    }
}

/// The most messages within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// To one chat, within any one second.
    pub per_chat: usize,
    /// To all, within any five seconds: a busy machine bunches what left in time.
    pub overall: usize,
}

pub(super) fn repeated(sendings: &[Sending]) -> Vec<Repeated> {
    let mut groups: HashMap<(i64, &str), Vec<&Sending>> = HashMap::new();
    for sending in sendings {
        groups.entry((sending.chat_id, &sending.text)).or_default().push(sending);
    }
    let repeated = groups.into_iter().filter(|(_, sendings)| sendings.len() > 1);
    let mut repeated: Vec<_> = repeated
        .map(|((chat_id, text), sendings)| Repeated {
            chat_id,
            text: text.into(),
            sendings: sendings.into_iter().cloned().collect(),
        })
        .collect();
    repeated.sort_by_key(|repeated| repeated.sendings.first().map(|first| first.at));
    repeated
}

/// The pace of those calls that were carried out.
pub(super) fn pace<'a>(calls: impl Iterator<Item = &'a Call>) -> Pace {
    let (mut overall, mut chats) = (Window::of(5), HashMap::new());
    for call in calls.filter(|call| call.succeeded()) {
        overall.add(call.at);
        let chat = call.params.get("chat_id").map(Value::to_string);
        chats.entry(chat).or_insert_with(|| Window::of(1)).add(call.at);
    }
    let per_chat = chats.values().map(|window| window.most).max().unwrap_or_default();
    Pace { per_chat, overall: overall.most }
}

/// What happened within the last seconds.
struct Window {
    length: Duration,
    times: VecDeque<Instant>,
    most: usize,
}

impl Window {
    fn of(seconds: u64) -> Self {
        Self { length: Duration::from_secs(seconds), times: VecDeque::new(), most: 0 }
    }

    fn add(&mut self, at: Instant) {
        while self.times.front().is_some_and(|first| at.duration_since(*first) >= self.length) {
            self.times.pop_front();
        }
        self.times.push_back(at);
        self.most = self.most.max(self.times.len());
    }
}
