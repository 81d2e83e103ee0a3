//! The panel as the people who run the service meet it: the real binary over HTTP, on both databases.
#![cfg(test)]

mod admins;
mod audit;
mod authenticator;
mod broadcasts;
mod commands;
mod dashboard;
mod dialogues;
mod jobs;
mod journal;
mod pages;
mod passkeys;
mod payments;
mod people;
mod person;
mod plans;
mod queries;
mod reports;
mod roles;
mod routes;
mod sessions;
mod settings;
mod sign_in;
mod subscriptions;
mod support;
mod usage;
mod walking;
