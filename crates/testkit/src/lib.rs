//! The service's outside world for tests: a fake model, a fake Telegram, a fake Google and a running service, on
//! loopback.

pub mod app;
pub mod google;
pub mod model;
pub mod telegram;
