//! The web client as people use it, on the phone and by keys alone: through reloads, restarts and cuts, without network,
//! in each language and scheme.

mod acts;
mod cuts;
mod hostile;
mod keys;
mod looks;
mod money;
mod newer;
mod offline;
mod scroll;
mod told;
mod touch;
mod visitor;
mod wire;
