//! `broadcasts` and `broadcast_recipients`: what is written to many people, and whom it has reached.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, deliveries::Outcome, execute, fetch_all, fetch_one, fetch_optional, text_enum};

text_enum! {
    /// How far a broadcast is.
    State {
        /// It is looked at.
        Draft = "draft",
        /// It is being sent.
        Running = "running",
        /// Somebody has stopped it, or thrown it away.
        Stopped = "stopped",
        /// Everybody has it who could be reached.
        Done = "done",
    }
}

/// A row of `broadcasts`.
#[derive(Clone, Debug, FromRow)]
pub struct Broadcast {
    /// Id.
    pub id: Uuid,
    /// When it was written.
    pub created_at: Ts,
    /// What is said in Russian: Markdown.
    pub text_ru: String,
    /// What is said in English.
    pub text_en: String,
    /// To people of this plan.
    pub plan_name: Option<String>,
    /// To people who are spoken to in this language: `ru` or `en`.
    pub language: Option<String>,
    /// To people who have talked since.
    pub active_since: Option<Ts>,
    /// How far it is.
    pub state: State,
    /// When it began.
    pub started_at: Option<Ts>,
    /// When it ended.
    pub ended_at: Option<Ts>,
    /// How many it was to reach; none: more than were counted, or it has not begun.
    pub expected: Option<i64>,
    /// The last place that was looked at.
    pub position: Option<Uuid>,
    /// The last place that there was when it began.
    pub last_place: Option<Uuid>,
    /// To how many it was given to be sent.
    pub taken: i64,
    /// How many have it.
    pub sent: i64,
    /// How many had blocked the bot.
    pub closed: i64,
    /// To how many it could not be sent, or nobody knows.
    pub failed: i64,
    /// For how many it was called off on its way.
    pub cancelled: i64,
}

impl Broadcast {
    /// How many are on their way.
    pub fn open(&self) -> i64 {
        (self.taken - self.sent - self.closed - self.failed - self.cancelled).max(0)
    }
}

/// Adds a draft.
pub async fn insert(conn: &mut Conn<'_>, b: &Broadcast) -> Result<()> {
    let sql = "INSERT INTO broadcasts (id, created_at, text_ru, text_en, plan_name, language, active_since, state) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let Broadcast { id, created_at, text_ru, text_en, plan_name, language, active_since, state, .. } = b;
    execute!(conn, sql, *id, *created_at, text_ru, text_en, plan_name, language, *active_since, *state).map(drop)
}

/// The broadcast with this id.
pub async fn find(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Broadcast>> {
    fetch_optional!(conn, Broadcast, "SELECT * FROM broadcasts WHERE id = $1", id)
}

/// A page of them, in the order of writing: `Some((id, newer))` is those next to `id`, `None` the newest.
pub async fn page(conn: &mut Conn<'_>, place: Option<(Uuid, bool)>, limit: i64) -> Result<Vec<Broadcast>> {
    let sql = match place {
        None | Some((_, false)) => "SELECT * FROM broadcasts WHERE id < $1 ORDER BY id DESC LIMIT $2",
        Some((_, true)) => "SELECT * FROM broadcasts WHERE id > $1 ORDER BY id ASC LIMIT $2",
    };
    let from = place.map_or(Uuid::max(), |(id, _)| id);
    fetch_all!(conn, Broadcast, sql, from, limit)
}

/// The oldest one that is being sent.
pub async fn running(conn: &mut Conn<'_>) -> Result<Option<Broadcast>> {
    fetch_optional!(conn, Broadcast, "SELECT * FROM broadcasts WHERE state = 'running' ORDER BY id LIMIT 1")
}

/// Lets a draft begin, for the places that there are now; false when it is none.
pub async fn start(conn: &mut Conn<'_>, id: Uuid, expected: Option<i64>, now: Ts) -> Result<bool> {
    let last = "SELECT id FROM telegram_chats ORDER BY id DESC LIMIT 1";
    let last = fetch_optional!(&mut *conn, (Uuid,), last)?.map_or(Uuid::nil(), |(id,)| id);
    let sql = "UPDATE broadcasts SET state = 'running', started_at = $2, expected = $3, position = $4, last_place = $5 \
               WHERE id = $1 AND state = 'draft'";
    Ok(execute!(conn, sql, id, now, expected, Uuid::nil(), last)? == 1)
}

/// Ends one that is not over; false when it is.
pub async fn stop(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<bool> {
    let sql = "UPDATE broadcasts SET state = 'stopped', ended_at = $2 WHERE id = $1 AND state IN ('draft', 'running')";
    Ok(execute!(conn, sql, id, now)? == 1)
}

/// Notes that everybody has it.
pub async fn finish(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<()> {
    let sql = "UPDATE broadcasts SET state = 'done', ended_at = $2 WHERE id = $1 AND state = 'running' AND NOT EXISTS \
               (SELECT 1 FROM broadcast_recipients r WHERE r.broadcast_id = broadcasts.id AND r.outcome IS NULL)";
    execute!(conn, sql, id, now).map(drop)
}

/// A place where a broadcast may be said.
#[derive(Clone, Debug, FromRow)]
pub struct Candidate {
    /// The place.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The chat.
    pub chat_id: i64,
    /// The person's language.
    pub language: Option<String>,
    /// Whether it is meant, the language apart.
    pub is_meant: bool,
}

/// The next places behind the one that was looked at last, up to `limit` of them, meant or not.
pub async fn candidates(conn: &mut Conn<'_>, b: &Broadcast, limit: i64) -> Result<Vec<Candidate>> {
    let sql = "SELECT c.id, c.user_id, c.chat_id, u.language, (c.chat_id = c.telegram_id AND c.closed_at IS NULL \
               AND u.blocked_at IS NULL AND ($3 IS NULL OR EXISTS (SELECT 1 FROM subscriptions s \
               WHERE s.user_id = c.user_id AND s.is_active AND s.plan_name = $3)) AND ($4 IS NULL OR EXISTS \
               (SELECT 1 FROM chat_sessions t WHERE t.user_id = c.user_id AND t.last_activity_at >= $4))) AS is_meant \
               FROM (SELECT * FROM telegram_chats WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $5) c \
               JOIN users u ON u.id = c.user_id ORDER BY c.id";
    let (from, to) = (b.position.unwrap_or_default(), b.last_place.unwrap_or_default());
    fetch_all!(conn, Candidate, sql, from, to, &b.plan_name, b.active_since, limit)
}

/// How many people are meant, the language apart, by their languages; of more than `limit` so many are counted.
pub async fn meant(
    conn: &mut Conn<'_>,
    plan: Option<&str>,
    active_since: Option<Ts>,
    limit: i64,
) -> Result<Vec<(Option<String>, i64)>> {
    macro_rules! select {
        ($from:literal) => {
            concat!(
                "SELECT m.language, COUNT(*) FROM (SELECT DISTINCT c.user_id, u.language FROM ",
                $from,
                " JOIN telegram_chats c ON c.user_id = u.id WHERE c.chat_id = c.telegram_id AND c.closed_at IS NULL \
                 AND u.blocked_at IS NULL AND ($1 IS NULL OR EXISTS (SELECT 1 FROM subscriptions s \
                 WHERE s.user_id = u.id AND s.is_active AND s.plan_name = $1)) AND ($2 IS NULL OR EXISTS \
                 (SELECT 1 FROM chat_sessions t WHERE t.user_id = u.id AND t.last_activity_at >= $2)) LIMIT $3) m \
                 GROUP BY m.language"
            )
        };
    }
    type Row = (Option<String>, i64);
    match plan {
        Some(_) => {
            // A plan that few have is found by its own index.
            let sql = select!(
                "(SELECT DISTINCT h.user_id FROM subscriptions h WHERE h.plan_name = $1 AND h.is_active = TRUE) h \
                 JOIN users u ON u.id = h.user_id"
            );
            fetch_all!(conn, Row, sql, plan, active_since, limit)
        }
        None => fetch_all!(conn, Row, select!("users u"), plan, active_since, limit),
    }
}

/// Moves on to a place, if nobody else has moved, it is not stopped, and this node has the role.
pub async fn advance(conn: &mut Conn<'_>, b: &Broadcast, to: Uuid, role: &str, node_id: Uuid) -> Result<bool> {
    let sql = "UPDATE broadcasts SET position = $2 WHERE id = $1 AND state = 'running' AND position = $3 \
               AND EXISTS (SELECT 1 FROM roles r WHERE r.name = $4 AND r.node_id = $5)";
    Ok(execute!(conn, sql, b.id, to, b.position, role, node_id)? == 1)
}

/// Notes that a person gets it; false when they did before.
pub async fn take(conn: &mut Conn<'_>, id: Uuid, user_id: Uuid, delivery_id: Uuid) -> Result<bool> {
    let sql = "INSERT INTO broadcast_recipients (broadcast_id, user_id, delivery_id) VALUES ($1, $2, $3) \
               ON CONFLICT (broadcast_id, user_id) DO NOTHING";
    if execute!(&mut *conn, sql, id, user_id, delivery_id)? == 0 {
        return Ok(false);
    }
    execute!(conn, "UPDATE broadcasts SET taken = taken + 1 WHERE id = $1", id).map(|_| true)
}

/// How many deliveries of broadcasts are open, and how many of them are due.
pub async fn open(conn: &mut Conn<'_>, now: Ts) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END), 0) AS BIGINT) \
               FROM deliveries WHERE ended_at IS NULL AND broadcast_id IS NOT NULL";
    fetch_one!(conn, (i64, i64), sql, now)
}

/// Deliveries that have ended, or are gone, and that the books do not know of: broadcast, person, and how it ended.
pub async fn unsettled(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<(Uuid, Uuid, Option<Outcome>)>> {
    let sql = "SELECT r.broadcast_id, r.user_id, d.outcome FROM broadcast_recipients r \
               LEFT JOIN deliveries d ON d.id = r.delivery_id WHERE r.outcome IS NULL AND r.broadcast_id > $1 \
               AND (d.id IS NULL OR d.ended_at IS NOT NULL) LIMIT $2";
    fetch_all!(conn, (Uuid, Uuid, Option<Outcome>), sql, Uuid::nil(), limit)
}

/// Enters how a person's delivery ended into the books, once.
pub async fn settle(conn: &mut Conn<'_>, id: Uuid, user_id: Uuid, outcome: Outcome) -> Result<()> {
    let sql =
        "UPDATE broadcast_recipients SET outcome = $3 WHERE broadcast_id = $1 AND user_id = $2 AND outcome IS NULL";
    if execute!(&mut *conn, sql, id, user_id, outcome)? == 0 {
        return Ok(());
    }
    let sql = match outcome {
        Outcome::Sent => "UPDATE broadcasts SET sent = sent + 1 WHERE id = $1",
        Outcome::Closed => "UPDATE broadcasts SET closed = closed + 1 WHERE id = $1",
        Outcome::Refused => "UPDATE broadcasts SET failed = failed + 1 WHERE id = $1",
        Outcome::Cancelled => "UPDATE broadcasts SET cancelled = cancelled + 1 WHERE id = $1",
    };
    execute!(conn, sql, id).map(drop)
}
