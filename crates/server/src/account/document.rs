//! A document that is sent while it is written: never whole in memory.

use std::{future::Future, io};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

use crate::app::Shared;

/// Pieces that may wait for a slow reader.
const AHEAD: usize = 2;

/// Why a document broke off.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A row can't be shown.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The reader went away.
    #[error("the reader went away")]
    Gone,
}

/// Where a document is written to.
#[derive(Clone, Debug)]
pub struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Pieces {
    /// Sends a piece; waits while the reader is slow.
    pub async fn send(&self, piece: String) -> Result<(), WriteError> {
        self.0.send(Ok(piece.into())).await.map_err(|_| WriteError::Gone)
    }
}

/// Reads what `write` writes in a task of its own. One that breaks off ends in an error, so that nobody takes it for
/// whole.
pub fn written<W, F>(app: &Shared, write: W) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<W, F>
where
    W: FnOnce(Shared, Pieces) -> F,
    F: Future<Output = Result<(), WriteError>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let writing = write(app.clone(), Pieces(sender.clone()));
    app.tasks.spawn(async move {
        match writing.await {
            Ok(()) | Err(WriteError::Gone) => {}
            Err(error) => {
                tracing::error!(%error, "export broken off");
                // A reader who went away meanwhile needs no error.
                drop(sender.send(Err(io::Error::other("export broken off"))).await);
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|piece| (piece, receiver)) })
}
