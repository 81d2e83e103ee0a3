//! Payments in Telegram Stars: what Telegram tells of them, and what it is asked to do (Bot API, "Payments").

use std::{sync::Arc, time::Duration};

use bot_api::{
    Error, Refusal,
    frankenstein::{
        methods::{AnswerPreCheckoutQueryParams, CreateInvoiceLinkParams},
        payments::LabeledPrice,
    },
    incoming::{Message, PreCheckoutQuery, RefundedPayment, SubscriptionState, SubscriptionUpdated, SuccessfulPayment},
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::json;

use super::{
    Bot, plans,
    texts::{Lang, text},
};
use crate::{
    app::{App, Shared},
    billing::{
        offer::{self, Checkout, Invoice, OfferError, STARS_PERIOD},
        provider::{PaymentProvider, ProviderError, Ticket},
        stars::{self, Change, Charge, Credited},
    },
    db::{Result, Ts, telegram_updates::Pending},
};

/// How long a payment may wait for our word: Telegram gives up after ten seconds, people sooner.
const PATIENCE: Duration = Duration::from_millis(900);
/// The longest title and description of an invoice (Bot API, "createInvoiceLink").
const TITLE: usize = 32;
const DESCRIPTION: usize = 255;

/// Says whether a payment may be made, beside everything else that there is to do.
pub(super) fn check(app: &Shared, query: PreCheckoutQuery) {
    let Some(bot) = app.bot.clone() else { return };
    let task = app.clone();
    app.tasks.spawn(async move {
        let app = task;
        let checkout = Checkout {
            payload: &query.invoice_payload,
            payer_id: query.from.id,
            amount: query.total_amount,
            currency: &query.currency,
        };
        let lang = Lang::of(query.from.language_code.as_deref());
        let refusal = match tokio::time::timeout(PATIENCE, offer::check(&app, checkout)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => {
                if let OfferError::Database(error) = &error {
                    tracing::error!(%error, "a payment cannot be checked");
                }
                Some(refusal(&app, lang, &error).await)
            }
            Err(_) => Some(text(lang, "buy-later", &[])),
        };
        let params = AnswerPreCheckoutQueryParams::builder()
            .pre_checkout_query_id(&query.id)
            .ok(refusal.is_none())
            .maybe_error_message(refusal)
            .build();
        if let Err(error) = bot.api.answer_pre_checkout_query(&params).await {
            tracing::warn!(%error, "a payment could not be allowed or refused");
        }
    });
}

/// Why something cannot be bought, as a person may read it.
pub(super) async fn refusal(app: &App, lang: Lang, error: &OfferError) -> String {
    let until = |until: Option<Ts>| until.map_or_else(|| "none".to_owned(), |at| super::talk::date(app, lang, at));
    match error {
        OfferError::NotOffered => text(lang, "buy-not-offered", &[]),
        OfferError::Better { plan, until: end } => {
            let title = plans::title_of(app, lang, plan).await;
            text(lang, "buy-better", &[("plan", (&title).into()), ("until", (&until(*end)).into())])
        }
        OfferError::Running { until: end, renews } => {
            let key = if *renews { "buy-renews" } else { "buy-running" };
            text(lang, key, &[("until", (&until(*end)).into())])
        }
        OfferError::Expired => text(lang, "buy-expired", &[]),
        OfferError::Foreign => text(lang, "buy-foreign", &[]),
        OfferError::Blocked | OfferError::NoTelegram => text(lang, "buy-blocked", &[]),
        OfferError::Database(_) => text(lang, "buy-later", &[]),
    }
}

/// The link of an invoice, which Telegram opens (Bot API, "createInvoiceLink").
pub async fn link(bot: &Bot, lang: Lang, invoice: &Invoice) -> Result<String, Error> {
    let title = plans::title(lang, &invoice.plan);
    let about = plans::description(lang, &invoice.plan);
    let price = LabeledPrice::builder().label(&title).amount(u32::try_from(invoice.price_stars).unwrap_or(u32::MAX));
    let params = CreateInvoiceLinkParams::builder()
        .title(cut(&title, TITLE))
        .description(cut(&about, DESCRIPTION))
        .payload(&invoice.payload)
        .currency("XTR")
        .prices(vec![price.build()])
        .maybe_subscription_period(invoice.recurring.then_some(STARS_PERIOD))
        .build();
    bot.api.create_invoice_link(&params).await
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Sees to a message that tells of money; false when it tells of none.
pub(super) async fn money(app: &Shared, bot: &Arc<Bot>, pending: &Pending, message: &Message) -> Result<bool> {
    if let Some(payment) = &message.successful_payment {
        let charge = charge(payment, message, pending.update_id);
        if stars::credit(app, charge).await? == Credited::GivenBack {
            tell_given_back(app, bot, message);
        }
        return Ok(true);
    }
    if let Some(RefundedPayment { invoice_payload, telegram_payment_charge_id, .. }) = &message.refunded_payment {
        let at = moment(message.date);
        stars::refunded(app, Some(invoice_payload.as_str()), telegram_payment_charge_id, at).await?;
        return Ok(true);
    }
    Ok(false)
}

fn charge(payment: &SuccessfulPayment, message: &Message, update_id: i64) -> Charge {
    let raw = json!({
        "currency": payment.currency,
        "total_amount": payment.total_amount,
        "telegram_payment_charge_id": payment.telegram_payment_charge_id,
        "subscription_expiration_date": payment.subscription_expiration_date,
        "is_recurring": payment.is_recurring,
        "is_first_recurring": payment.is_first_recurring,
    });
    Charge {
        payload: payment.invoice_payload.clone(),
        charge_id: payment.telegram_payment_charge_id.clone(),
        payer_id: message.from.as_ref().map_or(message.chat.id, |from| from.id),
        amount: payment.total_amount,
        paid_at: moment(message.date),
        until: payment.subscription_expiration_date.map(moment),
        again: Some(payment.is_recurring && !payment.is_first_recurring),
        update_id: Some(update_id),
        raw: raw.to_string(),
    }
}

/// A Unix time of Telegram's.
fn moment(seconds: i64) -> Ts {
    Ts::from_timestamp(Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// Whoever paid has no account here to be told through.
fn tell_given_back(app: &Shared, bot: &Arc<Bot>, message: &Message) {
    let lang = Lang::of(message.from.as_ref().and_then(|from| from.language_code.as_deref()));
    let (bot, chat_id, told) = (bot.clone(), message.chat.id, text(lang, "payment-given-back", &[]));
    app.tasks.spawn(async move {
        bot.pace.wait(chat_id).await;
        let params = bot_api::params::SendMessage { chat_id, text: &told, ..Default::default() };
        if let Err(error) = bot.api.send_message(&params).await {
            tracing::warn!(%error, "nobody was told that Stars are given back");
        }
    });
}

/// Sees to a change of a renewal.
pub(super) async fn changed(app: &Shared, pending: &Pending, update: &SubscriptionUpdated) -> Result<()> {
    let change = match &update.state {
        SubscriptionState::Canceled => Change::Canceled,
        SubscriptionState::Active => Change::Resumed,
        SubscriptionState::Failed => Change::Failed,
        SubscriptionState::Other(state) => {
            tracing::error!(state, "a subscription is in a state that this version does not know");
            return Ok(());
        }
    };
    stars::changed(app, &update.invoice_payload, change, pending.update_id, pending.received_at).await.map(drop)
}

impl PaymentProvider for Bot {
    fn set_renewal<'a>(&'a self, ticket: &'a Ticket, on: bool) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let mut refused = ProviderError::Refused("nothing was paid".into());
            // Telegram names a subscription by a charge of it, and does not say by which.
            for charge in &ticket.charges {
                let payer = ticket.payer_id.unwrap_or_default();
                match self.api.edit_user_star_subscription(payer, charge, !on).await {
                    Ok(()) => return Ok(()),
                    Err(error) => match judge(error) {
                        ProviderError::Refused(message) => refused = ProviderError::Refused(message),
                        later @ ProviderError::Later { .. } => return Err(later),
                    },
                }
            }
            Err(refused)
        })
    }

    fn refund<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let (Some(payer), Some(charge)) = (ticket.payer_id, ticket.charges.first()) else {
                return Err(ProviderError::Refused("it is not known who paid".into()));
            };
            match self.api.refund_star_payment(payer, charge).await {
                Ok(()) => Ok(()),
                Err(Error::Refused { description, .. }) if description.contains("CHARGE_ALREADY_REFUNDED") => Ok(()),
                Err(error) => Err(judge(error)),
            }
        })
    }
}

fn judge(error: Error) -> ProviderError {
    match error {
        Error::Refused { reason, .. } if reason != Refusal::Unauthorized => ProviderError::Refused(error.to_string()),
        error => ProviderError::Later { after: error.retry_after(), message: error.to_string() },
    }
}
