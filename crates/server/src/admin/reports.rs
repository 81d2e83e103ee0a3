//! `/admin/reports`: answers that people reported, and what is decided on them.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::Response,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Failure, Result, csv,
    extract::Allowed,
    form::{blank, reason},
    page::{Page, render},
    paging::{Paged, Place, ROWS, address},
    said::{self, Said},
    visit::Done,
};
use crate::{
    db::{
        messages,
        reports::{self as rows, Queued, ReportState},
    },
    http::Edge,
    reports,
    staff::role::demand,
};

const PATH: &str = "/admin/reports";
const CSV: &str = "/admin/reports/csv";
/// In place of a state: all of them.
const ALL: &str = "all";

/// The filter, and the cursor.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default, deserialize_with = "blank")]
    before: Option<Uuid>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<Uuid>,
    #[serde(flatten)]
    filters: Filters,
}

/// The filter, as it stands in addresses: open reports, when nothing is said.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Filters {
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    state: Option<String>,
}

impl Filters {
    fn read(&self) -> Result<Option<ReportState>> {
        match self.state.as_deref() {
            None => Ok(Some(ReportState::Open)),
            Some(ALL) => Ok(None),
            Some(word) => ReportState::parse(word).map(Some).ok_or(Failure::Invalid("invalid")),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/reports.html")]
struct Queue {
    page: Page,
    state: Option<ReportState>,
    states: [ReportState; 3],
    csv: String,
    paged: Paged<Queued>,
}

impl Queue {
    fn is_chosen(&self, state: &ReportState) -> bool {
        self.state == Some(*state)
    }
}

/// A page of the queue.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ReadReported>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (place, filters) = (Place::of(asked.before, asked.after), asked.filters);
    let state = filters.read()?;
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let found = rows::queue(&mut edge.app.db.read().await?.conn(), state, place.cursor(), limit).await?;
    let paged = Paged::new(PATH, &filters, &place, found, |row| row.id.to_string());
    let csv = address(CSV, &filters, &[]);
    render(&Queue { page: staff.page("menu-reports"), state, states: ReportState::ALL, csv, paged })
}

/// The same as a file.
pub(super) async fn export(
    State(edge): State<Edge>,
    staff: Allowed<demand::ReadReported>,
    Query(filters): Query<Filters>,
) -> Result<Response> {
    let state = filters.read()?;
    let columns = ["id", "created_at", "user_id", "message_id", "category", "comment", "state", "handled_at", "note"];
    let app = edge.app.clone();
    let fetch = move |last: Option<Queued>| {
        let app = app.clone();
        async move {
            let place = last.map(|row| (row.id, false));
            rows::queue(&mut app.db.read().await?.conn(), state, place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "reports", &columns, fetch, cells).await
}

fn cells(row: &Queued) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.created_at.to_string(),
        row.user_id.to_string(),
        row.message_id.to_string(),
        row.category.clone(),
        row.comment.clone().unwrap_or_default(),
        row.state.as_str().to_owned(),
        row.handled_at.map(|at| at.to_string()).unwrap_or_default(),
        row.note.clone().unwrap_or_default(),
    ]
}

#[derive(Template)]
#[template(path = "admin/report.html")]
struct OneReport {
    page: Page,
    report: Queued,
    question: Option<Said>,
    answer: Option<Said>,
}

/// A report, with the answer and its question, and nothing else of the dialogue.
pub(super) async fn show(
    State(edge): State<Edge>,
    staff: Allowed<demand::ReadReported>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let mut reader = edge.app.db.read().await?;
    let conn = &mut reader.conn();
    let report = rows::find(conn, id).await?.ok_or(Failure::NotFound)?;
    let answer = messages::find(conn, report.user_id, report.message_id).await?;
    let question = match answer.as_ref().and_then(|answer| answer.answers_id) {
        Some(question) => messages::find(conn, report.user_id, question).await?,
        None => None,
    };
    render(&OneReport {
        page: staff.page("report"),
        report,
        question: question.map(|message| Said::plain(&message.message_text)),
        answer: answer.map(|message| said::markdown(&message.message_text)),
    })
}

/// What is decided.
#[derive(Debug, Deserialize)]
pub(super) struct Decision {
    state: String,
    reason: String,
}

/// Decides on a report.
pub(super) async fn decide(
    State(edge): State<Edge>,
    staff: Allowed<demand::ReadReported>,
    Path(id): Path<Uuid>,
    Form(form): Form<Decision>,
) -> Result<Done> {
    let note = reason(&form.reason)?;
    let state = ReportState::parse(&form.state).filter(|state| *state != ReportState::Open);
    let state = state.ok_or(Failure::Invalid("invalid"))?;
    let decided = reports::decide(edge.app.office(), staff.actor(), id, state, note).await?;
    decided.ok_or(Failure::NotFound)?;
    Ok(Done::see(PATH).saying("report-decided"))
}
