//! Chats, and the people in them.
