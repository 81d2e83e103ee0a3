//! What staff watch: figures of the service by day, and what is wrong with it now.
//!
//! Turns, attempts and people are counted a slice of time after the other (`count`) and kept by day; what is not counted
//! yet is counted when it is looked at. So looking costs the same however much there is.

pub mod calendar;
pub mod count;
pub mod overview;
pub mod percentile;
pub mod trouble;
pub mod usage;

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use self::overview::Overview;

/// The overview that this node has made last.
#[derive(Debug, Default)]
pub struct Kept {
    overview: RwLock<Option<Arc<Overview>>>,
    /// Held by whoever makes the next one.
    making: Arc<Mutex<()>>,
}

impl Kept {
    fn get(&self) -> Option<Arc<Overview>> {
        self.overview.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, overview: Arc<Overview>) {
        *self.overview.write().unwrap_or_else(PoisonError::into_inner) = Some(overview);
    }
}
