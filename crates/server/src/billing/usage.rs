//! What a person has used, day by day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use crate::db::{
    Conn, Day, Result,
    usage_logs::{self, DayUsage},
};

/// The most days of one report.
pub const MOST_DAYS: usize = 366;

/// What was used on each of some days, those without use included.
#[derive(Clone, Debug)]
pub struct Usage {
    /// The days, one after the other.
    pub days: Vec<DayUsage>,
}

/// Added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Answered turns.
    pub requests_count: i64,
    /// Tokens of their answers.
    pub tokens_used: i64,
    /// Dialogues begun.
    pub session_count: i64,
}

impl Usage {
    /// What was used on the days since `first`.
    pub fn since(&self, first: Date) -> Sum {
        self.days.iter().filter(|day| day.date.0 >= first).fold(Sum::default(), |sum, day| Sum {
            requests_count: sum.requests_count + day.requests_count,
            tokens_used: sum.tokens_used + day.tokens_used,
            session_count: sum.session_count + day.session_count,
        })
    }
}

/// What a person used on the days from `first` to `last`, of which there are [`MOST_DAYS`] at most.
pub async fn between(conn: &mut Conn<'_>, user_id: Uuid, first: Date, last: Date) -> Result<Usage> {
    let used = usage_logs::days(conn, user_id, Day(first), Day(last)).await?;
    let mut used: BTreeMap<Date, DayUsage> = used.into_iter().map(|day| (day.date.0, day)).collect();
    let none = |date| DayUsage { date: Day(date), requests_count: 0, tokens_used: 0, session_count: 0 };
    let days = first.series(jiff::Span::new().days(1)).take(MOST_DAYS).take_while(|date| *date <= last);
    Ok(Usage { days: days.map(|date| used.remove(&date).unwrap_or_else(|| none(date))).collect() })
}
