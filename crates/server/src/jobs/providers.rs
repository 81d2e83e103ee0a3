//! Telling providers what was decided here.

use uuid::Uuid;

use super::task::Tried;
use crate::{
    app::Shared,
    billing::{
        google_play, payment,
        provider::{self, ProviderError, Ticket},
        renewal,
    },
    db::{Result, purchases::Provider},
};

/// What is said of a provider that is not configured: it may be again.
const ABSENT: &str = "the provider is not configured";

fn later(error: ProviderError) -> Tried {
    match error {
        ProviderError::Later { after, message } => Tried::Later(after, message),
        ProviderError::Refused(message) => Tried::Failed(message),
    }
}

pub(super) async fn set_renewal(
    app: &Shared,
    provider: Provider,
    purchase_id: Uuid,
    ticket: &Ticket,
    on: bool,
) -> Result<Tried> {
    let Some(provider) = provider::of(app, provider) else { return Ok(Tried::Later(None, ABSENT.into())) };
    match provider.set_renewal(ticket, on).await {
        Ok(()) => Ok(Tried::Done),
        Err(error) => {
            if matches!(error, ProviderError::Refused(_)) {
                renewal::refused(app, purchase_id, on).await?;
            }
            Ok(later(error))
        }
    }
}

pub(super) async fn refund(app: &Shared, provider: Provider, payment_id: Uuid, ticket: &Ticket) -> Result<Tried> {
    let Some(asked) = provider::of(app, provider) else { return Ok(Tried::Later(None, ABSENT.into())) };
    if let Err(error) = asked.refund(ticket).await {
        return Ok(later(error));
    }
    payment::refunded(app, payment_id).await?;
    if let (Provider::GooglePlay, Some(token)) = (provider, &ticket.purchase_token) {
        // What has become of the purchase is Google's to say.
        return google_play::ask(app, token, None).await;
    }
    Ok(Tried::Done)
}

pub(super) async fn give_back(app: &Shared, ticket: &Ticket) -> Result<Tried> {
    let Some(stars) = provider::of(app, Provider::Stars) else { return Ok(Tried::Later(None, ABSENT.into())) };
    Ok(stars.refund(ticket).await.map_or_else(later, |()| Tried::Done))
}
