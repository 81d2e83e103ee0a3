//! What goes wrong with requests.

use std::collections::{HashMap, VecDeque};

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// An access token.
    Token,
    /// The keys.
    Keys,
    /// Somebody who signs in.
    SignIn,
    /// "purchases.subscriptionsv2.get"
    Get,
    /// "purchases.subscriptions.acknowledge"
    Acknowledge,
    /// "purchases.subscriptionsv2.cancel"
    Cancel,
    /// "purchases.subscriptionsv2.revoke"
    Revoke,
}

/// One thing that goes wrong with one request. "Before" and "after" are seen from what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This status with a proxy's page; nothing was done.
    Status(u16),
    /// It was done; the answer is this status with a proxy's page.
    StatusAfter(u16),
    /// 429 with this `Retry-After`, in seconds; nothing was done.
    TooMany(u64),
    /// An error of Google's with this status, `reason` and `message`; nothing was done.
    Refused(u16, &'static str, String),
    /// This status and JSON in place of the answer; nothing was done.
    Json(u16, String),
    /// An error with this status that repeats all that was sent; nothing was done.
    Echo(u16),
    /// The connection breaks off before anything is done.
    ClosedBefore,
    /// It was done; the connection breaks off instead of the answer.
    ClosedAfter,
    /// It was done; the connection breaks off in the middle of the answer.
    CutAfter,
    /// Silence, and nothing is done.
    HangBefore,
    /// It was done; then silence.
    HangAfter,
    /// It was done; the answer, HTTP 200, is no JSON.
    Garbage,
    /// It was done; the answer, HTTP 200, has two million bytes.
    Huge,
    /// A redirect to this URL; nothing was done.
    Redirect(String),
}

impl Fault {
    /// An error of Google's.
    pub fn refused(status: u16, reason: &'static str, message: &str) -> Self {
        Self::Refused(status, reason, message.into())
    }

    /// Whether what is asked for is done all the same.
    pub fn acts(&self) -> bool {
        matches!(
            self,
            Self::StatusAfter(_) | Self::ClosedAfter | Self::CutAfter | Self::HangAfter | Self::Garbage | Self::Huge
        )
    }
}

/// The faults that are to come.
#[derive(Default)]
pub(super) struct Plan(HashMap<Operation, VecDeque<Fault>>);

impl Plan {
    pub(super) fn next(&mut self, operation: Operation, fault: Fault) {
        self.0.entry(operation).or_default().push_back(fault);
    }

    /// The fault of this request, if it has one.
    pub(super) fn draw(&mut self, operation: Operation) -> Option<Fault> {
        self.0.get_mut(&operation)?.pop_front()
    }
}
