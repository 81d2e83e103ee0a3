//! Beseda: one service through which people talk to an AI.
//!
//! `ARCHITECTURE.md` is the map. In short: [`http`], [`telegram`] and [`admin`] are the edges, [`turn`] the flow everything serves, [`billing`],
//! [`account`], [`dialogue`] and [`reports`] the other use cases, [`verify`] counts again what they have counted, [`staff`] knows the people who run the service, [`db`] the SQL, [`cluster`] what makes several nodes one service.

pub mod account;
pub mod admin;
pub mod app;
pub mod billing;
pub mod broadcast;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod db;
pub mod dialogue;
pub mod figures;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod journal;
pub mod lifecycle;
pub mod models;
pub mod offline;
pub mod problem;
pub mod push;
pub mod reports;
pub mod settings;
pub mod staff;
pub mod telegram;
pub mod telemetry;
pub mod texts;
pub mod turn;
pub mod verify;
