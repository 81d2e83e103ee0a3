//! Whether a subscription goes on by itself: turned off and on by the person, and off by a better purchase or a refund.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    entitlement::{self, Ending, Entitlements},
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
            let auto_renew = wish.auto_renew.or_else(|| wish.gives_up(&current).then_some(false));
            let next_plan = wish.next_plan.or_else(|| (auto_renew == Some(true)).then_some(None));
            if let Some(plan) = next_plan {
                if let Some(name) = &plan {
                    let known = plans::find(tx, name).await?;
                    known.filter(|plan| plan.is_offered || plan.name == FREE).ok_or(RenewalError::NoSuchPlan)?;
                }
                let set = subscriptions::set_next_plan(tx, current.id, plan.as_deref()).await?;
                current = set.unwrap_or(current);
            }
            if let Some(on) = auto_renew {
                set_auto_renew(tx, &current, on, now, &zone).await?;
                current = subscription::current(tx, user_id, now, &zone).await?.ok_or(RenewalError::Nobody)?;
            }
            Ok::<_, RenewalError>(current)
        })
    });
    let wished = wished.await?;
    app.jobs.wake();
    Ok(wished)
}

impl Wish {
    /// Whoever wants another plan when a bought one ends does not want to pay for this one again. What was granted is
    /// not paid for, and what waits behind it may be the plan that is wanted.
    fn gives_up(&self, current: &Subscription) -> bool {
        let next = self.next_plan.as_ref().and_then(Option::as_deref);
        let is_paid = current.provider.is_some_and(|provider| provider != Provider::Grant);
        is_paid && next.is_some_and(|next| next != current.plan_name)
    }
}

async fn set_auto_renew(
    conn: &mut Conn<'_>,
    current: &Subscription,
    on: bool,
    now: Ts,
    zone: &TimeZone,
) -> Result<(), RenewalError> {
    let user_id = current.user_id;
    let purchases = purchases::of(conn, user_id).await?;
    let heard = payments::of(conn, user_id).await?;
    let entitled = entitlement::fold(&purchases, &heard)?;
    let meant = meant(current, &purchases, &entitled, now);
    if meant.iter().all(|purchase| Some(purchase.id) != current.purchase_id) {
        // Nobody renews the current one but the rules, or nobody at all: the wish is kept.
        subscriptions::set_auto_renew(conn, current.id, on).await?.ok_or(RenewalError::Nobody)?;
    }
    let mut changed: Vec<&Purchase> = meant.into_iter().filter(|p| entitled.renews(p.id) == Some(!on)).collect();
    let elsewhere = changed.first().map(|purchase| RenewalError::Elsewhere(purchase.provider));
    changed.retain(|purchase| !on || can_resume(purchase, &heard));
    if let (true, Some(elsewhere)) = (changed.is_empty(), elsewhere) {
        return Err(elsewhere);
    }
    for purchase in changed {
        let kind = if on { PaymentKind::Resumed } else { PaymentKind::Canceled };
        let id = ids::new_id(now);
        let mut event = Payment::new(id, purchase, kind, Source::Person, format!("person:{id}"), now);
        event.occurred_at = payment::after_all(&heard, purchase.id, now);
        tell_provider(conn, purchase, &heard, on, now).await?;
        payment::record(conn, &event, now, zone).await?.ok_or(RenewalError::Nobody)?;
    }
    Ok(())
}

/// The purchases whose renewal a person means: that of the current subscription; and where nobody renews it, those that
/// are on hold, or wait behind it.
fn meant<'a>(current: &Subscription, purchases: &'a [Purchase], entitled: &Entitlements, now: Ts) -> Vec<&'a Purchase> {
    let renewed = |purchase: &&Purchase| entitled.renews(purchase.id).is_some();
    let own = purchases.iter().filter(|purchase| Some(purchase.id) == current.purchase_id).find(renewed);
    match own {
        Some(own) => vec![own],
        None => purchases.iter().filter(renewed).filter(|purchase| entitled.is_open(purchase.id, now)).collect(),
    }
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

/// Turns renewals off that must not go on; true when there was one for a reason that was not known.
pub async fn end(conn: &mut Conn<'_>, user_id: Uuid, endings: &[Ending], now: Ts) -> Result<bool> {
    let mut any = false;
    for Ending { purchase_id, event_key, at } in endings {
        let Some(purchase) = purchases::find(conn, *purchase_id).await? else { continue };
        let (id, key) = (ids::new_id(now), event_key.clone());
        let mut event = Payment::new(id, &purchase, PaymentKind::Canceled, Source::Person, key, now);
        // Its place among the other events is that of what it follows from, whenever that was heard of.
        event.occurred_at = *at;
        if payment::keep(conn, &event).await? {
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
