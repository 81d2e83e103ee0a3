//! `/v1/messages/{id}/report`: an answer that is wrong or harmful.

use axum::{Json as Answer, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Result,
    body::{Json, Path},
    extract::Person,
    router::Edge,
};
use crate::{
    db::{
        Ts,
        reports::{self as rows, Category, ReportState},
    },
    reports,
};

/// The longest comment, in characters.
const MOST_COMMENT: usize = 2_000;

/// What is wrong with an answer.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReportModel {
    /// What kind of thing is wrong.
    category: Category,
    /// More about it, 1 to 2,000 characters without control characters other than line breaks and tabs. Absent or null:
    /// nothing, or what was said before.
    #[schema(
        min_length = 1,
        max_length = 2000,
        pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
    )]
    comment: Option<String>,
}

/// A report of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    /// Id.
    id: Uuid,
    /// The AI's message.
    message_id: Uuid,
    /// What kind of thing is wrong.
    category: String,
    /// More about it.
    comment: Option<String>,
    /// When it was first reported.
    #[schema(value_type = String, format = DateTime)]
    created_at: Ts,
    /// What has become of it.
    state: ReportState,
}

impl From<rows::Report> for Report {
    fn from(row: rows::Report) -> Self {
        let rows::Report { id, message_id, category, comment, created_at, state, .. } = row;
        Self { id, message_id, category, comment, created_at, state }
    }
}

/// Report an answer
///
/// Tells those who run the service that an answer is wrong or harmful. `id` is the AI's message, or the person's message
/// whose newest answer is meant. An answer is reported once: again, the report is changed.
#[utoipa::path(post, path = "/v1/messages/{id}/report", operation_id = "report", tag = "dialogue",
    params(("id" = Uuid, Path)), request_body = ReportModel,
    responses(
        (status = 200, body = Report, description = "Reported before; the report is changed"),
        (status = 201, body = Report), (status = 404, body = Problem),
    ))]
pub async fn file(
    State(edge): State<Edge>,
    person: Person,
    Path(id): Path<Uuid>,
    Json(body): Json<ReportModel>,
) -> Result<(StatusCode, Answer<Report>)> {
    let comment = body.comment.as_deref().map(check).transpose();
    let comment = comment.map_err(|message| Problem::invalid_field("comment", message))?;
    let filed = reports::file(&edge.app, person.id, id, Some(body.category), comment).await?;
    let filed = filed.ok_or_else(Problem::not_found)?;
    let status = if filed.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Answer(filed.report.into())))
}

/// A comment: trimmed, its line breaks kept, without other control characters.
fn check(text: &str) -> std::result::Result<String, &'static str> {
    let text = text.trim();
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.chars().count() {
        1..=MOST_COMMENT if !text.chars().any(is_odd) => Ok(text.to_owned()),
        _ => Err("must be 1 to 2,000 characters without control characters"),
    }
}
