//! Roles, and the one table of what each may do.

use crate::db::text_enum;

text_enum! {
    /// What somebody is in the panel.
    Role {
        /// Runs the service: may everything.
        Owner = "owner",
        /// Runs the business: everything but appointing and settings.
        Admin = "admin",
        /// Looks after people: no money, no reading.
        Moderator = "moderator",
    }
}

impl Role {
    /// Every role, the highest first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Moderator];

    /// The role of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether it is above the other one.
    pub const fn is_above(self, other: Self) -> bool {
        self.rank() > other.rank()
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Owner => 2,
            Self::Admin => 1,
            Self::Moderator => 0,
        }
    }
}

/// Declares the permissions with the roles that have them. Each gets a type in [`demand`] too, by which a handler
/// demands it.
macro_rules! permissions {
    ($($(#[$meta:meta])* $permission:ident: $($role:ident)|+;)+) => {
        /// Something that roles may or may not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission { $($(#[$meta])* $permission),+ }

        impl Permission {
            /// Every permission, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$permission),+];

            /// Its name, for the audit log.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$permission => stringify!($permission)),+ }
            }
        }

        impl Role {
            /// Whether the role has the permission.
            pub const fn may(self, permission: Permission) -> bool {
                match permission { $(Permission::$permission => matches!(self, $(Self::$role)|+)),+ }
            }
        }

        /// The permissions as types: `Allowed<demand::Block>` in a handler's arguments.
        pub mod demand {
            use super::{Demand, Permission};

            $(
                $(#[$meta])*
                #[derive(Clone, Copy, Debug)]
                pub enum $permission {}

                impl Demand for $permission {
                    const PERMISSION: Permission = Permission::$permission;
                }
            )+
        }
    };
}

/// A permission as a type.
pub trait Demand {
    /// The permission.
    const PERMISSION: Permission;
}

// The table. ARCHITECTURE.md shows it; the panel's tests go through it route by route.
permissions! {
    /// See the dashboard, people, their plans and their use.
    ViewPeople: Owner | Admin | Moderator;
    /// See what was paid and what it costs.
    ViewMoney: Owner | Admin;
    /// Block and unblock people.
    Block: Owner | Admin | Moderator;
    /// End a person's dialogue.
    EndSession: Owner | Admin | Moderator;
    /// Read a dialogue or what was sent to a model: with a reason, which is recorded.
    ReadContent: Owner | Admin;
    /// Read the answers that people reported, and decide.
    ReadReported: Owner | Admin | Moderator;
    /// See attempts at models, without what was said.
    ViewJournal: Owner | Admin | Moderator;
    /// Give, prolong and take away subscriptions, give money back, change plans.
    ManageBilling: Owner | Admin;
    /// Export everything on a person.
    ExportPerson: Owner | Admin;
    /// Erase a person.
    ErasePerson: Owner | Admin;
    /// See queued work and what the bot has to deliver.
    ViewJobs: Owner | Admin | Moderator;
    /// Try queued work again, or cancel it.
    Jobs: Owner | Admin;
    /// Write to many people through the bot.
    Broadcast: Owner | Admin;
    /// Read the audit log.
    ViewAudit: Owner | Admin;
    /// Appoint people and take roles away.
    Appoint: Owner;
    /// See and change settings.
    Settings: Owner;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_may_everything_and_a_higher_role_never_less() {
        for permission in Permission::ALL {
            assert!(Role::Owner.may(*permission), "{permission:?}");
            assert!(Role::Admin.may(*permission) || !Role::Moderator.may(*permission), "{permission:?}");
        }
        assert!(Role::Owner.is_above(Role::Admin) && Role::Admin.is_above(Role::Moderator));
        assert!(!Role::Owner.is_above(Role::Owner));
        assert_eq!(Role::ALL.map(|role| Role::parse(role.as_str())), Role::ALL.map(Some));
    }
}
