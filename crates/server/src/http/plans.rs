//! `/v1/plans`.

use axum::{Json as Answer, extract::State};

use super::{Result, extract::Person, router::Edge, view};
use crate::db::plans::{self, FREE};

/// The plans
///
/// What everybody has, and what can be bought: the least first.
#[utoipa::path(get, path = "/v1/plans", operation_id = "list_plans", tag = "plan", responses((status = 200, body = Vec<view::Plan>)))]
pub async fn list(State(edge): State<Edge>, _: Person) -> Result<Answer<Vec<view::Plan>>> {
    let plans = plans::list(&mut edge.app.db.read().await?.conn()).await?;
    let shown = plans.into_iter().filter(|plan| plan.is_offered || plan.name == FREE);
    Ok(Answer(shown.map(view::Plan::from).collect()))
}
