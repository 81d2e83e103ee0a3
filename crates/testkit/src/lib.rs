//! The service's outside world for tests: a fake model and a running service, on loopback.

pub mod app;
pub mod model;
pub mod telegram;
