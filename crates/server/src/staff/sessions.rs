//! Sessions of the panel: begun by a link or a passkey, kept by a token that is exchanged about every quarter of an hour.

use std::{sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    Actor, Office,
    appoint::{self, Newcomer},
    audit::{self, Action, Entry},
    passkeys,
    role::Role,
};
use crate::{
    db::{
        self, Conn, Result, Ts, admin_links,
        admin_sessions::{self, AdminSession, Found},
        admins,
    },
    ids,
};

/// How long a session lasts at most.
pub const LIFE: Duration = Duration::from_secs(7 * 86_400);
/// How long it lasts unused.
const IDLE: Duration = Duration::from_secs(12 * 3_600);
/// How old a token gets before it is exchanged.
const ROTATION: Duration = Duration::from_secs(15 * 60);
/// How long the token before is taken for requests that were on their way.
const GRACE: Duration = Duration::from_secs(60);
/// How exact the moment of the last use is.
const SEEN: Duration = Duration::from_secs(60);
/// What a token begins with.
const PREFIX: &str = "bp_";
/// The longest name of a browser that is kept, in bytes.
const MOST_AGENT: usize = 256;

/// Where somebody signs in from.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The address.
    pub address: String,
    /// What it calls itself.
    pub user_agent: Option<String>,
}

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A link, which is used up by it.
    Link {
        /// The hash of its token.
        hash: [u8; 32],
        /// Who a first owner is going to be.
        newcomer: Newcomer,
        /// Where the newcomer's days begin and end.
        zone: TimeZone,
    },
    /// A passkey, after a look at what it has signed.
    Passkey(Result<passkeys::Shown, Refusal>),
}

/// Why somebody is not signed in.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// A word for the audit log.
    pub why: &'static str,
    /// Whose link or passkey it was.
    pub user_id: Option<Uuid>,
}

/// What came of it.
#[derive(Debug)]
pub enum SignedIn {
    /// A session, with its token, shown once.
    Session {
        /// For the cookie.
        token: String,
        /// Who is signed in.
        user_id: Uuid,
    },
    /// The link or passkey is none of ours, used, or over.
    Refused(&'static str),
}

/// Begins a session for who has proved who they are; whatever comes of it is recorded.
pub async fn sign_in(office: Office<'_>, proof: Proof, browser: Browser) -> Result<SignedIn> {
    let (now, token, proof) = (office.now(), ids::new_token(PREFIX), Arc::new(proof));
    let hash = ids::sha256(token.as_bytes());
    let agent = browser.user_agent.map(|agent| agent[..agent.floor_char_boundary(MOST_AGENT)].to_owned());
    let address = browser.address;
    let signing = office.db.write(move |tx| {
        let (address, agent, proof) = (address.clone(), agent.clone(), proof.clone());
        Box::pin(async move {
            let stranger = Actor::stranger(address.clone());
            let user_id = match proof.use_up(tx, now).await? {
                Ok(user_id) => user_id,
                Err(Refusal { why, user_id }) => {
                    let entry = proof.tell(Entry::new(stranger, Action::SignInFailed), Some(why));
                    audit::record(tx, &Entry { subject_id: user_id, ..entry }, now).await?;
                    return Ok(Err(why));
                }
            };
            let id = ids::new_id(now);
            let expires_at = now.after(LIFE);
            let session =
                admin_sessions::New { id, user_id, token_hash: hash, now, expires_at, address, user_agent: agent };
            admin_sessions::insert(tx, &session).await?;
            let admin = admins::find(tx, user_id).await?;
            let (name, role) = admin.map_or((None, None), |admin| (admin.name, Some(admin.role)));
            let actor = Actor { id: Some(user_id), name, role, session_id: Some(id), ..stranger };
            let entry = proof.tell(Entry::new(actor, Action::SignedIn).to(user_id), None);
            // A moment later, to stand behind a first owner's appointment.
            audit::record(tx, &entry, now.after(Duration::from_micros(1))).await?;
            Ok::<_, sqlx::Error>(Ok(user_id))
        })
    });
    Ok(match signing.await? {
        Ok(user_id) => SignedIn::Session { token, user_id },
        Err(why) => SignedIn::Refused(why),
    })
}

impl Proof {
    /// The link of this token.
    pub fn link(token: &str, newcomer: Newcomer, zone: &TimeZone) -> Self {
        Self::Link { hash: ids::sha256(token.as_bytes()), newcomer, zone: zone.clone() }
    }

    /// Uses it up in this transaction: whom it signs in.
    async fn use_up(&self, tx: &mut Conn<'_>, now: Ts) -> Result<Result<Uuid, Refusal>> {
        match self {
            Self::Link { hash, newcomer, zone } => use_link(tx, hash, newcomer, now, zone).await,
            Self::Passkey(Ok(shown)) => use_passkey(tx, shown, now).await,
            Self::Passkey(Err(refusal)) => Ok(Err(*refusal)),
        }
    }

    /// Says in the audit log what it was, and why it was refused.
    fn tell(&self, entry: Entry, why: Option<&str>) -> Entry {
        match (self, why) {
            (Self::Link { .. }, None) => entry,
            (Self::Link { .. }, Some(why)) => entry.with(serde_json::json!({"why": why})),
            (Self::Passkey(Ok(shown)), None) => {
                entry.on(shown.id).with(serde_json::json!({"by": "passkey", "name": shown.name}))
            }
            (Self::Passkey(_), why) => entry.with(serde_json::json!({"by": "passkey", "why": why})),
        }
    }
}

/// Uses a link up: whom it signs in, or why nobody, and whose it was.
async fn use_link(
    tx: &mut Conn<'_>,
    hash: &[u8],
    newcomer: &Newcomer,
    now: Ts,
    zone: &TimeZone,
) -> Result<Result<Uuid, Refusal>> {
    let refuse = |why, user_id| Ok(Err(Refusal { why, user_id }));
    let Some(link) = admin_links::find(tx, hash).await? else { return refuse("unknown", None) };
    if link.used_at.is_some() {
        return refuse("used", link.user_id);
    }
    if link.expires_at <= now {
        return refuse("expired", link.user_id);
    }
    let Some(user_id) = link.user_id else {
        if admin_links::take_first(tx, now).await? == 0 || admins::has_owner(tx).await? {
            return refuse("used", None);
        }
        return appoint::first_owner(tx, newcomer, now, zone).await.map(Ok);
    };
    if !may_enter(tx, user_id).await? {
        return refuse("no-role", Some(user_id));
    }
    if admin_links::take(tx, hash, now).await? { Ok(Ok(user_id)) } else { refuse("used", Some(user_id)) }
}

/// Notes that a passkey is used, which must still be there and not have signed more since.
async fn use_passkey(tx: &mut Conn<'_>, shown: &passkeys::Shown, now: Ts) -> Result<Result<Uuid, Refusal>> {
    let user_id = shown.user_id;
    let refuse = |why| Ok(Err(Refusal { why, user_id: Some(user_id) }));
    if !may_enter(tx, user_id).await? {
        return refuse("no-role");
    }
    let is_new = db::passkeys::touch(tx, shown.id, shown.sign_count, now).await?;
    if is_new { Ok(Ok(user_id)) } else { refuse("used") }
}

/// Whether the person has a role and is not blocked.
async fn may_enter(tx: &mut Conn<'_>, user_id: Uuid) -> Result<bool> {
    Ok(admins::find(tx, user_id).await?.is_some_and(|admin| admin.blocked_at.is_none()))
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedInAs {
    /// The session.
    pub session_id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// As what, at this moment.
    pub role: Role,
    /// What they are called.
    pub name: Option<String>,
    /// Their language.
    pub language: Option<String>,
    /// The next token, if it was exchanged just now: for the cookie.
    pub new_token: Option<String>,
}

/// Who a token speaks for. Exchanges it when it is old. An exchanged one that comes again after the grace means that two
/// hold it, and ends the session; unless nobody has come with the next one, which then never reached the browser.
pub async fn authenticate(office: Office<'_>, token: &str, address: &str) -> Result<Option<SignedInAs>> {
    let (db, now) = (office.db, office.now());
    let hash = ids::sha256(token.as_bytes());
    let found = admin_sessions::by_token(&mut db.read().await?.conn(), &hash).await?;
    let Some(found) = found.filter(|found| is_open(found, now)) else { return Ok(None) };
    let (id, has_come) = (found.id, found.last_seen_at > found.rotated_at);
    let is_late = found.rotated_at.after(GRACE) <= now;
    let mut new_token = None;
    if !found.is_newest && is_late && has_come {
        end_reused(office, &found, address).await?;
        return Ok(None);
    } else if !found.is_newest && is_late || found.is_newest && found.rotated_at.after(ROTATION) <= now {
        let (token, is_newest) = (ids::new_token(PREFIX), found.is_newest);
        let new = ids::sha256(token.as_bytes());
        let exchanged = db.write(move |tx| {
            Box::pin(async move {
                match is_newest {
                    true => admin_sessions::rotate(tx, id, &hash, &new, now).await,
                    false => admin_sessions::rotate_again(tx, id, &hash, &new, now).await,
                }
            })
        });
        // Whoever was faster has told the browser of theirs.
        new_token = exchanged.await?.then_some(token);
    } else if found.is_newest && (!has_come || found.last_seen_at.after(SEEN) <= now) {
        db.write(move |tx| Box::pin(async move { admin_sessions::touch(tx, id, now).await })).await?;
    }
    let Found { user_id, role, name, language, .. } = found;
    Ok(Some(SignedInAs { session_id: id, user_id, role, name, language, new_token }))
}

fn is_open(found: &Found, now: Ts) -> bool {
    found.revoked_at.is_none()
        && found.blocked_at.is_none()
        && found.expires_at > now
        && found.last_seen_at.after(IDLE) > now
}

async fn end_reused(office: Office<'_>, found: &Found, address: &str) -> Result<()> {
    let (id, user_id, now) = (found.id, found.user_id, office.now());
    let entry = Entry::new(Actor::stranger(address.to_owned()), Action::SessionReused).to(user_id).on(id);
    office
        .db
        .write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                if admin_sessions::revoke(tx, user_id, id, now).await? {
                    audit::record(tx, &entry, now).await?;
                }
                Ok(())
            })
        })
        .await
}

/// The person's open sessions, the newest first.
pub async fn list(office: Office<'_>, user_id: Uuid) -> Result<Vec<AdminSession>> {
    let (db, now) = (office.db, office.now());
    admin_sessions::list(&mut db.read().await?.conn(), user_id, now, now.before(IDLE)).await
}

/// Ends a session of the person who acts: signing out when it is their present one. False when there is no such one.
pub async fn revoke(office: Office<'_>, actor: Actor, user_id: Uuid, id: Uuid) -> Result<bool> {
    let now = office.now();
    let action = if actor.session_id == Some(id) { Action::SignedOut } else { Action::SessionRevoked };
    let entry = Entry::new(actor, action).to(user_id).on(id);
    office
        .db
        .write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                let revoked = admin_sessions::revoke(tx, user_id, id, now).await?;
                if revoked {
                    audit::record(tx, &entry, now).await?;
                }
                Ok::<_, sqlx::Error>(revoked)
            })
        })
        .await
}

/// Ends all of a person's sessions, but for `kept`; gives how many.
pub async fn revoke_all(office: Office<'_>, actor: Actor, user_id: Uuid, kept: Option<Uuid>) -> Result<u64> {
    let now = office.now();
    let entry = Entry::new(actor, Action::SessionsRevoked).to(user_id);
    office
        .db
        .write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                let ended = admin_sessions::revoke_all(tx, user_id, kept, now).await?;
                let entry = entry.with(serde_json::json!({"sessions": ended}));
                audit::record(tx, &entry, now).await?;
                Ok::<_, sqlx::Error>(ended)
            })
        })
        .await
}
