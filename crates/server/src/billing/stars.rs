//! Payments in Telegram Stars, as Telegram tells of them.

use uuid::Uuid;

use super::{
    notice::{self, Notice},
    offer::purchase_of,
    payment,
    provider::Ticket,
    subscription::{self, zone_name},
};
use crate::{
    app::App,
    db::{
        Conn, JsonText, Result, Ts,
        payments::{self, Payment, PaymentKind, Source},
        plans::{self, Terms},
        purchases::{Provider, Purchase},
    },
    ids,
    jobs::Task,
};

/// Amounts are kept in millionths.
pub const MICROS: i64 = 1_000_000;

/// A charge that was paid.
#[derive(Clone, Debug)]
pub struct Charge {
    /// What the invoice carried.
    pub payload: String,
    /// `telegram_payment_charge_id`
    pub charge_id: String,
    /// Who paid, in Telegram.
    pub payer_id: i64,
    /// How many Stars.
    pub amount: i64,
    /// When.
    pub paid_at: Ts,
    /// Until when it is paid for, if it renews itself.
    pub until: Option<Ts>,
    /// Whether it is a renewal; none: Telegram does not say.
    pub again: Option<bool>,
    /// The update that told it.
    pub update_id: Option<i64>,
    /// In Telegram's words.
    pub raw: String,
}

/// What became of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credited {
    /// It is credited now.
    Now,
    /// It was credited before.
    Before,
    /// It is for a purchase of ours that is not there any more: it is given back.
    GivenBack,
    /// Its invoice is none of ours.
    Foreign,
}

/// Credits a charge, once, in one transaction with the subscription that it buys.
pub async fn credit(app: &App, charge: Charge) -> Result<Credited> {
    let Some(purchase_id) = purchase_of(&charge.payload) else {
        tracing::error!(charge_id = charge.charge_id, "Stars were paid for an invoice of somebody else's making");
        return Ok(Credited::Foreign);
    };
    let (now, zone) = (app.clock.now(), app.zone.clone());
    let charge = std::sync::Arc::new(charge);
    let credited = app.db.write(move |tx| {
        let (charge, zone) = (charge.clone(), zone.clone());
        Box::pin(async move {
            let Some((purchase, _)) = payment::lock(tx, purchase_id).await? else {
                give_back(tx, &charge, now).await?;
                return Ok(Credited::GivenBack);
            };
            let again = match charge.again {
                Some(again) => again,
                None => is_paid(&payments::of(tx, purchase.user_id).await?, purchase_id),
            };
            let terms = match again {
                // What follows is a new period, of the plan as it is now.
                true => plans::find(tx, &purchase.terms()?.plan_name).await?.map(|plan| plan.terms(zone_name(&zone))),
                false => None,
            };
            let terms = terms.map_or_else(|| purchase.terms(), Ok)?;
            let event = paid(&purchase, &charge, &terms, now)?;
            if payment::record(tx, &event, now, &zone).await?.is_none() {
                return Ok(Credited::Before);
            }
            let entitled = subscription::entitlements(tx, purchase.user_id).await?;
            let until = entitled.of_charge(purchase_id, &charge.charge_id).and_then(|e| e.end);
            let renews = charge.until.is_some();
            let notice = Notice::Paid { plan: terms.plan_name, until, renews, again };
            notice::tell(tx, purchase.user_id, &notice, now).await?;
            Ok::<_, sqlx::Error>(Credited::Now)
        })
    });
    let credited = credited.await?;
    app.jobs.wake();
    Ok(credited)
}

fn is_paid(payments: &[Payment], purchase_id: Uuid) -> bool {
    payments.iter().any(|p| p.purchase_id == purchase_id && p.kind == PaymentKind::Paid)
}

fn paid(purchase: &Purchase, charge: &Charge, terms: &Terms, now: Ts) -> Result<Payment> {
    let terms = serde_json::to_string(terms).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let key = format!("paid:{}", charge.charge_id);
    Ok(Payment {
        charge_id: Some(charge.charge_id.clone()),
        amount_micros: charge.amount.checked_mul(MICROS),
        currency: Some("XTR".into()),
        occurred_at: charge.paid_at,
        payer_id: Some(charge.payer_id),
        sequence: charge.update_id,
        paid_until: charge.until,
        terms: Some(JsonText::from(terms)),
        payload: Some(JsonText::from(charge.raw.clone())),
        ..Payment::new(ids::new_id(now), purchase, PaymentKind::Paid, Source::Provider, key, now)
    })
}

/// Nobody is here who could use what was paid for: the Stars go back, and nothing is to follow.
async fn give_back(conn: &mut Conn<'_>, charge: &Charge, now: Ts) -> Result<()> {
    tracing::error!(charge_id = charge.charge_id, "Stars were paid for a purchase that is gone: they are given back");
    let ticket =
        Ticket { payer_id: Some(charge.payer_id), charges: vec![charge.charge_id.clone()], ..Ticket::default() };
    if charge.until.is_some() {
        let purchase_id = purchase_of(&charge.payload).unwrap_or_default();
        let end = Task::SetRenewal { provider: Provider::Stars, purchase_id, ticket: ticket.clone(), on: false };
        end.enqueue(conn, now, now).await?;
    }
    let refund = Task::GiveBack { ticket };
    refund.enqueue(conn, now, now).await
}

/// How a person changed the renewal in Telegram, or what became of it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was turned off.
    Canceled,
    /// It was turned on again.
    Resumed,
    /// It could not be paid.
    Failed,
}

/// Notes a change of the renewal that Telegram told in this update, first heard of at this moment; false when it was
/// known, or is none of ours.
pub async fn changed(app: &App, payload: &str, change: Change, update_id: i64, heard_at: Ts) -> Result<bool> {
    let Some(purchase_id) = purchase_of(payload) else { return Ok(false) };
    let (now, zone) = (app.clock.now(), app.zone.clone());
    app.db
        .write(move |tx| {
            let zone = zone.clone();
            Box::pin(async move {
                let Some((purchase, _)) = payment::lock(tx, purchase_id).await? else { return Ok(false) };
                let kind = match change {
                    Change::Canceled => PaymentKind::Canceled,
                    Change::Resumed => PaymentKind::Resumed,
                    Change::Failed => PaymentKind::Failed,
                };
                let event = Payment {
                    occurred_at: heard_at,
                    received_at: heard_at,
                    sequence: Some(update_id),
                    ..Payment::new(
                        ids::new_id(now),
                        &purchase,
                        kind,
                        Source::Provider,
                        format!("update:{update_id}"),
                        now,
                    )
                };
                let Some(current) = payment::record(tx, &event, now, &zone).await? else { return Ok(false) };
                let plan = purchase.terms()?.plan_name;
                let until = Some(current).filter(|c| c.purchase_id == Some(purchase_id)).and_then(|c| c.end_date);
                let notice = match change {
                    Change::Failed => Notice::RenewalFailed { plan, until },
                    Change::Canceled | Change::Resumed => {
                        Notice::Renewal { plan, until, on: change == Change::Resumed }
                    }
                };
                notice::tell(tx, purchase.user_id, &notice, now).await?;
                Ok::<_, sqlx::Error>(true)
            })
        })
        .await
}

/// Notes that a charge was given back at this moment; false when that was known, or the charge is none of ours.
///
/// It may be heard of before the charge itself: then it waits for it, under the purchase that the invoice names.
pub async fn refunded(app: &App, payload: Option<&str>, charge_id: &str, at: Ts) -> Result<bool> {
    let invoiced = payload.and_then(purchase_of);
    let (now, zone, charge_id) = (app.clock.now(), app.zone.clone(), charge_id.to_owned());
    app.db
        .write(move |tx| {
            let (zone, charge_id) = (zone.clone(), charge_id.clone());
            Box::pin(async move {
                let charge = payments::charge(tx, Provider::Stars, &charge_id).await?;
                let known = charge.as_ref().map(|charge| charge.purchase_id).or(invoiced);
                let Some(purchase_id) = known else { return Ok(false) };
                let Some((purchase, _)) = payment::lock(tx, purchase_id).await? else { return Ok(false) };
                let event = payment::giving_back(&purchase, &charge_id, charge.as_ref(), Source::Provider, now);
                let event = Payment { occurred_at: at, ..event };
                if payment::record(tx, &event, now, &zone).await?.is_none() {
                    return Ok(false);
                }
                let notice = Notice::Refunded { plan: purchase.terms()?.plan_name };
                notice::tell(tx, purchase.user_id, &notice, now).await?;
                Ok::<_, sqlx::Error>(true)
            })
        })
        .await
}
