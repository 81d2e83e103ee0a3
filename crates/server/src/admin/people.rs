//! `/admin/people`: who talks here.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Failure, Result, csv,
    extract::Allowed,
    form::blank,
    page::{Page, render},
    paging::{Paged, Place, ROWS, address},
};
use crate::{
    app::App,
    db::{
        Day, Ts,
        people::{self, Filter, Listed, Search},
        plans::{self, Plan},
    },
    http::Edge,
    staff::role::demand,
};

const PATH: &str = "/admin/people";
const CSV: &str = "/admin/people/csv";
/// How far back each word of the filter by activity reaches, in days.
const ACTIVITY: [(&str, i64); 3] = [("day", 1), ("week", 7), ("month", 30)];

/// The filters, and the cursor.
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
    q: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    active: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    blocked: Option<String>,
}

impl Filters {
    fn read(&self, app: &App) -> Result<Filter> {
        let invalid = || Failure::Invalid("invalid");
        let chosen = |value: &Option<String>, yes: &str, no: &str| match value.as_deref() {
            None => Ok(None),
            Some(value) if value == yes => Ok(Some(true)),
            Some(value) if value == no => Ok(Some(false)),
            Some(_) => Err(invalid()),
        };
        let active_since = match self.active.as_deref() {
            None => None,
            Some(word) => {
                let (_, days) = ACTIVITY.iter().find(|(known, _)| *known == word).ok_or_else(invalid)?;
                let today = app.clock.now().day(&app.zone).0;
                Some(Day(today.saturating_sub(days.days())))
            }
        };
        Ok(Filter {
            search: self.q.as_deref().and_then(Search::parse),
            plan: self.plan.clone(),
            in_telegram: chosen(&self.channel, "telegram", "app")?,
            blocked: chosen(&self.blocked, "yes", "no")?,
            active_since,
        })
    }

    fn is(&self, name: &str, value: &str) -> bool {
        let chosen = match name {
            "plan" => &self.plan,
            "channel" => &self.channel,
            "active" => &self.active,
            _ => &self.blocked,
        };
        chosen.as_deref() == Some(value)
    }
}

#[derive(Template)]
#[template(path = "admin/people.html")]
struct People {
    page: Page,
    filters: Filters,
    plans: Vec<Plan>,
    csv: String,
    paged: Paged<Listed>,
}

/// A page of people.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (place, filters) = (Place::of(asked.before, asked.after), asked.filters);
    let filter = filters.read(&edge.app)?;
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let (rows, plans) = {
        let mut reader = edge.app.db.read().await?;
        let conn = &mut reader.conn();
        (people::page(conn, &filter, place.cursor(), limit).await?, plans::list(conn).await?)
    };
    let paged = Paged::new(PATH, &filters, &place, rows, |row| row.id.to_string());
    let csv = address(CSV, &filters, &[]);
    render(&People { page: staff.page("menu-people"), filters, plans, csv, paged })
}

/// The same as a file.
pub(super) async fn export(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Query(filters): Query<Filters>,
) -> Result<Response> {
    let filter = filters.read(&edge.app)?;
    let columns =
        ["id", "name", "username", "telegram_id", "created_at", "plan_name", "last_activity_at", "blocked_at"];
    let app = edge.app.clone();
    let fetch = move |last: Option<Listed>| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let place = last.map(|row| (row.id, false));
            people::page(&mut app.db.read().await?.conn(), &filter, place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "people", &columns, fetch, cells).await
}

fn cells(row: &Listed) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let moment = |at: Option<Ts>| at.map(|at| at.to_string()).unwrap_or_default();
    vec![
        row.id.to_string(),
        text(&row.name),
        text(&row.username),
        row.telegram_id.map(|id| id.to_string()).unwrap_or_default(),
        row.created_at.to_string(),
        text(&row.plan_name),
        moment(row.last_activity_at),
        moment(row.blocked_at),
    ]
}
