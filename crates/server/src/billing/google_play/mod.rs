//! Purchases in Google Play: what a device or a notification says of one is a hint to ask Google, and what Google says
//! is kept.
//!
//! Here is the connection; `push` takes notifications, `claim` what a device shows, `ask` asks, and `heard` keeps what
//! was answered.

mod ask;
mod claim;
mod heard;
mod push;

use std::fmt;

use futures_util::future::BoxFuture;
use google::{Play, PlayConfig, ServiceAccount, State, Subscription as Told, Verifier, VerifierConfig};
use secrecy::ExposeSecret as _;

pub use ask::{acknowledge, ask, ask_again, voided};
pub use claim::{ClaimError, Claimed, Standing, claim};
pub use push::{PushError, notified};

use super::provider::{PaymentProvider, ProviderError, Ticket};
use crate::{
    clock::Clock,
    config,
    db::{Result, Ts},
    jobs::Tried,
};

/// Why the connection cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The key file cannot be read.
    #[error("the file of service_account cannot be read: {0}")]
    File(std::io::Error),
    /// Something in the configuration.
    #[error(transparent)]
    Config(#[from] google::ConfigError),
}

/// The connection with Google Play.
pub struct GooglePlay {
    client: Play,
    clock: Clock,
    /// Who may push notifications, if anybody may.
    push: Option<Push>,
    package_name: String,
}

/// How notifications are told from what others send.
struct Push {
    verifier: Verifier,
    audience: String,
    email: String,
}

impl fmt::Debug for GooglePlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GooglePlay").field("package_name", &self.package_name).finish_non_exhaustive()
    }
}

impl GooglePlay {
    /// The configured connection; none without a package name.
    pub fn new(config: &config::GooglePlay, clock: Clock) -> Result<Option<Self>, PlayError> {
        if config.package_name.is_empty() {
            return Ok(None);
        }
        let account = config.service_account.expose_secret().trim();
        let account = match account.starts_with('{') {
            true => account.to_owned(),
            false => std::fs::read_to_string(account).map_err(PlayError::File)?,
        };
        let client = PlayConfig {
            api_url: config.api_url.clone(),
            ..PlayConfig::new(ServiceAccount::parse(&account)?, &config.package_name)
        };
        let verifier = VerifierConfig { keys_url: config.keys_url.clone(), ..VerifierConfig::default() };
        let push = match (config.push_audience.as_str(), config.push_email.as_str()) {
            ("", _) | (_, "") => None,
            (audience, email) => {
                Some(Push { verifier: Verifier::new(verifier)?, audience: audience.into(), email: email.into() })
            }
        };
        Ok(Some(Self { client: Play::new(&client)?, clock, push, package_name: config.package_name.clone() }))
    }

    fn now(&self) -> jiff::Timestamp {
        self.clock.now().to_timestamp()
    }
}

/// What a job does about an error.
fn later(error: google::Error) -> Tried {
    match judge(&error) {
        ProviderError::Later { after, message } => Tried::Later(after, message),
        ProviderError::Refused(message) => Tried::Failed(message),
    }
}

/// What an error means to whoever wanted something of Google.
fn judge(error: &google::Error) -> ProviderError {
    match error.is_final() {
        true => ProviderError::Refused(error.to_string()),
        false => ProviderError::Later { after: error.retry_after(), message: error.to_string() },
    }
}

/// Whether a purchase was over before the time that was paid for: so it is after a refund.
fn ended_before(told: &Told, paid_until: Option<Ts>) -> bool {
    let ends: Vec<Ts> = told.items.iter().filter_map(|item| item.expiry_time.map(Ts::from_timestamp)).collect();
    told.state == State::Expired && paid_until.is_some_and(|until| ends.iter().any(|end| *end < until))
}

impl PaymentProvider for GooglePlay {
    fn set_renewal<'a>(&'a self, ticket: &'a Ticket, on: bool) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let Some(token) = ticket.purchase_token.as_deref().filter(|_| !on) else {
                return Err(ProviderError::Refused("only the person can turn it on, in Google Play".into()));
            };
            match self.client.cancel(self.now(), token).await {
                Ok(()) => Ok(()),
                // It does not renew: that was to be reached.
                Err(google::Error::Refused { status: 400 | 409, .. } | google::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(judge(&error)),
            }
        })
    }

    fn refund<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let Some(token) = ticket.purchase_token.as_deref() else {
                return Err(ProviderError::Refused("there is no purchase token".into()));
            };
            let refused = match self.client.revoke(self.now(), token).await {
                Ok(()) => return Ok(()),
                Err(error @ google::Error::Refused { .. }) => error,
                Err(error) => return Err(judge(&error)),
            };
            // As it is when it was given back before, and the answer was lost.
            let told = self.client.subscription(self.now(), token).await.map_err(|error| judge(&error))?;
            if ended_before(&told, ticket.paid_until) { Ok(()) } else { Err(judge(&refused)) }
        })
    }
}
