//! Signing a device in by what somebody else says of a person: Telegram of who opens the Mini App (`mini_app`), Google of
//! who signs in there (`google`).

use std::fmt;

use super::tokens::Pair;
use crate::db::users::User;

/// A device that is signed in now.
#[derive(Debug)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The device's tokens.
    pub pair: Pair,
    /// Whether the account was made just now.
    pub is_new: bool,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The service does not take what this provider says.
    #[error("it is not set up here")]
    Off,
    /// What is shown proves nothing, or not any more.
    #[error("{0}")]
    Invalid(String),
    /// A device was signed in by it before.
    #[error("a device was signed in by it before")]
    Used,
    /// The account is blocked.
    #[error("the account is blocked")]
    Blocked,
    /// Somebody else has just made the account that was to be made.
    #[error("the account was made in the same moment")]
    Raced,
    /// The provider cannot be asked now.
    #[error("{0}")]
    Unavailable(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl SignInError {
    /// Something is wrong with what is shown.
    pub fn invalid(what: impl fmt::Display) -> Self {
        Self::Invalid(what.to_string())
    }

    /// Whether the account that was to be made was made by somebody else in the same moment: tried again, it is found.
    pub fn has_raced(&self) -> bool {
        match self {
            Self::Raced => true,
            Self::Database(sqlx::Error::Database(refused)) => refused.is_unique_violation(),
            _ => false,
        }
    }
}
