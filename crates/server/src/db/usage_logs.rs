//! `usage_logs`: one row a person and day, written with what it counts.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Day, Result, execute, fetch_all};

/// Adds to a person's day.
pub async fn add(
    conn: &mut Conn<'_>,
    new_id: Uuid,
    user_id: Uuid,
    day: Day,
    requests: i64,
    tokens: i64,
    sessions: i64,
) -> Result<()> {
    let sql = "INSERT INTO usage_logs (id, user_id, date, requests_count, tokens_used, session_count) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, date) DO UPDATE SET \
               requests_count = usage_logs.requests_count + excluded.requests_count, \
               tokens_used = usage_logs.tokens_used + excluded.tokens_used, \
               session_count = usage_logs.session_count + excluded.session_count";
    execute!(conn, sql, new_id, user_id, day, requests, tokens, sessions).map(drop)
}

/// What a person used on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct DayUsage {
    /// The day.
    pub date: Day,
    /// Answered turns.
    pub requests_count: i64,
    /// Tokens of their answers.
    pub tokens_used: i64,
    /// Dialogues begun.
    pub session_count: i64,
}

/// What a person used on the days from `first` to `last`, those without use left out.
pub async fn days(conn: &mut Conn<'_>, user_id: Uuid, first: Day, last: Day) -> Result<Vec<DayUsage>> {
    let sql = "SELECT date, requests_count, tokens_used, session_count FROM usage_logs \
               WHERE user_id = $1 AND date >= $2 AND date <= $3 ORDER BY date";
    fetch_all!(conn, DayUsage, sql, user_id, first, last)
}

/// What a person used on a day that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PersonUsage {
    /// The person.
    pub user_id: Uuid,
    /// What they are called.
    pub name: Option<String>,
    /// Answered turns.
    pub requests_count: i64,
    /// Tokens of their answers.
    pub tokens_used: i64,
    /// Dialogues begun.
    pub session_count: i64,
}

/// A page of the people who used anything on a day, those who came last first; `place` as everywhere.
pub async fn of_day(
    conn: &mut Conn<'_>,
    day: Day,
    place: Option<(Uuid, bool)>,
    limit: i64,
) -> Result<Vec<PersonUsage>> {
    macro_rules! select {
        ($side:literal) => {
            concat!(
                "SELECT l.user_id, u.name, l.requests_count, l.tokens_used, l.session_count FROM usage_logs l \
                 JOIN users u ON u.id = l.user_id WHERE l.date = $1 AND l.user_id ",
                $side,
                " LIMIT $3"
            )
        };
    }
    let sql = match place {
        None | Some((_, false)) => select!("< $2 ORDER BY l.user_id DESC"),
        Some((_, true)) => select!("> $2 ORDER BY l.user_id"),
    };
    fetch_all!(conn, PersonUsage, sql, day, place.map_or(Uuid::max(), |(id, _)| id), limit)
}
