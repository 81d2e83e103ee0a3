//! `/v1/plans`.

use axum::{Json as Answer, extract::State};

use super::{Result, extract::Person, router::Edge, view};
use crate::db::plans;

/// The plans
#[utoipa::path(get, path = "/v1/plans", operation_id = "list_plans", tag = "plan", responses((status = 200, body = Vec<view::Plan>)))]
pub async fn list(State(edge): State<Edge>, _: Person) -> Result<Answer<Vec<view::Plan>>> {
    let plans = plans::list(&mut edge.app.db.read().await?.conn()).await?;
    Ok(Answer(plans.into_iter().map(view::Plan::from).collect()))
}
