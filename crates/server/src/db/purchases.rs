//! `purchases`: series of payments for one thing: an invoice and its renewals, a purchase in Google Play, a grant.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, JsonText, Result, Ts, execute, fetch_all, fetch_optional, plans::Terms, text_enum};

text_enum! {
    /// Who is paid.
    Provider {
        /// Telegram, in Stars.
        Stars = "stars",
        /// Google Play.
        GooglePlay = "google_play",
        /// Nobody: an operator gave it.
        Grant = "grant",
    }
}

/// A row of `purchases`.
#[derive(Clone, Debug, FromRow)]
pub struct Purchase {
    /// Id; in Stars also the invoice's payload.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Who is paid.
    pub provider: Provider,
    /// What was offered: [`Terms`] as JSON.
    pub terms: JsonText,
    /// For how many Stars.
    pub price_stars: Option<i64>,
    /// Google Play's token. Whoever has it can ask Google about the purchase, with the service's key.
    pub purchase_token: Option<String>,
    /// SHA-256 of it.
    pub token_hash: Option<Vec<u8>>,
    /// When it was offered, or first heard of.
    pub created_at: Ts,
}

impl Purchase {
    /// What was offered.
    pub fn terms(&self) -> Result<Terms> {
        terms(&self.terms)
    }
}

/// Reads terms that were kept as JSON.
pub fn terms(json: &JsonText) -> Result<Terms> {
    serde_json::from_str(&json.0).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Adds a purchase, unless there is one of its token.
pub async fn insert(conn: &mut Conn<'_>, p: &Purchase) -> Result<()> {
    let sql = "INSERT INTO purchases (id, user_id, provider, terms, price_stars, purchase_token, token_hash, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (token_hash) DO NOTHING";
    execute!(
        conn,
        sql,
        p.id,
        p.user_id,
        p.provider,
        &p.terms,
        p.price_stars,
        &p.purchase_token,
        &p.token_hash,
        p.created_at,
    )
    .map(drop)
}

/// The purchase with this id, whoever's it is: for those who were given the id by a provider.
pub async fn find(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Purchase>> {
    fetch_optional!(conn, Purchase, "SELECT * FROM purchases WHERE id = $1", id)
}

/// The purchase with this token of Google Play, whoever's it is.
pub async fn by_token(conn: &mut Conn<'_>, token_hash: &[u8]) -> Result<Option<Purchase>> {
    fetch_optional!(conn, Purchase, "SELECT * FROM purchases WHERE token_hash = $1", token_hash)
}

/// The person's purchases that something was heard of, the first one first.
pub async fn of(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Vec<Purchase>> {
    let sql = "SELECT * FROM purchases WHERE user_id = $1 AND EXISTS \
               (SELECT 1 FROM payments p WHERE p.purchase_id = purchases.id) ORDER BY id LIMIT 10000";
    fetch_all!(conn, Purchase, sql, user_id)
}

/// Deletes up to `limit` invoices from before `before` that nobody has paid.
pub async fn delete_unpaid(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM purchases WHERE id IN (SELECT id FROM purchases WHERE created_at < $1 AND NOT EXISTS \
               (SELECT 1 FROM payments p WHERE p.purchase_id = purchases.id) LIMIT $2)";
    execute!(conn, sql, before, limit)
}

/// Tokens of purchases in Google Play that wait for something, last asked about before `asked_before` but after
/// `asked_after`: to be paid, to be recovered or resumed, or to be renewed though their time has ended. Up to `limit` of
/// them, behind `after` by id.
pub async fn waiting(
    conn: &mut Conn<'_>,
    asked_before: Ts,
    asked_after: Ts,
    now: Ts,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(Uuid, String)>> {
    let sql = "SELECT b.id, b.purchase_token FROM purchases b JOIN payments p ON p.purchase_id = b.id \
               WHERE b.provider = 'google_play' AND b.id > $4 AND b.purchase_token IS NOT NULL AND p.kind = 'observed' \
               AND p.occurred_at < $1 AND p.occurred_at > $2 AND p.sequence = (SELECT MAX(o.sequence) FROM payments o \
               WHERE o.purchase_id = b.id AND o.kind = 'observed') AND (p.state IN ('SUBSCRIPTION_STATE_PENDING', \
               'SUBSCRIPTION_STATE_ON_HOLD', 'SUBSCRIPTION_STATE_PAUSED') OR (p.state IN ('SUBSCRIPTION_STATE_ACTIVE', \
               'SUBSCRIPTION_STATE_IN_GRACE_PERIOD') AND p.paid_until < $3)) ORDER BY b.id LIMIT $5";
    fetch_all!(conn, (Uuid, String), sql, asked_before, asked_after, now, after, limit)
}
