//! `plans`: what can be subscribed to.

use serde::{Deserialize, Serialize};
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
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Plan {
    /// Its name, which is also its id.
    pub name: String,
    /// What the limit counts.
    pub unit: Unit,
    /// How much a period allows.
    pub usage_limit: i64,
    /// How long a period is.
    pub period: Period,
    /// Price in Telegram Stars; none is not for sale there.
    pub price_stars: Option<i64>,
    /// The model that its turns use; none is the providers' own.
    pub model: Option<String>,
    /// Whether a new subscription renews itself.
    pub auto_renew: bool,
    /// When it was made.
    pub created_at: Ts,
    /// What people read as its name, in Russian.
    pub title_ru: Option<String>,
    /// What people read as its name, in English.
    pub title_en: Option<String>,
    /// What it gives, in Russian.
    pub description_ru: Option<String>,
    /// What it gives, in English.
    pub description_en: Option<String>,
    /// The providers of models that its turns may use, in order, with commas between; none is all.
    pub providers: Option<String>,
    /// The longest answer, in tokens; none is the service's.
    pub max_answer_tokens: Option<i64>,
    /// Its place among the plans; none is its price. See [`Plan::rank`].
    pub rank: Option<i64>,
    /// Its id in the Play Console; none is not for sale there.
    pub google_product_id: Option<String>,
    /// Whether it can be bought now.
    pub is_offered: bool,
}

impl Plan {
    /// Which of two plans is the better one: the higher.
    pub fn rank(&self) -> i64 {
        self.rank.or(self.price_stars).unwrap_or(0)
    }

    /// Its price in Stars, if it can be bought for them now.
    pub fn price(&self) -> Option<i64> {
        self.price_stars.filter(|_| self.is_offered && self.name != FREE)
    }

    /// What somebody who gets it now is promised, with months of this zone's calendar.
    pub fn terms(&self, zone: &str) -> Terms {
        Terms {
            plan_name: self.name.clone(),
            unit: self.unit,
            usage_limit: self.usage_limit,
            period: self.period,
            rank: self.rank(),
            auto_renew: self.auto_renew,
            model: self.model.clone(),
            providers: self.providers.clone(),
            max_answer_tokens: self.max_answer_tokens,
            zone: zone.to_owned(),
        }
    }
}

/// What was promised: the plan as it was then. Kept as JSON with what was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The plan.
    pub plan_name: String,
    /// What the limit counts.
    pub unit: Unit,
    /// How much a period allows.
    pub usage_limit: i64,
    /// How long a period is that no provider says the end of.
    pub period: Period,
    /// Which of two is the better one: the higher.
    pub rank: i64,
    /// Whether a subscription that no provider renews wishes to go on.
    pub auto_renew: bool,
    /// The model; none is the providers' own.
    pub model: Option<String>,
    /// The providers of models, with commas between; none is all.
    pub providers: Option<String>,
    /// The longest answer, in tokens; none is the service's.
    pub max_answer_tokens: Option<i64>,
    /// The IANA time zone in which a calendar period is counted.
    pub zone: String,
}

/// Adds a plan unless one of that name exists.
pub async fn seed(conn: &mut Conn<'_>, plan: &Plan) -> Result<()> {
    let sql = "INSERT INTO plans (name, unit, usage_limit, period, price_stars, model, auto_renew, created_at, title_ru, \
               title_en, description_ru, description_en, providers, max_answer_tokens, rank, google_product_id, \
               is_offered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
               ON CONFLICT (name) DO NOTHING";
    write(conn, sql, plan).await
}

/// Makes a plan what is given, its name and `created_at` apart; adds it if there is none of that name.
pub async fn set(conn: &mut Conn<'_>, plan: &Plan) -> Result<()> {
    let sql = "INSERT INTO plans (name, unit, usage_limit, period, price_stars, model, auto_renew, created_at, title_ru, \
               title_en, description_ru, description_en, providers, max_answer_tokens, rank, google_product_id, \
               is_offered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
               ON CONFLICT (name) DO UPDATE SET unit = excluded.unit, usage_limit = excluded.usage_limit, \
               period = excluded.period, price_stars = excluded.price_stars, model = excluded.model, \
               auto_renew = excluded.auto_renew, title_ru = excluded.title_ru, title_en = excluded.title_en, \
               description_ru = excluded.description_ru, description_en = excluded.description_en, \
               providers = excluded.providers, max_answer_tokens = excluded.max_answer_tokens, rank = excluded.rank, \
               google_product_id = excluded.google_product_id, is_offered = excluded.is_offered";
    write(conn, sql, plan).await
}

async fn write(conn: &mut Conn<'_>, sql: &'static str, plan: &Plan) -> Result<()> {
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
        &plan.title_ru,
        &plan.title_en,
        &plan.description_ru,
        &plan.description_en,
        &plan.providers,
        plan.max_answer_tokens,
        plan.rank,
        &plan.google_product_id,
        plan.is_offered,
    )
    .map(drop)
}

/// The plan with this name.
pub async fn find(conn: &mut Conn<'_>, name: &str) -> Result<Option<Plan>> {
    fetch_optional!(conn, Plan, "SELECT * FROM plans WHERE name = $1", name)
}

/// The plan that is sold in Google Play under this id.
pub async fn by_google_product(conn: &mut Conn<'_>, product_id: &str) -> Result<Option<Plan>> {
    fetch_optional!(conn, Plan, "SELECT * FROM plans WHERE google_product_id = $1", product_id)
}

/// All plans, the least first.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<Plan>> {
    fetch_all!(conn, Plan, "SELECT * FROM plans ORDER BY COALESCE(rank, price_stars, 0), name LIMIT 1000")
}
