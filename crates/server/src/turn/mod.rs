//! The turn: the one flow that everything else serves.
//!
//! `start` admits a message in one transaction, `run` asks the model in a detached task, `finish` settles every
//! outcome in one more; `hub` carries the text to its readers and `follow` is how they read, wherever the turn runs.

pub mod finish;
pub mod follow;
pub mod hub;
pub mod recent;
mod run;
pub mod start;
pub mod stop;
pub mod system_text;
pub mod window;

pub use start::{Asked, NewTurn, Refusal, Started, start};
