//! Percentiles of what was counted by value.

use std::collections::BTreeMap;

/// How often each value was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<i64, i64>);

impl Counts {
    /// Adds so many of a value.
    pub fn add(&mut self, value: i64, count: i64) {
        *self.0.entry(value).or_default() += count;
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(value, count)| self.add(*value, *count));
    }

    /// The lowest value that at least so many of a hundred do not exceed; none without values.
    pub fn percentile(&self, percent: i64) -> Option<i64> {
        let all: i64 = self.0.values().sum();
        let wanted = (all * percent + 99) / 100;
        let mut seen = 0;
        let reached = |(value, count): (&i64, &i64)| {
            seen += count;
            (seen >= wanted).then_some(*value)
        };
        self.0.iter().find_map(reached).filter(|_| all > 0)
    }

    /// The median, and what 95 and 99 of a hundred do not exceed.
    pub fn three(&self) -> Option<[i64; 3]> {
        Some([self.percentile(50)?, self.percentile(95)?, self.percentile(99)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let mut counts = Counts::default();
        assert_eq!(counts.three(), None);
        counts.add(7, 1);
        assert_eq!(counts.three(), Some([7, 7, 7]));
        let mut hundred = Counts::default();
        (1..=100).for_each(|value| hundred.add(value, 1));
        assert_eq!(hundred.three(), Some([50, 95, 99]));
        hundred.merge(&counts);
        assert_eq!(hundred.percentile(100), Some(100));
    }
}
