//! A person, and what they do in Telegram.

#![expect(clippy::panic, reason = "what a person cannot do fails the test")]

use std::{ops::Deref, time::Instant};

use serde_json::{Map, Value, json};

use super::{
    chat::Chat,
    group::Group,
    state::{self, BOT_ID, Callback, State},
    text::{self, Formatted},
};

/// A person; as a [`Chat`], their private one with the bot.
#[derive(Clone)]
pub struct Person {
    pub(super) chat: Chat,
}

impl Deref for Person {
    type Target = Chat;

    fn deref(&self) -> &Chat {
        &self.chat
    }
}

impl Person {
    /// The private chat with the bot.
    pub fn chat(&self) -> &Chat {
        &self.chat
    }

    /// Writes to the bot; gives the message's id. What is longer than a message is sent in several, as Telegram's
    /// apps do, and the id is that of the last.
    pub async fn says(&self, text: &str) -> i64 {
        text::cut(text).into_iter().fold(0, |_, part| self.sends_text(part, Map::new()))
    }

    /// Writes to the bot with any further or other fields of "Message".
    pub async fn says_with(&self, text: &str, fields: Value) -> i64 {
        self.sends_text(text, object(fields))
    }

    /// Writes an answer to a message.
    pub async fn replies(&self, message_id: i64, text: &str) -> i64 {
        let mut fields = Map::new();
        if let Some(quoted) = self.shared.lock().quoted(self.id, message_id) {
            fields.insert("reply_to_message".into(), quoted);
        }
        self.sends_text(text, fields)
    }

    /// Writes to a group: as an answer to a message, in a topic, or neither.
    pub async fn says_in(&self, group: &Group, text: &str, reply_to: Option<i64>, thread: Option<i64>) -> i64 {
        let mut content = Formatted::typed(text).fields("text", "entities");
        let mut state = self.shared.lock();
        // In a topic, what answers nothing answers the message that opened the topic.
        let quoted = reply_to.or(thread).and_then(|id| state.quoted(group.id, id));
        content.extend(quoted.map(|quoted| ("reply_to_message".to_owned(), quoted)));
        if let Some(thread) = thread {
            content.insert("message_thread_id".into(), thread.into());
            content.insert("is_topic_message".into(), true.into());
        }
        self.puts(&mut state, group, content)
    }

    /// Sends a voice message.
    pub async fn sends_voice(&self) -> i64 {
        self.sends(json!({"voice": {"duration": 3, "mime_type": "audio/ogg", "file_size": 9000}})).await
    }

    /// Sends a photo.
    pub async fn sends_photo(&self) -> i64 {
        let photo =
            json!({"file_id": "photo", "file_unique_id": "photo", "width": 90, "height": 60, "file_size": 1200});
        self.sends(json!({"photo": [photo]})).await
    }

    /// Sends a file.
    pub async fn sends_document(&self) -> i64 {
        self.sends(json!({"document": {"file_name": "a.pdf", "mime_type": "application/pdf", "file_size": 70000}}))
            .await
    }

    /// Sends a sticker.
    pub async fn sends_sticker(&self) -> i64 {
        let sticker = json!({
            "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": "👍"
        });
        self.sends(json!({"sticker": sticker})).await
    }

    /// Sends a message of any content: fields of "Message". Files get ids where they have none.
    pub async fn sends(&self, content: Value) -> i64 {
        let mut state = self.shared.lock();
        let mut content = object(content);
        for kind in ["voice", "document", "sticker", "video", "audio", "video_note", "animation"] {
            let number = state.fresh();
            if let Some(file) = content.get_mut(kind).and_then(Value::as_object_mut) {
                file.entry("file_id").or_insert_with(|| format!("{kind}-{number}").into());
                file.entry("file_unique_id").or_insert_with(|| format!("{kind}-{number}").into());
            }
        }
        self.puts(&mut state, &self.chat, content)
    }

    /// Opens the bot by a link, `https://t.me/BOT?start=PAYLOAD`, or by the payload alone.
    pub async fn taps_link(&self, link: &str) -> i64 {
        let payload = link.rsplit_once("start=").map_or(link, |(_, payload)| payload);
        let payload = payload.strip_prefix("/start").unwrap_or(payload).trim();
        self.says(format!("/start {payload}").trim()).await
    }

    /// Changes a message of their own.
    ///
    /// # Panics
    ///
    /// When there is no such message.
    pub async fn edits(&self, message_id: i64, text: &str) {
        let content = Formatted::typed(text).fields("text", "entities");
        let mut state = self.shared.lock();
        let edited = state.edit_message(self.id, message_id, &["text", "entities"], content);
        let edited = edited.unwrap_or_else(|| panic!("no message {message_id} to edit"));
        self.tell(&mut state, "edited_message", &edited);
    }

    /// Deletes a message, for both; a bot is never told.
    pub async fn deletes(&self, message_id: i64) {
        if let Some(chat) = self.shared.lock().chats.get_mut(&self.id) {
            chat.messages.remove(&message_id);
            chat.touch();
        }
    }

    /// Presses a button under a message, waits for the bot's answer, and gives its text. The button is named by its
    /// label or part of it, or by the beginning of its data.
    ///
    /// # Panics
    ///
    /// When there is no such button, or no answer.
    pub async fn presses(&self, message_id: i64, button: &str) -> String {
        let query = self.presses_and_leaves(message_id, button);
        self.answered(&self.chat, &query, button).await
    }

    /// Presses a button under a message of a group.
    ///
    /// # Panics
    ///
    /// When there is no such button, or no answer.
    pub async fn presses_in(&self, group: &Group, message_id: i64, button: &str) -> String {
        let query = self.press(group, message_id, button);
        self.answered(group, &query, button).await
    }

    /// Presses a button without waiting for the answer; gives the id of the query.
    ///
    /// # Panics
    ///
    /// When there is no such button.
    pub fn presses_and_leaves(&self, message_id: i64, button: &str) -> String {
        self.press(&self.chat, message_id, button)
    }

    fn press(&self, chat: &Chat, message_id: i64, wanted: &str) -> String {
        let shown = chat.message(message_id);
        let shown = shown.unwrap_or_else(|| panic!("no message {message_id} in\n{}", chat.printed()));
        let button = shown.button(wanted).unwrap_or_else(|| panic!("no button {wanted:?} under\n{shown}"));
        let Some(data) = &button.data else { panic!("{button:?} is a link") };
        let mut state = self.shared.lock();
        let id = format!("{}", 4_000_000_000_000 + state.fresh());
        let callback = Callback { chat: chat.id, at: Instant::now(), answer: None };
        state.callbacks.insert(id.clone(), callback);
        let query = json!({
            "id": id, "from": self.user(&state), "message": shown.json, "chat_instance": format!("{}", chat.id),
            "data": data,
        });
        chat.tell(&mut state, "callback_query", &query);
        id
    }

    async fn answered(&self, chat: &Chat, query: &str, button: &str) -> String {
        let look = || self.shared.lock().callbacks.get(query).and_then(|callback| callback.answer.clone());
        chat.until(&format!("the answer to the button {button:?}"), look).await
    }

    /// Presses the button of the draft that stops it.
    ///
    /// # Panics
    ///
    /// When no draft with such a button can be seen.
    pub async fn stops_draft(&self) {
        let Some(draft) = self.draft().filter(|draft| draft.can_stop) else { panic!("no draft to stop") };
        let mut state = self.shared.lock();
        if let Some(chat) = state.chats.get_mut(&self.id) {
            chat.draft_shown = draft.keep_on_stop;
            chat.drafts.iter_mut().for_each(|draft| draft.can_stop = false);
            chat.touch();
        }
        // The real server writes the id as text, though the documentation calls it an integer.
        let chat = state.chats.get(&self.id).map(|chat| chat.json.clone());
        let stopped = json!({"chat": chat, "draft_id": draft.draft_id.to_string()});
        self.tell(&mut state, "stopped_message_generation", &stopped);
    }

    /// Blocks the bot.
    pub async fn blocks_bot(&self) {
        self.set_blocked(true);
    }

    /// Lets the bot write again.
    pub async fn unblocks_bot(&self) {
        self.set_blocked(false);
    }

    fn set_blocked(&self, blocked: bool) {
        let mut state = self.shared.lock();
        let Some(chat) = state.chats.get_mut(&self.id) else { return };
        if std::mem::replace(&mut chat.blocked, blocked) != blocked {
            chat.touch();
            let (was, is) = if blocked { ("member", "kicked") } else { ("kicked", "member") };
            self.membership(&mut state, &self.chat, was, is);
        }
    }

    /// "ChatMemberUpdated" of the bot, by this person.
    pub(super) fn membership(&self, state: &mut State, chat: &Chat, was: &str, is: &str) {
        let member = |status: &str| match status {
            "kicked" => json!({"status": status, "user": state::bot_user(), "until_date": 0}),
            _ => json!({"status": status, "user": state::bot_user()}),
        };
        let update = json!({
            "chat": state.chats.get(&chat.id).map(|chat| chat.json.clone()), "from": self.user(state),
            "date": state.unix(), "old_chat_member": member(was), "new_chat_member": member(is),
        });
        chat.tell(state, "my_chat_member", &update);
    }

    pub(super) fn user(&self, state: &State) -> Value {
        state.people.get(&self.id).cloned().unwrap_or_default()
    }

    fn sends_text(&self, text: &str, fields: Map<String, Value>) -> i64 {
        let mut content = Formatted::typed(text).fields("text", "entities");
        content.extend(fields);
        self.puts(&mut self.shared.lock(), &self.chat, content)
    }

    /// Puts a message into a chat, and tells the bot if it may see it.
    pub(super) fn puts(&self, state: &mut State, chat: &Chat, content: Map<String, Value>) -> i64 {
        let Some(place) = state.chats.get_mut(&chat.id) else { panic!("no chat {}", chat.id) };
        assert!(!place.blocked, "who has blocked the bot can't write to it");
        assert!(place.members.contains(&self.id), "{} is not in the chat {}", self.id, chat.id);
        place.started = true;
        let private = place.person.is_some();
        let seen = !place.left;
        let user = self.user(state);
        let message = state.add_message(chat.id, user, content);
        if seen && (private || !state.settings.privacy || is_for_bot(&message)) {
            chat.tell(state, "message", &message);
        }
        message["message_id"].as_i64().unwrap_or_default()
    }
}

/// Whether a bot in privacy mode sees a group's message: a command, a mention, an answer to it, or a service message.
fn is_for_bot(message: &Value) -> bool {
    let text = message["text"].as_str().unwrap_or_default();
    let named = format!("@{}", state::BOT_USERNAME);
    let entities = message["entities"].as_array();
    let calls = entities.into_iter().flatten().any(|entity| match entity["type"].as_str() {
        Some("bot_command") => !text.contains('@') || text.contains(&named),
        Some("mention") => text.contains(&named),
        _ => false,
    });
    calls || message["reply_to_message"]["from"]["id"] == BOT_ID || message.get("text").is_none()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("fields are an object, not {other}"),
    }
}
