//! What is to be done after a commit: kept with what it follows from, done by whichever node claims it first.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{plan_ended, providers};
use crate::{
    app::Shared,
    billing::{google_play, provider::Ticket},
    db::{Conn, JsonText, Result, Ts, jobs, purchases::Provider},
    ids, push,
};

/// A thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Tell a person that their plan has ended, if it has.
    PlanEnded {
        /// The person.
        user_id: Uuid,
        /// What has ended.
        subscription_id: Uuid,
    },
    /// Have a provider turn a renewal on or off.
    SetRenewal {
        /// Who is paid.
        provider: Provider,
        /// The purchase.
        purchase_id: Uuid,
        /// What the provider knows it by.
        ticket: Ticket,
        /// On or off.
        on: bool,
    },
    /// Have a provider give a charge back.
    Refund {
        /// Who was paid.
        provider: Provider,
        /// The charge.
        payment_id: Uuid,
        /// What the provider knows it by.
        ticket: Ticket,
    },
    /// Have Telegram give Stars back that nobody here can use.
    GiveBack {
        /// What Telegram knows them by.
        ticket: Ticket,
    },
    /// Ask Google how a purchase stands.
    AskGoogle {
        /// The purchase's token.
        purchase_token: String,
        /// When another purchase has replaced it, if one has.
        replaced_at: Option<Ts>,
    },
    /// Note that Google has given a charge back.
    Voided {
        /// The purchase's token.
        purchase_token: String,
        /// The charge.
        order_id: String,
    },
    /// Tell Google that a purchase was credited: what nobody acknowledges is given back after three days.
    Acknowledge {
        /// The purchase's token.
        purchase_token: String,
        /// The product.
        product_id: String,
    },
    /// Tell a browser that an answer is there.
    Push(push::News),
}

/// What came of a try.
#[derive(Debug)]
pub enum Tried {
    /// It is done.
    Done,
    /// It can't be done now; how long to wait, if that is known.
    Later(Option<std::time::Duration>, String),
    /// It can't be done at all.
    Failed(String),
}

impl Task {
    /// Its name, for tables and metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PlanEnded { .. } => "plan-ended",
            Self::SetRenewal { .. } => "set-renewal",
            Self::Refund { .. } => "refund",
            Self::GiveBack { .. } => "give-back",
            Self::AskGoogle { .. } => "ask-google",
            Self::Voided { .. } => "voided",
            Self::Acknowledge { .. } => "acknowledge",
            Self::Push(_) => "push",
        }
    }

    /// What it is about: of open ones about the same the last is done.
    pub fn key(&self) -> Option<String> {
        Some(match self {
            Self::PlanEnded { subscription_id, .. } => subscription_id.to_string(),
            Self::SetRenewal { purchase_id, .. } => purchase_id.to_string(),
            Self::Refund { payment_id, .. } => payment_id.to_string(),
            Self::GiveBack { ticket } => ticket.charges.first()?.clone(),
            // A replaced purchase stays one, whatever else it is asked about for.
            Self::AskGoogle { purchase_token, replaced_at } => {
                let replaced = if replaced_at.is_some() { "replaced:" } else { "" };
                format!("{replaced}{}", hash(purchase_token))
            }
            Self::Voided { order_id, .. } => order_id.clone(),
            Self::Acknowledge { purchase_token, .. } => hash(purchase_token),
            // In a dialogue the newest answer is what there is to tell.
            Self::Push(news) => format!("{}:{}", news.subscription_id, news.session_id),
        })
    }

    /// Keeps it, not to be done before `run_at`.
    pub async fn enqueue(&self, conn: &mut Conn<'_>, run_at: Ts, now: Ts) -> Result<()> {
        let key = self.key();
        let payload = serde_json::to_string(self).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let (id, kind, payload) = (ids::new_id(now), self.kind(), JsonText::from(payload));
        jobs::insert(conn, &jobs::New { id, kind, key: key.as_deref(), payload, run_at, now }).await
    }

    /// Does it.
    pub(super) async fn run(self, app: &Shared) -> Result<Tried> {
        match self {
            Self::PlanEnded { user_id, subscription_id } => plan_ended::run(app, user_id, subscription_id).await,
            Self::SetRenewal { provider, purchase_id, ticket, on } => {
                providers::set_renewal(app, provider, purchase_id, &ticket, on).await
            }
            Self::Refund { provider, payment_id, ticket } => {
                providers::refund(app, provider, payment_id, &ticket).await
            }
            Self::GiveBack { ticket } => providers::give_back(app, &ticket).await,
            Self::AskGoogle { purchase_token, replaced_at } => {
                google_play::ask(app, &purchase_token, replaced_at).await
            }
            Self::Voided { purchase_token, order_id } => google_play::voided(app, &purchase_token, &order_id).await,
            Self::Acknowledge { purchase_token, product_id } => {
                google_play::acknowledge(app, &purchase_token, &product_id).await
            }
            Self::Push(news) => push::tell(app, &news).await,
        }
    }
}

/// What a secret is found by again.
fn hash(secret: &str) -> String {
    ids::sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
