//! `identities`: the accounts elsewhere that an account is signed in to with.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_optional, text_enum};

text_enum! {
    /// Who says that somebody is who they are.
    IdentityProvider {
        /// Google.
        Google = "google",
    }
}

/// A row of `identities`.
#[derive(Clone, Debug, FromRow)]
pub struct Identity {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Where the account is.
    pub provider: IdentityProvider,
    /// The provider's id of it.
    pub subject: String,
    /// When it was linked.
    pub created_at: Ts,
}

/// Links an account elsewhere; false when it is linked already, with whomever.
pub async fn insert(conn: &mut Conn<'_>, identity: &Identity) -> Result<bool> {
    let Identity { id, user_id, provider, subject, created_at } = identity;
    let sql = "INSERT INTO identities (id, user_id, provider, subject, created_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT DO NOTHING";
    Ok(execute!(conn, sql, *id, *user_id, *provider, subject, *created_at)? == 1)
}

/// Whose the account elsewhere is.
pub async fn holder(conn: &mut Conn<'_>, provider: IdentityProvider, subject: &str) -> Result<Option<Uuid>> {
    let sql = "SELECT user_id FROM identities WHERE provider = $1 AND subject = $2";
    Ok(fetch_optional!(conn, (Uuid,), sql, provider, subject)?.map(|(user_id,)| user_id))
}

/// A person's accounts elsewhere, after the cursor.
pub async fn page(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Identity>> {
    let sql = "SELECT * FROM identities WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Identity, sql, user_id, after, limit)
}

/// Forgets a person's accounts at a provider; gives how many there were.
pub async fn delete(conn: &mut Conn<'_>, user_id: Uuid, provider: IdentityProvider) -> Result<u64> {
    execute!(conn, "DELETE FROM identities WHERE user_id = $1 AND provider = $2", user_id, provider)
}
