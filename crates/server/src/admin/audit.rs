//! `/admin/audit`: who did what to whom, when, from where and why.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Result, csv,
    extract::Allowed,
    form::blank,
    page::{Page, render},
    paging::{Paged, Place, ROWS, address},
};
use crate::{
    db::audit_log::{self, Filter, Record},
    http::Edge,
    staff::{audit::Action, role::demand},
};

const PATH: &str = "/admin/audit";
const CSV: &str = "/admin/audit/csv";

/// The cursor, and the filters.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default, deserialize_with = "blank")]
    before: Option<Uuid>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<Uuid>,
    #[serde(flatten)]
    filters: Filters,
}

/// The filters, as they stand in addresses.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Filters {
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    actor: Option<Uuid>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    subject: Option<Uuid>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    action: Option<String>,
}

impl Filters {
    fn wanted(&self) -> Filter {
        Filter { actor_id: self.actor, subject_id: self.subject, action: self.action.clone() }
    }
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Log {
    page: Page,
    filters: Filters,
    actions: &'static [Action],
    csv: String,
    paged: Paged<Record>,
}

impl Log {
    /// The log of what this person did.
    fn of_actor(&self, actor: &Uuid) -> String {
        address(PATH, &Filters { actor: Some(*actor), ..Filters::default() }, &[])
    }

    /// The log of what was done to this person.
    fn of_subject(&self, subject: &Uuid) -> String {
        address(PATH, &Filters { subject: Some(*subject), ..Filters::default() }, &[])
    }

    fn is_chosen(&self, action: &Action) -> bool {
        self.filters.action.as_deref() == Some(action.as_str())
    }
}

/// A page of the log.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewAudit>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (place, filters) = (Place::of(asked.before, asked.after), asked.filters);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let rows = audit_log::page(&mut edge.app.db.read().await?.conn(), &filters.wanted(), place.cursor(), limit).await?;
    let paged = Paged::new(PATH, &filters, &place, rows, |row| row.id.to_string());
    let csv = address(CSV, &filters, &[]);
    render(&Log { page: staff.page("menu-audit"), filters, actions: Action::ALL, csv, paged })
}

/// The same as a file.
pub(super) async fn export(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewAudit>,
    Query(filters): Query<Filters>,
) -> Result<Response> {
    let columns = [
        "id",
        "created_at",
        "actor_id",
        "actor_name",
        "actor_role",
        "via",
        "address",
        "session_id",
        "action",
        "subject_id",
        "target",
        "reason",
        "details",
    ];
    let (app, filter) = (edge.app.clone(), filters.wanted());
    let fetch = move |last: Option<Record>| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let place = last.map(|row| (row.id, false));
            audit_log::page(&mut app.db.read().await?.conn(), &filter, place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "audit", &columns, fetch, cells).await
}

fn cells(row: &Record) -> Vec<String> {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        row.id.to_string(),
        row.created_at.to_string(),
        id(row.actor_id),
        text(&row.actor_name),
        text(&row.actor_role),
        row.via.clone(),
        text(&row.address),
        id(row.session_id),
        row.action.clone(),
        id(row.subject_id),
        text(&row.target),
        text(&row.reason),
        row.details.as_ref().map(|details| details.0.to_string()).unwrap_or_default(),
    ]
}
