//! Calendar periods: days, weeks, months and years that follow each other from a first moment on.

use jiff::{Span, tz::TimeZone};

use crate::db::{Ts, plans::Period};

/// The period that contains `now`, of those that follow each other from `anchor` on: its start and end. A moment before
/// the anchor is taken to be in the first.
///
/// Each is counted from the anchor by the zone's calendar, so the 31st comes back after a February, and it begins at
/// the same time of day on both sides of a change of clocks.
pub fn containing(anchor: Ts, period: Period, now: Ts, zone: &TimeZone) -> (Ts, Option<Ts>) {
    if period == Period::None {
        return (anchor, None);
    }
    let mut n = at_most_passed(anchor, period, now);
    let mut start = if n == 0 { Some(anchor) } else { nth(anchor, period, n, zone) };
    while n > 0 && start.is_none_or(|start| start > now) {
        n -= 1;
        start = nth(anchor, period, n, zone);
    }
    let mut start = start.unwrap_or(anchor);
    loop {
        match nth(anchor, period, n + 1, zone) {
            Some(end) if end <= now => {
                n += 1;
                start = end;
            }
            end => return (start, end),
        }
    }
}

/// The end of the one period that begins at `start`.
pub fn end_of(start: Ts, period: Period, zone: &TimeZone) -> Option<Ts> {
    nth(start, period, 1, zone)
}

/// The start of the period after `n` whole ones; none: it never ends, or not in the time that can be told.
fn nth(anchor: Ts, period: Period, n: i64, zone: &TimeZone) -> Option<Ts> {
    let span = match period {
        Period::Day => Span::new().try_days(n),
        Period::Week => Span::new().try_weeks(n),
        Period::Month => Span::new().try_months(n),
        Period::Year => Span::new().try_years(n),
        Period::None => return None,
    };
    let anchor = anchor.to_timestamp().to_zoned(zone.clone());
    anchor.checked_add(span.ok()?).ok().map(|start| Ts::from_timestamp(start.timestamp()))
}

/// A number of whole periods that have passed for sure: where to begin counting.
fn at_most_passed(anchor: Ts, period: Period, now: Ts) -> i64 {
    let hours = now.as_micros().saturating_sub(anchor.as_micros()) / 3_600_000_000;
    let longest = match period {
        Period::Day => 24,
        Period::Week => 7 * 24,
        Period::Month => 31 * 24,
        Period::Year => 366 * 24,
        Period::None => i64::MAX,
    };
    // A zone's clocks are moved by 26 hours at most: from one side of the date line to the other.
    (hours - 48).max(0) / longest
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn ts(text: &str) -> Ts {
        Ts::from_timestamp(text.parse().unwrap())
    }

    #[rstest]
    #[case::first("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z")]
    #[case::short("2026-01-31T10:00:00Z", "2026-03-01T00:00:00Z", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z")]
    #[case::leap("2027-12-31T10:00:00Z", "2028-02-15T00:00:00Z", "2028-01-31T10:00:00Z", "2028-02-29T10:00:00Z")]
    #[case::years_later("2026-01-31T10:00:00Z", "2036-01-31T10:00:00Z", "2036-01-31T10:00:00Z", "2036-02-29T10:00:00Z")]
    fn months_are_counted_from_the_anchor(
        #[case] anchor: &str,
        #[case] now: &str,
        #[case] start: &str,
        #[case] end: &str,
    ) {
        let period = containing(ts(anchor), Period::Month, ts(now), &TimeZone::UTC);
        assert_eq!(period, (ts(start), Some(ts(end))));
    }

    #[test]
    fn a_month_follows_the_calendar_of_the_zone_over_daylight_saving() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let (start, end) = containing(ts("2026-03-15T09:00:00Z"), Period::Month, ts("2026-03-20T00:00:00Z"), &zone);
        assert_eq!((start, end), (ts("2026-03-15T09:00:00Z"), Some(ts("2026-04-15T08:00:00Z"))));
    }

    #[test]
    fn a_period_without_an_end_has_none() {
        let now = ts("2026-03-20T00:00:00Z");
        assert_eq!(containing(now, Period::None, now, &TimeZone::UTC), (now, None));
    }
}
