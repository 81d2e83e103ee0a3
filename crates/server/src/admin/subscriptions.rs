//! `/admin/subscriptions`: who has what.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::{Deserialize, Serialize};

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
    app::App,
    db::{
        self, Ts,
        plans::{self, Plan},
        purchases::Provider,
        subscriptions_page::{self, Filter, Listed},
    },
    http::Edge,
    staff::role::demand,
};

const PATH: &str = "/admin/subscriptions";
const FILE: &str = "/admin/subscriptions/csv";
const DAY: Duration = Duration::from_secs(86_400);
/// The most days before an end.
const MOST_DAYS: u32 = 366;

/// The filters, as they stand in addresses.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filters {
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    renews: Option<String>,
    #[serde(deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    ending: Option<u32>,
}

/// The cursor.
#[derive(Debug, Deserialize)]
pub(super) struct Cursor {
    #[serde(default, deserialize_with = "blank")]
    before: Option<At>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<At>,
}

/// What is looked for: in the order of making, or of those that end soon in the order of their ends.
#[derive(Clone, Debug)]
struct Wanted {
    filter: Filter,
    ending: Option<(Ts, Ts)>,
}

impl Filters {
    fn wanted(&self, now: Ts) -> Result<Wanted> {
        let pair = |text: &Option<String>, yes: &str, no: &str| match text.as_deref() {
            None => Ok(None),
            Some(text) if text == yes => Ok(Some(true)),
            Some(text) if text == no => Ok(Some(false)),
            Some(_) => Err(Failure::Invalid("invalid")),
        };
        let provider = self.provider.as_deref().map(|text| word(text).ok_or(Failure::Invalid("invalid")));
        let filter = Filter {
            plan: self.plan.clone(),
            is_active: pair(&self.state, "active", "ended")?,
            provider: provider.transpose()?,
            auto_renew: pair(&self.renews, "yes", "no")?,
        };
        let ending = self.ending.map(|days| (now, now.after(DAY * days.min(MOST_DAYS))));
        Ok(Wanted { filter, ending })
    }
}

impl Wanted {
    async fn read(&self, app: &App, place: Option<(At, bool)>, limit: i64) -> db::Result<Vec<Listed>> {
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        match self.ending {
            Some((now, until)) => {
                let place = place.map(|(At { at, id }, newer)| ((at, id), newer));
                subscriptions_page::ending(conn, &self.filter, now, until, place, limit).await
            }
            None => {
                let place = place.map(|(At { id, .. }, newer)| (id, newer));
                subscriptions_page::page(conn, &self.filter, place, limit).await
            }
        }
    }

    fn cursor(&self, row: &Listed) -> At {
        let end = row.end_date.filter(|_| self.ending.is_some());
        At { at: end.unwrap_or(row.start_date), id: row.id }
    }
}

#[derive(Template)]
#[template(path = "admin/subscriptions.html")]
struct Subscriptions {
    page: Page,
    filters: Filters,
    plans: Vec<Plan>,
    providers: [Provider; 3],
    paged: Paged<Listed>,
    file: String,
}

impl Subscriptions {
    fn is_plan(&self, name: &str) -> bool {
        self.filters.plan.as_deref() == Some(name)
    }

    fn is_state(&self, state: &str) -> bool {
        self.filters.state.as_deref() == Some(state)
    }

    fn is_provider(&self, provider: &Provider) -> bool {
        self.filters.provider.as_deref() == Some(provider.as_str())
    }

    fn renews(&self, renews: &str) -> bool {
        self.filters.renews.as_deref() == Some(renews)
    }
}

/// A page of them.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Query(filters): Query<Filters>,
    Query(cursor): Query<Cursor>,
) -> Result<Response> {
    let wanted = filters.wanted(edge.app.clock.now())?;
    let place = Place::of(cursor.before, cursor.after);
    let rows = wanted.read(&edge.app, place.cursor(), i64::try_from(ROWS + 1).unwrap_or(i64::MAX)).await?;
    let plans = plans::list(&mut edge.app.db.read().await?.conn()).await?;
    let paged = Paged::new(PATH, &filters, &place, rows, |row| wanted.cursor(row).to_string());
    let providers = [Provider::Stars, Provider::GooglePlay, Provider::Grant];
    let file = address(FILE, &filters, &[]);
    render(&Subscriptions { page: staff.page("menu-subscriptions"), filters, plans, providers, paged, file })
}

/// All of them as a file.
pub(super) async fn file(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Query(filters): Query<Filters>,
) -> Result<Response> {
    let (app, wanted) = (edge.app.clone(), filters.wanted(edge.app.clock.now())?);
    let columns = [
        "id",
        "user_id",
        "user_name",
        "plan_name",
        "is_active",
        "start_date",
        "end_date",
        "unit",
        "usage_limit",
        "used",
        "auto_renew",
        "provider",
    ];
    let fetch = move |last: Option<Listed>| {
        let (app, wanted) = (app.clone(), wanted.clone());
        async move { wanted.read(&app, last.map(|row| (wanted.cursor(&row), false)), csv::BATCH).await }
    };
    csv::download(&edge.app, &staff, "subscriptions", &columns, fetch, cells).await
}

fn cells(row: &Listed) -> Vec<String> {
    let end = row.end_date.map(|end| end.to_string());
    vec![
        row.id.to_string(),
        row.user_id.to_string(),
        row.user_name.clone().unwrap_or_default(),
        row.plan_name.clone(),
        row.is_active.to_string(),
        row.start_date.to_string(),
        end.unwrap_or_default(),
        row.unit.as_str().into(),
        row.usage_limit.to_string(),
        row.used().to_string(),
        row.auto_renew.to_string(),
        row.provider.map(|provider| provider.as_str().to_owned()).unwrap_or_default(),
    ]
}
