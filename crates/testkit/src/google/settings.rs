//! What a test makes go wrong or changes.

use super::{FakeGoogle, Fault, Operation};

/// What goes wrong, and what is different.
impl FakeGoogle {
    /// What goes wrong with the next request of this kind; several wait for as many requests.
    pub fn next(&self, operation: Operation, fault: Fault) {
        self.shared.lock().faults.next(operation, fault);
    }

    /// Ends every access token that was given: the next call with one is answered 401.
    pub fn expire_tokens(&self) {
        self.shared.lock().valid.clear();
    }

    /// What an access token says of its life from now on (`expires_in`, in seconds), if anything: 3599 without this.
    pub fn token_seconds(&self, seconds: Option<i64>) {
        self.shared.lock().settings.token_seconds = seconds;
    }

    /// What the keys say of their life from now on (`Cache-Control`), if anything: `public, max-age=20000, …` without
    /// this.
    pub fn keys_cache(&self, value: Option<&str>) {
        self.shared.lock().settings.keys_cache = value.map(str::to_owned);
    }

    /// Signs with another key from now on. The one before it is still published, those before that are not.
    pub fn rotate_keys(&self) {
        self.shared.lock().signing += 1;
    }

    /// `aud` of every push from now on; without this, the URL that is pushed to.
    pub fn push_audience(&self, audience: &str) {
        self.shared.lock().settings.audience = Some(audience.to_owned());
    }
}
