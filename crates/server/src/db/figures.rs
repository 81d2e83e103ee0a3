//! `day_figures` and `usage_days`: what happened on a day, over all people, and the statements that count it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Day, Result, Ts, execute, fetch_all, fetch_one, fetch_optional, text_enum};

/// Where `positions` keeps until when is counted.
pub const POSITION: &str = "day-figures";

text_enum! {
    /// What a figure is of.
    Part {
        /// Turns of a plan.
        Plan = "plan",
        /// Attempts at a model.
        Model = "model",
        /// Turns whose first text took so many milliseconds, rounded down to two digits.
        FirstToken = "first_token",
        /// Attempts whose first text took so many milliseconds.
        ModelFirstToken = "model_first_token",
        /// New people.
        People = "people",
    }
}

/// A figure of a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Figure {
    /// What it is of.
    pub part: Part,
    /// The plan, the model, the milliseconds.
    pub name: String,
    /// Of a model the provider; of milliseconds the plan, or the provider and the model with a space between.
    pub detail: String,
    /// Turns, attempts, people.
    pub amount: i64,
    /// How many of them failed or were cut off.
    pub failed: i64,
    /// Tokens: of turns all, of attempts those of the answers.
    pub tokens: i64,
    /// Of attempts: tokens of the prompts.
    pub prompt_tokens: i64,
}

/// The lowest id that a row of this moment can have: ids are UUIDv7.
pub fn first_id(at: Ts) -> Uuid {
    Uuid::from_u128(u128::try_from(at.as_micros() / 1_000).unwrap_or(0) << 80)
}

/// Counts what began from one moment to another.
pub async fn count(conn: &mut Conn<'_>, from: Ts, to: Ts) -> Result<Vec<Figure>> {
    let (from, to) = (first_id(from), first_id(to));
    let turns = "SELECT 'plan' AS part, COALESCE(s.plan_name, '') AS name, '' AS detail, COUNT(*) AS amount, \
                 CAST(SUM(CASE WHEN t.state IN ('failed', 'interrupted') THEN 1 ELSE 0 END) AS BIGINT) AS failed, \
                 CAST(SUM(t.tokens) AS BIGINT) AS tokens, CAST(0 AS BIGINT) AS prompt_tokens \
                 FROM turns t LEFT JOIN subscriptions s ON s.id = t.subscription_id \
                 WHERE t.id >= $1 AND t.id < $2 GROUP BY s.plan_name";
    let attempts = "SELECT 'model' AS part, model AS name, provider AS detail, COUNT(*) AS amount, \
                    CAST(SUM(CASE WHEN error_message IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS failed, \
                    CAST(SUM(COALESCE(completion_tokens, 0)) AS BIGINT) AS tokens, \
                    CAST(SUM(COALESCE(prompt_tokens, 0)) AS BIGINT) AS prompt_tokens \
                    FROM ai_requests WHERE id >= $1 AND id < $2 GROUP BY provider, model";
    // Two digits of the milliseconds are enough, and keep the rows few.
    macro_rules! first {
        ($part:literal, $from:literal) => {
            concat!(
                "SELECT '",
                $part,
                "' AS part, CAST(f.ms AS TEXT) AS name, f.detail, COUNT(*) AS amount, CAST(0 AS BIGINT) AS failed, \
                 CAST(0 AS BIGINT) AS tokens, CAST(0 AS BIGINT) AS prompt_tokens FROM (SELECT r.detail, CASE \
                 WHEN r.m < 100 THEN r.m WHEN r.m < 1000 THEN r.m / 10 * 10 WHEN r.m < 10000 THEN r.m / 100 * 100 \
                 ELSE r.m / 1000 * 1000 END AS ms FROM (SELECT ",
                $from,
                " AND time_to_first_token_ms IS NOT NULL) r) f GROUP BY f.detail, f.ms"
            )
        };
    }
    let first = first!(
        "first_token",
        "t.time_to_first_token_ms AS m, COALESCE(s.plan_name, '') AS detail FROM turns t \
         LEFT JOIN subscriptions s ON s.id = t.subscription_id WHERE t.id >= $1 AND t.id < $2"
    );
    let model_first = first!(
        "model_first_token",
        "time_to_first_token_ms AS m, provider || ' ' || model AS detail FROM ai_requests WHERE id >= $1 AND id < $2"
    );
    let people = "SELECT 'people' AS part, '' AS name, '' AS detail, COUNT(*) AS amount, CAST(0 AS BIGINT) AS failed, \
                  CAST(0 AS BIGINT) AS tokens, CAST(0 AS BIGINT) AS prompt_tokens FROM users WHERE id >= $1 AND id < $2";
    let mut figures: Vec<Figure> = fetch_all!(conn, Figure, turns, from, to)?;
    for sql in [attempts, first, model_first, people] {
        figures.extend(fetch_all!(conn, Figure, sql, from, to)?);
    }
    figures.retain(|figure| figure.amount > 0);
    Ok(figures)
}

/// When the first person came.
pub async fn first_person(conn: &mut Conn<'_>) -> Result<Option<Ts>> {
    let sql = "SELECT created_at FROM users ORDER BY id LIMIT 1";
    Ok(fetch_optional!(conn, (Ts,), sql)?.map(|(at,)| at))
}

/// Forgets everything that was counted: it is counted again.
pub async fn forget(conn: &mut Conn<'_>) -> Result<()> {
    execute!(conn, "DELETE FROM day_figures")?;
    execute!(conn, "DELETE FROM usage_days")?;
    execute!(conn, "DELETE FROM positions WHERE name = $1", POSITION).map(drop)
}

/// Whether a turn that began from one moment to another is still open.
pub async fn any_open(conn: &mut Conn<'_>, from: Ts, to: Ts) -> Result<bool> {
    let sql = "SELECT id FROM turns WHERE ended_at IS NULL AND id >= $1 AND id < $2 LIMIT 1";
    Ok(fetch_optional!(conn, (Uuid,), sql, first_id(from), first_id(to))?.is_some())
}

/// Adds a figure to its day.
pub async fn add(conn: &mut Conn<'_>, day: Day, figure: &Figure) -> Result<()> {
    let sql = "INSERT INTO day_figures (day, part, name, detail, amount, failed, tokens, prompt_tokens) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (day, part, name, detail) DO UPDATE SET \
               amount = day_figures.amount + excluded.amount, failed = day_figures.failed + excluded.failed, \
               tokens = day_figures.tokens + excluded.tokens, \
               prompt_tokens = day_figures.prompt_tokens + excluded.prompt_tokens";
    let Figure { part, name, detail, amount, failed, tokens, prompt_tokens } = figure;
    execute!(conn, sql, day, part, name, detail, amount, failed, tokens, prompt_tokens).map(drop)
}

/// A figure of a day.
#[derive(Clone, Debug, FromRow)]
pub struct OfDay {
    /// The day.
    pub day: Day,
    /// What was counted.
    #[sqlx(flatten)]
    pub figure: Figure,
}

/// What was counted of the days from `first` on.
pub async fn since(conn: &mut Conn<'_>, first: Day) -> Result<Vec<OfDay>> {
    fetch_all!(conn, OfDay, "SELECT * FROM day_figures WHERE day >= $1 ORDER BY day", first)
}

/// What all people used on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct UsageDay {
    /// The day.
    pub day: Day,
    /// How many used anything.
    pub people: i64,
    /// Answered turns.
    pub requests: i64,
    /// Tokens of their answers.
    pub tokens: i64,
    /// Dialogues begun.
    pub sessions: i64,
}

/// The last day whose sums are kept.
pub async fn last_usage_day(conn: &mut Conn<'_>) -> Result<Option<Day>> {
    let sql = "SELECT day FROM usage_days ORDER BY day DESC LIMIT 1";
    Ok(fetch_optional!(conn, (Day,), sql)?.map(|(day,)| day))
}

/// The first day after this one, or of all, on which anybody used anything.
pub async fn first_used_day(conn: &mut Conn<'_>, after: Option<Day>) -> Result<Option<Day>> {
    let sql = "SELECT date FROM usage_logs WHERE date > $1 ORDER BY date LIMIT 1";
    let after = after.unwrap_or(Day(jiff::civil::date(1970, 1, 1)));
    Ok(fetch_optional!(conn, (Day,), sql, after)?.map(|(day,)| day))
}

/// Sums a day of `usage_logs` up.
pub async fn sum_day(conn: &mut Conn<'_>, day: Day) -> Result<UsageDay> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(requests_count), 0) AS BIGINT), \
               CAST(COALESCE(SUM(tokens_used), 0) AS BIGINT), CAST(COALESCE(SUM(session_count), 0) AS BIGINT) \
               FROM usage_logs WHERE date = $1";
    let (people, requests, tokens, sessions) = fetch_one!(conn, (i64, i64, i64, i64), sql, day)?;
    Ok(UsageDay { day, people, requests, tokens, sessions })
}

/// Keeps a day's sums, unless they are kept.
pub async fn keep_day(conn: &mut Conn<'_>, sums: &UsageDay) -> Result<()> {
    let sql = "INSERT INTO usage_days (day, people, requests, tokens, sessions) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (day) DO NOTHING";
    let UsageDay { day, people, requests, tokens, sessions } = sums;
    execute!(conn, sql, day, people, requests, tokens, sessions).map(drop)
}

/// The kept sums of the days from `first` to `last`.
pub async fn usage_days(conn: &mut Conn<'_>, first: Day, last: Day) -> Result<Vec<UsageDay>> {
    fetch_all!(conn, UsageDay, "SELECT * FROM usage_days WHERE day >= $1 AND day <= $2 ORDER BY day", first, last)
}

/// How many people used anything from `first` on.
pub async fn active_since(conn: &mut Conn<'_>, first: Day) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM users u WHERE EXISTS \
               (SELECT 1 FROM usage_logs l WHERE l.user_id = u.id AND l.date >= $1)";
    Ok(fetch_one!(conn, (i64,), sql, first)?.0)
}
