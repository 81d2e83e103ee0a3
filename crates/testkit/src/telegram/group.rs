//! A group with the bot in it: a supergroup, perhaps with topics.

use std::ops::Deref;

use serde_json::{Map, json};

use super::{chat::Chat, person::Person};

/// A group; as a [`Chat`], its own.
#[derive(Clone)]
pub struct Group {
    pub(super) chat: Chat,
    pub(super) owner: Person,
}

impl Deref for Group {
    type Target = Chat;

    fn deref(&self) -> &Chat {
        &self.chat
    }
}

impl Group {
    /// Opens a topic; gives its `message_thread_id`.
    pub async fn topic(&self, name: &str) -> i64 {
        let mut state = self.shared.lock();
        if let Some(chat) = state.chats.get_mut(&self.id) {
            chat.json["is_forum"] = true.into();
        }
        let created = json!({"name": name, "icon_color": 7_322_096});
        let opening = Map::from_iter([("forum_topic_created".to_owned(), created)]);
        let topic = self.owner.puts(&mut state, &self.chat, opening);
        if let Some(chat) = state.chats.get_mut(&self.id) {
            chat.topics.insert(topic);
            if let Some(message) = chat.messages.get_mut(&topic) {
                message.json["message_thread_id"] = topic.into();
                message.json["is_topic_message"] = true.into();
            }
        }
        topic
    }

    /// Removes a topic with its messages.
    pub async fn closes_topic(&self, topic: i64) {
        let mut state = self.shared.lock();
        if let Some(chat) = state.chats.get_mut(&self.id) {
            chat.topics.remove(&topic);
            chat.messages.retain(|_, message| message.json["message_thread_id"] != topic);
            chat.touch();
        }
    }

    /// Adds a person.
    pub async fn adds(&self, person: &Person) {
        let mut state = self.shared.lock();
        if let Some(chat) = state.chats.get_mut(&self.id) {
            chat.members.insert(person.id);
        }
        let joined = Map::from_iter([("new_chat_members".to_owned(), json!([person.user(&state)]))]);
        person.puts(&mut state, &self.chat, joined);
    }

    /// Puts the bot out of the group.
    pub async fn removes_bot(&self) {
        let mut state = self.shared.lock();
        if let Some(chat) = state.chats.get_mut(&self.id) {
            chat.left = true;
        }
        self.owner.membership(&mut state, &self.chat, "member", "kicked");
    }
}
