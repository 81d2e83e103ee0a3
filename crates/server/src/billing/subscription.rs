//! The subscription that counts: one active row a person, made by what they have paid for, else by the free plan.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    entitlement::{self, Entitlement, Entitlements},
    google_play, joining, notice, period, renewal,
};
use crate::{
    app::App,
    db::{
        Conn, Result, Ts, payments,
        plans::{self, FREE, Plan, Terms},
        purchases::{self, Provider},
        subscriptions::{self, Subscription},
    },
    ids,
};

/// How often a look for the active row is repeated: between two looks others may have replaced it.
pub(super) const LOOKS: usize = 5;

/// What a period begins with.
fn begin(terms: &Terms, user_id: Uuid, start: Ts, end: Option<Ts>, now: Ts) -> Subscription {
    Subscription {
        id: ids::new_id(now),
        user_id,
        plan_name: terms.plan_name.clone(),
        is_active: true,
        start_date: start,
        end_date: end,
        usage_limit: terms.usage_limit,
        used_requests: 0,
        auto_renew: terms.auto_renew,
        unit: terms.unit,
        used_tokens: 0,
        reserved: 0,
        anchor_date: start,
        model: terms.model.clone(),
        providers: terms.providers.clone(),
        max_answer_tokens: terms.max_answer_tokens,
        provider: None,
        purchase_id: None,
        charge_id: None,
        next_plan: None,
        near_told_at: None,
        spent_told_at: None,
        yields_at: None,
    }
}

/// Gives a new person the free plan, from now on.
pub async fn begin_free(conn: &mut Conn<'_>, user_id: Uuid, now: Ts, zone: &TimeZone) -> Result<Subscription> {
    let plan = free_plan(conn).await?;
    let (start, end) = period::containing(now, plan.period, now, zone);
    let subscription = begin(&plan.terms(zone_name(zone)), user_id, start, end, now);
    subscriptions::insert(conn, &subscription).await?;
    Ok(subscription)
}

/// The person's subscription as it counts now: read, and rolled over first if its period is over.
pub async fn look(app: &App, user_id: Uuid) -> Result<Option<Subscription>> {
    let (now, zone) = (app.clock.now(), app.zone.clone());
    let active = {
        let mut reader = app.db.read().await?;
        subscriptions::active(&mut reader.conn(), user_id).await?
    };
    match active {
        Some(active) if !active.is_over(now) => Ok(Some(active)),
        _ => {
            let current = app.db.write(move |tx| {
                let zone = zone.clone();
                Box::pin(async move { current(tx, user_id, now, &zone).await })
            });
            current.await
        }
    }
}

/// The person's subscription as it counts at `now`, its row locked; a period that is over is rolled over first, and its
/// row kept as history.
pub async fn current(conn: &mut Conn<'_>, user_id: Uuid, now: Ts, zone: &TimeZone) -> Result<Option<Subscription>> {
    match lock(conn, user_id).await? {
        Some(active) if active.is_over(now) => settle(conn, active, now, zone).await.map(Some),
        active => Ok(active),
    }
}

/// The same after something was heard of the person's purchases: all of it is looked at again.
pub async fn renewed(conn: &mut Conn<'_>, user_id: Uuid, now: Ts, zone: &TimeZone) -> Result<Option<Subscription>> {
    match lock(conn, user_id).await? {
        Some(active) => settle(conn, active, now, zone).await.map(Some),
        None => Ok(None),
    }
}

/// The active row, locked until the transaction ends: whoever changes what a person has holds it. None: the person is
/// gone.
pub async fn lock(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Option<Subscription>> {
    for _ in 0..LOOKS {
        // Whoever held the lock may have replaced the row meanwhile: the new one was not there when the look began.
        if let Some(active) = subscriptions::lock_active(conn, user_id).await? {
            return Ok(Some(active));
        }
    }
    Ok(None)
}

/// What a person has paid for.
pub async fn entitlements(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Entitlements> {
    let purchases = purchases::of(conn, user_id).await?;
    if purchases.is_empty() {
        return Ok(Entitlements::default());
    }
    entitlement::fold(&purchases, &payments::of(conn, user_id).await?)
}

/// Makes the row that ought to count at `now` the active one, and notes when it yields to the next.
async fn settle(conn: &mut Conn<'_>, active: Subscription, now: Ts, zone: &TimeZone) -> Result<Subscription> {
    let mut entitled = entitlements(conn, active.user_id).await?;
    if renewal::end(conn, active.user_id, &entitled.endings, now).await? {
        entitled = entitlements(conn, active.user_id).await?;
    }
    let mut best = make_best_active(conn, active, &entitled, now, zone).await?;
    let yields_at = entitled.next_best_at(now);
    if best.yields_at != yields_at {
        subscriptions::set_yields_at(conn, best.id, yields_at).await?;
        best.yields_at = yields_at;
    }
    Ok(best)
}

async fn make_best_active(
    conn: &mut Conn<'_>,
    active: Subscription,
    entitled: &Entitlements,
    now: Ts,
    zone: &TimeZone,
) -> Result<Subscription> {
    let user_id = active.user_id;
    let bought = subscriptions::bought(conn, user_id).await?;
    for row in &bought {
        bring_up_to_date(conn, row, entitled).await?;
    }
    let best = entitled.best_at(now);
    if best.is_none() && active.purchase_id.is_none() && !active.has_ended(now) {
        return Ok(active);
    }
    let row = best.and_then(|best| bought.iter().find(|row| is_of(row, best)));
    if row.is_some_and(|row| row.id == active.id) {
        return Ok(subscriptions::active(conn, user_id).await?.unwrap_or(active));
    }
    subscriptions::close(conn, active.id).await?;
    let new = match (best, row) {
        (Some(_), Some(row)) => subscriptions::reopen(conn, row.id).await?.ok_or(sqlx::Error::RowNotFound)?,
        (Some(best), None) => {
            let row = of_entitlement(best, user_id, now);
            subscriptions::insert(conn, &row).await?;
            row
        }
        (None, _) => free(conn, &active, now, zone).await?,
    };
    if active.purchase_id.is_some() && active.has_ended(now) {
        if active.provider == Some(Provider::GooglePlay) {
            google_play::ask_again(conn, &active, now).await?;
        }
        if new.plan_name == FREE {
            notice::plan_ended(conn, &active, now).await?;
        }
    }
    Ok(new)
}

fn is_of(row: &Subscription, entitlement: &Entitlement) -> bool {
    row.purchase_id == Some(entitlement.purchase_id) && row.charge_id.as_ref() == Some(&entitlement.charge_id)
}

fn of_entitlement(e: &Entitlement, user_id: Uuid, now: Ts) -> Subscription {
    Subscription {
        auto_renew: e.renews.unwrap_or(false),
        provider: Some(e.provider),
        purchase_id: Some(e.purchase_id),
        charge_id: Some(e.charge_id.clone()),
        ..begin(&e.terms, user_id, e.start, e.end, now)
    }
}

/// Writes what a row's charge has become: prolonged, given back, no longer renewed.
async fn bring_up_to_date(conn: &mut Conn<'_>, row: &Subscription, entitled: &Entitlements) -> Result<()> {
    let charge = row.purchase_id.zip(row.charge_id.as_deref());
    let Some(e) = charge.and_then(|(purchase, charge)| entitled.of_charge(purchase, charge)) else { return Ok(()) };
    let auto_renew = e.renews.unwrap_or(row.auto_renew);
    if (row.start_date, row.end_date, row.auto_renew) != (e.start, e.end, auto_renew) {
        subscriptions::set_period(conn, row.id, e.start, e.end, auto_renew).await?;
    }
    Ok(())
}

/// The free period that contains `now`: one that was left for a better plan goes on where it was, so that buying and
/// giving back brings no second quota; else the next one in the rhythm of the first.
async fn free(conn: &mut Conn<'_>, left: &Subscription, now: Ts, zone: &TimeZone) -> Result<Subscription> {
    let unended = subscriptions::free_unended(conn, left.user_id, now).await?;
    // Of several, the one of which less is left goes on.
    if let Some(row) = unended.iter().min_by(|a, b| joining::share_left(a, b).then(a.id.cmp(&b.id))) {
        return subscriptions::reopen(conn, row.id).await?.ok_or(sqlx::Error::RowNotFound);
    }
    let plan = free_plan(conn).await?;
    let last = subscriptions::last_free(conn, left.user_id).await?;
    let anchor = last.as_ref().map(|row| row.anchor_date).or(left.end_date).unwrap_or(now);
    let (start, end) = period::containing(anchor, plan.period, now, zone);
    let mut new = begin(&plan.terms(zone_name(zone)), left.user_id, start, end, now);
    new.anchor_date = anchor;
    if let Some(last) = last {
        new.auto_renew = last.auto_renew;
    }
    subscriptions::insert(conn, &new).await?;
    Ok(new)
}

async fn free_plan(conn: &mut Conn<'_>) -> Result<Plan> {
    plans::find(conn, FREE).await?.ok_or(sqlx::Error::RowNotFound)
}

/// The zone's name, as terms keep it.
pub fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
