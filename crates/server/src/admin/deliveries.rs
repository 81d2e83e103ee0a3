//! `/admin/deliveries`: what the bot has to send.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::Response,
};
use uuid::Uuid;

use super::{
    Result, csv,
    extract::Allowed,
    form::WithReason,
    jobs::{Asked, Filter, Tab, tabs},
    page::{Page, render},
    paging::{Paged, Place, ROWS, address},
    visit::Done,
};
use crate::{
    db::deliveries::{self, Row, Which},
    http::Edge,
    jobs::acts::{self, Act},
    staff::role::{Permission, demand},
};

const PATH: &str = "/admin/deliveries";
const CSV: &str = "/admin/deliveries/csv";
/// The states to choose from, as the address names them.
const STATES: [(&str, Which); 4] =
    [("failing", Which::Failing), ("open", Which::Open), ("refused", Which::Refused), ("ended", Which::Ended)];

#[derive(Template)]
#[template(path = "admin/deliveries.html")]
struct Deliveries {
    page: Page,
    tabs: Vec<Tab>,
    csv: String,
    paged: Paged<Row>,
    may_act: bool,
}

/// A page of deliveries.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewJobs>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (state, which) = asked.chosen(&STATES)?;
    let place = Place::of(asked.before, asked.after);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let rows = deliveries::page(&mut edge.app.db.read().await?.conn(), which, place.cursor(), limit).await?;
    let paged = Paged::new(PATH, &Filter { state }, &place, rows, |row| row.id.to_string());
    let tabs = tabs(PATH, STATES.iter().map(|(state, _)| state), state);
    let csv = address(CSV, &Filter { state }, &[]);
    render(&Deliveries { page: staff.page("menu-deliveries"), tabs, csv, paged, may_act: staff.may(Permission::Jobs) })
}

/// The same as a file.
pub(super) async fn export(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewJobs>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (_, which) = asked.chosen(&STATES)?;
    let columns = [
        "id",
        "user_id",
        "chat_id",
        "turn_id",
        "created_at",
        "run_at",
        "part",
        "attempts",
        "doubts",
        "error",
        "ended_at",
        "outcome",
    ];
    let app = edge.app.clone();
    let fetch = move |last: Option<Row>| {
        let app = app.clone();
        async move {
            let place = last.map(|row| (row.id, false));
            deliveries::page(&mut app.db.read().await?.conn(), which, place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "deliveries", &columns, fetch, cells).await
}

fn cells(row: &Row) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.user_id.to_string(),
        row.chat_id.to_string(),
        row.turn_id.map(|id| id.to_string()).unwrap_or_default(),
        row.created_at.to_string(),
        row.run_at.to_string(),
        row.part.to_string(),
        row.attempts.to_string(),
        row.doubts.to_string(),
        row.error.clone().unwrap_or_default(),
        row.ended_at.map(|at| at.to_string()).unwrap_or_default(),
        row.outcome.clone().unwrap_or_default(),
    ]
}

/// Lets a delivery be tried again at once.
pub(super) async fn retry(
    State(edge): State<Edge>,
    staff: Allowed<demand::Jobs>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    acts::delivery(&edge.app, staff.actor(), id, Act::Retry, form.checked()?).await?;
    Ok(Done::see(format!("{PATH}?state=open")).saying("retried"))
}

/// Calls a delivery off.
pub(super) async fn cancel(
    State(edge): State<Edge>,
    staff: Allowed<demand::Jobs>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    acts::delivery(&edge.app, staff.actor(), id, Act::Cancel, form.checked()?).await?;
    Ok(Done::see(format!("{PATH}?state=ended")).saying("cancelled"))
}
