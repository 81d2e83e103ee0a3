//! The one place that reads the time of day.

use crate::db::Ts;

/// Tells the time. Passed to whoever needs "now", so that nothing else asks the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// The present moment, in whole microseconds: what both databases store exactly.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
    pub fn now(self) -> Ts {
        Ts::from_timestamp(jiff::Timestamp::now())
    }
}
