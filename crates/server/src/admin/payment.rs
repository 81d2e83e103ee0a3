//! `/admin/payments/{id}`: one payment, with everything that was heard of its purchase.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Failure, Result,
    extract::Allowed,
    form::WithReason,
    page::{Page, render},
    payments::tone,
    visit::Done,
};
use crate::{
    billing::payment::{self, RefundError},
    db::{
        JsonText, Ts, jobs,
        payments::{self, Payment, PaymentKind},
        payments_page,
        purchases::{self, Provider, Purchase},
        users,
    },
    http::Edge,
    staff::role::{Permission, demand},
};

/// The most events of a purchase that are shown.
const MOST_EVENTS: i64 = 500;
/// The name of the work, in `jobs`.
const REFUND: &str = "refund";
/// What stands in place of a secret.
const HIDDEN: &str = "…";

/// How the giving back of a charge is.
struct Refund {
    /// `none`, `asked`, `done` or `failed`.
    state: &'static str,
    since: Option<Ts>,
    /// What went wrong last.
    error: Option<String>,
}

/// Something that was heard, with the provider's words.
struct Event {
    payment: Payment,
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/payment.html")]
struct One {
    page: Page,
    payment: Payment,
    user_name: Option<String>,
    plan: String,
    events: Vec<Event>,
    refund: Refund,
    may_refund: bool,
}

impl One {
    fn tone(&self, kind: &PaymentKind) -> &'static str {
        tone(*kind)
    }
}

/// Shows it.
pub(super) async fn show(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewMoney>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let mut reader = edge.app.db.read().await?;
    let conn = &mut reader.conn();
    let payment = payments::find(conn, id).await?.ok_or(Failure::NotFound)?;
    let purchase = purchases::find(conn, payment.purchase_id).await?.ok_or(Failure::NotFound)?;
    let heard = payments_page::of_purchase(conn, purchase.id, MOST_EVENTS).await?;
    let job = jobs::last(conn, REFUND, &id.to_string()).await?;
    let user = users::find(conn, payment.user_id).await?;
    drop(reader);
    let refund = refund_of(&payment, &heard, job, &purchase);
    let is_open = payment.kind == PaymentKind::Paid && matches!(refund.state, "none" | "failed");
    let may_refund = is_open && payment.provider != Provider::Grant && staff.may(Permission::ManageBilling);
    let plan = purchase.terms().map(|terms| terms.plan_name).unwrap_or_default();
    let user_name = user.and_then(|user| user.name.or(user.first_name));
    let said = |payment: &Payment| payment.payload.as_ref().map(|json| readable(json, &purchase));
    let events = heard.into_iter().map(|payment| Event { said: said(&payment), payment }).collect();
    render(&One { page: staff.page("payment-title"), payment, user_name, plan, events, refund, may_refund })
}

fn refund_of(payment: &Payment, heard: &[Payment], job: Option<jobs::Progress>, purchase: &Purchase) -> Refund {
    let is_of = |p: &&Payment| p.kind == PaymentKind::Refunded && p.charge_id == payment.charge_id;
    if let Some(done) = heard.iter().find(is_of) {
        return Refund { state: "done", since: Some(done.occurred_at), error: None };
    }
    let Some(job) = job else { return Refund { state: "none", since: None, error: None } };
    let error = job.error.map(|error| without(&error, purchase));
    match job.outcome {
        Some(jobs::Outcome::Failed | jobs::Outcome::Cancelled) => {
            Refund { state: "failed", since: job.ended_at, error }
        }
        _ => Refund { state: "asked", since: Some(job.created_at), error },
    }
}

/// A text without the purchase's secret.
fn without(text: &str, purchase: &Purchase) -> String {
    match purchase.purchase_token.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => text.replace(token, HIDDEN),
        None => text.to_owned(),
    }
}

/// The provider's words, laid out, without what must not be known.
fn readable(json: &JsonText, purchase: &Purchase) -> String {
    let mut value: Value = serde_json::from_str(&json.0).unwrap_or_default();
    hide(&mut value, purchase);
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn hide(value: &mut Value, purchase: &Purchase) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.to_ascii_lowercase();
                if ["token", "secret", "password"].iter().any(|word| name.contains(word)) {
                    *value = HIDDEN.into();
                }
                hide(value, purchase);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| hide(value, purchase)),
        Value::String(text) => *text = without(text, purchase),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Has the charge given back.
pub(super) async fn refund(
    State(edge): State<Edge>,
    staff: Allowed<demand::ManageBilling>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    payment::refund(edge.app.office(), staff.actor(), id, Some(form.checked()?)).await?;
    edge.app.jobs.wake();
    Ok(Done::see(format!("/admin/payments/{id}")).saying("refund-asked"))
}

impl From<RefundError> for Failure {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::NotFound => Self::NotFound,
            RefundError::Refunded => Self::Conflict("refund-done-before"),
            RefundError::NotLast => Self::Conflict("refund-not-last"),
            RefundError::Grant => Self::Conflict("refund-grant"),
            RefundError::Database(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out() {
        let purchase = Purchase {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            provider: Provider::GooglePlay,
            terms: JsonText::from("{}".to_owned()),
            price_stars: None,
            purchase_token: Some("gp.token".into()),
            token_hash: None,
            created_at: Ts::from_micros(0),
        };
        let said =
            r#"{"linkedPurchaseToken":{"a":"x1"},"list":[{"url":"https://g/gp.token/y","orderId":"GPA.1"}],"n":1}"#;
        let shown = readable(&JsonText::from(said.to_owned()), &purchase);
        assert!(!shown.contains("gp.token") && !shown.contains("x1"), "{shown}");
        assert!(shown.contains("\"orderId\": \"GPA.1\"") && shown.contains("https://g/…/y"), "{shown}");
        assert_eq!(readable(&JsonText::from("no json".to_owned()), &purchase), "null");
    }
}
