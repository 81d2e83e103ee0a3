//! Google Play: what happens to purchases.

#![expect(clippy::panic, reason = "what Google Play doesn't do fails the test")]

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use super::{
    FakeGoogle,
    purchase::{
        ACTIVE, Buy, CANCELED, EXPIRED, IN_GRACE_PERIOD, ON_HOLD, PAUSED, PENDING, PENDING_PURCHASE_CANCELED, Purchase,
    },
};

/// What is not over.
const RUNNING: [&str; 5] = [ACTIVE, IN_GRACE_PERIOD, ON_HOLD, PAUSED, CANCELED];

/// What happens to purchases. Nothing of it is pushed: a test does that, see [`push`](Self::push).
///
/// All of these panic when there is no such purchase, or it is in no state from which Google Play would do this.
impl FakeGoogle {
    /// Somebody buys a subscription. Gives the purchase token, which their device sends to the service.
    pub fn buys(&self, buy: Buy) -> String {
        self.adds(buy, None)
    }

    /// Somebody buys a subscription, and pays later.
    pub fn buys_pending(&self, buy: Buy) -> String {
        let token = self.adds(buy, None);
        self.change(&token, &[ACTIVE], |purchase| purchase.state = PENDING);
        token
    }

    /// They paid.
    pub fn completes(&self, token: &str) {
        self.change(token, &[PENDING], |purchase| purchase.state = ACTIVE);
    }

    /// They didn't.
    pub fn abandons(&self, token: &str) {
        self.change(token, &[PENDING], |purchase| purchase.state = PENDING_PURCHASE_CANCELED);
    }

    /// The next period was paid: a new order, and it ends later.
    pub fn renews(&self, token: &str, expiry: Timestamp) {
        self.pays(token, &[ACTIVE], expiry);
    }

    /// A renewal could not be paid; there is access until then all the same.
    pub fn enters_grace(&self, token: &str, until: Timestamp) {
        self.change(token, &[ACTIVE], |purchase| (purchase.state, purchase.expiry) = (IN_GRACE_PERIOD, until));
    }

    /// A renewal could not be paid, and there is no access any more.
    pub fn goes_on_hold(&self, token: &str) {
        self.change(token, &[ACTIVE, IN_GRACE_PERIOD], |purchase| purchase.state = ON_HOLD);
    }

    /// It could be paid after all.
    pub fn recovers(&self, token: &str, expiry: Timestamp) {
        self.pays(token, &[IN_GRACE_PERIOD, ON_HOLD], expiry);
    }

    /// The pause begins that somebody had asked for.
    pub fn pauses(&self, token: &str) {
        self.change(token, &[ACTIVE], |purchase| purchase.state = PAUSED);
    }

    /// The pause ends, and the next period was paid.
    pub fn resumes_from_pause(&self, token: &str, expiry: Timestamp) {
        self.pays(token, &[PAUSED], expiry);
    }

    /// Somebody cancels the renewal. What was on hold or paused is over at once.
    pub fn cancels(&self, token: &str) {
        let running = [ACTIVE, IN_GRACE_PERIOD, ON_HOLD, PAUSED];
        self.change(token, &running, |purchase| purchase.stops("userInitiatedCancellation"));
    }

    /// Somebody takes the cancellation back before the end.
    pub fn restores(&self, token: &str) {
        self.change(token, &[CANCELED], |purchase| purchase.runs_until(purchase.expiry));
    }

    /// It is over since then.
    pub fn expires(&self, token: &str, at: Timestamp) {
        self.change(token, &RUNNING, |purchase| purchase.ends(at, "systemInitiatedCancellation"));
    }

    /// Google gave the money back, and ended it then.
    pub fn refunds(&self, token: &str, at: Timestamp) {
        let any = [&RUNNING[..], &[EXPIRED]].concat();
        self.change(token, &any, |purchase| purchase.ends(at, "systemInitiatedCancellation"));
    }

    /// Somebody changes to another product (or up, or down, or signs up again before the end of a cancelled one). Gives
    /// the new purchase token; the old one is over since then.
    pub fn upgrades(&self, old_token: &str, buy: Buy) -> String {
        let start = buy.start;
        self.change(old_token, &RUNNING, |purchase| {
            purchase.canceled = None;
            purchase.ends(start, "replacementCancellation");
        });
        self.adds(buy, Some(old_token.to_owned()))
    }

    /// Google forgets it, as it does sixty days after the end: it is answered 410 from now on.
    pub fn forgets(&self, token: &str) {
        self.change(token, &[EXPIRED, PENDING_PURCHASE_CANCELED], |purchase| purchase.forgotten = true);
    }

    /// `SUBSCRIPTION_STATE_…`
    pub fn state(&self, token: &str) -> &'static str {
        self.look(token, |purchase| purchase.state)
    }

    /// The order that was paid last, `GPA.…`.
    pub fn order_id(&self, token: &str) -> String {
        self.look(token, Purchase::order_id)
    }

    /// Whether the service acknowledged it.
    pub fn is_acknowledged(&self, token: &str) -> bool {
        self.look(token, |purchase| purchase.acknowledged)
    }

    /// Whether the service cancelled the renewal.
    pub fn was_canceled_by_developer(&self, token: &str) -> bool {
        self.look(token, |purchase| purchase.canceled_by_developer)
    }

    /// Whether the service revoked it.
    pub fn was_revoked(&self, token: &str) -> bool {
        self.look(token, |purchase| purchase.revoked)
    }

    fn adds(&self, buy: Buy, linked: Option<String>) -> String {
        let token = purchase_token();
        let mut state = self.shared.lock();
        let number = state.fresh();
        state.purchases.insert(token.clone(), Purchase::new(number, buy, linked));
        token
    }

    fn pays(&self, token: &str, from: &[&str], expiry: Timestamp) {
        self.change(token, from, |purchase| {
            assert!(!purchase.buy.prepaid, "a prepaid plan does not renew");
            purchase.renewals += 1;
            purchase.runs_until(expiry);
        });
    }

    fn change(&self, token: &str, from: &[&str], change: impl FnOnce(&mut Purchase)) {
        let mut state = self.shared.lock();
        let purchase = state.purchases.get_mut(token).unwrap_or_else(|| panic!("no purchase {token}"));
        assert!(from.contains(&purchase.state), "{token} is {}, not one of {from:?}", purchase.state);
        change(purchase);
    }

    fn look<T>(&self, token: &str, look: impl FnOnce(&Purchase) -> T) -> T {
        let state = self.shared.lock();
        look(state.purchases.get(token).unwrap_or_else(|| panic!("no purchase {token}")))
    }
}

/// Looks like Google's. No two of a process are the same.
fn purchase_token() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("fakefakefakefakefakefake.AO-J1O{number:08}{}", "xK_9-qWz".repeat(12))
}
