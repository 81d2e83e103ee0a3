//! Who is paid, as far as they can be asked to do something.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    db::{
        Ts,
        payments::{Payment, PaymentKind},
        purchases::{Provider, Purchase},
    },
};

/// What a provider needs to know a purchase by. It is kept with a job, and outlives the person's account: a renewal
/// has to be turned off for those who have left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Stars: who paid, in Telegram.
    pub payer_id: Option<i64>,
    /// The charges, the newest first.
    pub charges: Vec<String>,
    /// Google Play's token.
    pub purchase_token: Option<String>,
    /// Of one charge: until when it is paid for, where the provider says so.
    pub paid_until: Option<Ts>,
}

impl Ticket {
    /// A purchase with all its charges; `payments` are at least its own, in the order of hearing.
    pub fn new(purchase: &Purchase, payments: &[Payment]) -> Self {
        let mut paid: Vec<&Payment> =
            payments.iter().filter(|p| p.purchase_id == purchase.id && p.kind == PaymentKind::Paid).collect();
        paid.sort_by_key(|p| std::cmp::Reverse((p.occurred_at, p.id)));
        Self {
            payer_id: paid.iter().find_map(|p| p.payer_id),
            charges: paid.iter().filter_map(|p| p.charge_id.clone()).collect(),
            purchase_token: purchase.purchase_token.clone(),
            paid_until: None,
        }
    }

    /// One charge of a purchase.
    pub fn of_charge(purchase: &Purchase, charge: &Payment) -> Self {
        Self {
            payer_id: charge.payer_id,
            charges: charge.charge_id.iter().cloned().collect(),
            purchase_token: purchase.purchase_token.clone(),
            paid_until: charge.paid_until,
        }
    }
}

/// Why a provider did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// Nobody answers, or not now: it can be asked again.
    #[error("{message}")]
    Later {
        /// How long it asks to wait.
        after: Option<Duration>,
        /// For operators.
        message: String,
    },
    /// It won't.
    #[error("{0}")]
    Refused(String),
}

/// Something that takes payments, and can be asked to change them.
pub trait PaymentProvider: Send + Sync {
    /// Turns the renewal of a purchase off, or on again.
    fn set_renewal<'a>(&'a self, ticket: &'a Ticket, on: bool) -> BoxFuture<'a, Result<(), ProviderError>>;

    /// Gives a charge back. One that was given back already is no error.
    fn refund<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>>;
}

/// The provider, if this service is connected with it.
pub fn of(app: &App, provider: Provider) -> Option<&dyn PaymentProvider> {
    match provider {
        Provider::Stars => app.bot.as_deref().map(|bot| bot as &dyn PaymentProvider),
        Provider::GooglePlay => app.play.as_ref().map(|play| play as &dyn PaymentProvider),
        Provider::Grant => None,
    }
}
