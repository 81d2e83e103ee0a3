//! Google: signing in with an account there, and linking it to the account that one has.
//!
//! An account there is known by its `sub`, which never changes (<https://openid.net/specs/openid-connect-core-1_0.html>,
//! section 2). One account here may have several there.

use std::sync::Arc;

use google::{Claims, Flaw, TokenError, Verifier, VerifierConfig};
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    merging::{self, Joined},
    profile::Name,
    registration,
    sign_in::{SignInError, SignedIn},
    tokens::NewDevice,
};
use crate::{
    app::{App, Shared},
    config,
    db::{
        Conn, Ts, dialect,
        identities::{self, Identity, IdentityProvider::Google},
        join, used_proofs,
        users::{self, User},
    },
    ids,
};

/// The longest `sub` that OpenID Connect allows.
const MAX_SUBJECT: usize = 255;

/// Signing in with Google, as it is configured.
#[derive(Debug)]
pub struct GoogleSignIn {
    verifier: Verifier,
    /// Whom tokens must be for.
    client_ids: Vec<String>,
    /// The client that people sign in with from the web client: the first.
    pub client_id: String,
    /// Where people are sent to sign in.
    pub authorization_url: String,
}

impl GoogleSignIn {
    /// The configured sign-in; none without a client.
    pub fn new(config: &config::Google) -> Result<Option<Self>, google::ConfigError> {
        let Some(client_id) = config.client_ids.first().cloned() else { return Ok(None) };
        let verifier = VerifierConfig { keys_url: config.keys_url.clone(), ..VerifierConfig::default() };
        Ok(Some(Self {
            verifier: Verifier::new(verifier)?,
            client_ids: config.client_ids.clone(),
            client_id,
            authorization_url: config.authorization_url.clone(),
        }))
    }
}

/// What somebody shows to prove that an account at Google is theirs.
#[derive(Debug)]
pub struct Proof<'a> {
    /// The ID token.
    pub id_token: &'a str,
    /// What was given to Google to be written into it.
    pub nonce: &'a str,
}

/// An account at Google that was proved.
struct Proved {
    claims: Claims,
    /// Of what Google has signed.
    hash: [u8; 32],
}

/// Which account's id, tokens and profile stay when two become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The caller's.
    This,
    /// The one that the account at Google is linked to.
    Other,
}

/// Why an account at Google is not linked.
#[derive(Debug, thiserror::Error)]
pub enum GoogleLinkError {
    /// It is not proved.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// It is linked to another account here, and nobody said which to keep.
    #[error("it is linked to another account")]
    Taken,
    /// Both accounts have a Telegram account of their own, and one account can only have one.
    #[error("both accounts have a Telegram account")]
    Apart,
    /// The caller's account, or the other, is gone.
    #[error("an account is gone")]
    Gone,
    /// An answer in progress in the account that would go could not be stopped in time.
    #[error("the account is busy")]
    Busy,
}

impl From<sqlx::Error> for GoogleLinkError {
    fn from(error: sqlx::Error) -> Self {
        if dialect::gave_way(&error) { Self::Busy } else { Self::SignIn(error.into()) }
    }
}

async fn prove(app: &App, proof: &Proof<'_>) -> Result<Proved, SignInError> {
    let google = app.google.as_ref().ok_or(SignInError::Off)?;
    let audience: Vec<&str> = google.client_ids.iter().map(String::as_str).collect();
    let claims = google.verifier.verify(proof.id_token, &audience, app.clock.now().to_timestamp()).await;
    let claims = claims.map_err(|error| match error {
        TokenError::Invalid(flaw) => SignInError::invalid(flaw),
        TokenError::Unavailable(message) => SignInError::Unavailable(message),
    })?;
    if claims.sub.is_empty() || claims.sub.len() > MAX_SUBJECT {
        return Err(SignInError::invalid(Flaw::Claims));
    }
    if claims.nonce.as_deref() != Some(proof.nonce) {
        return Err(SignInError::invalid("of another nonce"));
    }
    // Without the signature, which could be written otherwise.
    let signed = proof.id_token.rsplit_once('.').map_or(proof.id_token, |(signed, _)| signed);
    Ok(Proved { claims, hash: ids::sha256(signed.as_bytes()) })
}

/// Signs a device in to the account that an account at Google is linked to, or to a new one.
pub async fn sign_in(
    app: &App,
    proof: &Proof<'_>,
    device_name: Option<String>,
    language: Option<String>,
) -> Result<SignedIn, SignInError> {
    let Proved { claims, hash } = prove(app, proof).await?;
    let now = app.clock.now();
    let name = claims.name.as_deref().and_then(Name::nearest).map(Name::into_inner);
    let stranger = User { name, language, ..User::new(app.new_id(), now) };
    let admission = Arc::new(Admission {
        identity: identity(app, stranger.id, &claims),
        stranger,
        device: NewDevice::new(app, device_name),
        hash,
        expires_at: Ts::from_timestamp(claims.exp),
        zone: app.zone.clone(),
    });
    let user = match admit(app, &admission).await {
        Err(error) if error.has_raced() => admit(app, &admission).await?,
        admitted => admitted?,
    };
    let is_new = user.id == admission.stranger.id;
    Ok(SignedIn { user, pair: admission.device.clone().pair(), is_new })
}

/// What is to be done at once.
struct Admission {
    /// As it is if nobody has it.
    identity: Identity,
    stranger: User,
    device: NewDevice,
    hash: [u8; 32],
    expires_at: Ts,
    zone: TimeZone,
}

fn identity(app: &App, user_id: Uuid, claims: &Claims) -> Identity {
    let created_at = app.clock.now();
    Identity { id: app.new_id(), user_id, provider: Google, subject: claims.sub.clone(), created_at }
}

async fn admit(app: &App, admission: &Arc<Admission>) -> Result<User, SignInError> {
    let admission = admission.clone();
    let admitted = app.db.write(move |tx| {
        let admission = admission.clone();
        Box::pin(async move { write(tx, &admission).await })
    });
    admitted.await
}

/// The transaction.
async fn write(tx: &mut Conn<'_>, admission: &Admission) -> Result<User, SignInError> {
    let Admission { identity, stranger, device, hash, expires_at, zone } = admission;
    if !used_proofs::take(tx, hash, *expires_at).await? {
        return Err(SignInError::Used);
    }
    let known = match identities::holder(tx, Google, &identity.subject).await? {
        Some(id) => users::find(tx, id).await?,
        None => None,
    };
    let user = match known {
        Some(user) if user.blocked_at.is_some() => return Err(SignInError::Blocked),
        Some(user) => user,
        None => {
            registration::add(tx, stranger, zone).await?;
            if !identities::insert(tx, identity).await? {
                return Err(SignInError::Raced);
            }
            stranger.clone()
        }
    };
    device.sign_in(tx, user.id).await?;
    Ok(user)
}

/// Links an account at Google to the caller's. One that another account here has makes the two one, if the caller says
/// which to keep; answers in progress in the one that goes are stopped first.
pub async fn link(app: &Shared, caller: Uuid, proof: &Proof<'_>, keep: Option<Keep>) -> Result<User, GoogleLinkError> {
    let Proved { claims, .. } = prove(app, proof).await?;
    let new = identity(app, caller, &claims);
    let holder = app.db.write(move |tx| {
        let new = new.clone();
        Box::pin(async move {
            identities::insert(tx, &new).await?;
            identities::holder(tx, Google, &new.subject).await
        })
    });
    let holder = holder.await?.ok_or(GoogleLinkError::Gone)?;
    let other = (holder != caller).then_some(holder);
    match (other, keep) {
        (None, _) => {
            let user = users::find(&mut app.db.read().await?.conn(), caller).await?;
            user.ok_or(GoogleLinkError::Gone)
        }
        (Some(_), None) => Err(GoogleLinkError::Taken),
        (Some(other), Some(Keep::This)) => join(app, claims.sub, caller, other, other).await,
        (Some(other), Some(Keep::Other)) => join(app, claims.sub, other, caller, other).await,
    }
}

/// Makes one account of two, of which `holder` has the account at Google.
async fn join(app: &Shared, subject: String, stays: Uuid, goes: Uuid, holder: Uuid) -> Result<User, GoogleLinkError> {
    let (now, zone) = (app.clock.now(), app.zone.clone());
    let is_busy = |error: &GoogleLinkError| matches!(error, GoogleLinkError::Busy);
    let joined = merging::at_rest(app, goes, is_busy, move |tx| {
        let (subject, zone) = (subject.clone(), zone.clone());
        Box::pin(async move {
            let (stays, goes) = people(tx, &subject, stays, goes, holder).await?;
            merge(tx, stays, goes, now, &zone).await
        })
    });
    let joined = joined.await?;
    tracing::info!(user_id = %joined.user.id, "two accounts were joined by one at Google");
    Ok(joined.user)
}

/// The two, locked; both are there, and the account at Google is where it was.
async fn people(
    tx: &mut Conn<'_>,
    subject: &str,
    stays: Uuid,
    goes: Uuid,
    holder: Uuid,
) -> Result<(User, User), GoogleLinkError> {
    dialect::lock_people(tx, stays, goes).await?;
    if identities::holder(tx, Google, subject).await? != Some(holder) {
        return Err(GoogleLinkError::Gone);
    }
    let stays = users::find(tx, stays).await?.ok_or(GoogleLinkError::Gone)?;
    let goes = users::find(tx, goes).await?.ok_or(GoogleLinkError::Gone)?;
    Ok((stays, goes))
}

async fn merge(
    tx: &mut Conn<'_>,
    stays: User,
    goes: User,
    now: Ts,
    zone: &TimeZone,
) -> Result<Joined, GoogleLinkError> {
    if stays.blocked_at.is_some() || goes.blocked_at.is_some() {
        return Err(SignInError::Blocked.into());
    }
    if stays.telegram_id.is_some() && goes.telegram_id.is_some() {
        return Err(GoogleLinkError::Apart);
    }
    if join::has_open_turn(tx, goes.id).await? {
        return Err(GoogleLinkError::Busy);
    }
    Ok(merging::unite(tx, stays, goes, now, zone).await?)
}

/// When a person's account at Google was linked, the first if there are several; none: there is none.
pub async fn linked_at(app: &App, user_id: Uuid) -> Result<Option<Ts>, sqlx::Error> {
    let all = identities::page(&mut app.db.read().await?.conn(), user_id, Uuid::nil(), 100).await?;
    Ok(all.iter().filter(|identity| identity.provider == Google).map(|identity| identity.created_at).min())
}

/// Forgets a person's accounts at Google; false when there are none.
pub async fn unlink(app: &App, user_id: Uuid) -> Result<bool, sqlx::Error> {
    let deleted = app.db.write(move |tx| Box::pin(async move { identities::delete(tx, user_id, Google).await }));
    Ok(deleted.await? > 0)
}
