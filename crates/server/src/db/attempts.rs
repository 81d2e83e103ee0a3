//! `ai_requests` as staff look through it: the figures of attempts, by filters.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, fetch_all, fetch_optional};

/// How many rows are looked at for a page, when filters leave most of them out: so that any page comes soon.
pub const WINDOW: i64 = 5_000;
/// From how many milliseconds on an index knows the slow ones.
const SLOW: i64 = 10_000;

/// An attempt without what was said.
#[derive(Clone, Debug, FromRow)]
pub struct Attempt {
    /// Id, in the order of time.
    pub id: Uuid,
    /// When it began.
    pub created_at: Ts,
    /// Whose.
    pub user_id: Uuid,
    /// The turn.
    pub turn_id: Uuid,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model.
    pub model: String,
    /// HTTP status, if the model answered with one.
    pub status_code: Option<i32>,
    /// What went wrong.
    pub error_message: Option<String>,
    /// Milliseconds to the end of the answer.
    pub response_time_ms: Option<i64>,
    /// Milliseconds to the first text.
    pub time_to_first_token_ms: Option<i64>,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<i64>,
    /// Tokens of the answer.
    pub completion_tokens: Option<i64>,
    /// Whether the tokens were counted here.
    pub tokens_estimated: bool,
}

/// Which attempts.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// From this id on.
    pub first: Option<Uuid>,
    /// Before this id.
    pub last: Option<Uuid>,
    /// Of this person.
    pub user_id: Option<Uuid>,
    /// Of this status.
    pub status: Option<i32>,
    /// Of this model.
    pub model: Option<String>,
    /// Of this provider.
    pub provider: Option<String>,
    /// With an error, or without.
    pub failed: Option<bool>,
    /// With an error that begins so.
    pub error: Option<String>,
    /// That took at least so many milliseconds.
    pub slower: Option<i64>,
}

/// Attempts that were found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Those nearest to the place first.
    pub rows: Vec<Attempt>,
    /// Where looking stopped, if it did before there were enough.
    pub looked_until: Option<Uuid>,
}

/// A page of attempts, or what of it stands among the first [`WINDOW`] rows of the place.
pub async fn page(conn: &mut Conn<'_>, filter: &Filter, place: Option<(Uuid, bool)>, limit: i64) -> Result<Found> {
    // The index of one filter is walked in the order of ids, the others are looked at on the way. What is written out
    // beside a parameter lets an index be used that has the unusual rows only; where a pair is compared, PostgreSQL
    // can't take the index of all ids instead, in which the rows of a rare model would be far between.
    macro_rules! ordered {
        ($select:ident, $scope:literal) => {
            ordered!($select, concat!($scope, " AND id > $1 AND id < $2"), "id DESC", "id ASC")
        };
        ($select:ident, $scope:expr, $older:literal, $newer:literal) => {
            match place {
                None | Some((_, false)) => $select!($scope, $older),
                Some((_, true)) => $select!($scope, $newer),
            }
        };
    }
    macro_rules! scoped {
        ($select:ident) => {
            match filter {
                Filter { user_id: Some(_), .. } => ordered!($select, "user_id = $4"),
                Filter { status: Some(status), .. } if *status != 200 => {
                    ordered!($select, "status_code <> 200 AND status_code = $5")
                }
                Filter { failed: Some(true), .. } | Filter { error: Some(_), .. } => {
                    ordered!($select, "error_message IS NOT NULL")
                }
                Filter { slower: Some(slower), .. } if *slower >= SLOW => {
                    ordered!($select, "response_time_ms >= 10000")
                }
                Filter { model: Some(_), .. } => {
                    ordered!(
                        $select,
                        "(model, id) > ($6, $1) AND (model, id) < ($6, $2)",
                        "model DESC, id DESC",
                        "model ASC, id ASC"
                    )
                }
                Filter { provider: Some(_), .. } => {
                    ordered!(
                        $select,
                        "(provider, id) > ($7, $1) AND (provider, id) < ($7, $2)",
                        "provider DESC, id DESC",
                        "provider ASC, id ASC"
                    )
                }
                _ => ordered!($select, "1 = 1"),
            }
        };
    }
    // The rows come in the order of the inner query: to sort them again SQLite would read the whole window first.
    macro_rules! rows {
        ($scope:expr, $order:literal) => {
            concat!(
                "SELECT * FROM (SELECT id, created_at, user_id, turn_id, provider, model, status_code, error_message, \
                 response_time_ms, time_to_first_token_ms, prompt_tokens, completion_tokens, tokens_estimated \
                 FROM ai_requests WHERE ",
                $scope,
                " ORDER BY ",
                $order,
                " LIMIT $3) w WHERE ($4 IS NULL OR user_id = $4) AND ($5 IS NULL OR status_code = $5) \
                 AND ($6 IS NULL OR model = $6) AND ($7 IS NULL OR provider = $7) \
                 AND ($8 IS NULL OR (error_message IS NOT NULL) = $8) \
                 AND ($9 IS NULL OR substr(error_message, 1, length($9)) = $9) \
                 AND ($10 IS NULL OR response_time_ms >= $10) LIMIT $11"
            )
        };
    }
    macro_rules! end {
        ($scope:expr, $order:literal) => {
            concat!("SELECT id FROM ai_requests WHERE ", $scope, " ORDER BY ", $order, " LIMIT 1 OFFSET $3")
        };
    }
    let first = filter.first.map_or(Uuid::nil(), |first| Uuid::from_u128(first.as_u128().saturating_sub(1)));
    let last = filter.last.unwrap_or(Uuid::max());
    let (after, before) = match place {
        None => (first, last),
        Some((id, false)) => (first, last.min(id)),
        Some((id, true)) => (first.max(id), last),
    };
    let Filter { user_id, status, model, provider, failed, error, slower, .. } = filter;
    let sql = scoped!(rows);
    let rows: Vec<Attempt> = fetch_all!(
        conn, Attempt, sql, after, before, WINDOW, user_id, status, model, provider, failed, error, slower, limit
    )?;
    let mut looked_until = None;
    if i64::try_from(rows.len()).unwrap_or(limit) < limit {
        let sql = scoped!(end);
        let end: Option<(Uuid,)> = fetch_optional!(
            conn,
            (Uuid,),
            sql,
            after,
            before,
            WINDOW - 1,
            user_id,
            status,
            model,
            provider,
            failed,
            error,
            slower
        )?;
        looked_until = end.map(|(id,)| id);
    }
    Ok(Found { rows, looked_until })
}
