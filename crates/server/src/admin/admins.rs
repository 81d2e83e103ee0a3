//! `/admin/admins`: who runs the service.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Failure, Result,
    extract::Allowed,
    form::{PersonId, WithReason, reason},
    page::{Page, render},
    visit::Done,
};
use crate::{
    app::App,
    db::{
        admin_links::MadeBy,
        admins::{self, Admin},
        users,
    },
    http::Edge,
    staff::{
        Actor, appoint, links,
        role::{Role, demand},
        sessions,
    },
};

const PATH: &str = "/admin/admins";

#[derive(Template)]
#[template(path = "admin/admins.html")]
struct Admins {
    page: Page,
    admins: Vec<Admin>,
    roles: [Role; 3],
    present: Uuid,
}

#[derive(Template)]
#[template(path = "admin/link.html")]
struct Link {
    page: Page,
    name: String,
    url: String,
}

/// Everybody with a role.
pub(super) async fn list(State(edge): State<Edge>, staff: Allowed<demand::Appoint>) -> Result<Response> {
    let admins = admins::list(&mut edge.app.db.read().await?.conn()).await?;
    render(&Admins { page: staff.page("menu-admins"), admins, roles: Role::ALL, present: staff.who.user_id })
}

/// Somebody to appoint.
#[derive(Debug, Deserialize)]
pub(super) struct Appointment {
    person: String,
    role: String,
    reason: String,
}

/// Gives a person a role.
pub(super) async fn appoint(
    State(edge): State<Edge>,
    staff: Allowed<demand::Appoint>,
    Form(form): Form<Appointment>,
) -> Result<Done> {
    let (role, reason) = (role(&form.role)?, reason(&form.reason)?);
    let user_id = find(&edge.app, PersonId::parse(&form.person)?).await?;
    put(&edge.app, staff.actor(), user_id, Some(role), reason).await?;
    Ok(Done::see(PATH).saying("appointed"))
}

/// Another role.
#[derive(Debug, Deserialize)]
pub(super) struct Changed {
    role: String,
    reason: String,
}

/// Changes a person's role.
pub(super) async fn change(
    State(edge): State<Edge>,
    staff: Allowed<demand::Appoint>,
    Path(user_id): Path<Uuid>,
    Form(form): Form<Changed>,
) -> Result<Done> {
    let (role, reason) = (role(&form.role)?, reason(&form.reason)?);
    put(&edge.app, staff.actor(), user_id, Some(role), reason).await?;
    Ok(Done::see(PATH).saying("role-changed"))
}

/// Takes a person's role away.
pub(super) async fn remove(
    State(edge): State<Edge>,
    staff: Allowed<demand::Appoint>,
    Path(user_id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    put(&edge.app, staff.actor(), user_id, None, form.checked()?).await?;
    Ok(Done::see(PATH).saying("role-removed"))
}

/// Makes a link that signs somebody in, and shows it, once.
pub(super) async fn link(
    State(edge): State<Edge>,
    staff: Allowed<demand::Appoint>,
    Path(user_id): Path<Uuid>,
) -> Result<Response> {
    let admin = admins::find(&mut edge.app.db.read().await?.conn(), user_id).await?.ok_or(Failure::NotFound)?;
    let link = links::create(edge.app.office(), staff.actor(), user_id, MadeBy::Panel).await?;
    let link = link.ok_or(Failure::Conflict("appoint-blocked"))?;
    let name = admin.name.unwrap_or_else(|| user_id.to_string());
    render(&Link { page: staff.page("link-title"), name, url: link.url(&edge.app.config) })
}

/// Signs somebody out everywhere.
pub(super) async fn sign_out(
    State(edge): State<Edge>,
    staff: Allowed<demand::Appoint>,
    Path(user_id): Path<Uuid>,
) -> Result<Done> {
    admins::find(&mut edge.app.db.read().await?.conn(), user_id).await?.ok_or(Failure::NotFound)?;
    let kept = Some(staff.who.session_id);
    sessions::revoke_all(edge.app.office(), staff.actor(), user_id, kept).await?;
    Ok(Done::see(PATH).saying("sessions-ended"))
}

fn role(text: &str) -> Result<Role> {
    Role::parse(text).ok_or(Failure::Invalid("invalid-role"))
}

async fn find(app: &App, id: PersonId) -> Result<Uuid> {
    let mut reader = app.db.read().await?;
    let conn = &mut reader.conn();
    let user = match id {
        PersonId::Own(id) => users::find(conn, id).await?,
        PersonId::Telegram(id) => users::by_telegram_id(conn, id).await?,
    };
    user.map(|user| user.id).ok_or(Failure::Conflict("appoint-nobody"))
}

async fn put(app: &App, actor: Actor, user_id: Uuid, role: Option<Role>, reason: String) -> Result<()> {
    let change = appoint::Change { actor, user_id, role, reason: Some(reason) };
    Ok(appoint::change(app.office(), change).await?)
}
