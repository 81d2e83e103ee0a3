//! SQLite's read-only connections. sqlx's own pool asks each connection that comes back whether it still lives, a
//! journey to another thread; a file needs no such care.

use std::sync::{Arc, PoisonError};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::Result;

type Slots = std::sync::Mutex<Vec<Arc<Mutex<SqliteConnection>>>>;

/// Read-only connections, opened when first needed.
#[derive(Clone, Debug)]
pub struct Readers {
    options: Arc<SqliteConnectOptions>,
    permits: Arc<Semaphore>,
    most: u32,
    slots: Arc<Slots>,
}

/// A connection on loan; given back when dropped.
#[derive(Debug)]
pub struct Loan {
    pub(super) connection: OwnedMutexGuard<SqliteConnection>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    pub(super) fn new(options: SqliteConnectOptions, most: u32) -> Self {
        let permits = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1)));
        Self { options: Arc::new(options), permits, most, slots: Arc::default() }
    }

    /// A connection: the first that is free, so that the same few stay warm.
    pub(super) async fn acquire(&self) -> Result<Loan> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
        if let Some(connection) = self.free() {
            return Ok(Loan { connection, _permit: permit });
        }
        let slot = Arc::new(Mutex::new(Box::pin(self.options.connect()).await?));
        let connection = slot.clone().lock_owned().await;
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
        Ok(Loan { connection, _permit: permit })
    }

    fn free(&self) -> Option<OwnedMutexGuard<SqliteConnection>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().find_map(|slot| slot.clone().try_lock_owned().ok())
    }

    /// Waits for every loan and closes the connections.
    pub(super) async fn close(&self) {
        // Fails only when closed before.
        drop(self.permits.acquire_many(self.most).await);
        self.permits.close();
        let slots = std::mem::take(&mut *self.slots.lock().unwrap_or_else(PoisonError::into_inner));
        for slot in slots {
            if let Some(connection) = Arc::into_inner(slot)
                && let Err(error) = connection.into_inner().close().await
            {
                tracing::warn!(%error, "closing a reader");
            }
        }
    }
}
