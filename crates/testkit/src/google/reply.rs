//! What a request is answered.

use std::io;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE},
};
use serde_json::{Value, json};

/// An answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) headers: Vec<(HeaderName, String)>,
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json; charset=UTF-8", body.to_string())
    }

    /// Google's form of an error.
    pub(super) fn error(status: u16, reason: &str, message: &str) -> Self {
        let name = match status {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 | 410 => "NOT_FOUND",
            409 => "ABORTED",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        let detail = json!({"message": message, "domain": "androidpublisher", "reason": reason});
        let error = json!({"code": status, "message": message, "errors": [detail], "status": name});
        Self::json(status, &json!({ "error": error }))
    }

    /// What is neither Google's API nor ours.
    pub(super) fn page(status: u16) -> Self {
        let page = format!("<!DOCTYPE html><html lang=en><title>Error {status}</title><p>That’s an error.</html>");
        Self::text(status, "text/html; charset=UTF-8", page)
    }

    pub(super) fn text(status: u16, kind: &str, body: String) -> Self {
        Self { status, body, headers: vec![(CONTENT_TYPE, kind.to_owned())] }
    }

    pub(super) fn header(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn response(self) -> io::Result<Response<Body>> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).map_err(io::Error::other)?;
        for (name, value) in self.headers {
            response.headers_mut().insert(name, HeaderValue::from_str(&value).map_err(io::Error::other)?);
        }
        Ok(response)
    }
}
