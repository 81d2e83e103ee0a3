//! Feeds what the bot has to send with broadcasts, a few people at a time: no more of it is ever open than is sent in a
//! moment, so that nothing else waits behind it, and stopping stops at once.
//!
//! How far it is stands in the database, and is moved on in the transaction that adds the deliveries. So whoever has the
//! role after a crash goes on at the same place, and nobody gets it twice.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Bot, ROLE};
use crate::{
    app::Shared,
    broadcast::Audience,
    db::{
        Result,
        broadcasts::{self, Broadcast, Candidate},
        deliveries::{self, Outcome, Place},
    },
    ids,
};

/// How often more is given, while there is something.
const TICK: Duration = Duration::from_millis(250);
/// How often is looked whether there is.
const LOOK: Duration = Duration::from_secs(1);
/// The most deliveries that are due at once.
const MOST_DUE: i64 = 20;
/// The most that are open at once, those that wait to be tried again included.
const MOST_OPEN: i64 = 200;
/// How many places are looked at in one go.
const SLICE: i64 = 500;
/// How many ends of deliveries are noted in one go.
const BATCH: i64 = 500;

/// Feeds until `over`.
pub(super) async fn run(app: &Shared, bot: &Arc<Bot>, over: &CancellationToken) {
    while !over.is_cancelled() {
        let pause = match step(app, bot).await {
            Ok(true) => TICK,
            Ok(false) => LOOK,
            Err(error) => {
                tracing::warn!(%error, "a broadcast cannot go on yet");
                LOOK
            }
        };
        tokio::select! {
            () = over.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Notes what has been sent, and gives more to be sent; whether there is something to do.
async fn step(app: &Shared, bot: &Bot) -> Result<bool> {
    let settled = settle(app).await?;
    let (running, (open, due)) = {
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        (broadcasts::running(conn).await?, broadcasts::open(conn, app.clock.now()).await?)
    };
    let Some(broadcast) = running else { return Ok(settled || open > 0) };
    let room = (MOST_DUE - due).min(MOST_OPEN - open);
    if room > 0 {
        feed(app, bot, broadcast, usize::try_from(room).unwrap_or(0)).await?;
    }
    Ok(true)
}

/// Enters into the books how deliveries ended.
async fn settle(app: &Shared) -> Result<bool> {
    let ended = broadcasts::unsettled(&mut app.db.read().await?.conn(), BATCH).await?;
    if ended.is_empty() {
        return Ok(false);
    }
    app.db
        .write(move |tx| {
            let ended = ended.clone();
            Box::pin(async move {
                for (id, user_id, outcome) in ended {
                    // One that is gone was forgotten, long after it ended.
                    broadcasts::settle(tx, id, user_id, outcome.unwrap_or(Outcome::Refused)).await?;
                }
                Ok::<_, sqlx::Error>(true)
            })
        })
        .await
}

/// Gives the next people theirs, up to `room` of them.
async fn feed(app: &Shared, bot: &Bot, broadcast: Broadcast, room: usize) -> Result<()> {
    let now = app.clock.now();
    let slice = broadcasts::candidates(&mut app.db.read().await?.conn(), &broadcast, SLICE).await?;
    let Some(end) = slice.last().map(|place| place.id) else {
        return app.db.write(move |tx| Box::pin(async move { broadcasts::finish(tx, broadcast.id, now).await })).await;
    };
    let audience = Audience::of(&broadcast);
    let is_meant = |place: &Candidate| place.is_meant && audience.speaks(place.language.as_deref());
    let meant: Vec<Candidate> = slice.into_iter().filter(is_meant).take(room).collect();
    // Whoever stands behind the last one that there is room for comes next time.
    let to = meant.last().filter(|_| meant.len() == room).map_or(end, |place| place.id);
    let node = app.node.id;
    let fed = app.db.write(move |tx| {
        let (broadcast, meant) = (broadcast.clone(), meant.clone());
        Box::pin(async move {
            if !broadcasts::advance(tx, &broadcast, to, ROLE, node).await? {
                return Ok(false);
            }
            for Candidate { user_id, chat_id, .. } in meant {
                let place = Place { chat_id, thread_id: 0, reply_to: None };
                let delivery = place.delivery(ids::new_id(now), user_id, now).of_broadcast(broadcast.id);
                if broadcasts::take(tx, broadcast.id, user_id, delivery.id).await? {
                    deliveries::insert(tx, &delivery).await?;
                }
            }
            Ok::<_, sqlx::Error>(true)
        })
    });
    if fed.await? {
        bot.wake();
    }
    Ok(())
}
