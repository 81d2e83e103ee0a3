//! What operators give and take: plans that nobody paid for, more time, and the end of it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::json;
use uuid::Uuid;

use super::{
    notice::{self, Notice},
    payment,
    provider::Ticket,
    subscription::{self, zone_name},
};
use crate::{
    db::{
        Conn, Db, JsonText, Ts,
        payments::{self, Payment, PaymentKind, Source},
        plans::{self, FREE},
        purchases::{self, Provider, Purchase},
        subscriptions::Subscription,
    },
    ids,
    jobs::Task,
    staff::{
        Actor,
        audit::{self, Action, Entry},
    },
};

/// Why an operator's wish cannot be granted.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// There is no such plan.
    #[error("there is no plan of that name")]
    NoSuchPlan,
    /// Everybody has the free plan anyway.
    #[error("everybody has the free plan; a grant is of another one")]
    Free,
    /// The end is not in the future.
    #[error("the end must be in the future, and later than it is now")]
    Past,
    /// What the person has was neither bought nor granted, or has no end.
    #[error("the person's subscription was neither bought nor granted, or never ends")]
    NothingBought,
    /// The person is gone.
    #[error("there is no such person")]
    Nobody,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Where an operator works: beside the service, or in it.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The database.
    pub db: &'a Db,
    /// The service's time zone.
    pub zone: &'a TimeZone,
    /// Now.
    pub now: Ts,
    /// Who works there: what they do is recorded.
    pub actor: &'a Actor,
}

/// Gives a person a plan until a moment, or for one period of its calendar. What they have and is better goes first.
pub async fn grant(
    desk: &Desk<'_>,
    user_id: Uuid,
    plan: &str,
    until: Option<Ts>,
    note: Option<String>,
) -> Result<Subscription, GrantError> {
    let (now, zone) = (desk.now, desk.zone.clone());
    if until.is_some_and(|until| until <= now) {
        return Err(GrantError::Past);
    }
    let plan = Arc::new(plan.to_owned());
    let entry = Entry::new(desk.actor.clone(), Action::Granted).to(user_id).because(note.clone());
    desk.db
        .write(move |tx| {
            let (plan, note, zone, entry) = (plan.clone(), note.clone(), zone.clone(), entry.clone());
            let name = plan.clone();
            Box::pin(async move {
                let plan = plans::find(tx, &plan).await?.ok_or(GrantError::NoSuchPlan)?;
                if plan.name == FREE {
                    return Err(GrantError::Free);
                }
                subscription::lock(tx, user_id).await?.ok_or(GrantError::Nobody)?;
                let terms = plan.terms(zone_name(&zone));
                let terms = JsonText::from(serde_json::to_string(&terms).map_err(|e| sqlx::Error::Encode(e.into()))?);
                let purchase = Purchase {
                    id: ids::new_id(now),
                    user_id,
                    provider: Provider::Grant,
                    terms: terms.clone(),
                    price_stars: None,
                    purchase_token: None,
                    token_hash: None,
                    created_at: now,
                };
                purchases::insert(tx, &purchase).await?;
                let charge_id = purchase.id.to_string();
                let key = format!("paid:{charge_id}");
                let event = Payment {
                    charge_id: Some(charge_id),
                    paid_until: until,
                    terms: Some(terms),
                    note,
                    ..Payment::new(ids::new_id(now), &purchase, PaymentKind::Paid, Source::Operator, key, now)
                };
                let granted = payment::record(tx, &event, now, &zone).await?.ok_or(GrantError::Nobody)?;
                let entry = entry.on(name).with(json!({"until": until}));
                audit::record(tx, &entry, now).await?;
                Ok(granted)
            })
        })
        .await
}

/// Lets what a person has bought or was granted end later.
pub async fn extend(
    desk: &Desk<'_>,
    user_id: Uuid,
    until: Ts,
    note: Option<String>,
) -> Result<Subscription, GrantError> {
    let (now, zone) = (desk.now, desk.zone.clone());
    let entry = Entry::new(desk.actor.clone(), Action::Extended).to(user_id).because(note.clone());
    desk.db
        .write(move |tx| {
            let (note, zone, entry) = (note.clone(), zone.clone(), entry.clone());
            Box::pin(async move {
                let (purchase, current) = bought(tx, user_id, now, &zone).await?;
                let end = current.end_date.ok_or(GrantError::NothingBought)?;
                if until <= end {
                    return Err(GrantError::Past);
                }
                let entry = entry.on(&current.plan_name).with(json!({"before": end, "until": until}));
                let heard = payments::of(tx, user_id).await?;
                let (id, kind) = (ids::new_id(now), PaymentKind::Extended);
                let event = Payment {
                    charge_id: current.charge_id,
                    paid_until: Some(until),
                    note,
                    occurred_at: payment::after_all(&heard, purchase.id, now),
                    ..Payment::new(id, &purchase, kind, Source::Operator, format!("operator:{id}"), now)
                };
                let extended = payment::record(tx, &event, now, &zone).await?.ok_or(GrantError::Nobody)?;
                audit::record(tx, &entry, now).await?;
                Ok(extended)
            })
        })
        .await
}

/// Takes away what a person has bought or was granted, from now on; its renewal is turned off. Nothing is given back
/// by this.
pub async fn revoke(desk: &Desk<'_>, user_id: Uuid, note: Option<String>) -> Result<Subscription, GrantError> {
    let (now, zone) = (desk.now, desk.zone.clone());
    let entry = Entry::new(desk.actor.clone(), Action::SubscriptionRevoked).to(user_id).because(note.clone());
    let revoked = desk.db.write(move |tx| {
        let (note, zone, entry) = (note.clone(), zone.clone(), entry.clone());
        Box::pin(async move {
            let (purchase, current) = bought(tx, user_id, now, &zone).await?;
            let heard = payments::of(tx, user_id).await?;
            let renews = subscription::entitlements(tx, user_id).await?.renewing().contains(&purchase.id);
            if renews {
                let ticket = Ticket::new(&purchase, &heard);
                let task =
                    Task::SetRenewal { provider: purchase.provider, purchase_id: purchase.id, ticket, on: false };
                task.enqueue(tx, now, now).await?;
            }
            let id = ids::new_id(now);
            let event = Payment {
                note,
                occurred_at: payment::after_all(&heard, purchase.id, now),
                ..Payment::new(id, &purchase, PaymentKind::Revoked, Source::Operator, format!("operator:{id}"), now)
            };
            let left = payment::record(tx, &event, now, &zone).await?.ok_or(GrantError::Nobody)?;
            notice::tell(tx, user_id, &Notice::PlanEnded(current.id), now).await?;
            audit::record(tx, &entry.on(&current.plan_name), now).await?;
            Ok(left)
        })
    });
    revoked.await
}

/// What the person has now, if it was bought or granted.
async fn bought(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    now: Ts,
    zone: &TimeZone,
) -> Result<(Purchase, Subscription), GrantError> {
    let current = subscription::current(conn, user_id, now, zone).await?.ok_or(GrantError::Nobody)?;
    let purchase_id = current.purchase_id.ok_or(GrantError::NothingBought)?;
    let purchase = purchases::find(conn, purchase_id).await?.ok_or(GrantError::NothingBought)?;
    Ok((purchase, current))
}
