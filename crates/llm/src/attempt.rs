//! One call to one provider, under its four time limits.

use std::{future::Future, mem, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout_at};

use crate::{
    answer::{Answer, ERROR_BODY, Piece, clean},
    breaker::Permit,
    error::{Failure, Fault, Limit},
    provider::Provider,
    request::{Request, encode},
    response::{FinishReason, Response, Usage},
    retry,
    sse::{self, Events},
    timer::Timer,
    wire,
};

/// The largest answer that does not come as a stream, in bytes: escaped, 4 MiB of text may be more.
const WHOLE: usize = 8 * 1024 * 1024;

/// A key that stands across the end of the kept part of an error's body is still found whole.
const ERROR_READ: usize = ERROR_BODY + 1024;

/// What the journal keeps of one call.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The provider's name.
    pub provider: String,
    /// The model that was asked for.
    pub model: String,
    /// The parameters that were sent: with the messages, [`encode`] makes the body of them.
    pub parameters: Arc<str>,
    /// The SHA-256 of the body that was sent.
    pub body_sha256: [u8; 32],
    /// When it began, since the chat did.
    pub started: Duration,
    /// How long it took, from beginning to end.
    pub response_time: Duration,
    /// From its beginning to the first text. `None`: there was no text.
    pub time_to_first_token: Option<Duration>,
    /// The HTTP status, if there was one.
    pub status_code: Option<u16>,
    /// What was answered, but for the text; `None` without an HTTP status.
    pub response: Option<Response>,
    /// What went wrong, in words for operators, without the key and the URL's credentials.
    pub error: Option<String>,
    /// The kind of what went wrong; `None` if it ended well or was cancelled.
    pub failure: Option<Failure>,
    /// The last usage that the provider reported.
    pub usage: Option<Usage>,
}

/// A call in progress.
pub(crate) struct Running {
    pub(crate) provider: Arc<Provider>,
    permit: Permit,
    record: Attempt,
    timer: Timer,
    phase: Phase,
    answer: Answer,
}

enum Phase {
    Sending(Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send>>),
    Reading(Box<reqwest::Response>, Body),
    Over,
}

/// The body that is being read.
enum Body {
    Stream(Events),
    Whole(Vec<u8>),
    Error(Vec<u8>),
}

impl Running {
    /// Prepares a call; it is made when [`next`](Self::next) is polled. `since` is the chat's age.
    pub(crate) fn new(provider: Arc<Provider>, permit: Permit, request: &Request, since: Duration) -> Self {
        let parameters = provider.parameters(request);
        let body = encode(&parameters, &request.messages);
        let record = Attempt {
            provider: provider.config.name.clone(),
            model: request.model.as_ref().unwrap_or(&provider.config.model).clone(),
            parameters,
            body_sha256: Sha256::digest(&body).into(),
            started: since,
            response_time: Duration::ZERO,
            time_to_first_token: None,
            status_code: None,
            response: None,
            error: None,
            failure: None,
            usage: None,
        };
        Self {
            timer: Timer::new(provider.config.limits, provider.config.stream),
            phase: Phase::Sending(Box::pin(provider.post(body).send())),
            provider,
            permit,
            record,
            answer: Answer::default(),
        }
    }

    /// The next text; `None` when the answer is complete. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, Fault> {
        loop {
            if let Some(text) = self.read_events()? {
                return Ok(Some(text));
            }
            let (deadline, limit) = self.timer.deadline();
            let step = match &mut self.phase {
                Phase::Sending(response) => match timeout_at(deadline, response).await {
                    Ok(Ok(response)) => {
                        self.receive(response);
                        Ok(None)
                    }
                    Ok(Err(error)) => Err(unsent(error)),
                    Err(_) => Err(Fault::timeout(limit)),
                },
                // A stream that always has more to say would never let the timer have its turn.
                Phase::Reading(..) if deadline <= Instant::now() => self.cut(Fault::timeout(limit)),
                Phase::Reading(response, _) => match timeout_at(deadline, response.chunk()).await {
                    Ok(Ok(Some(chunk))) => self.push(chunk),
                    Ok(Ok(None)) => self.at_end(),
                    Ok(Err(error)) => self.cut(broken(error)),
                    Err(_) => self.cut(Fault::timeout(limit)),
                },
                Phase::Over => return self.answer.end().map(|_| None),
            };
            if let Some(text) = step? {
                return Ok(Some(text));
            }
        }
    }

    /// The events that have come, up to the first with text.
    fn read_events(&mut self) -> Result<Option<String>, Fault> {
        while let Phase::Reading(_, Body::Stream(events)) = &mut self.phase {
            let Some(event) = events.next().map_err(too_large)? else {
                break;
            };
            let piece = self.answer.take(&event)?;
            if let Some(text) = self.note(piece)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Takes down what a piece means for times and limits; gives its text on.
    fn note(&mut self, piece: Piece) -> Result<Option<String>, Fault> {
        if self.answer.is_finished() {
            self.timer.finished();
        }
        match piece {
            Piece::Text(text) => {
                self.timer.token();
                if self.record.time_to_first_token.is_none() {
                    self.record.time_to_first_token = Some(self.timer.elapsed());
                    self.permit.answering();
                }
                return Ok(Some(text));
            }
            Piece::Thought => self.timer.token(),
            Piece::Done => self.timer.done(),
            Piece::Nothing => {}
            // Whatever follows the end of an answer takes nothing from it.
            Piece::Error(_) | Piece::Garbage(..) if self.answer.is_finished() => {}
            Piece::Error(body) => return Err(wire::reported_fault(&self.keep(&body))),
            Piece::Garbage(body, error) => {
                self.keep(&body);
                return Err(Fault::new(Failure::Protocol, format!("not a chat completion: {error}")));
            }
        }
        Ok(None)
    }

    /// The head of the response says what the body is.
    fn receive(&mut self, mut response: reqwest::Response) {
        self.record.status_code = Some(response.status().as_u16());
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let streams = self.provider.config.stream && !kind.ends_with("json");
        let body = if !response.status().is_success() || kind == "text/html" {
            self.timer.is_error();
            Body::Error(Vec::new())
        } else if kind == "text/event-stream" || streams {
            // They are of no more use, and would keep the connection from using its buffer again.
            response.headers_mut().clear();
            Body::Stream(Events::default())
        } else {
            self.timer.comes_whole();
            Body::Whole(Vec::new())
        };
        self.phase = Phase::Reading(Box::new(response), body);
    }

    fn push(&mut self, chunk: Bytes) -> Result<Option<String>, Fault> {
        let Phase::Reading(_, body) = &mut self.phase else {
            return Ok(None);
        };
        match body {
            Body::Stream(events) => events.push(chunk),
            Body::Whole(body) if body.len() + chunk.len() > WHOLE => {
                return Err(Fault::new(Failure::TooLarge, "the answer exceeds 8 MiB"));
            }
            Body::Whole(body) => body.extend_from_slice(&chunk),
            Body::Error(body) => {
                body.extend_from_slice(&chunk);
                if body.len() >= ERROR_READ {
                    return self.at_end();
                }
            }
        }
        Ok(None)
    }

    /// The body has ended, or what is of interest of it.
    fn at_end(&mut self) -> Result<Option<String>, Fault> {
        let Phase::Reading(response, body) = mem::replace(&mut self.phase, Phase::Over) else {
            return Ok(None);
        };
        let piece = match body {
            Body::Stream(mut events) => match events.last().map(|event| self.answer.take(&event)) {
                // Half an event is how a cut looks; what stands is judged without it.
                None | Some(Ok(Piece::Garbage(..))) => Piece::Nothing,
                Some(piece) => piece?,
            },
            Body::Whole(body) => self.answer.take_whole(&body)?,
            Body::Error(body) => return Err(self.refused(&response, &body)),
        };
        self.note(piece)
    }

    /// The connection broke or a limit ran out; when all is said, that is no fault.
    fn cut(&mut self, fault: Fault) -> Result<Option<String>, Fault> {
        match self.phase {
            Phase::Reading(_, Body::Error(_)) => self.at_end(),
            _ if self.answer.is_finished() => self.at_end(),
            _ => Err(fault),
        }
    }

    /// The verdict on a response that is no answer.
    fn refused(&mut self, response: &reqwest::Response, body: &[u8]) -> Fault {
        let body = self.keep(&String::from_utf8_lossy(body));
        if response.status().is_success() {
            return Fault::new(Failure::Protocol, "an HTML page in place of an answer");
        }
        let fault = wire::status_fault(response.status().as_u16(), &body);
        Fault { retry_after: retry::retry_after(response.headers()), ..fault }
    }

    /// Keeps the body of an error, without the key, and returns it.
    fn keep(&mut self, body: &str) -> String {
        let body = self.provider.redact(body).into_owned();
        self.answer.keep_error(&body);
        body
    }

    /// Has the person seen any of it?
    pub(crate) fn has_text(&self) -> bool {
        self.answer.has_text
    }

    /// The end of an answer, after `next` gave `None`.
    pub(crate) fn succeeded(self) -> (Attempt, FinishReason) {
        let reason = self.answer.end().unwrap_or(FinishReason::Stop);
        let (attempt, permit) = self.close();
        permit.succeeded();
        (attempt, reason)
    }

    /// The end of an answer, after `next` gave a fault.
    pub(crate) fn failed(self, fault: &Fault) -> Attempt {
        let message = clean(self.provider.redact(&fault.message));
        let (mut attempt, permit) = self.close();
        if !fault.failure.is_own_fault() && permit.failed() {
            tracing::warn!(
                provider = attempt.provider,
                error = message,
                "a model provider rests after repeated failures"
            );
        }
        attempt.failure = Some(fault.failure);
        attempt.error = Some(message);
        attempt
    }

    /// The end that the caller wished for; the connection closes.
    pub(crate) fn cancelled(self) -> Attempt {
        let (mut attempt, _) = self.close();
        attempt.error = Some("cancelled".to_owned());
        attempt
    }

    fn close(self) -> (Attempt, Permit) {
        let Self { mut record, answer, timer, permit, .. } = self;
        record.response_time = timer.elapsed();
        record.usage = answer.response.usage;
        record.response = record.status_code.map(|_| answer.response);
        (record, permit)
    }
}

fn unsent(error: reqwest::Error) -> Fault {
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => Fault::timeout(Limit::Connect),
        (true, false) => Fault::new(Failure::Connect, chain(error)),
        (false, _) => broken(error),
    }
}

fn broken(error: reqwest::Error) -> Fault {
    Fault::new(Failure::Cut, format!("the connection broke off: {}", chain(error)))
}

fn too_large(_: sse::TooLarge) -> Fault {
    Fault::new(Failure::TooLarge, "an event of the stream exceeds 1 MiB")
}

/// An error with its causes, and without the URL, which may hold a password.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
