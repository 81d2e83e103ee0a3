//! What a test learns of the bot as a whole; of a chat, see [`Chat`](super::Chat).

use std::time::Duration;

use serde_json::Value;
use tokio::{sync::mpsc, time::sleep};

use super::{
    FakeTelegram,
    call::{self, Call, Pace, Repeated, Sending, Violation},
};

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

    /// How fast messages came at most.
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
