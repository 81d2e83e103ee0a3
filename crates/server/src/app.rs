//! What everything works with.

use std::{sync::Arc, time::Duration};

use metrics_exporter_prometheus::PrometheusHandle;
use uuid::Uuid;

use crate::{
    account::{google::GoogleSignIn, profile::People, tokens::AccessCache},
    billing::{
        google_play::{GooglePlay, PlayError},
        plan,
    },
    clock::Clock,
    cluster::Node,
    config::Config,
    db::{Db, plans},
    figures, ids,
    jobs::Queue,
    journal::KnownTexts,
    lifecycle::Tasks,
    models::{self, Models},
    push::{Push, PushError},
    settings,
    telegram::{Bot, BotError},
    turn::{hub::Hub, recent::Recent},
};

/// The running service. Shared as [`Shared`].
#[derive(Debug)]
pub struct App {
    /// Its configuration.
    pub config: Config,
    /// Time.
    pub clock: Clock,
    /// Storage.
    pub db: Db,
    /// The turns of this node and their readers.
    pub hub: Hub,
    /// Who answers.
    pub models: Models,
    /// Background tasks.
    pub tasks: Tasks,
    /// This process among others.
    pub node: Node,
    /// Access tokens seen a moment ago.
    pub access: AccessCache,
    /// People whom turns asked for a moment ago.
    pub people: People,
    /// Histories that the next turns of dialogues follow on.
    pub recent: Recent,
    /// Journal texts known to be stored.
    pub known_texts: KnownTexts,
    /// The client that reaches other nodes.
    pub peers: reqwest::Client,
    /// What is to be done after commits.
    pub jobs: Queue,
    /// The Telegram bot, if there is one.
    pub bot: Option<Arc<Bot>>,
    /// Signing in with Google, if it is set up.
    pub google: Option<GoogleSignIn>,
    /// The connection with Google Play, if plans are sold there.
    pub play: Option<GooglePlay>,
    /// What browsers are told of answers with, unless that is turned off.
    pub push: Option<Push>,
    /// Renders metrics.
    pub metrics: PrometheusHandle,
    /// The overview for staff that was made last.
    pub figures: figures::Kept,
    /// What an owner may change while it runs.
    pub settings: settings::Live,
    /// The time zone of usage days and calendar months.
    pub zone: jiff::tz::TimeZone,
}

/// The service, shared by its tasks.
pub type Shared = Arc<App>;

impl App {
    /// Puts the service together on an open database.
    pub async fn new(config: Config, db: Db, clock: Clock, metrics: PrometheusHandle) -> Result<Shared, StartError> {
        let models = Models::choose(&config.llm).await?;
        let peers = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(Duration::from_secs(2))
            // Streams carry a comment every 15 s: a node that is silent for longer is not well.
            .read_timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let bot = Bot::new(&config)?.map(Arc::new);
        let google = GoogleSignIn::new(&config.google).map_err(StartError::Google)?;
        let play = GooglePlay::new(&config.google_play, clock.clone())?;
        let push = Push::new(&config, &db, clock.now()).await?;
        let zone = config.service.zone();
        plan::seed(&db, &config.plans, clock.now()).await?;
        let plans = plans::list(&mut db.read().await?.conn()).await?;
        plans.iter().for_each(|plan| models::warn_of_unknown(&config.llm, plan));
        let node = Node::new(ids::new_id(clock.now()), &config, db.is_sqlite());
        Ok(Arc::new(Self {
            hub: Hub::new(config.limits.turns, config.limits.waiting_per_session),
            clock,
            db,
            models,
            tasks: Tasks::default(),
            node,
            access: AccessCache::default(),
            people: People::default(),
            recent: Recent::default(),
            known_texts: KnownTexts::default(),
            peers,
            jobs: Queue::default(),
            bot,
            google,
            play,
            push,
            metrics,
            figures: figures::Kept::default(),
            settings: settings::Live::new(&config),
            zone,
            config,
        }))
    }

    /// The name of the bot in links, once Telegram has said it.
    pub fn bot_username(&self) -> Option<String> {
        Some(self.bot.as_ref()?.username()?.to_owned())
    }

    /// A new id of this moment.
    pub fn new_id(&self) -> Uuid {
        ids::new_id(self.clock.now())
    }
}

/// Why the service could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A provider's configuration is wrong.
    #[error("llm: {0}")]
    Models(#[from] llm::ConfigError),
    /// The client for other nodes could not be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    /// The bot's configuration is wrong.
    #[error(transparent)]
    Bot(#[from] BotError),
    /// Signing in with Google is not well configured.
    #[error("google: {0}")]
    Google(google::ConfigError),
    /// The connection with Google Play is not well configured.
    #[error("google_play: {0}")]
    Play(#[from] PlayError),
    /// Browsers cannot be told of answers.
    #[error("web_push: {0}")]
    Push(#[from] PushError),
    /// The plans could not be seeded.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}
