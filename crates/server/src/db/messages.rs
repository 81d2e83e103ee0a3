//! `messages`: what was said.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, fetch_all, fetch_one, fetch_optional, text_enum};

text_enum! {
    /// Who speaks.
    Sender {
        /// The person.
        User = "user",
        /// The model.
        Ai = "ai",
    }
}

text_enum! {
    /// Whether a message is whole.
    Status {
        /// Whole.
        Complete = "complete",
        /// An answer that was stopped or cut off.
        Partial = "partial",
    }
}

/// A row of `messages`.
#[derive(Clone, Debug, FromRow)]
pub struct Message {
    /// Id.
    pub id: Uuid,
    /// The dialogue.
    pub session_id: Uuid,
    /// Whose dialogue.
    pub user_id: Uuid,
    /// Who speaks.
    pub sender: Sender,
    /// The text.
    pub message_text: String,
    /// When it was sent, or the answer finished.
    pub created_at: Ts,
    /// Tokens used to make the answer, prompt and completion; for the AI's messages.
    pub token_usage: Option<i64>,
    /// The turn that brought it.
    pub turn_id: Uuid,
    /// That turn's number in the dialogue.
    pub seq: i64,
    /// The message it answers.
    pub answers_id: Option<Uuid>,
    /// Whether it is whole.
    pub status: Status,
    /// Why the answer ended: `stop`, `length`, `content_filter`, `stopped`, `interrupted`.
    pub finish_reason: Option<String>,
}

/// A question of the person, and its newest answer as far as a turn can see it.
#[derive(Clone, Debug, FromRow)]
pub struct Exchange {
    /// The question's id.
    pub id: Uuid,
    /// The question's number.
    pub seq: i64,
    /// The question.
    pub question: String,
    /// The answer, if there is one.
    pub answer: Option<String>,
}

/// One of the person's messages.
pub async fn find(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<Option<Message>> {
    fetch_optional!(conn, Message, "SELECT * FROM messages WHERE user_id = $1 AND id = $2", user_id, id)
}

/// A dialogue's messages, newest first, from before the cursor (seq, sender).
pub async fn list(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    session_id: Uuid,
    before: Option<(i64, Sender)>,
    limit: i64,
) -> Result<Vec<Message>> {
    // Within a turn 'user' comes before 'ai', the other way round than the alphabet has it.
    let sql = "SELECT * FROM messages WHERE session_id = $2 AND user_id = $1 \
               AND (seq < $3 OR (seq = $3 AND sender > $4)) ORDER BY seq DESC, sender ASC LIMIT $5";
    let (seq, sender) = before.map_or((i64::MAX, "user"), |(seq, sender)| (seq, sender.as_str()));
    fetch_all!(conn, Message, sql, user_id, session_id, seq, sender, limit)
}

/// The newest answer to one of the person's questions.
pub async fn newest_answer(conn: &mut Conn<'_>, user_id: Uuid, question_id: Uuid) -> Result<Option<Message>> {
    let sql = "SELECT * FROM messages WHERE answers_id = $2 AND user_id = $1 ORDER BY seq DESC LIMIT 1";
    fetch_optional!(conn, Message, sql, user_id, question_id)
}

/// A dialogue's messages of the turns from number `first` to `last`.
pub async fn between(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    session_id: Uuid,
    first: i64,
    last: i64,
) -> Result<Vec<Message>> {
    let sql = "SELECT * FROM messages WHERE session_id = $2 AND user_id = $1 AND seq >= $3 AND seq <= $4 ORDER BY seq";
    fetch_all!(conn, Message, sql, user_id, session_id, first, last)
}

/// What a turn sees before and including a question: exchanges up to question number `up_to`, newest first,
/// each with its newest answer from a turn before `turn_seq`.
pub async fn exchanges(
    conn: &mut Conn<'_>,
    session_id: Uuid,
    up_to: i64,
    turn_seq: i64,
    limit: i64,
) -> Result<Vec<Exchange>> {
    let sql = "SELECT q.id, q.seq, q.message_text AS question, \
               (SELECT a.message_text FROM messages a WHERE a.answers_id = q.id AND a.seq < $3 \
                ORDER BY a.seq DESC LIMIT 1) AS answer \
               FROM messages q WHERE q.session_id = $1 AND q.sender = 'user' AND q.seq <= $2 \
               ORDER BY q.seq DESC LIMIT $4";
    fetch_all!(conn, Exchange, sql, session_id, up_to, turn_seq, limit)
}

/// What the newest answer of a dialogue used: the length of the history, in tokens.
pub async fn last_usage(conn: &mut Conn<'_>, user_id: Uuid, session_id: Uuid) -> Result<Option<i64>> {
    let sql = "SELECT COALESCE(token_usage, 0) FROM messages WHERE session_id = $2 AND user_id = $1 AND sender = 'ai' \
               ORDER BY seq DESC LIMIT 1";
    Ok(fetch_optional!(conn, (i64,), sql, user_id, session_id)?.map(|(tokens,)| tokens))
}

/// How many of the person's questions lie in `from..=up_to`, by number: the length of a stored window.
pub async fn count_questions(conn: &mut Conn<'_>, session_id: Uuid, from: i64, up_to: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM messages WHERE session_id = $1 AND sender = 'user' AND seq >= $2 AND seq <= $3";
    let (count,): (i64,) = fetch_one!(conn, (i64,), sql, session_id, from, up_to)?;
    Ok(count)
}
