//! People: who they are, where they are signed in, what the service holds on them.

pub mod document;
pub mod erasure;
pub mod export;
pub mod files;
pub mod linking;
pub mod profile;
pub mod readable;
pub mod registration;
pub mod tokens;
