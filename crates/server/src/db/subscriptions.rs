//! `subscriptions`: what a person may use, and what is used and reserved of it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Conn, Result, Ts, execute, fetch_all, fetch_optional,
    plans::{FREE, Plan, Unit},
    purchases::Provider,
    text_enum,
};

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
    /// The model that its turns use; none is the providers' own.
    pub model: Option<String>,
    /// The providers of models that its turns may use, with commas between; none is all.
    pub providers: Option<String>,
    /// The longest answer, in tokens; none is the service's.
    pub max_answer_tokens: Option<i64>,
    /// Who sold it; none: nobody, as with free.
    pub provider: Option<Provider>,
    /// The purchase it belongs to.
    pub purchase_id: Option<Uuid>,
    /// The charge that paid for it.
    pub charge_id: Option<String>,
    /// The plan that the person wants when this one ends.
    pub next_plan: Option<String>,
    /// When the person was told that most of it is used.
    pub near_told_at: Option<Ts>,
    /// When the person was told that all of it is used.
    pub spent_told_at: Option<Ts>,
    /// When it yields to another, better, that begins before this one ends.
    pub yields_at: Option<Ts>,
}

text_enum! {
    /// How near a limit is.
    LimitState {
        /// There is enough left.
        Open = "open",
        /// Four fifths are used.
        Near = "near",
        /// All of it is used.
        Reached = "reached",
    }
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

    /// What was left for a turn when it was admitted, by the row as it was then, with its reservation.
    pub fn left_for(&self, reserved: i64) -> i64 {
        (self.usage_limit - self.used() - (self.reserved - reserved)).min(reserved)
    }

    /// How near the limit is, by what is used.
    pub fn limit_state(&self) -> LimitState {
        let (used, limit) = (i128::from(self.used()), i128::from(self.usage_limit));
        match () {
            () if used >= limit => LimitState::Reached,
            () if used * 5 >= limit * 4 => LimitState::Near,
            () => LimitState::Open,
        }
    }

    /// Whether the period has ended.
    pub fn has_ended(&self, now: Ts) -> bool {
        self.end_date.is_some_and(|end| end <= now)
    }

    /// Until when it counts: to its end, or until it yields to another.
    pub fn counts_until(&self) -> Option<Ts> {
        [self.end_date, self.yields_at].into_iter().flatten().min()
    }

    /// Whether another may count by now.
    pub fn is_over(&self, now: Ts) -> bool {
        self.counts_until().is_some_and(|until| until <= now)
    }
}

/// Adds a subscription.
pub async fn insert(conn: &mut Conn<'_>, s: &Subscription) -> Result<()> {
    let sql = "INSERT INTO subscriptions (id, user_id, plan_name, is_active, start_date, end_date, usage_limit, \
               used_requests, auto_renew, unit, used_tokens, reserved, anchor_date, model, providers, \
               max_answer_tokens, provider, purchase_id, charge_id, yields_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
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
        &s.model,
        &s.providers,
        s.max_answer_tokens,
        s.provider,
        s.purchase_id,
        &s.charge_id,
        s.yields_at,
    )
    .map(drop)
}

/// One of the person's subscriptions, closed ones too.
pub async fn find(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<Option<Subscription>> {
    fetch_optional!(conn, Subscription, "SELECT * FROM subscriptions WHERE user_id = $1 AND id = $2", user_id, id)
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

/// Reserves one request: the one conditional update that admits a turn. None: over, spent, or counted in tokens.
pub async fn reserve_request(conn: &mut Conn<'_>, user_id: Uuid, now: Ts) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET reserved = reserved + 1 WHERE user_id = $1 AND is_active \
               AND unit = 'requests' AND (end_date IS NULL OR end_date > $2) AND (yields_at IS NULL OR yields_at > $2) \
               AND used_requests + reserved < usage_limit RETURNING *";
    fetch_optional!(conn, Subscription, sql, user_id, now)
}

/// Reserves `tokens` on a subscription counted in tokens, of which the last may be more than are left; none when nothing
/// is left.
pub async fn reserve_tokens(conn: &mut Conn<'_>, id: Uuid, tokens: i64) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET reserved = reserved + $2 WHERE id = $1 AND unit = 'tokens' \
               AND used_tokens + reserved < usage_limit RETURNING *";
    fetch_optional!(conn, Subscription, sql, id, tokens)
}

/// Raises the limit to at least `limit`.
pub async fn raise_limit(conn: &mut Conn<'_>, id: Uuid, limit: i64) -> Result<u64> {
    execute!(conn, "UPDATE subscriptions SET usage_limit = $2 WHERE id = $1 AND usage_limit < $2", id, limit)
}

/// Locks a row until the transaction ends.
pub async fn lock_row(conn: &mut Conn<'_>, id: Uuid) -> Result<()> {
    execute!(conn, "UPDATE subscriptions SET reserved = reserved WHERE id = $1", id).map(drop)
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

/// Makes a closed subscription the active one again; the person must have no other.
pub async fn reopen(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET is_active = TRUE WHERE id = $1 RETURNING *";
    fetch_optional!(conn, Subscription, sql, id)
}

/// The person's newest subscriptions, closed ones too, the newest first.
pub async fn newest(conn: &mut Conn<'_>, user_id: Uuid, limit: i64) -> Result<Vec<Subscription>> {
    let sql = "SELECT * FROM subscriptions WHERE user_id = $1 ORDER BY start_date DESC, id DESC LIMIT $2";
    fetch_all!(conn, Subscription, sql, user_id, limit)
}

/// The subscriptions that the person has bought or been given, closed ones too.
pub async fn bought(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Vec<Subscription>> {
    let sql = "SELECT * FROM subscriptions WHERE user_id = $1 AND purchase_id IS NOT NULL ORDER BY id LIMIT 10000";
    fetch_all!(conn, Subscription, sql, user_id)
}

/// The person's free periods that have not ended at `now`, closed ones: there are several after two accounts were
/// joined, or a clock was set back.
pub async fn free_unended(conn: &mut Conn<'_>, user_id: Uuid, now: Ts) -> Result<Vec<Subscription>> {
    let sql = "SELECT * FROM subscriptions WHERE user_id = $1 AND plan_name = $2 AND purchase_id IS NULL \
               AND (end_date IS NULL OR end_date > $3) AND NOT is_active ORDER BY id LIMIT 100";
    fetch_all!(conn, Subscription, sql, user_id, FREE, now)
}

/// The person's last free period.
pub async fn last_free(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Option<Subscription>> {
    let sql = "SELECT * FROM subscriptions WHERE user_id = $1 AND plan_name = $2 AND purchase_id IS NULL \
               ORDER BY end_date DESC NULLS FIRST, id DESC LIMIT 1";
    fetch_optional!(conn, Subscription, sql, user_id, FREE)
}

/// Sets when a bought period begins and ends, and whether it renews itself.
pub async fn set_period(
    conn: &mut Conn<'_>,
    id: Uuid,
    start: Ts,
    end: Option<Ts>,
    auto_renew: bool,
) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET start_date = $2, end_date = $3, auto_renew = $4 WHERE id = $1 RETURNING *";
    fetch_optional!(conn, Subscription, sql, id, start, end, auto_renew)
}

/// Sets when a row yields to another.
pub async fn set_yields_at(conn: &mut Conn<'_>, id: Uuid, yields_at: Option<Ts>) -> Result<()> {
    execute!(conn, "UPDATE subscriptions SET yields_at = $2 WHERE id = $1", id, yields_at).map(drop)
}

/// Sets whether the person wishes the active subscription to go on.
pub async fn set_auto_renew(conn: &mut Conn<'_>, id: Uuid, auto_renew: bool) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET auto_renew = $2 WHERE id = $1 RETURNING *";
    fetch_optional!(conn, Subscription, sql, id, auto_renew)
}

/// Sets which plan the person wants when this one ends.
pub async fn set_next_plan(conn: &mut Conn<'_>, id: Uuid, plan: Option<&str>) -> Result<Option<Subscription>> {
    let sql = "UPDATE subscriptions SET next_plan = $2 WHERE id = $1 RETURNING *";
    fetch_optional!(conn, Subscription, sql, id, plan)
}

/// Notes that the person is told how near the limit is; false when they were told that, or of its end, before.
pub async fn tell_limit(conn: &mut Conn<'_>, id: Uuid, state: LimitState, now: Ts) -> Result<bool> {
    let sql = match state {
        LimitState::Open => return Ok(false),
        LimitState::Near => {
            "UPDATE subscriptions SET near_told_at = $2 WHERE id = $1 AND near_told_at IS NULL \
             AND spent_told_at IS NULL AND is_active"
        }
        LimitState::Reached => {
            "UPDATE subscriptions SET spent_told_at = $2 WHERE id = $1 AND spent_told_at IS NULL AND is_active"
        }
    };
    Ok(execute!(conn, sql, id, now)? == 1)
}

/// People whose active period is over, up to `limit` of them, behind `after` by id.
pub async fn over(conn: &mut Conn<'_>, now: Ts, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let sql = "SELECT user_id FROM subscriptions \
               WHERE ((is_active AND end_date <= $1) OR (is_active AND yields_at <= $1)) AND user_id > $2 \
               ORDER BY user_id LIMIT $3";
    Ok(fetch_all!(conn, (Uuid,), sql, now, after, limit)?.into_iter().map(|(id,)| id).collect())
}

/// Gives the periods of a plan that have not ended its model, its providers and its longest answer, and its limit if
/// that is higher: those too that wait behind a better plan.
pub async fn take_over(conn: &mut Conn<'_>, plan: &Plan, now: Ts) -> Result<u64> {
    let sql = "UPDATE subscriptions SET model = $2, providers = $3, max_answer_tokens = $4, \
               usage_limit = CASE WHEN unit = $5 AND usage_limit < $6 THEN $6 ELSE usage_limit END \
               WHERE plan_name = $1 AND (is_active OR end_date IS NULL OR end_date > $7)";
    let (unit, limit) = (plan.unit, plan.usage_limit);
    execute!(conn, sql, &plan.name, &plan.model, &plan.providers, plan.max_answer_tokens, unit, limit, now)
}
