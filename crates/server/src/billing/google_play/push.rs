//! What Pub/Sub pushes: a hint to ask Google, verified and kept.

use std::sync::Arc;

use crate::{app::App, jobs::Task};

/// Why a notification is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// It does not come from whom it must come from.
    #[error("the notification is not Google's")]
    Unauthorized,
    /// That cannot be told now.
    #[error("the notification cannot be verified yet: {0}")]
    Unavailable(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Takes a notification of Pub/Sub: `token` is the one that it authenticates with. It is a hint to ask Google, and kept
/// as such before it is acknowledged.
pub async fn notified(app: &App, token: &str, body: &[u8]) -> Result<(), PushError> {
    let play = app.play.as_ref().and_then(|play| play.push.as_ref().map(|push| (play, push)));
    let (play, push) = play.ok_or(PushError::Unauthorized)?;
    let claims = push.verifier.verify(token, &[&push.audience], play.now()).await.map_err(|error| match error {
        google::TokenError::Invalid(flaw) => {
            tracing::warn!(%flaw, "a notification of Google Play was refused");
            PushError::Unauthorized
        }
        google::TokenError::Unavailable(message) => PushError::Unavailable(message),
    })?;
    if !claims.email_verified || claims.email.as_deref() != Some(&push.email) {
        return Err(PushError::Unauthorized);
    }
    let Ok(notification) = google::Notification::parse(body) else {
        tracing::error!("Google Play sent what is no notification");
        // It would only be sent again.
        return Ok(());
    };
    if notification.package_name != play.package_name {
        tracing::error!("a notification of Google Play is of another app");
        return Ok(());
    }
    let task = match notification.kind {
        google::Kind::Subscription { purchase_token, .. } => Task::AskGoogle { purchase_token, replaced_at: None },
        google::Kind::Voided { purchase_token, order_id } if !order_id.is_empty() => {
            Task::Voided { purchase_token, order_id }
        }
        google::Kind::Voided { purchase_token, .. } => Task::AskGoogle { purchase_token, replaced_at: None },
        google::Kind::Test | google::Kind::Other(_) => return Ok(()),
    };
    let (now, task) = (app.clock.now(), Arc::new(task));
    app.db
        .write(move |tx| {
            let task = task.clone();
            Box::pin(async move { task.enqueue(tx, now, now).await })
        })
        .await?;
    app.jobs.wake();
    Ok(())
}
