//! `/v1/me/payments`, `/v1/me/invoices`, `/v1/me/purchases`: what was paid, and paying.

use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Result,
    body::{Json, Query},
    cursor,
    extract::Person,
    router::Edge,
    sessions::PageQuery,
    view,
};
use crate::{
    billing::{
        google_play::{self, Standing},
        offer,
    },
    db::{Ts, payments, users},
    problem::Kind,
    telegram::{self, texts::Lang},
};

/// The payments
///
/// Everything that was heard of the caller's purchases: charges, refunds, renewals turned off and on. Newest first.
#[utoipa::path(get, path = "/v1/me/payments", operation_id = "list_payments", tag = "plan", params(PageQuery),
    responses((status = 200, body = view::Page<view::Payment>),
        (status = 400, body = Problem, description = "`invalid-cursor`")))]
pub async fn list(
    State(edge): State<Edge>,
    person: Person,
    Query(query): Query<PageQuery>,
) -> Result<Answer<view::Page<view::Payment>>> {
    let limit = query.limit()?;
    let before: Option<Uuid> = query.before.as_deref().map(cursor::decode).transpose()?;
    let before = before.unwrap_or(Uuid::max());
    let payments = payments::page(&mut edge.app.db.read().await?.conn(), person.id, before, limit + 1).await?;
    let more = i64::try_from(payments.len()).is_ok_and(|n| n > limit);
    let items: Vec<_> = payments.into_iter().take(usize::try_from(limit).unwrap_or(0)).collect();
    let next = items.last().filter(|_| more).and_then(|payment| cursor::encode(&payment.id));
    Ok(Answer(view::Page { items: items.into_iter().map(view::Payment::from).collect(), next }))
}

/// A plan to be paid for in Telegram.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInvoice {
    /// The plan.
    #[schema(example = "premium")]
    plan_name: String,
}

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invoice {
    /// Telegram opens it; a Mini App passes it to `openInvoice`. Only the caller's own Telegram account can pay it.
    #[schema(example = "https://t.me/$AbCdEf")]
    url: String,
    /// The plan.
    plan_name: String,
    /// Its price in Telegram Stars.
    price_stars: i64,
    /// Whether Telegram charges as much every 30 days.
    recurring: bool,
    /// Until when it can be paid.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Ts,
}

/// Buy for Telegram Stars
///
/// Makes an invoice for a plan. The plan begins when it is paid. Nobody buys what they have, or what is less than what
/// they have (`plan-unavailable`).
#[utoipa::path(post, path = "/v1/me/invoices", operation_id = "create_invoice", tag = "plan", request_body = NewInvoice,
    responses((status = 201, body = Invoice),
        (status = 409, body = Problem, description = "`plan-unavailable`, `telegram-not-joined`, `telegram-off`"),
        (status = 503, body = Problem, description = "`provider-unavailable`")))]
pub async fn invoice(
    State(edge): State<Edge>,
    person: Person,
    Json(body): Json<NewInvoice>,
) -> Result<impl IntoResponse> {
    let app = &edge.app;
    let bot = app.bot.as_ref().ok_or_else(|| Problem::new(Kind::TelegramOff))?;
    let invoice = offer::offer(app, person.id, &body.plan_name).await?;
    let user = users::find(&mut app.db.read().await?.conn(), person.id).await?;
    let lang = Lang::of(user.as_ref().and_then(|user| user.language.as_deref()));
    let url = telegram::invoice_link(bot, lang, &invoice).await.map_err(|error| {
        tracing::warn!(%error, "an invoice cannot be made");
        Problem::new(Kind::ProviderUnavailable).retry_after(10)
    })?;
    let answer = Invoice {
        url,
        plan_name: invoice.plan.name,
        price_stars: invoice.price_stars,
        recurring: invoice.recurring,
        expires_at: invoice.expires_at,
    };
    Ok((StatusCode::CREATED, Answer(answer)))
}

/// A purchase in Google Play, as the app was told of it.
#[derive(Deserialize, ToSchema)]
pub struct NewPurchase {
    /// `Purchase.getPurchaseToken()`
    #[schema(min_length = 1, max_length = 4096)]
    purchase_token: String,
    /// The id of the subscription in the Play Console, `Purchase.getProducts()`.
    #[schema(example = "premium_monthly", min_length = 1)]
    product_id: String,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Purchased {
    /// `credited`; `pending` while the payment is on its way: it is credited when it arrives; `ended` when what it paid
    /// for is over.
    #[schema(example = "credited")]
    state: &'static str,
    /// The subscription as it counts now.
    subscription: view::Subscription,
}

/// Credit a purchase in Google Play
///
/// Google is asked about it, and it is acknowledged; whoever sends it again gets the same answer. Renewals and changes
/// are heard of by themselves. Set `obfuscatedAccountId` to the account's id when buying: then it is credited even if
/// this call never comes.
#[utoipa::path(post, path = "/v1/me/purchases", operation_id = "create_purchase", tag = "plan", request_body = NewPurchase,
    responses((status = 201, body = Purchased), (status = 202, body = Purchased, description = "The payment is on its way"),
        (status = 409, body = Problem, description = "`purchase-taken`, `google-play-off`"),
        (status = 503, body = Problem, description = "`provider-unavailable`")))]
pub async fn claim(
    State(edge): State<Edge>,
    person: Person,
    Json(body): Json<NewPurchase>,
) -> Result<impl IntoResponse> {
    let claimed = google_play::claim(&edge.app, person.id, &body.purchase_token, &body.product_id).await?;
    let (status, state) = match claimed.standing {
        Standing::Credited => (StatusCode::CREATED, "credited"),
        Standing::Pending => (StatusCode::ACCEPTED, "pending"),
        Standing::Ended => (StatusCode::CREATED, "ended"),
    };
    Ok((status, Answer(Purchased { state, subscription: claimed.subscription.into() })))
}
