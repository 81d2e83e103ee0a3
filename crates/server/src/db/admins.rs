//! `admins`: who may use the panel, and as what.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_one, fetch_optional};
use crate::staff::role::Role;

/// A row of `admins` with the person it is about.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct Admin {
    /// The person.
    pub user_id: Uuid,
    /// As what.
    pub role: Role,
    /// When appointed.
    pub created_at: Ts,
    /// By whom.
    pub appointed_by: Option<Uuid>,
    /// The person's name, or what Telegram calls them.
    pub name: Option<String>,
    /// Telegram's username.
    pub username: Option<String>,
    /// Their id in Telegram.
    pub telegram_id: Option<i64>,
    /// Their language.
    pub language: Option<String>,
    /// When an operator blocked them: then they may nothing.
    pub blocked_at: Option<Ts>,
}

/// The columns of [`Admin`].
macro_rules! admin {
    ($rest:literal) => {
        concat!(
            "SELECT a.user_id, a.role, a.created_at, a.appointed_by, COALESCE(u.name, u.first_name, u.username) AS name, \
             u.username, u.telegram_id, u.language, u.blocked_at FROM admins a JOIN users u ON u.id = a.user_id ",
            $rest
        )
    };
}

/// Whether the person is an owner and nobody else is.
pub async fn is_last_owner(conn: &mut Conn<'_>, user_id: Uuid) -> Result<bool> {
    let sql = "SELECT (SELECT COUNT(*) FROM admins WHERE role = 'owner' AND user_id = $1), \
               (SELECT COUNT(*) FROM admins WHERE role = 'owner' AND user_id <> $1)";
    let (own, others): (i64, i64) = fetch_one!(conn, (i64, i64), sql, user_id)?;
    Ok(own > 0 && others == 0)
}

/// Whether there is an owner.
pub async fn has_owner(conn: &mut Conn<'_>) -> Result<bool> {
    let (owners,): (i64,) = fetch_one!(conn, (i64,), "SELECT COUNT(*) FROM admins WHERE role = 'owner'")?;
    Ok(owners > 0)
}

/// What the person is in the panel, if anything.
pub async fn find(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Option<Admin>> {
    fetch_optional!(conn, Admin, admin!("WHERE a.user_id = $1"), user_id)
}

/// Keeps the person's role as it is until the transaction ends; false when they have none.
pub async fn lock(conn: &mut Conn<'_>, user_id: Uuid) -> Result<bool> {
    Ok(execute!(conn, "UPDATE admins SET role = role WHERE user_id = $1", user_id)? == 1)
}

/// Everybody who may use the panel, owners first.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<Admin>> {
    let sql = admin!(
        "ORDER BY CASE a.role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END, a.created_at, a.user_id LIMIT 1000"
    );
    fetch_all!(conn, Admin, sql)
}

/// Appoints a person, or changes their role.
pub async fn put(
    conn: &mut Conn<'_>,
    id: Uuid,
    user_id: Uuid,
    role: Role,
    appointed_by: Option<Uuid>,
    now: Ts,
) -> Result<()> {
    let sql = "INSERT INTO admins (id, user_id, role, created_at, appointed_by) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, created_at = excluded.created_at, \
               appointed_by = excluded.appointed_by";
    execute!(conn, sql, id, user_id, role, now, appointed_by).map(drop)
}

/// Takes a person's role away; false when they had none.
pub async fn remove(conn: &mut Conn<'_>, user_id: Uuid) -> Result<bool> {
    Ok(execute!(conn, "DELETE FROM admins WHERE user_id = $1", user_id)? == 1)
}
