//! "createInvoiceLink", "answerPreCheckoutQuery", "refundStarPayment", "editUserStarSubscription".

use serde_json::{Map, Value, json};

use super::{Outcome, Params, Refusal};
use crate::telegram::{
    payments::{Charge, Invoice, Transaction},
    state::State,
};

/// What the schema does not say of an invoice for Stars.
pub(super) fn check(params: &Map<String, Value>) -> Result<(), String> {
    let params = Params(params);
    let length = |name: &str| params.text(name).unwrap_or_default().chars().count();
    let prices = params.0.get("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let amount = prices.first().and_then(|price| price["amount"].as_i64()).unwrap_or_default();
    if !(1..=32).contains(&length("title")) {
        return Err("Bad Request: TITLE_INVALID".into());
    }
    if params.text("currency") != Some("XTR") {
        return Err("Bad Request: CURRENCY_INVALID".into());
    }
    if prices.len() != 1 || !(1..=100_000).contains(&amount) {
        return Err("Bad Request: there must be one price in Stars".into());
    }
    match params.int("subscription_period") {
        None => Ok(()),
        Some(2_592_000) if amount <= 10_000 => Ok(()),
        Some(_) => Err("Bad Request: SUBSCRIPTION_PERIOD_INVALID".into()),
    }
}

/// "createInvoiceLink"
pub(super) fn create_link(state: &mut State, params: Params<'_>) -> Value {
    let link = format!("https://t.me/$fake{}", state.fresh());
    state.payments.invoices.insert(link.clone(), invoice(params));
    link.into()
}

pub(super) fn invoice(params: Params<'_>) -> Invoice {
    let prices = params.0.get("prices").and_then(Value::as_array);
    Invoice {
        payload: params.text("payload").unwrap_or_default().into(),
        amount: prices.into_iter().flatten().filter_map(|price| price["amount"].as_i64()).sum(),
        period: params.int("subscription_period"),
    }
}

/// "answerPreCheckoutQuery"
pub(super) fn answer_checkout(state: &mut State, params: Params<'_>) -> Outcome {
    let id = params.text("pre_checkout_query_id").unwrap_or_default();
    let Some((chat, answer @ None)) = state.payments.checkouts.get_mut(id) else {
        return Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"));
    };
    *answer = Some(match params.flag("ok") {
        true => Ok(()),
        false => Err(params.text("error_message").unwrap_or_default().into()),
    });
    if let Some(chat) = state.chats.get(chat) {
        chat.touch();
    }
    Ok(true.into())
}

/// "refundStarPayment": the person's chat gets a message of it.
pub(super) fn refund(state: &mut State, params: Params<'_>) -> Outcome {
    let id = params.text("telegram_payment_charge_id").unwrap_or_default();
    let charge = charge(state, params)?;
    if std::mem::replace(&mut charge.refunded, true) {
        return Err(Refusal::bad("CHARGE_ALREADY_REFUNDED"));
    }
    let Charge { person, invoice, .. } = charge.clone();
    let date = state.unix();
    state.payments.transactions.push(Transaction { charge: id.into(), date, refund: true });
    let refunded = json!({
        "currency": "XTR", "total_amount": invoice.amount, "invoice_payload": invoice.payload,
        "telegram_payment_charge_id": id,
    });
    let user = state.people.get(&person).cloned().unwrap_or_default();
    let message = state.add_message(person, user, Map::from_iter([("refunded_payment".into(), refunded)]));
    state.updates.push(person, "message", &message);
    Ok(true.into())
}

/// "editUserStarSubscription": a subscription is known by its first charge.
pub(super) fn edit_subscription(state: &mut State, params: Params<'_>) -> Outcome {
    let canceled = params.flag("is_canceled");
    let id = params.text("telegram_payment_charge_id").unwrap_or_default();
    let charge = charge(state, params)?;
    if charge.invoice.period.is_none() || charge.first != id {
        return Err(Refusal::bad("SUBSCRIPTION_NOT_FOUND"));
    }
    let renewal = state.payments.renewals.entry(id.into()).or_default();
    renewal.canceled_by_bot = canceled;
    Ok(true.into())
}

/// "getStarTransactions"
pub(super) fn transactions(state: &State, params: Params<'_>) -> Value {
    let number = |name: &str| params.int(name).and_then(|number| usize::try_from(number).ok());
    let (skip, most) = (number("offset").unwrap_or(0), number("limit").unwrap_or(100));
    let shown = |transaction: &Transaction| {
        let Transaction { charge: id, date, refund } = transaction;
        let charge = state.payments.charges.get(id)?;
        let partner = json!({
            "type": "user", "transaction_type": "invoice_payment", "user": state.people.get(&charge.person),
            "invoice_payload": charge.invoice.payload, "subscription_period": charge.invoice.period,
        });
        let side = if *refund { "receiver" } else { "source" };
        Some(json!({"id": id, "amount": charge.invoice.amount, "date": date, side: partner}))
    };
    let page: Vec<Value> = state.payments.transactions.iter().skip(skip).take(most).filter_map(shown).collect();
    json!({ "transactions": page })
}

fn charge<'a>(state: &'a mut State, params: Params<'_>) -> Result<&'a mut Charge, Refusal> {
    let id = params.text("telegram_payment_charge_id").unwrap_or_default();
    let charge = state.payments.charges.get_mut(id);
    let own = charge.filter(|charge| Some(charge.person) == params.int("user_id"));
    own.ok_or_else(|| Refusal::bad("CHARGE_ID_INVALID"))
}
