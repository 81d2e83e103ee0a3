//! `/admin/passkeys`: one's own passkeys; and signing in by one. Each takes two requests: the first gives the browser
//! what it is to ask for, as JSON, the second brings what came of it, in a form that a script has filled in.

use askama::Template;
use axum::{
    Form, Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use passki::Passki;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    Failure, Result,
    extract::{Staff, UserAgent},
    page::{Page, render},
    visit::{Challenge, Cookie, Cookies, Done, Visit},
};
use crate::{
    db::passkeys::Passkey,
    http::Edge,
    staff::{
        passkeys::{self, Begun, MOST},
        sessions::{self, Browser, Proof, SignedIn},
    },
};

const PATH: &str = "/admin/passkeys";
/// The longest name, in characters.
const MOST_NAME: usize = 64;

#[derive(Template)]
#[template(path = "admin/passkeys.html")]
struct Passkeys {
    page: Page,
    passkeys: Vec<Passkey>,
    /// Whether the service's address has a domain, which passkeys are of.
    has_domain: bool,
    is_full: bool,
}

/// A passkey that a browser has made.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    name: String,
    credential: String,
}

/// A passkey that a browser shows.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    credential: String,
}

/// One's own passkeys.
pub(super) async fn list(State(edge): State<Edge>, staff: Staff) -> Result<Response> {
    let passkeys = passkeys::list(edge.app.office(), staff.who.user_id).await?;
    let (has_domain, is_full) = (service(&edge).is_ok(), passkeys.len() >= MOST);
    render(&Passkeys { page: staff.page("menu-passkeys"), passkeys, has_domain, is_full })
}

/// What the browser is to make: `PublicKeyCredentialCreationOptionsJSON` (WebAuthn, 5.1.9).
pub(super) async fn begin_adding(State(edge): State<Edge>, staff: Staff) -> Result<Response> {
    Ok(ask(passkeys::begin_adding(edge.app.office(), &service(&edge)?, &staff.who).await?))
}

/// Adds what it has made.
pub(super) async fn add(
    State(edge): State<Edge>,
    staff: Staff,
    Challenge(token): Challenge,
    Form(made): Form<Made>,
) -> Result<Done> {
    let service = service(&edge)?;
    let name = made.name.trim();
    if !(1..=MOST_NAME).contains(&name.chars().count()) {
        return Err(Failure::Invalid("invalid-passkey-name"));
    }
    let credential = read(&made.credential)?;
    let office = edge.app.office();
    passkeys::add(office, &service, &staff.who, staff.actor(), &token, name, &credential).await?;
    Ok(Done::see(PATH).saying("passkey-added").with(Cookie::Challenge(None)))
}

/// Removes one of them.
pub(super) async fn remove(State(edge): State<Edge>, staff: Staff, Path(id): Path<Uuid>) -> Result<Done> {
    let removed = passkeys::remove(edge.app.office(), staff.actor(), staff.who.user_id, id).await?;
    if removed { Ok(Done::see(PATH).saying("passkey-removed")) } else { Err(Failure::NotFound) }
}

/// What the browser is to show: `PublicKeyCredentialRequestOptionsJSON` (WebAuthn, 5.1.10).
pub(super) async fn begin_sign_in(State(edge): State<Edge>, visit: Visit) -> Result<Response> {
    edge.limits.sign_in(visit.address).map_err(Failure::TooMany)?;
    Ok(ask(passkeys::begin_sign_in(edge.app.office(), &service(&edge)?).await?))
}

/// Signs in whoever it belongs to.
pub(super) async fn sign_in(
    State(edge): State<Edge>,
    visit: Visit,
    UserAgent(user_agent): UserAgent,
    Challenge(token): Challenge,
    Form(shown): Form<Shown>,
) -> Result<Done> {
    edge.limits.sign_in(visit.address).map_err(Failure::TooMany)?;
    let (office, service, credential) = (edge.app.office(), service(&edge)?, read(&shown.credential)?);
    let proof = Proof::Passkey(passkeys::look_at(office, &service, &token, &credential).await?);
    let browser = Browser { address: visit.address.to_string(), user_agent };
    match sessions::sign_in(office, proof, browser).await? {
        SignedIn::Session { token, user_id } => {
            tracing::info!(%user_id, "signed in to the panel by a passkey");
            Ok(Done::see("/admin").with(Cookie::Session(Some(token))).with(Cookie::Challenge(None)))
        }
        SignedIn::Refused(why) => {
            tracing::warn!(why, address = %visit.address, "a passkey was refused");
            Err(Failure::Passkey)
        }
    }
}

fn service(edge: &Edge) -> Result<Passki> {
    passkeys::relying_party(&edge.app.config).ok_or(Failure::Conflict("passkeys-no-domain"))
}

/// What the browser is asked for, and the cookie that is to come back with its answer.
fn ask<T: Serialize>(begun: Begun<T>) -> Response {
    let mut response = Json(begun.options).into_response();
    response.extensions_mut().insert(Cookies(vec![Cookie::Challenge(Some(begun.token))]));
    response
}

/// What `PublicKeyCredential.toJSON()` gave.
fn read<T: DeserializeOwned>(credential: &str) -> Result<T> {
    serde_json::from_str(credential).map_err(|_| Failure::Invalid("invalid-passkey"))
}
