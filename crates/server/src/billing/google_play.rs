//! Purchases in Google Play: what a device or a notification says of one is a hint to ask Google, and what Google says
//! is kept.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use google::{Item, Play, PlayConfig, ServiceAccount, State, Subscription as Told, Verifier, VerifierConfig};
use jiff::tz::TimeZone;
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::{
    notice::{self, Notice},
    payment,
    provider::{PaymentProvider, ProviderError, Ticket},
    subscription::{self, zone_name},
};
use crate::{
    app::App,
    clock::Clock,
    config,
    db::{
        Conn, JsonText, Result, Ts,
        payments::{self, Payment, PaymentKind, Source},
        plans::{self, Plan},
        purchases::{self, Provider, Purchase},
        subscriptions::Subscription,
        users,
    },
    ids,
    jobs::{Task, Tried},
};

/// Why the connection cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The key file cannot be read.
    #[error("the file of service_account cannot be read: {0}")]
    File(std::io::Error),
    /// Something in the configuration.
    #[error(transparent)]
    Config(#[from] google::ConfigError),
}

/// The connection with Google Play.
pub struct GooglePlay {
    client: Play,
    clock: Clock,
    /// Who may push notifications, if anybody may.
    push: Option<Push>,
    package_name: String,
}

/// How notifications are told from what others send.
struct Push {
    verifier: Verifier,
    audience: String,
    email: String,
}

impl fmt::Debug for GooglePlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GooglePlay").field("package_name", &self.package_name).finish_non_exhaustive()
    }
}

impl GooglePlay {
    /// The configured connection; none without a package name.
    pub fn new(config: &config::GooglePlay, clock: Clock) -> Result<Option<Self>, PlayError> {
        if config.package_name.is_empty() {
            return Ok(None);
        }
        let account = config.service_account.expose_secret().trim();
        let account = match account.starts_with('{') {
            true => account.to_owned(),
            false => std::fs::read_to_string(account).map_err(PlayError::File)?,
        };
        let client = PlayConfig {
            api_url: config.api_url.clone(),
            ..PlayConfig::new(ServiceAccount::parse(&account)?, &config.package_name)
        };
        let verifier = VerifierConfig { keys_url: config.keys_url.clone(), ..VerifierConfig::default() };
        let push = match (config.push_audience.as_str(), config.push_email.as_str()) {
            ("", _) | (_, "") => None,
            (audience, email) => {
                Some(Push { verifier: Verifier::new(verifier)?, audience: audience.into(), email: email.into() })
            }
        };
        Ok(Some(Self { client: Play::new(&client)?, clock, push, package_name: config.package_name.clone() }))
    }

    fn now(&self) -> jiff::Timestamp {
        self.clock.now().to_timestamp()
    }
}

/// Why a notification is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// It does not come from whom it must come from.
    #[error("the notification is not Google's")]
    Unauthorized,
    /// That cannot be told now.
    #[error("the notification cannot be verified yet: {0}")]
    Unavailable(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Takes a notification of Pub/Sub: `token` is the one that it authenticates with. It is a hint to ask Google, and kept
/// as such before it is acknowledged.
pub async fn notified(app: &App, token: &str, body: &[u8]) -> Result<(), PushError> {
    let play = app.play.as_ref().and_then(|play| play.push.as_ref().map(|push| (play, push)));
    let (play, push) = play.ok_or(PushError::Unauthorized)?;
    let claims = push.verifier.verify(token, &[&push.audience], play.now()).await.map_err(|error| match error {
        google::TokenError::Invalid(flaw) => {
            tracing::warn!(%flaw, "a notification of Google Play was refused");
            PushError::Unauthorized
        }
        google::TokenError::Unavailable(message) => PushError::Unavailable(message),
    })?;
    if !claims.email_verified || claims.email.as_deref() != Some(&push.email) {
        return Err(PushError::Unauthorized);
    }
    let Ok(notification) = google::Notification::parse(body) else {
        tracing::error!("Google Play sent what is no notification");
        // It would only be sent again.
        return Ok(());
    };
    if notification.package_name != play.package_name {
        tracing::error!("a notification of Google Play is of another app");
        return Ok(());
    }
    let task = match notification.kind {
        google::Kind::Subscription { purchase_token, .. } => Task::AskGoogle { purchase_token, replaced_at: None },
        google::Kind::Voided { purchase_token, order_id } if !order_id.is_empty() => {
            Task::Voided { purchase_token, order_id }
        }
        google::Kind::Voided { purchase_token, .. } => Task::AskGoogle { purchase_token, replaced_at: None },
        google::Kind::Test | google::Kind::Other(_) => return Ok(()),
    };
    let (now, task) = (app.clock.now(), Arc::new(task));
    app.db
        .write(move |tx| {
            let task = task.clone();
            Box::pin(async move { task.enqueue(tx, now, now).await })
        })
        .await?;
    app.jobs.wake();
    Ok(())
}

/// How a purchase stands that a device has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What it pays for is credited.
    Credited,
    /// The payment is still on its way.
    Pending,
    /// What it paid for has ended.
    Ended,
}

/// What became of a purchase that a device has shown.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// How it stands.
    pub standing: Standing,
    /// The person's subscription, which follows from it.
    pub subscription: Subscription,
}

/// Why a purchase is not credited.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Nothing is sold in Google Play here.
    #[error("nothing is sold in Google Play")]
    Off,
    /// Google knows no such purchase.
    #[error("Google Play knows no such purchase")]
    NoSuchPurchase,
    /// The purchase is of another product.
    #[error("the purchase is of another product")]
    OtherProduct,
    /// Its first payment was given up.
    #[error("the purchase was never paid")]
    NeverPaid,
    /// No plan is sold as this product.
    #[error("no plan is sold as this product")]
    NoSuchPlan,
    /// It belongs to another account.
    #[error("the purchase belongs to another account")]
    Taken,
    /// Google does not answer now.
    #[error("Google Play does not answer: {0}")]
    Unavailable(String),
    /// The account is gone.
    #[error("the account is gone")]
    Nobody,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Credits a purchase that a person's device shows, after Google was asked about it.
pub async fn claim(app: &App, user_id: Uuid, purchase_token: &str, product_id: &str) -> Result<Claimed, ClaimError> {
    let play = app.play.as_ref().ok_or(ClaimError::Off)?;
    let asked_at = app.clock.now();
    let told =
        play.client.subscription(asked_at.to_timestamp(), purchase_token).await.map_err(|error| match error {
            google::Error::BadArgument(_) | google::Error::NotFound { .. } => ClaimError::NoSuchPurchase,
            google::Error::Refused { .. } => {
                tracing::warn!(%error, "a purchase cannot be asked about");
                ClaimError::NoSuchPurchase
            }
            error => {
                tracing::error!(%error, "Google Play does not answer");
                ClaimError::Unavailable("try again later".into())
            }
        })?;
    if !told.items.iter().any(|item| item.product_id == product_id) {
        return Err(ClaimError::OtherProduct);
    }
    if told.state == State::PendingPurchaseCanceled {
        return Err(ClaimError::NeverPaid);
    }
    let standing = match told.state {
        State::Pending => Standing::Pending,
        State::Expired => Standing::Ended,
        _ => Standing::Credited,
    };
    let heard = Heard::new(purchase_token, told, asked_at);
    let (zone, product_id) = (app.zone.clone(), Arc::new(product_id.to_owned()));
    let subscription = app.db.write(move |tx| {
        let (heard, zone, product_id) = (heard.clone(), zone.clone(), product_id.clone());
        Box::pin(async move {
            let owner = owner(tx, &heard).await?;
            if owner.is_some_and(|owner| owner != user_id) {
                return Err(ClaimError::Taken);
            }
            if purchases::by_token(tx, &heard.token_hash).await?.is_none() {
                plans::by_google_product(tx, &product_id).await?.ok_or(ClaimError::NoSuchPlan)?;
            }
            if subscription::lock(tx, user_id).await?.is_none() {
                return Err(ClaimError::Nobody);
            }
            if keep(tx, &heard, Some(user_id), &zone).await?.is_some_and(|owner| owner != user_id) {
                return Err(ClaimError::Taken);
            }
            let now = heard.asked_at;
            subscription::current(tx, user_id, now, &zone).await?.ok_or(ClaimError::Nobody)
        })
    });
    let subscription = subscription.await?;
    app.jobs.wake();
    Ok(Claimed { standing, subscription })
}

/// Asks Google how a purchase stands, and keeps what it says. `replaced_at`: when another took its place.
pub async fn ask(app: &App, purchase_token: &str, replaced_at: Option<Ts>) -> Result<Tried> {
    let Some(play) = &app.play else { return Ok(Tried::Later(None, "google_play is not configured".into())) };
    let asked_at = app.clock.now();
    let heard = match play.client.subscription(asked_at.to_timestamp(), purchase_token).await {
        Ok(told) => Some(Heard::new(purchase_token, told, asked_at)),
        Err(error @ (google::Error::NotFound { .. } | google::Error::BadArgument(_))) => {
            tracing::warn!(%error, "Google Play knows no such purchase any more");
            None
        }
        Err(error) => return Ok(later(error)),
    };
    let (zone, token_hash) = (app.zone.clone(), ids::sha256(purchase_token.as_bytes()));
    let asked = app.db.write(move |tx| {
        let (heard, zone) = (heard.clone(), zone.clone());
        Box::pin(async move {
            let mut undecided = false;
            if let Some(heard) = &heard {
                let owner = owner(tx, heard).await?;
                undecided = keep(tx, heard, owner, &zone).await?.is_some() && heard.is_undecided();
            }
            if let (Some(at), Some(old)) = (replaced_at, purchases::by_token(tx, &token_hash).await?) {
                replace(tx, old.id, at, asked_at, &zone).await?;
            }
            Ok::<_, sqlx::Error>(undecided)
        })
    });
    let undecided = asked.await?;
    app.jobs.wake();
    if undecided {
        return Ok(Tried::Later(None, "its time has ended, and Google does not say yet what follows".into()));
    }
    Ok(Tried::Done)
}

/// Asks what has become of a purchase of which Google has given a charge back, and notes that it has.
pub async fn voided(app: &App, purchase_token: &str, order_id: &str) -> Result<Tried> {
    // A charge whose notification was lost is heard of by asking.
    let asked = ask(app, purchase_token, None).await?;
    let (now, zone, token_hash) = (app.clock.now(), app.zone.clone(), ids::sha256(purchase_token.as_bytes()));
    let order_id = Arc::new(order_id.to_owned());
    let noted = app.db.write(move |tx| {
        let (zone, order_id) = (zone.clone(), order_id.clone());
        Box::pin(async move {
            let charge = payments::charge(tx, Provider::GooglePlay, &order_id).await?;
            let known = purchases::by_token(tx, &token_hash).await?.zip(charge);
            let Some((purchase, charge)) = known.filter(|(purchase, charge)| charge.purchase_id == purchase.id) else {
                return Ok(());
            };
            let Some((purchase, _)) = payment::lock(tx, purchase.id).await? else { return Ok(()) };
            let event = payment::giving_back(&purchase, &order_id, Some(&charge), Source::Provider, now);
            if payment::record(tx, &event, now, &zone).await?.is_some() {
                let notice = Notice::Refunded { plan: purchase.terms()?.plan_name };
                notice::tell(tx, purchase.user_id, &notice, now).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    noted.await?;
    Ok(asked)
}

/// Tells Google that a purchase was credited.
pub async fn acknowledge(app: &App, purchase_token: &str, product_id: &str) -> Result<Tried> {
    let Some(play) = &app.play else { return Ok(Tried::Later(None, "google_play is not configured".into())) };
    let acknowledged = play.client.acknowledge(play.now(), product_id, purchase_token).await;
    Ok(acknowledged.map_or_else(later, |()| Tried::Done))
}

fn later(error: google::Error) -> Tried {
    match judge(&error) {
        ProviderError::Later { after, message } => Tried::Later(after, message),
        ProviderError::Refused(message) => Tried::Failed(message),
    }
}

fn judge(error: &google::Error) -> ProviderError {
    match error.is_final() {
        true => ProviderError::Refused(error.to_string()),
        false => ProviderError::Later { after: error.retry_after(), message: error.to_string() },
    }
}

/// What Google said of a purchase.
#[derive(Clone)]
struct Heard {
    token: Arc<str>,
    token_hash: [u8; 32],
    told: Arc<Told>,
    /// When it was asked: what it says is as new as that at least.
    asked_at: Ts,
}

impl Heard {
    fn new(token: &str, told: Told, asked_at: Ts) -> Self {
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
    fn is_undecided(&self) -> bool {
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
async fn owner(conn: &mut Conn<'_>, heard: &Heard) -> Result<Option<Uuid>> {
    if let Some(purchase) = purchases::by_token(conn, &heard.token_hash).await? {
        return Ok(Some(purchase.user_id));
    }
    let Some(id) = heard.told.account_id.as_deref().and_then(|id| Uuid::try_parse(id).ok()) else { return Ok(None) };
    Ok(users::find(conn, id).await?.map(|user| user.id))
}

/// Keeps what was heard; gives whose it is. None: that is not known, or no plan is sold as that.
async fn keep(conn: &mut Conn<'_>, heard: &Heard, owner: Option<Uuid>, zone: &TimeZone) -> Result<Option<Uuid>> {
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
        payments::insert(conn, &paid(&purchase, heard, &item, order, terms)).await?;
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

/// What was paid for has ended, as far as is known: it may have been renewed, and the notification lost.
pub async fn ask_again(conn: &mut Conn<'_>, ended: &Subscription, now: Ts) -> Result<()> {
    let Some(id) = ended.purchase_id else { return Ok(()) };
    let token = purchases::find(conn, id).await?.and_then(|purchase| purchase.purchase_token);
    match token {
        Some(purchase_token) => Task::AskGoogle { purchase_token, replaced_at: None }.enqueue(conn, now, now).await,
        None => Ok(()),
    }
}

/// Another purchase has taken the place of this one: what it paid for ends there.
async fn replace(conn: &mut Conn<'_>, id: Uuid, at: Ts, now: Ts, zone: &TimeZone) -> Result<()> {
    let Some((old, _)) = payment::lock(conn, id).await? else { return Ok(()) };
    let event = Payment {
        occurred_at: at,
        note: Some("replaced by another purchase".into()),
        ..Payment::new(ids::new_id(now), &old, PaymentKind::Revoked, Source::Provider, format!("replaced:{id}"), now)
    };
    payment::record(conn, &event, now, zone).await.map(drop)
}

/// Whether a purchase was over before the time that was paid for: so it is after a refund.
fn ended_before(told: &Told, paid_until: Option<Ts>) -> bool {
    let ends: Vec<Ts> = told.items.iter().filter_map(|item| item.expiry_time.map(Ts::from_timestamp)).collect();
    told.state == State::Expired && paid_until.is_some_and(|until| ends.iter().any(|end| *end < until))
}

impl PaymentProvider for GooglePlay {
    fn set_renewal<'a>(&'a self, ticket: &'a Ticket, on: bool) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let Some(token) = ticket.purchase_token.as_deref().filter(|_| !on) else {
                return Err(ProviderError::Refused("only the person can turn it on, in Google Play".into()));
            };
            match self.client.cancel(self.now(), token).await {
                Ok(()) => Ok(()),
                // It does not renew: that was to be reached.
                Err(google::Error::Refused { status: 400 | 409, .. } | google::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(judge(&error)),
            }
        })
    }

    fn refund<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let Some(token) = ticket.purchase_token.as_deref() else {
                return Err(ProviderError::Refused("there is no purchase token".into()));
            };
            let refused = match self.client.revoke(self.now(), token).await {
                Ok(()) => return Ok(()),
                Err(error @ google::Error::Refused { .. }) => error,
                Err(error) => return Err(judge(&error)),
            };
            // As it is when it was given back before, and the answer was lost.
            let told = self.client.subscription(self.now(), token).await.map_err(|error| judge(&error))?;
            if ended_before(&told, ticket.paid_until) { Ok(()) } else { Err(judge(&refused)) }
        })
    }
}
