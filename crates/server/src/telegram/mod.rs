//! The Telegram bot: an edge over the same turn, quota and history as the API.
//!
//! What comes in is kept in the database before anything is done about it (`receive`), seen to in the order of its chat
//! (`inbox`), and answered through what is to be sent, which is committed with what decided it (`outbox`).
//! One node at a time does all this, by a role that is free when its lease has run out; webhooks may reach any node.

mod account;
mod broadcast;
mod busy;
mod buttons;
mod commands;
mod contact;
mod content;
mod history;
mod inbox;
mod joining;
mod live;
mod notices;
mod onboarding;
mod outbox;
mod outgoing;
mod pace;
mod panel;
mod plans;
mod profile;
mod receive;
mod setup;
mod stars;
mod talk;
pub mod texts;
mod usage;
pub mod webhook;

pub(crate) use account::{find_or_make, stranger};
pub use stars::link as invoice_link;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use bot_api::{BadInitData, Client, InitData, InitDataKey, SecretToken};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    app::{App, Shared},
    config::{self, TelegramMode},
    db::{Result, roles},
    ids,
};

/// The role of the node that the bot lives on.
const ROLE: &str = "telegram";
/// How often a node looks whether it has the role, or could have it.
const LOOK: Duration = Duration::from_secs(1);

/// The bot, as every node knows it.
#[derive(Debug)]
pub struct Bot {
    api: Client,
    mode: TelegramMode,
    secret: SecretToken,
    /// Telegram's, for what it hands the Mini App.
    init_data_key: InitDataKey,
    /// Who it is, once Telegram has said so.
    me: OnceLock<bot_api::Me>,
    /// Something has come in.
    heard: Notify,
    /// Something is to be sent.
    to_send: Notify,
    pace: pace::Pace,
    /// Answers that are being shown while they come: what is sent last waits for what is shown before.
    shown: Mutex<HashMap<Uuid, Arc<Notify>>>,
    /// Until when this Bot API server is taken to have no drafts.
    no_drafts_until: Mutex<Option<Instant>>,
}

/// Why there can be no bot.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// The token or the address.
    #[error(transparent)]
    Config(#[from] bot_api::ConfigError),
    /// The secret of the webhook.
    #[error("telegram.secret_token: {0}")]
    Secret(#[from] bot_api::BadSecretToken),
    /// The key of what Telegram hands the Mini App.
    #[error("telegram.init_data_key: {0}")]
    InitDataKey(#[from] bot_api::BadInitDataKey),
    /// Where Telegram is to call.
    #[error("telegram.mode is webhook, but http.public_url is empty")]
    PublicUrl,
}

impl Bot {
    /// The configured bot; none without a token.
    pub fn new(config: &config::Config) -> Result<Option<Self>, BotError> {
        let telegram = &config.telegram;
        if telegram.token.expose_secret().trim().is_empty() {
            return Ok(None);
        }
        if telegram.mode == TelegramMode::Webhook && config.http.public_url.is_empty() {
            return Err(BotError::PublicUrl);
        }
        let client = bot_api::Config {
            api_url: telegram.api_url.clone(),
            ..bot_api::Config::new(telegram.token.expose_secret().trim().to_owned().into())
        };
        Ok(Some(Self {
            api: Client::new(&client)?,
            mode: telegram.mode,
            secret: SecretToken::new(secret(telegram))?,
            init_data_key: InitDataKey::parse(&telegram.init_data_key)?,
            me: OnceLock::new(),
            heard: Notify::new(),
            to_send: Notify::new(),
            pace: pace::Pace::default(),
            shown: Mutex::default(),
            no_drafts_until: Mutex::default(),
        }))
    }

    /// The Bot API.
    pub const fn api(&self) -> &Client {
        &self.api
    }

    /// The name in links, without @, once Telegram has said it.
    pub fn username(&self) -> Option<&str> {
        self.me.get()?.username.as_deref()
    }

    /// Who has opened the Mini App, by what Telegram handed it.
    pub fn verify_init_data(&self, init_data: &str) -> Result<InitData, BadInitData> {
        self.api.verify_init_data(init_data, &self.init_data_key)
    }

    /// Tells the bot that something is to be sent.
    pub fn wake(&self) {
        self.to_send.notify_one();
    }

    fn is_shown(&self, turn_id: Uuid) -> Option<Arc<Notify>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).get(&turn_id).cloned()
    }
}

/// The secret of the webhook: the configured one, or one that every node derives alike.
fn secret(telegram: &config::Telegram) -> SecretString {
    if !telegram.secret_token.expose_secret().is_empty() {
        return telegram.secret_token.clone();
    }
    let hash = ids::sha256(format!("webhook of {}", telegram.token.expose_secret().trim()).as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// Starts the bot on this node: it works whenever the node has the role.
pub fn start(app: &Shared) {
    let Some(bot) = app.bot.clone() else { return };
    setup::ask_who(app, bot.clone());
    let task = app.clone();
    app.tasks.spawn(async move {
        while !task.tasks.ended.is_cancelled() {
            match hold(&task).await {
                Ok(true) => term(&task, &bot).await,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the role of the bot"),
            }
            tokio::select! {
                () = task.tasks.ended.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

async fn hold(app: &App) -> Result<bool> {
    let (node, now) = (app.node.id, app.clock.now());
    app.db.write(move |tx| Box::pin(roles::hold(tx, ROLE, node, now))).await
}

/// The work of the node that has the role, until it has lost it or the service ends.
async fn term(app: &Shared, bot: &Arc<Bot>) {
    tracing::info!("the bot is on this node");
    let over = CancellationToken::new();
    let work = async {
        tokio::join!(
            receive::run(app, bot, &over),
            inbox::run(app, bot, &over),
            outbox::run(app, bot, &over),
            setup::run(app, bot, &over),
            broadcast::run(app, bot, &over),
        );
    };
    let watch = async {
        loop {
            tokio::select! {
                () = app.tasks.ended.cancelled() => break,
                () = tokio::time::sleep(LOOK) => {}
            }
            // An error says nothing of the role; without it nothing can be sent anyway.
            if matches!(hold(app).await, Ok(false)) {
                tracing::warn!("another node has the bot now");
                break;
            }
        }
        over.cancel();
    };
    tokio::join!(work, watch);
    if app.tasks.ended.is_cancelled() {
        let node = app.node.id;
        // If it fails, the role is free when this node's lease has run out.
        drop(app.db.write(move |tx| Box::pin(roles::leave(tx, ROLE, node))).await);
    }
}
