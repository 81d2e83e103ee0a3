//! What Google said of a purchase, kept as payments.

use std::sync::Arc;

use google::{Item, State, Subscription as Told};
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::{
    billing::{
        payment,
        subscription::{self, zone_name},
    },
    db::{
        Conn, JsonText, Result, Ts,
        payments::{Payment, PaymentKind, Source},
        plans::{self, Plan},
        purchases::{self, Provider, Purchase},
        users,
    },
    ids,
    jobs::Task,
};

/// What Google said of a purchase.
#[derive(Clone)]
pub(super) struct Heard {
    token: Arc<str>,
    pub(super) token_hash: [u8; 32],
    told: Arc<Told>,
    /// When it was asked: what it says is as new as that at least.
    pub(super) asked_at: Ts,
}

impl Heard {
    pub(super) fn new(token: &str, told: Told, asked_at: Ts) -> Self {
        Self { token: token.into(), token_hash: ids::sha256(token.as_bytes()), told: Arc::new(told), asked_at }
    }

    /// The part of it that is a plan of ours, and the plan. Who pays for what is no longer sold goes on having it.
    async fn sold(&self, conn: &mut Conn<'_>) -> Result<Option<(Item, Plan)>> {
        for item in &self.told.items {
            if let Some(plan) = plans::by_google_product(conn, &item.product_id).await? {
                return Ok(Some((item.clone(), plan)));
            }
        }
        let Some(purchase) = purchases::by_token(conn, &self.token_hash).await? else { return Ok(None) };
        let plan = plans::find(conn, &purchase.terms()?.plan_name).await?;
        Ok(self.told.items.first().cloned().zip(plan))
    }

    /// Whether its time has ended and it is to renew itself: it is paid for in these moments, or it is not.
    pub(super) fn is_undecided(&self) -> bool {
        let renews = self.told.items.iter().any(|item| item.auto_renew == Some(true));
        let mut ends = self.told.items.iter().filter_map(|item| item.expiry_time.map(Ts::from_timestamp));
        renews
            && matches!(self.told.state, State::Active | State::InGracePeriod)
            && ends.all(|end| end <= self.asked_at)
    }

    /// In Google's words, without the token of the purchase that this one has replaced.
    fn payload(&self) -> JsonText {
        let mut said: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&self.told.raw).unwrap_or_default();
        match said.remove("linkedPurchaseToken") {
            Some(_) => serde_json::Value::from(said).to_string().into(),
            None => self.told.raw.clone().into(),
        }
    }
}

/// Whose purchase it is: the one who was credited, else the account that the app bought it for, if it is still there.
pub(super) async fn owner(conn: &mut Conn<'_>, heard: &Heard) -> Result<Option<Uuid>> {
    if let Some(purchase) = purchases::by_token(conn, &heard.token_hash).await? {
        return Ok(Some(purchase.user_id));
    }
    let Some(id) = heard.told.account_id.as_deref().and_then(|id| Uuid::try_parse(id).ok()) else { return Ok(None) };
    Ok(users::find(conn, id).await?.map(|user| user.id))
}

/// Keeps what was heard; gives whose it is. None: that is not known, or no plan is sold as that.
pub(super) async fn keep(
    conn: &mut Conn<'_>,
    heard: &Heard,
    owner: Option<Uuid>,
    zone: &TimeZone,
) -> Result<Option<Uuid>> {
    let (Some(owner), Some((item, plan))) = (owner, heard.sold(conn).await?) else { return Ok(None) };
    // Before the purchase is added: an app and a notification may tell of it in the same moment.
    if subscription::lock(conn, owner).await?.is_none() {
        return Ok(None);
    }
    let now = heard.asked_at;
    let terms = serde_json::to_string(&plan.terms(zone_name(zone))).map_err(|e| sqlx::Error::Encode(e.into()))?;
    let terms = JsonText::from(terms);
    let purchase = Purchase {
        id: ids::new_id(now),
        user_id: owner,
        provider: Provider::GooglePlay,
        terms: terms.clone(),
        price_stars: None,
        purchase_token: Some(heard.token.to_string()),
        token_hash: Some(heard.token_hash.to_vec()),
        created_at: now,
    };
    // The first one to show it has it.
    purchases::insert(conn, &purchase).await?;
    let Some(purchase) = purchases::by_token(conn, &heard.token_hash).await? else { return Ok(None) };
    let Some((purchase, _)) = payment::lock(conn, purchase.id).await? else { return Ok(None) };
    let until = item.expiry_time.map(Ts::from_timestamp);
    // What is paid for, and what is only to be paid: a first payment on its way has bought nothing yet.
    let order = item.order_id.clone().filter(|_| until.is_some() && heard.told.start_time.is_some());
    if let Some(order) = &order {
        payment::keep(conn, &paid(&purchase, heard, &item, order, terms)).await?;
    }
    let observed = Payment {
        charge_id: order,
        sequence: Some(heard.asked_at.as_micros()),
        paid_until: until,
        state: Some(heard.told.state.as_str().to_owned()),
        renews: item.auto_renew,
        payload: Some(heard.payload()),
        ..Payment::new(
            ids::new_id(now),
            &purchase,
            PaymentKind::Observed,
            Source::Provider,
            format!("observed:{}:{}", purchase.id, heard.asked_at.as_micros()),
            now,
        )
    };
    payment::record(conn, &observed, now, zone).await?;
    follow(conn, heard, &item, now).await?;
    Ok(Some(purchase.user_id))
}

fn paid(purchase: &Purchase, heard: &Heard, item: &Item, order: &str, terms: JsonText) -> Payment {
    let now = heard.asked_at;
    // Renewals are numbered behind two dots; the first order was paid when it all began.
    let began = heard.told.start_time.map(Ts::from_timestamp).filter(|_| !order.contains(".."));
    let price = item.price.as_ref().filter(|_| !heard.told.is_test);
    Payment {
        charge_id: Some(order.to_owned()),
        amount_micros: price.map(|price| price.micros),
        currency: price.map(|price| price.currency.clone()),
        occurred_at: began.unwrap_or(now),
        paid_until: item.expiry_time.map(Ts::from_timestamp),
        terms: Some(terms),
        ..Payment::new(ids::new_id(now), purchase, PaymentKind::Paid, Source::Provider, format!("paid:{order}"), now)
    }
}

/// What must be done about a purchase: acknowledge it, and let it replace the one that it was made from.
async fn follow(conn: &mut Conn<'_>, heard: &Heard, item: &Item, now: Ts) -> Result<()> {
    if !heard.told.acknowledged && heard.told.start_time.is_some() && heard.told.state != State::Expired {
        let task = Task::Acknowledge { purchase_token: heard.token.to_string(), product_id: item.product_id.clone() };
        task.enqueue(conn, now, now).await?;
    }
    if let (Some(old), Some(began)) = (&heard.told.linked_purchase_token, heard.told.start_time) {
        let replaced_at = Some(Ts::from_timestamp(began));
        let task = Task::AskGoogle { purchase_token: old.clone(), replaced_at };
        task.enqueue(conn, now, now).await?;
    }
    Ok(())
}

/// Another purchase has taken the place of this one: what it paid for ends there.
pub(super) async fn replace(conn: &mut Conn<'_>, id: Uuid, at: Ts, now: Ts, zone: &TimeZone) -> Result<()> {
    let Some((old, _)) = payment::lock(conn, id).await? else { return Ok(()) };
    let event = Payment {
        occurred_at: at,
        note: Some("replaced by another purchase".into()),
        ..Payment::new(ids::new_id(now), &old, PaymentKind::Revoked, Source::Provider, format!("replaced:{id}"), now)
    };
    payment::record(conn, &event, now, zone).await.map(drop)
}
