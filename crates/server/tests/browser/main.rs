//! The pages in a real browser: what they look like, what they load, whether everybody can use them, and that nothing
//! that people or models write does anything there.
#![cfg(test)]

mod acts;
mod chrome;
mod client;
mod hostile;
mod look;
mod panel;
mod passkeys;
mod scripts;
mod sign_in;
mod town;
