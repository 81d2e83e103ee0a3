//! Dialogues: beginning, renaming, ending, deleting.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use crate::{
    account::profile::Person,
    app::{App, Shared},
    db::{
        Result,
        sessions::{self, Channel, Session},
        turns, usage_logs,
    },
    staff::audit::{self, Entry},
    turn::stop,
};

/// How long a running turn is waited for before its dialogue is deleted, each time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Begins a dialogue, which counts in the day's usage.
pub async fn begin(
    app: &App,
    user_id: Uuid,
    channel: Channel,
    title: Option<String>,
    companion: Option<Person>,
) -> Result<Session> {
    let now = app.clock.now();
    let day = now.day(&app.zone);
    let (gender, age) = companion.as_ref().map_or((None, None), |c| (c.gender, c.age));
    let session = Session {
        id: app.new_id(),
        user_id,
        started_at: now,
        ended_at: None,
        is_active: true,
        title,
        channel,
        last_activity_at: now,
        last_seq: 0,
        companion_name: companion.map(|c| c.name.into_inner()),
        companion_gender: gender,
        companion_age: age,
        day: Some(day),
    };
    let row = Arc::new(session.clone());
    let usage_id = app.new_id();
    app.db
        .write(move |tx| {
            let session = row.clone();
            Box::pin(async move {
                sessions::insert(tx, &session).await?;
                usage_logs::add(tx, usage_id, user_id, day, 0, 0, 1).await
            })
        })
        .await?;
    Ok(session)
}

/// Renames one of the person's dialogues.
pub async fn rename(app: &App, user_id: Uuid, id: Uuid, title: Option<String>) -> Result<Option<Session>> {
    app.db
        .write(move |tx| {
            let title = title.clone();
            Box::pin(async move { sessions::rename(tx, user_id, id, title.as_deref()).await })
        })
        .await
}

/// Ends one of the person's dialogues.
pub async fn end(app: &App, user_id: Uuid, id: Uuid) -> Result<Option<Session>> {
    let now = app.clock.now();
    app.db.write(move |tx| Box::pin(async move { sessions::end(tx, user_id, id, now).await })).await
}

/// Ends one of the person's dialogues for somebody else, which is recorded; one that has ended stays as it was.
pub async fn end_recorded(app: &App, user_id: Uuid, id: Uuid, entry: Entry) -> Result<Option<Session>> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                let was_active = sessions::find(tx, user_id, id).await?.is_some_and(|session| session.is_active);
                let ended = sessions::end(tx, user_id, id, now).await?;
                if was_active {
                    audit::record(tx, &entry, now).await?;
                }
                Ok(ended)
            })
        })
        .await
}

/// Deletes one of the person's dialogues, its turns stopped and settled first; false when there is none.
pub async fn delete(app: &Shared, user_id: Uuid, id: Uuid) -> Result<bool> {
    loop {
        stop::stop_all(app, user_id, Some(id), PATIENCE).await?;
        let (now, zone) = (app.clock.now(), app.zone.clone());
        let deleted = app.db.write(move |tx| {
            let zone = zone.clone();
            Box::pin(async move {
                // Ending it locks it and lets no new turn in: what is open now is all there will be.
                let Some(session) = sessions::end(tx, user_id, id, now).await? else { return Ok(Some(false)) };
                if turns::any_open(tx, user_id, id).await? {
                    return Ok(None);
                }
                let day = session.day.unwrap_or_else(|| session.started_at.day(&zone));
                sessions::delete(tx, user_id, id, day).await.map(Some)
            })
        });
        if let Some(deleted) = deleted.await? {
            return Ok(deleted);
        }
    }
}
