//! What crashes, several nodes, stops and lost databases do to turns: the real binary, on both databases.
#![cfg(test)]

mod backup;
mod books;
mod client;
mod copy;
mod crash;
mod limits;
mod locks;
mod nodes;
mod outage;
mod poison;
mod speech;
mod stop;
mod support;
