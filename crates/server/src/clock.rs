//! The one place that reads the time of day.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::db::Ts;

/// Tells the time. Passed to whoever needs "now", so that nothing else asks the system.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's.
    #[default]
    System,
    /// One that stands where it was set, in microseconds since 1970: for tests of what takes years.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The present moment, in whole microseconds: what both databases store exactly.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
    pub fn now(&self) -> Ts {
        match self {
            Self::System => Ts::from_timestamp(jiff::Timestamp::now()),
            Self::Set(micros) => Ts::from_micros(micros.load(Ordering::Relaxed)),
        }
    }
}
