//! A fake Google: a real server on loopback that speaks the Play Developer API, hands out access tokens, publishes
//! keys, signs people in and pushes notifications, as strictly as their documentation reads; and a little Google Play behind it.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use testkit::google::{Buy, FakeGoogle, Fault, Operation, RENEWED};
//!
//! let google = FakeGoogle::start().await?; // the service gets url(), service_account_json(), package_name(), keys_url()
//! let (start, expiry) = ("2026-01-01T00:00:00Z".parse()?, "2026-02-01T00:00:00Z".parse()?);
//! let token = google.buys(Buy::new("plus", start, expiry).account("anna")); // the device sends it to the service
//! assert!(google.is_acknowledged(&token));
//!
//! google.next(Operation::Get, Fault::Status(503)); // one call goes wrong
//! google.renews(&token, "2026-03-01T00:00:00Z".parse()?);
//! assert_eq!(google.push("http://127.0.0.1:8080/google", &token, RENEWED).await, 204);
//! # Ok(()) }
//! ```
//!
//! Google Play has no clock of its own: a test says when a purchase ends, and what happens to it. Access tokens end when
//! a test says so. What is pushed, and what a developer revokes, has the real time.
//!
//! Not played: one-time products, add-ons, offers, instalments, price changes, and deferring.

mod call;
mod faults;
mod key;
mod oauth;
mod play;
mod purchase;
mod push;
mod reply;
mod server;
mod settings;
mod sign_in;
mod state;
mod store;
mod token;

use std::{net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, task::JoinSet};

use self::state::Shared;
pub use self::{
    call::Call,
    faults::{Fault, Operation},
    purchase::Buy,
    push::{
        CANCELED, EXPIRED, IN_GRACE_PERIOD, ON_HOLD, PAUSED, PENDING_PURCHASE_CANCELED, PURCHASED, RECOVERED, RENEWED,
        RESTARTED, REVOKED,
    },
    token::{IdToken, Signature},
};

/// The server. It stops when it is dropped, and its open connections break off.
pub struct FakeGoogle {
    shared: Arc<Shared>,
    client: reqwest::Client,
    _tasks: JoinSet<()>,
}

impl FakeGoogle {
    /// A server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When no port can be bound.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address: SocketAddr = listener.local_addr()?;
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let shared = Shared::new(format!("http://{address}"));
        let mut tasks = JoinSet::new();
        tasks.spawn(server::accept(listener, Arc::clone(&shared)));
        Ok(Self { shared, client, _tasks: tasks })
    }

    /// `http://127.0.0.1:PORT`, in place of `https://androidpublisher.googleapis.com`.
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// Where the keys are, in place of `https://www.googleapis.com/oauth2/v3/certs`.
    pub fn keys_url(&self) -> String {
        format!("{}/oauth2/v3/certs", self.shared.url)
    }

    /// The app.
    pub fn package_name(&self) -> &'static str {
        state::PACKAGE
    }

    /// The key file of the service account that may ask about the app.
    pub fn service_account_json(&self) -> String {
        oauth::key_file(&self.shared.token_uri())
    }

    /// The service account that pushes.
    pub fn push_email(&self) -> &'static str {
        state::PUSH_EMAIL
    }
}
