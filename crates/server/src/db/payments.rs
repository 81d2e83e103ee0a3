//! `payments`: everything that was heard of purchases, each thing once. Nothing here is ever changed.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, JsonText, Result, Ts, execute, fetch_all, fetch_optional, purchases::Provider, text_enum};

text_enum! {
    /// What happened.
    PaymentKind {
        /// A charge was paid.
        Paid = "paid",
        /// A charge was given back.
        Refunded = "refunded",
        /// The renewal was turned off.
        Canceled = "canceled",
        /// The renewal was turned on again.
        Resumed = "resumed",
        /// A renewal could not be paid.
        Failed = "failed",
        /// The provider was asked how it stands.
        Observed = "observed",
        /// An operator gave more time.
        Extended = "extended",
        /// An operator took it away.
        Revoked = "revoked",
    }
}

text_enum! {
    /// Who made it happen.
    Source {
        /// The provider told it.
        Provider = "provider",
        /// The person asked for it here.
        Person = "person",
        /// An operator.
        Operator = "operator",
    }
}

/// A row of `payments`.
#[derive(Clone, Debug, FromRow)]
pub struct Payment {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The purchase it belongs to.
    pub purchase_id: Uuid,
    /// Who is paid.
    pub provider: Provider,
    /// What happened.
    pub kind: PaymentKind,
    /// Who made it happen.
    pub source: Source,
    /// What makes it the same thing when it is heard again; unique with the provider.
    pub event_key: String,
    /// The provider's id of the charge.
    pub charge_id: Option<String>,
    /// How much, in millionths of the currency.
    pub amount_micros: Option<i64>,
    /// ISO 4217, or XTR for Telegram Stars.
    pub currency: Option<String>,
    /// When it happened, by the provider's clock.
    pub occurred_at: Ts,
    /// When it was first heard of.
    pub received_at: Ts,
    /// Who paid, in Telegram.
    pub payer_id: Option<i64>,
    /// The provider's own order, where it has one: Telegram's `update_id`, the moment Google was asked.
    pub sequence: Option<i64>,
    /// Until when it is paid for, where the provider says so.
    pub paid_until: Option<Ts>,
    /// Of what was observed: the provider's state of the purchase.
    pub state: Option<String>,
    /// Of what was observed: whether it renews itself.
    pub renews: Option<bool>,
    /// What a charge bought: `Terms` as JSON.
    pub terms: Option<JsonText>,
    /// Why, in the words of whoever did it.
    pub note: Option<String>,
    /// What the provider said.
    pub payload: Option<JsonText>,
}

impl Payment {
    /// Something that happened to a purchase now, without anything else to it.
    pub fn new(
        id: Uuid,
        of: &super::purchases::Purchase,
        kind: PaymentKind,
        source: Source,
        key: String,
        now: Ts,
    ) -> Self {
        Self {
            id,
            user_id: of.user_id,
            purchase_id: of.id,
            provider: of.provider,
            kind,
            source,
            event_key: key,
            charge_id: None,
            amount_micros: None,
            currency: None,
            occurred_at: now,
            received_at: now,
            payer_id: None,
            sequence: None,
            paid_until: None,
            state: None,
            renews: None,
            terms: None,
            note: None,
            payload: None,
        }
    }
}

/// Adds what was heard; false when it was heard before.
pub async fn insert(conn: &mut Conn<'_>, p: &Payment) -> Result<bool> {
    let sql = "INSERT INTO payments (id, user_id, purchase_id, provider, kind, source, event_key, charge_id, \
               amount_micros, currency, occurred_at, received_at, payer_id, sequence, paid_until, state, renews, terms, \
               note, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
               $19, $20) ON CONFLICT (provider, event_key) DO NOTHING";
    let rows = execute!(
        conn,
        sql,
        p.id,
        p.user_id,
        p.purchase_id,
        p.provider,
        p.kind,
        p.source,
        &p.event_key,
        &p.charge_id,
        p.amount_micros,
        &p.currency,
        p.occurred_at,
        p.received_at,
        p.payer_id,
        p.sequence,
        p.paid_until,
        &p.state,
        p.renews,
        &p.terms,
        &p.note,
        &p.payload,
    )?;
    Ok(rows == 1)
}

/// Everything that was heard of a person's purchases, in the order of hearing.
pub async fn of(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Vec<Payment>> {
    let sql = "SELECT * FROM payments WHERE user_id = $1 ORDER BY id LIMIT 100000";
    fetch_all!(conn, Payment, sql, user_id)
}

/// A page of a person's payments: the newest first, from before the cursor.
pub async fn page(conn: &mut Conn<'_>, user_id: Uuid, before: Uuid, limit: i64) -> Result<Vec<Payment>> {
    let sql = "SELECT * FROM payments WHERE user_id = $1 AND id < $2 AND kind <> 'observed' ORDER BY id DESC LIMIT $3";
    fetch_all!(conn, Payment, sql, user_id, before, limit)
}

/// The payment with this id, whoever's it is: for operators.
pub async fn find(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Payment>> {
    fetch_optional!(conn, Payment, "SELECT * FROM payments WHERE id = $1", id)
}

/// The charge of a provider, whoever's it is.
pub async fn charge(conn: &mut Conn<'_>, provider: Provider, charge_id: &str) -> Result<Option<Payment>> {
    let key = format!("paid:{charge_id}");
    let sql = "SELECT * FROM payments WHERE provider = $1 AND event_key = $2";
    fetch_optional!(conn, Payment, sql, provider, key)
}
