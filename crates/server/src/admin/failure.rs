//! Why a page is not shown. What the answer looks like is decided in `visit.rs`, where the language is known.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    billing::grant::GrantError,
    db,
    staff::{appoint::AppointError, passkeys::PasskeyError, people::ActError, role::Permission},
};

/// Why a page is not shown, or a wish not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody is signed in.
    SignIn,
    /// A sign-in link is no good.
    Link,
    /// A passkey is no good.
    Passkey,
    /// The role does not allow it.
    Refused(Permission),
    /// The request comes from another site.
    CrossOrigin,
    /// There is no such thing.
    NotFound,
    /// The path does not take this method.
    Method,
    /// What was sent can't be read: the key of a text that says why.
    Invalid(&'static str),
    /// It can't be done as things are: the key of a text that says why.
    Conflict(&'static str),
    /// Too many tries; seconds to wait.
    TooMany(u64),
    /// Something went wrong here.
    Internal,
    /// The database does not answer.
    Unavailable,
}

impl Failure {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::SignIn | Self::Link | Self::Passkey => StatusCode::UNAUTHORIZED,
            Self::Refused(_) | Self::CrossOrigin => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Keys of the title and of the text.
    pub const fn keys(&self) -> (&'static str, &'static str) {
        match self {
            Self::SignIn => ("sign-in-title", "sign-in-how"),
            Self::Link => ("sign-in-failed-title", "sign-in-failed"),
            Self::Passkey => ("passkey-refused-title", "passkey-refused"),
            Self::Refused(_) => ("refused-title", "refused"),
            Self::CrossOrigin => ("refused-title", "cross-origin"),
            Self::NotFound => ("not-found-title", "not-found"),
            Self::Method => ("invalid-title", "method"),
            Self::Invalid(key) => ("invalid-title", key),
            Self::Conflict(key) => ("conflict-title", key),
            Self::TooMany(_) => ("too-many-title", "too-many"),
            Self::Internal => ("internal-title", "internal"),
            Self::Unavailable => ("internal-title", "unavailable"),
        }
    }

    /// What an answer that axum gave by itself stands for.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            status if status.is_client_error() => Self::Invalid("invalid"),
            _ => Self::Internal,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        if db::is_away(&error) {
            tracing::warn!(%error, "the database does not answer");
            Self::Unavailable
        } else {
            tracing::error!(%error, "a page of the panel failed");
            Self::Internal
        }
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a template failed");
        Self::Internal
    }
}

impl From<AppointError> for Failure {
    fn from(error: AppointError) -> Self {
        match error {
            AppointError::Nobody => Self::Conflict("appoint-nobody"),
            AppointError::NoRole => Self::Conflict("appoint-no-role"),
            AppointError::Blocked => Self::Conflict("appoint-blocked"),
            AppointError::LastOwner => Self::Conflict("appoint-last-owner"),
            AppointError::OwnRole => Self::Conflict("appoint-own-role"),
            AppointError::Refused => Self::Refused(Permission::Appoint),
            AppointError::Database(error) => error.into(),
        }
    }
}

impl From<PasskeyError> for Failure {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Late => Self::Conflict("passkey-late"),
            PasskeyError::Rejected(error) => {
                // What others wrote is in it.
                tracing::warn!(?error, "a passkey is not accepted");
                Self::Invalid("invalid-passkey")
            }
            PasskeyError::Known => Self::Conflict("passkey-known"),
            PasskeyError::TooMany => Self::Conflict("passkeys-full"),
            PasskeyError::NoRole => Self::SignIn,
            PasskeyError::Database(error) => error.into(),
        }
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Nobody => Self::NotFound,
            ActError::Own => Self::Conflict("act-own"),
            ActError::HasRole => Self::Conflict("act-has-role"),
            ActError::Already => Self::Conflict("act-already"),
            ActError::Database(error) => error.into(),
        }
    }
}

impl From<GrantError> for Failure {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::NoSuchPlan => Self::Invalid("grant-no-plan"),
            GrantError::Free => Self::Conflict("grant-free"),
            GrantError::Past => Self::Conflict("grant-past"),
            GrantError::NothingBought => Self::Conflict("grant-nothing"),
            GrantError::Nobody => Self::NotFound,
            GrantError::Database(error) => error.into(),
        }
    }
}
