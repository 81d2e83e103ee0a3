//! `/v1/auth/telegram`, `/v1/auth/google`: signing in by what Telegram or Google says of a person.

use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, Result,
    account::{Registered, check_label, check_language, checked},
    body::Json,
    extract::{ClientAddress, Person},
    problem::FieldError,
    router::Edge,
    view,
};
use crate::{
    account::{
        google::{self, GoogleLinkError, Keep, Proof},
        mini_app,
        sign_in::{SignInError, SignedIn},
    },
    db::Ts,
    problem::Kind,
};

/// How people can sign in here, besides with a new account.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInMethods {
    /// Whether a Telegram bot is connected, and with it the Mini App.
    telegram: bool,
    /// Absent: nobody signs in with Google here.
    #[serde(skip_serializing_if = "Option::is_none")]
    google: Option<GoogleClient>,
}

/// What an app needs to send somebody to Google (OpenID Connect Core 1.0, 3.2.2.1).
#[derive(Debug, Serialize, ToSchema)]
pub struct GoogleClient {
    /// The OAuth client of the web client; an Android app has one of its own.
    #[schema(example = "123-abc.apps.googleusercontent.com")]
    client_id: String,
    /// Where to sign in.
    #[schema(example = "https://accounts.google.com/o/oauth2/v2/auth")]
    authorization_url: String,
}

/// How one can sign in
#[utoipa::path(get, path = "/v1/auth/methods", operation_id = "list_sign_in_methods", tag = "account", security(()),
    responses((status = 200, body = SignInMethods)))]
pub async fn methods(State(edge): State<Edge>) -> Answer<SignInMethods> {
    let google = edge.app.google.as_ref().map(|google| GoogleClient {
        client_id: google.client_id.clone(),
        authorization_url: google.authorization_url.clone(),
    });
    Answer(SignInMethods { telegram: edge.app.bot.is_some(), google })
}

/// What Telegram handed a Mini App.
#[derive(Deserialize, ToSchema)]
pub struct TelegramSignIn {
    /// `Telegram.WebApp.initData`, or `tgWebAppData` of the page's address, decoded once.
    #[schema(example = "user=%7B%22id%22%3A5000000001%7D&auth_date=1772366400&hash=…", max_length = 16384)]
    init_data: String,
    /// What to call this device in the list of devices.
    #[schema(example = "Telegram", min_length = 1, max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    device_name: Option<String>,
}

/// Sign in from the Mini App
///
/// Signs the device in to the account of the person who has opened the Mini App in Telegram; whoever has none gets one,
/// as by /start in the bot. What Telegram hands the page signs one device in, within an hour of the page's opening: when
/// the page is loaded again it goes on with its tokens, as the second time the answer is `sign-in-used`.
#[utoipa::path(post, path = "/v1/auth/telegram", operation_id = "sign_in_with_telegram", tag = "account",
    request_body = TelegramSignIn, security(()),
    responses((status = 200, body = Registered), (status = 201, body = Registered, description = "The account is new"),
        (status = 403, body = Problem, description = "`blocked`"),
        (status = 409, body = Problem, description = "`telegram-off`, `sign-in-used`"),
        (status = 422, body = Problem, description = "`sign-in-invalid`: forged, or expired; `invalid`")))]
pub async fn telegram(
    State(edge): State<Edge>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<TelegramSignIn>,
) -> Result<impl IntoResponse> {
    let mut errors = Vec::new();
    let device = checked("device_name", body.device_name, check_label, &mut errors);
    refuse_any(errors)?;
    edge.limits.registration(address).map_err(|seconds| Problem::new(Kind::TooManyRequests).retry_after(seconds))?;
    let signed_in = mini_app::sign_in(&edge.app, &body.init_data, device).await;
    let SignedIn { user, pair, is_new } = signed_in.map_err(|error| refused(error, Kind::TelegramOff))?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Answer(Registered::new(view::User::new(user, edge.app.clock.now()), pair))))
}

/// What Google says of somebody.
#[derive(Deserialize, ToSchema)]
pub struct GoogleSignIn {
    /// The ID token, as Google gave it.
    #[schema(max_length = 16384)]
    id_token: String,
    /// What was given to Google with the request, and stands in the token: new for each.
    #[schema(min_length = 1, max_length = 255)]
    nonce: String,
    /// With a token of an account: which of the two stays when the account at Google is linked to another.
    keep: Option<Keep>,
    /// What to call this device in the list of devices.
    #[schema(example = "Pixel 9", min_length = 1, max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    device_name: Option<String>,
    /// Preferred language of a new account, a BCP 47 tag.
    #[schema(example = "ru", max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    language: Option<String>,
}

/// Somebody who is signed in, or whose account is linked.
#[derive(Serialize, ToSchema)]
pub struct SignedInPerson {
    /// The person. `name` is null when Google says none: then ask for it.
    user: view::User,
    /// For calls. This and the following are absent when the call was made with a token: that goes on, whichever
    /// account stayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    /// For the next pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Seconds until the access token ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
}

/// Sign in with Google
///
/// Without a token: signs the device in to the account that the account at Google is linked to, or to a new one (201).
/// Each ID token signs one device in: `sign-in-used`.
///
/// With a token: links the account at Google to the caller's. If it is linked to another, the answer is `google-taken`;
/// sent again with `keep`, the two become one: both histories, both usages, the better plan. `this` keeps the id and
/// the profile of the caller's account, `other` those of the other one; every device of both stays signed in.
#[utoipa::path(post, path = "/v1/auth/google", operation_id = "sign_in_with_google", tag = "account",
    request_body = GoogleSignIn, security((), ("bearer" = [])),
    responses((status = 200, body = SignedInPerson),
        (status = 201, body = SignedInPerson, description = "The account is new"),
        (status = 401, body = Problem), (status = 403, body = Problem, description = "`blocked`"),
        (status = 409, body = Problem,
            description = "`google-off`, `sign-in-used`, `google-taken`: say which to keep; `accounts-apart`"),
        (status = 422, body = Problem, description = "`sign-in-invalid`: forged, for another client, expired, of \
         another nonce; `invalid`"),
        (status = 503, body = Problem, description = "`sign-in-unavailable`: Google's keys cannot be had; `overloaded`: \
         an answer in progress could not be stopped; `unavailable`")))]
pub async fn google(
    State(edge): State<Edge>,
    caller: Option<Person>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<GoogleSignIn>,
) -> Result<impl IntoResponse> {
    let mut errors = Vec::new();
    let device = checked("device_name", body.device_name, check_label, &mut errors);
    let language = checked("language", body.language, check_language, &mut errors);
    if !(1..=255).contains(&body.nonce.chars().count()) {
        errors.push(FieldError { field: "nonce".into(), message: "must be 1 to 255 characters".into() });
    }
    refuse_any(errors)?;
    edge.limits.registration(address).map_err(|seconds| Problem::new(Kind::TooManyRequests).retry_after(seconds))?;
    let proof = Proof { id_token: &body.id_token, nonce: &body.nonce };
    let (status, user, pair) = match caller {
        Some(person) => (StatusCode::OK, google::link(&edge.app, person.id, &proof, body.keep).await?, None),
        None => {
            let signed_in = google::sign_in(&edge.app, &proof, device, language).await;
            let SignedIn { user, pair, is_new } = signed_in.map_err(|error| refused(error, Kind::GoogleOff))?;
            (if is_new { StatusCode::CREATED } else { StatusCode::OK }, user, Some(pair))
        }
    };
    let expires_in = pair.as_ref().map(|pair| pair.expires_in);
    let (access_token, refresh_token) = pair.map(|pair| (pair.access_token, pair.refresh_token)).unzip();
    let user = view::User::new(user, edge.app.clock.now());
    Ok((status, Answer(SignedInPerson { user, access_token, refresh_token, expires_in })))
}

/// Whether the account is linked to one at Google.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoogleLink {
    /// When it was linked; null: it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    linked_at: Option<Ts>,
}

/// The account at Google
#[utoipa::path(get, path = "/v1/me/google", operation_id = "show_google_link", tag = "account",
    responses((status = 200, body = GoogleLink)))]
pub async fn show(State(edge): State<Edge>, person: Person) -> Result<Answer<GoogleLink>> {
    Ok(Answer(GoogleLink { linked_at: google::linked_at(&edge.app, person.id).await? }))
}

/// Unlink the account at Google
///
/// It signs nobody in to this account any more. Devices that are signed in stay so.
#[utoipa::path(delete, path = "/v1/me/google", operation_id = "unlink_google", tag = "account",
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn unlink(State(edge): State<Edge>, person: Person) -> Result<StatusCode> {
    match google::unlink(&edge.app, person.id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}

fn refuse_any(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

fn refused(error: SignInError, off: Kind) -> Problem {
    match error {
        SignInError::Off => Problem::new(off),
        SignInError::Invalid(what) => Problem::new(Kind::SignInInvalid).detail(what),
        SignInError::Used => Problem::new(Kind::SignInUsed),
        SignInError::Blocked => Problem::new(Kind::Blocked),
        // Made a moment ago, and gone again: whoever tries once more finds either.
        SignInError::Raced => Problem::new(Kind::Overloaded).retry_after(1),
        SignInError::Unavailable(why) => Problem::new(Kind::SignInUnavailable).retry_after(10).source(why),
        SignInError::Database(error) => error.into(),
    }
}

impl From<GoogleLinkError> for Problem {
    fn from(error: GoogleLinkError) -> Self {
        match error {
            GoogleLinkError::SignIn(error) => refused(error, Kind::GoogleOff),
            GoogleLinkError::Taken => Self::new(Kind::GoogleTaken),
            GoogleLinkError::Apart => Self::new(Kind::AccountsApart),
            GoogleLinkError::Gone => Self::new(Kind::Unauthorized),
            GoogleLinkError::Busy => Self::new(Kind::Overloaded).retry_after(5),
        }
    }
}
