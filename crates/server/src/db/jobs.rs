//! `jobs`: what is to be done after a commit, written with what it follows from.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, JsonText, Result, Ts, dialect, execute, fetch_optional, text_enum};

text_enum! {
    /// How a job ended.
    Outcome {
        /// It was done.
        Done = "done",
        /// It can't be done.
        Failed = "failed",
        /// An operator has called it off.
        Cancelled = "cancelled",
    }
}

/// A row of `jobs`.
#[derive(Clone, Debug, FromRow)]
pub struct Job {
    /// Id.
    pub id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// With what, as JSON.
    pub payload: JsonText,
    /// When it was decided.
    pub created_at: Ts,
    /// How often it was begun.
    pub attempts: i64,
}

/// A job to be kept.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Id.
    pub id: Uuid,
    /// What is to be done.
    pub kind: &'a str,
    /// Of open jobs of a kind with the same key there is one.
    pub key: Option<&'a str>,
    /// With what, as JSON.
    pub payload: JsonText,
    /// Not before.
    pub run_at: Ts,
    /// Now.
    pub now: Ts,
}

/// Adds a job, or gives the open one of its kind with the same key what is to be done now.
pub async fn insert(conn: &mut Conn<'_>, job: &New<'_>) -> Result<()> {
    // One that has begun may have seen the world as it was before: by its new time, `end` lets it be done once more.
    let sql = "INSERT INTO jobs (id, kind, job_key, payload, created_at, run_at) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (kind, job_key) WHERE ended_at IS NULL AND job_key IS NOT NULL DO UPDATE SET \
               run_at = excluded.run_at, payload = excluded.payload, created_at = excluded.created_at, attempts = 0";
    execute!(conn, sql, job.id, job.kind, job.key, &job.payload, job.now, job.run_at).map(drop)
}

/// Whether a job is due that nobody works on.
pub async fn any_due(conn: &mut Conn<'_>, now: Ts) -> Result<bool> {
    let sql = "SELECT id FROM jobs WHERE ended_at IS NULL AND run_at <= $1 \
               AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1";
    Ok(fetch_optional!(conn, (Uuid,), sql, now)?.is_some())
}

/// Takes up to `limit` jobs that are due and that nobody works on; they are ours until `lease_until`.
pub async fn claim(conn: &mut Conn<'_>, now: Ts, lease_until: Ts, limit: i64) -> Result<Vec<Job>> {
    dialect::claim_jobs(conn, now, lease_until, limit).await
}

/// Ends a job as this node knows it; one that was asked for once more meanwhile is done once more.
pub async fn end(conn: &mut Conn<'_>, job: &Job, outcome: Outcome, now: Ts, error: Option<&str>) -> Result<()> {
    let sql = "UPDATE jobs SET lease_until = NULL, error = $4, \
               ended_at = CASE WHEN created_at = $5 THEN $3 END, outcome = CASE WHEN created_at = $5 THEN $2 END \
               WHERE id = $1 AND ended_at IS NULL";
    execute!(conn, sql, job.id, outcome, now, error, job.created_at).map(drop)
}

/// Lets a job be tried again at `run_at`.
pub async fn retry(conn: &mut Conn<'_>, id: Uuid, run_at: Ts, error: &str) -> Result<()> {
    let sql = "UPDATE jobs SET lease_until = NULL, run_at = $2, error = $3 WHERE id = $1 AND ended_at IS NULL";
    execute!(conn, sql, id, run_at, error).map(drop)
}

/// Forgets up to `limit` jobs that ended before `before`.
pub async fn forget(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE ended_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}
