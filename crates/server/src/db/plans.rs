//! `plans`: what can be subscribed to.

use sqlx::FromRow;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_optional, text_enum};

text_enum! {
    /// What a subscription's limit counts.
    Unit {
        /// Answered turns.
        Requests = "requests",
        /// Tokens, of prompts and answers.
        Tokens = "tokens",
    }
}

text_enum! {
    /// How long a granted period lasts.
    Period {
        /// A calendar day.
        Day = "day",
        /// Seven days.
        Week = "week",
        /// A calendar month.
        Month = "month",
        /// A calendar year.
        Year = "year",
        /// Without an end.
        None = "none",
    }
}

/// The plan that everybody has from the start and falls back to.
pub const FREE: &str = "free";

/// A row of `plans`.
#[derive(Clone, Debug, FromRow)]
pub struct Plan {
    /// Its name, which is also its id.
    pub name: String,
    /// What the limit counts.
    pub unit: Unit,
    /// How much a period allows.
    pub usage_limit: i64,
    /// How long a period is.
    pub period: Period,
    /// Price in Telegram Stars; none is not for sale.
    pub price_stars: Option<i64>,
    /// The model that its turns use; none is the providers' own.
    pub model: Option<String>,
    /// Whether a new subscription renews itself.
    pub auto_renew: bool,
    /// When it was seeded.
    pub created_at: Ts,
}

/// Adds a plan unless one of that name exists.
pub async fn seed(conn: &mut Conn<'_>, plan: &Plan) -> Result<()> {
    let sql = "INSERT INTO plans (name, unit, usage_limit, period, price_stars, model, auto_renew, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING";
    execute!(
        conn,
        sql,
        &plan.name,
        plan.unit,
        plan.usage_limit,
        plan.period,
        plan.price_stars,
        &plan.model,
        plan.auto_renew,
        plan.created_at,
    )
    .map(drop)
}

/// The plan with this name.
pub async fn find(conn: &mut Conn<'_>, name: &str) -> Result<Option<Plan>> {
    fetch_optional!(conn, Plan, "SELECT * FROM plans WHERE name = $1", name)
}

/// All plans, the cheapest first.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<Plan>> {
    fetch_all!(conn, Plan, "SELECT * FROM plans ORDER BY COALESCE(price_stars, 0), name LIMIT 1000")
}
