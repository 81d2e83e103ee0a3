//! Offering a plan for Telegram Stars: what may be bought, and what an invoice promises.

use std::time::Duration;

use uuid::Uuid;

use super::{
    entitlement::Entitlements,
    subscription::{self, zone_name},
};
use crate::{
    app::App,
    db::{
        Conn, JsonText, Result, Ts,
        plans::{self, Period, Plan},
        purchases::{self, Provider, Purchase},
        subscriptions::{self, LimitState, Subscription},
        users,
    },
};

/// For how long an invoice can be paid. Unpaid ones are forgotten a day later.
pub const LIFE: Duration = Duration::from_secs(86_400);
/// The one period that Telegram renews by itself, in seconds (Bot API, "createInvoiceLink").
pub const STARS_PERIOD: u32 = 2_592_000;
/// What stands before a purchase's id in an invoice's payload.
const PAYLOAD: &str = "beseda:";

/// Something to be paid.
#[derive(Clone, Debug)]
pub struct Invoice {
    /// What the invoice carries, and every payment of it repeats.
    pub payload: String,
    /// The plan.
    pub plan: Plan,
    /// Its price in Stars.
    pub price_stars: i64,
    /// Whether Telegram renews it, in periods of [`STARS_PERIOD`].
    pub recurring: bool,
    /// Until when it can be paid.
    pub expires_at: Ts,
}

/// Why a plan cannot be bought.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// There is no such plan, it is not for sale, or not at this price any more.
    #[error("the plan is not on sale")]
    NotOffered,
    /// The person has a better plan, until then.
    #[error("a better plan is running")]
    Better {
        /// The better plan.
        plan: String,
        /// Until when.
        until: Option<Ts>,
    },
    /// The person has this plan, until then. One whose renewal is off can be renewed.
    #[error("the plan is running")]
    Running {
        /// Until when.
        until: Option<Ts>,
        /// Whether it renews itself.
        renews: bool,
    },
    /// The invoice is too old, or none of ours.
    #[error("the invoice is too old")]
    Expired,
    /// The invoice was made for somebody else.
    #[error("the invoice is somebody else's")]
    Foreign,
    /// An operator has blocked the account.
    #[error("the account is blocked")]
    Blocked,
    /// The account has no Telegram, where Stars are paid with.
    #[error("the account is not joined with Telegram")]
    NoTelegram,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The purchase that a payload names.
pub fn purchase_of(payload: &str) -> Option<Uuid> {
    Uuid::try_parse(payload.strip_prefix(PAYLOAD)?).ok()
}

/// Offers a plan to a person: what it promises is kept, and holds even if the plan is changed before it is paid.
pub async fn offer(app: &App, user_id: Uuid, plan_name: &str) -> Result<Invoice, OfferError> {
    let (now, id) = (app.clock.now(), app.new_id());
    let (plan, user, current, entitled) = {
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        let plan = plans::find(conn, plan_name).await?.ok_or(OfferError::NotOffered)?;
        let (user, current) = (users::find(conn, user_id).await?, subscriptions::active(conn, user_id).await?);
        (plan, user, current, subscription::entitlements(conn, user_id).await?)
    };
    let user = user.ok_or(OfferError::Expired)?;
    if user.telegram_id.is_none() {
        return Err(OfferError::NoTelegram);
    }
    let price_stars = plan.price().ok_or(OfferError::NotOffered)?;
    may_buy(&plan, &entitled, current.as_ref(), now)?;
    let terms = serde_json::to_string(&plan.terms(zone_name(&app.zone))).map_err(|e| sqlx::Error::Encode(e.into()))?;
    let purchase = std::sync::Arc::new(Purchase {
        id,
        user_id,
        provider: Provider::Stars,
        terms: JsonText::from(terms),
        price_stars: Some(price_stars),
        purchase_token: None,
        token_hash: None,
        created_at: now,
    });
    app.db
        .write(move |tx| {
            let purchase = purchase.clone();
            Box::pin(async move { purchases::insert(tx, &purchase).await })
        })
        .await?;
    let recurring = is_recurring(plan.period);
    Ok(Invoice { payload: format!("{PAYLOAD}{id}"), plan, price_stars, recurring, expires_at: now.after(LIFE) })
}

/// Whether Telegram renews plans of this period.
pub const fn is_recurring(period: Period) -> bool {
    matches!(period, Period::Month)
}

/// A payment that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Checkout<'a> {
    /// What the invoice carries.
    pub payload: &'a str,
    /// Who is about to pay, in Telegram.
    pub payer_id: i64,
    /// How much.
    pub amount: i64,
    /// In what; Stars are XTR.
    pub currency: &'a str,
}

/// Whether it may be made: the last moment at which it costs nobody anything to say no.
pub async fn check(app: &App, checkout: Checkout<'_>) -> Result<(), OfferError> {
    let mut reader = app.db.read().await?;
    check_with(&mut reader.conn(), checkout, app.clock.now()).await
}

async fn check_with(conn: &mut Conn<'_>, checkout: Checkout<'_>, now: Ts) -> Result<(), OfferError> {
    let id = purchase_of(checkout.payload).ok_or(OfferError::Expired)?;
    let purchase = purchases::find(conn, id).await?.ok_or(OfferError::Expired)?;
    let user = users::find(conn, purchase.user_id).await?.ok_or(OfferError::Expired)?;
    if user.telegram_id != Some(checkout.payer_id) {
        return Err(OfferError::Foreign);
    }
    if user.blocked_at.is_some() {
        return Err(OfferError::Blocked);
    }
    let plan = plans::find(conn, &purchase.terms()?.plan_name).await?.ok_or(OfferError::NotOffered)?;
    let price = Some(checkout.amount).filter(|_| checkout.currency == "XTR");
    if price.is_none() || plan.price() != price || purchase.price_stars != price {
        return Err(OfferError::NotOffered);
    }
    if purchase.created_at.after(LIFE) <= now {
        return Err(OfferError::Expired);
    }
    let current = subscriptions::active(conn, purchase.user_id).await?;
    may_buy(&plan, &subscription::entitlements(conn, purchase.user_id).await?, current.as_ref(), now)
}

/// Nobody buys what they have, nor what they could not use for the better plan that they have. What never ends can be
/// bought again when all of it is used. `current`: the active subscription.
pub fn may_buy(
    plan: &Plan,
    entitled: &Entitlements,
    current: Option<&Subscription>,
    now: Ts,
) -> Result<(), OfferError> {
    let Some(best) = entitled.best_at(now) else { return Ok(()) };
    if best.terms.plan_name == plan.name {
        let own = current.filter(|current| current.purchase_id == Some(best.purchase_id));
        let is_used_up = own.is_some_and(|current| current.limit_state() == LimitState::Reached);
        // What is paid by the calendar follows on what is there, and what renews itself has its own dates.
        let can_follow = best.end.is_some() || is_used_up;
        let follows_on = best.renews.is_none() && !is_recurring(plan.period) && can_follow;
        let renews = best.renews == Some(true);
        return if follows_on { Ok(()) } else { Err(OfferError::Running { until: best.end, renews }) };
    }
    if best.terms.rank > plan.rank() {
        return Err(OfferError::Better { plan: best.terms.plan_name.clone(), until: best.end });
    }
    Ok(())
}
