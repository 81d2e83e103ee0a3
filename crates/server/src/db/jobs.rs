//! `jobs`: what is to be done after a commit, written with what it follows from.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, JsonText, Result, Ts, dialect, execute, fetch_all, fetch_one, fetch_optional, text_enum};

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

/// How a job is.
#[derive(Clone, Debug, FromRow)]
pub struct Progress {
    /// When it was decided.
    pub created_at: Ts,
    /// How often it was begun.
    pub attempts: i64,
    /// What went wrong last.
    pub error: Option<String>,
    /// When it ended.
    pub ended_at: Option<Ts>,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// How the last job of a kind with this key is; an ended one is forgotten after a while.
pub async fn last(conn: &mut Conn<'_>, kind: &str, key: &str) -> Result<Option<Progress>> {
    let sql = "SELECT created_at, attempts, error, ended_at, outcome FROM jobs WHERE job_key = $2 AND kind = $1 \
               ORDER BY id DESC LIMIT 1";
    fetch_optional!(conn, Progress, sql, kind, key)
}

/// Jobs that are worked on apart from others: browsers are told by whatever servers people name, and one that is slow
/// must not hold a payment up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Telling browsers: those of the kind `push`.
    Browsers,
    /// All others.
    Others,
}

/// Whether a job is due that nobody works on.
pub async fn any_due(conn: &mut Conn<'_>, lane: Lane, now: Ts) -> Result<bool> {
    let sql = "SELECT id FROM jobs WHERE ended_at IS NULL AND run_at <= $1 \
               AND (lease_until IS NULL OR lease_until <= $1) AND (kind = 'push') = $2 LIMIT 1";
    Ok(fetch_optional!(conn, (Uuid,), sql, now, lane == Lane::Browsers)?.is_some())
}

/// Takes up to `limit` jobs that are due and that nobody works on; they are ours until `lease_until`.
pub async fn claim(conn: &mut Conn<'_>, lane: Lane, now: Ts, lease_until: Ts, limit: i64) -> Result<Vec<Job>> {
    dialect::claim_jobs(conn, lane == Lane::Browsers, now, lease_until, limit).await
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

/// The same with what told browsers: there is one for each answer that nobody read.
pub async fn forget_pushes(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE ended_at < $1 AND kind = 'push' LIMIT $2)";
    execute!(conn, sql, before, limit)
}

/// Which jobs are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Open ones that have failed at least once.
    Failing,
    /// All open ones.
    Open,
    /// Those that were given up.
    Failed,
    /// All that have ended.
    Ended,
}

/// A row of `jobs`, as it stands.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// Id.
    pub id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// With what. It may hold a purchase's token: never shown whole.
    pub payload: JsonText,
    /// When it was decided.
    pub created_at: Ts,
    /// Not before.
    pub run_at: Ts,
    /// Until when somebody may work on it.
    pub lease_until: Option<Ts>,
    /// How often it was begun.
    pub attempts: i64,
    /// What went wrong the last time.
    pub error: Option<String>,
    /// When it ended.
    pub ended_at: Option<Ts>,
    /// How.
    pub outcome: Option<String>,
}

/// A page of jobs; `place` as everywhere: next to this id, and whether towards newer ones.
pub async fn page(conn: &mut Conn<'_>, which: Which, place: Option<(Uuid, bool)>, limit: i64) -> Result<Vec<Row>> {
    macro_rules! select {
        ($scope:literal) => {
            match place {
                None | Some((_, false)) => {
                    concat!("SELECT * FROM jobs WHERE ", $scope, " AND id < $1 ORDER BY id DESC LIMIT $2")
                }
                Some((_, true)) => concat!("SELECT * FROM jobs WHERE ", $scope, " AND id > $1 ORDER BY id LIMIT $2"),
            }
        };
    }
    let sql = match which {
        Which::Failing => select!("ended_at IS NULL AND error IS NOT NULL"),
        Which::Open => select!("ended_at IS NULL"),
        Which::Failed => select!("outcome = 'failed'"),
        Which::Ended => select!("ended_at IS NOT NULL"),
    };
    fetch_all!(conn, Row, sql, place.map_or(Uuid::max(), |(id, _)| id), limit)
}

/// The job with this id.
pub async fn find(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Row>> {
    fetch_optional!(conn, Row, "SELECT * FROM jobs WHERE id = $1", id)
}

/// Lets an open job be done at once; false when it has ended.
pub async fn hasten(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<bool> {
    Ok(execute!(conn, "UPDATE jobs SET run_at = $2 WHERE id = $1 AND ended_at IS NULL", id, now)? == 1)
}

/// Opens a job again that was given up or called off, as if it had been decided now; false when it is open, was done, or
/// another one of its key is open.
pub async fn reopen(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<bool> {
    let sql = "UPDATE jobs SET ended_at = NULL, outcome = NULL, lease_until = NULL, attempts = 0, created_at = $2, \
               run_at = $2 WHERE id = $1 AND outcome IN ('failed', 'cancelled') AND NOT EXISTS \
               (SELECT 1 FROM jobs o WHERE o.kind = jobs.kind AND o.job_key = jobs.job_key AND o.ended_at IS NULL)";
    Ok(execute!(conn, sql, id, now)? == 1)
}

/// Calls an open job off that nobody works on; false when there is none such.
pub async fn cancel(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<bool> {
    let sql = "UPDATE jobs SET lease_until = NULL, ended_at = $2, outcome = $3 WHERE id = $1 AND ended_at IS NULL \
               AND (lease_until IS NULL OR lease_until <= $2)";
    Ok(execute!(conn, sql, id, now, Outcome::Cancelled)? == 1)
}

/// How many are tried again and again; no more than `most`, as with the others.
pub async fn count_failing(conn: &mut Conn<'_>, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT id FROM jobs WHERE ended_at IS NULL AND error IS NOT NULL LIMIT $1) f";
    Ok(fetch_one!(conn, (i64,), sql, most)?.0)
}

/// How many were to be done before `late` and nobody works on.
pub async fn count_late(conn: &mut Conn<'_>, late: Ts, now: Ts, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT id FROM jobs WHERE ended_at IS NULL AND run_at < $1 \
               AND (lease_until IS NULL OR lease_until <= $2) LIMIT $3) l";
    Ok(fetch_one!(conn, (i64,), sql, late, now, most)?.0)
}

/// How many were given up since `since`.
pub async fn count_failed(conn: &mut Conn<'_>, since: Ts, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT id FROM jobs WHERE outcome = 'failed' AND ended_at >= $1 LIMIT $2) f";
    Ok(fetch_one!(conn, (i64,), sql, since, most)?.0)
}
