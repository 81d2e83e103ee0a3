//! A made-up person, what they pay, and when they say what.

use std::time::Duration;

use uuid::Uuid;

use super::{PAST, pick};
use crate::{
    account::profile::Companion,
    billing::{stars::MICROS, subscription},
    config::Config,
    db::{
        Conn, Day, JsonText, Result, Ts,
        payments::{self, Payment, PaymentKind, Source},
        plans,
        purchases::{self, Provider, Purchase},
        subscriptions::Subscription,
        users::{self, Gender, User},
    },
    ids,
    turn::system_text::{self, Hearers},
};

const NAMES: [(&str, Gender); 6] = [
    ("Анна", Gender::Female),
    ("Борис", Gender::Male),
    ("Вера", Gender::Female),
    ("Grace", Gender::Female),
    ("Дмитрий", Gender::Male),
    ("Alan", Gender::Male),
];
/// What some of them pay for, and for how long a charge pays.
const BOUGHT: &str = "premium";
const PAID_FOR: Duration = Duration::from_secs(30 * 86_400);
const CHARGES: u32 = 4;

/// A made-up person.
pub(super) struct Person {
    pub(super) user: User,
    pub(super) questions: u64,
    pub(super) index: u64,
    pub(super) system_text: String,
    zone: jiff::tz::TimeZone,
    now: Ts,
    purchase_id: Uuid,
}

impl Person {
    /// Each third one buys a plan, and of those each third is given the last charge back.
    pub(super) fn new(index: u64, questions: u64, now: Ts, config: &Config) -> Self {
        let joined = now.before(PAST);
        let (name, gender) = pick(&NAMES, index);
        let user = User {
            id: ids::new_id(joined),
            telegram_id: None,
            username: None,
            first_name: None,
            last_name: None,
            gender: Some(gender),
            created_at: joined,
            name: Some(name.into()),
            age: Some(18 + i16::try_from(index % 50).unwrap_or(0)),
            age_stated_at: Some(joined),
            language: None,
            time_zone: None,
            companion_name: None,
            companion_gender: None,
            companion_age: None,
            blocked_at: None,
        };
        let companion = &config.companion;
        let companion =
            Companion { name: companion.name.clone(), gender: Some(companion.gender), age: Some(companion.age) };
        let system_text = system_text::compose(&user, &companion, Hearers::Person, &config.llm.system_text, now);
        let zone = config.service.zone();
        Self { user, questions, index, system_text, zone, now, purchase_id: ids::new_id(joined) }
    }

    /// The moment of a question: they are spread evenly over the past.
    pub(super) fn at(&self, question: u64) -> Ts {
        let step = PAST.as_micros() / u128::from(self.questions.max(1));
        let micros = u64::try_from(step * u128::from(question)).unwrap_or(0);
        self.user.created_at.after(Duration::from_micros(micros))
    }

    pub(super) fn day(&self, at: Ts) -> Day {
        at.day(&self.zone)
    }

    /// Joins, on the free plan.
    pub(super) async fn begin(&self, tx: &mut Conn<'_>) -> Result<()> {
        users::insert(tx, &self.user).await?;
        subscription::begin_free(tx, self.user.id, self.user.created_at, &self.zone).await?;
        let plan = plans::find(tx, BOUGHT).await?.filter(|plan| self.index % 3 == 1 && plan.price_stars.is_some());
        let Some(plan) = plan else { return Ok(()) };
        let terms = plan.terms(subscription::zone_name(&self.zone));
        let purchase = Purchase {
            id: self.purchase_id,
            user_id: self.user.id,
            provider: Provider::Stars,
            terms: JsonText::from(serde_json::to_string(&terms).map_err(|e| sqlx::Error::Encode(e.into()))?),
            price_stars: plan.price_stars,
            purchase_token: None,
            token_hash: None,
            created_at: self.user.created_at,
        };
        purchases::insert(tx, &purchase).await
    }

    /// What the person has at this moment, after everything that was paid by then.
    pub(super) async fn subscription(&self, tx: &mut Conn<'_>, at: Ts) -> Result<Subscription> {
        let purchase = purchases::find(tx, self.purchase_id).await?;
        for number in (0..CHARGES).filter(|_| purchase.is_some()) {
            let paid_at = self.user.created_at.after(PAID_FOR * number);
            if let Some(purchase) = purchase.as_ref().filter(|_| paid_at <= at) {
                self.pay(tx, purchase, number, paid_at).await?;
            }
        }
        let current = subscription::current(tx, self.user.id, at, &self.zone).await?;
        current.ok_or(sqlx::Error::RowNotFound)
    }

    async fn pay(&self, tx: &mut Conn<'_>, purchase: &Purchase, number: u32, at: Ts) -> Result<()> {
        let charge_id = format!("demo-{}-{number}", self.purchase_id);
        let event = |kind: PaymentKind, at: Ts| {
            let key = format!("{}:{charge_id}", kind.as_str());
            let payment = Payment::new(ids::new_id(at), purchase, kind, Source::Provider, key, at);
            Payment { charge_id: Some(charge_id.clone()), ..payment }
        };
        let paid = Payment {
            paid_until: Some(at.after(PAID_FOR)),
            terms: Some(purchase.terms.clone()),
            amount_micros: purchase.price_stars.map(|stars| stars * MICROS),
            currency: Some("XTR".into()),
            ..event(PaymentKind::Paid, at)
        };
        if !payments::insert(tx, &paid).await? {
            return Ok(());
        }
        if number + 1 == CHARGES && self.index % 9 == 1 {
            // Who has turned the renewal off as well, or the service would have Telegram do so.
            for kind in [PaymentKind::Canceled, PaymentKind::Refunded] {
                payments::insert(tx, &event(kind, self.now)).await?;
            }
        }
        subscription::renewed(tx, self.user.id, at, &self.zone).await.map(drop)
    }

    /// Comes to what the person has now.
    pub(super) async fn end(&self, tx: &mut Conn<'_>) -> Result<()> {
        self.subscription(tx, self.now).await?;
        subscription::renewed(tx, self.user.id, self.now, &self.zone).await.map(drop)
    }
}
