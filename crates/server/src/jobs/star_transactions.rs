//! Compares what was credited with Telegram's own list of the bot's Stars: Telegram keeps an update for a day only, so
//! after a longer outage a payment, or its giving back, is heard of here alone.

use std::time::Duration;

use bot_api::{StarTransaction, params::GetStarTransactions};
use jiff::Timestamp;

use crate::{
    app::Shared,
    billing::stars::{self, Charge},
    db::{Result, Ts, positions},
};

/// How far the list was read, as `positions` has it.
const POSITION: &str = "star-transactions";
/// Transactions of one call (Bot API, "getStarTransactions").
const PAGE: u8 = 100;

pub(super) async fn run(app: Shared) -> Result<()> {
    let Some(bot) = app.bot.clone() else { return Ok(()) };
    loop {
        let position = positions::get(&mut app.db.read().await?.conn(), POSITION).await?;
        let offset = Some(u32::try_from(position).unwrap_or(u32::MAX));
        let page = bot.api().get_star_transactions(&GetStarTransactions { offset, limit: Some(PAGE) }).await;
        let transactions = match page {
            Ok(transactions) => transactions,
            Err(error) => {
                tracing::warn!(%error, "the list of Star transactions cannot be read yet");
                return Ok(());
            }
        };
        for transaction in &transactions {
            compare(&app, transaction).await?;
        }
        let next = position + i64::try_from(transactions.len()).unwrap_or(0);
        app.db.write(move |tx| Box::pin(async move { positions::set(tx, POSITION, next).await })).await?;
        if transactions.len() < usize::from(PAGE) {
            return Ok(());
        }
    }
}

/// Credits what was paid, notes what was given back: what is known already changes nothing.
async fn compare(app: &Shared, transaction: &StarTransaction) -> Result<()> {
    let at = Ts::from_timestamp(Timestamp::from_second(transaction.date).unwrap_or(Timestamp::UNIX_EPOCH));
    if let Some(from) = &transaction.source
        && let (Some(payer), Some(payload)) = (&from.user, &from.invoice_payload)
    {
        let until = from.subscription_period.and_then(|period| u64::try_from(period).ok());
        let charge = Charge {
            payload: payload.clone(),
            charge_id: transaction.id.clone(),
            payer_id: payer.id,
            amount: transaction.amount,
            paid_at: at,
            until: until.map(|period| at.after(Duration::from_secs(period))),
            again: None,
            update_id: None,
            raw: serde_json::json!({ "transaction": transaction.id }).to_string(),
        };
        if stars::credit(app, charge).await? == stars::Credited::Now {
            tracing::warn!(charge_id = transaction.id, "a payment was heard of in the list of transactions only");
        }
    }
    if let Some(to) = transaction.receiver.as_ref().filter(|to| to.user.is_some()) {
        stars::refunded(app, to.invoice_payload.as_deref(), &transaction.id, at).await?;
    }
    Ok(())
}
