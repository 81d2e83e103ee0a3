//! Which chats are being worked on: each by one task at a time.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The chats that somebody works on.
#[derive(Clone, Debug, Default)]
pub(super) struct Busy(Arc<Mutex<HashSet<i64>>>);

/// The right to work on a chat; given back when dropped, by a panic too.
#[derive(Debug)]
pub(super) struct Claim {
    busy: Busy,
    chat: i64,
}

impl Busy {
    /// Takes a chat, unless somebody has it.
    pub(super) fn claim(&self, chat: i64) -> Option<Claim> {
        let is_free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(chat);
        is_free.then(|| Claim { busy: self.clone(), chat })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.busy.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.chat);
    }
}
