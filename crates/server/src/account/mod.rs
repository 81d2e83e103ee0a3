//! People: who they are, how they sign in and where, what the service holds on them.

pub mod document;
pub mod erasure;
pub mod export;
pub mod files;
pub mod google;
pub mod linking;
pub mod merging;
pub mod mini_app;
pub mod profile;
pub mod readable;
pub mod registration;
pub mod sign_in;
pub mod tokens;
