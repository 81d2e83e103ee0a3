//! `subscriptions`: what a person may use, and what is used and reserved of it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_optional, plans::Unit};

/// A row of `subscriptions`.
#[derive(Clone, Debug, FromRow)]
pub struct Subscription {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The plan it was made from.
    pub plan_name: String,
    /// Whether this is the one that counts now.
    pub is_active: bool,
    /// Start of the period.
    pub start_date: Ts,
    /// End of the period; none never ends.
    pub end_date: Option<Ts>,
    /// How much the period allows, in `unit`.
    pub usage_limit: i64,
    /// Answered turns.
    pub used_requests: i64,
    /// Whether the next period follows by itself.
    pub auto_renew: bool,
    /// What the limit counts.
    pub unit: Unit,
    /// Tokens of answered turns.
    pub used_tokens: i64,
    /// Held back for running turns, in `unit`.
    pub reserved: i64,
    /// Start of the first of an unbroken row of periods.
    pub anchor_date: Ts,
}

impl Subscription {
    /// What is used, in `unit`.
    pub const fn used(&self) -> i64 {
        match self.unit {
            Unit::Requests => self.used_requests,
            Unit::Tokens => self.used_tokens,
        }
    }

    /// What may still be used, in `unit`: neither used nor reserved.
    pub fn remaining(&self) -> i64 {
        (self.usage_limit - self.used() - self.reserved).max(0)
    }

    /// Whether the period has ended.
    pub fn has_ended(&self, now: Ts) -> bool {
        self.end_date.is_some_and(|end| end <= now)
    }
}

/// Adds a subscription.
pub async fn insert(conn: &mut Conn<'_>, s: &Subscription) -> Result<()> {
    let sql = "INSERT INTO subscriptions (id, user_id, plan_name, is_active, start_date, end_date, usage_limit, \
               used_requests, auto_renew, unit, used_tokens, reserved, anchor_date) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    execute!(
        conn,
        sql,
        s.id,
        s.user_id,
        &s.plan_name,
        s.is_active,
        s.start_date,
        s.end_date,
        s.usage_limit,
        s.used_requests,
        s.auto_renew,
        s.unit,
        s.used_tokens,
        s.reserved,
        s.anchor_date,
    )
    .map(drop)
}

/// The person's active subscription, its period ended or not.
pub async fn active(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Option<Subscription>> {
    fetch_optional!(conn, Subscription, "SELECT * FROM subscriptions WHERE user_id = $1 AND is_active", user_id)
}

/// The same, its row locked until the transaction ends.
pub async fn lock_active(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET reserved = reserved WHERE user_id = $1 AND is_active RETURNING *";
    fetch_optional!(conn, Subscription, sql, user_id)
}

/// Reserves one request: the one conditional update that admits a turn. None: ended, spent, or counted in tokens.
pub async fn reserve_request(conn: &mut Conn<'_>, user_id: Uuid, now: Ts) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET reserved = reserved + 1 WHERE user_id = $1 AND is_active \
               AND unit = 'requests' AND (end_date IS NULL OR end_date > $2) \
               AND used_requests + reserved < usage_limit RETURNING *";
    fetch_optional!(conn, Subscription, sql, user_id, now)
}

/// Reserves `tokens` on a subscription counted in tokens; none when so many are not left.
pub async fn reserve_tokens(conn: &mut Conn<'_>, id: Uuid, tokens: i64) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET reserved = reserved + $2 WHERE id = $1 AND unit = 'tokens' \
               AND used_tokens + reserved + $2 <= usage_limit RETURNING *";
    fetch_optional!(conn, Subscription, sql, id, tokens)
}

/// Gives back what was reserved for a turn without an answer, on the row that was reserved, closed since or not.
pub async fn release(conn: &mut Conn<'_>, id: Uuid, reserved: i64) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET reserved = reserved - $2 WHERE id = $1 RETURNING *";
    fetch_optional!(conn, Subscription, sql, id, reserved)
}

/// Closes an active subscription; false when somebody else already did.
pub async fn close(conn: &mut Conn<'_>, id: Uuid) -> Result<bool> {
    Ok(execute!(conn, "UPDATE subscriptions SET is_active = FALSE WHERE id = $1 AND is_active", id)? == 1)
}
