//! Passing on what another node has: once, with the caller's own token, never onward.

use serde::Deserialize;

use crate::{
    app::App,
    db::{Result, nodes, turns::Turn},
};

/// The header by which a node knows that a request was passed on to it.
pub const HEADER: &str = "beseda-forwarded";

/// An event of another node's stream.
#[derive(Debug)]
pub enum Passed {
    /// More text, and the position behind it.
    Delta {
        /// The piece.
        text: String,
        /// The length with it.
        position: u64,
    },
    /// The end, or what cannot be read: the database has the truth.
    End,
}

#[derive(Deserialize)]
struct Delta {
    text: String,
}

/// Reads an event; none for those that a reader here has had already.
pub fn passed(event: &str, id: &str, data: &str) -> Option<Passed> {
    match event {
        "accepted" => None,
        "delta" => match (serde_json::from_str::<Delta>(data), id.parse()) {
            (Ok(delta), Ok(position)) => Some(Passed::Delta { text: delta.text, position }),
            _ => Some(Passed::End),
        },
        _ => Some(Passed::End),
    }
}

/// Where the turn's node is reached, if that is another one, and alive.
pub async fn owner_url(app: &App, turn: &Turn) -> Result<Option<String>> {
    if turn.node_id == app.node.id {
        return Ok(None);
    }
    nodes::living_url(&mut app.db.read().await?.conn(), turn.node_id, app.clock.now()).await
}
