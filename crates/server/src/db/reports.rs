//! `reports`: answers that people found wrong or harmful.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_one, fetch_optional, text_enum};

text_enum! {
    /// What is wrong with an answer.
    Category {
        /// It is dangerous, or leads to something dangerous.
        Harmful = "harmful",
        /// It is sexual where nobody wanted that.
        Sexual = "sexual",
        /// It is hateful, or insults.
        Hateful = "hateful",
        /// It is not true.
        Wrong = "wrong",
        /// Something else.
        Other = "other",
    }
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 5] = [Self::Harmful, Self::Sexual, Self::Hateful, Self::Wrong, Self::Other];

    /// The category of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }
}

text_enum! {
    /// What has become of a report.
    ReportState {
        /// Nobody has looked yet.
        Open = "open",
        /// It was right.
        Accepted = "accepted",
        /// It was not.
        Dismissed = "dismissed",
    }
}

impl ReportState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Accepted, Self::Dismissed];

    /// The state of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A row of `reports`, as the person may see it.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct Report {
    /// Id.
    pub id: Uuid,
    /// The answer.
    pub message_id: Uuid,
    /// What is wrong with it.
    pub category: String,
    /// In the person's words.
    pub comment: Option<String>,
    /// When.
    pub created_at: Ts,
    /// What has become of it.
    pub state: ReportState,
    /// When somebody decided.
    pub handled_at: Option<Ts>,
}

/// A report as those see it who decide.
#[derive(Clone, Debug, FromRow)]
pub struct Queued {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// What they are called.
    pub user_name: Option<String>,
    /// The answer.
    pub message_id: Uuid,
    /// What is wrong with it.
    pub category: String,
    /// In the person's words.
    pub comment: Option<String>,
    /// When.
    pub created_at: Ts,
    /// What has become of it.
    pub state: ReportState,
    /// What whoever decided is called.
    pub handler_name: Option<String>,
    /// When somebody decided.
    pub handled_at: Option<Ts>,
    /// What they noted.
    pub note: Option<String>,
}

/// The columns of [`Queued`].
macro_rules! queued {
    ($rest:expr) => {
        concat!(
            "SELECT r.id, r.user_id, COALESCE(u.name, u.first_name, u.username) AS user_name, r.message_id, r.category, \
             r.comment, r.created_at, r.state, COALESCE(h.name, h.first_name, h.username) AS handler_name, r.handled_at, \
             r.note FROM reports r JOIN users u ON u.id = r.user_id LEFT JOIN users h ON h.id = r.handled_by ",
            $rest
        )
    };
}

/// Adds a person's report of an answer, or changes the one they made: what is not said stays as it was.
pub async fn put(
    conn: &mut Conn<'_>,
    new_id: Uuid,
    user_id: Uuid,
    message_id: Uuid,
    category: Option<Category>,
    comment: Option<&str>,
    now: Ts,
) -> Result<Report> {
    let sql = "INSERT INTO reports (id, user_id, message_id, category, comment, created_at) \
               VALUES ($1, $2, $3, COALESCE($4, 'other'), $5, $6) ON CONFLICT (user_id, message_id) DO UPDATE SET \
               category = COALESCE($4, reports.category), comment = COALESCE($5, reports.comment) RETURNING *";
    fetch_one!(conn, Report, sql, new_id, user_id, message_id, category, comment, now)
}

/// The person's reports, after the cursor.
pub async fn page(conn: &mut Conn<'_>, user_id: Uuid, after: Uuid, limit: i64) -> Result<Vec<Report>> {
    let sql = "SELECT * FROM reports WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    fetch_all!(conn, Report, sql, user_id, after, limit)
}

/// The person's newest reports.
pub async fn newest(conn: &mut Conn<'_>, user_id: Uuid, limit: i64) -> Result<Vec<Report>> {
    let sql = "SELECT * FROM reports WHERE user_id = $1 ORDER BY id DESC LIMIT $2";
    fetch_all!(conn, Report, sql, user_id, limit)
}

/// A page of everybody's reports of a state, or of all: `Some((id, newer))` is those next to `id` on its newer or older
/// side, `None` the newest. The rows nearest to the place come first.
pub async fn queue(
    conn: &mut Conn<'_>,
    state: Option<ReportState>,
    place: Option<(Uuid, bool)>,
    limit: i64,
) -> Result<Vec<Queued>> {
    macro_rules! ordered {
        ($scope:literal) => {
            match place {
                None | Some((_, false)) => queued!(concat!($scope, " AND r.id < $2 ORDER BY r.id DESC LIMIT $3")),
                Some((_, true)) => queued!(concat!($scope, " AND r.id > $2 ORDER BY r.id ASC LIMIT $3")),
            }
        };
    }
    let sql = match state {
        Some(_) => ordered!("WHERE r.state = $1"),
        None => ordered!("WHERE $1 IS NULL"),
    };
    let from = place.map_or(Uuid::max(), |(id, _)| id);
    fetch_all!(conn, Queued, sql, state, from, limit)
}

/// One report, whoever's it is.
pub async fn find(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<Queued>> {
    fetch_optional!(conn, Queued, queued!("WHERE r.id = $1"), id)
}

/// Writes what was decided on a report.
pub async fn decide(
    conn: &mut Conn<'_>,
    id: Uuid,
    state: ReportState,
    handled_by: Option<Uuid>,
    note: &str,
    now: Ts,
) -> Result<()> {
    let sql = "UPDATE reports SET state = $2, handled_by = $3, handled_at = $4, note = $5 WHERE id = $1";
    execute!(conn, sql, id, state, handled_by, now, note).map(drop)
}
