//! The audit log: what was done is recorded in the same transaction, what was refused in one of its own. Rows are never
//! changed.

use serde_json::Value;
use uuid::Uuid;

use super::{Actor, Office};
use crate::{
    db::{
        Conn, JsonText, Result, Ts,
        audit_log::{self, Record},
        text_enum,
    },
    ids,
};

text_enum! {
    /// Where somebody acts.
    Via {
        /// In the panel.
        Panel = "panel",
        /// On the command line.
        Cli = "cli",
        /// In the bot.
        Bot = "bot",
        /// The service itself.
        System = "system",
    }
}

/// Declares the actions, each with its stable word.
macro_rules! actions {
    ($($(#[$meta:meta])* $action:ident = $text:tt;)+) => {
        text_enum! {
            /// What somebody did. A word never changes its meaning: rows are kept.
            Action { $($(#[$meta])* $action = $text),+ }
        }

        impl Action {
            /// Every action, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$action),+];
        }
    };
}

actions! {
    /// Signed in, by a link or a passkey.
    SignedIn = "signed-in";
    /// Tried a link or a passkey that is none, used or over.
    SignInFailed = "sign-in-failed";
    /// Signed out.
    SignedOut = "signed-out";
    /// Ended a session of their own.
    SessionRevoked = "session-revoked";
    /// Ended all sessions of a person.
    SessionsRevoked = "sessions-revoked";
    /// An old token of a session came again: the session was ended.
    SessionReused = "session-reused";
    /// Asked for a sign-in link.
    LinkMade = "link-made";
    /// Added a passkey of their own.
    PasskeyAdded = "passkey-added";
    /// Removed a passkey of their own.
    PasskeyRemoved = "passkey-removed";
    /// Gave a person a role.
    Appointed = "appointed";
    /// Changed a person's role.
    RoleChanged = "role-changed";
    /// Took a person's role away.
    RoleRemoved = "role-removed";
    /// Blocked a person.
    Blocked = "blocked";
    /// Let a blocked person in again.
    Unblocked = "unblocked";
    /// Signed one of a person's devices out.
    DeviceRevoked = "device-revoked";
    /// Exported everything on a person.
    Exported = "exported";
    /// Downloaded a list as a file.
    Downloaded = "downloaded";
    /// Erased a person.
    Erased = "erased";
    /// Gave a person a plan.
    Granted = "granted";
    /// Let a person's plan end later.
    Extended = "extended";
    /// Took a person's plan away.
    SubscriptionRevoked = "subscription-revoked";
    /// Opened a dialogue to read it.
    DialogueOpened = "dialogue-opened";
    /// Ended a dialogue.
    DialogueEnded = "dialogue-ended";
    /// Decided on a report.
    ReportDecided = "report-decided";
    /// Made a plan.
    PlanMade = "plan-made";
    /// Changed a plan.
    PlanChanged = "plan-changed";
    /// Asked a provider to give a charge back.
    RefundAsked = "refund-asked";
    /// Wrote a broadcast, to be looked at before it is sent.
    BroadcastWritten = "broadcast-written";
    /// Began to send a broadcast.
    BroadcastStarted = "broadcast-started";
    /// Stopped a broadcast, or threw it away before it was sent.
    BroadcastStopped = "broadcast-stopped";
    /// Changed settings.
    SettingsChanged = "settings-changed";
    /// Opened what was sent to a model, to read it.
    PayloadRead = "payload-read";
    /// Let a job be tried again.
    JobRetried = "job-retried";
    /// Called a job off.
    JobCancelled = "job-cancelled";
    /// Let a delivery be tried again.
    DeliveryRetried = "delivery-retried";
    /// Called a delivery off.
    DeliveryCancelled = "delivery-cancelled";
    /// Was refused for want of a permission.
    Refused = "refused";
    /// Was refused for coming from another site.
    CrossOrigin = "cross-origin";
}

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who, and from where.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// The person it was done to.
    pub subject_id: Option<Uuid>,
    /// What it was done to: a turn, a plan, a session.
    pub target: Option<String>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// What else is to be known. Never what people say to each other, never a secret.
    pub details: Option<Value>,
}

impl Entry {
    /// An entry of who and what.
    pub const fn new(actor: Actor, action: Action) -> Self {
        Self { actor, action, subject_id: None, target: None, reason: None, details: None }
    }

    /// Done to this person.
    pub fn to(self, subject_id: Uuid) -> Self {
        Self { subject_id: Some(subject_id), ..self }
    }

    /// Done to this thing.
    pub fn on(self, target: impl ToString) -> Self {
        Self { target: Some(target.to_string()), ..self }
    }

    /// For this reason.
    pub fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }

    /// With more to know.
    pub fn with(self, details: Value) -> Self {
        Self { details: Some(details), ..self }
    }
}

/// Records what is done in this transaction.
pub async fn record(conn: &mut Conn<'_>, entry: &Entry, now: Ts) -> Result<()> {
    let Entry { actor, action, subject_id, target, reason, details } = entry;
    let row = Record {
        id: ids::new_id(now),
        created_at: now,
        actor_id: actor.id,
        actor_name: actor.name.clone(),
        actor_role: actor.role.map(|role| role.as_str().to_owned()),
        via: actor.via.as_str().to_owned(),
        address: actor.address.clone(),
        session_id: actor.session_id,
        action: action.as_str().to_owned(),
        subject_id: *subject_id,
        target: target.clone(),
        reason: reason.clone(),
        details: details.as_ref().map(|details| JsonText::from(details.to_string())),
    };
    audit_log::insert(conn, &row).await
}

/// Records what was not done: a refusal, a failed try.
pub async fn record_alone(office: Office<'_>, entry: Entry) -> Result<()> {
    let now = office.now();
    office
        .db
        .write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move { record(tx, &entry, now).await })
        })
        .await
}
