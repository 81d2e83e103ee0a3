//! Joining a Telegram account with the app's: a single-use link made in the app, opened in Telegram.
//!
//! The account that made the link stays, with its id, its tokens and its devices; everything the Telegram account has
//! moves there, the Telegram identity too, and the Telegram account is gone. Both histories are kept, and the better
//! plan.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::merging::{self, Joined};
use crate::{
    app::{App, Shared},
    config::seconds,
    db::{
        Conn, Result, Ts, dialect, join,
        link_codes::{self, LinkCode},
        users,
    },
    ids,
};

/// What stands before the code in the bot's start parameter.
pub const START_PREFIX: &str = "link_";

/// How long a link can be used, in seconds.
const LIFE: u64 = 15 * 60;

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
    let (now, zone) = (app.clock.now(), app.zone.clone());
    let is_busy = |error: &LinkError| matches!(error, LinkError::Busy);
    let joined = merging::at_rest(app, telegram_user_id, is_busy, move |tx| {
        let zone = zone.clone();
        Box::pin(async move { merge(tx, &hash, telegram_user_id, now, &zone).await })
    });
    let joined = joined.await?;
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
    Ok(merging::unite(tx, stays, goes, now, zone).await?)
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
