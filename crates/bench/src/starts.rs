//! A start: how long until it is ready, and what the service holds when nobody is there.

use std::fs;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::machine;
use crate::service::{Database, Service, Setup};

/// Milliseconds, kilobytes and bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Starts {
    /// The first one, which makes the tables.
    pub(crate) first_ms: f64,
    /// The fastest on an existing database.
    pub(crate) fastest_ms: f64,
    /// The median on an existing database.
    pub(crate) median_ms: f64,
    pub(crate) idle_kb: u64,
    pub(crate) binary_bytes: u64,
}

/// Starts once to make the database, then so many times on it.
pub(crate) async fn measure(setup: &Setup, database: &Database, count: u32) -> Result<Starts> {
    let first = Service::start(setup, database, "fast").await?;
    let first_ms = milliseconds(first.ready);
    first.stop().await?;
    let mut ready = Vec::new();
    let mut idle_kb = 0;
    for number in 1..=count {
        let service = Service::start(setup, database, "fast").await?;
        ready.push(service.ready);
        if number == count {
            tokio::time::sleep(Duration::from_secs(2)).await;
            idle_kb = machine::memory_kb(service.pid)?;
        }
        service.stop().await?;
    }
    ready.sort_unstable();
    Ok(Starts {
        first_ms,
        fastest_ms: milliseconds(ready[0]),
        median_ms: milliseconds(ready[ready.len() / 2]),
        idle_kb,
        binary_bytes: fs::metadata(&setup.binary)?.len(),
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
