//! The panel's edge, at `/admin`: pages made on the server, for the people who run the service. `router.rs` is the index
//! of its pages; `extract.rs` says who may see them, `visit.rs` what is the same for every request; a page is a file of
//! its own with a template in `templates/admin/`. CONTRIBUTING.md tells how one is added.

mod admins;
mod assets;
pub mod at;
mod audit;
mod broadcasts;
mod calendar;
mod chart;
mod csv;
mod curl;
mod deliveries;
mod dialogues;
pub mod extract;
pub mod failure;
pub mod form;
pub mod format;
mod granting;
mod home;
mod jobs;
mod journal;
mod journal_entry;
mod json;
pub mod page;
pub mod paging;
mod passkeys;
mod payment;
mod payments;
mod people;
mod person;
mod plan_form;
mod plans;
mod preferences;
mod reports;
mod router;
mod said;
mod sessions;
mod settings;
mod sign_in;
mod subscriptions;
pub mod texts;
mod usage;
pub mod visit;

pub use failure::Failure;
pub(crate) use router::router;

/// What a handler gives.
pub type Result<T> = std::result::Result<T, Failure>;
