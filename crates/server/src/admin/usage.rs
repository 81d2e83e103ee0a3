//! `/admin/usage`: what was used, by day over all people, and on a day by person.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Failure, Result,
    chart::day_words,
    csv,
    extract::Allowed,
    form::blank,
    page::{Page, render},
    paging::{Paged, Place, ROWS, address},
};
use crate::{
    app::App,
    db::{
        Day,
        figures::UsageDay,
        usage_logs::{self, PersonUsage},
    },
    figures::{calendar, usage},
    http::Edge,
    staff::role::demand,
};

const PATH: &str = "/admin/usage";
/// Days that are shown when no others are asked for.
const DAYS: i32 = 30;
/// The longest range of days.
const MOST_DAYS: i32 = 366;

/// From which day to which.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct Range {
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    from: Option<Date>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    to: Option<Date>,
}

impl Range {
    /// The first day and the last one.
    fn days(self, app: &App) -> Result<(Day, Day)> {
        let last = self.to.map_or_else(|| app.clock.now().day(&app.zone), Day);
        let first = self.from.map_or_else(|| calendar::earlier(last, DAYS - 1), Day);
        let is_fair = first <= last && calendar::earlier(last, MOST_DAYS) < first;
        if is_fair { Ok((first, last)) } else { Err(Failure::Invalid("invalid-range")) }
    }
}

#[derive(Template)]
#[template(path = "admin/usage.html")]
struct Usage {
    page: Page,
    zone: String,
    first: Day,
    last: Day,
    range: Range,
    /// The newest first.
    days: Vec<UsageDay>,
    is_complete: bool,
}

impl Usage {
    fn words(&self, day: &Day) -> String {
        day_words(self.page.lang(), *day)
    }

    fn csv(&self) -> String {
        address("/admin/usage/csv", &self.range, &[])
    }

    fn requests(&self) -> String {
        self.page.number(&self.days.iter().map(|day| day.requests).sum())
    }

    fn tokens(&self) -> String {
        self.page.number(&self.days.iter().map(|day| day.tokens).sum())
    }

    fn sessions(&self) -> String {
        self.page.number(&self.days.iter().map(|day| day.sessions).sum())
    }
}

/// The days.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Query(range): Query<Range>,
) -> Result<Response> {
    let app = &edge.app;
    let (first, last) = range.days(app)?;
    let (mut days, is_complete) = usage::days(&mut app.db.read().await?.conn(), app, first, last).await?;
    days.reverse();
    let (page, zone) = (staff.page("menu-usage"), app.config.service.timezone.clone());
    render(&Usage { page, zone, first, last, range, days, is_complete })
}

/// The days as a file.
pub(super) async fn download(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Query(range): Query<Range>,
) -> Result<Response> {
    let (first, last) = range.days(&edge.app)?;
    let app = edge.app.clone();
    // There are fewer days than rows in a batch.
    let fetch = move |_| {
        let app = app.clone();
        async move { Ok(usage::days(&mut app.db.read().await?.conn(), &app, first, last).await?.0) }
    };
    let columns = ["date", "people", "requests_count", "tokens_used", "session_count"];
    let cells = |UsageDay { day, people, requests, tokens, sessions }: &UsageDay| {
        vec![day.0.to_string(), people.to_string(), requests.to_string(), tokens.to_string(), sessions.to_string()]
    };
    csv::download(&edge.app, &staff, "usage", &columns, fetch, cells).await
}

/// The cursor.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default, deserialize_with = "blank")]
    before: Option<Uuid>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "admin/usage_day.html")]
struct OfDay {
    page: Page,
    date: Date,
    paged: Paged<PersonUsage>,
}

/// A day, by person.
pub(super) async fn day(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Path(date): Path<Date>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let place = Place::of(asked.before, asked.after);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let mut reader = edge.app.db.read().await?;
    let rows = usage_logs::of_day(&mut reader.conn(), Day(date), place.cursor(), limit).await?;
    let path = format!("{PATH}/{date}");
    let paged = Paged::new(&path, &[("", ""); 0], &place, rows, |row| row.user_id.to_string());
    let page = staff.page("menu-usage");
    let title = format!("{}: {}", page.title(), day_words(page.lang(), Day(date)));
    render(&OfDay { page: page.titled(title), date, paged })
}

/// A day by person, as a file.
pub(super) async fn download_day(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Path(date): Path<Date>,
) -> Result<Response> {
    let app = edge.app.clone();
    let fetch = move |last: Option<PersonUsage>| {
        let app = app.clone();
        async move {
            let place = last.map(|row| (row.user_id, false));
            usage_logs::of_day(&mut app.db.read().await?.conn(), Day(date), place, csv::BATCH).await
        }
    };
    let columns = ["date", "user_id", "name", "requests_count", "tokens_used", "session_count"];
    let cells = move |row: &PersonUsage| {
        vec![
            date.to_string(),
            row.user_id.to_string(),
            row.name.clone().unwrap_or_default(),
            row.requests_count.to_string(),
            row.tokens_used.to_string(),
            row.session_count.to_string(),
        ]
    };
    csv::download(&edge.app, &staff, &format!("usage-{date}"), &columns, fetch, cells).await
}
