//! Complete turns a second: many clients, each asking again as soon as it has its answer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::machine::{Meter, Party, Spent};
use crate::quantiles::Quantiles;

/// Load that is not counted, before that which is.
const WARM_UP: Duration = Duration::from_secs(1);
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// A client that fails waits this long, lest it spin.
const PAUSE: Duration = Duration::from_millis(50);

/// How many turns, how fast, and what they cost.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Load {
    pub(crate) turns: usize,
    pub(crate) errors: usize,
    /// Why turns failed, and how often.
    pub(crate) reasons: BTreeMap<String, usize>,
    /// Answers seen to their end that the history does not hold.
    pub(crate) lost: u32,
    pub(crate) per_second: f64,
    pub(crate) turn: Quantiles,
    pub(crate) first_token: Quantiles,
    pub(crate) spent: Spent,
}

/// What one client saw.
struct Seen {
    client: Client,
    whole: Vec<Duration>,
    first: Vec<Duration>,
    errors: Vec<String>,
}

/// Lets the clients ask for so long; if a text is given, checks that every answer is stored so.
pub(crate) async fn measure(
    clients: Vec<Client>,
    time: Duration,
    parties: &[Party],
    text: Option<&str>,
) -> Result<Load> {
    let warm = run(clients, WARM_UP).await?;
    let mut errors: Vec<String> = Vec::new();
    let mut clients = Vec::new();
    for seen in warm {
        errors.extend(seen.errors);
        clients.push(seen.client);
    }

    let meter = Meter::start(parties)?;
    let begun = Instant::now();
    let run = run(clients, time).await?;
    let elapsed = begun.elapsed().as_secs_f64();
    let spent = meter.stop()?;

    let mut load = Load { spent, ..Load::default() };
    let (mut whole, mut first) = (Vec::new(), Vec::new());
    for seen in run {
        whole.extend(seen.whole);
        first.extend(seen.first);
        errors.extend(seen.errors);
        if let (Client::Person(mut person), Some(text)) = (seen.client, text) {
            load.lost += person.lost(text).await?;
        }
    }
    load.turns = whole.len();
    load.per_second = f64::from(u32::try_from(whole.len())?) / elapsed;
    load.turn = Quantiles::of(whole);
    load.first_token = Quantiles::of(first);
    load.errors = errors.len();
    load.reasons = tally(errors);
    Ok(load)
}

async fn run(clients: Vec<Client>, time: Duration) -> Result<Vec<Seen>> {
    let until = Instant::now() + time;
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(ask_until(client, until));
    }
    let mut all = Vec::new();
    while let Some(seen) = running.join_next().await {
        all.push(seen?);
    }
    Ok(all)
}

async fn ask_until(client: Client, until: Instant) -> Seen {
    let mut seen = Seen { client, whole: Vec::new(), first: Vec::new(), errors: Vec::new() };
    while Instant::now() < until {
        match seen.client.turn(PATIENCE).await {
            Ok(answer) => {
                seen.whole.push(answer.whole);
                seen.first.push(answer.first_token);
            }
            Err(error) => {
                seen.errors.push(format!("{error:#}"));
                tokio::time::sleep(PAUSE).await;
                if let Err(error) = seen.client.reconnect().await {
                    seen.errors.push(format!("{error:#}"));
                }
            }
        }
    }
    seen
}

/// Counts equal reasons.
pub(crate) fn tally(reasons: Vec<String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    counts
}
