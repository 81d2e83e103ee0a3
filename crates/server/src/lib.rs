//! Beseda: one service through which people talk to an AI.
//!
//! `ARCHITECTURE.md` is the map. In short: [`http`] and [`telegram`] are the edges, [`turn`] the flow everything serves, [`billing`],
//! [`account`] and [`dialogue`] the other use cases, [`verify`] counts again what they have counted, [`db`] the SQL, [`cluster`] what makes several nodes one service.

pub mod account;
pub mod app;
pub mod billing;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod db;
pub mod dialogue;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod journal;
pub mod lifecycle;
pub mod models;
pub mod offline;
pub mod problem;
pub mod telegram;
pub mod telemetry;
pub mod turn;
pub mod verify;
