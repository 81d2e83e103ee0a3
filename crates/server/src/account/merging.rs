//! Two accounts become one, whoever asked for it: both histories are kept, and the better plan.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::{
    app::Shared,
    billing::{joining, subscription},
    db::{
        Conn, Result, Ts, join,
        subscriptions::Subscription,
        users::{self, User},
    },
    turn::stop,
};

/// How long a merge waits for the account that goes to be at rest: longer than it takes to settle a lost node's turns.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits before it looks again.
const PAUSE: Duration = Duration::from_millis(100);

/// Two accounts that are one now.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The one that stayed, as it is now.
    pub user: User,
    /// The subscription that goes on.
    pub subscription: Option<Subscription>,
}

/// Stops the answers in progress of the account that goes, and runs the transaction `merge` until it is not turned away
/// any more because that account is busy.
pub async fn at_rest<E, F>(app: &Shared, goes: Uuid, is_busy: fn(&E) -> bool, merge: F) -> Result<Joined, E>
where
    E: From<sqlx::Error> + Send + 'static,
    F: for<'t, 'c> Fn(&'t mut Conn<'c>) -> BoxFuture<'t, Result<Joined, E>> + Clone + Send + Sync + 'static,
{
    let begun = Instant::now();
    let joined = loop {
        stop::stop_all(app, goes, None, PATIENCE).await?;
        match app.db.write(merge.clone()).await {
            Ok(joined) => break joined,
            Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    };
    app.people.forget(joined.user.id);
    app.people.forget(goes);
    app.access.forget(move |access| access.user_id == goes);
    Ok(joined)
}

/// Gives everything of the one to the other: rows, tokens, devices, identities, and what only it was told.
///
/// Both people's rows must be locked, `goes` have no open turn, and only one of them a Telegram account.
pub async fn unite(tx: &mut Conn<'_>, stays: User, goes: User, now: Ts, zone: &TimeZone) -> Result<Joined> {
    let one = subscription::current(tx, stays.id, now, zone).await?;
    let other = subscription::current(tx, goes.id, now, zone).await?;
    if let (Some(one), Some(other)) = (one, other) {
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

/// The person as both accounts know them: the Telegram identity, and what only the account that goes was told.
fn united(stays: User, goes: User) -> User {
    let User { id, created_at, .. } = stays;
    let (age, age_stated_at) =
        if stays.age.is_some() { (stays.age, stays.age_stated_at) } else { (goes.age, goes.age_stated_at) };
    let companion = |user: &User| (user.companion_name.clone(), user.companion_gender, user.companion_age);
    let (companion_name, companion_gender, companion_age) =
        companion(if stays.companion_name.is_some() { &stays } else { &goes });
    let telegram =
        |user: &User| (user.telegram_id, user.username.clone(), user.first_name.clone(), user.last_name.clone());
    let (telegram_id, username, first_name, last_name) =
        telegram(if stays.telegram_id.is_some() { &stays } else { &goes });
    User {
        id,
        created_at,
        telegram_id,
        username,
        first_name,
        last_name,
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
