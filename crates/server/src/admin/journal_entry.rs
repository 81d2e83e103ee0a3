//! `/admin/journal/{id}`: one attempt; what was said in it is read with a reason.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use uuid::Uuid;

use super::{
    Failure, Result, curl,
    extract::Allowed,
    form::WithReason,
    json::{self, Piece},
    page::{Page, render},
    visit::Done,
};
use crate::{
    db::{Ts, ai_requests, ai_requests::AiRequest, openings},
    http::Edge,
    journal,
    staff::{
        audit::{Action, Entry},
        reading,
        role::{Permission, demand},
    },
};

/// What was said, opened with a reason.
struct Content {
    until: Ts,
    request: Option<Vec<Piece>>,
    verified: Option<bool>,
    response: Option<Vec<Piece>>,
    curl: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/journal_entry.html")]
struct Shown {
    page: Page,
    row: AiRequest,
    hash: Option<String>,
    may_read: bool,
    content: Option<Content>,
}

/// The attempt.
pub(super) async fn show(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewJournal>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let app = &edge.app;
    let mut reader = app.db.read().await?;
    let row = ai_requests::find(&mut reader.conn(), id).await?.ok_or(Failure::NotFound)?;
    let may_read = staff.may(Permission::ReadContent);
    let until = match may_read {
        true => openings::until(&mut reader.conn(), staff.who.session_id, id, app.clock.now()).await?,
        false => None,
    };
    let content = match until {
        None => None,
        Some(until) => {
            let rebuilt = journal::rebuild(&mut reader.conn(), &row).await?;
            let pieces = |text: Option<&String>| text.map(|text| json::pieces(text));
            Some(Content {
                until,
                request: pieces(rebuilt.request.as_ref()),
                verified: rebuilt.verified,
                response: pieces(rebuilt.response.as_ref()),
                curl: rebuilt.request.as_ref().map(|body| curl::command(&app.config.llm, &row.provider, body)),
            })
        }
    };
    let hash = row.request_sha256.as_ref().map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect());
    render(&Shown { page: staff.page("attempt-title"), row, hash, may_read, content })
}

/// Opens what was said, for the reason given.
pub(super) async fn read(
    State(edge): State<Edge>,
    staff: Allowed<demand::ReadContent>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    let (app, reason) = (&edge.app, form.checked()?);
    let row = ai_requests::find(&mut app.db.read().await?.conn(), id).await?.ok_or(Failure::NotFound)?;
    let entry = Entry::new(staff.actor(), Action::PayloadRead).to(row.user_id).because(Some(reason));
    reading::open(app.office(), id, entry).await?;
    Ok(Done::see(format!("/admin/journal/{id}")))
}
