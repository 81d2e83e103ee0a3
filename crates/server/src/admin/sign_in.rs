//! `/admin/sign-in/{token}`: a GET shows a button and does nothing, so that whoever looks at links beforehand uses none
//! up; a POST without fields signs in.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};

use super::{
    Failure, Result,
    extract::{Staff, UserAgent},
    page::{Page, render},
    texts::text,
    visit::{Cookie, Done, Visit},
};
use crate::{
    http::Edge,
    staff::{
        appoint::Newcomer,
        sessions::{self, Browser, Proof, SignedIn},
    },
};

#[derive(Template)]
#[template(path = "admin/sign_in.html")]
struct Ask {
    page: Page,
}

/// The button.
pub(super) async fn ask(visit: Visit) -> Result<Response> {
    render(&Ask { page: Page::new(visit, "sign-in-title") })
}

/// Uses the link up.
pub(super) async fn sign_in(
    State(edge): State<Edge>,
    visit: Visit,
    UserAgent(user_agent): UserAgent,
    Path(token): Path<String>,
) -> Result<Done> {
    edge.limits.sign_in(visit.address).map_err(Failure::TooMany)?;
    let app = &edge.app;
    let name = text(visit.lang, "first-owner", &[]);
    let newcomer = Newcomer { id: app.new_id(), name, language: Some(visit.lang.tag().to_owned()) };
    let proof = Proof::link(&token, newcomer, &app.zone);
    let browser = Browser { address: visit.address.to_string(), user_agent };
    match sessions::sign_in(app.office(), proof, browser).await? {
        SignedIn::Session { token, user_id } => {
            tracing::info!(%user_id, "signed in to the panel");
            Ok(Done::see("/admin").with(Cookie::Session(Some(token))))
        }
        SignedIn::Refused(why) => {
            tracing::warn!(why, address = %visit.address, "a sign-in link was refused");
            Err(Failure::Link)
        }
    }
}

/// Ends the session.
pub(super) async fn sign_out(State(edge): State<Edge>, staff: Staff) -> Result<Done> {
    sessions::revoke(edge.app.office(), staff.actor(), staff.who.user_id, staff.who.session_id).await?;
    Ok(Done::see("/admin").with(Cookie::Session(None)))
}
