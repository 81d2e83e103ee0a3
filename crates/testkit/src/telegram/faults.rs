//! What goes wrong with calls.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use super::dice::Dice;

/// One thing that goes wrong with one call. "Before" and "after" are seen from what the call asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 429 with this `retry_after`; nothing was done.
    TooMany(u64),
    /// This status with a proxy's page; nothing was done.
    Status(u16),
    /// It was done; the answer is this status with a proxy's page.
    StatusAfter(u16),
    /// An error of the Bot API with this `error_code` and `description`; nothing was done.
    Refused(u16, String),
    /// The connection breaks off before anything is done.
    ClosedBefore,
    /// It was done; the connection breaks off instead of the answer.
    ClosedAfter,
    /// Silence, and nothing is done.
    HangBefore,
    /// It was done; then silence.
    HangAfter,
    /// It was done; the answer, HTTP 200, is no JSON.
    Garbage,
}

impl Fault {
    /// An error of the Bot API.
    pub fn refused(code: u16, description: &str) -> Self {
        Self::Refused(code, description.into())
    }

    /// Whether the call is carried out all the same.
    pub fn acts(&self) -> bool {
        matches!(self, Self::StatusAfter(_) | Self::ClosedAfter | Self::HangAfter | Self::Garbage)
    }
}

/// Faults that come by chance, repeatable from a seed.
#[derive(Debug, Clone)]
pub struct Faults {
    seed: u64,
    rates: Vec<(Fault, f64)>,
    only: Option<Vec<String>>,
}

impl Faults {
    /// None yet.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, rates: Vec::new(), only: None }
    }

    /// Every kind; together this share of the calls.
    pub fn of_every_kind(seed: u64, rate: f64) -> Self {
        let kinds = [
            Fault::TooMany(1),
            Fault::Status(500),
            Fault::Status(502),
            Fault::Status(504),
            Fault::StatusAfter(502),
            Fault::ClosedBefore,
            Fault::ClosedAfter,
            Fault::HangBefore,
            Fault::HangAfter,
            Fault::Garbage,
        ];
        let each = rate / kinds.len() as f64;
        kinds.into_iter().fold(Self::seeded(seed), |faults, kind| faults.rate(kind, each))
    }

    /// This fault for this share of the calls.
    pub fn rate(mut self, fault: Fault, rate: f64) -> Self {
        self.rates.push((fault, rate));
        self
    }

    /// For calls of these methods only.
    pub fn only<'a>(mut self, methods: impl IntoIterator<Item = &'a str>) -> Self {
        self.only = Some(methods.into_iter().map(str::to_owned).collect());
        self
    }
}

/// The faults that are to come.
pub(super) struct Plan {
    next: HashMap<String, VecDeque<Fault>>,
    faults: Faults,
    dice: Dice,
    /// How long a silence lasts before the connection breaks off; none: until the bot leaves.
    pub(super) silence: Option<Duration>,
}

impl Plan {
    pub(super) fn new() -> Self {
        Self { next: HashMap::new(), faults: Faults::seeded(0), dice: Dice::new(0), silence: None }
    }

    pub(super) fn next(&mut self, method: &str, fault: Fault) {
        self.next.entry(method.into()).or_default().push_back(fault);
    }

    pub(super) fn set(&mut self, faults: Faults) {
        self.dice = Dice::new(faults.seed);
        self.faults = faults;
    }

    /// The fault of this call, if it has one.
    pub(super) fn draw(&mut self, method: &str) -> Option<Fault> {
        if let Some(fault) = self.next.get_mut(method).and_then(VecDeque::pop_front) {
            return Some(fault);
        }
        let Faults { rates, only, .. } = &self.faults;
        if rates.is_empty() || only.as_ref().is_some_and(|only| !only.iter().any(|name| name == method)) {
            return None;
        }
        let mut roll = self.dice.roll();
        let drawn = rates.iter().find(|(_, rate)| {
            roll -= rate;
            roll < 0.0
        });
        drawn.map(|(fault, _)| fault.clone())
    }
}
