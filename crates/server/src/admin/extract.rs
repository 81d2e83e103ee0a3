//! Who asks, and what they may: typed extractors. A handler that takes [`Allowed`] can't run for who may not.

use std::{convert::Infallible, marker::PhantomData, ops::Deref, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Failure, page::Page, visit::Visit};
use crate::staff::{
    Actor,
    audit::Via,
    role::{Demand, Permission},
    sessions::SignedInAs,
};

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::Internal)
    }
}

/// Somebody who is signed in, whatever their role.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The request.
    pub visit: Visit,
    /// Who.
    pub who: Arc<SignedInAs>,
}

impl Staff {
    /// Whether their role has the permission: for what is shown. What is done demands it by [`Allowed`].
    pub fn may(&self, permission: Permission) -> bool {
        self.who.role.may(permission)
    }

    /// Them as the audit log names them.
    pub fn actor(&self) -> Actor {
        Actor {
            id: Some(self.who.user_id),
            name: self.who.name.clone(),
            role: Some(self.who.role),
            via: Via::Panel,
            address: Some(self.visit.address.to_string()),
            session_id: Some(self.who.session_id),
        }
    }

    /// What a template needs, under the title of this key.
    pub fn page(&self, title: &str) -> Page {
        Page::new(self.visit.clone(), title)
    }
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let who = visit.staff.clone().ok_or(Failure::SignIn)?;
        Ok(Self { visit, who })
    }
}

/// Somebody who is signed in and has the permission `P`, a type of [`demand`](crate::staff::role::demand).
#[derive(Clone, Debug)]
pub struct Allowed<P> {
    staff: Staff,
    permission: PhantomData<fn() -> P>,
}

impl<P> Deref for Allowed<P> {
    type Target = Staff;

    fn deref(&self) -> &Staff {
        &self.staff
    }
}

impl<S: Sync, P: Demand> FromRequestParts<S> for Allowed<P> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let staff = Staff::from_request_parts(parts, state).await?;
        if staff.may(P::PERMISSION) {
            Ok(Self { staff, permission: PhantomData })
        } else {
            Err(Failure::Refused(P::PERMISSION))
        }
    }
}

/// The browser's name for itself, if it says one.
pub struct UserAgent(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for UserAgent {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let agent = parts.headers.get(axum::http::header::USER_AGENT);
        Ok(Self(agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())))
    }
}
