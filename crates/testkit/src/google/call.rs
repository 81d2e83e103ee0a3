//! What the service did, for tests to look at.

use serde_json::Value;

use super::{
    FakeGoogle,
    faults::{Fault, Operation},
};

/// One call of the Play Developer API.
#[derive(Debug, Clone)]
pub struct Call {
    /// Which.
    pub operation: Operation,
    /// Of which purchase.
    pub purchase_token: String,
    /// The product in the path, of "acknowledge".
    pub product_id: Option<String>,
    /// The body; null of a question.
    pub body: Value,
    /// The HTTP status that it was to be answered; 0 where it was not carried out.
    pub status: u16,
    /// What went wrong on purpose.
    pub fault: Option<Fault>,
}

/// What the service did.
impl FakeGoogle {
    /// Its calls of the Play Developer API, in the order in which they came. Those that were not for a purchase of the
    /// app at all are [`violations`](Self::violations).
    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }

    /// Its calls of one kind.
    pub fn calls_of(&self, operation: Operation) -> Vec<Call> {
        self.shared.lock().calls.iter().filter(|call| call.operation == operation).cloned().collect()
    }

    /// Drops the recorded calls, for long runs.
    pub fn forget_calls(&self) {
        self.shared.lock().calls.clear();
    }

    /// What no service should ask, whatever the state of a purchase: a path that doesn't exist, a body that is not what
    /// the method takes, a call without an access token, an assertion that is no good. Each was refused.
    pub fn violations(&self) -> Vec<String> {
        self.shared.lock().violations.clone()
    }

    /// How often the keys were asked for.
    pub fn key_fetches(&self) -> usize {
        self.shared.lock().key_fetches
    }

    /// How often an access token was asked for.
    pub fn token_fetches(&self) -> usize {
        self.shared.lock().assertions.len()
    }

    /// The assertions for which an access token was asked.
    pub fn assertions(&self) -> Vec<String> {
        self.shared.lock().assertions.clone()
    }

    /// The access tokens that were given.
    pub fn access_tokens(&self) -> Vec<String> {
        self.shared.lock().issued.clone()
    }
}
