//! Two accounts become one: every row of the one that goes is given to the one that stays.

use uuid::Uuid;

use super::{Conn, Result, admin_links, execute, fetch_optional, link_codes, passkeys, users::User};

/// Names tables, and the statement that moves the rows of each.
macro_rules! tables {
    ($($table:literal),+ $(,)?) => {
        /// Every table whose rows carry a person's id.
        pub const TABLES: &[&str] = &[$($table),+];

        /// $1 stays, $2 goes.
        const MOVES: &[&str] = &[$(concat!("UPDATE ", $table, " SET user_id = $1 WHERE user_id = $2")),+];
    };
}

// A dialogue's row is the lock of what is in it, so it comes before that.
tables! {
    "subscriptions",
    "purchases",
    "payments",
    "chat_sessions",
    "deleted_sessions",
    "messages",
    "turns",
    "ai_requests",
    "ai_texts",
    "usage_logs",
    "identities",
    "devices",
    "push_subscriptions",
    "access_tokens",
    "refresh_tokens",
    "admins",
    "telegram_chats",
    "deliveries",
    "broadcast_recipients",
    "link_codes",
    "admin_links",
    "admin_sessions",
    "passkeys",
    "reports",
}

/// Makes one of what both have and one person may have once. $1 stays, $2 goes.
const MERGES: &[&str] = &[
    // A key that both have used stays that of the other's turn.
    "UPDATE turns SET idempotency_key = NULL WHERE user_id = $2 AND EXISTS \
     (SELECT 1 FROM turns kept WHERE kept.user_id = $1 AND kept.idempotency_key = turns.idempotency_key)",
    "UPDATE ai_texts SET used_at = gone.used_at FROM ai_texts gone \
     WHERE ai_texts.user_id = $1 AND gone.user_id = $2 AND gone.hash = ai_texts.hash AND gone.used_at > ai_texts.used_at",
    "DELETE FROM ai_texts WHERE user_id = $2 AND EXISTS \
     (SELECT 1 FROM ai_texts kept WHERE kept.user_id = $1 AND kept.hash = ai_texts.hash)",
    "UPDATE usage_logs SET requests_count = usage_logs.requests_count + gone.requests_count, \
     tokens_used = usage_logs.tokens_used + gone.tokens_used, \
     session_count = usage_logs.session_count + gone.session_count FROM usage_logs gone \
     WHERE usage_logs.user_id = $1 AND gone.user_id = $2 AND gone.date = usage_logs.date",
    "DELETE FROM usage_logs WHERE user_id = $2 AND EXISTS \
     (SELECT 1 FROM usage_logs kept WHERE kept.user_id = $1 AND kept.date = usage_logs.date)",
    "DELETE FROM broadcast_recipients WHERE user_id = $2 AND EXISTS (SELECT 1 FROM broadcast_recipients kept \
     WHERE kept.user_id = $1 AND kept.broadcast_id = broadcast_recipients.broadcast_id)",
    // The higher role stays. Whoever appointed themselves, as it is now one person, was appointed by nobody.
    "UPDATE admins SET appointed_by = NULL WHERE user_id IN ($1, $2) AND appointed_by IN ($1, $2)",
    "UPDATE admins SET appointed_by = $1 WHERE appointed_by = $2",
    "UPDATE reports SET handled_by = $1 WHERE handled_by = $2",
    "DELETE FROM admins WHERE user_id = $1 AND EXISTS (SELECT 1 FROM admins gone WHERE gone.user_id = $2 AND \
     (gone.role = 'owner' AND admins.role <> 'owner' OR gone.role = 'admin' AND admins.role = 'moderator'))",
    "DELETE FROM admins WHERE user_id = $2 AND EXISTS (SELECT 1 FROM admins kept WHERE kept.user_id = $1)",
];

/// Gives every row of `goes` to `stays`; the links that `goes` made and nobody used are void, and so are the passkeys of
/// `goes`, as they name it.
///
/// Both people's rows must be locked, `goes` have no open turn, and only one of them an active subscription.
pub async fn move_rows(conn: &mut Conn<'_>, stays: Uuid, goes: Uuid) -> Result<()> {
    link_codes::delete_unused(conn, goes).await?;
    admin_links::delete_unused(conn, goes).await?;
    passkeys::remove_all(conn, goes).await?;
    for sql in MERGES.iter().chain(MOVES) {
        execute!(&mut *conn, *sql, stays, goes)?;
    }
    Ok(())
}

/// Whether the person has an open turn.
pub async fn has_open_turn(conn: &mut Conn<'_>, user_id: Uuid) -> Result<bool> {
    let sql = "SELECT id FROM turns WHERE user_id = $1 AND ended_at IS NULL LIMIT 1";
    Ok(fetch_optional!(conn, (Uuid,), sql, user_id)?.is_some())
}

/// Writes what a person has taken over: the Telegram account, the profile, and whether they are blocked.
pub async fn update_person(conn: &mut Conn<'_>, user: &User) -> Result<()> {
    let sql = "UPDATE users SET telegram_id = $2, username = $3, first_name = $4, last_name = $5, gender = $6, \
               name = $7, age = $8, age_stated_at = $9, language = $10, time_zone = $11, companion_name = $12, \
               companion_gender = $13, companion_age = $14, blocked_at = $15, name_key = $16, username_key = $17 WHERE id = $1";
    execute!(
        conn,
        sql,
        user.id,
        user.telegram_id,
        &user.username,
        &user.first_name,
        &user.last_name,
        user.gender,
        &user.name,
        user.age,
        user.age_stated_at,
        &user.language,
        &user.time_zone,
        &user.companion_name,
        user.companion_gender,
        user.companion_age,
        user.blocked_at,
        user.name_key(),
        user.username_key(),
    )
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fetch_all,
            open::{self, Single},
        },
        *,
    };

    #[tokio::test]
    async fn no_table_is_forgotten() {
        let Ok(Single::Sqlite(mut connection)) = open::connect(&"sqlite::memory:".into()).await else { panic!() };
        let sql = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                   WHERE m.type = 'table' AND c.name = 'user_id' ORDER BY m.name";
        let carrying = fetch_all!(&mut Conn::Sqlite(&mut connection), (String,), sql).unwrap();
        let mut moved = TABLES.to_vec();
        moved.sort_unstable();
        assert_eq!(moved, carrying.iter().map(|(name,)| name.as_str()).collect::<Vec<_>>());
    }
}
