//! The JSON of the protocol, as leniently as servers differ, borrowed from the text it stands in.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::error::{Failure, Fault};

/// One event of a stream, or a whole answer: they differ in `delta` and `message`.
#[derive(Debug, Deserialize)]
pub(crate) struct Chunk<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) model: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) object: Option<Text<'a>>,
    /// Seconds since 1970; some servers count their fractions.
    pub(crate) created: Option<f64>,
    #[serde(borrow, default)]
    pub(crate) choices: First<'a>,
    pub(crate) usage: Option<Counted>,
    #[serde(borrow)]
    pub(crate) error: Option<&'a RawValue>,
}

/// A string; `Option<Cow<str>>` would always be copied, this is not.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The usage, in servers that count one, both or neither.
#[derive(Debug, Deserialize)]
pub(crate) struct Counted {
    pub(crate) prompt_tokens: Option<u64>,
    pub(crate) completion_tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Choice<'a> {
    #[serde(default)]
    index: Option<u64>,
    #[serde(borrow)]
    delta: Option<Said<'a>>,
    #[serde(borrow)]
    message: Option<Said<'a>>,
    #[serde(borrow)]
    pub(crate) finish_reason: Option<Text<'a>>,
}

impl<'a> Choice<'a> {
    pub(crate) fn said(&mut self) -> Option<Said<'a>> {
        self.delta.take().or(self.message.take())
    }
}

/// The text of a delta or message.
#[derive(Debug, Deserialize)]
pub(crate) struct Said<'a> {
    #[serde(borrow)]
    pub(crate) content: Option<Text<'a>>,
    #[serde(borrow)]
    reasoning_content: Option<Text<'a>>,
    /// What OpenRouter and Ollama call `reasoning_content`.
    #[serde(borrow)]
    reasoning: Option<Text<'a>>,
}

impl<'a> Said<'a> {
    pub(crate) fn reasoning(&mut self) -> Option<Text<'a>> {
        self.reasoning_content.take().or(self.reasoning.take())
    }
}

/// Of `choices`, the one with index 0, read without a list.
#[derive(Debug, Default)]
pub(crate) struct First<'a>(pub(crate) Option<Choice<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for First<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Choices).map(Self)
    }
}

struct Choices;

impl<'de> Visitor<'de> for Choices {
    type Value = Option<Choice<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of choices or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut first = None;
        while let Some(choice) = list.next_element::<Choice<'de>>()? {
            if choice.index.unwrap_or(0) == 0 {
                first.get_or_insert(choice);
            }
        }
        Ok(first)
    }
}

/// What an error's body says, whoever wrote it.
#[derive(Debug, Default, PartialEq)]
struct Complaint {
    message: Option<String>,
    code: Option<u16>,
    /// It says that the request is at fault.
    refused: bool,
}

impl Complaint {
    /// Reads `{"error":{"message","type","code"}}`, `{"error":"…"}`, the same within a list, the
    /// members without `error`, and `{"detail":"…"}`.
    fn read(body: &str) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(body) else {
            return Self { message: title(body), ..Self::default() };
        };
        let value = value.get(0).unwrap_or(&value);
        let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
        let text = |name| error.get(name).and_then(Value::as_str);
        let message = error.as_str().or(text("message")).or(text("detail"));
        let code = error.get("code").and_then(|code| match code {
            Value::String(code) => code.parse().ok(),
            code => code.as_u64(),
        });
        Self {
            message: message.map(str::to_owned),
            code: code.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code)),
            refused: text("type") == Some("invalid_request_error"),
        }
    }
}

/// The fault that an answer with this HTTP status is.
pub(crate) fn status_fault(status: u16, body: &str) -> Fault {
    let message = match Complaint::read(body).message {
        Some(message) => format!("HTTP {status}: {}", short(&message)),
        None => format!("HTTP {status}"),
    };
    Fault::new(Failure::of_status(status), message)
}

/// The fault that an error object within an answer of HTTP 200 is.
pub(crate) fn reported_fault(body: &str) -> Fault {
    let complaint = Complaint::read(body);
    let failure = match complaint.code {
        Some(code) => Failure::of_status(code),
        None if complaint.refused => Failure::Refused,
        None => Failure::Reported,
    };
    let message = complaint.message.as_deref().unwrap_or(body);
    Fault::new(failure, format!("the provider reports: {}", short(message)))
}

/// An HTML page's title.
fn title(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim().to_owned())
}

/// The beginning of a text, for a message in one line.
fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_choice_is_read_and_plain_text_is_borrowed() {
        let text = r#"{"id":"x","choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"role":"assistant","content":"да"},"finish_reason":null}]}"#;
        let chunk: Chunk<'_> = serde_json::from_str(text).unwrap();
        let said = chunk.choices.0.unwrap().said().unwrap();
        assert!(matches!(said.content.unwrap().0, Cow::Borrowed("да")));

        for text in ["{}", r#"{"choices":null,"usage":null,"error":null}"#, r#"{"choices":[]}"#] {
            let chunk: Chunk<'_> = serde_json::from_str(text).unwrap();
            assert!(chunk.choices.0.is_none() && chunk.error.is_none(), "{text}");
        }
    }

    #[test]
    fn complaints_of_many_kinds_are_understood() {
        let complaint = |message: &str, code, refused| Complaint { message: Some(message.into()), code, refused };
        for (body, expected) in [
            (r#"{"error":{"message":"a","type":"invalid_request_error","code":null}}"#, complaint("a", None, true)),
            (r#"{"error":{"message":"a","code":"429"}}"#, complaint("a", Some(429), false)),
            (r#"[{"error":{"message":"a","code":503}}]"#, complaint("a", Some(503), false)),
            (r#"{"error":"a"}"#, complaint("a", None, false)),
            (r#"{"object":"error","message":"a","code":404}"#, complaint("a", Some(404), false)),
            (r#"{"detail":"a"}"#, complaint("a", None, false)),
            ("<html><title> 502 Bad Gateway </title>", complaint("502 Bad Gateway", None, false)),
            ("nothing", Complaint::default()),
        ] {
            assert_eq!(Complaint::read(body), expected, "{body}");
        }
    }
}
