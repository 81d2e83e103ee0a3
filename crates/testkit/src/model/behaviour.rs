//! What the fake model does with a request, as tests write it down.

use std::time::Duration;

/// An answer or a fault, with its quirks. The methods can be chained in any order.
#[derive(Debug, Clone)]
pub struct Behaviour {
    pub(super) reply: Reply,
    /// Deltas of `reasoning_content` before the text.
    pub(super) reasoning: String,
    pub(super) usage: Option<(u64, u64)>,
    pub(super) usage_at: UsageAt,
    /// Stops at `max_tokens`, and counts what it was sent.
    pub(super) honest: bool,
    pub(super) finish_reason: String,
    pub(super) fault: Option<(usize, Fault)>,
    /// How much is said before it waits to be released.
    pub(super) held: Option<usize>,
    /// After everything else.
    pub(super) at_end: Option<Fault>,
    pub(super) first_delay: Duration,
    pub(super) chunk_delay: Duration,
    pub(super) retry_after: Option<String>,
    pub(super) done: bool,
    pub(super) comments: bool,
    pub(super) multi_data_lines: bool,
    pub(super) empty_deltas: bool,
    pub(super) bom: bool,
    pub(super) line_end: &'static str,
    /// The sizes of the network chunks, again and again; empty: one a frame.
    pub(super) cuts: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// These deltas, one a frame.
    Stream(Vec<String>),
    /// The user's last message, word by word.
    Echo,
    /// This answer whole.
    Json(String),
    /// A body that is no answer.
    Raw { status: u16, kind: &'static str, body: String },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum UsageAt {
    Never,
    /// As OpenAI does: after the finish reason, with no choice.
    OwnLastChunk,
    /// With the finish reason.
    Finish,
    /// Growing, in each.
    Each,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    Error,
    Abort,
    Hang,
    End,
}

impl Behaviour {
    fn new(reply: Reply) -> Self {
        Self {
            reply,
            reasoning: String::new(),
            usage: None,
            usage_at: UsageAt::OwnLastChunk,
            honest: false,
            finish_reason: "stop".into(),
            fault: None,
            held: None,
            at_end: None,
            first_delay: Duration::ZERO,
            chunk_delay: Duration::ZERO,
            retry_after: None,
            done: true,
            comments: false,
            multi_data_lines: false,
            empty_deltas: false,
            bom: false,
            line_end: "\n",
            cuts: Vec::new(),
        }
    }

    /// A streamed answer, a delta a word, as OpenAI sends it: the role first, a finish reason,
    /// the usage, `[DONE]`.
    pub fn answer(text: &str) -> Self {
        Self::new(Reply::Stream(words(text)))
    }

    /// A streamed answer of exactly these deltas.
    pub fn deltas(deltas: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(Reply::Stream(deltas.into_iter().map(Into::into).collect()))
    }

    /// A streamed answer of `n` words: `слово1 слово2 …`.
    pub fn tokens(n: usize) -> Self {
        Self::deltas((1..=n).map(|number| format!("слово{number} ")))
    }

    /// A streamed answer that repeats the user's last message.
    pub fn echo() -> Self {
        Self::new(Reply::Echo)
    }

    /// A whole answer in one JSON body, though a stream was asked for.
    pub fn json(text: &str) -> Self {
        Self::new(Reply::Json(text.into()))
    }

    /// An error with this status and body: JSON if it begins like it, else HTML.
    pub fn error(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        let json = body.trim_start().starts_with(['{', '[']);
        let kind = if json { "application/json" } else { "text/html; charset=utf-8" };
        Self::new(Reply::Raw { status, kind, body })
    }

    /// The error page of a proxy.
    pub fn html(status: u16) -> Self {
        let body =
            format!("<!doctype html><html><head><title>{status} from the proxy</title></head><body></body></html>");
        Self::error(status, body)
    }

    /// HTTP 200, and then an error object as the body.
    pub fn ok_with_error_object() -> Self {
        Self::error(200, r#"{"error":{"message":"the model is overloaded","type":"server_error","code":null}}"#)
    }

    /// A stream with a frame that is no JSON.
    pub fn garbage() -> Self {
        let body = "data: {\"choices\":[{\"delta\":\n\n".into();
        Self::new(Reply::Raw { status: 200, kind: "text/event-stream", body })
    }

    /// Any body of any content type with HTTP 200.
    pub fn raw(kind: &'static str, body: impl Into<String>) -> Self {
        Self::new(Reply::Raw { status: 200, kind, body: body.into() })
    }

    /// Waits before the first delta; before the head of a whole answer or an error.
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// Waits between deltas.
    pub fn chunk_delay(mut self, delay: Duration) -> Self {
        self.chunk_delay = delay;
        self
    }

    /// Reports this usage. Without it: 7 tokens of the prompt, and one a delta.
    pub fn usage(mut self, prompt: u64, completion: u64) -> Self {
        self.usage = Some((prompt, completion));
        self
    }

    /// Stops a streamed answer at the request's `max_tokens`, a word a token, with the reason `length`; and counts the
    /// prompt, a token for every four bytes.
    pub fn honest(mut self) -> Self {
        self.honest = true;
        self
    }

    /// Reports no usage.
    pub fn without_usage(mut self) -> Self {
        self.usage_at = UsageAt::Never;
        self
    }

    /// Reports the usage in each frame, growing.
    pub fn usage_in_each(mut self) -> Self {
        self.usage_at = UsageAt::Each;
        self
    }

    /// Reports the usage in the frame of the finish reason.
    pub fn usage_with_finish(mut self) -> Self {
        self.usage_at = UsageAt::Finish;
        self
    }

    /// Reports the usage in a last frame with no choice (as it does unless told otherwise).
    pub fn usage_in_own_last_chunk(mut self) -> Self {
        self.usage_at = UsageAt::OwnLastChunk;
        self
    }

    /// Ends without `[DONE]`.
    pub fn without_done(mut self) -> Self {
        self.done = false;
        self
    }

    /// Ends lines with CR LF.
    pub fn crlf(mut self) -> Self {
        self.line_end = "\r\n";
        self
    }

    /// Begins with a byte order mark.
    pub fn bom(mut self) -> Self {
        self.bom = true;
        self
    }

    /// Adds comments (`: ping`) and named events (`event: ping`) between the frames.
    pub fn with_comments(mut self) -> Self {
        self.comments = true;
        self
    }

    /// Spreads the JSON of a frame over several `data:` lines.
    pub fn multi_data_lines(mut self) -> Self {
        self.multi_data_lines = true;
        self
    }

    /// Cuts the stream into network chunks of `bytes`, through frames and characters.
    pub fn split_every(self, bytes: usize) -> Self {
        self.split_by([bytes])
    }

    /// Cuts the stream into network chunks of these sizes, again and again.
    pub fn split_by(mut self, sizes: impl IntoIterator<Item = usize>) -> Self {
        self.cuts = sizes.into_iter().map(|size| size.max(1)).collect();
        self
    }

    /// Thinks first: deltas of `reasoning_content`.
    pub fn reasoning(mut self, text: &str) -> Self {
        self.reasoning = text.into();
        self
    }

    /// Adds deltas that are empty, null or missing.
    pub fn empty_deltas(mut self) -> Self {
        self.empty_deltas = true;
        self
    }

    /// Stops for this reason; an empty one is not sent at all.
    pub fn finish_reason(mut self, reason: &str) -> Self {
        self.finish_reason = reason.into();
        self
    }

    /// Sends `Retry-After` in seconds.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.retry_after_text(seconds.to_string())
    }

    /// Sends `Retry-After` as it is given, for dates.
    pub fn retry_after_text(mut self, text: impl Into<String>) -> Self {
        self.retry_after = Some(text.into());
        self
    }

    /// After `deltas` of the text, sends an error object in place of the rest.
    pub fn error_after(self, deltas: usize) -> Self {
        self.fault(deltas, Fault::Error)
    }

    /// After `deltas` of the text, breaks the connection off; 0: before the head.
    pub fn abort_after(self, deltas: usize) -> Self {
        self.fault(deltas, Fault::Abort)
    }

    /// After `deltas` of the text, says nothing any more; 0: before the head.
    pub fn hang_after(self, deltas: usize) -> Self {
        self.fault(deltas, Fault::Hang)
    }

    /// After `deltas` of the text, ends the response in good order, but with no finish reason.
    pub fn end_after(self, deltas: usize) -> Self {
        self.fault(deltas, Fault::End)
    }

    /// After `deltas` of the text, says nothing until [`release`](super::FakeModel::release), and then the rest.
    pub fn held_after(mut self, deltas: usize) -> Self {
        self.held = Some(deltas);
        self
    }

    /// Says everything and then keeps the connection open, in silence.
    pub fn then_hang(mut self) -> Self {
        self.at_end = Some(Fault::Hang);
        self
    }

    /// Says everything and then breaks the connection off.
    pub fn then_abort(mut self) -> Self {
        self.at_end = Some(Fault::Abort);
        self
    }

    fn fault(mut self, deltas: usize, fault: Fault) -> Self {
        self.fault = Some((deltas, fault));
        self
    }
}

/// The words of a text with the space that follows each; joined they are the text.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}
