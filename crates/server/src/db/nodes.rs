//! `nodes`: running processes and their leases.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_one, fetch_optional};

/// Enters a node, or renews its lease.
pub async fn renew(conn: &mut Conn<'_>, id: Uuid, url: Option<&str>, now: Ts, lease_until: Ts) -> Result<()> {
    let sql = "INSERT INTO nodes (id, internal_url, started_at, lease_until) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until";
    execute!(conn, sql, id, url, now, lease_until).map(drop)
}

/// The internal address of a living node.
pub async fn living_url(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<Option<String>> {
    let sql = "SELECT internal_url FROM nodes WHERE id = $1 AND lease_until > $2 AND internal_url IS NOT NULL";
    Ok(fetch_optional!(conn, (String,), sql, id, now)?.map(|(url,)| url))
}

/// Whether any node is alive.
pub async fn any_living(conn: &mut Conn<'_>, now: Ts) -> Result<bool> {
    Ok(fetch_optional!(conn, (Uuid,), "SELECT id FROM nodes WHERE lease_until > $1 LIMIT 1", now)?.is_some())
}

/// Ends the lease of every node but this one: SQLite admits one, so all others are gone.
pub async fn void_others(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<u64> {
    execute!(conn, "UPDATE nodes SET lease_until = $2 WHERE id <> $1 AND lease_until > $2", id, now)
}

/// Removes nodes whose lease ended before `before` and that have no open turn.
pub async fn delete_gone(conn: &mut Conn<'_>, before: Ts) -> Result<u64> {
    let sql = "DELETE FROM nodes WHERE lease_until < $1 \
               AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.node_id = nodes.id AND turns.ended_at IS NULL)";
    execute!(conn, sql, before)
}

/// Until when the leases last of the nodes whose open turns hold something back on a subscription; none of a node that
/// is not known. With each one of its turns.
pub async fn holding(conn: &mut Conn<'_>, user_id: Uuid, subscription_id: Uuid) -> Result<Vec<(Uuid, Option<Ts>)>> {
    let sql = "SELECT t.id, n.lease_until FROM turns t LEFT JOIN nodes n ON n.id = t.node_id \
               WHERE t.user_id = $1 AND t.subscription_id = $2 AND t.ended_at IS NULL ORDER BY t.id LIMIT 1000";
    fetch_all!(conn, (Uuid, Option<Ts>), sql, user_id, subscription_id)
}

/// A row of `nodes`.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// Id.
    pub id: Uuid,
    /// Where other nodes reach it.
    pub internal_url: Option<String>,
    /// When it began.
    pub started_at: Ts,
    /// Until when its lease lasts.
    pub lease_until: Ts,
}

/// The nodes, the newest first.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<Row>> {
    fetch_all!(conn, Row, "SELECT id, internal_url, started_at, lease_until FROM nodes ORDER BY id DESC LIMIT 100")
}

/// How many nodes have left turns open and have no lease any more.
pub async fn count_lost(conn: &mut Conn<'_>, now: Ts) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM nodes WHERE lease_until <= $1 \
               AND EXISTS (SELECT 1 FROM turns WHERE turns.node_id = nodes.id AND turns.ended_at IS NULL)";
    Ok(fetch_one!(conn, (i64,), sql, now)?.0)
}
