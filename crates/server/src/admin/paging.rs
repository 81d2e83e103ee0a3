//! Pages of a table: a cursor in the address, beside the filters, so that an address can be shared and the last page is
//! as fast as the first.

use serde::Serialize;

/// Rows of a page.
pub const ROWS: usize = 50;

/// Where a page of a table begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<C> {
    /// With the newest row.
    Newest,
    /// Behind this row, towards older ones.
    Older(C),
    /// Before this row, towards newer ones.
    Newer(C),
}

impl<C> Place<C> {
    /// Of the parameters `before` and `after`.
    pub fn of(before: Option<C>, after: Option<C>) -> Self {
        match (before, after) {
            (Some(cursor), _) => Self::Older(cursor),
            (None, Some(cursor)) => Self::Newer(cursor),
            (None, None) => Self::Newest,
        }
    }

    /// The cursor, and whether newer rows are wanted: as the queries take it.
    pub fn cursor(self) -> Option<(C, bool)> {
        match self {
            Self::Newest => None,
            Self::Older(cursor) => Some((cursor, false)),
            Self::Newer(cursor) => Some((cursor, true)),
        }
    }
}

/// A page of a table, the newest row first.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// The address of the page of newer rows.
    pub newer: Option<String>,
    /// The address of the page of older rows.
    pub older: Option<String>,
}

impl<T> Paged<T> {
    /// Of up to `ROWS + 1` rows as the query gave them, nearest to the place first. `filter` is what stands in the
    /// address besides the cursor, and `cursor` tells that of a row.
    pub fn new<C, F: Serialize>(
        path: &str,
        filter: &F,
        place: &Place<C>,
        mut rows: Vec<T>,
        cursor: impl Fn(&T) -> String,
    ) -> Self {
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let (has_newer, has_older) = match place {
            Place::Newest => (false, more),
            Place::Older(_) => (true, more),
            Place::Newer(_) => {
                rows.reverse();
                (more, true)
            }
        };
        let link = |row: Option<&T>, name: &str| row.map(|row| address(path, filter, &[(name, &cursor(row))]));
        let newer = if has_newer { link(rows.first(), "after") } else { None };
        let older = if has_older { link(rows.last(), "before") } else { None };
        Self { rows, newer, older }
    }
}

/// An address with a filter and more parameters.
pub fn address<F: Serialize>(path: &str, filter: &F, more: &[(&str, &str)]) -> String {
    let parts = [serde_urlencoded::to_string(filter), serde_urlencoded::to_string(more)];
    let query: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(place: Place<usize>, rows: Vec<usize>) -> (Vec<usize>, Option<String>, Option<String>) {
        let paged = Paged::new("/x", &[("a", "б&")], &place, rows, ToString::to_string);
        (paged.rows, paged.newer, paged.older)
    }

    #[test]
    fn links_lead_on_and_keep_the_filter() {
        assert_eq!(page(Place::Newest, vec![3, 2]), (vec![3, 2], None, None));
        let (rows, newer, older) = page(Place::Newest, (50..=100).rev().collect());
        assert_eq!((rows.len(), rows[0], newer, older.as_deref()), (50, 100, None, Some("/x?a=%D0%B1%26&before=51")));
        let (rows, newer, older) = page(Place::Newer(50), (51..=101).collect());
        assert_eq!((rows[0], newer.as_deref()), (100, Some("/x?a=%D0%B1%26&after=100")));
        assert_eq!(older.as_deref(), Some("/x?a=%D0%B1%26&before=51"));
        let (_, newer, older) = page(Place::Older(3), vec![2, 1]);
        assert_eq!((newer.as_deref(), older), (Some("/x?a=%D0%B1%26&after=2"), None));
        assert_eq!(page(Place::Older(1), vec![]), (vec![], None, None));
    }
}
