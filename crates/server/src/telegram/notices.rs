//! What the bot says of a plan without being asked, in words: see [`Notice`].

use super::{
    outgoing::{Button, Outgoing},
    plans::{day, title, title_of},
    texts::{Lang, text},
};
use crate::{
    app::App,
    billing::notice::Notice,
    db::{
        Result,
        plans::{self, FREE},
        subscriptions::{self, LimitState, Subscription},
    },
};
use uuid::Uuid;

/// A notice as it is kept with its delivery.
#[derive(serde::Deserialize)]
pub(super) struct Kept {
    notice: Notice,
}

/// The words of a notice; none when it is no longer true.
pub(super) async fn words(app: &App, lang: Lang, user_id: Uuid, kept: Kept) -> Result<Option<Outgoing>> {
    let offer = [Button::new(lang, "button-plan", "plan")];
    Ok(Some(match kept.notice {
        Notice::LimitNear(id) => {
            let Some(current) = still(app, user_id, id, LimitState::Near).await? else { return Ok(None) };
            let left = [("left", current.remaining().into()), ("unit", current.unit.as_str().into())];
            Outgoing::new(text(lang, "limit-near", &left)).row(offer)
        }
        Notice::LimitReached(id) => {
            let Some(current) = still(app, user_id, id, LimitState::Reached).await? else { return Ok(None) };
            let renews = day(app, lang, current.counts_until());
            Outgoing::new(text(lang, "limit-reached", &[("renews", (&renews).into())])).row(offer)
        }
        Notice::PlanEnded(id) => return ended(app, lang, user_id, id).await,
        Notice::Paid { plan, until, renews, again } => {
            let title = title_of(app, lang, &plan).await;
            let kind = match (again, renews) {
                (true, _) => "again",
                (false, true) => "renews",
                (false, false) => "once",
            };
            let until = day(app, lang, until);
            let arguments = [("plan", (&title).into()), ("until", (&until).into()), ("kind", kind.into())];
            Outgoing::new(text(lang, "paid", &arguments))
        }
        Notice::Renewal { plan, until, on } => {
            let (title, until) = (title_of(app, lang, &plan).await, day(app, lang, until));
            let key = if on { "renewal-on" } else { "renewal-off" };
            Outgoing::new(text(lang, key, &[("plan", (&title).into()), ("until", (&until).into())]))
        }
        Notice::RenewalFailed { plan, until } => {
            let (title, until) = (title_of(app, lang, &plan).await, day(app, lang, until));
            Outgoing::new(text(lang, "renewal-failed", &[("plan", (&title).into()), ("until", (&until).into())]))
        }
        Notice::Refunded { plan } => {
            let title = title_of(app, lang, &plan).await;
            Outgoing::new(text(lang, "refunded", &[("plan", (&title).into())]))
        }
        Notice::RenewalRefused { plan } => {
            let title = title_of(app, lang, &plan).await;
            Outgoing::new(text(lang, "renewal-refused", &[("plan", (&title).into())]))
        }
    }))
}

/// The subscription, if it is still the one that counts and its limit as near as was to be told.
async fn still(app: &App, user_id: Uuid, id: Uuid, state: LimitState) -> Result<Option<Subscription>> {
    let active = subscriptions::active(&mut app.db.read().await?.conn(), user_id).await?;
    Ok(active.filter(|active| active.id == id && active.limit_state() == state && !active.has_ended(app.clock.now())))
}

/// A plan has ended: what was wished for then, or the same again, can be had.
async fn ended(app: &App, lang: Lang, user_id: Uuid, id: Uuid) -> Result<Option<Outgoing>> {
    let mut reader = app.db.read().await?;
    let conn = &mut reader.conn();
    let Some(old) = subscriptions::find(conn, user_id, id).await? else { return Ok(None) };
    let active = subscriptions::active(conn, user_id).await?;
    if active.is_none_or(|active| active.plan_name != FREE) {
        return Ok(None);
    }
    let all = plans::list(conn).await?;
    let named = |name: &str| all.iter().find(|plan| plan.name == name);
    let old_title = named(&old.plan_name).map_or_else(|| old.plan_name.clone(), |plan| title(lang, plan));
    let told = Outgoing::new(text(lang, "plan-ended", &[("plan", (&old_title).into())]));
    let next = old.next_plan.as_deref().unwrap_or(&old.plan_name);
    Ok(Some(match named(next).and_then(|plan| plan.price().map(|price| (plan, price))) {
        Some((plan, price)) => {
            let title = title(lang, plan);
            let label = text(lang, "button-buy", &[("plan", (&title).into()), ("price", price.into())]);
            told.row([Button::labelled(label, format!("buy:{}", plan.name))])
        }
        None => told.row([Button::new(lang, "button-plan", "plan")]),
    }))
}
