//! How the service behaves for those who use it: the real binary, over HTTP, on both databases.
#![cfg(test)]

mod commands;
mod devices;
mod documents;
mod erasure;
mod export;
mod google_play;
mod google_play_life;
mod google_play_pushes;
mod google_play_told;
mod history;
mod journal;
mod keys;
mod limits;
mod linking;
mod models;
mod operators;
mod periods;
mod play;
mod profile;
mod providers;
mod quota;
mod refusals;
mod regenerate;
mod registration;
mod schema;
mod secrets;
mod sends;
mod sessions;
mod stop;
mod streams;
mod support;
mod system_text;
mod token_plans;
mod tokens;
mod usage;
