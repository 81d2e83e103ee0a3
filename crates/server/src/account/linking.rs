//! Joining a Telegram account with the app's: a single-use link made in the app, opened in Telegram.
//!
//! The account that made the link stays, with its id, its tokens and its devices; everything the Telegram account has
//! moves there, the Telegram identity too, and the Telegram account is gone. Both histories are kept, and the better
//! plan.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::{
    app::{App, Shared},
    billing::{joining, subscription},
    config::seconds,
    db::{
        Conn, Result, Ts, dialect, join,
        link_codes::{self, LinkCode},
        subscriptions::Subscription,
        users::{self, User},
    },
    ids,
    turn::stop,
};

/// What stands before the code in the bot's start parameter.
pub const START_PREFIX: &str = "link_";

/// How long a link can be used, in seconds.
const LIFE: u64 = 15 * 60;
/// How long a join waits for the Telegram account to be at rest: longer than it takes to settle a lost node's turns.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits before it looks again.
const PAUSE: Duration = Duration::from_millis(100);

/// A link's code, shown once.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// 43 characters of those that a Telegram start parameter may have.
    pub code: String,
    /// Until when it can be used.
    pub expires_at: Ts,
}

/// The account that a code would join with.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its id.
    pub user_id: Uuid,
    /// How its owner is called.
    pub name: Option<String>,
    /// How many dialogues it has.
    pub sessions: i64,
}

/// Two accounts that are one now.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The one that stayed, as it is now.
    pub user: User,
    /// The subscription that goes on.
    pub subscription: Option<Subscription>,
}

/// Why two accounts are not joined.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is no such code, or it is forgotten.
    #[error("no such code")]
    Unknown,
    /// The code's time is over, or a newer one has replaced it.
    #[error("the code has expired")]
    Expired,
    /// Somebody has used the code.
    #[error("the code was used")]
    Used,
    /// The Telegram account belongs to the account that made the code: there is nothing to do.
    #[error("the accounts are joined already")]
    Own,
    /// The account that made the code has another Telegram account.
    #[error("the account has another Telegram account")]
    OtherTelegram,
    /// The Telegram account is not there any more: it was joined or erased in the same moment.
    #[error("the Telegram account is gone")]
    Gone,
    /// The Telegram account does not come to rest: an answer in progress could not be stopped in time.
    #[error("the Telegram account is busy")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for LinkError {
    fn from(error: sqlx::Error) -> Self {
        if dialect::gave_way(&error) { Self::Busy } else { Self::Database(error) }
    }
}

/// Makes a code for the person's account; it replaces those they made before.
pub async fn create(app: &App, user_id: Uuid) -> Result<NewCode> {
    let code = ids::new_token("");
    let hash = ids::sha256(code.as_bytes());
    let now = app.clock.now();
    let expires_at = now.after(seconds(LIFE));
    app.db
        .write(move |tx| {
            Box::pin(async move {
                link_codes::end_unused(tx, user_id, now).await?;
                link_codes::insert(tx, &hash, user_id, now, expires_at).await
            })
        })
        .await?;
    Ok(NewCode { code, expires_at })
}

/// What a code would join the Telegram account with. It can be used afterwards.
pub async fn preview(app: &App, code: &str, telegram_user_id: Uuid) -> Result<Preview, LinkError> {
    let found = link_codes::find(&mut app.db.read().await?.conn(), &ids::sha256(code.as_bytes())).await?;
    let code = usable(found, telegram_user_id, app.clock.now())?;
    Ok(Preview { user_id: code.user_id, name: code.name, sessions: code.sessions })
}

/// Joins the Telegram account with the account that made the code. Answers in progress in the Telegram account are
/// stopped first; those in the app's go on.
pub async fn join(app: &Shared, code: &str, telegram_user_id: Uuid) -> Result<Joined, LinkError> {
    // Nothing is stopped for a code that is no good.
    preview(app, code, telegram_user_id).await?;
    let hash = ids::sha256(code.as_bytes());
    let begun = Instant::now();
    let joined = loop {
        stop::stop_all(app, telegram_user_id, None, PATIENCE).await?;
        let (now, zone) = (app.clock.now(), app.zone.clone());
        let merged = app.db.write(move |tx| {
            let zone = zone.clone();
            Box::pin(async move { merge(tx, &hash, telegram_user_id, now, &zone).await })
        });
        match merged.await {
            Ok(joined) => break joined,
            Err(LinkError::Busy) if begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    };
    app.people.forget(joined.user.id);
    app.people.forget(telegram_user_id);
    app.access.forget(move |access| access.user_id == telegram_user_id);
    tracing::info!(user_id = %joined.user.id, "a Telegram account was joined");
    Ok(joined)
}

/// The transaction. An error rolls it back: a code is used up by a join and by nothing else.
async fn merge(
    tx: &mut Conn<'_>,
    hash: &[u8],
    telegram_user_id: Uuid,
    now: Ts,
    zone: &TimeZone,
) -> Result<Joined, LinkError> {
    let first_look = usable(link_codes::find(tx, hash).await?, telegram_user_id, now)?;
    dialect::lock_people(tx, first_look.user_id, telegram_user_id).await?;
    // The same again, as it stays from now on.
    let code = usable(link_codes::find(tx, hash).await?, telegram_user_id, now)?;
    let stays = users::find(tx, code.user_id).await?.ok_or(LinkError::Unknown)?;
    let goes = users::find(tx, telegram_user_id).await?.filter(|user| user.telegram_id.is_some());
    let goes = goes.ok_or(LinkError::Gone)?;
    if join::has_open_turn(tx, goes.id).await? {
        return Err(LinkError::Busy);
    }
    if !link_codes::take(tx, hash, now).await? {
        return Err(LinkError::Used);
    }
    let apps = subscription::current(tx, stays.id, now, zone).await?;
    let telegrams = subscription::current(tx, goes.id, now, zone).await?;
    if let (Some(one), Some(other)) = (apps, telegrams) {
        joining::close_lesser(tx, one, other).await?;
    }
    join::move_rows(tx, stays.id, goes.id).await?;
    // What both have paid for is looked at together.
    let subscription = subscription::renewed(tx, stays.id, now, zone).await?;
    users::delete(tx, goes.id).await?;
    let user = united(stays, goes);
    join::update_person(tx, &user).await?;
    Ok(Joined { user, subscription })
}

/// The person as both accounts know them: the Telegram identity, and what only the Telegram account was told.
fn united(stays: User, goes: User) -> User {
    let User { id, created_at, .. } = stays;
    let (age, age_stated_at) =
        if stays.age.is_some() { (stays.age, stays.age_stated_at) } else { (goes.age, goes.age_stated_at) };
    let companion = |user: &User| (user.companion_name.clone(), user.companion_gender, user.companion_age);
    let (companion_name, companion_gender, companion_age) =
        companion(if stays.companion_name.is_some() { &stays } else { &goes });
    User {
        id,
        created_at,
        telegram_id: goes.telegram_id,
        username: goes.username,
        first_name: goes.first_name,
        last_name: goes.last_name,
        name: stays.name.or(goes.name),
        gender: stays.gender.or(goes.gender),
        age,
        age_stated_at,
        language: stays.language.or(goes.language),
        time_zone: stays.time_zone.or(goes.time_zone),
        companion_name,
        companion_gender,
        companion_age,
        blocked_at: stays.blocked_at.or(goes.blocked_at),
    }
}

/// The code, if the Telegram account may use it now.
fn usable(found: Option<LinkCode>, telegram_user_id: Uuid, now: Ts) -> Result<LinkCode, LinkError> {
    let code = found.ok_or(LinkError::Unknown)?;
    match &code {
        // Said first: whoever opens their link twice is told that it has worked.
        code if code.user_id == telegram_user_id => Err(LinkError::Own),
        code if code.used_at.is_some() => Err(LinkError::Used),
        code if code.expires_at <= now => Err(LinkError::Expired),
        code if code.telegram_id.is_some() => Err(LinkError::OtherTelegram),
        _ => Ok(code),
    }
}
