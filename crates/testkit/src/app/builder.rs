//! What a test says of a service before it starts.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, RandomState},
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use reqwest::Client;

use super::{Database, TestApp, database::Store, process::Process};
use crate::{model::FakeModel, telegram::FakeTelegram};

/// Ports below those that the system gives to outgoing connections.
const FIRST_PORT: u16 = 10_000;
const PORTS: u16 = 20_000;

/// A service to be started.
pub struct Builder {
    binary: String,
    database: Database,
    database_url: Option<String>,
    environment: BTreeMap<String, String>,
    config: String,
    /// Whether `http.public_url` is to be the service's own address.
    public: bool,
}

impl Builder {
    pub(super) fn new(binary: &str, database: Database) -> Self {
        let mut builder = Self {
            binary: binary.into(),
            database,
            database_url: None,
            environment: BTreeMap::new(),
            config: String::new(),
            public: false,
        };
        builder.set("BESEDA__LOG__FORMAT", "json");
        builder
    }

    /// Sets a variable of the process's environment, which is otherwise empty.
    pub fn env(mut self, name: &str, value: impl ToString) -> Self {
        self.set(name, value);
        self
    }

    /// Adds to the configuration file. The environment wins over it.
    pub fn config_toml(mut self, toml: &str) -> Self {
        self.config.push_str(toml);
        self.config.push('\n');
        self
    }

    /// Answers come from this model.
    pub fn model(self, model: &FakeModel) -> Self {
        self.env("BESEDA__LLM__BASE_URL", model.base_url())
            .env("BESEDA__LLM__API_KEY", "sk-the-key-of-the-fake-model")
            .env("BESEDA__LLM__MODEL", "fake-model")
    }

    /// The bot talks to people here, and polls.
    pub fn telegram(self, telegram: &FakeTelegram) -> Self {
        self.env("BESEDA__TELEGRAM__TOKEN", telegram.token()).env("BESEDA__TELEGRAM__API_URL", telegram.url())
    }

    /// The same with a webhook in place of the poll, at the service's own address.
    pub fn telegram_webhook(mut self, telegram: &FakeTelegram) -> Self {
        self.public = true;
        self.telegram(telegram).env("BESEDA__TELEGRAM__MODE", "webhook")
    }

    /// Uses this database, and leaves it when the service is dropped: for several nodes of one.
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.database_url = Some(url.into());
        self
    }

    /// Makes the database and the configuration, starts the service, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When any of that fails; the error holds the service's log.
    pub async fn start(self) -> anyhow::Result<TestApp> {
        let mut app = self.put_together(true).await?;
        app.restart().await?;
        Ok(app)
    }

    /// Makes an empty database and the configuration only: the service is started by [`TestApp::restart`].
    ///
    /// # Errors
    ///
    /// When any of that fails.
    pub async fn prepare(self) -> anyhow::Result<TestApp> {
        self.put_together(false).await
    }

    async fn put_together(mut self, with_schema: bool) -> anyhow::Result<TestApp> {
        let name = format!("beseda_test_{:016x}", RandomState::new().hash_one(std::process::id()));
        let data_dir = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&data_dir)?;
        let store = match self.database_url.take() {
            Some(url) => Store::shared(self.database, url),
            None if with_schema => Store::copy(self.database, &name, &data_dir, &self.binary).await?,
            None => Store::create(self.database, &name, &data_dir).await?,
        };
        let (port, metrics) = (free_port(), free_port());
        let listen = |builder: &mut Self, key: &str, port: u16| {
            builder.environment.entry(key.into()).or_insert_with(|| format!("127.0.0.1:{port}")).clone()
        };
        let address = listen(&mut self, "BESEDA__HTTP__LISTEN", port);
        let metrics_address = listen(&mut self, "BESEDA__METRICS__LISTEN", metrics);
        self.set("BESEDA__DATABASE__URL", store.url());
        if self.public {
            self.set("BESEDA__HTTP__PUBLIC_URL", format!("http://{address}"));
        }
        let config = data_dir.join("beseda.toml");
        std::fs::write(&config, &self.config)?;
        let client = Client::builder().no_proxy().read_timeout(Duration::from_secs(60)).build();
        Ok(TestApp {
            process: Process::new(self.binary, config, self.environment, data_dir.join("log")),
            store,
            client: client.context("the HTTP client of the tests")?,
            base_url: format!("http://{address}"),
            metrics_url: format!("http://{metrics_address}/metrics"),
            data_dir,
        })
    }

    fn set(&mut self, name: &str, value: impl ToString) {
        self.environment.insert(name.into(), value.to_string());
    }
}

/// A port that nobody listens on. Each is given once in this process, and processes begin at different ones.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    static BEGIN: std::sync::OnceLock<u16> = std::sync::OnceLock::new();
    let begin = *BEGIN.get_or_init(|| (RandomState::new().hash_one(0) % u64::from(PORTS)) as u16);
    loop {
        let port = FIRST_PORT + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
