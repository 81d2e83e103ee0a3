//! Flood control: how many messages are taken in a time.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How many messages a bot may send; what is more gets 429 with `retry_after`.
#[derive(Debug, Clone, PartialEq)]
pub struct FloodLimits {
    /// Messages a second to one chat, in the long run.
    pub per_chat: f64,
    /// How many may come at once to a chat that was quiet.
    pub chat_burst: f64,
    /// Messages a second to all chats, in the long run.
    pub overall: f64,
    /// How many may come at once.
    pub overall_burst: f64,
}

impl Default for FloodLimits {
    /// What the documentation tells bots to keep to, with some patience.
    fn default() -> Self {
        Self { per_chat: 1.0, chat_burst: 3.0, overall: 30.0, overall_burst: 30.0 }
    }
}

pub(super) struct Flood {
    limits: FloodLimits,
    all: Bucket,
    chats: HashMap<i64, Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn full(burst: f64, at: Instant) -> Self {
        Self { left: burst, at }
    }

    fn fill(&mut self, rate: f64, burst: f64, now: Instant) {
        self.left = (self.left + rate * now.duration_since(self.at).as_secs_f64()).min(burst);
        self.at = now;
    }

    /// How long until it has one.
    fn wait(&self, rate: f64) -> Duration {
        if self.left >= 1.0 { Duration::ZERO } else { Duration::from_secs_f64((1.0 - self.left) / rate.max(0.001)) }
    }
}

impl Flood {
    pub(super) fn new(limits: FloodLimits) -> Self {
        let all = Bucket::full(limits.overall_burst, Instant::now());
        Self { limits, all, chats: HashMap::new() }
    }

    /// Takes a message to this chat, or says in how many seconds to come again.
    pub(super) fn take(&mut self, chat: i64) -> Result<(), u64> {
        let now = Instant::now();
        let FloodLimits { per_chat, chat_burst, overall, overall_burst } = self.limits;
        let chat = self.chats.entry(chat).or_insert_with(|| Bucket::full(chat_burst, now));
        chat.fill(per_chat, chat_burst, now);
        self.all.fill(overall, overall_burst, now);
        let wait = chat.wait(per_chat).max(self.all.wait(overall));
        if !wait.is_zero() {
            return Err(wait.as_secs_f64().ceil().max(1.0) as u64);
        }
        chat.left -= 1.0;
        self.all.left -= 1.0;
        Ok(())
    }
}
