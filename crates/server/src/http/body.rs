//! JSON bodies and query strings, with our own problems where they cannot be read.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::Problem;
use crate::problem::Kind;

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        axum::Json::<T>::from_request(request, state).await.map(|axum::Json(value)| Self(value)).map_err(problem)
    }
}

fn problem(rejection: JsonRejection) -> Problem {
    match rejection {
        JsonRejection::JsonDataError(e) => Problem::new(Kind::Invalid).detail(e.body_text()),
        JsonRejection::JsonSyntaxError(e) => Problem::new(Kind::BadRequest).detail(e.body_text()),
        JsonRejection::MissingJsonContentType(_) => Problem::new(Kind::UnsupportedMediaType),
        JsonRejection::BytesRejection(e) if e.status() == 413 => Problem::new(Kind::TooLarge),
        other => Problem::new(Kind::BadRequest).detail(other.body_text()),
    }
}

/// A query string.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|e| Problem::new(Kind::BadRequest).detail(e.body_text()))
    }
}

/// A path whose parameters are ids: anything else is not found.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found())
    }
}
