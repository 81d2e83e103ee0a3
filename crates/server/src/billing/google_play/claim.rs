//! A purchase that a person's device shows.

use std::sync::Arc;

use google::State;
use uuid::Uuid;

use super::heard::{self, Heard};
use crate::{
    app::App,
    billing::subscription,
    db::{plans, purchases, subscriptions::Subscription},
};

/// How a purchase stands that a device has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What it pays for is credited.
    Credited,
    /// The payment is still on its way.
    Pending,
    /// What it paid for has ended.
    Ended,
}

/// What became of a purchase that a device has shown.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// How it stands.
    pub standing: Standing,
    /// The person's subscription, which follows from it.
    pub subscription: Subscription,
}

/// Why a purchase is not credited.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Nothing is sold in Google Play here.
    #[error("nothing is sold in Google Play")]
    Off,
    /// Google knows no such purchase.
    #[error("Google Play knows no such purchase")]
    NoSuchPurchase,
    /// The purchase is of another product.
    #[error("the purchase is of another product")]
    OtherProduct,
    /// Its first payment was given up.
    #[error("the purchase was never paid")]
    NeverPaid,
    /// No plan is sold as this product.
    #[error("no plan is sold as this product")]
    NoSuchPlan,
    /// It belongs to another account.
    #[error("the purchase belongs to another account")]
    Taken,
    /// Google does not answer now.
    #[error("Google Play does not answer: {0}")]
    Unavailable(String),
    /// The account is gone.
    #[error("the account is gone")]
    Nobody,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Credits a purchase that a person's device shows, after Google was asked about it.
pub async fn claim(app: &App, user_id: Uuid, purchase_token: &str, product_id: &str) -> Result<Claimed, ClaimError> {
    let play = app.play.as_ref().ok_or(ClaimError::Off)?;
    let asked_at = app.clock.now();
    let told =
        play.client.subscription(asked_at.to_timestamp(), purchase_token).await.map_err(|error| match error {
            google::Error::BadArgument(_) | google::Error::NotFound { .. } => ClaimError::NoSuchPurchase,
            google::Error::Refused { .. } => {
                tracing::warn!(%error, "a purchase cannot be asked about");
                ClaimError::NoSuchPurchase
            }
            error => {
                tracing::error!(%error, "Google Play does not answer");
                ClaimError::Unavailable("try again later".into())
            }
        })?;
    if !told.items.iter().any(|item| item.product_id == product_id) {
        return Err(ClaimError::OtherProduct);
    }
    if told.state == State::PendingPurchaseCanceled {
        return Err(ClaimError::NeverPaid);
    }
    let standing = match told.state {
        State::Pending => Standing::Pending,
        State::Expired => Standing::Ended,
        _ => Standing::Credited,
    };
    let heard = Heard::new(purchase_token, told, asked_at);
    let (zone, product_id) = (app.zone.clone(), Arc::new(product_id.to_owned()));
    let subscription = app.db.write(move |tx| {
        let (heard, zone, product_id) = (heard.clone(), zone.clone(), product_id.clone());
        Box::pin(async move {
            let owner = heard::owner(tx, &heard).await?;
            if owner.is_some_and(|owner| owner != user_id) {
                return Err(ClaimError::Taken);
            }
            if purchases::by_token(tx, &heard.token_hash).await?.is_none() {
                plans::by_google_product(tx, &product_id).await?.ok_or(ClaimError::NoSuchPlan)?;
            }
            if subscription::lock(tx, user_id).await?.is_none() {
                return Err(ClaimError::Nobody);
            }
            if heard::keep(tx, &heard, Some(user_id), &zone).await?.is_some_and(|owner| owner != user_id) {
                return Err(ClaimError::Taken);
            }
            let now = heard.asked_at;
            subscription::current(tx, user_id, now, &zone).await?.ok_or(ClaimError::Nobody)
        })
    });
    let subscription = subscription.await?;
    app.jobs.wake();
    Ok(Claimed { standing, subscription })
}
