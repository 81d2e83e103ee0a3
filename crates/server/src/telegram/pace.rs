//! How fast the bot may speak (Bot API FAQ, "My bot is hitting limits"): about one message a second in a chat, twenty a
//! minute in a group, thirty a second overall. First come, first served, so no chat holds up another.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Between two calls, overall: 28 a second.
const OVERALL: Duration = Duration::from_micros(35_700);
/// Between two messages that go behind everything else: 20 a second, which leaves room for what shows answers.
const BEHIND: Duration = Duration::from_millis(50);
/// How long is waited behind others before it is looked what comes next.
const GLANCE: Duration = Duration::from_millis(100);
/// Between two messages in a private chat.
const CHAT: Duration = Duration::from_millis(1_100);
/// Between two messages in a group.
const GROUP: Duration = Duration::from_millis(3_100);
/// How many chats are remembered before those that may speak again are forgotten.
const MOST: usize = 10_000;

/// When what may be sent.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When the next call has its place.
    overall: Option<Instant>,
    /// When the next message may leave: places that were waited for too long must not be taken all at once.
    gate: Option<Instant>,
    /// When the next message may be sent that goes behind everything else.
    behind: Option<Instant>,
    chats: HashMap<i64, Instant>,
}

impl Pace {
    /// Waits until a message may go to the chat, and counts it.
    pub(super) async fn wait(&self, chat_id: i64) {
        let until = {
            let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.chats.get(&chat_id).copied()
        };
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
        let slot = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = next(&mut state.overall);
            state.sends(chat_id, slot);
            slot
        };
        tokio::time::sleep_until(slot).await;
    }

    /// Takes a place for a message that goes behind everything else: only when nobody else waits for one. Else it waits a
    /// moment, and says that it has none.
    pub(super) async fn behind(&self, chat_id: i64) -> bool {
        let until = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let others = [state.overall, state.gate, state.behind, state.chats.get(&chat_id).copied()];
            match others.into_iter().flatten().max().filter(|until| *until > now) {
                Some(until) => until.min(now + GLANCE),
                None => {
                    let slot = next(&mut state.overall);
                    state.behind = Some(now + BEHIND);
                    state.sends(chat_id, slot);
                    return true;
                }
            }
        };
        tokio::time::sleep_until(until).await;
        false
    }

    /// The last wait before a message leaves, after what had to be done once its place was there.
    pub(super) async fn leave(&self, chat_id: i64) {
        let slot = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = next(&mut state.gate);
            state.sends(chat_id, slot);
            slot
        };
        tokio::time::sleep_until(slot).await;
    }

    /// Counts a call that can as well be left out; false when it should be.
    pub(super) fn spare(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.overall.is_some_and(|next| next > Instant::now()) {
            return false;
        }
        next(&mut state.overall);
        true
    }

    /// The same for a change of a message, which the chat's pace holds for too.
    pub(super) fn spare_in(&self, chat_id: i64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if state.overall.is_some_and(|next| next > now) || state.chats.get(&chat_id).is_some_and(|next| *next > now) {
            return false;
        }
        let slot = next(&mut state.overall);
        state.sends(chat_id, slot);
        true
    }

    /// Telegram asks for a pause: nothing is sent to the chat before it is over.
    pub(super) fn pause(&self, chat_id: i64, pause: Duration) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + pause;
        state.chats.entry(chat_id).and_modify(|at| *at = until.max(*at)).or_insert(until);
    }
}

impl State {
    /// Notes that a chat gets a message at this moment.
    fn sends(&mut self, chat_id: i64, at: Instant) {
        // Groups have negative numbers.
        let pause = if chat_id < 0 { GROUP } else { CHAT };
        if self.chats.len() >= MOST {
            let now = Instant::now();
            self.chats.retain(|_, until| *until > now);
        }
        self.chats.insert(chat_id, at + pause);
    }
}

/// Takes the next place of a row in which they are `OVERALL` apart.
fn next(row: &mut Option<Instant>) -> Instant {
    let now = Instant::now();
    let slot = row.map_or(now, |next| next.max(now));
    *row = Some(slot + OVERALL);
    slot
}
