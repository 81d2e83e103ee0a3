//! Days in the service's time zone.

use std::time::Duration;

use jiff::{civil::Date, tz::TimeZone};

use crate::db::{Day, Ts};

/// The moment at which a day begins.
pub fn begin(day: Day, zone: &TimeZone) -> Ts {
    let zoned = day.0.to_zoned(zone.clone());
    zoned.map_or(Ts::from_micros(0), |zoned| Ts::from_timestamp(zoned.timestamp()))
}

/// The day that is so many days earlier.
pub fn earlier(day: Day, days: i32) -> Day {
    Day(day.0.checked_sub(jiff::Span::new().days(days)).unwrap_or(Date::MIN))
}

/// The day after.
pub fn next(day: Day) -> Day {
    Day(day.0.tomorrow().unwrap_or(Date::MAX))
}

/// The end of the stretch that begins at `from`: at most `longest` later, and of the same day.
pub fn stretch(from: Ts, longest: Duration, zone: &TimeZone) -> Ts {
    from.after(longest).min(begin(next(from.day(zone)), zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_ends_with_its_day() {
        let zone = TimeZone::get("Asia/Kathmandu").unwrap();
        let at = |text: &str| Ts::from_timestamp(text.parse().unwrap());
        let hour = Duration::from_secs(3600);
        assert_eq!(stretch(at("2026-03-01T17:45:00Z"), hour, &zone), at("2026-03-01T18:15:00Z"));
        assert_eq!(stretch(at("2026-03-01T18:15:00Z"), hour, &zone), at("2026-03-01T19:15:00Z"));
        let day = Day(jiff::civil::date(2026, 3, 1));
        assert_eq!(begin(day, &zone), at("2026-02-28T18:15:00Z"));
        assert_eq!(
            (earlier(day, 1), next(day)),
            (Day(jiff::civil::date(2026, 2, 28)), Day(jiff::civil::date(2026, 3, 2)))
        );
    }
}
