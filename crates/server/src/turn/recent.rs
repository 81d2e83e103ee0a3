//! What the last turns of dialogues left behind, so that the next one need not read the history again.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use uuid::Uuid;

use crate::db::messages::Exchange;

/// Bytes of text that are kept at most.
const MOST: u64 = 32 << 20;
/// For how long a pause of the conversation.
const PAUSE: Duration = Duration::from_secs(600);

/// Histories of dialogues that this node has just answered in.
#[derive(Debug)]
pub struct Recent(Cache<Uuid, Arc<History>>);

/// A history as the turn that follows sees it.
#[derive(Clone, Debug)]
struct History {
    /// The number of the turn that left it: it is good for the very next one only.
    seq: i64,
    /// Oldest first, as many as fitted the budget.
    exchanges: Vec<Exchange>,
}

impl Default for Recent {
    fn default() -> Self {
        let size = |exchange: &Exchange| exchange.question.len() + exchange.answer.as_ref().map_or(0, String::len) + 64;
        let weigh = move |_: &Uuid, history: &Arc<History>| {
            u32::try_from(history.exchanges.iter().map(size).sum::<usize>()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().weigher(weigh).max_capacity(MOST).time_to_idle(PAUSE).build())
    }
}

impl Recent {
    /// The history before turn number `seq`, if the turn before it left one here. Any other turn in between, on
    /// whichever node, took a number, and what is here is no longer the whole of it.
    pub fn take(&self, session_id: Uuid, seq: i64) -> Option<Vec<Exchange>> {
        let history = self.0.remove(&session_id)?;
        (history.seq + 1 == seq).then(|| Arc::unwrap_or_clone(history).exchanges)
    }

    /// Keeps the history behind turn number `seq`, which has ended.
    pub fn keep(&self, session_id: Uuid, seq: i64, exchanges: Vec<Exchange>) {
        self.0.insert(session_id, Arc::new(History { seq, exchanges }));
    }
}
