//! The quota: reserve before the model is asked, settle when the turn has ended.

use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::db::{
    Conn, Result, Ts, messages,
    plans::Unit,
    subscriptions::{self, Subscription},
};

use super::subscription;

/// About how many tokens the system text takes, at most, without the operator's own.
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
    /// The operator's own part of the system text.
    pub system_text: i64,
    /// The question.
    pub question: i64,
    /// The most that is sent to the model.
    pub context: i64,
    /// The longest answer, unless the plan has its own.
    pub answer: i64,
}

impl Estimate {
    /// What is held back when `on` is counted in tokens: the estimate, or the rest if that is less; but what is sent in
    /// any case is held back too, or many turns at once could each find a little left and use much more.
    async fn tokens(self, conn: &mut Conn<'_>, on: &Subscription) -> Result<i64> {
        let system_text = SYSTEM_TEXT.saturating_add(self.system_text);
        let history = messages::last_usage(conn, on.user_id, self.session_id).await?.unwrap_or(system_text);
        let sent = |before: i64| before.saturating_add(self.question).min(self.context);
        let answer = on.max_answer_tokens.unwrap_or(self.answer);
        let most = sent(history).saturating_add(answer);
        let least = sent(system_text);
        Ok(most.min(on.remaining().max(least)).max(1))
    }
}

/// Holds back one request, or about as many tokens as a turn takes.
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
            let amount = estimate.tokens(conn, &current).await?;
            subscriptions::reserve_tokens(conn, current.id, amount).await?.map(|held| (held, amount))
        }
    };
    Ok(held.map_or(Reserved::Spent(current), |(held, amount)| Reserved::Held(held, amount)))
}
