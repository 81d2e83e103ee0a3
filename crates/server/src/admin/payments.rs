//! `/admin/payments`: what was paid and given back.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Failure, Result,
    at::At,
    csv,
    extract::Allowed,
    form::blank,
    page::{Page, render},
    paging::{Paged, Place, ROWS, address},
    plan_form::word,
};
use crate::{
    billing::payment::decimal,
    db::{
        Ts,
        payments::PaymentKind,
        payments_page::{self, Filter, Listed, Sum},
        purchases::Provider,
    },
    http::Edge,
    staff::role::demand,
};

const PATH: &str = "/admin/payments";
const FILE: &str = "/admin/payments/csv";
/// How long a time is summed up when none is asked for.
const USUAL: Duration = Duration::from_secs(30 * 86_400);
/// The longest time that is summed up: a year, and a day for the edges.
const LONGEST: Duration = Duration::from_secs(367 * 86_400);
/// The most payments that are summed up.
const MOST_SUMMED: i64 = 100_000;

/// Every kind, in the order of the filter.
const KINDS: [PaymentKind; 8] = [
    PaymentKind::Paid,
    PaymentKind::Refunded,
    PaymentKind::Canceled,
    PaymentKind::Resumed,
    PaymentKind::Failed,
    PaymentKind::Observed,
    PaymentKind::Extended,
    PaymentKind::Revoked,
];

/// The filters, as they stand in addresses.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filters {
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    from: Option<Date>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    to: Option<Date>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    person: Option<Uuid>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    charge: Option<String>,
}

/// The cursor.
#[derive(Debug, Deserialize)]
pub(super) struct Cursor {
    #[serde(default, deserialize_with = "blank")]
    before: Option<At>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<At>,
}

impl Filters {
    fn wanted(&self, zone: &TimeZone) -> Result<Filter> {
        let invalid = Failure::Invalid("invalid");
        let kind = self.kind.as_deref().map(|text| word(text).ok_or(invalid.clone())).transpose()?;
        let provider = self.provider.as_deref().map(|text| word(text).ok_or(invalid.clone())).transpose()?;
        let from = self.from.map(|day| beginning(day, zone).ok_or(invalid.clone())).transpose()?;
        let behind = |day: Date| day.checked_add(1.day()).ok().and_then(|next| beginning(next, zone));
        let to = self.to.map(|day| behind(day).ok_or(invalid)).transpose()?;
        Ok(Filter {
            provider,
            kind,
            user_id: self.person,
            charge_id: self.charge.clone(),
            from: from.unwrap_or(Ts::from_micros(0)),
            to: to.unwrap_or(Ts::MAX),
        })
    }
}

/// The first moment of a day in the service's zone.
fn beginning(day: Date, zone: &TimeZone) -> Option<Ts> {
    let at = day.to_zoned(zone.clone()).ok()?.timestamp();
    Some(Ts::from_timestamp(at)).filter(|at| (Ts::from_micros(0)..=Ts::MAX).contains(at))
}

/// The time that is summed up: the one asked for, or the last days; none when it is too long.
fn summed(filter: &Filter, now: Ts) -> Option<Filter> {
    let to = filter.to.min(now);
    let from = if filter.from == Ts::from_micros(0) { to.before(USUAL) } else { filter.from };
    let is_short = to.since(from) <= LONGEST;
    is_short.then(|| Filter { from, to, ..filter.clone() })
}

/// What a time came to.
struct Sums {
    from: Ts,
    to: Ts,
    rows: Vec<Sum>,
}

#[derive(Template)]
#[template(path = "admin/payments.html")]
struct Payments {
    page: Page,
    filters: Filters,
    providers: [Provider; 3],
    kinds: [PaymentKind; 8],
    /// None: there is too much.
    sums: Option<Sums>,
    paged: Paged<Listed>,
    file: String,
}

impl Payments {
    fn tone(&self, kind: &PaymentKind) -> &'static str {
        tone(*kind)
    }

    fn is_kind(&self, kind: &PaymentKind) -> bool {
        self.filters.kind.as_deref() == Some(kind.as_str())
    }

    fn is_provider(&self, provider: &Provider) -> bool {
        self.filters.provider.as_deref() == Some(provider.as_str())
    }
}

/// How a kind is coloured.
pub(super) const fn tone(kind: PaymentKind) -> &'static str {
    match kind {
        PaymentKind::Paid | PaymentKind::Resumed | PaymentKind::Extended => "good",
        PaymentKind::Refunded | PaymentKind::Revoked => "warn",
        PaymentKind::Failed => "bad",
        PaymentKind::Canceled | PaymentKind::Observed => "calm",
    }
}

/// A page of them.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewMoney>,
    Query(filters): Query<Filters>,
    Query(cursor): Query<Cursor>,
) -> Result<Response> {
    let app = &edge.app;
    let filter = filters.wanted(&app.zone)?;
    let place = Place::of(cursor.before, cursor.after);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let mut reader = app.db.read().await?;
    let conn = &mut reader.conn();
    let at = place.cursor().map(|(At { at, id }, newer)| ((at, id), newer));
    let rows = payments_page::page(conn, &filter, at, limit).await?;
    let sums = match summed(&filter, app.clock.now()) {
        Some(time) => {
            let rows = payments_page::sums(conn, &time, MOST_SUMMED).await?;
            rows.map(|rows| Sums { from: time.from, to: time.to, rows })
        }
        None => None,
    };
    drop(reader);
    let cursor = |row: &Listed| At { at: row.occurred_at, id: row.id }.to_string();
    let paged = Paged::new(PATH, &filters, &place, rows, cursor);
    let providers = [Provider::Stars, Provider::GooglePlay, Provider::Grant];
    let file = address(FILE, &filters, &[]);
    render(&Payments { page: staff.page("menu-payments"), filters, providers, kinds: KINDS, sums, paged, file })
}

/// All of them as a file.
pub(super) async fn file(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewMoney>,
    Query(filters): Query<Filters>,
) -> Result<Response> {
    let (app, filter) = (edge.app.clone(), filters.wanted(&edge.app.zone)?);
    let columns = [
        "id",
        "occurred_at",
        "user_id",
        "user_name",
        "provider",
        "kind",
        "source",
        "charge_id",
        "amount",
        "currency",
        "note",
    ];
    let fetch = move |last: Option<Listed>| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let place = last.map(|row| ((row.occurred_at, row.id), false));
            payments_page::page(&mut app.db.read().await?.conn(), &filter, place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "payments", &columns, fetch, cells).await
}

fn cells(row: &Listed) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.occurred_at.to_string(),
        row.user_id.to_string(),
        row.user_name.clone().unwrap_or_default(),
        row.provider.as_str().into(),
        row.kind.as_str().into(),
        row.source.as_str().into(),
        row.charge_id.clone().unwrap_or_default(),
        row.amount_micros.map(decimal).unwrap_or_default(),
        row.currency.clone().unwrap_or_default(),
        row.note.clone().unwrap_or_default(),
    ]
}
