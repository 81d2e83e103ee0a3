//! What a test makes go wrong, and how strict the server is.

use std::time::Duration;

use super::{Disorder, FakeTelegram, Fault, Faults, FloodLimits, flood::Flood};

/// What goes wrong, and what is more or less strict.
impl FakeTelegram {
    /// What goes wrong with the next call of a method; several wait for as many calls.
    pub fn next(&self, method: &str, fault: Fault) {
        self.shared.lock().faults.next(method, fault);
    }

    /// What goes wrong by chance from now on. [`Faults::seeded`] alone ends it.
    pub fn faults(&self, faults: Faults) {
        self.shared.lock().faults.set(faults);
    }

    /// How long a silence lasts before the connection breaks off; without this, until the bot leaves.
    pub fn silence(&self, silence: Duration) {
        self.shared.lock().faults.silence = Some(silence);
    }

    /// What happens to updates from now on. [`Disorder::default`] ends it.
    pub fn disorder(&self, disorder: Disorder) {
        self.shared.lock().updates.set_disorder(disorder);
    }

    /// Turns flood control on or off.
    pub fn flood(&self, limits: Option<FloodLimits>) {
        self.shared.lock().flood = limits.map(Flood::new);
    }

    /// Whether the server is too old for "sendMessageDraft".
    pub fn refuse_drafts(&self, refuse: bool) {
        self.shared.lock().settings.drafts_refused = refuse;
    }

    /// Whether the bot sees of groups only commands, mentions and answers to it. Without this it sees everything.
    pub fn privacy_mode(&self, privacy: bool) {
        self.shared.lock().settings.privacy = privacy;
    }

    /// How long a draft is seen after its last update: 30 s without this.
    pub fn draft_life(&self, life: Duration) {
        self.shared.lock().settings.draft_life = life;
    }

    /// How long a pressed button waits for "answerCallbackQuery": 60 s without this.
    pub fn query_life(&self, life: Duration) {
        self.shared.lock().settings.query_life = life;
    }

    /// How long the waits of tests last: 30 s without this.
    pub fn patience(&self, patience: Duration) {
        self.shared.lock().settings.patience = patience;
    }

    /// How long a webhook may take to answer (10 s without this), and the first and the longest pause before an
    /// update is pushed again (50 ms and 1 s).
    pub fn pushing(&self, timeout: Duration, first_pause: Duration, longest_pause: Duration) {
        let settings = &mut self.shared.lock().settings;
        settings.push_timeout = timeout;
        settings.push_pauses = (first_pause, longest_pause);
    }
}
