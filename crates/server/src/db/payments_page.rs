//! `payments` of everybody, a page at a time, and what they come to: for operators.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Conn, Result, Ts, fetch_all,
    payments::{Payment, PaymentKind, Source},
    purchases::Provider,
};

/// A payment with the name of whose it is, without the provider's words.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// What they are called.
    pub user_name: Option<String>,
    /// Who is paid.
    pub provider: Provider,
    /// What happened.
    pub kind: PaymentKind,
    /// Who made it happen.
    pub source: Source,
    /// The provider's id of the charge.
    pub charge_id: Option<String>,
    /// How much, in millionths of the currency.
    pub amount_micros: Option<i64>,
    /// ISO 4217, or XTR for Telegram Stars.
    pub currency: Option<String>,
    /// When it happened.
    pub occurred_at: Ts,
    /// Why, in the words of whoever did it.
    pub note: Option<String>,
}

/// Which payments.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Of this provider.
    pub provider: Option<Provider>,
    /// Of this kind.
    pub kind: Option<PaymentKind>,
    /// Of this person.
    pub user_id: Option<Uuid>,
    /// Of this charge.
    pub charge_id: Option<String>,
    /// Not before this moment.
    pub from: Ts,
    /// Before this moment.
    pub to: Ts,
}

/// A page of them by when they happened: `Some((at, newer))` is those next to `at` on its newer or older side, `None` the
/// newest. The rows nearest to the place come first.
pub async fn page(
    conn: &mut Conn<'_>,
    filter: &Filter,
    place: Option<((Ts, Uuid), bool)>,
    limit: i64,
) -> Result<Vec<Listed>> {
    // The index of what is set is walked in the order of time; the rest is looked at on the way.
    macro_rules! select {
        ($scope:literal, $order:literal, $direction:literal) => {
            concat!(
                "SELECT p.id, p.user_id, COALESCE(u.name, u.first_name) AS user_name, p.provider, p.kind, p.source, \
                 p.charge_id, p.amount_micros, p.currency, p.occurred_at, p.note FROM (SELECT * FROM payments WHERE ",
                $scope,
                " occurred_at >= $5 AND occurred_at < $6 AND (occurred_at, id) ",
                $order,
                " ($7, $8) AND ($1 IS NULL OR provider = $1) AND ($2 IS NULL OR kind = $2) \
                 AND ($3 IS NULL OR user_id = $3) AND ($4 IS NULL OR charge_id = $4) ORDER BY occurred_at ",
                $direction,
                ", id ",
                $direction,
                " LIMIT $9) p JOIN users u ON u.id = p.user_id ORDER BY p.occurred_at ",
                $direction,
                ", p.id ",
                $direction
            )
        };
    }
    macro_rules! ordered {
        ($scope:literal) => {
            match place {
                None | Some((_, false)) => select!($scope, "<", "DESC"),
                Some((_, true)) => select!($scope, ">", "ASC"),
            }
        };
    }
    let sql = match (&filter.charge_id, filter.user_id, filter.provider, filter.kind) {
        (Some(_), ..) => ordered!("charge_id = $4 AND"),
        (None, Some(_), ..) => ordered!("user_id = $3 AND"),
        (None, None, Some(_), Some(_)) => ordered!("(provider || '/' || kind) = ($1 || '/' || $2) AND"),
        (None, None, Some(_), None) => ordered!("provider = $1 AND"),
        (None, None, None, Some(_)) => ordered!("kind = $2 AND"),
        (None, None, None, None) => ordered!(""),
    };
    let (at, id) = place.map_or((Ts::MAX, Uuid::max()), |(at, _)| at);
    let Filter { provider, kind, user_id, charge_id, from, to } = filter;
    fetch_all!(conn, Listed, sql, *provider, *kind, *user_id, charge_id, *from, *to, at, id, limit)
}

/// What payments of a kind in a currency come to.
#[derive(Clone, Debug, FromRow)]
pub struct Sum {
    /// Paid or refunded.
    pub kind: PaymentKind,
    /// The currency.
    pub currency: String,
    /// How much, in millionths of it.
    pub micros: i64,
    /// How many.
    pub count: i64,
}

/// What was paid and given back within the time, by currency: of a provider and of a person, if those are set. None:
/// there are more than `limit` of them.
pub async fn sums(conn: &mut Conn<'_>, filter: &Filter, limit: i64) -> Result<Option<Vec<Sum>>> {
    macro_rules! select {
        ($scope:literal) => {
            concat!(
                "SELECT kind, currency, CAST(SUM(amount_micros) AS BIGINT) AS micros, COUNT(*) AS count \
                 FROM (SELECT kind, currency, amount_micros FROM payments WHERE kind IN ('paid', 'refunded') \
                 AND occurred_at >= $1 AND occurred_at < $2 AND ",
                $scope,
                " ($3 IS NULL OR provider = $3) AND currency IS NOT NULL AND amount_micros IS NOT NULL LIMIT $4) s \
                 GROUP BY kind, currency ORDER BY currency, kind LIMIT 1000"
            )
        };
    }
    let Filter { provider, user_id, from, to, .. } = filter;
    let (most, limit) = (limit, limit + 1);
    let sums = match user_id {
        Some(user_id) => fetch_all!(conn, Sum, select!("user_id = $5 AND"), *from, *to, *provider, limit, *user_id),
        None => fetch_all!(conn, Sum, select!(""), *from, *to, *provider, limit),
    }?;
    let is_whole = sums.iter().map(|sum| sum.count).sum::<i64>() <= most;
    Ok(is_whole.then_some(sums))
}

/// What was heard of a purchase, in the order of happening.
pub async fn of_purchase(conn: &mut Conn<'_>, purchase_id: Uuid, limit: i64) -> Result<Vec<Payment>> {
    let sql = "SELECT * FROM payments WHERE purchase_id = $1 ORDER BY occurred_at, id LIMIT $2";
    fetch_all!(conn, Payment, sql, purchase_id, limit)
}
