//! "createInvoiceLink", "answerPreCheckoutQuery", "refundStarPayment", "editUserStarSubscription".

use serde_json::{Map, Value, json};

use super::{Outcome, Params, Refusal};
use crate::telegram::{
    payments::{Charge, Invoice},
    state::State,
};

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
    let refunded = json!({
        "currency": "XTR", "total_amount": invoice.amount, "invoice_payload": invoice.payload,
        "telegram_payment_charge_id": id,
    });
    let user = state.people.get(&person).cloned().unwrap_or_default();
    let message = state.add_message(person, user, Map::from_iter([("refunded_payment".into(), refunded)]));
    state.updates.push(person, "message", &message);
    Ok(true.into())
}

/// "editUserStarSubscription"
pub(super) fn edit_subscription(state: &mut State, params: Params<'_>) -> Outcome {
    let canceled = params.flag("is_canceled");
    let charge = charge(state, params)?;
    if charge.invoice.period.is_none() {
        return Err(Refusal::bad("SUBSCRIPTION_NOT_FOUND"));
    }
    charge.canceled = canceled;
    Ok(true.into())
}

fn charge<'a>(state: &'a mut State, params: Params<'_>) -> Result<&'a mut Charge, Refusal> {
    let id = params.text("telegram_payment_charge_id").unwrap_or_default();
    let charge = state.payments.charges.get_mut(id);
    let own = charge.filter(|charge| Some(charge.person) == params.int("user_id"));
    own.ok_or_else(|| Refusal::bad("CHARGE_ID_INVALID"))
}
