//! What waits to be told to the bot ("Getting updates"): one queue, read by long polling or pushed to a webhook.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::dice::Dice;

/// Kinds that a bot gets only when it has asked for them.
const ON_REQUEST: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// What happens to updates on their way to the bot, as it does on the real one, only more often.
#[derive(Debug, Clone, PartialEq)]
pub struct Disorder {
    /// The same seed gives the same decisions.
    pub seed: u64,
    /// The share of updates that come again under their own `update_id`, though they were acknowledged.
    pub again: f64,
    /// The share of updates that come again under another `update_id`.
    pub copied: f64,
    /// The share of batches that are shuffled; with a webhook, the share of updates that wait for no other of their
    /// chat (if `within_chats`: those of several chats have no order anyway).
    pub shuffled: f64,
    /// Whether what is shuffled may change its order within one chat too.
    pub within_chats: bool,
}

impl Default for Disorder {
    fn default() -> Self {
        Self { seed: 1, again: 0.0, copied: 0.0, shuffled: 0.0, within_chats: false }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Update {
    pub(super) id: i64,
    pub(super) lane: Lane,
    pub(super) body: Value,
    again: bool,
}

/// A webhook gets the updates of a lane one after the other, those of several lanes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    Chat(i64),
    Own(i64),
}

/// "setWebhook"
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) secret: Option<String>,
    pub(super) most: usize,
    /// Which registration it is: deliveries for an earlier one stop.
    pub(super) registration: u64,
    pub(super) last_error: Option<(i64, String)>,
}

/// The queue.
pub(super) struct Updates {
    waiting: BTreeMap<i64, Update>,
    /// Acknowledged, and to come once more.
    again: Vec<Update>,
    next_id: i64,
    allowed: Option<HashSet<String>>,
    pub(super) webhook: Option<Webhook>,
    lanes: HashMap<Lane, VecDeque<i64>>,
    ready: VecDeque<Lane>,
    /// Grows with each poll, so that an older one sees that it is not the newest.
    poll: u64,
    disorder: Disorder,
    dice: Dice,
    changed: watch::Sender<u64>,
}

impl Updates {
    pub(super) fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            again: Vec::new(),
            next_id: 100_000_001,
            allowed: None,
            webhook: None,
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            poll: 0,
            disorder: Disorder::default(),
            dice: Dice::new(1),
            changed: watch::Sender::new(0),
        }
    }

    pub(super) fn set_disorder(&mut self, disorder: Disorder) {
        self.dice = Dice::new(disorder.seed);
        self.disorder = disorder;
    }

    /// Tells of anything that a poll or the webhook's delivery waits for.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn touch(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    pub(super) fn pending(&self) -> usize {
        self.waiting.len() + self.again.len()
    }

    /// `allowed_updates`: an empty list means the default, none leaves it as it was.
    pub(super) fn allow(&mut self, kinds: Option<&Value>) {
        if let Some(kinds) = kinds.and_then(Value::as_array) {
            let kinds: HashSet<_> = kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            self.allowed = Some(kinds).filter(|kinds| !kinds.is_empty());
        }
    }

    /// Puts an update into the queue, if the bot wants such.
    pub(super) fn push(&mut self, chat: i64, kind: &str, body: &Value) {
        let wanted = match &self.allowed {
            Some(kinds) => kinds.contains(kind),
            None => !ON_REQUEST.contains(&kind),
        };
        if !wanted {
            return;
        }
        self.add(chat, kind, body.clone());
        if self.dice.rolls(self.disorder.copied) {
            self.add(chat, kind, body.clone());
        }
        self.touch();
    }

    fn add(&mut self, chat: i64, kind: &str, body: Value) {
        let id = self.next_id;
        self.next_id += 1;
        let loose = self.webhook.is_some() && self.dice.rolls(self.disorder.shuffled) && self.disorder.within_chats;
        let lane = if loose { Lane::Own(id) } else { Lane::Chat(chat) };
        let again = self.dice.rolls(self.disorder.again);
        let mut update = Map::new();
        update.insert("update_id".into(), id.into());
        update.insert(kind.into(), body);
        self.waiting.insert(id, Update { id, lane, body: update.into(), again });
        self.queue(lane, id);
    }

    fn queue(&mut self, lane: Lane, id: i64) {
        if self.webhook.is_some() {
            let queue = self.lanes.entry(lane).or_default();
            queue.push_back(id);
            if queue.len() == 1 {
                self.ready.push_back(lane);
            }
        }
    }

    /// A new poll begins; the ones before it end. Gives its number.
    pub(super) fn begin_poll(&mut self, offset: Option<i64>) -> u64 {
        self.poll += 1;
        match offset {
            // From the end of the queue; everything before is forgotten.
            Some(offset @ ..0) => {
                let count = usize::try_from(-offset).unwrap_or(usize::MAX);
                let first = self.waiting.keys().rev().nth(count - 1).copied();
                self.waiting = first.map(|first| self.waiting.split_off(&first)).unwrap_or_default();
            }
            Some(offset) => {
                let rest = self.waiting.split_off(&offset);
                let done = std::mem::replace(&mut self.waiting, rest);
                let again = done.into_values().filter(|update| update.again);
                self.again.extend(again.map(|update| Update { again: false, ..update }));
            }
            None => {}
        }
        self.touch();
        self.poll
    }

    pub(super) fn is_newest(&self, poll: u64) -> bool {
        self.poll == poll
    }

    /// The oldest updates, at most `limit`.
    pub(super) fn batch(&mut self, limit: usize) -> Vec<Value> {
        let again = self.again.len().min(limit);
        let mut batch: Vec<_> = self.again.drain(..again).collect();
        batch.extend(self.waiting.values().take(limit - again).cloned());
        if self.dice.rolls(self.disorder.shuffled) {
            let sorted = batch.clone();
            self.dice.shuffle(&mut batch);
            if !self.disorder.within_chats {
                put_chats_in_order(&mut batch, sorted);
            }
        }
        batch.into_iter().map(|update| update.body).collect()
    }

    pub(super) fn set_webhook(&mut self, webhook: Option<Webhook>, drop_pending: bool) {
        if drop_pending {
            self.waiting.clear();
            self.again.clear();
        }
        // A poll that waits is told of the webhook by being no longer the newest. Without a webhook it goes on: the real
        // server answers "Webhook is already deleted" and does nothing.
        if webhook.is_some() || self.webhook.is_some() {
            self.poll += 1;
        }
        self.webhook = webhook.map(|webhook| Webhook { registration: self.poll, ..webhook });
        self.lanes.clear();
        self.ready.clear();
        let waiting: Vec<_> = self.waiting.values().map(|update| (update.lane, update.id)).collect();
        waiting.into_iter().for_each(|(lane, id)| self.queue(lane, id));
        self.touch();
    }

    /// The next update that may be pushed, and where to.
    pub(super) fn next_push(&mut self, under_way: usize) -> Option<(Webhook, Update)> {
        let webhook = self.webhook.as_ref().filter(|webhook| under_way < webhook.most)?.clone();
        let lane = self.ready.pop_front()?;
        let id = self.lanes.get(&lane)?.front()?;
        Some((webhook, self.waiting.get(id)?.clone()))
    }

    pub(super) fn is_registered(&self, webhook: &Webhook) -> bool {
        self.webhook.as_ref().is_some_and(|current| current.registration == webhook.registration)
    }

    /// An update was accepted: its lane goes on.
    pub(super) fn pushed(&mut self, update: &Update) {
        let Some(queue) = self.lanes.get_mut(&update.lane).filter(|queue| queue.front() == Some(&update.id)) else {
            return;
        };
        match self.waiting.get_mut(&update.id) {
            Some(again) if again.again => again.again = false,
            _ => {
                queue.pop_front();
                self.waiting.remove(&update.id);
            }
        }
        if queue.is_empty() {
            self.lanes.remove(&update.lane);
        } else {
            self.ready.push_back(update.lane);
        }
    }

    /// "WebhookInfo"
    pub(super) fn info(&self) -> Value {
        let mut info = json!({"url": "", "has_custom_certificate": false, "pending_update_count": self.pending()});
        if let Some(webhook) = &self.webhook {
            info["url"] = webhook.url.as_str().into();
            info["max_connections"] = webhook.most.into();
            info["ip_address"] = "127.0.0.1".into();
            if let Some((date, message)) = &webhook.last_error {
                info["last_error_date"] = (*date).into();
                info["last_error_message"] = message.as_str().into();
            }
        }
        if let Some(kinds) = &self.allowed {
            info["allowed_updates"] = json!(kinds);
        }
        info
    }
}

/// Leaves each chat the places that it has in `batch`, and gives them to its updates in their old order.
fn put_chats_in_order(batch: &mut [Update], sorted: Vec<Update>) {
    let mut chats: HashMap<Lane, VecDeque<Update>> = HashMap::new();
    for update in sorted {
        chats.entry(update.lane).or_default().push_back(update);
    }
    for place in batch {
        if let Some(update) = chats.get_mut(&place.lane).and_then(VecDeque::pop_front) {
            *place = update;
        }
    }
}
