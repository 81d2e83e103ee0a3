//! What every test of the client needs.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::time::Duration;

use llm::{
    BreakerConfig, Chat, End, Error, Failure, Limits, Message, ProviderConfig, Providers, Request, Role, Transcript,
};
use testkit::model::FakeModel;

/// Limits that a test never meets.
pub(crate) const AMPLE: Limits = Limits {
    connect: Duration::from_secs(20),
    first_token: Duration::from_secs(20),
    silence: Duration::from_secs(20),
    total: Duration::from_secs(20),
};

/// What the person of every test says.
pub(crate) fn dialogue() -> Vec<Message> {
    vec![
        Message::new(Role::System, "Отвечай \"кратко\".\n"),
        Message::new(Role::User, "Привет!\u{0} 👋"),
        Message::new(Role::Assistant, "Здравствуйте."),
        Message::new(Role::User, "Как дела?"),
    ]
}

pub(crate) fn request() -> Request {
    Request { messages: dialogue(), ..Request::default() }
}

/// A provider at `model` that is asked once.
pub(crate) fn config(name: &str, model: &FakeModel) -> ProviderConfig {
    ProviderConfig { limits: AMPLE, retries: 0, ..ProviderConfig::new(name, model.base_url(), "test-model") }
}

#[expect(clippy::unwrap_used, reason = "a wrong configuration fails the test")]
pub(crate) fn providers(configs: impl IntoIterator<Item = ProviderConfig>) -> Providers {
    Providers::new(configs.into_iter().collect(), BreakerConfig::default()).unwrap()
}

/// One provider at `model`, with what `change` changes.
pub(crate) fn provider(model: &FakeModel, change: impl FnOnce(&mut ProviderConfig)) -> Providers {
    let mut config = config("first", model);
    change(&mut config);
    providers([config])
}

/// Reads a chat to its end.
pub(crate) async fn read(mut chat: Chat) -> (String, Transcript) {
    let mut text = String::new();
    while let Some(piece) = chat.next().await {
        assert!(!piece.is_empty(), "a piece is never empty");
        text.push_str(&piece);
    }
    assert_eq!(chat.next().await, None, "after the end comes nothing");
    (text, chat.finish())
}

pub(crate) async fn ask(providers: &Providers) -> (String, Transcript) {
    read(providers.chat(request())).await
}

/// An end in one word or two, for tables.
pub(crate) fn verdict(end: &End) -> String {
    let kind =
        |error: &Error| error.failure().map_or_else(|| format!("{error:?}"), |failure: Failure| format!("{failure:?}"));
    match end {
        End::Finished(reason) => format!("Finished {reason:?}"),
        End::BrokeOff(error) => format!("BrokeOff {}", kind(error)),
        End::Failed(error) => format!("Failed {}", kind(error)),
        End::Cancelled => "Cancelled".into(),
    }
}

/// The failures of the attempts, `ok` for those that ended well.
pub(crate) fn failures(transcript: &Transcript) -> Vec<String> {
    let failure = |failure: Option<Failure>| failure.map_or("ok".into(), |failure| format!("{failure:?}"));
    transcript.attempts.iter().map(|attempt| failure(attempt.failure)).collect()
}

/// The providers of the attempts.
pub(crate) fn asked(transcript: &Transcript) -> Vec<&str> {
    transcript.attempts.iter().map(|attempt| attempt.provider.as_str()).collect()
}
