//! JSON bodies and query strings, with our own problems where they cannot be read.

use std::{error::Error as _, fmt, marker::PhantomData};

use axum::{
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{JsonDataError, JsonRejection},
    },
    http::request::Parts,
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::Problem;
use crate::{account::profile::Change, problem::Kind};

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = axum::Json::<Object<T>>::from_request(request, state).await;
        body.map(|axum::Json(Object(value))| Self(value)).map_err(problem)
    }
}

/// Only an object: serde would also read a struct from an array of its members.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Object)
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

fn problem(rejection: JsonRejection) -> Problem {
    match rejection {
        JsonRejection::JsonDataError(e) => mistyped(&e),
        JsonRejection::JsonSyntaxError(e) => Problem::new(Kind::BadRequest).detail(e.body_text()),
        JsonRejection::MissingJsonContentType(_) => Problem::new(Kind::UnsupportedMediaType),
        JsonRejection::BytesRejection(e) if e.status() == 413 => Problem::new(Kind::TooLarge),
        other => Problem::new(Kind::BadRequest).detail(other.body_text()),
    }
}

/// A value of the wrong type, or one that is missing: named like a value that is out of its range.
fn mistyped(rejection: &JsonDataError) -> Problem {
    let causes = std::iter::successors(rejection.source(), |&error| error.source());
    let mut found =
        causes.filter_map(<dyn std::error::Error>::downcast_ref::<serde_path_to_error::Error<serde_json::Error>>);
    let Some(error) = found.next() else { return Problem::new(Kind::Invalid).detail(rejection.body_text()) };
    let (path, message) = (error.path().to_string(), error.inner().to_string());
    // The position in the text is of no use to whoever fills in a form.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    match (path.as_str(), missing) {
        (".", None) => Problem::new(Kind::Invalid).detail(message),
        (".", Some(field)) => Problem::invalid_field(field, "is missing"),
        (path, Some(field)) => Problem::invalid_field(&format!("{path}.{field}"), "is missing"),
        (path, None) => Problem::invalid_field(path, message),
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

/// A member that may be absent, null or a value: for `#[serde(default, deserialize_with = "change")]`.
pub(super) fn change<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Change<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map_or(Change::Clear, Change::Set))
}
