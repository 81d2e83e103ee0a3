//! A thin, exact client of OpenAI-compatible chat completions.
//!
//! [`Providers`] is a list of servers that speak the protocol. A [`Chat`] asks them in order until
//! one begins to answer, hands out the answer's text piece by piece, and at the end gives a
//! [`Transcript`]: every attempt with the bytes that were sent (as parameters and a hash), the
//! response as it was assembled, the times, and the reason of every failure.
//!
//! ```text
//! Providers::chat(request) → Chat::next() … Chat::next() → Chat::finish() → Transcript
//! ```
//!
//! From the outside in: `chat` chooses a provider and retries; `attempt` makes one call under the
//! limits of its `timer`; `answer` assembles what the call said
//! into a `response`; `wire` and `sse` are the two formats below.

mod answer;
mod attempt;
mod breaker;
mod chat;
mod error;
mod provider;
mod request;
mod response;
mod retry;
mod sse;
mod timer;
mod tokens;
mod wire;

pub use attempt::Attempt;
pub use breaker::BreakerConfig;
pub use chat::{Chat, End, Transcript};
pub use error::{ConfigError, Error, Failure, Limit};
pub use provider::{Limits, Price, ProviderConfig, Providers};
pub use request::{Message, Request, Role, encode};
pub use response::{FinishReason, Response, Usage};
pub use tokens::{count, count_messages, estimate};
