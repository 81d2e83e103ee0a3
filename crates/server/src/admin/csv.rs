//! Tables as CSV files (RFC 4180), written while they are read: however long a table, no more than a batch of it is held.

use std::future::Future;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;

use super::{Result, extract::Staff};
use crate::{
    app::App,
    db,
    staff::audit::{self, Action, Entry},
};

/// Rows of a batch.
pub const BATCH: i64 = 500;

/// A line of cells.
pub fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(text.as_ref())).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    // Spreadsheets run what begins so, and pass over spaces before it.
    let is_formula = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(['=', '+', '-', '@']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

/// A file of this name with these columns, which is recorded with the address that holds its filters. `fetch` reads up to
/// `BATCH` rows behind one, `write` makes the cells of one.
pub async fn download<R, Fut>(
    app: &App,
    staff: &Staff,
    name: &str,
    columns: &[&str],
    fetch: impl Fn(Option<R>) -> Fut + Send + 'static,
    write: impl Fn(&R) -> Vec<String> + Send + 'static,
) -> Result<Response>
where
    R: Clone + Send + 'static,
    Fut: Future<Output = db::Result<Vec<R>>> + Send + 'static,
{
    audit::record_alone(app.office(), Entry::new(staff.actor(), Action::Downloaded).on(&staff.visit.here)).await?;
    // Without the mark Excel takes UTF-8 for something else.
    let head = format!("\u{feff}{}", line(columns));
    let rows = stream::try_unfold((Some((head, None)), fetch, write), |(state, fetch, write)| async move {
        let Some((mut text, last)) = state else { return Ok::<_, sqlx::Error>(None) };
        let rows = fetch(last).await.inspect_err(|error| tracing::error!(%error, "a file of the panel breaks off"))?;
        rows.iter().for_each(|row| text.push_str(&line(write(row))));
        let is_whole = i64::try_from(rows.len()).unwrap_or(i64::MAX) < BATCH;
        let next = if is_whole { None } else { rows.last().cloned().map(|last| (String::new(), Some(last))) };
        Ok(Some((text, (next, fetch, write))))
    });
    let mut response = Body::from_stream(rows).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.csv\""));
    headers.extend(disposition.ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(
            line(["a", "б \"в\", г", "=1+1", "-2", "@x", ""]),
            "\"a\",\"б \"\"в\"\", г\",\"'=1+1\",\"'-2\",\"'@x\",\"\"\r\n"
        );
        assert_eq!(line(["\t=1", " =1", "two\nlines"]), "\"'\t=1\",\"' =1\",\"two\nlines\"\r\n");
    }
}
