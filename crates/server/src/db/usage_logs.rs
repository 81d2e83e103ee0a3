//! `usage_logs`: one row a person and day, written with what it counts.

use uuid::Uuid;

use super::{Conn, Day, Result, execute};

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
