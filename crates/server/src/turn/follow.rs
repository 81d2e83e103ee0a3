//! Reading a turn from any position, wherever it runs: here, on another node, or ended in the database.

use std::{sync::Arc, time::Duration};

use eventsource_stream::Eventsource as _;
use futures_util::{StreamExt as _, stream::BoxStream};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    app::Shared,
    cluster::forward,
    db::{
        Result,
        turns::{self, Turn},
    },
    turn::{
        finish::stored_end,
        hub::{End, Progress},
    },
};

/// How often a turn that cannot be followed is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// What a reader is told.
#[derive(Debug)]
pub enum Event {
    /// More text; `position` is the length of the answer so far in Unicode scalar values, this piece included.
    Delta {
        /// The piece.
        text: String,
        /// The length with it.
        position: u64,
    },
    /// The end. Nothing comes after it.
    End(Arc<End>),
}

/// A reader of one turn.
pub struct Follow {
    app: Shared,
    turn: Turn,
    /// How much of the answer the reader has, in Unicode scalar values.
    position: u64,
    source: Source,
}

enum Source {
    /// This node runs it; the number is the position in bytes, once known.
    Live(watch::Receiver<Progress>, Option<usize>),
    /// Another node runs it.
    Remote(BoxStream<'static, forward::Passed>),
    /// It cannot be followed: look now and then whether it has ended.
    Look,
    /// It has ended, and is in the database.
    Stored,
    /// The text was told, the end is left.
    Last(Arc<End>),
    /// The end was told.
    Over,
}

impl Follow {
    /// Follows `turn` from `position` on. `token` is the caller's own, with which the stream is asked for if another
    /// node has it; without one it is not passed on.
    pub async fn new(app: &Shared, turn: Turn, position: u64, token: Option<&SecretString>) -> Result<Self> {
        let source = match app.hub.find(turn.id) {
            Some(live) => Source::Live(live.subscribe(), None),
            None if turn.ended_at.is_some() => Source::Stored,
            None => match token {
                Some(token) => remote(app, &turn, position, token).await?,
                None => Source::Look,
            },
        };
        Ok(Self { app: app.clone(), turn, position, source })
    }

    /// The turn.
    pub fn turn(&self) -> (Uuid, Uuid) {
        (self.turn.message_id, self.turn.id)
    }

    /// The next event; none after the end.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            match &mut self.source {
                Source::Live(progress, bytes) => {
                    let event = live_event(&progress.borrow_and_update(), bytes, &mut self.position);
                    match event {
                        Some(Event::End(end)) => self.source = Source::Last(end),
                        Some(delta) => return Ok(Some(delta)),
                        None if progress.changed().await.is_ok() => {}
                        None => self.source = Source::Look,
                    }
                }
                Source::Remote(events) => match events.next().await {
                    Some(forward::Passed::Delta { text, position }) => {
                        self.position = position;
                        return Ok(Some(Event::Delta { text, position }));
                    }
                    // Over, or broken off: the database knows, at the latest when the owner's lease has run out.
                    Some(forward::Passed::End) | None => self.source = Source::Look,
                },
                Source::Look => {
                    let turn = {
                        let mut reader = self.app.db.read().await?;
                        turns::find(&mut reader.conn(), self.turn.user_id, self.turn.id).await?
                    };
                    match turn {
                        Some(turn) if turn.ended_at.is_none() => tokio::time::sleep(LOOK).await,
                        _ => self.source = Source::Stored,
                    }
                }
                Source::Stored => {
                    let end = Arc::new(stored_end(&self.app, &self.turn).await?);
                    let rest = end.ai_message.as_ref().map(|m| after(&m.message_text, self.position).to_owned());
                    self.source = Source::Last(end);
                    if let Some(text) = rest.filter(|rest| !rest.is_empty()) {
                        self.position += text.chars().count() as u64;
                        return Ok(Some(Event::Delta { text, position: self.position }));
                    }
                }
                Source::Last(end) => {
                    let end = end.clone();
                    self.source = Source::Over;
                    return Ok(Some(Event::End(end)));
                }
                Source::Over => return Ok(None),
            }
        }
    }

    /// Waits for the end, the text passing unseen.
    pub async fn end(mut self) -> Result<Arc<End>> {
        if let Source::Live(progress, _) = &mut self.source
            && let Ok(progress) = progress.wait_for(|progress| progress.end.is_some()).await
            && let Some(end) = &progress.end
        {
            return Ok(end.clone());
        }
        loop {
            if let Some(Event::End(end)) = self.next().await? {
                return Ok(end);
            }
        }
    }
}

/// What is new of a running turn for a reader at `position`.
fn live_event(progress: &Progress, bytes: &mut Option<usize>, position: &mut u64) -> Option<Event> {
    if progress.chars > *position {
        let from = *bytes.get_or_insert_with(|| progress.text.len() - after(&progress.text, *position).len());
        let text = progress.text.get(from..).unwrap_or_default().to_owned();
        *bytes = Some(progress.text.len());
        *position = progress.chars;
        return Some(Event::Delta { text, position: progress.chars });
    }
    progress.end.clone().map(Event::End)
}

/// The text behind the first `position` characters.
fn after(text: &str, position: u64) -> &str {
    let skip = usize::try_from(position).unwrap_or(usize::MAX);
    text.char_indices().nth(skip).map_or("", |(at, _)| text.get(at..).unwrap_or_default())
}

async fn remote(app: &Shared, turn: &Turn, position: u64, token: &SecretString) -> Result<Source> {
    let Some(url) = forward::owner_url(app, turn).await? else { return Ok(Source::Look) };
    let request = app
        .peers
        .get(format!("{url}/v1/messages/{}/stream?turn={}&after={position}", turn.message_id, turn.id))
        .header(forward::HEADER, app.node.id.to_string())
        .header(reqwest::header::ACCEPT, "text/event-stream")
        .bearer_auth(token.expose_secret());
    match request.send().await {
        Ok(response) if response.status() == reqwest::StatusCode::OK => {
            let events = response.bytes_stream().eventsource().map(|event| match event {
                Ok(event) => forward::passed(&event.event, &event.id, &event.data),
                Err(_) => Some(forward::Passed::End),
            });
            Ok(Source::Remote(events.filter_map(std::future::ready).boxed()))
        }
        Ok(response) => {
            tracing::warn!(turn_id = %turn.id, status = response.status().as_u16(), "the turn's node refuses its stream");
            Ok(Source::Look)
        }
        Err(error) => {
            tracing::warn!(turn_id = %turn.id, error = %error.without_url(), "the turn's node cannot be reached");
            Ok(Source::Look)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn a_position_counts_characters_not_bytes() {
        assert_eq!(after("да 👍🏽!", 0), "да 👍🏽!");
        assert_eq!(after("да 👍🏽!", 3), "👍🏽!");
        assert_eq!(after("да 👍🏽!", 5), "!");
        assert_eq!(after("да", 2), "");
        assert_eq!(after("да", 99), "");
    }
}
