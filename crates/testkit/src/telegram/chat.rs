//! A chat as a test looks at it.

#![expect(clippy::panic, reason = "a wait in vain fails the test, and shows the chat")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::timeout_at;

use super::{
    shown::{Draft, Shown},
    state::{self, Shared, State},
};

/// A chat of the bot. A [`Person`](super::Person) stands for their private one, a [`Group`](super::Group) for its own.
#[derive(Clone)]
pub struct Chat {
    pub(super) shared: Arc<Shared>,
    pub(super) id: i64,
}

impl Chat {
    /// Its id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The messages that are there now, oldest first.
    pub fn messages(&self) -> Vec<Shown> {
        let state = self.shared.lock();
        let messages = state.chats.get(&self.id).into_iter().flat_map(|chat| chat.messages.values());
        messages.map(|message| Shown::of(&state, message)).collect()
    }

    /// The messages of the bot that are there now, oldest first.
    pub fn answers(&self) -> Vec<Shown> {
        self.messages().into_iter().filter(|message| message.from_bot).collect()
    }

    /// The newest message.
    pub fn last(&self) -> Option<Shown> {
        self.messages().pop()
    }

    /// One message.
    pub fn message(&self, message_id: i64) -> Option<Shown> {
        let state = self.shared.lock();
        state.chats.get(&self.id)?.messages.get(&message_id).map(|message| Shown::of(&state, message))
    }

    /// Every update of every draft so far ("sendMessageDraft").
    pub fn drafts(&self) -> Vec<Draft> {
        self.look(|chat| chat.drafts.clone())
    }

    /// The draft that can be seen now: it goes with the next message of the bot, and 30 s after its last update.
    pub fn draft(&self) -> Option<Draft> {
        let life = self.shared.lock().settings.draft_life;
        self.look(|chat| chat.drafts.last().filter(|draft| chat.draft_shown && draft.at.elapsed() < life).cloned())
    }

    /// The actions so far, with their times ("sendChatAction").
    pub fn actions(&self) -> Vec<(String, Instant)> {
        self.look(|chat| chat.actions.clone())
    }

    /// Whether the bot has left it.
    pub fn is_left(&self) -> bool {
        self.look(|chat| chat.left)
    }

    /// Waits until the messages are as they should be, and gives them.
    ///
    /// # Panics
    ///
    /// When they don't become so; it shows the chat.
    pub async fn wait_for(&self, what: &str, so: impl Fn(&[Shown]) -> bool) -> Vec<Shown> {
        let look = || Some(self.messages()).filter(|messages| so(messages));
        self.until(what, look).await
    }

    /// Waits for a message of the bot, and gives the newest that is so.
    ///
    /// # Panics
    ///
    /// When none comes; it shows the chat.
    pub async fn wait_for_answer(&self, what: &str, so: impl Fn(&Shown) -> bool) -> Shown {
        self.until(what, || self.answers().into_iter().rev().find(|message| so(message))).await
    }

    /// Waits for a message of the bot that holds this text, and gives the newest.
    ///
    /// # Panics
    ///
    /// When none comes; it shows the chat.
    pub async fn hears(&self, text: &str) -> Shown {
        self.wait_for_answer(&format!("a message with {text:?}"), |message| message.text.contains(text)).await
    }

    /// Waits for a draft that can be seen and holds this text.
    ///
    /// # Panics
    ///
    /// When none comes; it shows the chat.
    pub async fn sees_draft(&self, text: &str) -> Draft {
        let look = || self.draft().filter(|draft| draft.text.contains(text));
        self.until(&format!("a draft with {text:?}"), look).await
    }

    /// The chat as text, for people.
    pub fn printed(&self) -> String {
        let lines: Vec<_> = self.messages().iter().map(|message| format!("  {message}")).collect();
        let draft = self.draft().map(|draft| format!("\n  draft {}: {}", draft.draft_id, draft.text));
        format!("{}{}", lines.join("\n"), draft.unwrap_or_default())
    }

    /// Waits until `look` finds something; it is asked after each change of the chat.
    pub(super) async fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let (mut changes, patience) = {
            let state = self.shared.lock();
            let chat = state.chats.get(&self.id).unwrap_or_else(|| panic!("no chat {}", self.id));
            (chat.subscribe(), state.settings.patience)
        };
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            changes.mark_unchanged();
            if let Some(found) = look() {
                return found;
            }
            if tokio::time::Instant::now() >= deadline {
                panic!("waited {patience:?} in vain for {what} in chat {}:\n{}", self.id, self.failure());
            }
            // A look now and then, for what changes with the time alone.
            let next = deadline.min(tokio::time::Instant::now() + Duration::from_millis(500));
            let _ = timeout_at(next, changes.changed()).await;
        }
    }

    /// What explains a wait in vain: the chat, and the bot's last calls.
    fn failure(&self) -> String {
        let printed = self.printed();
        let state = self.shared.lock();
        let calls: Vec<_> = state.calls.iter().rev().filter(|call| call.method != "getUpdates").take(8).collect();
        let call =
            |call: &&super::Call| format!("  {} {} {} {:?}", call.method, call.code, call.description, call.fault);
        let calls: Vec<_> = calls.iter().rev().map(call).collect();
        let violations: Vec<_> = state.violations.iter().map(|violation| format!("  {violation:?}")).collect();
        let waiting = state.updates.pending();
        format!(
            "{printed}\nupdates not yet received: {waiting}\nlast calls:\n{}\nviolations:\n{}",
            calls.join("\n"),
            violations.join("\n")
        )
    }

    pub(super) fn look<T: Default>(&self, look: impl FnOnce(&state::Chat) -> T) -> T {
        self.shared.lock().chats.get(&self.id).map(look).unwrap_or_default()
    }

    /// Changes the state of this chat, and tells the bot of a message of it.
    pub(super) fn tell(&self, state: &mut State, kind: &str, body: &serde_json::Value) {
        state.updates.push(self.id, kind, body);
    }
}
