//! `deliveries`: what the bot has to send.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_one, fetch_optional, text_enum};

text_enum! {
    /// How a delivery ended.
    Outcome {
        /// All of it was sent.
        Sent = "sent",
        /// Telegram does not take it.
        Refused = "refused",
        /// The person has blocked the bot, or the chat is gone.
        Closed = "closed",
        /// An operator has called it off.
        Cancelled = "cancelled",
    }
}

/// A row of `deliveries`.
#[derive(Clone, Debug, FromRow)]
pub struct Delivery {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The chat.
    pub chat_id: i64,
    /// The topic, or 0.
    pub thread_id: i64,
    /// The message it answers, where that is shown.
    pub reply_to: Option<i64>,
    /// The turn whose answer it is.
    pub turn_id: Option<Uuid>,
    /// Else what to send: `telegram::message::Outgoing` as JSON.
    pub message: Option<String>,
    /// When it was decided; within a chat they are sent in this order, and of one moment by their ids.
    pub created_at: Ts,
    /// Not before.
    pub run_at: Ts,
    /// How many of its messages have been sent.
    pub part: i64,
    /// Whether one is on its way.
    pub sending: bool,
    /// How often it was tried.
    pub attempts: i64,
    /// How often it was not known whether a call had acted.
    pub doubts: i64,
    /// The broadcast that it is of.
    pub broadcast_id: Option<Uuid>,
}

/// Where something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The chat.
    pub chat_id: i64,
    /// The topic, or 0.
    pub thread_id: i64,
    /// The message it answers, where that is shown.
    pub reply_to: Option<i64>,
}

impl Place {
    /// Reads what [`Place::to_json`] wrote.
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// Whether others read along: groups have negative numbers in Telegram.
    pub const fn is_group(self) -> bool {
        self.chat_id < 0
    }

    /// As it is kept with a turn.
    pub fn to_json(self) -> String {
        serde_json::json!(self).to_string()
    }

    /// A delivery there, of nothing yet.
    pub fn delivery(self, id: Uuid, user_id: Uuid, now: Ts) -> Delivery {
        Delivery {
            id,
            user_id,
            chat_id: self.chat_id,
            thread_id: self.thread_id,
            reply_to: self.reply_to,
            turn_id: None,
            message: None,
            created_at: now,
            run_at: now,
            part: 0,
            sending: false,
            attempts: 0,
            doubts: 0,
            broadcast_id: None,
        }
    }
}

impl Delivery {
    /// That of a turn's answer.
    pub fn of_turn(self, turn_id: Uuid) -> Self {
        Self { turn_id: Some(turn_id), ..self }
    }

    /// That of a message, as JSON.
    pub fn of_message(self, message: String) -> Self {
        Self { message: Some(message), ..self }
    }

    /// That of a broadcast.
    pub fn of_broadcast(self, broadcast_id: Uuid) -> Self {
        Self { broadcast_id: Some(broadcast_id), ..self }
    }
}

/// Adds a delivery.
pub async fn insert(conn: &mut Conn<'_>, d: &Delivery) -> Result<()> {
    let sql = "INSERT INTO deliveries (id, user_id, chat_id, thread_id, reply_to, turn_id, message, created_at, run_at, \
               broadcast_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    execute!(
        conn,
        sql,
        d.id,
        d.user_id,
        d.chat_id,
        d.thread_id,
        d.reply_to,
        d.turn_id,
        &d.message,
        d.created_at,
        d.run_at,
        d.broadcast_id,
    )
    .map(drop)
}

/// Chats that something is to be sent to now.
pub async fn chats(conn: &mut Conn<'_>, now: Ts, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT chat_id FROM deliveries WHERE ended_at IS NULL AND run_at <= $1 LIMIT $2";
    Ok(fetch_all!(conn, (i64,), sql, now, limit)?.into_iter().map(|(chat,)| chat).collect())
}

/// The next delivery to a chat, its time come or not. A broadcast lets everything else pass.
pub async fn next(conn: &mut Conn<'_>, chat_id: i64) -> Result<Option<Delivery>> {
    let sql = "SELECT id, user_id, chat_id, thread_id, reply_to, turn_id, message, created_at, run_at, part, sending, \
               attempts, doubts, broadcast_id FROM deliveries WHERE chat_id = $1 AND ended_at IS NULL \
               ORDER BY broadcast_id IS NOT NULL, created_at, id LIMIT 1";
    fetch_optional!(conn, Delivery, sql, chat_id)
}

/// Notes that a message is about to be sent; false when this node no longer has the role that allows it, or it is over.
pub async fn sending(conn: &mut Conn<'_>, id: Uuid, role: &str, node_id: Uuid) -> Result<bool> {
    let sql = "UPDATE deliveries SET sending = TRUE, attempts = attempts + 1 WHERE id = $1 AND ended_at IS NULL \
               AND EXISTS (SELECT 1 FROM roles r WHERE r.name = $2 AND r.node_id = $3)";
    Ok(execute!(conn, sql, id, role, node_id)? == 1)
}

/// Notes that a message was sent, and with the last one that this is over.
pub async fn sent(conn: &mut Conn<'_>, id: Uuid, part: i64, ended: Option<Ts>) -> Result<()> {
    let outcome = ended.map(|_| Outcome::Sent);
    // What was said is in the chat now, and nothing to be kept here.
    let sql = "UPDATE deliveries SET sending = FALSE, part = $2, doubts = 0, ended_at = $3, outcome = $4, \
               message = CASE WHEN $4 IS NULL THEN message END WHERE id = $1 AND ended_at IS NULL";
    execute!(conn, sql, id, part, ended, outcome).map(drop)
}

/// Notes that a message was not sent, or that nobody knows, and when to try again.
pub async fn retry(conn: &mut Conn<'_>, id: Uuid, in_doubt: bool, run_at: Ts, error: &str) -> Result<()> {
    let sql = "UPDATE deliveries SET sending = FALSE, doubts = doubts + $2, run_at = $3, error = $4 \
               WHERE id = $1 AND ended_at IS NULL";
    execute!(conn, sql, id, i64::from(in_doubt), run_at, error).map(drop)
}

/// Ends a delivery without all of it sent.
pub async fn end(conn: &mut Conn<'_>, id: Uuid, outcome: Outcome, now: Ts, error: &str) -> Result<()> {
    let sql = "UPDATE deliveries SET sending = FALSE, ended_at = $2, outcome = $3, error = $4, message = NULL \
               WHERE id = $1 AND ended_at IS NULL";
    execute!(conn, sql, id, now, outcome, error).map(drop)
}

/// Ends everything that was to be sent to a chat.
pub async fn close_chat(conn: &mut Conn<'_>, chat_id: i64, now: Ts) -> Result<u64> {
    let sql = "UPDATE deliveries SET sending = FALSE, ended_at = $2, outcome = $3, message = NULL WHERE chat_id = $1 AND ended_at IS NULL";
    execute!(conn, sql, chat_id, now, Outcome::Closed)
}

/// Calls off what is left of a broadcast; what is on its way goes on.
pub async fn cancel_broadcast(conn: &mut Conn<'_>, broadcast_id: Uuid, now: Ts) -> Result<u64> {
    let sql = "UPDATE deliveries SET ended_at = $2, outcome = $3 WHERE broadcast_id = $1 AND ended_at IS NULL \
               AND sending = FALSE";
    execute!(conn, sql, broadcast_id, now, Outcome::Cancelled)
}

/// Forgets up to `limit` deliveries that ended before `before`.
pub async fn forget(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE ended_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}

/// Which deliveries are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Open ones that have failed at least once.
    Failing,
    /// All open ones.
    Open,
    /// Those that Telegram did not take.
    Refused,
    /// All that have ended.
    Ended,
}

/// A row of `deliveries`, without what is said.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The chat.
    pub chat_id: i64,
    /// The turn whose answer it is; else it is a message of the bot's own.
    pub turn_id: Option<Uuid>,
    /// When it was decided.
    pub created_at: Ts,
    /// Not before.
    pub run_at: Ts,
    /// How many of its messages have been sent.
    pub part: i64,
    /// Whether one is on its way.
    pub sending: bool,
    /// How often it was tried.
    pub attempts: i64,
    /// How often it was not known whether a call had acted.
    pub doubts: i64,
    /// What went wrong the last time.
    pub error: Option<String>,
    /// When it ended.
    pub ended_at: Option<Ts>,
    /// How.
    pub outcome: Option<String>,
}

/// A page of deliveries; `place` as everywhere: next to this id, and whether towards newer ones.
pub async fn page(conn: &mut Conn<'_>, which: Which, place: Option<(Uuid, bool)>, limit: i64) -> Result<Vec<Row>> {
    macro_rules! select {
        ($scope:literal, $order:literal) => {
            concat!(
                "SELECT id, user_id, chat_id, turn_id, created_at, run_at, part, sending, attempts, doubts, error, \
                 ended_at, outcome FROM deliveries WHERE ",
                $scope,
                $order,
                " LIMIT $2"
            )
        };
    }
    macro_rules! ordered {
        ($scope:literal) => {
            match place {
                None | Some((_, false)) => select!($scope, " AND id < $1 ORDER BY id DESC"),
                Some((_, true)) => select!($scope, " AND id > $1 ORDER BY id"),
            }
        };
    }
    let sql = match which {
        Which::Failing => ordered!("ended_at IS NULL AND error IS NOT NULL"),
        Which::Open => ordered!("ended_at IS NULL"),
        Which::Refused => ordered!("outcome = 'refused'"),
        Which::Ended => ordered!("ended_at IS NOT NULL"),
    };
    fetch_all!(conn, Row, sql, place.map_or(Uuid::max(), |(id, _)| id), limit)
}

/// Whose the delivery with this id is.
pub async fn owner(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Uuid>> {
    Ok(fetch_optional!(conn, (Uuid,), "SELECT user_id FROM deliveries WHERE id = $1", id)?.map(|(user_id,)| user_id))
}

/// Lets an open delivery be tried at once; false when it has ended.
pub async fn hasten(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<bool> {
    Ok(execute!(conn, "UPDATE deliveries SET run_at = $2 WHERE id = $1 AND ended_at IS NULL", id, now)? == 1)
}

/// Calls an open delivery off: what of it is on its way may still arrive, the rest is not sent. False when it has ended.
pub async fn cancel(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<bool> {
    let sql = "UPDATE deliveries SET sending = FALSE, ended_at = $2, outcome = $3, message = NULL \
               WHERE id = $1 AND ended_at IS NULL";
    Ok(execute!(conn, sql, id, now, Outcome::Cancelled)? == 1)
}

/// How many are tried again and again; no more than `most`, as with the others.
pub async fn count_failing(conn: &mut Conn<'_>, most: i64) -> Result<i64> {
    let sql =
        "SELECT COUNT(*) FROM (SELECT id FROM deliveries WHERE ended_at IS NULL AND error IS NOT NULL LIMIT $1) f";
    Ok(fetch_one!(conn, (i64,), sql, most)?.0)
}

/// How many were to be sent before `late`, of the first ones that are open.
pub async fn count_late(conn: &mut Conn<'_>, late: Ts, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT run_at FROM deliveries WHERE ended_at IS NULL ORDER BY id LIMIT $2) l \
               WHERE l.run_at < $1";
    Ok(fetch_one!(conn, (i64,), sql, late, most)?.0)
}

/// How many Telegram did not take since `since`.
pub async fn count_refused(conn: &mut Conn<'_>, since: Ts, most: i64) -> Result<i64> {
    let sql =
        "SELECT COUNT(*) FROM (SELECT id FROM deliveries WHERE outcome = 'refused' AND ended_at >= $1 LIMIT $2) r";
    Ok(fetch_one!(conn, (i64,), sql, since, most)?.0)
}
