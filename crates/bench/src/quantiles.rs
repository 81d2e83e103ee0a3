//! The middle and the tail of many times.

use std::time::Duration;

use serde::Serialize;

/// Milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Quantiles {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Quantiles {
    /// Of all these times; zero if there are none.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |permille: usize| {
            let index = (times.len() * permille / 1000).min(times.len().saturating_sub(1));
            times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Self { p50: at(500), p99: at(990) }
    }

    /// What was added to a time whose middle is the base's. The tail is compared with the middle
    /// too: that is stricter than with the base's tail, and never a difference of two accidents.
    pub(crate) fn beyond(self, base: Self) -> Self {
        Self { p50: self.p50 - base.p50, p99: self.p99 - base.p50 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_hundredth_from_the_end() {
        let quantiles = Quantiles::of((0..1000).rev().map(Duration::from_millis).collect());
        assert_eq!((quantiles.p50, quantiles.p99), (500.0, 990.0));
        assert_eq!(Quantiles::of(Vec::new()).p99, 0.0);
    }
}
