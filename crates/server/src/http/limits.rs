//! Limits: registrations and sign-ins of an address, calls of a person, open streams.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::config;

/// The limits of this node. Each node counts for itself.
#[derive(Debug)]
pub struct Limits {
    registrations: DefaultKeyedRateLimiter<IpAddr>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    calls: DefaultKeyedRateLimiter<Uuid>,
    clock: governor::clock::DefaultClock,
    at_once: usize,
    open: Arc<Mutex<HashMap<Uuid, usize>>>,
    streams: Arc<Semaphore>,
}

/// A call of a person that is open; it counts until dropped.
#[derive(Debug)]
pub struct OpenCall {
    open: Arc<Mutex<HashMap<Uuid, usize>>>,
    user_id: Uuid,
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user_id) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user_id);
            }
        }
    }
}

/// An open stream; it counts until dropped.
#[derive(Debug)]
pub struct OpenStream {
    _permit: OwnedSemaphorePermit,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        metrics::gauge!("beseda_streams_open").decrement(1.0);
    }
}

impl Limits {
    /// The configured limits.
    pub fn new(config: &config::Limits) -> Self {
        let a_minute = |n: u32| Quota::per_minute(NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN));
        Self {
            registrations: RateLimiter::keyed(a_minute(config.registrations_per_minute)),
            sign_ins: RateLimiter::keyed(a_minute(config.sign_ins_per_minute)),
            calls: RateLimiter::keyed(a_minute(config.calls_per_minute)),
            clock: governor::clock::DefaultClock::default(),
            at_once: config.calls_at_once,
            open: Arc::default(),
            streams: Arc::new(Semaphore::new(config.streams)),
        }
    }

    /// Counts a registration; an error is the seconds to wait.
    pub fn registration(&self, address: IpAddr) -> Result<(), u64> {
        self.registrations.check_key(&block(address)).map_err(|not| wait(&not.wait_time_from(self.clock.now())))
    }

    /// Counts a try to sign in to the panel; an error is the seconds to wait.
    pub fn sign_in(&self, address: IpAddr) -> Result<(), u64> {
        self.sign_ins.check_key(&block(address)).map_err(|not| wait(&not.wait_time_from(self.clock.now())))
    }

    /// Counts a call; an error is the seconds to wait.
    pub fn call(&self, user_id: Uuid) -> Result<OpenCall, u64> {
        self.calls.check_key(&user_id).map_err(|not| wait(&not.wait_time_from(self.clock.now())))?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user_id).or_default();
        if *count >= self.at_once {
            return Err(1);
        }
        *count += 1;
        Ok(OpenCall { open: self.open.clone(), user_id })
    }

    /// Counts a stream; none when the node has as many as it may.
    pub fn stream(&self) -> Option<OpenStream> {
        let permit = self.streams.clone().try_acquire_owned().ok()?;
        metrics::gauge!("beseda_streams_open").increment(1.0);
        Some(OpenStream { _permit: permit })
    }

    /// Forgets addresses and people who are within their limits again.
    pub fn tidy(&self) {
        self.registrations.retain_recent();
        self.sign_ins.retain_recent();
        self.calls.retain_recent();
    }
}

fn wait(span: &std::time::Duration) -> u64 {
    span.as_secs() + 1
}

/// An address as it is counted: an IPv6 host owns at least a /64.
fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        v4 => v4,
    }
}
