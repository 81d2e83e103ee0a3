//! What is the same for every request to the panel: who asks, in which language and colours, the cookies, the headers,
//! the look of failures, and the record of refusals.

use std::{convert::Infallible, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::tz::TimeZone;
use tower_http::csrf::ProtectionError;

use super::{Failure, extract::Staff, page};
use crate::{
    app::App,
    http::{ClientAddress, Edge},
    staff::{
        audit::{self, Action, Entry},
        passkeys,
        sessions::{self, SignedInAs},
    },
    texts::Lang,
};

/// Nothing from elsewhere, nothing inline, and nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The longest path that a form is given to come back to.
const MOST_PATH: usize = 2_000;

/// The language that somebody chose.
pub(super) const LANGUAGE: &str = "beseda_language";
/// The colours that somebody chose.
pub(super) const THEME: &str = "beseda_theme";
/// What is said once on the next page.
const FLASH: &str = "beseda_flash";
/// How long a choice is remembered, in seconds.
const YEAR: u64 = 365 * 86_400;

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// As it stands in the cookie, in the form and in the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or(Self::Auto)
    }
}

/// A request to the panel.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The language of the page.
    pub lang: Lang,
    /// Its colours.
    pub theme: Theme,
    /// From where.
    pub address: IpAddr,
    /// The path.
    pub path: String,
    /// A path with its query that shows the same page again, or the first one: where a form comes back to.
    pub here: String,
    /// The service's time zone.
    pub zone: TimeZone,
    /// What is said once: the key of a text.
    pub flash: Option<String>,
    /// Who is signed in.
    pub staff: Option<Arc<SignedInAs>>,
}

/// What a handler wants written to cookies: put into the extensions of its response.
#[derive(Clone, Debug)]
pub(super) enum Cookie {
    /// The session's new token; none: signed out.
    Session(Option<String>),
    /// The token of what a passkey was asked to sign; none: it is done.
    Challenge(Option<String>),
    /// A choice: name and value.
    Choice(&'static str, &'static str),
    /// The key of a text to be said on the next page.
    Flash(&'static str),
}

/// The token of what a passkey was asked to sign, as the browser shows it; empty when it shows none.
pub(super) struct Challenge(pub(super) String);

impl FromRequestParts<Edge> for Challenge {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Infallible> {
        Ok(Self(cookie(&parts.headers, challenge_name(&edge.app)).unwrap_or_default().to_owned()))
    }
}

/// All of a response's.
#[derive(Clone, Debug, Default)]
pub(super) struct Cookies(pub(super) Vec<Cookie>);

/// A redirection after something was done, so that a reload does not do it again.
#[derive(Clone, Debug)]
pub struct Done {
    to: String,
    cookies: Cookies,
}

impl Done {
    /// Shows this page next.
    pub fn see(to: impl Into<String>) -> Self {
        Self { to: to.into(), cookies: Cookies::default() }
    }

    /// And says the text of this key on it, once.
    pub fn saying(self, key: &'static str) -> Self {
        self.with(Cookie::Flash(key))
    }

    pub(super) fn with(mut self, cookie: Cookie) -> Self {
        self.cookies.0.push(cookie);
        self
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let mut response = axum::response::Redirect::to(&self.to).into_response();
        response.extensions_mut().insert(self.cookies);
        response
    }
}

/// The middleware around every page.
pub(super) async fn attend(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match visit(&edge, &mut parts).await {
        Ok(visit) => visit,
        Err(failure) => return failure.into_response(),
    };
    parts.extensions.insert(visit.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        response = Failure::CrossOrigin.into_response();
    }
    let failure = response.extensions().get::<Failure>().cloned().or_else(|| {
        let status = response.status();
        let is_failed = status.is_client_error() || status.is_server_error();
        (is_failed && !is_html(&response)).then(|| Failure::of_status(status))
    });
    if let Some(failure) = failure {
        record(&edge.app, &visit, &failure).await;
        let has_passkeys = passkeys::relying_party(&edge.app.config).is_some();
        response = page::failure(&visit, &failure, has_passkeys);
    }
    write_cookies(&edge.app, &visit, &mut response);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        // With "no-referrer" browsers would not say the origin of a form either, by which foreign ones are known.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn visit(edge: &Edge, parts: &mut Parts) -> Result<Visit, Failure> {
    let ClientAddress(address) = ClientAddress::from_request_parts(parts, edge).await.map_err(|_| Failure::Internal)?;
    let headers = &parts.headers;
    let staff = match cookie(headers, session_name(&edge.app)) {
        Some(token) => sessions::authenticate(edge.app.office(), token, &address.to_string()).await?,
        None => None,
    };
    let chosen = cookie(headers, LANGUAGE).and_then(|tag| Lang::ALL.into_iter().find(|lang| lang.tag() == tag));
    let own = || staff.as_ref().and_then(|staff| staff.language.as_deref()).map(|tag| Lang::of(Some(tag)));
    let accepted = || {
        let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        value.and_then(|value| value.split([',', ';']).next())
    };
    let lang = chosen.or_else(own).unwrap_or_else(|| Lang::of(accepted()));
    let theme = cookie(headers, THEME).map_or(Theme::Auto, Theme::parse);
    let is_key = |key: &&str| key.len() < 64 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let flash = cookie(headers, FLASH).filter(is_key).map(|key| format!("flash-{key}"));
    let is_shown = parts.method == Method::GET;
    let here = parts.uri.path_and_query().map(|path| path.as_str());
    let here = here.filter(|here| is_shown && here.len() <= MOST_PATH).unwrap_or("/admin");
    Ok(Visit {
        lang,
        theme,
        address,
        path: parts.uri.path().to_owned(),
        here: here.to_owned(),
        zone: edge.app.zone.clone(),
        flash,
        staff: staff.map(Arc::new),
    })
}

fn is_html(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// Refusals of people who are known stand in the audit log; others could fill it at will.
async fn record(app: &App, visit: &Visit, failure: &Failure) {
    let Some(who) = visit.staff.clone() else { return };
    let staff = Staff { visit: visit.clone(), who };
    let entry = match failure {
        Failure::Refused(permission) => Entry::new(staff.actor(), Action::Refused)
            .on(&visit.path)
            .with(serde_json::json!({"permission": permission.as_str()})),
        Failure::CrossOrigin => Entry::new(staff.actor(), Action::CrossOrigin).on(&visit.path),
        _ => return,
    };
    if let Err(error) = audit::record_alone(app.office(), entry).await {
        tracing::error!(%error, "a refusal could not be recorded");
    }
}

/// The value of a cookie. Its name may be sent twice; the first is the one with the longest path.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// The session's cookie. With the prefix `__Host-` browsers take it only from this very host, by https, for all paths
/// (RFC 6265bis, 4.1.3.2); without https there is no such thing.
fn session_name(app: &App) -> &'static str {
    if app.config.http.is_secure() { "__Host-beseda_panel" } else { "beseda_panel" }
}

/// The cookie beside a passkey's challenge, bound to the host like the session's.
fn challenge_name(app: &App) -> &'static str {
    if app.config.http.is_secure() { "__Host-beseda_passkey" } else { "beseda_passkey" }
}

fn write_cookies(app: &App, visit: &Visit, response: &mut Response) {
    let mut cookies = response.extensions_mut().remove::<Cookies>().unwrap_or_default().0;
    let sets_session = cookies.iter().any(|cookie| matches!(cookie, Cookie::Session(_)));
    let rotated = visit.staff.as_ref().and_then(|staff| staff.new_token.clone());
    if let Some(token) = rotated.filter(|_| !sets_session) {
        cookies.push(Cookie::Session(Some(token)));
    }
    let secure = if app.config.http.is_secure() { "; Secure" } else { "" };
    let path = if secure.is_empty() { "/admin" } else { "/" };
    let mut written = Vec::new();
    for cookie in cookies {
        written.push(match cookie {
            Cookie::Session(token) => {
                let age = if token.is_some() { sessions::LIFE.as_secs() } else { 0 };
                let (name, token) = (session_name(app), token.unwrap_or_default());
                format!("{name}={token}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
            }
            Cookie::Challenge(token) => {
                let age = if token.is_some() { passkeys::LIFE.as_secs() } else { 0 };
                let (name, token) = (challenge_name(app), token.unwrap_or_default());
                format!("{name}={token}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
            }
            Cookie::Choice(name, value) => {
                format!("{name}={value}; Path=/admin; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}")
            }
            Cookie::Flash(key) => format!("{FLASH}={key}; Path=/admin; Max-Age=60; HttpOnly; SameSite=Lax{secure}"),
        });
    }
    // It was said now.
    if visit.flash.is_some() && is_html(response) {
        written.push(format!("{FLASH}=; Path=/admin; Max-Age=0; HttpOnly; SameSite=Lax{secure}"));
    }
    for cookie in written {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = HeaderMap::from_iter([(header::COOKIE, "a=1; beseda_panel=bp_x; b=2".parse().unwrap())]);
        assert_eq!(cookie(&headers, "beseda_panel"), Some("bp_x"));
        assert_eq!(cookie(&headers, "panel"), None);
        assert_eq!(cookie(&HeaderMap::new(), "a"), None);
    }
}
