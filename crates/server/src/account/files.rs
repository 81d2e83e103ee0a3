//! What the service holds on a person as files, for a door through which nothing can be streamed.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use uuid::Uuid;

use super::{export, readable};
use crate::{app::Shared, telegram::texts::Lang};

/// The largest file, in bytes: a bot may send 50 MB, form and all.
pub const MOST: usize = 45_000_000;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The person is gone.
    #[error("there is no such person")]
    Gone,
    /// It would be larger than [`MOST`].
    #[error("the export is larger than {MOST} bytes")]
    TooLarge,
    /// The database failed at the start.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// It failed later.
    #[error(transparent)]
    Broken(#[from] io::Error),
}

/// Everything, as [`export`] writes it.
pub async fn json(app: &Shared, user_id: Uuid) -> Result<Vec<u8>, ExportError> {
    whole(export::start(app, user_id, ()).await?.ok_or(ExportError::Gone)?, MOST).await
}

/// The dialogues, as [`readable`](mod@readable) writes them.
pub async fn readable(app: &Shared, user_id: Uuid, lang: Lang) -> Result<Vec<u8>, ExportError> {
    whole(readable::start(app, user_id, lang).await?.ok_or(ExportError::Gone)?, MOST).await
}

/// Reads to the end, if that is not too far. Left halfway, the writer stops.
async fn whole(pieces: impl Stream<Item = io::Result<Bytes>>, most: usize) -> Result<Vec<u8>, ExportError> {
    let mut pieces = std::pin::pin!(pieces);
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece?);
        if bytes.len() > most {
            return Err(ExportError::TooLarge);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn files_are_whole_or_refused() {
        let pieces = |parts: &[&'static str]| {
            stream::iter(parts.iter().copied().map(|part| Ok(part.into())).collect::<Vec<_>>())
        };
        assert_eq!(whole(pieces(&["ab", "c"]), 3).await.unwrap(), b"abc");
        assert!(matches!(whole(pieces(&["ab", "cd"]), 3).await, Err(ExportError::TooLarge)));
        let broken = stream::iter([Ok("ab".into()), Err(io::Error::other("broken off"))]);
        assert!(matches!(whole(broken, 3).await, Err(ExportError::Broken(_))));
    }
}
