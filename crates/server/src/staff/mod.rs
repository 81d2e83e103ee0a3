//! The people who run the service: who they are, what they may, and the record of what they did.

pub mod appoint;
pub mod audit;
pub mod links;
pub mod passkeys;
pub mod people;
pub mod reading;
pub mod role;
pub mod sessions;

use uuid::Uuid;

use crate::{
    app::App,
    clock::Clock,
    db::{Db, Ts},
    staff::{audit::Via, role::Role},
};

/// Who acts, and from where: what is written beside everything they do.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person; none on the command line, and for the service itself.
    pub id: Option<Uuid>,
    /// What they are called.
    pub name: Option<String>,
    /// As what they act.
    pub role: Option<Role>,
    /// Where.
    pub via: Via,
    /// From which address.
    pub address: Option<String>,
    /// In which session of the panel.
    pub session_id: Option<Uuid>,
}

impl Actor {
    /// Whoever may run commands on the machine.
    pub const fn cli() -> Self {
        Self { id: None, name: None, role: None, via: Via::Cli, address: None, session_id: None }
    }

    /// The service itself.
    pub fn system() -> Self {
        Self { via: Via::System, ..Self::cli() }
    }

    /// Somebody at the panel who is not signed in.
    pub fn stranger(address: String) -> Self {
        Self { via: Via::Panel, address: Some(address), ..Self::cli() }
    }
}

/// Where work on staff is done: in the service, or beside it.
#[derive(Clone, Copy, Debug)]
pub struct Office<'a> {
    /// The database.
    pub db: &'a Db,
    /// Time.
    pub clock: &'a Clock,
}

impl Office<'_> {
    /// Now.
    pub fn now(&self) -> Ts {
        self.clock.now()
    }
}

impl App {
    /// The service's own office.
    pub fn office(&self) -> Office<'_> {
        Office { db: &self.db, clock: &self.clock }
    }
}
