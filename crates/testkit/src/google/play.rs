//! The calls of the Play Developer API.

use axum::http::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
    request::Parts,
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    faults::Operation,
    purchase::{ACTIVE, IN_GRACE_PERIOD, ON_HOLD, PAUSED, PENDING, PENDING_PURCHASE_CANCELED, Purchase},
    reply::Reply,
    state::{self, PACKAGE, State},
};

/// A call that was read.
pub(super) struct Request {
    pub(super) operation: Operation,
    pub(super) package: String,
    pub(super) product: Option<String>,
    pub(super) token: String,
}

impl Request {
    /// Reads `/androidpublisher/v3/applications/PACKAGE/purchases/…`. None: there is no such method.
    pub(super) fn read(head: &Parts) -> Option<Self> {
        let path = head.uri.path().strip_prefix("/androidpublisher/v3/applications/")?;
        let segments: Vec<_> = path.split('/').collect();
        // The verb is told apart before anything is decoded, so one in a token is part of the token.
        let (last, rest) = segments.split_last()?;
        let (token, verb) = last.rsplit_once(':').map_or((*last, None), |(token, verb)| (token, Some(verb)));
        let (package, operation, product) = match (rest, verb) {
            ([package, "purchases", "subscriptionsv2", "tokens"], None) => (package, Operation::Get, None),
            ([package, "purchases", "subscriptionsv2", "tokens"], Some("cancel")) => (package, Operation::Cancel, None),
            ([package, "purchases", "subscriptionsv2", "tokens"], Some("revoke")) => (package, Operation::Revoke, None),
            ([package, "purchases", "subscriptions", product, "tokens"], Some("acknowledge")) => {
                (package, Operation::Acknowledge, Some(decoded(product)?))
            }
            _ => return None,
        };
        let method = if operation == Operation::Get { Method::GET } else { Method::POST };
        let token = decoded(token).filter(|token| !token.is_empty())?;
        (head.method == method).then_some(Self { operation, package: decoded(package)?, product, token })
    }

    /// Does what is asked for.
    pub(super) fn perform(&self, state: &mut State, head: &Parts, body: &Bytes) -> Reply {
        if let Err(refusal) = self.check_access(state, head) {
            return refusal;
        }
        if self.package != PACKAGE {
            return Reply::error(404, "applicationNotFound", &format!("Package not found: {}.", self.package));
        }
        if let Err(message) = self.check_body(head, body) {
            state.violations.push(format!("{:?}: {message}", self.operation));
            return Reply::error(400, "badRequest", &message);
        }
        let Some(purchase) = state.purchases.get_mut(&self.token) else {
            return Reply::error(404, "purchaseTokenNotFound", "The purchase token was not found.");
        };
        if purchase.forgotten {
            return Reply::error(
                410,
                "subscriptionPurchaseNoLongerAvailable",
                "The subscription purchase is no longer available for query because it has been expired for too long.",
            );
        }
        match self.operation {
            Operation::Acknowledge => self.acknowledge(state),
            Operation::Cancel => cancel(purchase),
            Operation::Revoke => revoke(purchase),
            _ => Reply::json(200, &purchase.json()),
        }
    }

    fn check_access(&self, state: &mut State, head: &Parts) -> Result<(), Reply> {
        let header = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = header.and_then(|header| header.strip_prefix("Bearer ")) else {
            state.violations.push(format!("{:?} without an access token", self.operation));
            return Err(Reply::error(401, "required", "Request is missing required authentication credential."));
        };
        if !state.issued.iter().any(|issued| issued == token) {
            state.violations.push(format!("{:?} with an access token that never was", self.operation));
        }
        if state.valid.contains(token) {
            return Ok(());
        }
        Err(Reply::error(401, "authError", "Request had invalid authentication credentials."))
    }

    /// What each method takes.
    fn check_body(&self, head: &Parts, body: &Bytes) -> Result<(), String> {
        if self.operation == Operation::Get {
            return if body.is_empty() { Ok(()) } else { Err("a question has no body".into()) };
        }
        let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let json: Value = serde_json::from_slice(body).map_err(|_| "Invalid JSON payload received.".to_owned())?;
        let renewals = json!({"cancellationContext": {"cancellationType": "USER_REQUESTED_STOP_RENEWALS"}});
        let payments = json!({"cancellationContext": {"cancellationType": "DEVELOPER_REQUESTED_STOP_PAYMENTS"}});
        let full = json!({"revocationContext": {"fullRefund": {}}});
        let prorated = json!({"revocationContext": {"proratedRefund": {}}});
        let known: &[Value] = match self.operation {
            Operation::Cancel => &[renewals, payments],
            Operation::Revoke => &[full, prorated],
            _ => &[json!({})],
        };
        if kind.starts_with("application/json") && known.contains(&json) {
            return Ok(());
        }
        Err(format!("Invalid JSON payload received: {kind} {json}"))
    }

    fn acknowledge(&self, state: &mut State) -> Reply {
        let Some(purchase) = state.purchases.get_mut(&self.token) else { return Reply::page(404) };
        if self.product.as_deref() != Some(&purchase.buy.product_id) {
            state.violations.push(format!("acknowledging {:?}, which is another product", self.product));
            return Reply::error(400, "productNotOwnedByUser", "The product purchase is not owned by the user.");
        }
        if matches!(purchase.state, PENDING | PENDING_PURCHASE_CANCELED) {
            let message = "The purchase is not in a valid state to perform the desired operation.";
            return Reply::error(400, "invalidPurchaseState", message);
        }
        purchase.acknowledged = true;
        nothing()
    }
}

fn cancel(purchase: &mut Purchase) -> Reply {
    if !purchase.auto_renew || !matches!(purchase.state, ACTIVE | IN_GRACE_PERIOD | ON_HOLD | PAUSED) {
        return not_valid();
    }
    purchase.stops("developerInitiatedCancellation");
    purchase.canceled_by_developer = true;
    nothing()
}

fn revoke(purchase: &mut Purchase) -> Reply {
    if matches!(purchase.state, PENDING | PENDING_PURCHASE_CANCELED) || purchase.revoked {
        return not_valid();
    }
    // Now, as long as that is within its time: a test may live in another.
    let at = state::now().min(purchase.expiry).max(purchase.buy.start);
    purchase.ends(at, "developerInitiatedCancellation");
    purchase.revoked = true;
    nothing()
}

fn not_valid() -> Reply {
    let message = "Your request is invalid for this subscription purchase.";
    Reply::error(400, "subscriptionInvalidArgument", message)
}

/// "If successful, the response body is empty."
fn nothing() -> Reply {
    Reply::text(200, "application/json; charset=UTF-8", String::new())
}

/// A segment of a path without its percent-encoding.
fn decoded(segment: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(segment.len()), segment.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let (hex, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}
