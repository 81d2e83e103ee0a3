//! Telling browsers that an answer is there (Web Push), where the person has allowed it and nobody was reading it.
//!
//! A browser `subscribe`s with its tokens, and is told for as long as its device is signed in. The transaction that ends a
//! turn also keeps what is to be told ([`announce`]); a job tells it ([`tell`]). Nothing of what was said leaves the
//! service: the message names the dialogue and the question, and is encrypted for that browser.

mod subscribe;
mod tell;

use secrecy::ExposeSecret as _;
use web_push::{Client, KeyPair, Reach};

pub use subscribe::subscribe;
pub use tell::{News, announce, tell};

use crate::{
    config,
    db::{Db, Ts, service_keys},
};

/// What the key pair is called in the database.
const KEY: &str = "web-push";

/// Why browsers cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The configured key, or the one in the database, is none.
    #[error("private_key: {0}")]
    Key(#[from] web_push::KeyError),
    /// The HTTP client.
    #[error(transparent)]
    Client(#[from] web_push::ConfigError),
    /// The key could not be read or kept.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

/// What browsers are told with.
#[derive(Debug)]
pub struct Push {
    client: Client,
    pair: KeyPair,
    /// Which addresses may be called.
    pub reach: Reach,
}

impl Push {
    /// As configured; none when it is turned off. Without a configured key, the database's, which is made if there is none.
    pub async fn new(config: &config::Config, db: &Db, now: Ts) -> Result<Option<Self>, PushError> {
        let settings = &config.web_push;
        if !settings.enabled {
            return Ok(None);
        }
        let pair = match settings.private_key.expose_secret() {
            "" => kept_pair(db, now).await?,
            key => KeyPair::parse(key)?,
        };
        let reach = if settings.allow_private { Reach::Any } else { Reach::Public };
        let subject = match settings.subject.as_str() {
            "" => config.http.is_secure().then(|| config.http.base_url()),
            subject => Some(subject.to_owned()),
        };
        Ok(Some(Self { client: Client::new(reach, subject)?, pair, reach }))
    }

    /// The public key, as browsers take it.
    pub fn public_key(&self) -> &str {
        self.pair.public()
    }
}

/// The pair in the database. Of several nodes that start at once, all take the one that was kept first.
async fn kept_pair(db: &Db, now: Ts) -> Result<KeyPair, PushError> {
    if let Some(key) = service_keys::find(&mut db.read().await?.conn(), KEY).await? {
        return Ok(KeyPair::new(&key)?);
    }
    let private = *KeyPair::generate()?.private();
    let kept = db.write(move |tx| {
        Box::pin(async move {
            service_keys::insert(tx, KEY, &private, now).await?;
            service_keys::find(tx, KEY).await
        })
    });
    Ok(KeyPair::new(kept.await?.as_ref().map_or(&private[..], Vec::as_slice))?)
}
