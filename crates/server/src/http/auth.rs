//! `/v1/auth`, `/v1/me/devices`: tokens and devices.

use axum::{Json as Answer, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Result,
    body::{Json, Path},
    extract::Person,
    router::Edge,
    view,
};
use crate::{
    account::tokens::{self, Refreshed},
    db::devices,
    problem::Kind,
};

/// A refresh token to exchange.
#[derive(Deserialize, ToSchema)]
pub struct RefreshRequest {
    /// The newest refresh token of the device.
    refresh_token: String,
}

/// A new pair.
#[derive(Serialize, ToSchema)]
pub struct TokenPair {
    /// For calls: `Authorization: Bearer …`.
    access_token: String,
    /// For the next pair; the old one is used up.
    refresh_token: String,
    /// Seconds until the access token ends.
    expires_in: u64,
}

/// Exchange a refresh token
///
/// Each is exchanged once, within a short grace once more (its answer may have been lost). Any other use of an exchanged
/// token signs the device out: `token-reused`.
#[utoipa::path(post, path = "/v1/auth/refresh", tag = "account", request_body = RefreshRequest, security(()),
    responses((status = 200, body = TokenPair), (status = 401, body = Problem, description = "`unauthorized`, `token-reused`")))]
pub async fn refresh(State(edge): State<Edge>, Json(body): Json<RefreshRequest>) -> Result<Answer<TokenPair>> {
    match tokens::refresh(&edge.app, &body.refresh_token).await? {
        Refreshed::Pair(pair) => Ok(Answer(TokenPair {
            access_token: pair.access_token,
            refresh_token: pair.refresh_token,
            expires_in: pair.expires_in,
        })),
        Refreshed::Unknown => Err(Problem::new(Kind::Unauthorized).detail("not a refresh token, or it has ended")),
        Refreshed::Reused => Err(Problem::new(Kind::TokenReused)),
    }
}

/// Sign this device out
#[utoipa::path(post, path = "/v1/auth/logout", tag = "account", responses((status = 204)))]
pub async fn logout(State(edge): State<Edge>, person: Person) -> Result<StatusCode> {
    tokens::revoke(&edge.app, person.id, person.device_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The devices that are signed in
#[utoipa::path(get, path = "/v1/me/devices", tag = "account", responses((status = 200, body = Vec<view::Device>)))]
pub async fn list_devices(State(edge): State<Edge>, person: Person) -> Result<Answer<Vec<view::Device>>> {
    let devices = devices::list(&mut edge.app.db.read().await?.conn(), person.id).await?;
    Ok(Answer(devices.into_iter().map(|device| view::Device::new(device, person.device_id)).collect()))
}

/// Sign a device out
#[utoipa::path(delete, path = "/v1/me/devices/{id}", tag = "account", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn revoke_device(State(edge): State<Edge>, person: Person, Path(id): Path<Uuid>) -> Result<StatusCode> {
    match tokens::revoke(&edge.app, person.id, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}
