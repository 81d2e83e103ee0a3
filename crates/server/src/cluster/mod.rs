//! Nodes that share one PostgreSQL, and nothing else: this node's lease, lost turns, and streams of other nodes.

pub mod forward;
mod lease;

pub use lease::{Node, keep_lease, leave, settle_lost};
