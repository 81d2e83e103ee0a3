//! The HTTP edge: parse, one use case, render.

mod account;
mod auth;
mod body;
mod client;
mod cursor;
mod documents;
mod extract;
mod google_play;
mod health;
pub mod limits;
mod linking;
mod messages;
mod payments;
mod plans;
mod problem;
mod push;
mod reports;
mod router;
mod sessions;
mod sign_in;
mod sse;
mod subscription;
mod turns;
mod usage;
pub mod view;

pub use documents::document;
pub use extract::ClientAddress;
pub use problem::Problem;
pub use router::{Edge, router};

/// What a handler gives.
pub type Result<T> = std::result::Result<T, Problem>;
