//! Stopping: a wish that the turn's node hears at once, or with its next heartbeat.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use crate::{
    app::Shared,
    db::{Result, turns, turns::Turn},
    turn::{follow::Follow, hub::End},
};

/// Asks a turn to stop, wherever it runs.
pub async fn ask(app: &Shared, turn: &Turn) -> Result<()> {
    match app.hub.find(turn.id) {
        Some(live) => live.stop.cancel(),
        None if turn.ended_at.is_none() => {
            let (user_id, id) = (turn.user_id, turn.id);
            app.db.write(move |tx| Box::pin(async move { turns::request_stop(tx, user_id, id).await })).await?;
        }
        None => {}
    }
    Ok(())
}

/// Stops a turn and waits until it is settled; one that has ended gives its end.
pub async fn stop(app: &Shared, turn: Turn) -> Result<Arc<End>> {
    ask(app, &turn).await?;
    Follow::new(app, turn, u64::MAX, None).await?.end().await
}

/// Stops every open turn of a person, or of one of their dialogues, and waits for them, but no longer than `limit`.
pub async fn stop_all(app: &Shared, user_id: Uuid, session_id: Option<Uuid>, limit: Duration) -> Result<()> {
    let asked = app.db.write(move |tx| Box::pin(async move { turns::request_stop_all(tx, user_id, session_id).await }));
    let asked = asked.await?;
    asked.iter().for_each(|id| app.hub.stop(*id));
    let settled = async {
        for id in asked {
            let turn = turns::find(&mut app.db.read().await?.conn(), user_id, id).await?;
            if let Some(turn) = turn {
                Follow::new(app, turn, u64::MAX, None).await?.end().await?;
            }
        }
        Ok(())
    };
    tokio::time::timeout(limit, settled).await.unwrap_or(Ok(()))
}
