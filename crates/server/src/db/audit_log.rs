//! `audit_log`: who did what to whom, when, from where and why. There is no way to change a row or to delete one.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, JsonText, Result, Ts, execute, fetch_all};

/// A row of `audit_log`. Words are read as they stand, those of other versions too.
#[derive(Clone, Debug, FromRow)]
pub struct Record {
    /// Id, in the order of time.
    pub id: Uuid,
    /// When.
    pub created_at: Ts,
    /// Who; null: nobody who is known.
    pub actor_id: Option<Uuid>,
    /// What they were called then.
    pub actor_name: Option<String>,
    /// As what they did it.
    pub actor_role: Option<String>,
    /// Where: `panel`, `cli`, `bot`, `system`.
    pub via: String,
    /// From which address.
    pub address: Option<String>,
    /// In which session of the panel.
    pub session_id: Option<Uuid>,
    /// What: see [`Action`](crate::staff::audit::Action).
    pub action: String,
    /// The person it was done to.
    pub subject_id: Option<Uuid>,
    /// What it was done to.
    pub target: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
    /// What else is to be known: JSON.
    pub details: Option<JsonText>,
}

/// Adds a row.
pub async fn insert(conn: &mut Conn<'_>, row: &Record) -> Result<()> {
    let sql = "INSERT INTO audit_log (id, created_at, actor_id, actor_name, actor_role, via, address, session_id, \
               action, subject_id, target, reason, details) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    execute!(
        conn,
        sql,
        row.id,
        row.created_at,
        row.actor_id,
        &row.actor_name,
        &row.actor_role,
        &row.via,
        &row.address,
        row.session_id,
        &row.action,
        row.subject_id,
        &row.target,
        &row.reason,
        row.details.clone(),
    )
    .map(drop)
}

/// Which rows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this actor.
    pub actor_id: Option<Uuid>,
    /// Done to this person.
    pub subject_id: Option<Uuid>,
    /// Of this action.
    pub action: Option<String>,
}

/// A page of the rows: `Some((id, newer))` is those next to `id` on its newer or older side, `None` the newest. The rows
/// nearest to the place come first: older ones from newest to oldest, newer ones the other way round.
pub async fn page(
    conn: &mut Conn<'_>,
    filter: &Filter,
    place: Option<(Uuid, bool)>,
    limit: i64,
) -> Result<Vec<Record>> {
    // The index of the first filter that is set is walked in the order of ids; the others are looked at on the way.
    macro_rules! select {
        ($scope:literal, $order:literal) => {
            concat!("SELECT * FROM audit_log WHERE ", $scope, $order, " LIMIT $5")
        };
    }
    macro_rules! ordered {
        ($scope:literal) => {
            match place {
                None | Some((_, false)) => select!($scope, " AND id < $4 ORDER BY id DESC"),
                Some((_, true)) => select!($scope, " AND id > $4 ORDER BY id ASC"),
            }
        };
    }
    let sql = match (filter.actor_id, filter.subject_id, &filter.action) {
        (Some(_), ..) => ordered!("actor_id = $1 AND ($2 IS NULL OR subject_id = $2) AND ($3 IS NULL OR action = $3)"),
        (None, Some(_), _) => ordered!("$1 IS NULL AND subject_id = $2 AND ($3 IS NULL OR action = $3)"),
        (None, None, Some(_)) => ordered!("$1 IS NULL AND $2 IS NULL AND action = $3"),
        (None, None, None) => ordered!("$1 IS NULL AND $2 IS NULL AND $3 IS NULL"),
    };
    let from = place.map_or(Uuid::max(), |(id, _)| id);
    fetch_all!(conn, Record, sql, filter.actor_id, filter.subject_id, &filter.action, from, limit)
}
