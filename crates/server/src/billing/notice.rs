//! What a person is told of their plan without having asked: kept with what it follows from, said by the bot.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    db::{
        Conn, Result, Ts,
        deliveries::{self, Place},
        subscriptions::{self, LimitState, Subscription},
        telegram_chats,
    },
    ids,
    jobs::Task,
};

/// How long the end of a plan that was to renew itself is not spoken of: its payment may be on its way.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// What is told. Kept as JSON, and put into words when it is sent, in the person's language of then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Four fifths of a subscription are used.
    LimitNear(Uuid),
    /// All of a subscription is used.
    LimitReached(Uuid),
    /// A subscription that was paid for has ended.
    PlanEnded(Uuid),
    /// A charge was paid.
    Paid {
        /// The plan.
        plan: String,
        /// Until when it is paid for.
        until: Option<Ts>,
        /// Whether it renews itself.
        renews: bool,
        /// Whether this is a renewal.
        again: bool,
    },
    /// The renewal was turned on or off, elsewhere or for another purchase.
    Renewal {
        /// The plan.
        plan: String,
        /// Until when it is paid for.
        until: Option<Ts>,
        /// On or off.
        on: bool,
    },
    /// A renewal could not be paid.
    RenewalFailed {
        /// The plan.
        plan: String,
        /// Until when it is paid for.
        until: Option<Ts>,
    },
    /// A charge was given back.
    Refunded {
        /// The plan.
        plan: String,
    },
    /// The provider did not turn a renewal on or off.
    RenewalRefused {
        /// The plan.
        plan: String,
    },
}

/// Tells a person something in their private chat with the bot, if they have one.
pub async fn tell(conn: &mut Conn<'_>, user_id: Uuid, notice: &Notice, now: Ts) -> Result<()> {
    let Some(chat_id) = telegram_chats::private(conn, user_id).await? else { return Ok(()) };
    let place = Place { chat_id, thread_id: 0, reply_to: None };
    let message = serde_json::json!({ "notice": notice }).to_string();
    deliveries::insert(conn, &place.delivery(ids::new_id(now), user_id, now).of_message(message)).await
}

/// Tells a person, once a period, that the limit is near, and that it is reached.
pub async fn limit(conn: &mut Conn<'_>, subscription: &Subscription, now: Ts) -> Result<()> {
    let (state, told) = (subscription.limit_state(), subscription.spent_told_at.is_some());
    let notice = match state {
        LimitState::Reached if !told => Notice::LimitReached(subscription.id),
        LimitState::Near if !told && subscription.near_told_at.is_none() => Notice::LimitNear(subscription.id),
        _ => return Ok(()),
    };
    match subscriptions::tell_limit(conn, subscription.id, state, now).await? {
        true => tell(conn, subscription.user_id, &notice, now).await,
        false => Ok(()),
    }
}

/// Lets the end of a plan be told, unless it goes on after all.
pub async fn plan_ended(conn: &mut Conn<'_>, subscription: &Subscription, now: Ts) -> Result<()> {
    let run_at = if subscription.auto_renew { now.after(PATIENCE) } else { now };
    let task = Task::PlanEnded { user_id: subscription.user_id, subscription_id: subscription.id };
    task.enqueue(conn, run_at, now).await
}
