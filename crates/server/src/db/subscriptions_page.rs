//! `subscriptions` of everybody, a page at a time: for operators.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, fetch_all, plans::Unit, purchases::Provider};

/// A subscription with the name of whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// What they are called.
    pub user_name: Option<String>,
    /// The plan.
    pub plan_name: String,
    /// Whether it is the one that counts now.
    pub is_active: bool,
    /// Start of the period.
    pub start_date: Ts,
    /// End of the period; none never ends.
    pub end_date: Option<Ts>,
    /// What the limit counts.
    pub unit: Unit,
    /// How much the period allows.
    pub usage_limit: i64,
    /// Answered turns.
    pub used_requests: i64,
    /// Their tokens.
    pub used_tokens: i64,
    /// Whether the next period follows by itself.
    pub auto_renew: bool,
    /// Who sold it.
    pub provider: Option<Provider>,
}

impl Listed {
    /// What is used, in `unit`.
    pub const fn used(&self) -> i64 {
        match self.unit {
            Unit::Requests => self.used_requests,
            Unit::Tokens => self.used_tokens,
        }
    }
}

/// Which subscriptions.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this plan.
    pub plan: Option<String>,
    /// Those that count now, or the others.
    pub is_active: Option<bool>,
    /// Sold by this provider.
    pub provider: Option<Provider>,
    /// Those that renew themselves, or the others.
    pub auto_renew: Option<bool>,
}

/// A page of them in the order of making: `Some((id, newer))` is those next to `id` on its newer or older side, `None`
/// the newest. The rows nearest to the place come first.
pub async fn page(
    conn: &mut Conn<'_>,
    filter: &Filter,
    place: Option<(Uuid, bool)>,
    limit: i64,
) -> Result<Vec<Listed>> {
    // Whether it is active and renews itself is known of each of four parts, so that each walks an index in the order of
    // ids, however rare what is looked for.
    macro_rules! part {
        ($name:literal, $scope:literal, $active:literal, $renew:literal, $order:literal) => {
            concat!(
                "SELECT * FROM (SELECT id, user_id, plan_name, is_active, start_date, end_date, unit, usage_limit, \
                 used_requests, used_tokens, auto_renew, provider FROM subscriptions WHERE ",
                $scope,
                " is_active = ",
                $active,
                " AND auto_renew = ",
                $renew,
                " AND ($3 IS NULL OR $3 = ",
                $active,
                ") AND ($4 IS NULL OR $4 = ",
                $renew,
                ") AND ($1 IS NULL OR plan_name = $1) AND ($2 IS NULL OR provider = $2) AND id ",
                $order,
                " LIMIT $6) ",
                $name
            )
        };
    }
    macro_rules! select {
        ($scope:literal, $order:literal, $outer:literal) => {
            concat!(
                "SELECT s.*, COALESCE(u.name, u.first_name) AS user_name FROM (",
                part!("a", $scope, "TRUE", "TRUE", $order),
                " UNION ALL ",
                part!("b", $scope, "TRUE", "FALSE", $order),
                " UNION ALL ",
                part!("c", $scope, "FALSE", "TRUE", $order),
                " UNION ALL ",
                part!("d", $scope, "FALSE", "FALSE", $order),
                ") s JOIN users u ON u.id = s.user_id ORDER BY ",
                $outer,
                " LIMIT $6"
            )
        };
    }
    macro_rules! ordered {
        ($scope:literal) => {
            match place {
                None | Some((_, false)) => select!($scope, "< $5 ORDER BY id DESC", "s.id DESC"),
                Some((_, true)) => select!($scope, "> $5 ORDER BY id ASC", "s.id ASC"),
            }
        };
    }
    let sql = match (filter.provider, &filter.plan) {
        (Some(_), Some(_)) => ordered!("provider = $2 AND plan_name = $1 AND"),
        (Some(_), None) => ordered!("provider = $2 AND"),
        (None, Some(_)) => ordered!("plan_name = $1 AND"),
        (None, None) => ordered!(""),
    };
    let from = place.map_or(Uuid::max(), |(id, _)| id);
    let Filter { plan, is_active, provider, auto_renew } = filter;
    fetch_all!(conn, Listed, sql, plan, *provider, *is_active, *auto_renew, from, limit)
}

/// A page of those that end behind `now` and not behind `until`, in the order of their ends, the last one first.
pub async fn ending(
    conn: &mut Conn<'_>,
    filter: &Filter,
    now: Ts,
    until: Ts,
    place: Option<((Ts, Uuid), bool)>,
    limit: i64,
) -> Result<Vec<Listed>> {
    macro_rules! select {
        ($scope:literal, $order:literal, $direction:literal) => {
            concat!(
                "SELECT s.id, s.user_id, s.plan_name, s.is_active, s.start_date, s.end_date, s.unit, s.usage_limit, \
                 s.used_requests, s.used_tokens, s.auto_renew, s.provider, COALESCE(u.name, u.first_name) AS user_name \
                 FROM (SELECT * FROM subscriptions WHERE is_active AND ",
                $scope,
                " end_date > $5 AND end_date <= $6 AND ($1 IS NULL OR plan_name = $1) AND ($2 IS NULL OR provider = $2) \
                 AND ($3 IS NULL OR $3 = is_active) AND ($4 IS NULL OR auto_renew = $4) AND (end_date, id) ",
                $order,
                " ($7, $8) ORDER BY end_date ",
                $direction,
                ", id ",
                $direction,
                " LIMIT $9) s JOIN users u ON u.id = s.user_id ORDER BY s.end_date ",
                $direction,
                ", s.id ",
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
    let sql = match (filter.provider, &filter.plan) {
        (Some(_), _) => ordered!("provider = $2 AND"),
        (None, Some(_)) => ordered!("plan_name = $1 AND"),
        (None, None) => ordered!(""),
    };
    let (end, id) = place.map_or((Ts::MAX, Uuid::max()), |(at, _)| at);
    let Filter { plan, is_active, provider, auto_renew } = filter;
    fetch_all!(conn, Listed, sql, plan, *provider, *is_active, *auto_renew, now, until, end, id, limit)
}
