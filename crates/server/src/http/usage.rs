//! `/v1/me/usage`: what the caller has used.

use axum::{Json as Answer, extract::State};
use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Problem, Result, body::Query, extract::Person, problem::FieldError, router::Edge};
use crate::{
    billing::usage::{self, MOST_DAYS},
    db::{Day, usage_logs::DayUsage},
};

/// The days that are shown when nobody says which.
const DAYS: i64 = 30;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Days {
    /// The first day, `YYYY-MM-DD`; 30 days up to the last if absent.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-01")]
    from: Option<String>,
    /// The last day; today in the service's time zone if absent.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-30")]
    to: Option<String>,
}

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
pub struct Usage {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: Day,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    to: Day,
    /// The IANA time zone whose days these are.
    #[schema(example = "UTC")]
    time_zone: String,
    /// Answered turns of all days.
    requests_count: i64,
    /// Tokens of all days.
    tokens_used: i64,
    /// Dialogues begun on all days.
    session_count: i64,
    /// Each day, those without use included.
    days: Vec<UsedDay>,
}

/// A day.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedDay {
    /// The day.
    #[schema(value_type = String, format = Date)]
    date: Day,
    /// Answered turns that were accepted on it.
    requests_count: i64,
    /// Their tokens.
    tokens_used: i64,
    /// Dialogues begun.
    session_count: i64,
}

impl From<DayUsage> for UsedDay {
    fn from(day: DayUsage) -> Self {
        let DayUsage { date, requests_count, tokens_used, session_count } = day;
        Self { date, requests_count, tokens_used, session_count }
    }
}

/// Usage by day
///
/// Of at most 366 days. A turn counts on the day on which it was accepted.
#[utoipa::path(get, path = "/v1/me/usage", operation_id = "get_usage", tag = "plan", params(Days),
    responses((status = 200, body = Usage)))]
pub async fn show(State(edge): State<Edge>, person: Person, Query(days): Query<Days>) -> Result<Answer<Usage>> {
    let app = &edge.app;
    let today = app.clock.now().day(&app.zone).0;
    let to = parse("to", days.to)?.unwrap_or(today);
    let from = parse("from", days.from)?.unwrap_or_else(|| to.saturating_sub((DAYS - 1).days()));
    let count = i64::from((to - from).get_days()) + 1;
    if count < 1 {
        return Err(Problem::invalid_field("from", "must not be after `to`"));
    }
    if usize::try_from(count).is_ok_and(|count| count > MOST_DAYS) {
        return Err(Problem::invalid_field("from", format!("at most {MOST_DAYS} days")));
    }
    let used = usage::between(&mut app.db.read().await?.conn(), person.id, from, to).await?;
    let sum = used.since(from);
    Ok(Answer(Usage {
        from: Day(from),
        to: Day(to),
        time_zone: app.config.service.timezone.clone(),
        requests_count: sum.requests_count,
        tokens_used: sum.tokens_used,
        session_count: sum.session_count,
        days: used.days.into_iter().map(UsedDay::from).collect(),
    }))
}

/// A day of years that people write with four digits: both databases know them.
fn parse(field: &str, text: Option<String>) -> Result<Option<Date>> {
    let Some(text) = text else { return Ok(None) };
    let day = text.parse::<Date>().ok().filter(|day| (1..=9999).contains(&day.year()));
    let invalid =
        || Problem::invalid(vec![FieldError { field: field.into(), message: "must be a day, YYYY-MM-DD".into() }]);
    day.map(Some).ok_or_else(invalid)
}
