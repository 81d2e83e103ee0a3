//! Nodes that share one PostgreSQL, and nothing else: this node's lease, lost turns, and streams of other nodes.

pub mod forward;
mod lease;

pub use lease::{Node, free_held, keep_lease, leave, settle_lost};
