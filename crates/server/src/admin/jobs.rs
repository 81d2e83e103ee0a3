//! `/admin/jobs`: what is to be done after commits.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Failure, Result, csv,
    extract::Allowed,
    form::{WithReason, blank},
    page::{Page, render},
    paging::{Paged, Place, ROWS, address},
    visit::Done,
};
use crate::{
    db::{
        Ts,
        jobs::{self, Row, Which},
    },
    http::Edge,
    jobs::acts::{self, Act, ActError},
    staff::role::{Permission, demand},
};

const PATH: &str = "/admin/jobs";
const CSV: &str = "/admin/jobs/csv";
/// The states to choose from, as the address names them.
const STATES: [(&str, Which); 4] =
    [("failing", Which::Failing), ("open", Which::Open), ("failed", Which::Failed), ("ended", Which::Ended)];

/// Which, and the cursor.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default, deserialize_with = "blank")]
    pub(super) state: Option<String>,
    #[serde(default, deserialize_with = "blank")]
    pub(super) before: Option<Uuid>,
    #[serde(default, deserialize_with = "blank")]
    pub(super) after: Option<Uuid>,
}

/// Which, as it stands in addresses.
#[derive(Debug, Serialize)]
pub(super) struct Filter {
    pub(super) state: &'static str,
}

impl Asked {
    /// The state that was asked for, of these; the first one when none was.
    pub(super) fn chosen<W: Copy>(&self, states: &[(&'static str, W)]) -> Result<(&'static str, W)> {
        let is_asked = |name: &str| self.state.as_deref().is_none_or(|state| state == name);
        states.iter().find(|(name, _)| is_asked(name)).copied().ok_or(Failure::Invalid("invalid"))
    }
}

/// A tab: address, key of the label, whether it is this one.
pub(super) struct Tab {
    pub(super) link: String,
    pub(super) state: &'static str,
    pub(super) is_current: bool,
}

/// The tabs of these states.
pub(super) fn tabs<'a>(path: &str, states: impl Iterator<Item = &'a &'static str>, current: &str) -> Vec<Tab> {
    let tab = |state: &&'static str| Tab {
        link: address(path, &Filter { state }, &[]),
        state,
        is_current: *state == current,
    };
    states.map(tab).collect()
}

/// A job as it is shown.
struct Shown {
    row: Row,
    ids: Vec<(String, String)>,
    error: Option<String>,
}

impl Shown {
    fn new(row: Row) -> Self {
        let payload: Value = serde_json::from_str(&row.payload.0).unwrap_or_default();
        let (mut ids, mut secrets) = (Vec::new(), Vec::new());
        look(&payload, "", &mut ids, &mut secrets);
        let error = row
            .error
            .clone()
            .map(|error| secrets.iter().fold(error, |error, secret| error.replace(secret.as_str(), "…")));
        Self { row, ids, error }
    }

    fn is_open(&self) -> bool {
        self.row.ended_at.is_none()
    }

    /// Whether somebody works on it at this moment.
    fn is_running(&self, now: &Ts) -> bool {
        self.is_open() && self.row.lease_until.is_some_and(|until| until > *now)
    }

    fn can_be_retried(&self) -> bool {
        self.is_open() || matches!(self.row.outcome.as_deref(), Some("failed" | "cancelled"))
    }
}

/// Finds the ids of a payload; and its secrets, which are shown nowhere.
fn look(value: &Value, name: &str, ids: &mut Vec<(String, String)>, secrets: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| look(value, name, ids, secrets)),
        Value::Array(items) => items.iter().for_each(|value| look(value, name, ids, secrets)),
        Value::String(text) if name.contains("token") => {
            secrets.extend(Some(text.clone()).filter(|text| !text.is_empty()))
        }
        Value::String(text) if name.ends_with("_id") || name == "provider" => {
            ids.push((name.to_owned(), text.clone()));
        }
        Value::Bool(value) if name == "on" => ids.push((name.to_owned(), value.to_string())),
        _ => {}
    }
}

#[derive(Template)]
#[template(path = "admin/jobs.html")]
struct Jobs {
    page: Page,
    tabs: Vec<Tab>,
    csv: String,
    paged: Paged<Shown>,
    may_act: bool,
    now: Ts,
}

/// A page of jobs.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewJobs>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (state, which) = asked.chosen(&STATES)?;
    let place = Place::of(asked.before, asked.after);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let rows = jobs::page(&mut edge.app.db.read().await?.conn(), which, place.cursor(), limit).await?;
    let rows = rows.into_iter().map(Shown::new).collect();
    let paged = Paged::new(PATH, &Filter { state }, &place, rows, |shown| shown.row.id.to_string());
    let tabs = tabs(PATH, STATES.iter().map(|(state, _)| state), state);
    let (may_act, now) = (staff.may(Permission::Jobs), edge.app.clock.now());
    let csv = address(CSV, &Filter { state }, &[]);
    render(&Jobs { page: staff.page("menu-jobs"), tabs, csv, paged, may_act, now })
}

/// The same as a file.
pub(super) async fn export(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewJobs>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (_, which) = asked.chosen(&STATES)?;
    let columns = ["id", "kind", "ids", "created_at", "run_at", "attempts", "error", "ended_at", "outcome"];
    let app = edge.app.clone();
    let fetch = move |last: Option<Row>| {
        let app = app.clone();
        async move {
            let place = last.map(|row| (row.id, false));
            jobs::page(&mut app.db.read().await?.conn(), which, place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "jobs", &columns, fetch, cells).await
}

fn cells(row: &Row) -> Vec<String> {
    let Shown { row, ids, error } = Shown::new(row.clone());
    let ids: Vec<String> = ids.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    vec![
        row.id.to_string(),
        row.kind,
        ids.join(" "),
        row.created_at.to_string(),
        row.run_at.to_string(),
        row.attempts.to_string(),
        error.unwrap_or_default(),
        row.ended_at.map(|at| at.to_string()).unwrap_or_default(),
        row.outcome.unwrap_or_default(),
    ]
}

/// Lets a job be tried again at once.
pub(super) async fn retry(
    State(edge): State<Edge>,
    staff: Allowed<demand::Jobs>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    acts::job(&edge.app, staff.actor(), id, Act::Retry, form.checked()?).await?;
    Ok(Done::see(format!("{PATH}?state=open")).saying("retried"))
}

/// Calls a job off.
pub(super) async fn cancel(
    State(edge): State<Edge>,
    staff: Allowed<demand::Jobs>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    acts::job(&edge.app, staff.actor(), id, Act::Cancel, form.checked()?).await?;
    Ok(Done::see(format!("{PATH}?state=ended")).saying("cancelled"))
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Missing => Self::NotFound,
            ActError::Conflict => Self::Conflict("act-conflict"),
            ActError::Database(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_and_tokens_are_not_told() {
        let payload = serde_json::json!({"refund": {"provider": "google_play", "payment_id": "p1",
            "ticket": {"payer_id": 5, "charges": ["c"], "purchase_token": "geheim"}}});
        let (mut ids, mut secrets) = (Vec::new(), Vec::new());
        look(&payload, "", &mut ids, &mut secrets);
        let names: Vec<_> = ids.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(names, ["payment_id=p1", "provider=google_play"]);
        assert_eq!(secrets, ["geheim"]);
    }
}
