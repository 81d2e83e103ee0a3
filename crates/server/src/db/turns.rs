//! `turns`: the state of an answer in progress, and its content-free record afterwards.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Day, Result, Ts, execute, fetch_all, fetch_optional, sessions::Channel, text_enum};

text_enum! {
    /// Where a turn is.
    State {
        /// Behind an earlier turn of its dialogue.
        Waiting = "waiting",
        /// Being answered.
        Running = "running",
        /// Answered by the model to its end.
        Complete = "complete",
        /// Stopped by the person.
        Stopped = "stopped",
        /// Cut off: the model broke off, or the service stopped.
        Interrupted = "interrupted",
        /// No answer at all.
        Failed = "failed",
    }
}

/// A row of `turns`.
#[derive(Clone, Debug, FromRow)]
pub struct Turn {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The dialogue.
    pub session_id: Uuid,
    /// The question.
    pub message_id: Uuid,
    /// Its number in the dialogue.
    pub seq: i64,
    /// The door it came through.
    pub channel: Channel,
    /// SHA-256 of what was asked: the same key with another is refused.
    pub request_hash: Vec<u8>,
    /// The subscription that was reserved.
    pub subscription_id: Uuid,
    /// How much was reserved, in the subscription's unit.
    pub reserved: i64,
    /// The day it counts on.
    pub day: Day,
    /// Where it is.
    pub state: State,
    /// The node that runs it.
    pub node_id: Uuid,
    /// When it was accepted.
    pub created_at: Ts,
    /// When it ended.
    pub ended_at: Option<Ts>,
    /// The last checkpoint of the text, while it runs.
    pub partial_text: Option<String>,
    /// The answer.
    pub ai_message_id: Option<Uuid>,
    /// Tokens it used.
    pub tokens: i64,
    /// Why there is no answer: the stable type of a problem.
    pub problem: Option<String>,
    /// Where the answer is delivered, beside its readers: `telegram::message::Place` as JSON.
    pub deliver_to: Option<String>,
    /// The message of the bot that shows the answer while it comes.
    pub live_message_id: Option<i64>,
}

/// What makes a new turn.
#[derive(Clone, Debug)]
pub struct NewTurn<'a> {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The dialogue.
    pub session_id: Uuid,
    /// The question.
    pub message_id: Uuid,
    /// Its number in the dialogue.
    pub seq: i64,
    /// The door it came through.
    pub channel: Channel,
    /// The caller's key.
    pub idempotency_key: Option<&'a str>,
    /// SHA-256 of what is asked.
    pub request_hash: &'a [u8],
    /// The subscription that is reserved.
    pub subscription_id: Uuid,
    /// How much is reserved.
    pub reserved: i64,
    /// The day it counts on.
    pub day: Day,
    /// The node that runs it.
    pub node_id: Uuid,
    /// Now.
    pub created_at: Ts,
    /// Where the answer is delivered, as JSON.
    pub deliver_to: Option<&'a str>,
}

/// Adds a turn, running unless the dialogue has an open one. None: the key is taken.
///
/// The dialogue's row must be locked (`sessions::next_seq`), or two turns could both find it free.
pub async fn insert(conn: &mut Conn<'_>, t: &NewTurn<'_>) -> Result<Option<Turn>> {
    let sql = "INSERT INTO turns (id, user_id, session_id, message_id, seq, channel, idempotency_key, request_hash, \
               subscription_id, reserved, day, node_id, created_at, deliver_to, state) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
               CASE WHEN EXISTS (SELECT 1 FROM turns o WHERE o.session_id = $3 AND o.ended_at IS NULL) \
               THEN 'waiting' ELSE 'running' END) ON CONFLICT (user_id, idempotency_key) DO NOTHING RETURNING *";
    fetch_optional!(
        conn,
        Turn,
        sql,
        t.id,
        t.user_id,
        t.session_id,
        t.message_id,
        t.seq,
        t.channel,
        t.idempotency_key,
        t.request_hash,
        t.subscription_id,
        t.reserved,
        t.day,
        t.node_id,
        t.created_at,
        t.deliver_to,
    )
}

/// Notes which message of the bot shows the answer while it comes.
pub async fn set_live_message(conn: &mut Conn<'_>, id: Uuid, message_id: i64) -> Result<()> {
    execute!(conn, "UPDATE turns SET live_message_id = $2 WHERE id = $1", id, message_id).map(drop)
}

/// The newest turn of a dialogue.
pub async fn last_of(conn: &mut Conn<'_>, user_id: Uuid, session_id: Uuid) -> Result<Option<Turn>> {
    let sql = "SELECT * FROM turns WHERE user_id = $1 AND session_id = $2 ORDER BY seq DESC LIMIT 1";
    fetch_optional!(conn, Turn, sql, user_id, session_id)
}

/// A page of a dialogue's turns: `Some((seq, newer))` is those next to `seq` on its newer or older side, `None` the newest.
/// The rows nearest to the place come first.
pub async fn page(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    session_id: Uuid,
    place: Option<(i64, bool)>,
    limit: i64,
) -> Result<Vec<Turn>> {
    let sql = match place {
        None | Some((_, false)) => {
            "SELECT * FROM turns WHERE user_id = $1 AND session_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4"
        }
        Some((_, true)) => {
            "SELECT * FROM turns WHERE user_id = $1 AND session_id = $2 AND seq > $3 ORDER BY seq LIMIT $4"
        }
    };
    fetch_all!(conn, Turn, sql, user_id, session_id, place.map_or(i64::MAX, |(seq, _)| seq), limit)
}

/// The turn of a dialogue that runs, or is the next to.
pub async fn first_open(conn: &mut Conn<'_>, user_id: Uuid, session_id: Uuid) -> Result<Option<Turn>> {
    let sql = "SELECT * FROM turns WHERE user_id = $1 AND session_id = $2 AND ended_at IS NULL ORDER BY seq LIMIT 1";
    fetch_optional!(conn, Turn, sql, user_id, session_id)
}

/// Sets a waiting turn running once no earlier turn of its dialogue is open; false when it must wait on, or has ended.
pub async fn begin(conn: &mut Conn<'_>, id: Uuid) -> Result<bool> {
    let sql = "UPDATE turns SET state = 'running' WHERE id = $1 AND state = 'waiting' AND NOT EXISTS \
               (SELECT 1 FROM turns o WHERE o.session_id = turns.session_id AND o.seq < turns.seq AND o.ended_at IS NULL)";
    Ok(execute!(conn, sql, id)? == 1)
}

/// How a turn ended.
#[derive(Clone, Debug)]
pub struct Ended<'a> {
    /// `complete`, `stopped`, `interrupted` or `failed`.
    pub state: State,
    /// Now.
    pub at: Ts,
    /// The answer, if there is any text.
    pub ai_message_id: Option<Uuid>,
    /// Tokens it used.
    pub tokens: i64,
    /// Why there is no answer.
    pub problem: Option<&'a str>,
    /// Milliseconds from acceptance to the first text.
    pub time_to_first_token_ms: Option<i64>,
}

/// Ends an open turn, once; false when it has already ended.
///
/// `owner` is the node that ran it; without one, only a turn whose node's lease has run out is taken.
pub async fn end(conn: &mut Conn<'_>, id: Uuid, owner: Option<Uuid>, e: &Ended<'_>) -> Result<bool> {
    let sql = "UPDATE turns SET state = $2, ended_at = $3, ai_message_id = $4, answered = $5, tokens = $6, problem = $7, \
               time_to_first_token_ms = $8, partial_text = NULL WHERE id = $1 AND ended_at IS NULL \
               AND (node_id = $9 OR ($9 IS NULL AND NOT EXISTS \
               (SELECT 1 FROM nodes n WHERE n.id = turns.node_id AND n.lease_until > $3)))";
    let answered = e.ai_message_id.is_some();
    let rows = execute!(
        conn,
        sql,
        id,
        e.state,
        e.at,
        e.ai_message_id,
        answered,
        e.tokens,
        e.problem,
        e.time_to_first_token_ms,
        owner,
    )?;
    Ok(rows == 1)
}

/// Appends to the text that a crash would keep, unless it is there already: `kept` is the length before it, in
/// characters. A repetition, after a commit whose answer was lost, changes nothing.
pub async fn checkpoint(conn: &mut Conn<'_>, id: Uuid, kept: i64, more: &str) -> Result<()> {
    let sql = "UPDATE turns SET partial_text = COALESCE(partial_text, '') || $3 \
               WHERE id = $1 AND ended_at IS NULL AND LENGTH(COALESCE(partial_text, '')) = $2";
    execute!(conn, sql, id, kept, more).map(drop)
}

/// Asks whichever node runs the turn to stop it; false when it has ended.
pub async fn request_stop(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<bool> {
    let sql = "UPDATE turns SET stop_requested = TRUE WHERE user_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(execute!(conn, sql, user_id, id)? == 1)
}

/// Asks to stop all open turns of a person, or of one of their dialogues; gives their ids.
pub async fn request_stop_all(conn: &mut Conn<'_>, user_id: Uuid, session_id: Option<Uuid>) -> Result<Vec<Uuid>> {
    let sql = "UPDATE turns SET stop_requested = TRUE WHERE user_id = $1 AND ended_at IS NULL \
               AND ($2 IS NULL OR session_id = $2) RETURNING id";
    let rows = fetch_all!(conn, (Uuid,), sql, user_id, session_id)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Open turns of a node that were asked to stop.
pub async fn stop_requested(conn: &mut Conn<'_>, node_id: Uuid) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM turns WHERE node_id = $1 AND ended_at IS NULL AND stop_requested";
    Ok(fetch_all!(conn, (Uuid,), sql, node_id)?.into_iter().map(|(id,)| id).collect())
}

/// Open turns whose node is gone: its lease ran out, or it is not known.
pub async fn lost(conn: &mut Conn<'_>, now: Ts, limit: i64) -> Result<Vec<Turn>> {
    let sql = "SELECT t.* FROM turns t WHERE t.ended_at IS NULL AND NOT EXISTS \
               (SELECT 1 FROM nodes n WHERE n.id = t.node_id AND n.lease_until > $1) ORDER BY t.created_at, t.id LIMIT $2";
    fetch_all!(conn, Turn, sql, now, limit)
}

/// Open turns of a living node that were accepted before `before`.
pub async fn open_of(conn: &mut Conn<'_>, node_id: Uuid, before: Ts, limit: i64) -> Result<Vec<Turn>> {
    let sql = "SELECT * FROM turns WHERE node_id = $1 AND ended_at IS NULL AND created_at < $2 ORDER BY created_at, id LIMIT $3";
    fetch_all!(conn, Turn, sql, node_id, before, limit)
}

/// One of the person's turns.
pub async fn find(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<Option<Turn>> {
    fetch_optional!(conn, Turn, "SELECT * FROM turns WHERE user_id = $1 AND id = $2", user_id, id)
}

/// The person's turn with this key.
pub async fn by_key(conn: &mut Conn<'_>, user_id: Uuid, key: &str) -> Result<Option<Turn>> {
    fetch_optional!(conn, Turn, "SELECT * FROM turns WHERE user_id = $1 AND idempotency_key = $2", user_id, key)
}

/// The newest turn of a question.
pub async fn newest(conn: &mut Conn<'_>, user_id: Uuid, message_id: Uuid) -> Result<Option<Turn>> {
    let sql = "SELECT * FROM turns WHERE user_id = $1 AND message_id = $2 ORDER BY seq DESC LIMIT 1";
    fetch_optional!(conn, Turn, sql, user_id, message_id)
}

/// Whether a dialogue has an open turn.
pub async fn any_open(conn: &mut Conn<'_>, user_id: Uuid, session_id: Uuid) -> Result<bool> {
    let sql = "SELECT id FROM turns WHERE user_id = $1 AND session_id = $2 AND ended_at IS NULL LIMIT 1";
    Ok(fetch_optional!(conn, (Uuid,), sql, user_id, session_id)?.is_some())
}
