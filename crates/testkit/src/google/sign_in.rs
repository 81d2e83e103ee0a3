//! Signing in in a browser: the authorization endpoint, for the implicit flow of OpenID Connect
//! (<https://openid.net/specs/openid-connect-core-1_0.html>, 3.2).

use std::collections::HashMap;

use axum::http::{header::LOCATION, request::Parts};

use super::{
    FakeGoogle,
    reply::Reply,
    state::{self, Shared},
    token::IdToken,
};

/// Who is at the browser.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    sub: String,
    name: String,
}

/// Who signs in.
impl FakeGoogle {
    /// The path of it, in place of `https://accounts.google.com/o/oauth2/v2/auth`.
    pub fn authorization_url(&self) -> String {
        format!("{}/o/oauth2/v2/auth", self.shared.url)
    }

    /// Who is sent there from now on is this one, and agrees at once; without anybody they decline.
    pub fn visitor(&self, visitor: Option<(&str, &str)>) {
        let visitor = visitor.map(|(sub, name)| Visitor { sub: sub.into(), name: name.into() });
        self.shared.lock().visitor = visitor;
    }
}

/// Sends the browser back to the client, with a token or without.
pub(super) fn authorize(shared: &Shared, head: &Parts) -> Reply {
    let query = head.uri.query().unwrap_or_default();
    let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let of = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let right = of("response_type") == "id_token"
        && of("scope").split(' ').any(|scope| scope == "openid")
        && of("redirect_uri").starts_with("http")
        && ["client_id", "nonce", "state"].iter().all(|name| !of(name).is_empty());
    let visitor = {
        let mut state = shared.lock();
        if !right {
            state.violations.push(format!("sign in: {query}"));
            return Reply::page(400);
        }
        state.visitor.clone()
    };
    let answer = match visitor {
        Some(Visitor { sub, name }) => {
            let token = IdToken::new(of("client_id"), &sub, state::now()).with("name", name).with("nonce", of("nonce"));
            ("id_token", token.sign(shared))
        }
        None => ("error", "access_denied".to_owned()),
    };
    let fragment = form_urlencoded::Serializer::new(String::new())
        .append_pair("state", of("state"))
        .append_pair(answer.0, &answer.1)
        .append_pair("authuser", "0")
        .finish();
    Reply::page(302).header(LOCATION, format!("{}#{fragment}", of("redirect_uri")))
}
