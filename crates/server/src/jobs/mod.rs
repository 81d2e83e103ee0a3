//! Work beside the calls of people: periodic work, one file each, and a queue of what is to be done after a commit.
//!
//! What is periodic is idempotent and works in small batches, so every node may run it. What is queued is a [`Task`],
//! written with what it follows from (`task`), and done once by whichever node claims it first (`queue`).

pub mod acts;
mod drop_payloads;
mod expired_link_codes;
mod expired_staff;
mod expired_tokens;
mod forget_telegram;
mod google_purchases;
mod plan_ended;
mod providers;
mod queue;
mod roll_over;
mod search_keys;
mod session_days;
mod star_transactions;
mod task;
mod unpaid_invoices;

use std::{fmt::Display, future::Future, time::Duration};

pub use queue::Queue;
pub use roll_over::run as roll_over;
pub use task::{Task, Tried};

use crate::{app::Shared, figures};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
/// Rows of a batch: small, so that chat traffic never waits long for SQLite's writer.
const BATCH: i64 = 500;

/// Starts all jobs.
pub fn start(app: &Shared) {
    queue::start(app);
    every(app, "expired-tokens", HOUR, expired_tokens::run);
    every(app, "expired-link-codes", HOUR, expired_link_codes::run);
    every(app, "expired-staff", HOUR, expired_staff::run);
    every(app, "unpaid-invoices", HOUR, unpaid_invoices::run);
    every(app, "forget-jobs", HOUR, queue::forget);
    every(app, "session-days", HOUR, session_days::run);
    every(app, "search-keys", HOUR, search_keys::run);
    every(app, "roll-over", MINUTE, roll_over::run);
    every(app, "day-figures", MINUTE, figures::count::run);
    if app.bot.is_some() {
        every(app, "forget-telegram", HOUR, forget_telegram::run);
        every(app, "star-transactions", HOUR, star_transactions::run);
    }
    if app.play.is_some() {
        every(app, "google-purchases", HOUR, google_purchases::run);
    }
    if app.config.journal.payload_days > 0 {
        every(app, "drop-payloads", HOUR, drop_payloads::run);
    }
}

fn every<F, E>(app: &Shared, name: &'static str, period: Duration, work: fn(Shared) -> F)
where
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Display + Send + 'static,
{
    let shared = app.clone();
    app.tasks.every(name, period, move || work(shared.clone()));
}
