//! Reading what people say: only after giving a reason, which is recorded, and for a while.

use std::time::Duration;

use uuid::Uuid;

use super::{
    Office,
    audit::{self, Entry},
};
use crate::db::{Result, openings};

/// How long something stays open.
pub const OPEN_FOR: Duration = Duration::from_secs(30 * 60);

/// Opens a thing for the session of the panel in which the entry's actor acts, and records it.
pub async fn open(office: Office<'_>, target_id: Uuid, entry: Entry) -> Result<()> {
    let now = office.now();
    let entry = entry.on(target_id);
    office
        .db
        .write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                if let Some(admin_session_id) = entry.actor.session_id {
                    openings::put(tx, admin_session_id, target_id, now, now.after(OPEN_FOR)).await?;
                }
                audit::record(tx, &entry, now).await
            })
        })
        .await
}
