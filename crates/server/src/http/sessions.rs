//! `/v1/sessions`: dialogues.

use axum::{Json as Answer, extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Result,
    account::PersonModel,
    body::{Json, Path, Query, change},
    cursor,
    extract::Person,
    router::Edge,
    view,
};
use crate::{
    account::profile::Change,
    db::{
        Ts,
        sessions::{self, Channel},
    },
    dialogue,
    problem::Kind,
};

/// The most rows of a page.
const MOST: i64 = 100;

/// A new dialogue.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct NewSession {
    /// Absent: the first words of the first message.
    #[schema(
        example = "Поездка в Казань",
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    title: Option<String>,
    /// Who the AI is here. Absent: the person's default, else the service's.
    companion: Option<PersonModel>,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The cursor `next` of the page before.
    pub before: Option<String>,
    /// How many rows, 1 to 100; 50 if absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
}

impl PageQuery {
    /// The number of rows, checked.
    pub fn limit(&self) -> Result<i64> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=MOST => Ok(limit),
            _ => Err(Problem::invalid_field("limit", "must be 1 to 100")),
        }
    }
}

/// A new title.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SessionChange {
    /// 1 to 200 characters; null gives the first words of the next message; absent: as it was.
    #[serde(default, deserialize_with = "change")]
    #[schema(
        value_type = Option<String>,
        example = "Поездка в Казань",
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    title: Change<String>,
}

/// Begin a dialogue
#[utoipa::path(post, path = "/v1/sessions", operation_id = "create_session", tag = "dialogue", request_body = NewSession,
    responses((status = 201, body = view::Session)))]
pub async fn create(
    State(edge): State<Edge>,
    person: Person,
    Json(body): Json<NewSession>,
) -> Result<(StatusCode, Answer<view::Session>)> {
    let mut errors = Vec::new();
    let companion = body.companion.and_then(|model| model.check("companion.", &mut errors));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let title = body.title.as_deref().map(check_title).transpose()?;
    let session = dialogue::begin(&edge.app, person.id, Channel::Api, title, companion).await?;
    Ok((StatusCode::CREATED, Answer(session.into())))
}

/// The dialogues
///
/// The latest active first.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "list_sessions", tag = "dialogue", params(PageQuery),
    responses((status = 200, body = view::Page<view::Session>), (status = 400, body = Problem, description = "`invalid-cursor`")))]
pub async fn list(
    State(edge): State<Edge>,
    person: Person,
    Query(query): Query<PageQuery>,
) -> Result<Answer<view::Page<view::Session>>> {
    let limit = query.limit()?;
    let before: Option<(i64, Uuid)> = query.before.as_deref().map(cursor::decode).transpose()?;
    // A made-up cursor may name a time that PostgreSQL does not know.
    if before.is_some_and(|(micros, _)| !(0..=i64::MAX / 4).contains(&micros)) {
        return Err(Problem::new(Kind::InvalidCursor));
    }
    let before = before.map(|(micros, id)| (Ts::from_micros(micros), id));
    let sessions = sessions::list(&mut edge.app.db.read().await?.conn(), person.id, before, limit + 1).await?;
    let more = i64::try_from(sessions.len()).is_ok_and(|n| n > limit);
    let items: Vec<_> = sessions.into_iter().take(usize::try_from(limit).unwrap_or(0)).collect();
    let next = items.last().filter(|_| more).and_then(|s| cursor::encode(&(s.last_activity_at.as_micros(), s.id)));
    Ok(Answer(view::Page { items: items.into_iter().map(view::Session::from).collect(), next }))
}

/// A dialogue
#[utoipa::path(get, path = "/v1/sessions/{id}", operation_id = "show_session", tag = "dialogue", params(("id" = Uuid, Path)),
    responses((status = 200, body = view::Session), (status = 404, body = Problem)))]
pub async fn show(State(edge): State<Edge>, person: Person, Path(id): Path<Uuid>) -> Result<Answer<view::Session>> {
    let session = sessions::find(&mut edge.app.db.read().await?.conn(), person.id, id).await?;
    session.map(|s| Answer(s.into())).ok_or_else(Problem::not_found)
}

/// Rename a dialogue
#[utoipa::path(patch, path = "/v1/sessions/{id}", operation_id = "rename_session", tag = "dialogue", params(("id" = Uuid, Path)),
    request_body = SessionChange, responses((status = 200, body = view::Session), (status = 404, body = Problem)))]
pub async fn rename(
    State(edge): State<Edge>,
    person: Person,
    Path(id): Path<Uuid>,
    Json(body): Json<SessionChange>,
) -> Result<Answer<view::Session>> {
    let title = match body.title {
        Change::Keep => return show(State(edge), person, Path(id)).await,
        Change::Clear => None,
        Change::Set(title) => Some(check_title(&title)?),
    };
    let session = dialogue::rename(&edge.app, person.id, id, title).await?;
    session.map(|s| Answer(s.into())).ok_or_else(Problem::not_found)
}

/// Delete a dialogue
///
/// With its messages and their journal; a running answer is stopped first. Usage stays counted.
#[utoipa::path(delete, path = "/v1/sessions/{id}", operation_id = "delete_session", tag = "dialogue", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete(State(edge): State<Edge>, person: Person, Path(id): Path<Uuid>) -> Result<StatusCode> {
    match dialogue::delete(&edge.app, person.id, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}

/// End a dialogue
///
/// It stays readable; writing to it gives 409 `session-ended`. An answer in progress goes on to its end.
#[utoipa::path(post, path = "/v1/sessions/{id}/end", operation_id = "end_session", tag = "dialogue", params(("id" = Uuid, Path)),
    responses((status = 200, body = view::Session), (status = 404, body = Problem)))]
pub async fn end(State(edge): State<Edge>, person: Person, Path(id): Path<Uuid>) -> Result<Answer<view::Session>> {
    let session = dialogue::end(&edge.app, person.id, id).await?;
    session.map(|s| Answer(s.into())).ok_or_else(Problem::not_found)
}

fn check_title(title: &str) -> Result<String> {
    let title = title.trim();
    match title.chars().count() {
        1..=200 if !title.chars().any(char::is_control) => Ok(title.to_owned()),
        _ => Err(Problem::invalid_field("title", "must be 1 to 200 characters without control characters")),
    }
}
