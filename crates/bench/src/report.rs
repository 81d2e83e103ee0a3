//! The figures of a run, and the way they are told.

use serde::Serialize;

use crate::first_token::FirstToken;
use crate::load::Load;
use crate::machine::Spent;
use crate::starts::Starts;
use crate::streams::Streams;

/// Under which conditions the figures were won.
#[derive(Debug, Serialize)]
pub(crate) struct Conditions {
    pub(crate) build: &'static str,
    pub(crate) processors: String,
    pub(crate) idle_before: f64,
    pub(crate) sync_ms: f64,
    pub(crate) clients: u32,
    pub(crate) seconds: u64,
    pub(crate) requests: u32,
    pub(crate) slow_ms: u64,
    pub(crate) slow_tokens: u32,
}

/// One party's figures.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) party: String,
    /// What it keeps its data in; the first row of a database is what its others are compared with.
    pub(crate) database: &'static str,
    pub(crate) starts: Option<Starts>,
    /// The pass-through's, which has no starts to tell of.
    pub(crate) idle_kb: Option<u64>,
    pub(crate) first_token: Option<FirstToken>,
    /// The pass-through's, just before the service's.
    pub(crate) bare_turns: Option<Load>,
    pub(crate) turns: Option<Load>,
    pub(crate) streams: Option<Streams>,
}

impl Row {
    /// A row without figures yet.
    pub(crate) fn new(party: impl Into<String>, database: &'static str) -> Self {
        Self {
            party: party.into(),
            database,
            starts: None,
            idle_kb: None,
            first_token: None,
            bare_turns: None,
            turns: None,
            streams: None,
        }
    }

    /// The service's turns a second as a share of the pass-through's.
    pub(crate) fn share(&self) -> Option<f64> {
        let (bare, load) = (self.bare_turns.as_ref()?, self.turns.as_ref()?);
        Some(load.per_second / bare.per_second.max(1.0))
    }

    /// Every part's processor time, with its name and how many turns it was spent on.
    pub(crate) fn spent(&self) -> Vec<(String, usize, &Spent)> {
        let mut parts = Vec::new();
        if let Some(first) = &self.first_token {
            let rounds = first.requests as usize;
            parts.push((format!("{}, first token", self.party), rounds, &first.spent));
        }
        if let Some(load) = &self.bare_turns {
            parts.push((format!("pass-through before {}, turns", self.party), load.turns, &load.spent));
        }
        if let Some(load) = &self.turns {
            parts.push((format!("{}, turns", self.party), load.turns, &load.spent));
        }
        if let Some(streams) = &self.streams {
            let name = format!("{}, {} streams", self.party, streams.asked);
            parts.push((name, streams.complete, &streams.spent));
        }
        parts
    }
}

/// The whole run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) conditions: Conditions,
    pub(crate) bare: Row,
    pub(crate) rows: Vec<Row>,
    /// Lines of the service's log about a locked database.
    pub(crate) locked: usize,
    pub(crate) failures: Vec<String>,
}

impl Report {
    /// A report without rows yet.
    pub(crate) fn new(conditions: Conditions) -> Self {
        Self { conditions, bare: Row::new("pass-through", ""), rows: Vec::new(), locked: 0, failures: Vec::new() }
    }
}

/// Prints the result.
#[expect(clippy::print_stdout, reason = "the table is what the command is for")]
pub(crate) fn print(text: &str) {
    println!("{text}");
}

/// Tells how far the run is.
#[expect(clippy::print_stderr, reason = "progress stays apart from the table")]
pub(crate) fn note(text: &str) {
    eprintln!("bench: {text}");
}
