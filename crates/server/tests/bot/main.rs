//! The Telegram bot as people meet it: the real binary between a fake Telegram and a fake model, on both databases.
#![cfg(test)]

#[path = "../faults/books.rs"]
#[expect(dead_code, reason = "its counts are for the tests beside it")]
mod books;
mod chaos;
mod conversation;
mod dialogues;
mod emulator;
mod files;
mod groups;
mod linking;
mod markdown;
mod modes;
mod panel;
mod payments;
mod person;
mod reports;
mod rules;
mod safety;
mod sending;
mod support;
