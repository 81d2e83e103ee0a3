//! `passkeys`: keys by which people sign in to the panel (WebAuthn); their secret halves are elsewhere.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_optional};

/// A row of `passkeys`: what WebAuthn (4) calls a credential record.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct Passkey {
    /// Id.
    pub id: Uuid,
    /// Whose.
    #[serde(skip)]
    pub user_id: Uuid,
    /// As they call it.
    pub name: String,
    /// What the authenticator calls it, up to 1,023 bytes; nobody else's.
    #[serde(skip)]
    pub credential_id: Vec<u8>,
    /// A `COSE_Key` (RFC 9052, 7).
    #[serde(skip)]
    pub public_key: Vec<u8>,
    /// COSE's number of the key's algorithm.
    pub algorithm: i32,
    /// How often it has signed, as it says itself; 0 when it does not count.
    pub sign_count: i64,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// When it was added.
    pub created_at: Ts,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Ts>,
}

/// Adds a passkey; false when its credential is known already, whosever it is.
pub async fn insert(conn: &mut Conn<'_>, new: &Passkey) -> Result<bool> {
    let sql = "INSERT INTO passkeys \
               (id, user_id, name, credential_id, public_key, algorithm, sign_count, backup_eligible, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (credential_id) DO NOTHING";
    let (credential_id, public_key) = (&new.credential_id[..], &new.public_key[..]);
    let added = execute!(
        conn,
        sql,
        new.id,
        new.user_id,
        &new.name,
        credential_id,
        public_key,
        new.algorithm,
        new.sign_count,
        new.backup_eligible,
        new.created_at
    );
    Ok(added? == 1)
}

/// The person's passkeys, the newest first.
pub async fn list(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Vec<Passkey>> {
    let sql = "SELECT * FROM passkeys WHERE user_id = $1 ORDER BY id DESC LIMIT 1000";
    fetch_all!(conn, Passkey, sql, user_id)
}

/// The passkey of this credential.
pub async fn find(conn: &mut Conn<'_>, credential_id: &[u8]) -> Result<Option<Passkey>> {
    fetch_optional!(conn, Passkey, "SELECT * FROM passkeys WHERE credential_id = $1", credential_id)
}

/// Notes that somebody signs in with it; false when it is gone, or a signature of this count or a later one was shown
/// already.
pub async fn touch(conn: &mut Conn<'_>, id: Uuid, sign_count: i64, now: Ts) -> Result<bool> {
    let sql = "UPDATE passkeys SET sign_count = $2, last_used_at = $3 \
               WHERE id = $1 AND (sign_count < $2 OR sign_count = 0 AND $2 = 0)";
    Ok(execute!(conn, sql, id, sign_count, now)? == 1)
}

/// Removes one of the person's passkeys, and gives its name; none when there is no such one.
pub async fn remove(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<Option<String>> {
    let sql = "DELETE FROM passkeys WHERE user_id = $1 AND id = $2 RETURNING name";
    Ok(fetch_optional!(conn, (String,), sql, user_id, id)?.map(|(name,)| name))
}

/// Removes all of the person's passkeys.
pub async fn remove_all(conn: &mut Conn<'_>, user_id: Uuid) -> Result<()> {
    execute!(conn, "DELETE FROM passkeys WHERE user_id = $1", user_id).map(drop)
}
