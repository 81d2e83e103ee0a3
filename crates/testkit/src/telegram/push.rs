//! Delivery to a webhook ("setWebhook"): several at once, those of a chat one after the other, each again and again
//! until it is accepted with a 2xx.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use reqwest::{Client, redirect::Policy};
use tokio::{task::JoinSet, time::sleep};

use super::{
    state::Shared,
    updates::{Update, Webhook},
};

/// Pushes updates as long as it runs, while there is a webhook.
pub(super) async fn push(shared: Arc<Shared>) {
    // Made when it is needed: most tests poll, and making one is slow.
    let client = LazyLock::new(|| Client::builder().no_proxy().redirect(Policy::none()).build().unwrap_or_default());
    let mut under_way = JoinSet::new();
    let mut changes = shared.lock().updates.subscribe();
    loop {
        changes.mark_unchanged();
        while let Some((webhook, update)) = next(&shared, under_way.len()) {
            under_way.spawn(deliver(Arc::clone(&shared), Client::clone(&client), webhook, update));
        }
        tokio::select! {
            _ = changes.changed() => {}
            Some(_) = under_way.join_next() => {}
        }
    }
}

fn next(shared: &Shared, under_way: usize) -> Option<(Webhook, Update)> {
    shared.lock().updates.next_push(under_way)
}

/// Pushes one update until it is accepted, or the webhook is another.
async fn deliver(shared: Arc<Shared>, client: Client, webhook: Webhook, update: Update) {
    let (mut pause, longest) = shared.lock().settings.push_pauses;
    loop {
        let error = match post(&shared, &client, &webhook, &update).await {
            Ok(status) if (200..300).contains(&status) => {
                let mut state = shared.lock();
                if state.updates.is_registered(&webhook) {
                    state.updates.pushed(&update);
                    state.updates.touch();
                }
                return;
            }
            Ok(status) => format!("Wrong response from the webhook: {status}"),
            Err(error) => error,
        };
        {
            let mut state = shared.lock();
            let now = state.unix();
            match &mut state.updates.webhook {
                Some(current) if current.registration == webhook.registration => {
                    current.last_error = Some((now, error))
                }
                _ => return,
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

async fn post(shared: &Shared, client: &Client, webhook: &Webhook, update: &Update) -> Result<u16, String> {
    let timeout: Duration = shared.lock().settings.push_timeout;
    let mut request = client.post(&webhook.url).timeout(timeout).json(&update.body);
    if let Some(secret) = &webhook.secret {
        request = request.header("x-telegram-bot-api-secret-token", secret);
    }
    match request.send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) if error.is_timeout() => Err("Read timeout expired".into()),
        Err(error) => Err(format!("Connection failed: {error}")),
    }
}
