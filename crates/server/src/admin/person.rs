//! `/admin/people/{id}`: a person.

use askama::Template;
use axum::{
    Form,
    body::Body,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Failure, Result,
    calendar::{self, Month},
    extract::Allowed,
    form::{WithReason, reason},
    page::{Page, render},
    visit::Done,
};
use crate::{
    account::{export, profile::current_age},
    app::App,
    billing::usage,
    db::{
        admins::{self, Admin},
        devices::{self, Device},
        payments::{self, Payment},
        plans::{self, FREE, Plan},
        reports::{self, Report},
        sessions::{self, Session},
        subscriptions::{self, Subscription},
        users::{self, User},
    },
    http::Edge,
    staff::{
        audit::{self, Action, Entry},
        people,
        role::{Permission, demand},
    },
};

/// How many of a person's newest things are shown on their page.
const NEWEST: i64 = 10;

#[derive(Template)]
#[template(path = "admin/person.html")]
struct Person {
    page: Page,
    user: User,
    age: Option<i16>,
    admin: Option<Admin>,
    /// Whether it is the reader.
    is_reader: bool,
    subscriptions: Vec<Subscription>,
    plans: Vec<Plan>,
    /// None: the reader sees no money.
    payments: Option<Vec<Payment>>,
    months: Vec<Month>,
    sessions: Vec<Session>,
    devices: Vec<Device>,
    reports: Vec<Report>,
}

impl Person {
    fn base(&self) -> String {
        path(self.user.id)
    }

    /// What is to be typed before they are erased.
    fn typed(&self) -> String {
        called(&self.user)
    }
}

/// What a person is called in the panel.
pub(super) fn called(user: &User) -> String {
    user.called().map_or_else(|| user.id.to_string(), str::to_owned)
}

/// The person's page.
pub(super) async fn show(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let app = &edge.app;
    let now = app.clock.now();
    let today = now.day(&app.zone).0;
    let mut reader = app.db.read().await?;
    let conn = &mut reader.conn();
    let user = users::find(conn, id).await?.ok_or(Failure::NotFound)?;
    let payments = match staff.may(Permission::ViewMoney) {
        true => Some(payments::page(conn, id, Uuid::max(), NEWEST).await?),
        false => None,
    };
    let mut plans = plans::list(conn).await?;
    plans.retain(|plan| plan.name != FREE);
    let used = usage::between(conn, id, calendar::first(today), today).await?;
    render(&Person {
        page: staff.page("menu-people").titled(called(&user)),
        age: current_age(&user, now),
        is_reader: staff.who.user_id == id,
        admin: admins::find(conn, id).await?,
        subscriptions: subscriptions::newest(conn, id, NEWEST).await?,
        plans,
        payments,
        months: calendar::months(staff.visit.lang, &used),
        sessions: sessions::list(conn, id, None, NEWEST).await?,
        devices: devices::list(conn, id).await?,
        reports: reports::newest(conn, id, NEWEST).await?,
        user,
    })
}

/// Where a person's page is.
pub(super) fn path(id: Uuid) -> String {
    format!("/admin/people/{id}")
}

/// Blocks the person.
pub(super) async fn block(
    State(edge): State<Edge>,
    staff: Allowed<demand::Block>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    people::block(&edge.app, staff.actor(), id, form.checked()?).await?;
    Ok(Done::see(path(id)).saying("blocked"))
}

/// Lets the person in again.
pub(super) async fn unblock(
    State(edge): State<Edge>,
    staff: Allowed<demand::Block>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    people::unblock(&edge.app, staff.actor(), id, form.checked()?).await?;
    Ok(Done::see(path(id)).saying("unblocked"))
}

/// Signs one of the person's devices out.
pub(super) async fn revoke_device(
    State(edge): State<Edge>,
    staff: Allowed<demand::Block>,
    Path((id, device_id)): Path<(Uuid, Uuid)>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    people::revoke_device(&edge.app, staff.actor(), id, device_id, form.checked()?).await?;
    Ok(Done::see(path(id)).saying("device-revoked"))
}

/// Everything on the person, as they would get it themselves.
pub(super) async fn export(
    State(edge): State<Edge>,
    staff: Allowed<demand::ExportPerson>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Response> {
    let reason = form.checked()?;
    find(&edge.app, id).await?;
    let entry = Entry::new(staff.actor(), Action::Exported).to(id).because(Some(reason));
    // What was asked for is recorded even if it is never read to its end.
    audit::record_alone(edge.app.office(), entry).await?;
    let content = export::start(&edge.app, id, ()).await?.ok_or(Failure::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"beseda-{id}.json\"")),
    ];
    Ok((headers, Body::from_stream(content)).into_response())
}

/// What is typed to erase somebody.
#[derive(Debug, Deserialize)]
pub(super) struct Erasing {
    typed: String,
    reason: String,
}

/// Erases the person.
pub(super) async fn erase(
    State(edge): State<Edge>,
    staff: Allowed<demand::ErasePerson>,
    Path(id): Path<Uuid>,
    Form(form): Form<Erasing>,
) -> Result<Done> {
    let reason = reason(&form.reason)?;
    let user = find(&edge.app, id).await?;
    let typed = form.typed.trim();
    if typed != called(&user).trim() && typed != id.to_string() {
        return Err(Failure::Invalid("invalid-typed"));
    }
    people::erase(&edge.app, staff.actor(), id, reason).await?;
    Ok(Done::see("/admin/people").saying("erased"))
}

/// The person, who must be there.
pub(super) async fn find(app: &App, id: Uuid) -> Result<User> {
    users::find(&mut app.db.read().await?.conn(), id).await?.ok_or(Failure::NotFound)
}
