//! `/v1/users`, `/v1/me`: first contact, the profile, what is held, and the end.

use axum::{
    Json as Answer,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, Result,
    body::{Json, change},
    extract::{ClientAddress, Person},
    problem::FieldError,
    router::Edge,
    view,
};
use crate::{
    account::{
        erasure, export,
        profile::{self, Change, Name, Profile},
        registration,
        tokens::Pair,
    },
    db::users::{self, Gender},
    problem::Kind,
};

/// The front's model: {name, gender, age}.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PersonModel {
    /// 1 to 64 characters of any script, without control characters.
    #[schema(
        example = "Анна",
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]*$"
    )]
    name: String,
    /// Absent or null: not stated.
    gender: Option<Gender>,
    /// Years, 1 to 120. Absent or null: not stated.
    #[schema(example = 27, minimum = 1, maximum = 120)]
    age: Option<i64>,
}

impl PersonModel {
    /// Checks the model; refused values are added to `errors` under `prefix`.
    pub fn check(self, prefix: &str, errors: &mut Vec<FieldError>) -> Option<profile::Person> {
        let mut refuse = |field: &str, message: &str| {
            errors.push(FieldError { field: format!("{prefix}{field}"), message: message.into() });
        };
        let name = Name::parse(&self.name).map_err(|message| refuse("name", message)).ok();
        let age = match self.age {
            None => Some(None),
            Some(age) => match i16::try_from(age) {
                Ok(age @ 1..=120) => Some(Some(age)),
                _ => {
                    refuse("age", "must be 1 to 120");
                    None
                }
            },
        };
        Some(profile::Person { name: name?, gender: self.gender, age: age? })
    }
}

/// First contact.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Registration {
    /// 1 to 64 characters of any script, without control characters.
    #[schema(
        example = "Анна",
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]*$"
    )]
    name: String,
    /// Absent or null: not stated.
    gender: Option<Gender>,
    /// Years, 1 to 120. Absent or null: not stated.
    #[schema(example = 27, minimum = 1, maximum = 120)]
    age: Option<i64>,
    /// What to call this device in the list of devices.
    #[schema(example = "Pixel 9", min_length = 1, max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    device_name: Option<String>,
    /// Preferred language, a BCP 47 tag.
    #[schema(example = "ru", max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    language: Option<String>,
}

/// A new account, signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// The person.
    user: view::User,
    /// For calls: `Authorization: Bearer …`.
    access_token: String,
    /// For the next pair, at `POST /v1/auth/refresh`.
    refresh_token: String,
    /// Seconds until the access token ends.
    expires_in: u64,
}

impl Registered {
    /// The answer to whoever has just been signed in.
    pub(super) fn new(user: view::User, pair: Pair) -> Self {
        let Pair { access_token, refresh_token, expires_in } = pair;
        Self { user, access_token, refresh_token, expires_in }
    }
}

/// First contact
///
/// Creates an account of the front's model and signs the device in. The account has the free plan.
#[utoipa::path(post, path = "/v1/users", tag = "account", request_body = Registration, security(()),
    responses((status = 201, body = Registered)))]
pub async fn register(
    State(edge): State<Edge>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<Registration>,
) -> Result<impl IntoResponse> {
    let mut errors = Vec::new();
    let person = PersonModel { name: body.name, gender: body.gender, age: body.age }.check("", &mut errors);
    let device = checked("device_name", body.device_name, check_label, &mut errors);
    let language = checked("language", body.language, check_language, &mut errors);
    let Some(person) = person.filter(|_| errors.is_empty()) else { return Err(Problem::invalid(errors)) };
    edge.limits.registration(address).map_err(|seconds| Problem::new(Kind::TooManyRequests).retry_after(seconds))?;
    let (user, pair) = registration::register(&edge.app, person, device, language).await?;
    Ok((StatusCode::CREATED, Answer(Registered::new(view::User::new(user, edge.app.clock.now()), pair))))
}

/// The caller
#[utoipa::path(get, path = "/v1/me", tag = "account", responses((status = 200, body = view::User)))]
pub async fn me(State(edge): State<Edge>, person: Person) -> Result<Answer<view::User>> {
    let user = users::find(&mut edge.app.db.read().await?.conn(), person.id).await?;
    let user = user.ok_or_else(|| Problem::new(Kind::Unauthorized))?;
    Ok(Answer(view::User::new(user, edge.app.clock.now())))
}

/// The profile: the front's model, and what may be left out.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ProfileModel {
    /// 1 to 64 characters of any script, without control characters.
    #[schema(
        example = "Анна",
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]*$"
    )]
    name: String,
    /// Absent or null: cleared.
    gender: Option<Gender>,
    /// Years, 1 to 120. Absent or null: cleared.
    #[schema(example = 27, minimum = 1, maximum = 120)]
    age: Option<i64>,
    /// The default companion of new dialogues. Absent: as it was; null: the service's.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<PersonModel>)]
    companion: Change<PersonModel>,
    /// Preferred language, a BCP 47 tag. Absent: as it was; null: cleared.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "ru", max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    language: Change<String>,
    /// IANA time zone. Absent: as it was; null: cleared.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "Europe/Moscow")]
    time_zone: Change<String>,
}

/// Set the profile
#[utoipa::path(put, path = "/v1/me/profile", tag = "account", request_body = ProfileModel,
    responses((status = 200, body = view::User)))]
pub async fn set_profile(
    State(edge): State<Edge>,
    person: Person,
    Json(body): Json<ProfileModel>,
) -> Result<Answer<view::User>> {
    let mut errors = Vec::new();
    let who = PersonModel { name: body.name, gender: body.gender, age: body.age }.check("", &mut errors);
    let companion = match body.companion {
        Change::Set(model) => model.check("companion.", &mut errors).map_or(Change::Keep, Change::Set),
        Change::Clear => Change::Clear,
        Change::Keep => Change::Keep,
    };
    let language = checked_change("language", body.language, check_language, &mut errors);
    let time_zone = checked_change("time_zone", body.time_zone, check_time_zone, &mut errors);
    let Some(who) = who.filter(|_| errors.is_empty()) else { return Err(Problem::invalid(errors)) };
    let user = profile::set(&edge.app, person.id, Profile { person: who, companion, language, time_zone }).await?;
    let user = user.ok_or_else(|| Problem::new(Kind::Unauthorized))?;
    Ok(Answer(view::User::new(user, edge.app.clock.now())))
}

/// Erase the account
///
/// Running answers are stopped, and everything the service holds on the person is gone: dialogues, journal, usage.
#[utoipa::path(delete, path = "/v1/me", tag = "account",
    responses((status = 204), (status = 409, body = Problem, description = "`last-owner`")))]
pub async fn erase(State(edge): State<Edge>, person: Person) -> Result<StatusCode> {
    erasure::erase(&edge.app, person.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Export
///
/// Everything the service holds on the person, as one JSON document, streamed.
#[utoipa::path(get, path = "/v1/me/export", tag = "account",
    responses((status = 200, content_type = "application/json", body = Object)))]
pub async fn export(State(edge): State<Edge>, person: Person) -> Result<Response> {
    let stream = export::start(&edge.app, person.id, person.call).await?;
    let stream = stream.ok_or_else(|| Problem::new(Kind::Unauthorized))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"beseda-export.json\""),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

pub(super) type Check = fn(&str) -> std::result::Result<String, &'static str>;

pub(super) fn checked(
    field: &str,
    value: Option<String>,
    check: Check,
    errors: &mut Vec<FieldError>,
) -> Option<String> {
    match check(&value?) {
        Ok(value) => Some(value),
        Err(message) => {
            errors.push(FieldError { field: field.into(), message: message.into() });
            None
        }
    }
}

fn checked_change(field: &str, value: Change<String>, check: Check, errors: &mut Vec<FieldError>) -> Change<String> {
    match value {
        Change::Set(text) => checked(field, Some(text), check, errors).map_or(Change::Keep, Change::Set),
        other => other,
    }
}

/// A short text that a person gives to a thing: 1 to 100 characters without control characters.
pub(super) fn check_label(text: &str) -> std::result::Result<String, &'static str> {
    let text = text.trim();
    match text.chars().count() {
        1..=100 if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err("must be 1 to 100 characters without control characters"),
    }
}

pub(super) fn check_language(text: &str) -> std::result::Result<String, &'static str> {
    let mut parts = text.split('-');
    let language =
        parts.next().is_some_and(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if language && rest && text.len() <= 35 { Ok(text.to_owned()) } else { Err("must be a BCP 47 language tag") }
}

fn check_time_zone(text: &str) -> std::result::Result<String, &'static str> {
    jiff::tz::TimeZone::get(text).map(|_| text.to_owned()).map_err(|_| "must be an IANA time zone")
}
