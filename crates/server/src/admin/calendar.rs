//! A year of use as a calendar: a row a month, a column a day.

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date};

use super::format;
use crate::{billing::usage::Usage, texts::Lang};

/// How many shades there are above none.
const SHADES: i64 = 4;

/// A month.
#[derive(Clone, Debug)]
pub struct Month {
    /// What it is called.
    pub label: String,
    /// The 31 places of its days: what was used, none where there is no such day or it has not come.
    pub days: Vec<Option<Used>>,
    /// Answered turns of the month.
    pub requests: i64,
    /// Tokens of the month.
    pub tokens: i64,
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Answered turns.
    pub requests: i64,
    /// How dark it is shown, 0 to 4.
    pub shade: i64,
}

/// The first day that is shown when this is the last: twelve months, the last one as far as it has come.
pub fn first(last: Date) -> Date {
    last.first_of_month().saturating_sub(11.months())
}

/// The months, the newest first.
pub fn months(lang: Lang, usage: &Usage) -> Vec<Month> {
    let most = usage.days.iter().map(|day| day.requests_count).max().unwrap_or(0).max(1);
    let mut months: BTreeMap<Date, Month> = BTreeMap::new();
    for day in &usage.days {
        let date = day.date.0;
        let month = months.entry(date.first_of_month()).or_insert_with(|| Month {
            label: format::month(lang, date),
            days: vec![None; 31],
            requests: 0,
            tokens: 0,
        });
        let requests = day.requests_count;
        // A day with any use is never the lightest.
        let shade = (requests.saturating_mul(SHADES) + most - 1) / most;
        let place = usize::try_from(date.day() - 1).ok().and_then(|index| month.days.get_mut(index));
        if let Some(place) = place {
            *place = Some(Used { requests, shade: shade.clamp(0, SHADES) });
        }
        month.requests += requests;
        month.tokens += day.tokens_used;
    }
    months.into_values().rev().collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::db::{Day, usage_logs::DayUsage};

    #[test]
    fn twelve_months_with_shades() {
        assert_eq!(first(date(2026, 11, 25)), date(2025, 12, 1));
        let days = first(date(2026, 3, 2)).series(1.day()).take_while(|day| *day <= date(2026, 3, 2));
        let used = |date: Date| match (date.month(), date.day()) {
            (3, 1) => 8,
            (3, 2) => 1,
            _ => 0,
        };
        let days =
            days.map(|date| DayUsage { date: Day(date), requests_count: used(date), tokens_used: 5, session_count: 0 });
        let shown = months(Lang::En, &Usage { days: days.collect() });
        assert_eq!((shown.len(), shown[0].label.as_str(), shown[11].label.as_str()), (12, "Mar 2026", "Apr 2025"));
        let march = &shown[0];
        assert_eq!((march.requests, march.tokens, march.days.len()), (9, 10, 31));
        assert_eq!(march.days[0], Some(Used { requests: 8, shade: 4 }));
        assert_eq!(march.days[1], Some(Used { requests: 1, shade: 1 }));
        assert_eq!(march.days[2], None);
        assert_eq!(shown[1].days[27], Some(Used { requests: 0, shade: 0 }));
        assert_eq!(shown[1].days[28], None, "February has no 29th");
    }
}
