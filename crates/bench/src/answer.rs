//! A streamed answer, read frame by frame: when its first token came, and how it ended.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::http::Connection;

/// Frames of a chat completion around its tokens: the role, the finish, the usage.
const FRAMES_AROUND: u32 = 3;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A chat completion of so many tokens.
    Completion { tokens: u32 },
    /// The service's events.
    Beseda,
}

/// A complete answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) sent: Instant,
    pub(crate) first_token: Duration,
    pub(crate) whole: Duration,
}

/// Sends the request and reads its answer to the end; anything but a complete one is an error.
pub(crate) async fn receive(
    connection: &mut Connection,
    request: &[u8],
    dialect: Dialect,
    patience: Duration,
) -> Result<Answer> {
    let answer = tokio::time::timeout(patience, read(connection, request, dialect));
    answer.await.context("an answer took too long")?
}

async fn read(connection: &mut Connection, request: &[u8], dialect: Dialect) -> Result<Answer> {
    let sent = Instant::now();
    let mut frames = Frames::new(dialect);
    let status = connection.send(request).await?;
    if !(200..300).contains(&status) {
        let problem = connection.rest().await?;
        bail!("status {status}, {}", problem_type(&problem));
    }
    while let Some(piece) = connection.piece().await? {
        frames.feed(&piece, sent);
    }
    frames.answer(sent)
}

/// What a problem is called: by its type, which is the same for equal ones.
fn problem_type(json: &[u8]) -> String {
    let value: Value = serde_json::from_slice(json).unwrap_or_default();
    let kind = value["problem"]["type"].as_str().or(value["type"].as_str());
    kind.unwrap_or("no problem's type").to_owned()
}

/// Reads lines out of pieces that may be cut anywhere.
struct Frames {
    dialect: Dialect,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    count: u32,
    first_token: Option<Duration>,
    done: Option<Duration>,
    /// The data of an error, once it was announced.
    error: Option<Vec<u8>>,
}

impl Frames {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, begun: Vec::new(), count: 0, first_token: None, done: None, error: None }
    }

    fn feed(&mut self, mut piece: &[u8], sent: Instant) {
        // Once for a piece: what comes together came at the same time.
        let at = sent.elapsed();
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = piece.split_at(end);
            piece = &rest[1..];
            if self.begun.is_empty() {
                self.line(line, at);
            } else {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(line);
                self.line(&whole, at);
            }
        }
        self.begun.extend_from_slice(piece);
    }

    fn line(&mut self, line: &[u8], at: Duration) {
        match self.dialect {
            Dialect::Completion { .. } => self.completion(line, at),
            Dialect::Beseda => self.event(line, at),
        }
    }

    fn completion(&mut self, line: &[u8], at: Duration) {
        let Some(data) = line.strip_prefix(b"data: ") else {
            return;
        };
        if data.starts_with(b"[DONE]") {
            self.done = Some(at);
            return;
        }
        self.count += 1;
        if data.starts_with(b"{\"error\"") {
            self.error = Some(data.to_vec());
        }
        // The role comes first, with no text; the frame after it brings the first token.
        if self.count == 2 {
            self.first_token = Some(at);
        }
    }

    fn event(&mut self, line: &[u8], at: Duration) {
        let Some(name) = line.strip_prefix(b"event:") else {
            if let (Some(error), Some(data)) = (&mut self.error, line.strip_prefix(b"data:")) {
                error.extend_from_slice(data);
            }
            return;
        };
        match name.trim_ascii() {
            b"delta" => {
                self.count += 1;
                self.first_token.get_or_insert(at);
            }
            b"done" => self.done = Some(at),
            b"error" => self.error = Some(Vec::new()),
            _ => {}
        }
    }

    fn answer(self, sent: Instant) -> Result<Answer> {
        if let Some(error) = self.error {
            bail!("the stream ended in an error, {}", problem_type(&error));
        }
        if let Dialect::Completion { tokens } = self.dialect
            && self.count != tokens + FRAMES_AROUND
        {
            bail!("{} frames instead of {}", self.count, tokens + FRAMES_AROUND);
        }
        Ok(Answer {
            sent,
            first_token: self.first_token.context("no token came")?,
            whole: self.done.context("the stream ended without its end")?,
        })
    }
}

/// The body of a chat completion.
pub(crate) fn completion(address: SocketAddr, model: &str, text: &str) -> Vec<u8> {
    let body = serde_json::json!({
        "model": model, "stream": true, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": text}],
    });
    let body = body.to_string();
    crate::http::request("POST", "/v1/chat/completions", address, &[], &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(dialect: Dialect, text: &str, size: usize) -> Result<Answer> {
        let sent = Instant::now();
        let mut frames = Frames::new(dialect);
        for piece in text.as_bytes().chunks(size) {
            frames.feed(piece, sent);
        }
        frames.answer(sent)
    }

    const EVENTS: &str = "event: accepted\ndata: {}\n\n: ping\n\nevent:delta\r\nid: 2\r\ndata: {}\n\n\
        event: done\nid: end\ndata: {}\n\n";

    #[test]
    fn events_cut_anywhere_are_read() {
        for size in 1..EVENTS.len() {
            assert!(fed(Dialect::Beseda, EVENTS, size).is_ok());
        }
    }

    #[test]
    fn an_answer_without_its_end_is_none() {
        let (begin, _) = EVENTS.split_once("event: done").unwrap();
        assert!(fed(Dialect::Beseda, begin, 7).is_err());
        let error = begin.to_owned() + "event: error\ndata: {\"problem\": {\"type\": \"spent\"}}\n\n";
        let error = fed(Dialect::Beseda, &error, 7).unwrap_err();
        assert!(error.to_string().ends_with("spent"));
        let short = "data: {}\n\ndata: {}\n\ndata: {}\n\ndata: {}\n\ndata: [DONE]\n\n";
        assert!(fed(Dialect::Completion { tokens: 1 }, short, 7).is_ok());
        assert!(fed(Dialect::Completion { tokens: 2 }, short, 7).is_err());
    }
}
