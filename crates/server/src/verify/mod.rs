//! `beseda verify`: everything that is counted while it happens is counted again from what it was counted from.
//!
//! All of it is read in one snapshot, so a service that runs meanwhile makes no difference. What is read is streamed: the
//! memory it takes does not grow with the database, but with the longest dialogue.
//!
//! `books` are the checks that are one SQL statement each, `journal` rebuilds every request to a model, `bought` folds
//! every person's payments.

mod books;
mod bought;
mod journal;

use std::fmt;

use uuid::Uuid;

use crate::db::{Conn, Result, Ts};

/// Something that is not what it was counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What is wrong.
    pub what: &'static str,
    /// The row.
    pub id: Uuid,
    /// What is stored, and what was counted; empty where there is nothing to compare.
    pub detail: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.id)?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Kinds of differences that were looked for by counting.
    pub checks: usize,
    /// Requests of the journal that were rebuilt and compared by their hash.
    pub requests: u64,
    /// People whose payments were folded.
    pub payers: u64,
    /// Differences that were found.
    pub differences: u64,
}

/// Where differences go, as they are found.
pub trait Report: Send {
    /// Takes one.
    fn difference(&mut self, difference: Difference);
}

impl Report for Vec<Difference> {
    fn difference(&mut self, difference: Difference) {
        self.push(difference);
    }
}

/// Looks at everything as it is at `now`. The connection should be inside a transaction that sees one snapshot.
pub async fn verify(conn: &mut Conn<'_>, now: Ts, report: &mut dyn Report) -> Result<Looked> {
    let mut found = Found { report, looked: Looked::default() };
    books::verify(conn, &mut found).await?;
    journal::verify(conn, &mut found).await?;
    bought::verify(conn, now, &mut found).await?;
    Ok(found.looked)
}

/// What was found so far.
struct Found<'a> {
    report: &'a mut dyn Report,
    looked: Looked,
}

impl Found<'_> {
    fn add(&mut self, what: &'static str, id: Uuid, detail: impl Into<String>) {
        self.looked.differences += 1;
        self.report.difference(Difference { what, id, detail: detail.into() });
    }
}
