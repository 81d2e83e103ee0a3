//! Who calls, from where, and how they want the answer: typed extractors.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::{Problem, limits::OpenCall, router::Edge};
use crate::{account::tokens, cluster::forward, problem::Kind, turn::start::Over};

/// A signed-in person who calls within their limits.
pub struct Person {
    /// The person.
    pub id: Uuid,
    /// The device they call from.
    pub device_id: Uuid,
    /// Counts until the call is over.
    pub call: OpenCall,
    /// Their token, to pass a request on to another node with.
    pub token: SecretString,
}

/// A signed-in person who sends a message: over a limit or not is decided with the quota, which is told first.
pub struct Sender {
    /// The person.
    pub id: Uuid,
    /// The call, or why it is over a limit.
    pub call: Result<OpenCall, Over>,
    /// Their token.
    pub token: SecretString,
}

impl FromRequestParts<Edge> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        let (access, token) = authenticate(parts, edge).await?;
        let call = edge.limits.call(access.user_id).map_err(|s| Problem::new(Kind::TooManyRequests).retry_after(s))?;
        Ok(Self { id: access.user_id, device_id: access.device_id, call, token })
    }
}

/// Somebody who may be signed in, or not yet. A token that is no good is refused, not passed over.
impl OptionalFromRequestParts<Edge> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<Edge>>::from_request_parts(parts, edge).await.map(Some)
    }
}

impl FromRequestParts<Edge> for Sender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        let (access, token) = authenticate(parts, edge).await?;
        let call = edge.limits.call(access.user_id).map_err(Over::Pace);
        Ok(Self { id: access.user_id, call, token })
    }
}

async fn authenticate(parts: &Parts, edge: &Edge) -> Result<(crate::db::tokens::Access, SecretString), Problem> {
    let unauthorized = || Problem::new(Kind::Unauthorized);
    let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|value| value.split_once(' ')).ok_or_else(unauthorized)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unauthorized());
    }
    let token = SecretString::from(token.trim());
    let access = tokens::authenticate(&edge.app, token.expose_secret()).await?.ok_or_else(unauthorized)?;
    if access.blocked_at.is_some() {
        return Err(Problem::new(Kind::Blocked));
    }
    Ok((access, token))
}

/// The caller's address: the connection's, or what a trusted proxy says.
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Edge> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let connected = connected.ok_or_else(|| Problem::new(Kind::Internal))?;
        Ok(Self(client_address(connected, &parts.headers, &edge.app.config.http.trusted_proxies)))
    }
}

/// Walks `X-Forwarded-For` from its end, past the proxies that are trusted, to the first address that is not.
fn client_address(connected: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let mut address = connected;
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    for hop in hops.iter().rev() {
        if !is_trusted(address) {
            break;
        }
        let hop = hop.trim();
        match hop.parse().or_else(|_| hop.parse().map(|with_port: SocketAddr| with_port.ip())) {
            Ok(next) => address = next,
            Err(_) => break,
        }
    }
    address.to_canonical()
}

/// How the answer to a message is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The whole answer, when it is there: `Accept: application/json`.
    Whole,
    /// As it comes: `Accept: text/event-stream`.
    Stream,
    /// Only that it is accepted: `Prefer: respond-async` (RFC 7240).
    Later,
}

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let values = |name| parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let mut preferences = values(header::HeaderName::from_static("prefer")).flat_map(|value| value.split(','));
        if preferences.any(|preference| preference.trim().eq_ignore_ascii_case("respond-async")) {
            return Ok(Self::Later);
        }
        let accepted: Vec<&str> = values(header::ACCEPT)
            .flat_map(|value| value.split(','))
            .map(|range| range.split(';').next().unwrap_or_default().trim())
            .collect();
        let has = |wanted: &[&str]| accepted.iter().any(|a| wanted.iter().any(|w| a.eq_ignore_ascii_case(w)));
        if has(&["text/event-stream", "text/*"]) {
            Ok(Self::Stream)
        } else if accepted.is_empty() || has(&["application/json", "application/*", "*/*"]) {
            Ok(Self::Whole)
        } else {
            Err(Problem::new(Kind::NotAcceptable))
        }
    }
}

/// `Idempotency-Key`: 1 to 128 visible ASCII characters.
pub struct IdempotencyKey(pub String);

impl<S: Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
        let key = value
            .to_str()
            .ok()
            .filter(|key| (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()));
        match key {
            Some(key) => Ok(Some(Self(key.to_owned()))),
            None => Err(Problem::invalid_field("Idempotency-Key", "must be 1 to 128 visible ASCII characters")),
        }
    }
}

/// Whether another node passed this request on: then it goes no further.
pub struct PassedOn(pub bool);

impl<S: Sync> FromRequestParts<S> for PassedOn {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.headers.contains_key(forward::HEADER)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(connected: &str, forwarded: &str, trusted: &[&str]) -> String {
        let headers =
            HeaderMap::from_iter([(header::HeaderName::from_static("x-forwarded-for"), forwarded.parse().unwrap())]);
        let trusted: Vec<IpNet> = trusted.iter().map(|n| n.parse().unwrap()).collect();
        client_address(connected.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("9.9.9.9", "1.2.3.4", &[]), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", "1.2.3.4", &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", "1.2.3.4:5678", &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", "nonsense", &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(seen("::ffff:10.0.0.1", "2001:db8::1", &["10.0.0.0/8"]), "2001:db8::1");
    }
}
