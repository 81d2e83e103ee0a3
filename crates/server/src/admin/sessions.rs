//! `/admin/sessions`: where one is signed in.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use uuid::Uuid;

use super::{
    Failure, Result,
    extract::Staff,
    page::{Page, render},
    visit::Done,
};
use crate::{db::admin_sessions::AdminSession, http::Edge, staff::sessions};

const PATH: &str = "/admin/sessions";

#[derive(Template)]
#[template(path = "admin/sessions.html")]
struct Sessions {
    page: Page,
    sessions: Vec<AdminSession>,
    present: Uuid,
}

/// One's own open sessions.
pub(super) async fn list(State(edge): State<Edge>, staff: Staff) -> Result<Response> {
    let sessions = sessions::list(edge.app.office(), staff.who.user_id).await?;
    render(&Sessions { page: staff.page("menu-sessions"), sessions, present: staff.who.session_id })
}

/// Ends one of them.
pub(super) async fn revoke(State(edge): State<Edge>, staff: Staff, Path(id): Path<Uuid>) -> Result<Done> {
    let revoked = sessions::revoke(edge.app.office(), staff.actor(), staff.who.user_id, id).await?;
    if revoked { Ok(Done::see(PATH).saying("session-ended")) } else { Err(Failure::NotFound) }
}

/// Ends all but the present one.
pub(super) async fn revoke_others(State(edge): State<Edge>, staff: Staff) -> Result<Done> {
    let kept = Some(staff.who.session_id);
    sessions::revoke_all(edge.app.office(), staff.actor(), staff.who.user_id, kept).await?;
    Ok(Done::see(PATH).saying("sessions-ended"))
}
