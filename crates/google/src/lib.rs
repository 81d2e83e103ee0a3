//! Google as a service sees it: the Play Developer API, what Google Play tells by itself, and the tokens that
//! Google signs.
//!
//! - [`Play`] asks about the subscription behind a purchase token, acknowledges it, stops its renewal and gives the
//!   money back (androidpublisher, version 3). It makes one call at a time and says of each what a caller has to know:
//!   the result, or an [`Error`] that tells whether asking again has a point. It does not retry, but for one thing: an
//!   access token that is refused is fetched anew, once.
//! - [`Notification`] is what Google Play pushes through Pub/Sub when something has changed.
//! - [`Verifier`] checks the tokens by which Pub/Sub and people who sign in with Google prove who they are.
//!
//! What comes in is read leniently: a field that is not what it was is as good as absent, and what is unknown is a
//! value and not an error. Tokens are the exception: whatever is odd about one refuses it.
//!
//! Time is an argument. No error, no `Debug` and no log of this crate shows a key, an access token, an assertion, an
//! ID token or a purchase token.
//!
//! From the outside in: `play` are the calls, `subscription` what they give, `access` fetches access tokens for them
//! with the key of a service `account`, `answer` judges what came back; `tokens` are verified by `keys`.

mod access;
mod account;
mod answer;
mod config;
mod error;
mod http;
mod keys;
mod lenient;
mod notification;
mod play;
mod subscription;
mod tokens;

pub use account::ServiceAccount;
pub use config::{API_URL, ISSUERS, KEYS_URL, PlayConfig, VerifierConfig};
pub use error::{ConfigError, Doubt, Error};
pub use notification::{Kind, NotANotification, Notification};
pub use play::{MAX_PURCHASE_TOKEN, Play};
pub use subscription::{Item, Price, State, Subscription};
pub use tokens::{Claims, Flaw, MAX_TOKEN, TokenError, Verifier};
