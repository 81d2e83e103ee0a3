//! `/admin/people/{id}/…`: giving a person a plan, prolonging it, taking it away.

use axum::{
    Form,
    extract::{Path, State},
};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Failure, Result,
    extract::Allowed,
    form::{WithReason, blank, reason},
    person,
    visit::Done,
};
use crate::{
    app::App,
    billing::grant::{self, Desk},
    db::Ts,
    http::Edge,
    staff::{Actor, role::demand},
};

/// A plan to be given.
#[derive(Debug, Deserialize)]
pub(super) struct Gift {
    plan: String,
    #[serde(default, deserialize_with = "blank")]
    until: Option<Date>,
    reason: String,
}

/// Gives the person a plan.
pub(super) async fn give(
    State(edge): State<Edge>,
    staff: Allowed<demand::ManageBilling>,
    Path(id): Path<Uuid>,
    Form(form): Form<Gift>,
) -> Result<Done> {
    let (reason, actor) = (reason(&form.reason)?, staff.actor());
    let until = form.until.map(|day| end_of(&edge.app, day)).transpose()?;
    person::find(&edge.app, id).await?;
    grant::grant(&desk(&edge.app, &actor), id, &form.plan, until, Some(reason)).await?;
    Ok(Done::see(person::path(id)).saying("granted"))
}

/// A later end.
#[derive(Debug, Deserialize)]
pub(super) struct Later {
    until: Date,
    reason: String,
}

/// Lets what the person has end later.
pub(super) async fn extend(
    State(edge): State<Edge>,
    staff: Allowed<demand::ManageBilling>,
    Path(id): Path<Uuid>,
    Form(form): Form<Later>,
) -> Result<Done> {
    let (reason, actor) = (reason(&form.reason)?, staff.actor());
    let until = end_of(&edge.app, form.until)?;
    person::find(&edge.app, id).await?;
    grant::extend(&desk(&edge.app, &actor), id, until, Some(reason)).await?;
    Ok(Done::see(person::path(id)).saying("extended"))
}

/// Takes away what the person has.
pub(super) async fn revoke(
    State(edge): State<Edge>,
    staff: Allowed<demand::ManageBilling>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    let (reason, actor) = (form.checked()?, staff.actor());
    person::find(&edge.app, id).await?;
    grant::revoke(&desk(&edge.app, &actor), id, Some(reason)).await?;
    edge.app.jobs.wake();
    Ok(Done::see(person::path(id)).saying("subscription-revoked"))
}

fn desk<'a>(app: &'a App, actor: &'a Actor) -> Desk<'a> {
    Desk { db: &app.db, zone: &app.zone, now: app.clock.now(), actor }
}

/// The moment at which a day ends in the service's time zone.
fn end_of(app: &App, day: Date) -> Result<Ts> {
    let end = day.tomorrow().and_then(|next| next.to_zoned(app.zone.clone()));
    end.map(|end| Ts::from_timestamp(end.timestamp())).map_err(|_| Failure::Invalid("invalid"))
}
