//! The turns of this node: the text so far, who reads it, and the wish to stop.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::db::{messages::Message, subscriptions::Subscription, turns::State};
use crate::problem::Kind;

/// How a turn ended: what every reader is told last, after it is committed.
#[derive(Clone, Debug)]
pub struct End {
    /// The turn's final state.
    pub state: State,
    /// The answer, if there is any text.
    pub ai_message: Option<Message>,
    /// Why there is none.
    pub problem: Option<Kind>,
    /// The person's subscription, this turn counted.
    pub subscription: Option<Subscription>,
}

/// A turn's text so far.
#[derive(Debug, Default)]
pub struct Progress {
    /// The text.
    pub text: String,
    /// Its length in Unicode scalar values.
    pub chars: u64,
    /// Set when the turn has ended.
    pub end: Option<Arc<End>>,
}

/// A turn in progress. Writing to it never waits for a reader; a slow reader gets larger pieces.
#[derive(Debug)]
pub struct Live {
    /// The turn.
    pub turn_id: Uuid,
    session_id: Uuid,
    /// The turn's number in its dialogue, once it is committed.
    pub seq: OnceLock<i64>,
    progress: watch::Sender<Progress>,
    /// Notified when a turn of the same dialogue has gone.
    pub neighbour_gone: Arc<Notify>,
    /// Cancelled when the person asks to stop.
    pub stop: CancellationToken,
}

impl Live {
    /// Adds a piece of the answer.
    pub fn push(&self, piece: &str) {
        self.progress.send_modify(|progress| {
            progress.text.push_str(piece);
            progress.chars += piece.chars().count() as u64;
        });
    }

    /// Tells every reader that it is over.
    fn end(&self, end: Arc<End>) {
        self.progress.send_modify(|progress| progress.end = Some(end));
    }

    /// A reader's view: the text so far, and what comes.
    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Whether anybody reads it, or waits for its end.
    pub fn is_read(&self) -> bool {
        self.progress.receiver_count() > 0
    }

    /// Looks at the text so far.
    pub fn with<T>(&self, look: impl FnOnce(&Progress) -> T) -> T {
        look(&self.progress.borrow())
    }

    /// Waits for the end.
    pub async fn ended(&self) -> Arc<End> {
        let mut progress = self.subscribe();
        loop {
            if let Some(end) = &progress.borrow_and_update().end {
                return end.clone();
            }
            if progress.changed().await.is_err() {
                // The sender is part of self, so this cannot be.
                std::future::pending::<()>().await;
            }
        }
    }
}

/// The turns in progress on this node.
#[derive(Debug)]
pub struct Hub {
    turns: Mutex<Turns>,
    most: usize,
    most_waiting: usize,
}

#[derive(Debug, Default)]
struct Turns {
    by_id: HashMap<Uuid, Arc<Live>>,
    /// The open turns of each dialogue.
    by_session: HashMap<Uuid, Vec<Arc<Live>>>,
}

/// Why a turn is not taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The node has as many turns as it may.
    Node,
    /// The dialogue has as many waiting messages as it may.
    Session,
}

impl Hub {
    /// A hub for at most `most` turns, and `most_waiting` behind the running one of a dialogue.
    pub fn new(most: usize, most_waiting: usize) -> Self {
        Self { turns: Mutex::default(), most, most_waiting }
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether another turn of this dialogue would be taken up.
    pub fn room(&self, session_id: Uuid) -> Result<(), Full> {
        let turns = self.turns();
        if turns.by_id.len() >= self.most {
            return Err(Full::Node);
        }
        match turns.by_session.get(&session_id) {
            Some(open) if open.len() > self.most_waiting => Err(Full::Session),
            _ => Ok(()),
        }
    }

    /// Takes a turn up, before it is committed: whoever finds it in the database finds it here too.
    pub fn open(&self, turn_id: Uuid, session_id: Uuid) -> Arc<Live> {
        let mut turns = self.turns();
        let open = turns.by_session.entry(session_id).or_default();
        let live = Arc::new(Live {
            turn_id,
            session_id,
            seq: OnceLock::new(),
            progress: watch::Sender::default(),
            neighbour_gone: open.first().map_or_else(Arc::default, |other| other.neighbour_gone.clone()),
            stop: CancellationToken::new(),
        });
        open.push(live.clone());
        turns.by_id.insert(turn_id, live.clone());
        metrics::gauge!("beseda_turns_open").set(turns.by_id.len() as f64);
        live
    }

    /// Lets a turn go that was refused or has ended.
    pub fn close(&self, live: &Live, end: Option<Arc<End>>) {
        if let Some(end) = end {
            live.end(end);
        }
        let mut turns = self.turns();
        turns.by_id.remove(&live.turn_id);
        if let Some(open) = turns.by_session.get_mut(&live.session_id) {
            open.retain(|other| other.turn_id != live.turn_id);
            if open.is_empty() {
                turns.by_session.remove(&live.session_id);
            }
        }
        live.neighbour_gone.notify_waiters();
        metrics::gauge!("beseda_turns_open").set(turns.by_id.len() as f64);
    }

    /// The turn, if this node runs it.
    pub fn find(&self, turn_id: Uuid) -> Option<Arc<Live>> {
        self.turns().by_id.get(&turn_id).cloned()
    }

    /// Whether no earlier turn of its dialogue is open on this node.
    pub fn is_next(&self, live: &Live) -> bool {
        let turns = self.turns();
        let earlier = |other: &Arc<Live>| other.seq.get().zip(live.seq.get()).is_some_and(|(other, own)| other < own);
        !turns.by_session.get(&live.session_id).is_some_and(|open| open.iter().any(earlier))
    }

    /// Asks a turn of this node to stop.
    pub fn stop(&self, turn_id: Uuid) {
        if let Some(live) = self.find(turn_id) {
            live.stop.cancel();
        }
    }

    /// How many turns are in progress.
    pub fn count(&self) -> usize {
        self.turns().by_id.len()
    }
}
