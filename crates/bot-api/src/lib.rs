//! A thin, exact client of Telegram's Bot API, version 10.3.
//!
//! A [`Client`] makes one call at a time and says of each what a deliverer has to know: the result,
//! or an [`Error`] that tells whether the call did nothing, or perhaps something. It does not
//! retry, queue, or wait: that is the service's, which knows what a message is worth.
//!
//! What comes in is read leniently: [`Updates`] are a list in which no element fails the others,
//! and [`Update::kind`] gives an [`Incoming`], in which what is unknown is a value and not an
//! error. Why this crate has types of its own for that is told in [`incoming`]; why for some
//! parameters, in [`params`]. The rest are those of [`frankenstein`].
//!
//! The token is part of every URL, so no URL is shown: neither by an error, nor by `Debug`, nor in
//! a log of this crate or of those below it, at any level. A server that repeats the token is cut
//! short too.
//!
//! [`Client::verify_init_data`] asks nobody: it tells who has opened a Mini App of the bot.
//!
//! From the outside in: `methods` are the calls by name, `params` and `results` what they take and
//! give; `client` makes a call; `answer` and `refusal` judge what came back.

mod answer;
mod client;
mod config;
mod error;
pub mod incoming;
mod init_data;
mod lenient;
mod limits;
mod message;
mod methods;
mod names;
pub mod params;
mod refusal;
mod results;
mod update;

pub use client::Client;
pub use config::{API_URL, BadSecretToken, Config, SecretToken};
pub use error::{ConfigError, Doubt, Error};
pub use frankenstein;
pub use init_data::{BadInitData, BadInitDataKey, InitData, InitDataKey, MAX_INIT_DATA};
pub use limits::*;
pub use refusal::Refusal;
pub use results::{Me, Sent, StarTransaction, TransactionPartner, WebhookInfo};
pub use update::{Incoming, NotAnUpdate, Update, Updates};
