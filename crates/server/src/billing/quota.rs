//! The quota: reserve before the model is asked, settle when the turn has ended.

use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::db::{
    Conn, Result, Ts, messages,
    plans::Unit,
    subscriptions::{self, Subscription},
};

use super::subscription;

/// About how many tokens the system text of a new dialogue takes.
const SYSTEM_TEXT: i64 = 400;

/// What a turn may use.
#[derive(Clone, Debug)]
pub enum Reserved {
    /// Admitted: the subscription as it is now, and how much of it is held back, in its unit.
    Held(Subscription, i64),
    /// The period's limit is reached.
    Spent(Subscription),
    /// The person has no subscription: they are gone.
    Nobody,
}

/// What a turn is expected to use, in tokens.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// The dialogue, whose last answer tells how long the history is.
    pub session_id: Uuid,
    /// The question.
    pub question: i64,
    /// The most that is sent to the model.
    pub context: i64,
    /// The longest answer, unless the plan has its own.
    pub answer: i64,
}

impl Estimate {
    async fn tokens(self, conn: &mut Conn<'_>, on: &Subscription) -> Result<i64> {
        let history = messages::last_usage(conn, on.user_id, self.session_id).await?.unwrap_or(SYSTEM_TEXT);
        let answer = on.max_answer_tokens.unwrap_or(self.answer);
        Ok(history.saturating_add(self.question).min(self.context).saturating_add(answer))
    }
}

/// Holds back one request, or on a plan counted in tokens the lesser of the estimate and the rest.
///
/// One conditional update decides in the common case. The others (a period that ended, tokens, nothing left) lock the
/// row first, so that what they read is what they write.
pub async fn reserve(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    estimate: Estimate,
    now: Ts,
    zone: &TimeZone,
) -> Result<Reserved> {
    if let Some(held) = subscriptions::reserve_request(conn, user_id, now).await? {
        return Ok(Reserved::Held(held, 1));
    }
    let Some(current) = subscription::current(conn, user_id, now, zone).await? else { return Ok(Reserved::Nobody) };
    let held = match current.unit {
        Unit::Requests => subscriptions::reserve_request(conn, user_id, now).await?.map(|held| (held, 1)),
        Unit::Tokens if current.remaining() == 0 => None,
        Unit::Tokens => {
            let amount = estimate.tokens(conn, &current).await?.clamp(1, current.remaining());
            subscriptions::reserve_tokens(conn, current.id, amount).await?.map(|held| (held, amount))
        }
    };
    Ok(held.map_or(Reserved::Spent(current), |(held, amount)| Reserved::Held(held, amount)))
}
