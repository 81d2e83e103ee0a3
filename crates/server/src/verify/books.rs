//! Checks that are one statement each: it gives the rows that are wrong, and what is stored and counted of each.

use futures_util::TryStreamExt as _;
use sqlx::FromRow;
use uuid::Uuid;

use super::Found;
use crate::db::{Conn, Result};

/// A row that is wrong.
#[derive(FromRow)]
struct Wrong {
    id: Uuid,
    stored: i64,
    counted: i64,
}

/// What must not be, and what finds it.
const CHECKS: &[(&str, &str)] = &[
    (
        "subscription with other used_requests than answered turns",
        "SELECT s.id, s.used_requests AS stored, COALESCE(t.n, 0) AS counted FROM subscriptions s LEFT JOIN \
         (SELECT subscription_id, COUNT(*) AS n FROM turns WHERE answered GROUP BY subscription_id) t \
         ON t.subscription_id = s.id WHERE s.used_requests <> COALESCE(t.n, 0)",
    ),
    (
        "subscription with other used_tokens than its turns",
        "SELECT s.id, s.used_tokens AS stored, CAST(COALESCE(t.n, 0) AS BIGINT) AS counted FROM subscriptions s \
         LEFT JOIN (SELECT subscription_id, SUM(tokens) AS n FROM turns GROUP BY subscription_id) t \
         ON t.subscription_id = s.id WHERE s.used_tokens <> COALESCE(t.n, 0)",
    ),
    (
        "subscription with another reservation than its open turns",
        "SELECT s.id, s.reserved AS stored, CAST(COALESCE(t.n, 0) AS BIGINT) AS counted FROM subscriptions s \
         LEFT JOIN (SELECT subscription_id, SUM(reserved) AS n FROM turns WHERE ended_at IS NULL \
         GROUP BY subscription_id) t ON t.subscription_id = s.id WHERE s.reserved <> COALESCE(t.n, 0)",
    ),
    (
        "subscription used beyond its limit of requests",
        "SELECT id, used_requests + reserved AS stored, usage_limit AS counted FROM subscriptions \
         WHERE unit = 'requests' AND used_requests + reserved > usage_limit",
    ),
    (
        "subscription that ends before it begins",
        "SELECT id, CAST(0 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM subscriptions \
         WHERE purchase_id IS NULL AND (end_date <= start_date OR anchor_date > start_date)",
    ),
    (
        "person without exactly one active subscription",
        "SELECT u.id, COALESCE(s.n, 0) AS stored, CAST(1 AS BIGINT) AS counted FROM users u LEFT JOIN \
         (SELECT user_id, COUNT(*) AS n FROM subscriptions WHERE is_active GROUP BY user_id) s ON s.user_id = u.id \
         WHERE COALESCE(s.n, 0) <> 1",
    ),
    (
        "turn without its person's subscription",
        "SELECT t.id, CAST(0 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM turns t LEFT JOIN subscriptions s \
         ON s.id = t.subscription_id AND s.user_id = t.user_id WHERE s.id IS NULL",
    ),
    (
        "day of usage_logs with another requests_count than answered turns",
        "SELECT l.id, l.requests_count AS stored, COALESCE(t.n, 0) AS counted FROM usage_logs l LEFT JOIN \
         (SELECT user_id, day, COUNT(*) AS n FROM turns WHERE answered GROUP BY user_id, day) t \
         ON t.user_id = l.user_id AND t.day = l.date WHERE l.requests_count <> COALESCE(t.n, 0)",
    ),
    (
        "day of usage_logs with other tokens_used than its turns",
        "SELECT l.id, l.tokens_used AS stored, CAST(COALESCE(t.n, 0) AS BIGINT) AS counted FROM usage_logs l LEFT JOIN \
         (SELECT user_id, day, SUM(tokens) AS n FROM turns GROUP BY user_id, day) t \
         ON t.user_id = l.user_id AND t.day = l.date WHERE l.tokens_used <> COALESCE(t.n, 0)",
    ),
    (
        "answered turn on a day without a row in usage_logs",
        "SELECT t.id, CAST(0 AS BIGINT) AS stored, CAST(1 AS BIGINT) AS counted FROM turns t LEFT JOIN usage_logs l \
         ON l.user_id = t.user_id AND l.date = t.day WHERE t.answered AND l.id IS NULL",
    ),
    // Of people with a dialogue whose day is not kept yet nothing can be said: see the job `session-days`.
    (
        "day of usage_logs with another session_count than dialogues begun",
        "SELECT l.id, l.session_count AS stored, COALESCE(s.n, 0) AS counted FROM usage_logs l LEFT JOIN \
         (SELECT user_id, day, COUNT(*) AS n FROM (SELECT user_id, day FROM chat_sessions UNION ALL \
         SELECT user_id, day FROM deleted_sessions) b GROUP BY user_id, day) s \
         ON s.user_id = l.user_id AND s.day = l.date WHERE l.session_count <> COALESCE(s.n, 0) \
         AND NOT EXISTS (SELECT 1 FROM chat_sessions o WHERE o.user_id = l.user_id AND o.day IS NULL)",
    ),
    (
        "dialogue begun on a day without a row in usage_logs",
        "SELECT b.id, CAST(0 AS BIGINT) AS stored, CAST(1 AS BIGINT) AS counted FROM \
         (SELECT id, user_id, day FROM chat_sessions UNION ALL SELECT id, user_id, day FROM deleted_sessions) b \
         LEFT JOIN usage_logs l ON l.user_id = b.user_id AND l.date = b.day WHERE b.day IS NOT NULL AND l.id IS NULL",
    ),
    (
        "dialogue that was deleted and is there",
        "SELECT s.id, CAST(0 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM chat_sessions s \
         JOIN deleted_sessions d ON d.id = s.id",
    ),
    (
        "answer that does not match its turn",
        "SELECT t.id, t.tokens AS stored, COALESCE(m.token_usage, 0) AS counted FROM turns t \
         JOIN chat_sessions s ON s.id = t.session_id LEFT JOIN messages m ON m.id = t.ai_message_id \
         AND m.turn_id = t.id AND m.user_id = t.user_id AND m.answers_id = t.message_id \
         WHERE t.answered AND (m.id IS NULL OR COALESCE(m.token_usage, -1) <> t.tokens)",
    ),
    (
        "answer without an answered turn",
        "SELECT m.id, CAST(1 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM messages m LEFT JOIN turns t \
         ON t.id = m.turn_id AND t.ai_message_id = m.id AND t.answered WHERE m.sender = 'ai' AND t.id IS NULL",
    ),
    (
        "unanswered turn that has an answer or tokens",
        "SELECT id, tokens AS stored, CAST(0 AS BIGINT) AS counted FROM turns \
         WHERE NOT answered AND (ai_message_id IS NOT NULL OR tokens <> 0)",
    ),
    (
        "question without a turn",
        "SELECT m.id, CAST(0 AS BIGINT) AS stored, CAST(1 AS BIGINT) AS counted FROM messages m LEFT JOIN turns t \
         ON t.id = m.turn_id AND t.message_id = m.id WHERE m.sender = 'user' AND t.id IS NULL",
    ),
    (
        "answered turn whose tokens no row of the journal has",
        "SELECT t.id, t.tokens AS stored, COALESCE((SELECT MAX(COALESCE(r.prompt_tokens, 0) + \
         COALESCE(r.completion_tokens, 0)) FROM ai_requests r WHERE r.message_id = t.message_id AND r.turn_id = t.id), \
         -1) AS counted FROM turns t JOIN messages q ON q.id = t.message_id WHERE t.answered AND NOT EXISTS \
         (SELECT 1 FROM ai_requests r WHERE r.message_id = t.message_id AND r.turn_id = t.id \
         AND COALESCE(r.prompt_tokens, 0) + COALESCE(r.completion_tokens, 0) = t.tokens)",
    ),
    (
        "row of the journal without its turn",
        "SELECT r.id, CAST(0 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM ai_requests r LEFT JOIN turns t \
         ON t.id = r.turn_id AND t.user_id = r.user_id AND t.message_id = r.message_id WHERE t.id IS NULL",
    ),
    (
        "payment of another person or provider than its purchase",
        "SELECT p.id, CAST(0 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM payments p \
         JOIN purchases b ON b.id = p.purchase_id WHERE b.user_id <> p.user_id OR b.provider <> p.provider",
    ),
    (
        "refund of a charge that was never paid",
        "SELECT r.id, CAST(0 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM payments r LEFT JOIN payments p \
         ON p.provider = r.provider AND p.event_key = 'paid:' || r.charge_id WHERE r.kind = 'refunded' AND p.id IS NULL",
    ),
    (
        "subscription of a purchase of somebody else's",
        "SELECT s.id, CAST(0 AS BIGINT) AS stored, CAST(0 AS BIGINT) AS counted FROM subscriptions s \
         JOIN purchases b ON b.id = s.purchase_id WHERE b.user_id <> s.user_id OR b.provider <> s.provider",
    ),
];

pub(super) async fn verify(conn: &mut Conn<'_>, found: &mut Found<'_>) -> Result<()> {
    for (what, sql) in CHECKS {
        found.looked.checks += 1;
        each(conn, sql, |wrong: Wrong| {
            let Wrong { id, stored, counted } = wrong;
            let detail = if stored == counted { String::new() } else { format!("{stored}, counted {counted}") };
            found.add(what, id, detail);
        })
        .await?;
    }
    Ok(())
}

/// Reads rows one by one.
async fn each(conn: &mut Conn<'_>, sql: &'static str, mut take: impl FnMut(Wrong)) -> Result<()> {
    macro_rules! read {
        ($connection:expr) => {{
            let mut rows = sqlx::query_as::<_, Wrong>(sql).persistent(false).fetch(&mut **$connection);
            while let Some(row) = rows.try_next().await? {
                take(row);
            }
        }};
    }
    match conn {
        Conn::Sqlite(connection) => read!(connection),
        Conn::Postgres(connection) => read!(connection),
    }
    Ok(())
}
