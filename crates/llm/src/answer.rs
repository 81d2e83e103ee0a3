//! An answer in the making, from the events of one call.

use std::borrow::Cow;

use crate::{
    error::{Failure, Fault},
    response::{FinishReason, Response, Usage},
    sse::Event,
    wire::Chunk,
};

/// The longest answer, reasoning included, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
/// The most tokens of a prompt or an answer that a provider is believed. Sums of larger ones fit no database's numbers.
const MOST_TOKENS: u64 = 1_000_000_000;

/// How much of an error's body is kept, in bytes.
pub(crate) const ERROR_BODY: usize = 16 * 1024;

/// What one event brought.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Text for the person; never empty.
    Text(String),
    /// A token of reasoning.
    Thought,
    /// A role, a ping, a usage.
    Nothing,
    /// An error object.
    Error(String),
    /// What is none of these, and why not.
    Garbage(String, serde_json::Error),
    /// `[DONE]`.
    Done,
}

/// An answer in the making.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// The bytes of text and reasoning so far.
    length: usize,
    /// There was text.
    pub(crate) has_text: bool,
    done: bool,
}

impl Answer {
    /// Takes one event in.
    pub(crate) fn take(&mut self, event: &Event<'_>) -> Result<Piece, Fault> {
        let data = event.data.trim();
        if data == "[DONE]" {
            self.done = true;
            return Ok(Piece::Done);
        }
        if event.name == "error" {
            return Ok(Piece::Error(data.to_owned()));
        }
        match serde_json::from_str(data) {
            Ok(chunk) => self.take_chunk(chunk, data),
            // `event: ping` with whatever it says, and empty keep-alives.
            Err(_) if data.is_empty() || !matches!(&*event.name, "" | "message") => Ok(Piece::Nothing),
            Err(error) => Ok(Piece::Garbage(data.to_owned(), error)),
        }
    }

    /// Takes a whole answer in.
    pub(crate) fn take_whole(&mut self, body: &[u8]) -> Result<Piece, Fault> {
        let body = String::from_utf8_lossy(body);
        let piece = match serde_json::from_str(&body) {
            Ok(chunk) => self.take_chunk(chunk, &body)?,
            Err(error) => Piece::Garbage(body.into_owned(), error),
        };
        self.done = !matches!(piece, Piece::Error(_) | Piece::Garbage(..));
        Ok(piece)
    }

    fn take_chunk(&mut self, chunk: Chunk<'_>, data: &str) -> Result<Piece, Fault> {
        if chunk.error.is_some() || chunk.object.is_some_and(|object| object.0 == "error") {
            return Ok(Piece::Error(data.to_owned()));
        }
        let response = &mut self.response;
        if response.id.is_none() {
            response.id = chunk.id.map(|id| clean(id.0));
            response.model = chunk.model.map(|model| clean(model.0));
            // Truncated to whole seconds; a negative or absurd one becomes 0 or the largest.
            response.created = chunk.created.map(|created| created as u64);
        }
        let counted = chunk.usage.and_then(|usage| usage.prompt_tokens.zip(usage.completion_tokens));
        if let Some((prompt_tokens, completion_tokens)) = counted.filter(|(p, c)| *p.max(c) <= MOST_TOKENS) {
            response.usage = Some(Usage { prompt_tokens, completion_tokens });
        }
        let Some(mut choice) = chunk.choices.0 else {
            return Ok(Piece::Nothing);
        };
        if let Some(reason) = choice.finish_reason.take().filter(|reason| !reason.0.is_empty()) {
            response.finish_reason = Some(clean(reason.0));
        }
        let Some(mut said) = choice.said() else {
            return Ok(Piece::Nothing);
        };
        let thought = said.reasoning().filter(|thought| !thought.0.is_empty());
        let text = said.content.filter(|text| !text.0.is_empty());
        self.length += [&thought, &text].into_iter().flatten().map(|text| text.0.len()).sum::<usize>();
        if self.length > LONGEST {
            return Err(Fault::new(Failure::TooLarge, "the answer exceeds 4 MiB"));
        }
        let thinks = thought.is_some();
        if let Some(thought) = thought {
            response.reasoning.get_or_insert_default().push_str(&clean(thought.0));
        }
        self.has_text |= text.is_some();
        Ok(match text {
            Some(text) => Piece::Text(clean(text.0)),
            None if thinks => Piece::Thought,
            None => Piece::Nothing,
        })
    }

    /// Has the model said that it is done? What follows can only be the usage.
    pub(crate) fn is_finished(&self) -> bool {
        self.done || self.response.finish_reason.is_some()
    }

    /// The verdict when nothing more will come.
    pub(crate) fn end(&self) -> Result<FinishReason, Fault> {
        let reason = self.response.finish_reason.as_deref().map_or(FinishReason::Stop, FinishReason::new);
        match (self.is_finished(), self.has_text) {
            (true, true) => Ok(reason),
            (true, false) if reason == FinishReason::ContentFilter => {
                Err(Fault::new(Failure::Filtered, "the provider's content filter held back the whole answer"))
            }
            (true, false) => Err(Fault::new(Failure::Empty, "the answer holds no text")),
            (false, _) => Err(Fault::new(Failure::Cut, "the connection ended before the answer did")),
        }
    }

    /// Keeps the body of an error.
    pub(crate) fn keep_error(&mut self, body: &str) {
        let end = body.floor_char_boundary(ERROR_BODY);
        self.response.error = Some(clean(body[..end].into()));
    }
}

/// Databases cannot store U+0000.
pub(crate) fn clean(text: Cow<'_, str>) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_endless_answer_is_refused() {
        let mut answer = Answer::default();
        let data = json!({"choices": [{"delta": {"content": "я".repeat(1 << 18)}}]}).to_string();
        let event = Event { name: "".into(), data: data.as_str().into() };
        let taken = (0..20).position(|_| answer.take(&event).is_err());
        assert_eq!(taken, Some(8));
    }

    #[test]
    fn nul_becomes_a_character_that_databases_store() {
        let mut answer = Answer::default();
        let data = r#"{"choices":[{"delta":{"content":"a\u0000b"}}]}"#;
        let piece = answer.take(&Event { name: "".into(), data: data.into() }).unwrap();
        assert!(matches!(piece, Piece::Text(text) if text == "a\u{FFFD}b"));
    }
}
