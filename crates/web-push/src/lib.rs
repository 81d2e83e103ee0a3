//! Web Push as a service that sends sees it: telling a browser something while no page of ours is open.
//!
//! - [`KeyPair`] is who we are to push services (VAPID, RFC 8292).
//! - [`Endpoint`] is where a browser is reached. People hand it in, so it is looked at as any address of a stranger:
//!   https, and nothing of our own network, neither when it is taken nor when it is called.
//! - [`Keys`] are the browser's own, for which messages are encrypted (RFC 8291): the push service reads none.
//! - [`Client`] sends (RFC 8030), or gives an [`Error`] that tells whether to try again.
//!
//! Time is an argument. No error, no `Debug` and no log of this crate shows a key or an endpoint, which is a secret too:
//! whoever has it can be taken for us by careless push services.

mod client;
mod encryption;
mod endpoint;
mod vapid;

pub use client::{Client, ConfigError, Error, Message, Urgency};
pub use encryption::{Keys, KeysError, LONGEST};
pub use endpoint::{Endpoint, EndpointError, MAX_ENDPOINT, Reach};
pub use vapid::{KeyError, KeyPair};
