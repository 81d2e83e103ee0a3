//! What is asked, and its exact bytes.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The operator's instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One message of the dialogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// The text.
    pub content: String,
}

impl Message {
    /// A message of `role`.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// One chat: the dialogue so far, and what may differ from the providers' configuration.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The dialogue, oldest first.
    pub messages: Vec<Message>,
    /// The answer's most tokens; a smaller number among the provider's parameters wins.
    pub max_tokens: Option<u32>,
    /// The providers to ask, in this order; `None` is all as configured. Unknown names are skipped.
    pub providers: Option<Vec<String>>,
    /// Takes the place of the provider's model.
    pub model: Option<String>,
}

/// The exact body of a request: `{"messages":[…],` and then `parameters`, which is the text of a
/// JSON object, without its opening brace.
///
/// It depends on nothing but its arguments, so a journal that keeps both can rebuild every body
/// and check it by [`Attempt::body_sha256`](crate::Attempt::body_sha256).
pub fn encode(parameters: &str, messages: &[Message]) -> Bytes {
    let parameters = parameters.trim_start().strip_prefix('{').unwrap_or(parameters).trim_start();
    let content: usize = messages.iter().map(|message| message.content.len() + 40).sum();
    let mut body = Vec::with_capacity(content + parameters.len() + 16);
    body.extend_from_slice(b"{\"messages\":");
    // Writing strings to memory has no way to fail.
    let written = serde_json::to_writer(&mut body, messages);
    debug_assert!(written.is_ok(), "messages are plain strings");
    if !parameters.starts_with('}') {
        body.push(b',');
    }
    body.extend_from_slice(parameters.as_bytes());
    body.into()
}

/// The parameters of one request as JSON text; keys in `serde_json`'s order.
///
/// `stream_options` asks for the usage; a provider that does not know it gets its own value from
/// the configuration, or none if that is `null`.
pub(crate) fn parameters(
    configured: &Map<String, Value>,
    model: &str,
    stream: bool,
    max_tokens: Option<(&str, u32)>,
) -> String {
    let mut parameters = configured.clone();
    parameters.insert("model".into(), model.into());
    parameters.insert("stream".into(), stream.into());
    if stream {
        parameters.entry("stream_options").or_insert_with(|| serde_json::json!({"include_usage": true}));
    }
    if let Some((field, most)) = max_tokens {
        let configured = parameters.get(field).and_then(Value::as_u64).unwrap_or(u64::MAX);
        parameters.insert(field.into(), configured.min(most.into()).into());
    }
    if !stream || parameters.get("stream_options").is_some_and(Value::is_null) {
        parameters.remove("stream_options");
    }
    Value::Object(parameters).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_body_is_the_messages_and_then_the_parameters() {
        let messages = [Message::new(Role::System, "Be \"kind\".\n"), Message::new(Role::User, "Привет")];
        let body = encode(r#"{"model":"m","temperature":0.5}"#, &messages);
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            r#"{"messages":[{"role":"system","content":"Be \"kind\".\n"},{"role":"user","content":"Привет"}],"model":"m","temperature":0.5}"#,
        );
        assert_eq!(&encode("{}", &[])[..], br#"{"messages":[]}"#);
    }

    #[test]
    fn the_clients_own_parameters_join_the_configured_ones() {
        let configured = json!({"temperature": 0.2, "max_tokens": 50, "stream_options": null});
        let Value::Object(configured) = configured else { unreachable!() };
        let value = |text: String| serde_json::from_str::<Value>(&text).unwrap();

        assert_eq!(
            value(parameters(&Map::new(), "m", true, Some(("max_completion_tokens", 9)))),
            json!({"model": "m", "stream": true, "stream_options": {"include_usage": true}, "max_completion_tokens": 9}),
        );
        assert_eq!(
            value(parameters(&configured, "m", true, Some(("max_tokens", 80)))),
            json!({"model": "m", "stream": true, "temperature": 0.2, "max_tokens": 50}),
        );
        assert_eq!(value(parameters(&Map::new(), "m", false, None)), json!({"model": "m", "stream": false}),);
    }
}
