//! How the service behaves for those who use it: the real binary, over HTTP, on both databases.
#![cfg(test)]

mod devices;
mod erasure;
mod export;
mod limits;
mod profile;
mod registration;
mod schema;
mod support;
mod tokens;
