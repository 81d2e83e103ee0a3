//! Hearing of payments: each thing is kept once, and what the person has follows from all of them.

use std::time::Duration;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    notice::{self, Notice},
    provider::Ticket,
    subscription::{self, LOOKS},
};
use crate::{
    app::App,
    db::{
        Conn, Result, Ts,
        payments::{self, Payment, PaymentKind, Source},
        purchases::{self, Provider, Purchase},
        subscriptions::Subscription,
    },
    ids,
    jobs::Task,
    staff::{
        Actor, Office,
        audit::{self, Action, Entry},
    },
};

/// A purchase whose owner's subscription is locked: nothing about it can change until the transaction ends.
pub async fn lock(conn: &mut Conn<'_>, purchase_id: Uuid) -> Result<Option<(Purchase, Subscription)>> {
    // Its owner's account may be joined with another in the same moment.
    for _ in 0..LOOKS {
        let Some(purchase) = purchases::find(conn, purchase_id).await? else { return Ok(None) };
        let Some(active) = subscription::lock(conn, purchase.user_id).await? else { continue };
        if purchases::find(conn, purchase_id).await?.is_some_and(|again| again.user_id == purchase.user_id) {
            return Ok(Some((purchase, active)));
        }
    }
    Ok(None)
}

/// Keeps what was heard; false when it was heard before. The purchase must be locked.
pub async fn keep(conn: &mut Conn<'_>, payment: &Payment) -> Result<bool> {
    let is_new = payments::insert(conn, payment).await?;
    if is_new {
        let (provider, kind) = (payment.provider.as_str(), payment.kind.as_str());
        let (user_id, purchase_id) = (payment.user_id, payment.purchase_id);
        tracing::info!(%user_id, %purchase_id, kind, provider, "a payment was heard of");
        metrics::counter!("beseda_payments_total", "provider" => provider, "kind" => kind).increment(1);
    }
    Ok(is_new)
}

/// Keeps what was heard, and lets the subscription follow; none when it was heard before.
pub async fn record(conn: &mut Conn<'_>, payment: &Payment, now: Ts, zone: &TimeZone) -> Result<Option<Subscription>> {
    if !keep(conn, payment).await? {
        return Ok(None);
    }
    subscription::renewed(conn, payment.user_id, now, zone).await
}

/// The moment of something that is done here now: after everything that was heard of the purchase, though a clock may
/// have been set back since.
pub fn after_all(heard: &[Payment], purchase_id: Uuid, now: Ts) -> Ts {
    let last = heard.iter().filter(|p| p.purchase_id == purchase_id).map(|p| p.occurred_at).max();
    last.map_or(now, |last| now.max(last.after(Duration::from_micros(1))))
}

/// Why a charge cannot be given back.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// There is no such payment, or it is no charge.
    #[error("there is no such charge")]
    NotFound,
    /// It was given back before.
    #[error("the charge was given back already")]
    Refunded,
    /// Another charge of the purchase was paid since, and Google would give that back.
    #[error("Google Play gives back only what was paid last of a purchase")]
    NotLast,
    /// Nobody was paid.
    #[error("a grant costs nothing: it can be revoked")]
    Grant,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Has a charge given back by its provider. It counts as given back once the provider has done so.
pub async fn refund(
    office: Office<'_>,
    actor: Actor,
    payment_id: Uuid,
    reason: Option<String>,
) -> Result<Payment, RefundError> {
    let now = office.now();
    let asked = office.db.write(move |tx| {
        let (actor, reason) = (actor.clone(), reason.clone());
        Box::pin(async move {
            let found = payments::find(tx, payment_id).await?.filter(|payment| payment.kind == PaymentKind::Paid);
            let charge = found.ok_or(RefundError::NotFound)?;
            let Some((purchase, _)) = lock(tx, charge.purchase_id).await? else {
                return Err(RefundError::NotFound);
            };
            if purchase.provider == Provider::Grant {
                return Err(RefundError::Grant);
            }
            let heard = payments::of(tx, purchase.user_id).await?;
            if heard.iter().any(|p| p.kind == PaymentKind::Refunded && p.charge_id == charge.charge_id) {
                return Err(RefundError::Refunded);
            }
            let last = Ticket::new(&purchase, &heard).charges.into_iter().next();
            if purchase.provider == Provider::GooglePlay && last != charge.charge_id {
                return Err(RefundError::NotLast);
            }
            let ticket = Ticket::of_charge(&purchase, &charge);
            let task = Task::Refund { provider: purchase.provider, payment_id, ticket };
            task.enqueue(tx, now, now).await?;
            let details = serde_json::json!({"amount": amount(&charge), "provider": purchase.provider});
            let entry = Entry::new(actor, Action::RefundAsked).to(purchase.user_id).on(payment_id);
            audit::record(tx, &entry.because(reason).with(details), now).await?;
            Ok(charge)
        })
    });
    asked.await
}

/// Notes that a provider has given a charge back; false when that was known.
pub async fn refunded(app: &App, payment_id: Uuid) -> Result<bool> {
    let (now, zone) = (app.clock.now(), app.zone.clone());
    app.db
        .write(move |tx| {
            let zone = zone.clone();
            Box::pin(async move {
                let Some(charge) = payments::find(tx, payment_id).await? else { return Ok(false) };
                let Some((purchase, _)) = lock(tx, charge.purchase_id).await? else { return Ok(false) };
                let charge_id = charge.charge_id.clone().unwrap_or_default();
                let event = giving_back(&purchase, &charge_id, Some(&charge), Source::Operator, now);
                let known = record(tx, &event, now, &zone).await?.is_none();
                if !known {
                    let notice = Notice::Refunded { plan: purchase.terms()?.plan_name };
                    notice::tell(tx, purchase.user_id, &notice, now).await?;
                }
                Ok::<_, sqlx::Error>(!known)
            })
        })
        .await
}

/// The giving back of a charge, as it is kept; it may be heard of before the charge.
pub fn giving_back(purchase: &Purchase, charge_id: &str, charge: Option<&Payment>, source: Source, now: Ts) -> Payment {
    Payment {
        charge_id: Some(charge_id.to_owned()),
        amount_micros: charge.and_then(|charge| charge.amount_micros),
        currency: charge.and_then(|charge| charge.currency.clone()),
        payer_id: charge.and_then(|charge| charge.payer_id),
        ..Payment::new(ids::new_id(now), purchase, PaymentKind::Refunded, source, format!("refunded:{charge_id}"), now)
    }
}

/// How much was paid, for people to read: `500 ⭐`, `4.99 EUR`.
pub fn amount(payment: &Payment) -> Option<String> {
    let (amount, currency) = (decimal(payment.amount_micros?), payment.currency.as_deref()?);
    Some(if currency == "XTR" { format!("{amount} ⭐") } else { format!("{amount} {currency}") })
}

/// Millionths as a decimal number without idle zeros: `500`, `4.99`.
pub fn decimal(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (whole, rest) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    match rest {
        0 => format!("{sign}{whole}"),
        rest => format!("{sign}{whole}.{}", format!("{rest:06}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn millionths_are_shown_without_idle_zeros() {
        assert_eq!([500_000_000, 4_990_000, 1, 0, -1_500_000].map(decimal), ["500", "4.99", "0.000001", "0", "-1.5"]);
    }
}
