//! What every test needs.

use std::{future::Future, time::Duration};

use serde_json::Value;
use testkit::{
    app::{Builder, Database, Event, Events, TestApp},
    model::FakeModel,
};

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_beseda");

/// A service that asks `model`, with limits out of the way, not yet started.
pub(crate) fn service(database: Database, model: &FakeModel) -> Builder {
    const PLENTY: u32 = 1_000_000_000;
    TestApp::builder(BINARY, database)
        .model(model)
        .env("BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE", PLENTY)
        .env("BESEDA__LIMITS__CALLS_PER_MINUTE", PLENTY)
        .env("BESEDA__LIMITS__CALLS_AT_ONCE", PLENTY)
        .env("BESEDA__PLANS__FREE__USAGE_LIMIT", PLENTY)
        .env("BESEDA__PLANS__FREE__PERIOD", "none")
}

/// Waits until `holds`, for at most so many seconds.
pub(crate) async fn within<F: Future<Output = bool>>(seconds: u64, what: &str, mut holds: impl FnMut() -> F) {
    let waited = tokio::time::timeout(Duration::from_secs(seconds), async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(waited.await.is_ok(), "not within {seconds} s: {what}");
}

/// Waits for `work`, for at most so many seconds.
pub(crate) async fn in_time<T>(seconds: u64, what: &str, work: impl Future<Output = T>) -> T {
    let worked = tokio::time::timeout(Duration::from_secs(seconds), work).await;
    worked.unwrap_or_else(|_| panic!("not within {seconds} s: {what}"))
}

/// Reads deltas until there are `pieces` of them; gives the text.
pub(crate) async fn read(events: &mut Events, pieces: usize) -> String {
    let mut text = String::new();
    for _ in 0..pieces {
        text += &events.until("delta").await.text();
    }
    text
}

/// The `ai_message` of a stream's last event, which must be `done`.
pub(crate) fn done(events: &[Event]) -> Value {
    let last = events.last().expect("a stream has an end");
    assert_eq!(last.name, "done", "{last:?}");
    last.json()["ai_message"].clone()
}
