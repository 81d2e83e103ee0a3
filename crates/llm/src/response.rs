//! What a provider answered, as the journal keeps it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinishReason {
    /// The answer is complete.
    Stop,
    /// The most tokens were reached.
    Length,
    /// The provider's filter stopped it.
    ContentFilter,
    /// Another reason, in the provider's words.
    Other(String),
}

impl FinishReason {
    pub(crate) fn new(name: &str) -> Self {
        match name {
            "stop" => Self::Stop,
            "length" => Self::Length,
            "content_filter" => Self::ContentFilter,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// What the provider counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the request.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
}

/// A response but for its text, which the caller has; [`render`](Self::render) joins the two.
///
/// No string in it holds U+0000, which databases refuse, or the provider's key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Response {
    /// The provider's id of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model that answered, as it names itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// When, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// Why the model stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// `reasoning_content`, joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// The last usage that was reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The body of an error: its first 16 KiB, invalid UTF-8 replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Response {
    /// The response as JSON text in OpenAI's shape, a `chat.completion` with `content` as its
    /// message. An error without an answer is its own body if that is JSON, else
    /// `{"error": "the body"}`; one in mid-stream stands in the member `error`.
    pub fn render(&self, content: &str) -> String {
        let error = self.error.as_deref().map(|body| match serde_json::from_str::<&RawValue>(body) {
            Ok(json) => Body::Json(json),
            Err(_) => Body::Text(body),
        });
        let rendered = match error {
            Some(Body::Json(json)) if self.is_bare(content) => return json.get().to_owned(),
            error if error.is_some() && self.is_bare(content) => {
                serde_json::to_string(&serde_json::json!({"error": self.error}))
            }
            error => serde_json::to_string(&Completion {
                id: self.id.as_deref(),
                object: "chat.completion",
                created: self.created,
                model: self.model.as_deref(),
                choices: [CompletionChoice {
                    index: 0,
                    message: CompletionMessage {
                        role: "assistant",
                        content,
                        reasoning_content: self.reasoning.as_deref(),
                    },
                    finish_reason: self.finish_reason.as_deref(),
                }],
                usage: self.usage.map(|usage| CompletionUsage {
                    usage,
                    total_tokens: usage.prompt_tokens.saturating_add(usage.completion_tokens),
                }),
                error,
            }),
        };
        // Strings and numbers have no way to fail.
        rendered.unwrap_or_default()
    }

    /// Is there nothing of an answer in it?
    fn is_bare(&self, content: &str) -> bool {
        content.is_empty() && self.id.is_none() && self.reasoning.is_none()
    }
}

#[derive(Serialize)]
struct Completion<'a> {
    id: Option<&'a str>,
    object: &'a str,
    created: Option<u64>,
    model: Option<&'a str>,
    choices: [CompletionChoice<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<CompletionUsage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Body<'a>>,
}

#[derive(Serialize)]
struct CompletionChoice<'a> {
    index: u32,
    message: CompletionMessage<'a>,
    finish_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct CompletionMessage<'a> {
    role: &'a str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
}

#[derive(Serialize)]
struct CompletionUsage {
    #[serde(flatten)]
    usage: Usage,
    total_tokens: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Json(&'a RawValue),
    Text(&'a str),
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rendered(response: &Response, content: &str) -> Value {
        serde_json::from_str(&response.render(content)).unwrap()
    }

    #[test]
    fn a_response_is_rendered_in_openais_shape() {
        let response = Response {
            id: Some("chatcmpl-1".into()),
            model: Some("m".into()),
            created: Some(1_700_000_000),
            finish_reason: Some("stop".into()),
            reasoning: Some("hm".into()),
            usage: Some(Usage { prompt_tokens: 3, completion_tokens: 4 }),
            error: None,
        };
        assert_eq!(
            rendered(&response, "Привет"),
            json!({
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "m",
                "choices": [{
                    "index": 0,
                    "message": {"role": "assistant", "content": "Привет", "reasoning_content": "hm"},
                    "finish_reason": "stop",
                }],
                "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
            }),
        );
        let stored = serde_json::to_string(&response).unwrap();
        assert_eq!(serde_json::from_str::<Response>(&stored).unwrap(), response);
    }

    #[test]
    fn an_error_is_rendered_as_it_came() {
        let error = |body: &str| Response { error: Some(body.into()), ..Response::default() };
        assert_eq!(error(r#"{"error": {"code": 1}}"#).render(""), r#"{"error": {"code": 1}}"#);
        assert_eq!(rendered(&error("<html>"), ""), json!({"error": "<html>"}));
        let broken = rendered(&error(r#"{"error":"x"}"#), "half");
        assert_eq!(broken["choices"][0]["message"]["content"], "half");
        assert_eq!(broken["error"], json!({"error": "x"}));
    }
}
