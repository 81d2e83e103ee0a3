//! A behaviour turned into what happens on the wire, step by step.

use std::{collections::VecDeque, time::Duration};

use axum::http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE, DATE, RETRY_AFTER},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::behaviour::{Behaviour, Fault, Reply, UsageAt, words};

/// One thing that happens.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Head(u16, HeaderMap),
    Chunk(Bytes),
    Sleep(Duration),
    /// Waits to be released.
    Held,
    Abort,
    Hang,
}

/// What the script depends on in the request.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    model: String,
    pub(super) last_user_message: String,
    stream: bool,
    /// The bytes of all messages.
    bytes: usize,
    max_tokens: Option<usize>,
}

impl Conversation {
    pub(super) fn read(body: &[u8]) -> Self {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Read {
            model: String,
            stream: bool,
            max_tokens: Option<usize>,
            messages: Vec<Said>,
        }
        #[derive(Deserialize)]
        struct Said {
            role: String,
            content: String,
        }
        let Read { model, stream, max_tokens, messages } = serde_json::from_slice(body).unwrap_or_default();
        let bytes = messages.iter().map(|message| message.content.len()).sum();
        let last = messages.into_iter().rev().find(|message| message.role == "user");
        let last_user_message = last.map(|message| message.content).unwrap_or_default();
        Self { model, stream, last_user_message, bytes, max_tokens }
    }
}

impl Behaviour {
    /// The steps of one response.
    pub(super) fn script(&self, conversation: &Conversation) -> VecDeque<Step> {
        let mut steps: VecDeque<_> = match &self.reply {
            Reply::Raw { status, kind, body } => self.whole(*status, kind, body.clone()),
            Reply::Json(text) => self.json_answer(text, conversation),
            Reply::Stream(deltas) if conversation.stream => self.stream(deltas, conversation),
            Reply::Stream(deltas) => self.json_answer(&deltas.concat(), conversation),
            Reply::Echo if conversation.stream => self.stream(&words(&conversation.last_user_message), conversation),
            Reply::Echo => self.json_answer(&conversation.last_user_message, conversation),
        }
        .into();
        match self.at_end {
            Some(Fault::Hang) => steps.push_back(Step::Hang),
            Some(Fault::Abort) => steps.push_back(Step::Abort),
            Some(Fault::Error | Fault::End) | None => {}
        }
        steps
    }

    fn json_answer(&self, text: &str, conversation: &Conversation) -> Vec<Step> {
        let mut message = json!({"role": "assistant", "content": text});
        if !self.reasoning.is_empty() {
            message["reasoning_content"] = self.reasoning.as_str().into();
        }
        let mut answer = head("chat.completion", conversation);
        answer["choices"] = json!([{"index": 0, "message": message, "finish_reason": self.reason()}]);
        if self.usage_at != UsageAt::Never {
            answer["usage"] = self.counted(words(text).len(), conversation);
        }
        self.whole(200, "application/json", answer.to_string())
    }

    /// A response whose body is known before it begins.
    fn whole(&self, status: u16, kind: &'static str, body: String) -> Vec<Step> {
        let body = Bytes::from(body);
        let head = Step::Head(status, self.headers(kind));
        let first = Step::Sleep(self.first_delay);
        match self.fault {
            Some((0, Fault::Hang)) => vec![first, Step::Hang],
            Some((0, Fault::Abort)) => vec![first, Step::Abort],
            Some((_, Fault::Hang)) => vec![first, head, Step::Chunk(body.slice(..body.len() / 2)), Step::Hang],
            Some((_, Fault::Abort)) => vec![first, head, Step::Chunk(body.slice(..body.len() / 2)), Step::Abort],
            _ => [first, head].into_iter().chain(self.cut(vec![Step::Chunk(body)])).collect(),
        }
    }

    fn stream(&self, deltas: &[String], conversation: &Conversation) -> Vec<Step> {
        let most = conversation.max_tokens.filter(|most| self.honest && *most < deltas.len());
        let deltas = &deltas[..most.unwrap_or(deltas.len())];
        let head = Step::Head(200, self.headers("text/event-stream; charset=utf-8"));
        match self.fault {
            Some((0, Fault::Hang)) => return vec![Step::Hang],
            Some((0, Fault::Abort)) => return vec![Step::Abort],
            _ => {}
        }
        let frames = Frames { behaviour: self, conversation };
        let mut steps = frames.opening();
        if !self.first_delay.is_zero() {
            steps.push(Step::Sleep(self.first_delay));
        }
        steps
            .extend(words(&self.reasoning).iter().flat_map(|word| frames.delta(json!({"reasoning_content": word}), 0)));
        let spoken = self.fault.map_or(deltas.len(), |(spoken, _)| spoken.min(deltas.len()));
        for (index, delta) in deltas[..spoken].iter().enumerate() {
            if self.held == Some(index) {
                steps.push(Step::Held);
            }
            if index > 0 && !self.chunk_delay.is_zero() {
                steps.push(Step::Sleep(self.chunk_delay));
            }
            steps.extend(frames.delta(json!({"content": delta}), index + 1));
        }
        match self.fault {
            None => steps.extend(frames.ending(deltas.len(), most.map_or(self.reason(), |_| Some("length")))),
            Some((_, Fault::Error)) => steps.push(frames.error()),
            Some((_, Fault::End)) => {}
            Some((_, Fault::Hang)) => steps.push(Step::Hang),
            Some((_, Fault::Abort)) => steps.push(Step::Abort),
        }
        std::iter::once(head).chain(self.cut(steps)).collect()
    }

    fn headers(&self, kind: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Some(Ok(wish)) = self.retry_after.as_ref().map(HeaderValue::try_from) {
            headers.insert(RETRY_AFTER, wish);
            // Dates are given in relation to this one.
            headers.insert(DATE, HeaderValue::from_static("Wed, 21 Oct 2015 07:28:00 GMT"));
        }
        headers
    }

    fn reason(&self) -> Option<&str> {
        Some(self.finish_reason.as_str()).filter(|reason| !reason.is_empty())
    }

    fn counted(&self, deltas: usize, conversation: &Conversation) -> Value {
        let prompt = if self.honest { conversation.bytes.div_ceil(4) } else { 7 };
        let (prompt, completion) = self.usage.unwrap_or((prompt as u64, deltas as u64));
        json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion})
    }

    /// Cuts what is sent without a pause into network chunks.
    fn cut(&self, steps: Vec<Step>) -> Vec<Step> {
        if self.cuts.is_empty() {
            return steps;
        }
        let mut sizes = self.cuts.iter().copied().cycle();
        let mut chunks = |mut run: Vec<u8>| {
            let mut chunks = Vec::new();
            while !run.is_empty() {
                let size = sizes.next().unwrap_or(usize::MAX).min(run.len());
                let rest = run.split_off(size);
                chunks.push(Step::Chunk(run.into()));
                run = rest;
            }
            chunks
        };
        let (mut cut, mut run) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Chunk(bytes) => run.extend_from_slice(&bytes),
                other => {
                    cut.extend(chunks(std::mem::take(&mut run)));
                    cut.push(other);
                }
            }
        }
        cut.extend(chunks(run));
        cut
    }
}

/// Writes the frames of one stream.
struct Frames<'a> {
    behaviour: &'a Behaviour,
    conversation: &'a Conversation,
}

impl Frames<'_> {
    fn opening(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.behaviour.bom {
            steps.push(Step::Chunk(Bytes::from_static("\u{FEFF}".as_bytes())));
        }
        steps.extend(self.delta(json!({"role": "assistant", "content": ""}), 0));
        steps
    }

    /// A delta, and around it what the quirks add.
    fn delta(&self, delta: Value, spoken: usize) -> Vec<Step> {
        let end = self.behaviour.line_end;
        let mut steps = Vec::new();
        if self.behaviour.comments {
            steps.push(text(format!(": ping{end}{end}event: ping{end}data: {{\"type\":\"ping\"}}{end}{end}")));
        }
        if self.behaviour.empty_deltas {
            for empty in [json!({}), json!({"content": ""}), json!({"content": null}), json!(null)] {
                steps.push(self.frame(json!([{"index": 0, "delta": empty, "finish_reason": null}]), spoken));
            }
            steps.push(self.frame(json!([]), spoken));
        }
        steps.push(self.frame(json!([{"index": 0, "delta": delta, "finish_reason": null}]), spoken));
        if self.behaviour.comments {
            steps.push(text(format!(":{end}event: ping{end}{end}")));
        }
        steps
    }

    fn ending(&self, deltas: usize, reason: Option<&str>) -> Vec<Step> {
        let mut steps = Vec::new();
        let usage_at = self.behaviour.usage_at;
        if let Some(reason) = reason {
            let mut chunk = head("chat.completion.chunk", self.conversation);
            chunk["choices"] = json!([{"index": 0, "delta": {}, "finish_reason": reason}]);
            if matches!(usage_at, UsageAt::Finish | UsageAt::Each) {
                chunk["usage"] = self.behaviour.counted(deltas, self.conversation);
            }
            steps.push(self.data(&chunk));
        }
        if usage_at == UsageAt::OwnLastChunk {
            let mut chunk = head("chat.completion.chunk", self.conversation);
            chunk["choices"] = json!([]);
            chunk["usage"] = self.behaviour.counted(deltas, self.conversation);
            steps.push(self.data(&chunk));
        }
        if self.behaviour.done {
            let end = self.behaviour.line_end;
            steps.push(text(format!("data: [DONE]{end}{end}")));
        }
        steps
    }

    fn error(&self) -> Step {
        self.data(&json!({"error": {"message": "the model fell over", "type": "server_error", "code": 500}}))
    }

    fn frame(&self, choices: Value, spoken: usize) -> Step {
        let mut chunk = head("chat.completion.chunk", self.conversation);
        chunk["choices"] = choices;
        match self.behaviour.usage_at {
            UsageAt::Each => {
                chunk["usage"] = json!({"prompt_tokens": 7, "completion_tokens": spoken, "total_tokens": 7 + spoken});
            }
            UsageAt::OwnLastChunk => chunk["usage"] = Value::Null,
            UsageAt::Finish | UsageAt::Never => {}
        }
        self.data(&chunk)
    }

    fn data(&self, chunk: &Value) -> Step {
        let end = self.behaviour.line_end;
        if !self.behaviour.multi_data_lines {
            return text(format!("data: {chunk}{end}{end}"));
        }
        let lines = format!("{chunk:#}").lines().map(|line| format!("data: {line}{end}")).collect::<String>();
        text(lines + end)
    }
}

fn head(object: &str, conversation: &Conversation) -> Value {
    json!({"id": "chatcmpl-fake", "object": object, "created": 1_700_000_000, "model": conversation.model})
}

fn text(text: String) -> Step {
    Step::Chunk(text.into())
}
