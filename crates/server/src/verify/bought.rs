//! Folds every payer's payments, and compares their subscriptions with what comes out.

use uuid::Uuid;

use super::Found;
use crate::{
    billing::{entitlement::Entitlements, subscription as billing},
    db::{
        Conn, Result, Ts, fetch_all,
        subscriptions::{self, Subscription},
    },
};

/// People of a page.
const PAGE: i64 = 500;

pub(super) async fn verify(conn: &mut Conn<'_>, now: Ts, found: &mut Found<'_>) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let sql = "SELECT DISTINCT user_id FROM payments WHERE user_id > $1 ORDER BY user_id LIMIT $2";
        let page = fetch_all!(&mut *conn, (Uuid,), sql, after, PAGE)?;
        let full = i64::try_from(page.len()) == Ok(PAGE);
        for (user_id,) in page {
            after = user_id;
            found.looked.payers += 1;
            verify_payer(conn, user_id, now, found).await?;
        }
        if !full {
            break;
        }
    }
    let sql = "SELECT s.id FROM subscriptions s WHERE s.purchase_id IS NOT NULL AND NOT EXISTS \
               (SELECT 1 FROM payments p WHERE p.purchase_id = s.purchase_id) LIMIT 10000";
    for (id,) in fetch_all!(&mut *conn, (Uuid,), sql)? {
        found.add("subscription that nobody has paid for", id, "");
    }
    Ok(())
}

async fn verify_payer(conn: &mut Conn<'_>, user_id: Uuid, now: Ts, found: &mut Found<'_>) -> Result<()> {
    let entitled = billing::entitlements(conn, user_id).await?;
    for row in subscriptions::bought(conn, user_id).await? {
        verify_row(&row, &entitled, found);
    }
    let Some(active) = subscriptions::active(conn, user_id).await? else { return Ok(()) };
    // What is over is rolled over at the next look, and then is what it ought to be.
    if active.is_over(now) {
        return Ok(());
    }
    let best = entitled.best_at(now);
    let is_best = match best {
        Some(best) => {
            active.purchase_id == Some(best.purchase_id) && active.charge_id.as_ref() == Some(&best.charge_id)
        }
        None => active.purchase_id.is_none(),
    };
    if !is_best {
        let ought = best.map_or("free", |best| best.terms.plan_name.as_str());
        found.add("active subscription that is not what was paid for", active.id, format!("ought to be {ought}"));
    }
    Ok(())
}

fn verify_row(row: &Subscription, entitled: &Entitlements, found: &mut Found<'_>) {
    let charge = row.purchase_id.zip(row.charge_id.as_deref());
    let Some(e) = charge.and_then(|(purchase, charge)| entitled.of_charge(purchase, charge)) else {
        found.add("subscription whose charge was never paid", row.id, "");
        return;
    };
    if (row.start_date, row.end_date) != (e.start, e.end) {
        let end = |end: Option<Ts>| end.map_or_else(|| "never".to_owned(), |end| end.to_string());
        let detail = format!("{} to {}, paid {} to {}", row.start_date, end(row.end_date), e.start, end(e.end));
        found.add("subscription of another time than was paid for", row.id, detail);
    }
    // An operator may have raised the limit of running ones.
    let same = row.plan_name == e.terms.plan_name && row.unit == e.terms.unit && row.usage_limit >= e.terms.usage_limit;
    if !same {
        found.add("subscription of another plan than was paid for", row.id, e.terms.plan_name.clone());
    }
    if e.renews.is_some_and(|renews| renews != row.auto_renew) {
        found.add("subscription with another auto_renew than its payments", row.id, "");
    }
}
