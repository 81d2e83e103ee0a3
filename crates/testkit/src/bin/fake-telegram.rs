//! `fake-telegram [PORT]`: the fake Telegram with a console, to talk to a bot by hand.
//!
//! Point the bot at the URL and the token that it prints. Then `anna: text` writes to the bot as Anna, and
//! `anna> label` presses a button under the newest message that has it. What the bot does is printed.

use std::{
    collections::HashMap,
    io::{self, Write as _},
};

use testkit::telegram::{Call, FakeTelegram, Person};
use tokio::io::{AsyncBufReadExt as _, BufReader};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(8081), |port| port.parse())?;
    let telegram = FakeTelegram::start_on(port).await?;
    writeln!(io::stdout(), "telegram.api_url = \"{}\"\ntelegram.token = \"{}\"", telegram.url(), telegram.token())?;
    let mut console = Console { telegram, people: HashMap::new() };
    let mut calls = console.telegram.follow();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            line = lines.next_line() => match line? {
                Some(line) => console.obey(&line).await?,
                None => return Ok(()),
            },
            Some(call) = calls.recv() => console.print(&call)?,
        }
    }
}

struct Console {
    telegram: FakeTelegram,
    people: HashMap<String, Person>,
}

impl Console {
    /// `name: text` or `name> button`.
    async fn obey(&mut self, line: &str) -> anyhow::Result<()> {
        let Some((at, sign)) = line.char_indices().find(|(_, sign)| matches!(sign, ':' | '>')) else {
            return Ok(writeln!(io::stdout(), "write `name: text` or `name> button`")?);
        };
        let (name, said) = (line[..at].trim(), line[at + 1..].trim());
        let telegram = &self.telegram;
        let person = self.people.entry(name.to_lowercase()).or_insert_with(|| telegram.person(name, "ru"));
        if sign == ':' {
            person.says(said).await;
            return Ok(());
        }
        match person.answers().iter().rev().find(|message| message.button(said).is_some()) {
            Some(message) => drop(person.presses_and_leaves(message.message_id, said)),
            None => writeln!(io::stdout(), "no message has a button {said:?}")?,
        }
        Ok(())
    }

    /// One call of the bot, with the chat as it is now where it shows more.
    fn print(&self, call: &Call) -> io::Result<()> {
        let person = self.people.iter().find(|(_, person)| Some(person.id()) == call.chat_id());
        let name = person.map_or("", |(name, _)| name.as_str());
        let text = |name: &str| call.params.get(name).and_then(|text| text.as_str()).unwrap_or_default();
        let mut out = io::stdout();
        match (call.method.as_str(), call.code) {
            ("getUpdates", 200) => Ok(()),
            ("sendMessageDraft", 200) => writeln!(out, "… {name}: {}", text("text")),
            ("sendMessage" | "sendDocument", 200) => match person.and_then(|(_, person)| person.answers().pop()) {
                Some(message) => writeln!(out, "→ {name}: {message}"),
                None => writeln!(out, "→ {}", text("text")),
            },
            ("editMessageText", 200) => writeln!(out, "✎ {name}: {}", text("text")),
            ("answerCallbackQuery", 200) => writeln!(out, "• {}", text("text")),
            (method, 200) => writeln!(out, "· {name} {method}"),
            (method, code) => writeln!(out, "! {name} {method} {code} {}", call.description),
        }
    }
}
