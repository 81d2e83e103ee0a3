//! The Mini App: whoever opens it in Telegram is at once in their account.
//!
//! What Telegram hands the page (`initData`) proves who they are to whoever has it, so each signs one device in, within an
//! hour of being made; the page then goes on with its tokens, also when it is loaded again.

use std::sync::Arc;

use bot_api::InitData;

use super::{
    sign_in::{SignInError, SignedIn},
    tokens::NewDevice,
};
use crate::{
    app::App,
    config::seconds,
    db::{Conn, Ts, used_proofs, users::User},
    telegram,
};

/// By how much Telegram's clock may be ahead of ours, in seconds.
const SKEW: u64 = 60;

/// What is to be done at once.
struct Work {
    data: InitData,
    stranger: User,
    device: NewDevice,
    /// When the data will be too old.
    expires_at: Ts,
    zone: jiff::tz::TimeZone,
}

/// Signs a device in by `initData`, to the account of that person in Telegram; who has none gets one, as by /start.
pub async fn sign_in(app: &App, init_data: &str, device_name: Option<String>) -> Result<SignedIn, SignInError> {
    let bot = app.bot.as_ref().ok_or(SignInError::Off)?;
    let data = bot.verify_init_data(init_data).map_err(SignInError::invalid)?;
    let (now, opened_at) = (app.clock.now(), Ts::from_micros(data.auth_date.saturating_mul(1_000_000)));
    let expires_at = opened_at.after(seconds(app.config.telegram.init_data_seconds));
    if expires_at <= now {
        return Err(SignInError::invalid("expired"));
    }
    if opened_at > now.after(seconds(SKEW)) {
        return Err(SignInError::invalid("not yet valid"));
    }
    let (stranger, device) = (telegram::stranger(app, &data.user), NewDevice::new(app, device_name));
    let work = Arc::new(Work { data, stranger, device, expires_at, zone: app.zone.clone() });
    let user = match admit(app, &work).await {
        Err(error) if error.has_raced() => admit(app, &work).await?,
        admitted => admitted?,
    };
    let is_new = user.id == work.stranger.id;
    Ok(SignedIn { user, pair: work.device.clone().pair(), is_new })
}

async fn admit(app: &App, work: &Arc<Work>) -> Result<User, SignInError> {
    let work = work.clone();
    let admitted = app.db.write(move |tx| {
        let work = work.clone();
        Box::pin(async move { write(tx, &work).await })
    });
    admitted.await
}

/// The transaction.
async fn write(tx: &mut Conn<'_>, work: &Work) -> Result<User, SignInError> {
    if !used_proofs::take(tx, &work.data.digest, work.expires_at).await? {
        return Err(SignInError::Used);
    }
    let user = telegram::find_or_make(tx, &work.stranger, &work.zone).await?;
    if user.blocked_at.is_some() {
        return Err(SignInError::Blocked);
    }
    work.device.sign_in(tx, user.id).await?;
    Ok(user)
}
