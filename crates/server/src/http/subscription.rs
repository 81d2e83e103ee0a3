//! `/v1/me/subscription`: the plan that the caller has.

use axum::{Json as Answer, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Problem, Result,
    body::{Json, change},
    extract::Person,
    router::Edge,
    view,
};
use crate::{
    account::profile::Change,
    billing::{
        renewal::{self, Wish},
        subscription,
    },
    problem::Kind,
};

/// The subscription
///
/// As it counts now; a period that has ended is rolled over first.
#[utoipa::path(get, path = "/v1/me/subscription", operation_id = "get_subscription", tag = "plan",
    responses((status = 200, body = view::Subscription)))]
pub async fn show(State(edge): State<Edge>, person: Person) -> Result<Answer<view::Subscription>> {
    let current = subscription::look(&edge.app, person.id).await?;
    current.map(|s| Answer(s.into())).ok_or_else(|| Problem::new(Kind::Unauthorized))
}

/// What is wished for the end of the period; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SubscriptionChange {
    /// Whether the subscription is to go on.
    auto_renew: Option<bool>,
    /// The plan that is wanted when this one ends: the person is sent an offer of it then. Null: no longer any.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "premium")]
    next_plan: Change<String>,
}

/// Turn the renewal off or on
///
/// What was paid for stays until `end_date` in any case. What a provider renews is told it; a renewal that was turned off
/// at the provider can only be turned on there (`renewal-elsewhere`). Free renews itself whatever this says.
#[utoipa::path(patch, path = "/v1/me/subscription", operation_id = "change_subscription", tag = "plan",
    request_body = SubscriptionChange,
    responses((status = 200, body = view::Subscription), (status = 409, body = Problem, description = "`renewal-elsewhere`")))]
pub async fn update(
    State(edge): State<Edge>,
    person: Person,
    Json(body): Json<SubscriptionChange>,
) -> Result<Answer<view::Subscription>> {
    let next_plan = match body.next_plan {
        Change::Set(plan) => Some(Some(plan)),
        Change::Clear => Some(None),
        Change::Keep => None,
    };
    let wish = Wish { auto_renew: body.auto_renew, next_plan };
    Ok(Answer(renewal::wish(&edge.app, person.id, wish).await?.into()))
}
