//! What the API shows of each row, under the columns' own names.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    account::profile::{Companion, current_age},
    billing::payment::decimal,
    db::{
        Ts, devices,
        messages::{self, Sender, Status},
        payments::{self, PaymentKind},
        plans::{self, Period, Unit},
        purchases::Provider,
        sessions::{self, Channel},
        subscriptions::{self, LimitState},
        users::{self, Gender},
    },
};

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// The joined Telegram account.
    pub telegram_id: Option<i64>,
    /// Telegram's username.
    pub username: Option<String>,
    /// Telegram's first name.
    pub first_name: Option<String>,
    /// Telegram's last name.
    pub last_name: Option<String>,
    /// The name to be addressed by.
    #[schema(example = "Анна")]
    pub name: Option<String>,
    /// Grammatical gender.
    pub gender: Option<Gender>,
    /// Age in years, the years since it was stated included.
    #[schema(example = 27)]
    pub age: Option<i16>,
    /// When the age was stated.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub age_stated_at: Option<Ts>,
    /// Preferred language, a BCP 47 tag.
    pub language: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// The person's default companion.
    pub companion: Option<Companion>,
    /// When the account was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Ts,
}

impl User {
    /// The person as they see themselves at `now`.
    pub fn new(user: users::User, now: Ts) -> Self {
        let age = current_age(&user, now);
        let (gender, companion_age) = (user.companion_gender, user.companion_age);
        Self {
            id: user.id,
            telegram_id: user.telegram_id,
            username: user.username,
            first_name: user.first_name,
            last_name: user.last_name,
            name: user.name,
            gender: user.gender,
            age,
            age_stated_at: user.age_stated_at,
            language: user.language,
            time_zone: user.time_zone,
            companion: user.companion_name.map(|name| Companion { name, gender, age: companion_age }),
            created_at: user.created_at,
        }
    }
}

/// A device that is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Device {
    /// Id.
    pub id: Uuid,
    /// What the person calls it.
    pub name: Option<String>,
    /// When it signed in.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Ts,
    /// When it last asked for tokens.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: Ts,
    /// Whether this call comes from it.
    pub current: bool,
}

impl Device {
    /// The device, seen from device `current`.
    pub fn new(device: devices::Device, current: Uuid) -> Self {
        Self {
            id: device.id,
            name: device.name,
            created_at: device.created_at,
            last_seen_at: device.last_seen_at,
            current: device.id == current,
        }
    }
}

/// A text in both languages; null where there is none.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Texts {
    /// In Russian.
    pub ru: Option<String>,
    /// In English.
    pub en: Option<String>,
}

/// A plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Plan {
    /// Its name.
    #[schema(example = "free")]
    pub plan_name: String,
    /// What people read as its name.
    pub title: Texts,
    /// What it gives.
    pub description: Texts,
    /// What the limit counts.
    pub unit: Unit,
    /// How much a period allows.
    pub usage_limit: i64,
    /// How long a period is. What a provider sells lasts as long as the provider says: in Stars a month is 30 days.
    pub period: Period,
    /// Price in Telegram Stars; null is not for sale there.
    pub price_stars: Option<i64>,
    /// Its id in the Play Console; null is not for sale there.
    pub google_product_id: Option<String>,
    /// The longest answer, in tokens; null is the service's.
    pub max_answer_tokens: Option<i64>,
    /// Whether a new subscription renews itself.
    pub auto_renew: bool,
}

impl From<plans::Plan> for Plan {
    fn from(plan: plans::Plan) -> Self {
        Self {
            plan_name: plan.name,
            title: Texts { ru: plan.title_ru, en: plan.title_en },
            description: Texts { ru: plan.description_ru, en: plan.description_en },
            unit: plan.unit,
            usage_limit: plan.usage_limit,
            period: plan.period,
            price_stars: plan.price_stars,
            google_product_id: plan.google_product_id,
            max_answer_tokens: plan.max_answer_tokens,
            auto_renew: plan.auto_renew,
        }
    }
}

/// Something that was heard of a purchase.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Payment {
    /// Id.
    pub id: Uuid,
    /// The purchase: what belongs together.
    pub purchase_id: Uuid,
    /// Who is paid.
    pub provider: Provider,
    /// What happened.
    pub kind: PaymentKind,
    /// The provider's id of the charge.
    pub charge_id: Option<String>,
    /// How much, a decimal number.
    #[schema(example = "500")]
    pub amount: Option<String>,
    /// ISO 4217, or XTR for Telegram Stars.
    #[schema(example = "XTR")]
    pub currency: Option<String>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Ts,
    /// Until when it is paid for, where the provider says so.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_until: Option<Ts>,
}

impl From<payments::Payment> for Payment {
    fn from(p: payments::Payment) -> Self {
        Self {
            id: p.id,
            purchase_id: p.purchase_id,
            provider: p.provider,
            kind: p.kind,
            charge_id: p.charge_id,
            amount: p.amount_micros.map(decimal),
            currency: p.currency,
            occurred_at: p.occurred_at,
            paid_until: p.paid_until,
        }
    }
}

/// A person's subscription.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Subscription {
    /// Id.
    pub id: Uuid,
    /// The plan.
    #[schema(example = "free")]
    pub plan_name: String,
    /// Whether it is the one that counts.
    pub is_active: bool,
    /// Start of the period.
    #[schema(value_type = String, format = DateTime)]
    pub start_date: Ts,
    /// End of the period; null never ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end_date: Option<Ts>,
    /// What the limit counts.
    pub unit: Unit,
    /// How much the period allows.
    pub usage_limit: i64,
    /// Answered turns.
    pub used_requests: i64,
    /// Tokens of answered turns.
    pub used_tokens: i64,
    /// Held back for running turns.
    pub reserved: i64,
    /// What may still be used.
    pub remaining: i64,
    /// How near the limit is: `near` from four fifths on.
    pub limit_state: LimitState,
    /// Whether the next period follows by itself.
    pub auto_renew: bool,
    /// Who sold it; null: nobody, as with free.
    pub provider: Option<Provider>,
    /// The plan that is wanted when this one ends.
    pub next_plan: Option<String>,
}

impl From<subscriptions::Subscription> for Subscription {
    fn from(s: subscriptions::Subscription) -> Self {
        Self {
            remaining: s.remaining(),
            limit_state: s.limit_state(),
            id: s.id,
            plan_name: s.plan_name,
            is_active: s.is_active,
            start_date: s.start_date,
            end_date: s.end_date,
            unit: s.unit,
            usage_limit: s.usage_limit,
            used_requests: s.used_requests,
            used_tokens: s.used_tokens,
            reserved: s.reserved,
            auto_renew: s.auto_renew,
            provider: s.provider,
            next_plan: s.next_plan,
        }
    }
}

/// A dialogue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// Set by the person, else the first words.
    pub title: Option<String>,
    /// Where it began.
    pub channel: Channel,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Ts,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Ts>,
    /// Whether it can be written to.
    pub is_active: bool,
    /// When it was last written to.
    #[schema(value_type = String, format = DateTime)]
    pub last_activity_at: Ts,
    /// Who the AI is here; null is the person's default, or the service's.
    pub companion: Option<Companion>,
}

impl From<sessions::Session> for Session {
    fn from(s: sessions::Session) -> Self {
        let (gender, age) = (s.companion_gender, s.companion_age);
        Self {
            id: s.id,
            title: s.title,
            channel: s.channel,
            started_at: s.started_at,
            ended_at: s.ended_at,
            is_active: s.is_active,
            last_activity_at: s.last_activity_at,
            companion: s.companion_name.map(|name| Companion { name, gender, age }),
        }
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Message {
    /// Id.
    pub id: Uuid,
    /// The dialogue.
    pub session_id: Uuid,
    /// Who speaks.
    pub sender: Sender,
    /// The text.
    pub message_text: String,
    /// When it was sent, or the answer finished.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Ts,
    /// Tokens used to make the answer; null for the person's messages.
    pub token_usage: Option<i64>,
    /// Whether it is whole: a stopped or cut off answer is `partial`.
    pub status: Status,
    /// Why an answer ended: `stop`, `length`, `content_filter`, `stopped`, `interrupted`, or the provider's own word.
    pub finish_reason: Option<String>,
    /// The message that it answers.
    pub answers_id: Option<Uuid>,
    /// The turn that brought it.
    pub turn_id: Uuid,
}

impl From<messages::Message> for Message {
    fn from(m: messages::Message) -> Self {
        Self {
            id: m.id,
            session_id: m.session_id,
            sender: m.sender,
            message_text: m.message_text,
            created_at: m.created_at,
            token_usage: m.token_usage,
            status: m.status,
            finish_reason: m.finish_reason,
            answers_id: m.answers_id,
            turn_id: m.turn_id,
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page, for `before`; null at the end.
    pub next: Option<String>,
}
