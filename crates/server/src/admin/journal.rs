//! `/admin/journal`: attempts at models by filters, without what was said.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::civil::DateTime;
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
        self, Ts,
        attempts::{self, Attempt, Filter, WINDOW},
        figures::first_id,
    },
    http::Edge,
    staff::role::demand,
};

pub(super) const PATH: &str = "/admin/journal";
/// As much of an error as a table shows, in characters.
const MOST_ERROR: usize = 160;

/// The filters as they stand in addresses, and the cursor.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Filters {
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    from: Option<DateTime>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    to: Option<DateTime>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    status: Option<i32>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    person: Option<Uuid>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, deserialize_with = "blank", skip_serializing_if = "Option::is_none")]
    slower: Option<i64>,
    #[serde(default, deserialize_with = "blank", skip_serializing)]
    before: Option<Uuid>,
    #[serde(default, deserialize_with = "blank", skip_serializing)]
    after: Option<Uuid>,
}

impl Filters {
    /// What the query looks for.
    fn wanted(&self, app: &App) -> Result<Filter> {
        let moment = |at: Option<DateTime>| -> Result<Option<Uuid>> {
            let Some(at) = at else { return Ok(None) };
            let zoned = at.to_zoned(app.zone.clone()).map_err(|_| Failure::Invalid("invalid"))?;
            Ok(Some(first_id(Ts::from_timestamp(zoned.timestamp()))))
        };
        Ok(Filter {
            first: moment(self.from)?,
            last: moment(self.to)?,
            user_id: self.person,
            status: self.status,
            model: self.model.clone(),
            provider: self.provider.clone(),
            failed: match self.failed.as_deref() {
                None => None,
                Some("yes") => Some(true),
                Some("no") => Some(false),
                Some(_) => return Err(Failure::Invalid("invalid")),
            },
            error: self.error.clone(),
            slower: self.slower,
        })
    }
}

#[derive(Template)]
#[template(path = "admin/journal.html")]
struct Journal {
    page: Page,
    filters: Filters,
    paged: Paged<Attempt>,
    /// How many attempts were looked at, if there were too many to look at all.
    looked_at: Option<i64>,
}

impl Journal {
    fn is_chosen(&self, failed: &str) -> bool {
        self.filters.failed.as_deref() == Some(failed)
    }

    /// A moment as the field takes it.
    fn field(&self, at: &DateTime) -> String {
        at.strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The same filters as a file.
    fn csv(&self) -> String {
        address("/admin/journal/csv", &self.filters, &[])
    }

    /// Attempts for this person alone.
    fn of_person(&self, user_id: &Uuid) -> String {
        address(PATH, &Filters { person: Some(*user_id), ..Filters::default() }, &[])
    }

    fn beginning(&self, error: &str) -> String {
        beginning(error)
    }
}

/// The beginning of an error.
fn beginning(error: &str) -> String {
    match error.char_indices().nth(MOST_ERROR) {
        Some((end, _)) => format!("{}…", &error[..end]),
        None => error.to_owned(),
    }
}

/// A page of the journal.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewJournal>,
    Query(filters): Query<Filters>,
) -> Result<Response> {
    let place = Place::of(filters.before, filters.after);
    let wanted = filters.wanted(&edge.app)?;
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let found = attempts::page(&mut edge.app.db.read().await?.conn(), &wanted, place.cursor(), limit).await?;
    let mut paged = Paged::new(PATH, &filters, &place, found.rows, |row| row.id.to_string());
    if let Some(until) = found.looked_until.map(|id| id.to_string()) {
        match place {
            Place::Newer(_) => paged.newer = Some(address(PATH, &filters, &[("after", &until)])),
            _ => paged.older = Some(address(PATH, &filters, &[("before", &until)])),
        }
    }
    let looked_at = found.looked_until.map(|_| WINDOW);
    render(&Journal { page: staff.page("menu-journal"), filters, paged, looked_at })
}

/// The figures of all that the filters let through, as a file.
pub(super) async fn download(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewJournal>,
    Query(filters): Query<Filters>,
) -> Result<Response> {
    let columns = [
        "id",
        "created_at",
        "user_id",
        "turn_id",
        "provider",
        "model",
        "status_code",
        "error_message",
        "response_time_ms",
        "time_to_first_token_ms",
        "prompt_tokens",
        "completion_tokens",
        "tokens_estimated",
    ];
    let (app, wanted) = (edge.app.clone(), filters.wanted(&edge.app)?);
    let fetch = move |last: Option<Attempt>| {
        let (app, wanted) = (app.clone(), wanted.clone());
        async move { batch(&app, &wanted, last.map(|row| row.id)).await }
    };
    csv::download(&edge.app, &staff, "journal", &columns, fetch, cells).await
}

/// The attempts behind one, found over as many pages as it takes.
async fn batch(app: &App, wanted: &Filter, mut behind: Option<Uuid>) -> db::Result<Vec<Attempt>> {
    let mut rows: Vec<Attempt> = Vec::new();
    loop {
        let missing = csv::BATCH - i64::try_from(rows.len()).unwrap_or(csv::BATCH);
        let place = behind.map(|id| (id, false));
        let found = attempts::page(&mut app.db.read().await?.conn(), wanted, place, missing).await?;
        rows.extend(found.rows);
        behind = found.looked_until;
        if behind.is_none() || i64::try_from(rows.len()) == Ok(csv::BATCH) {
            return Ok(rows);
        }
    }
}

fn cells(row: &Attempt) -> Vec<String> {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    vec![
        row.id.to_string(),
        row.created_at.to_string(),
        row.user_id.to_string(),
        row.turn_id.to_string(),
        row.provider.clone(),
        row.model.clone(),
        number(row.status_code.map(i64::from)),
        row.error_message.clone().unwrap_or_default(),
        number(row.response_time_ms),
        number(row.time_to_first_token_ms),
        number(row.prompt_tokens),
        number(row.completion_tokens),
        row.tokens_estimated.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_cut_between_characters() {
        assert_eq!(beginning("ой"), "ой");
        let shown = beginning(&"й".repeat(200));
        assert_eq!((shown.chars().count(), shown.ends_with('…')), (161, true));
    }
}
