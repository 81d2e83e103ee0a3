//! Periodic work. Each job is idempotent and works in small batches, so every node may run it.

mod drop_payloads;
mod expired_link_codes;
mod expired_tokens;
mod forget_telegram;

use std::time::Duration;

use crate::app::Shared;

const HOUR: Duration = Duration::from_secs(3600);
/// Rows of a batch: small, so that chat traffic never waits long for SQLite's writer.
const BATCH: i64 = 500;

/// Starts all jobs.
pub fn start(app: &Shared) {
    let shared = app.clone();
    app.tasks.every("expired-tokens", HOUR, move || expired_tokens::run(shared.clone()));
    let shared = app.clone();
    app.tasks.every("expired-link-codes", HOUR, move || expired_link_codes::run(shared.clone()));
    if app.bot.is_some() {
        let shared = app.clone();
        app.tasks.every("forget-telegram", HOUR, move || forget_telegram::run(shared.clone()));
    }
    if app.config.journal.payload_days > 0 {
        let shared = app.clone();
        app.tasks.every("drop-payloads", HOUR, move || drop_payloads::run(shared.clone()));
    }
}
