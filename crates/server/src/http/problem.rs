//! `application/problem+json` (RFC 9457): the one error of the edge, logged here once.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    account::erasure::EraseError,
    billing::{google_play::ClaimError, offer::OfferError, renewal::RenewalError},
    db::{self, Ts, subscriptions::Subscription},
    problem::Kind,
    turn::{Refusal, hub::End, start::Over},
};

/// What went wrong, in a form that programs and people can read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The stable type: see the documentation's list.
    #[serde(rename = "type")]
    #[schema(example = "quota-exceeded")]
    pub kind: &'static str,
    /// A short text for developers.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What exactly went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Each value that was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// `quota-exceeded`: when the next period begins; null when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub renews_at: Option<Option<Ts>>,
    /// `quota-exceeded`: the plan that is spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_name: Option<String>,
    /// Seconds to wait, as in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The message that was kept although there is no answer: it can be answered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Uuid>,
    /// The turn that gave no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<Uuid>,
    /// What happened, for the log only.
    #[serde(skip)]
    source: Option<String>,
}

/// A value that was refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The member of the body, or the parameter.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind: kind.slug(),
            title: kind.title(),
            status: kind.status(),
            detail: None,
            errors: Vec::new(),
            renews_at: None,
            plan_name: None,
            retry_after: None,
            message_id: None,
            turn_id: None,
            source: None,
        }
    }

    /// With a text that says more.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With what happened, for the log only.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// With the seconds to wait.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Values that were refused.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Kind::Invalid) }
    }

    /// One value that was refused.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// Nothing of that id belongs to the caller.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    /// A turn ended without an answer.
    pub fn of_turn(message_id: Uuid, turn_id: Uuid, end: &End) -> Self {
        let kind = end.problem.unwrap_or(Kind::ModelFailed);
        let retry_after = matches!(kind, Kind::ModelsResting | Kind::Interrupted).then_some(10);
        Self { message_id: Some(message_id), turn_id: Some(turn_id), retry_after, ..Self::new(kind) }
    }

    /// The quota is spent, and when it renews.
    pub fn spent(subscription: &Subscription) -> Self {
        Self {
            renews_at: Some(subscription.counts_until()),
            plan_name: Some(subscription.plan_name.clone()),
            ..Self::new(Kind::QuotaExceeded)
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Some(source) = &self.source {
            tracing::error!(problem = self.kind, error = %source, "request failed");
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let kind = match &error {
            // Rows refer to their person, who was erased, or joined with another account, in the same moment.
            sqlx::Error::Database(refused) if refused.is_foreign_key_violation() => Kind::Unauthorized,
            error if db::is_away(error) => Kind::Unavailable,
            _ => Kind::Internal,
        };
        Self { source: Some(error.to_string()), ..Self::new(kind) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closing => Self::new(Kind::ShuttingDown).retry_after(5),
            Refusal::NotFound => Self::not_found(),
            Refusal::SessionEnded => Self::new(Kind::SessionEnded),
            Refusal::Spent(subscription) => Self::spent(&subscription),
            Refusal::Over(Over::Pace(seconds)) => Self::new(Kind::TooManyRequests).retry_after(seconds),
            Refusal::Over(Over::Waiting) => Self::new(Kind::TooManyWaiting).retry_after(5),
            Refusal::Over(Over::Node) => Self::new(Kind::Overloaded).retry_after(5),
            Refusal::KeyReused => Self::new(Kind::KeyReused),
            Refusal::Nobody => Self::new(Kind::Unauthorized),
            Refusal::KeyTaken => Self { source: Some(refusal.to_string()), ..Self::new(Kind::Internal) },
            Refusal::Database(error) => error.into(),
        }
    }
}

impl From<OfferError> for Problem {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::NotOffered | OfferError::Better { .. } | OfferError::Running { .. } => {
                Self::new(Kind::PlanUnavailable).detail(error.to_string())
            }
            OfferError::NoTelegram => Self::new(Kind::TelegramNotJoined),
            OfferError::Blocked => Self::new(Kind::Blocked),
            OfferError::Expired | OfferError::Foreign => Self::new(Kind::Unauthorized),
            OfferError::Database(error) => error.into(),
        }
    }
}

impl From<RenewalError> for Problem {
    fn from(error: RenewalError) -> Self {
        match error {
            RenewalError::Elsewhere(provider) => {
                Self::new(Kind::RenewalElsewhere).detail(format!("turn it on at {}", provider.as_str()))
            }
            RenewalError::NoSuchPlan => Self::invalid_field("next_plan", "there is no such plan"),
            RenewalError::Nobody => Self::new(Kind::Unauthorized),
            RenewalError::Database(error) => error.into(),
        }
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Off => Self::new(Kind::GooglePlayOff),
            ClaimError::NoSuchPurchase | ClaimError::OtherProduct | ClaimError::NeverPaid | ClaimError::NoSuchPlan => {
                Self::new(Kind::PurchaseInvalid).detail(error.to_string())
            }
            ClaimError::Taken => Self::new(Kind::PurchaseTaken),
            ClaimError::Unavailable(_) => Self::new(Kind::ProviderUnavailable).retry_after(10),
            ClaimError::Nobody => Self::new(Kind::Unauthorized),
            ClaimError::Database(error) => error.into(),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::LastOwner => Self::new(Kind::LastOwner),
            EraseError::NotFound => Self::new(Kind::Unauthorized),
            EraseError::Database(error) => error.into(),
        }
    }
}
