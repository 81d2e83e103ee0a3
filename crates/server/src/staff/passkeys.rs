//! Passkeys (Web Authentication Level 3): keys that people's devices and password managers keep, and show only after
//! they have made sure of the person. A key names its owner by itself, so that signing in asks for nothing else.
//!
//! Passki follows the steps of registering (7.1) and of signing in (7.2); what it leaves to its caller is here: that a
//! challenge is taken once, in time and by whom it was made for; which algorithms were offered; whose credential it is;
//! and what is kept.

use std::time::Duration;

use passki::{
    AuthenticationChallenge, AuthenticationCredential, AuthenticationOptions, AuthenticationState, Passki, PasskiError,
    RegistrationChallenge, RegistrationCredential, RegistrationOptions, RegistrationState, ResidentKeyRequirement,
    StoredPasskey, UserVerificationRequirement,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    Actor, Office,
    audit::{self, Action, Entry},
    sessions::{Refusal, SignedInAs},
};
use crate::{
    config::Config,
    db::{
        JsonText, Result, admins, passkey_challenges,
        passkeys::{self, Passkey},
    },
    ids,
};

/// How many a person may have.
pub const MOST: usize = 20;
/// How long a challenge can be answered.
pub const LIFE: Duration = Duration::from_secs(5 * 60);
/// The same for browsers, in milliseconds.
const TIMEOUT: u64 = 5 * 60 * 1_000;
/// What a challenge's token begins with.
const PREFIX: &str = "bk_";
/// The longest id of a credential, in bytes (7.1).
const MOST_ID: usize = 1_023;
/// Where the flags of authenticator data are, and which of them says that the key may be copied (6.1).
const FLAGS: usize = 32;
const BACKUP_ELIGIBLE: u8 = 0x08;

/// Why a passkey is not asked for, or not added.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// Nobody asked for it in this session, or not for the last five minutes, or it was tried already.
    #[error("the challenge is none of ours, used or over")]
    Late,
    /// What the browser sent is not what was asked for.
    #[error("the passkey is not accepted: {0}")]
    Rejected(#[from] PasskiError),
    /// The credential is somebody's passkey already.
    #[error("the passkey is known already")]
    Known,
    /// The person has as many as they may.
    #[error("the person has {MOST} passkeys")]
    TooMany,
    /// The person's role has just been taken away.
    #[error("the person has no role")]
    NoRole,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The service as passkeys know it: by the domain of `http.public_url`, on whose pages alone they work. None when the
/// address has no domain (5.1.3: an IP address is none).
pub fn relying_party(config: &Config) -> Option<Passki> {
    let url: reqwest::Url = config.http.base_url().parse().ok()?;
    Some(Passki::new(url.domain()?, &[url.origin().ascii_serialization()], "Beseda"))
}

/// What a browser is asked for.
#[derive(Debug)]
pub struct Begun<T> {
    /// To be shown with the answer: for a cookie.
    pub token: String,
    /// The argument of `navigator.credentials`, as JSON.
    pub options: T,
}

/// What is kept while a passkey is added.
#[derive(Serialize, Deserialize)]
struct Adding {
    state: RegistrationState,
    /// The offered algorithms, by COSE's numbers.
    algorithms: Vec<i32>,
}

/// Asks for a new passkey of the person.
pub async fn begin_adding(
    office: Office<'_>,
    service: &Passki,
    who: &SignedInAs,
) -> Result<Begun<RegistrationChallenge>, PasskeyError> {
    let known = list(office, who.user_id).await?;
    if known.len() >= MOST {
        return Err(PasskeyError::TooMany);
    }
    let known: Vec<StoredPasskey> = known.into_iter().map(stored).collect();
    let mut options = RegistrationOptions::default();
    options.timeout = TIMEOUT;
    options.resident_key = ResidentKeyRequirement::Required;
    options.user_verification = UserVerificationRequirement::Required;
    options.exclude_credentials = Some(&known);
    let name = who.name.as_deref().unwrap_or(who.role.as_str());
    let (options, state) = service.start_passkey_registration(&who.user_id.into_bytes(), name, name, options)?;
    let algorithms = options.pub_key_cred_params.iter().map(|parameters| parameters.alg).collect();
    let token = keep(office, Some(who.session_id), &Adding { state, algorithms }).await?;
    Ok(Begun { token, options })
}

/// Adds the passkey that a browser has made for the person who acts.
pub async fn add(
    office: Office<'_>,
    service: &Passki,
    who: &SignedInAs,
    actor: Actor,
    token: &str,
    name: &str,
    made: &RegistrationCredential,
) -> Result<(), PasskeyError> {
    let adding: Adding = take(office, Some(who.session_id), token).await?.ok_or(PasskeyError::Late)?;
    let passkey = service.finish_passkey_registration(made, &adding.state)?;
    if !adding.algorithms.contains(&passkey.algorithm) {
        return Err(PasskiError::UnsupportedAlgorithm(passkey.algorithm).into());
    }
    if passkey.credential_id.len() > MOST_ID {
        return Err(PasskiError::InvalidAuthenticatorData.into());
    }
    let now = office.now();
    let passkey = Passkey {
        id: ids::new_id(now),
        user_id: who.user_id,
        name: name.to_owned(),
        credential_id: passkey.credential_id,
        public_key: passkey.public_key,
        algorithm: passkey.algorithm,
        sign_count: i64::from(passkey.counter),
        backup_eligible: passkey.be,
        created_at: now,
        last_used_at: None,
    };
    let entry = Entry::new(actor, Action::PasskeyAdded).to(who.user_id).on(passkey.id);
    let entry = entry.with(serde_json::json!({"name": name}));
    let added = office.db.write(move |tx| {
        let (passkey, entry) = (passkey.clone(), entry.clone());
        Box::pin(async move {
            // Two at once are counted one after the other.
            if !admins::lock(tx, passkey.user_id).await? {
                return Err(PasskeyError::NoRole);
            }
            if passkeys::list(tx, passkey.user_id).await?.len() >= MOST {
                return Err(PasskeyError::TooMany);
            }
            if !passkeys::insert(tx, &passkey).await? {
                return Err(PasskeyError::Known);
            }
            Ok(audit::record(tx, &entry, now).await?)
        })
    });
    added.await
}

/// The person's passkeys, the newest first.
pub async fn list(office: Office<'_>, user_id: Uuid) -> Result<Vec<Passkey>> {
    passkeys::list(&mut office.db.read().await?.conn(), user_id).await
}

/// Removes a passkey of the person who acts; false when there is no such one.
pub async fn remove(office: Office<'_>, actor: Actor, user_id: Uuid, id: Uuid) -> Result<bool> {
    let now = office.now();
    let entry = Entry::new(actor, Action::PasskeyRemoved).to(user_id).on(id);
    office
        .db
        .write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                let Some(name) = passkeys::remove(tx, user_id, id).await? else { return Ok(false) };
                audit::record(tx, &entry.with(serde_json::json!({"name": name})), now).await?;
                Ok::<_, sqlx::Error>(true)
            })
        })
        .await
}

/// A passkey that was shown, and has signed what was asked for.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// As they call it.
    pub name: String,
    /// How often it has signed now.
    pub sign_count: i64,
}

/// Asks for a passkey of whoever is there.
pub async fn begin_sign_in(
    office: Office<'_>,
    service: &Passki,
) -> Result<Begun<AuthenticationChallenge>, PasskeyError> {
    let mut options = AuthenticationOptions::default();
    options.timeout = TIMEOUT;
    options.user_verification = UserVerificationRequirement::Required;
    let (options, state) = service.start_passkey_authentication(&[], options)?;
    Ok(Begun { token: keep(office, None, &state).await?, options })
}

/// Looks at what a passkey has signed (7.2). Whatever comes of it, the challenge is used up.
pub async fn look_at(
    office: Office<'_>,
    service: &Passki,
    token: &str,
    shown: &AuthenticationCredential,
) -> Result<Result<Shown, Refusal>> {
    let refuse = |why, user_id| Ok(Err(Refusal { why, user_id }));
    let state: Option<AuthenticationState> = take(office, None, token).await?;
    let Some(state) = state else { return refuse("challenge", None) };
    let Ok(credential_id) = Passki::base64_decode(&shown.raw_id) else { return refuse("malformed", None) };
    let found = passkeys::find(&mut office.db.read().await?.conn(), &credential_id).await?;
    let Some(passkey) = found else { return refuse("unknown", None) };
    let (id, user_id, name) = (passkey.id, passkey.user_id, passkey.name.clone());
    match check(service, shown, &state, passkey) {
        Ok(sign_count) => Ok(Ok(Shown { id, user_id, name, sign_count })),
        Err(why) => refuse(why, Some(user_id)),
    }
}

/// The new count of signatures, or a word for why it is refused.
fn check(
    service: &Passki,
    shown: &AuthenticationCredential,
    state: &AuthenticationState,
    passkey: Passkey,
) -> Result<i64, &'static str> {
    let (user_id, backup_eligible) = (passkey.user_id, passkey.backup_eligible);
    let result = service.finish_passkey_authentication(shown, state, &stored(passkey)).map_err(|error| word(&error))?;
    // The person is known by nothing else, so it must say whose it is, and be theirs.
    if result.user_handle.as_deref() != Some(user_id.as_bytes()) {
        return Err("user-handle");
    }
    let data = Passki::base64_decode(&shown.response.authenticator_data).map_err(|error| word(&error))?;
    // A key does not become one that may be copied, or cease to be one.
    if data.get(FLAGS).is_none_or(|flags| (flags & BACKUP_ELIGIBLE != 0) != backup_eligible) {
        return Err("backup-eligibility");
    }
    Ok(i64::from(result.counter))
}

/// A word for the audit log: what others write stays out of it.
fn word(error: &PasskiError) -> &'static str {
    match error {
        PasskiError::ChallengeMismatch => "challenge",
        PasskiError::OriginMismatch { .. } | PasskiError::CrossOriginNotAllowed => "origin",
        PasskiError::RpIdHashMismatch => "relying-party",
        PasskiError::UserNotPresent | PasskiError::UserVerificationRequired => "user-verification",
        PasskiError::CounterRegression => "counter",
        PasskiError::SignatureVerificationFailed => "signature",
        _ => "malformed",
    }
}

/// A passkey as the library takes it.
fn stored(passkey: Passkey) -> StoredPasskey {
    let mut stored = StoredPasskey::default();
    stored.credential_id = passkey.credential_id;
    stored.public_key = passkey.public_key;
    stored.algorithm = passkey.algorithm;
    // It was one, and is only added to by what is.
    stored.counter = u32::try_from(passkey.sign_count).unwrap_or(u32::MAX);
    stored
}

/// Keeps what an answer is to be compared with, and gives the token that is to come with the answer.
async fn keep(office: Office<'_>, session_id: Option<Uuid>, state: &impl Serialize) -> Result<String, PasskeyError> {
    let (token, now) = (ids::new_token(PREFIX), office.now());
    let hash = ids::sha256(token.as_bytes());
    let state = JsonText::from(serde_json::to_string(state).map_err(PasskiError::from)?);
    let kept = office.db.write(move |tx| {
        let state = state.clone();
        Box::pin(async move { passkey_challenges::put(tx, &hash, session_id, &state, now, now.after(LIFE)).await })
    });
    kept.await?;
    Ok(token)
}

/// Takes what was kept, once, in the session that asked for it, or in none.
async fn take<S: DeserializeOwned>(office: Office<'_>, session_id: Option<Uuid>, token: &str) -> Result<Option<S>> {
    let (hash, now) = (ids::sha256(token.as_bytes()), office.now());
    let taken =
        office.db.write(move |tx| Box::pin(async move { passkey_challenges::take(tx, &hash, session_id, now).await }));
    Ok(taken.await?.and_then(|state| serde_json::from_str(&state.0).ok()))
}
