//! The service's outside world for tests: a fake model, a fake Telegram, a fake Google, a fake push service and a running
//! service, on loopback.

pub mod app;
pub mod google;
pub mod model;
pub mod payloads;
pub mod push;
pub mod telegram;
