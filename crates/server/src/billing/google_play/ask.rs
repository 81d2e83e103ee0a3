//! Asking Google about purchases, and telling it that one was credited.

use std::sync::Arc;

use super::{
    heard::{self, Heard},
    later,
};
use crate::{
    app::App,
    billing::{
        notice::{self, Notice},
        payment,
    },
    db::{
        Conn, Result, Ts,
        payments::{self, Source},
        purchases::{self, Provider},
        subscriptions::Subscription,
    },
    ids,
    jobs::{Task, Tried},
};

/// Asks Google how a purchase stands, and keeps what it says. `replaced_at`: when another took its place.
pub async fn ask(app: &App, purchase_token: &str, replaced_at: Option<Ts>) -> Result<Tried> {
    let Some(play) = &app.play else { return Ok(Tried::Later(None, "google_play is not configured".into())) };
    let asked_at = app.clock.now();
    let heard = match play.client.subscription(asked_at.to_timestamp(), purchase_token).await {
        Ok(told) => Some(Heard::new(purchase_token, told, asked_at)),
        Err(error @ (google::Error::NotFound { .. } | google::Error::BadArgument(_))) => {
            tracing::warn!(%error, "Google Play knows no such purchase any more");
            None
        }
        Err(error) => return Ok(later(error)),
    };
    let (zone, token_hash) = (app.zone.clone(), ids::sha256(purchase_token.as_bytes()));
    let asked = app.db.write(move |tx| {
        let (heard, zone) = (heard.clone(), zone.clone());
        Box::pin(async move {
            let mut undecided = false;
            if let Some(heard) = &heard {
                let owner = heard::owner(tx, heard).await?;
                undecided = heard::keep(tx, heard, owner, &zone).await?.is_some() && heard.is_undecided();
            }
            if let (Some(at), Some(old)) = (replaced_at, purchases::by_token(tx, &token_hash).await?) {
                heard::replace(tx, old.id, at, asked_at, &zone).await?;
            }
            Ok::<_, sqlx::Error>(undecided)
        })
    });
    let undecided = asked.await?;
    app.jobs.wake();
    if undecided {
        return Ok(Tried::Later(None, "its time has ended, and Google does not say yet what follows".into()));
    }
    Ok(Tried::Done)
}

/// Asks what has become of a purchase of which Google has given a charge back, and notes that it has.
pub async fn voided(app: &App, purchase_token: &str, order_id: &str) -> Result<Tried> {
    // A charge whose notification was lost is heard of by asking.
    let asked = ask(app, purchase_token, None).await?;
    let (now, zone, token_hash) = (app.clock.now(), app.zone.clone(), ids::sha256(purchase_token.as_bytes()));
    let order_id = Arc::new(order_id.to_owned());
    let noted = app.db.write(move |tx| {
        let (zone, order_id) = (zone.clone(), order_id.clone());
        Box::pin(async move {
            let charge = payments::charge(tx, Provider::GooglePlay, &order_id).await?;
            let known = purchases::by_token(tx, &token_hash).await?.zip(charge);
            let Some((purchase, charge)) = known.filter(|(purchase, charge)| charge.purchase_id == purchase.id) else {
                return Ok(());
            };
            let Some((purchase, _)) = payment::lock(tx, purchase.id).await? else { return Ok(()) };
            let event = payment::giving_back(&purchase, &order_id, Some(&charge), Source::Provider, now);
            if payment::record(tx, &event, now, &zone).await?.is_some() {
                let notice = Notice::Refunded { plan: purchase.terms()?.plan_name };
                notice::tell(tx, purchase.user_id, &notice, now).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    noted.await?;
    Ok(asked)
}

/// Tells Google that a purchase was credited.
pub async fn acknowledge(app: &App, purchase_token: &str, product_id: &str) -> Result<Tried> {
    let Some(play) = &app.play else { return Ok(Tried::Later(None, "google_play is not configured".into())) };
    let acknowledged = play.client.acknowledge(play.now(), product_id, purchase_token).await;
    Ok(acknowledged.map_or_else(later, |()| Tried::Done))
}

/// What was paid for has ended, as far as is known: it may have been renewed, and the notification lost.
pub async fn ask_again(conn: &mut Conn<'_>, ended: &Subscription, now: Ts) -> Result<()> {
    let Some(id) = ended.purchase_id else { return Ok(()) };
    let token = purchases::find(conn, id).await?.and_then(|purchase| purchase.purchase_token);
    match token {
        Some(purchase_token) => Task::AskGoogle { purchase_token, replaced_at: None }.enqueue(conn, now, now).await,
        None => Ok(()),
    }
}
