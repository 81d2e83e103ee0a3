//! Whether a subscription goes on by itself: turned off and on by the person, and off by a better purchase.

use uuid::Uuid;

use super::{
    entitlement::{self, Superseded},
    notice::{self, Notice},
    payment,
    provider::Ticket,
    subscription,
};
use crate::{
    app::App,
    db::{
        Conn, Result, Ts,
        payments::{self, Payment, PaymentKind, Source},
        plans::{self, FREE},
        purchases::{self, Provider, Purchase},
        subscriptions::{self, Subscription},
    },
    ids,
    jobs::Task,
};

/// What a person wishes for the end of the period; none leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Whether the subscription is to go on.
    pub auto_renew: Option<bool>,
    /// Which plan is wanted then; none of them: no longer any.
    pub next_plan: Option<Option<String>>,
}

/// Why a wish cannot be granted.
#[derive(Debug, thiserror::Error)]
pub enum RenewalError {
    /// The person has turned it off at the provider, and only there it can be turned on again.
    #[error("the renewal can only be turned on where it was turned off")]
    Elsewhere(Provider),
    /// There is no such plan, or it cannot be had.
    #[error("there is no such plan")]
    NoSuchPlan,
    /// The account is gone.
    #[error("the account is gone")]
    Nobody,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Does as the person wishes. What a provider renews is told it by a job, at once or when it can be reached.
pub async fn wish(app: &App, user_id: Uuid, wish: Wish) -> Result<Subscription, RenewalError> {
    let (now, zone) = (app.clock.now(), app.zone.clone());
    let wished = app.db.write(move |tx| {
        let (wish, zone) = (wish.clone(), zone.clone());
        Box::pin(async move {
            let current = subscription::current(tx, user_id, now, &zone).await?;
            let mut current = current.ok_or(RenewalError::Nobody)?;
            if let Some(plan) = wish.next_plan {
                if let Some(name) = &plan {
                    let known = plans::find(tx, name).await?;
                    known.filter(|plan| plan.is_offered || plan.name == FREE).ok_or(RenewalError::NoSuchPlan)?;
                }
                let set = subscriptions::set_next_plan(tx, current.id, plan.as_deref()).await?;
                current = set.unwrap_or(current);
            }
            if let Some(on) = wish.auto_renew {
                current = set_auto_renew(tx, current, on, now, &zone).await?;
            }
            Ok::<_, RenewalError>(current)
        })
    });
    let wished = wished.await?;
    app.jobs.wake();
    Ok(wished)
}

async fn set_auto_renew(
    conn: &mut Conn<'_>,
    current: Subscription,
    on: bool,
    now: Ts,
    zone: &jiff::tz::TimeZone,
) -> Result<Subscription, RenewalError> {
    let user_id = current.user_id;
    let purchases = purchases::of(conn, user_id).await?;
    let heard = payments::of(conn, user_id).await?;
    let charge = current.purchase_id.zip(current.charge_id.as_deref());
    let entitled = entitlement::fold(&purchases, &heard)?;
    let renews = charge.and_then(|(purchase, charge)| entitled.of_charge(purchase, charge)?.renews);
    let purchase = current.purchase_id.and_then(|id| purchases.iter().find(|purchase| purchase.id == id));
    let (Some(renews), Some(purchase)) = (renews, purchase) else {
        // Nobody renews it but the rules, or nobody at all: the wish is kept.
        let set = subscriptions::set_auto_renew(conn, current.id, on).await?;
        return set.ok_or(RenewalError::Nobody);
    };
    if renews == on {
        return Ok(current);
    }
    if on && !can_resume(purchase, &heard) {
        return Err(RenewalError::Elsewhere(purchase.provider));
    }
    let kind = if on { PaymentKind::Resumed } else { PaymentKind::Canceled };
    let id = ids::new_id(now);
    let mut event = Payment::new(id, purchase, kind, Source::Person, format!("person:{id}"), now);
    event.occurred_at = payment::after_all(&heard, purchase.id, now);
    tell_provider(conn, purchase, &heard, on, now).await?;
    let renewed = payment::record(conn, &event, now, zone).await?;
    renewed.ok_or(RenewalError::Nobody)
}

/// Whether the renewal is off because it was turned off here: what was turned off at the provider, or failed there,
/// is turned on there.
fn can_resume(purchase: &Purchase, heard: &[Payment]) -> bool {
    let own = heard.iter().filter(|p| p.purchase_id == purchase.id);
    let said = own.filter(|p| entitlement::says_renewal(p).is_some());
    let last = said.reduce(|last, next| if entitlement::is_later(next, last) { next } else { last });
    purchase.provider == Provider::Stars && last.is_some_and(|p| p.source != Source::Provider)
}

/// Has a provider told that a purchase is to renew itself, or no longer. Of several wishes it is told the last.
async fn tell_provider(conn: &mut Conn<'_>, of: &Purchase, heard: &[Payment], on: bool, now: Ts) -> Result<()> {
    let task = Task::SetRenewal { provider: of.provider, purchase_id: of.id, ticket: Ticket::new(of, heard), on };
    task.enqueue(conn, now, now).await
}

/// Turns renewals off that a better purchase has ended; true when there was one that was not known.
pub async fn end_superseded(conn: &mut Conn<'_>, user_id: Uuid, superseded: &[Superseded], now: Ts) -> Result<bool> {
    let mut any = false;
    for Superseded { purchase_id, by, at } in superseded {
        let Some(purchase) = purchases::find(conn, *purchase_id).await? else { continue };
        let key = format!("superseded:{purchase_id}:{by}");
        let mut event = Payment::new(ids::new_id(now), &purchase, PaymentKind::Canceled, Source::Person, key, now);
        // Its place among the other events is that of the purchase it follows from, whenever that was heard of.
        event.occurred_at = *at;
        if payments::insert(conn, &event).await? {
            let heard = payments::of(conn, user_id).await?;
            tell_provider(conn, &purchase, &heard, false, now).await?;
            let notice = Notice::Renewal { plan: purchase.terms()?.plan_name, until: None, on: false };
            notice::tell(conn, user_id, &notice, now).await?;
            any = true;
        }
    }
    Ok(any)
}

/// Has every renewal of a person turned off who is about to leave.
pub async fn end_all(conn: &mut Conn<'_>, user_id: Uuid, now: Ts) -> Result<()> {
    let purchases = purchases::of(conn, user_id).await?;
    let heard = payments::of(conn, user_id).await?;
    let renewing = entitlement::fold(&purchases, &heard)?.renewing();
    for purchase in purchases.iter().filter(|purchase| renewing.contains(&purchase.id)) {
        tell_provider(conn, purchase, &heard, false, now).await?;
    }
    Ok(())
}

/// The provider would not turn a renewal on: it is off.
pub async fn refused(app: &App, purchase_id: Uuid, on: bool) -> Result<()> {
    let (now, zone, id) = (app.clock.now(), app.zone.clone(), app.new_id());
    app.db
        .write(move |tx| {
            let zone = zone.clone();
            Box::pin(async move {
                let Some((purchase, _)) = payment::lock(tx, purchase_id).await? else { return Ok(()) };
                let notice = Notice::RenewalRefused { plan: purchase.terms()?.plan_name };
                notice::tell(tx, purchase.user_id, &notice, now).await?;
                if on {
                    let key = format!("refused:{id}");
                    let event = Payment::new(id, &purchase, PaymentKind::Canceled, Source::Provider, key, now);
                    payment::record(tx, &event, now, &zone).await?;
                }
                Ok::<_, sqlx::Error>(())
            })
        })
        .await
}
