//! Access tokens for a service account
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#httprest>), and the keys of ID tokens.

use axum::http::{
    header::{CACHE_CONTROL, CONTENT_TYPE},
    request::Parts,
};
use bytes::Bytes;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::{
    key,
    reply::Reply,
    state::{self, Shared, State},
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";

/// The file that Google Cloud gives for a service account's key.
pub(super) fn key_file(token_uri: &str) -> String {
    let key = key::account();
    let file = json!({
        "type": "service_account", "project_id": "fake-project", "private_key_id": key.kid,
        "private_key": key.private_pem, "client_email": state::ACCOUNT, "client_id": "100000000000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": token_uri,
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "universe_domain": "googleapis.com",
    });
    file.to_string()
}

/// Gives an access token for an assertion.
pub(super) fn token(shared: &Shared, head: &Parts, body: &Bytes) -> Reply {
    let mut state = shared.lock();
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let assertion = field("assertion").unwrap_or_default().to_owned();
    state.assertions.push(assertion.clone());
    if !kind.starts_with("application/x-www-form-urlencoded") || field("grant_type") != Some(GRANT) {
        return refuse(&mut state, "unsupported_grant_type", &format!("Invalid grant_type: {:?}", field("grant_type")));
    }
    match check(&assertion, &shared.token_uri()) {
        Ok(()) => {
            let number = state.fresh();
            let token = format!("ya29.c.b0Fake{number:04}-{}", "Aa0_".repeat(32));
            state.issued.push(token.clone());
            state.valid.insert(token.clone());
            let mut grant = json!({"access_token": token, "token_type": "Bearer"});
            if let Some(seconds) = state.settings.token_seconds {
                grant["expires_in"] = seconds.into();
            }
            Reply::json(200, &grant)
        }
        Err((error, description)) => refuse(&mut state, error, description),
    }
}

fn refuse(state: &mut State, error: &str, description: &str) -> Reply {
    state.violations.push(format!("token: {error}: {description}"));
    Reply::json(400, &json!({"error": error, "error_description": description}))
}

fn check(assertion: &str, token_uri: &str) -> Result<(), (&'static str, &'static str)> {
    let key = key::account();
    let mut signature_only = Validation::new(Algorithm::RS256);
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;
    signature_only.required_spec_claims.clear();
    let header = decode_header(assertion).map_err(|_| ("invalid_request", "Bad Request"))?;
    if header.kid.is_some_and(|kid| kid != key.kid) {
        return Err(("invalid_grant", "Invalid grant: account not found"));
    }
    let Ok(decoded) = decode::<Value>(assertion, &key.decoding, &signature_only) else {
        return Err(("invalid_grant", "Invalid JWT Signature."));
    };
    let claims = decoded.claims;
    if claims["iss"] != state::ACCOUNT {
        return Err(("invalid_grant", "Invalid grant: account not found"));
    }
    if claims["aud"] != token_uri {
        return Err(("invalid_grant", "Invalid JWT: Failed audience check."));
    }
    if claims["scope"] != SCOPE {
        return Err(("invalid_scope", "Invalid OAuth scope or ID token audience provided."));
    }
    // Whether it is now cannot be told: a test has its own time.
    match (claims["iat"].as_i64(), claims["exp"].as_i64()) {
        (Some(iat), Some(exp)) if (1..=3600).contains(&(exp - iat)) => Ok(()),
        _ => Err((
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
        )),
    }
}

/// The keys as a "JSON Web Key Set".
pub(super) fn keys(state: &mut State) -> Reply {
    state.key_fetches += 1;
    let numbers = state.signing.saturating_sub(1)..=state.signing;
    let keys: Vec<_> = numbers.map(|number| key::signing(number).jwk.clone()).collect();
    let reply = Reply::json(200, &json!({ "keys": keys }));
    match &state.settings.keys_cache {
        Some(cache) => reply.header(CACHE_CONTROL, cache.clone()),
        None => reply,
    }
}
