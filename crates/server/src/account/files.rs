//! Everything the service holds on a person as two files, for a door through which nothing can be streamed.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use uuid::Uuid;

use super::{export, readable};
use crate::{app::Shared, telegram::texts::Lang};

/// The largest file, in bytes: a bot may send 50 MB, form and all.
pub const MOST: usize = 45_000_000;

/// The files.
#[derive(Debug)]
pub struct Export {
    /// Everything, as [`export`] writes it.
    pub json: Vec<u8>,
    /// The dialogues, as [`readable`] writes them.
    pub readable: Vec<u8>,
}

/// Why there are no files.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The person is gone.
    #[error("there is no such person")]
    Gone,
    /// One would be larger than [`MOST`].
    #[error("the export is larger than {MOST} bytes")]
    TooLarge,
    /// The database failed at the start.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// It failed later.
    #[error(transparent)]
    Broken(#[from] io::Error),
}

/// Makes both files.
pub async fn make(app: &Shared, user_id: Uuid, lang: Lang) -> Result<Export, ExportError> {
    let json = export::start(app, user_id, ()).await?.ok_or(ExportError::Gone)?;
    let json = whole(json, MOST).await?;
    let readable = readable::start(app, user_id, lang).await?.ok_or(ExportError::Gone)?;
    Ok(Export { json, readable: whole(readable, MOST).await? })
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
