//! Slow streams, all open at once: whether each comes to its end, and what each costs in memory.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::client::Client;
use crate::load::tally;
use crate::machine::{Meter, Party, Spent, memory_kb};
use crate::quantiles::Quantiles;

/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// What a slow answer may take beyond its own time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What so many open streams cost.
#[derive(Debug, Serialize)]
pub(crate) struct Streams {
    pub(crate) asked: usize,
    pub(crate) complete: usize,
    pub(crate) errors: usize,
    /// Why streams failed, and how often.
    pub(crate) reasons: BTreeMap<String, usize>,
    /// The most that were between their first token and their end at one moment.
    pub(crate) open_at_once: usize,
    /// Memory before anybody connected.
    pub(crate) before_kb: u64,
    /// The most memory while they were open.
    pub(crate) peak_kb: u64,
    /// Their difference, for each stream.
    pub(crate) kb_each: f64,
    pub(crate) first_token: Quantiles,
    pub(crate) spent: Spent,
}

/// Everybody asks at once; `before_kb` is what the party's process held before they came.
pub(crate) async fn measure(
    clients: Vec<Client>,
    answer_takes: Duration,
    pid: u32,
    before_kb: u64,
    parties: &[Party],
) -> Result<Streams> {
    let asked = clients.len();
    let meter = Meter::start(parties)?;
    let mut running = JoinSet::new();
    for mut client in clients {
        running.spawn(async move { client.turn(answer_takes + PATIENCE).await });
    }
    let mut look = tokio::time::interval(LOOK);
    let mut peak_kb = before_kb;
    let (mut answers, mut reasons) = (Vec::new(), Vec::new());
    loop {
        tokio::select! {
            ended = running.join_next() => match ended {
                Some(Ok(Ok(answer))) => answers.push(answer),
                Some(Ok(Err(error))) => reasons.push(format!("{error:#}")),
                Some(Err(error)) => reasons.push(error.to_string()),
                None => break,
            },
            _ = look.tick() => peak_kb = peak_kb.max(memory_kb(pid)?),
        }
    }
    let grown = f64::from(u32::try_from(peak_kb - before_kb)?);
    Ok(Streams {
        asked,
        complete: answers.len(),
        errors: reasons.len(),
        reasons: tally(reasons),
        open_at_once: open_at_once(&answers),
        before_kb,
        peak_kb,
        kb_each: grown / f64::from(u32::try_from(asked.max(1))?),
        first_token: Quantiles::of(answers.iter().map(|answer| answer.first_token).collect()),
        spent: meter.stop()?,
    })
}

fn open_at_once(answers: &[Answer]) -> usize {
    let mut moments: Vec<(Instant, bool)> = answers
        .iter()
        .flat_map(|answer| {
            let opened = answer.sent + answer.first_token;
            [(opened, true), (answer.sent + answer.whole, false)]
        })
        .collect();
    moments.sort_unstable();
    let mut open = 0_usize;
    let mut most = 0;
    for (_, opens) in moments {
        open = if opens { open + 1 } else { open.saturating_sub(1) };
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_that_follow_each_other_are_not_open_at_once() {
        let begun = Instant::now();
        let answer = |sent| Answer {
            sent: begun + Duration::from_secs(sent),
            first_token: Duration::from_secs(1),
            whole: Duration::from_secs(3),
        };
        assert_eq!(open_at_once(&[answer(0), answer(1), answer(2), answer(9)]), 2);
        assert_eq!(open_at_once(&[]), 0);
    }
}
