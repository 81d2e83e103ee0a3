//! What a person has paid for, or was given: a fold over everything that was heard of their purchases.
//!
//! It is a function of the set of payments: in whichever order they are heard, and however often, the same comes out.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::period;
use crate::db::{
    Result, Ts,
    payments::{Payment, PaymentKind, Source},
    plans::Terms,
    purchases::{self, Provider, Purchase},
};

/// A day in microseconds: for so long Telegram keeps what it could not tell.
const DAY: i64 = 86_400_000_000;

/// The states of a purchase in Google Play in which what was paid for can be used.
const USABLE: [&str; 3] =
    ["SUBSCRIPTION_STATE_ACTIVE", "SUBSCRIPTION_STATE_IN_GRACE_PERIOD", "SUBSCRIPTION_STATE_CANCELED"];
/// The state of one that is over: what an operator has added to it can still be used.
const EXPIRED: &str = "SUBSCRIPTION_STATE_EXPIRED";

/// Time that a charge has paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// The purchase.
    pub purchase_id: Uuid,
    /// Who was paid.
    pub provider: Provider,
    /// The charge.
    pub charge_id: String,
    /// What it bought.
    pub terms: Terms,
    /// From when on.
    pub start: Ts,
    /// Until when; none: for good.
    pub end: Option<Ts>,
    /// Whether the provider takes the next charge by itself; none: it never does.
    pub renews: Option<bool>,
    /// Whether it begins where another ends, and not when it was paid.
    pub follows: bool,
    /// Not to be used for now, though paid for: on hold, or paused.
    pub suspended: bool,
}

impl Entitlement {
    /// Whether it may be used at this moment. What was paid may be used, though a clock that was set back says that it
    /// was not paid yet.
    pub fn holds_at(&self, now: Ts) -> bool {
        (self.start <= now || !self.follows) && self.end.is_none_or(|end| now < end) && !self.suspended
    }

    /// The better plan first, then what lasts longer.
    fn worth(&self) -> (i64, Ts, Ts, &str) {
        (self.terms.rank, self.end.unwrap_or(Ts::MAX), self.start, &self.charge_id)
    }
}

/// A renewal that goes on and must not: the purchase of a plan as good or better has ended it, or its last charge was
/// given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The purchase whose renewal ends.
    pub purchase_id: Uuid,
    /// What ends it, the same whenever it is found.
    pub event_key: String,
    /// When that happened.
    pub at: Ts,
}

/// What a person has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entitlements {
    /// Each charge's time, given back ones too, by purchase and time.
    pub all: Vec<Entitlement>,
    /// Renewals to be turned off, unless they were for this reason before.
    pub endings: Vec<Ending>,
}

impl Entitlements {
    /// What counts at this moment: the best of what holds.
    pub fn best_at(&self, now: Ts) -> Option<&Entitlement> {
        self.all.iter().filter(|e| e.holds_at(now)).max_by(|a, b| a.worth().cmp(&b.worth()))
    }

    /// When something else becomes the best by beginning, after `now`; none: it stays the best until it ends, or for
    /// good.
    pub fn next_best_at(&self, now: Ts) -> Option<Ts> {
        let best = self.best_at(now);
        let until = best.and_then(|best| best.end).unwrap_or(Ts::MAX);
        let begins = self.all.iter().filter(|e| e.follows).map(|e| e.start);
        begins.filter(|at| now < *at && *at < until && self.best_at(*at) != best).min()
    }

    /// The purchases that a provider renews.
    pub fn renewing(&self) -> BTreeSet<Uuid> {
        self.all.iter().filter(|e| e.renews == Some(true)).map(|e| e.purchase_id).collect()
    }

    /// Whether a provider renews this purchase; none: it never does.
    pub fn renews(&self, purchase_id: Uuid) -> Option<bool> {
        self.all.iter().find(|e| e.purchase_id == purchase_id)?.renews
    }

    /// Whether there is still something to come of this purchase.
    pub fn is_open(&self, purchase_id: Uuid, now: Ts) -> bool {
        let own = self.all.iter().filter(|e| e.purchase_id == purchase_id);
        own.into_iter().any(|e| e.suspended || e.end.is_none_or(|end| now < end))
    }

    /// The time that a charge has paid for.
    pub fn of_charge(&self, purchase_id: Uuid, charge_id: &str) -> Option<&Entitlement> {
        self.all.iter().find(|e| e.purchase_id == purchase_id && e.charge_id == charge_id)
    }
}

/// Folds what was heard of a person's purchases.
pub fn fold(purchases: &[Purchase], payments: &[Payment]) -> Result<Entitlements> {
    let mut series = Vec::new();
    for purchase in purchases {
        let mut own: Vec<&Payment> = payments.iter().filter(|p| p.purchase_id == purchase.id).collect();
        // By something that is the same in whichever order they were heard.
        own.sort_by(|a, b| (a.occurred_at, a.sequence, &a.event_key).cmp(&(b.occurred_at, b.sequence, &b.event_key)));
        series.push(Series::new(purchase, &own)?);
    }
    follow_on(&mut series);
    let mut endings = superseded(&series);
    endings.extend(series.iter().filter_map(Series::given_back));
    let all = series.into_iter().flat_map(Series::entitlements).collect();
    Ok(Entitlements { all, endings })
}

/// A charge, before it is known when its time begins.
#[derive(Clone, Debug)]
struct Charge {
    id: String,
    paid_at: Ts,
    /// Its end by the provider's word; none: a period of the plan's calendar.
    until: Option<Ts>,
    /// Its end by an operator's word, who gave more time.
    extended_to: Option<Ts>,
    /// When it was given back, or taken away: its time ends then at the latest.
    cut_at: Option<Ts>,
    refunded_at: Option<Ts>,
    terms: Terms,
    start: Ts,
    end: Option<Ts>,
}

impl Charge {
    /// Ends its time at this moment at the latest.
    fn cut(&mut self, at: Ts) {
        self.cut_at = Some(self.cut_at.map_or(at, |cut| cut.min(at)));
    }

    /// Lets its time begin when it is paid, or when what it follows on has ended. `given`: what operators have added to
    /// the charges before it, which it is later by. Gives the same for the next one, without what was taken away again.
    fn begin(&mut self, free_from: Option<Ts>, given: Duration) -> Duration {
        self.start = free_from.map_or(self.paid_at, |from| from.max(self.paid_at));
        let zone = || TimeZone::get(&self.terms.zone).unwrap_or(TimeZone::UTC);
        let by_itself = self.until.or_else(|| period::end_of(self.start, self.terms.period, &zone()));
        let end = by_itself.map(|end| end.after(given));
        let end = end.map(|end| self.extended_to.map_or(end, |more| more.max(end)));
        self.end = match (end, self.cut_at) {
            (Some(end), Some(cut)) => Some(end.min(cut)),
            (end, cut) => end.or(cut),
        };
        by_itself.zip(self.end).map_or(given, |(by_itself, end)| end.since(by_itself))
    }

    /// From when on another can follow.
    fn ends_at(&self) -> Ts {
        self.end.unwrap_or(Ts::MAX)
    }
}

/// A purchase and what became of it.
struct Series {
    purchase_id: Uuid,
    provider: Provider,
    charges: Vec<Charge>,
    renews: Option<bool>,
    suspended: bool,
}

impl Series {
    /// `payments` are the purchase's own, in a canonical order.
    fn new(purchase: &Purchase, payments: &[&Payment]) -> Result<Self> {
        let observed =
            payments.iter().filter(|p| p.kind == PaymentKind::Observed).max_by_key(|p| (p.sequence, &p.event_key));
        let mut charges = charges(purchase, payments)?;
        let state = observed.and_then(|p| p.state.as_deref());
        let expired = observed.filter(|_| state == Some(EXPIRED));
        let over = expired.map(|p| p.paid_until.map_or(p.occurred_at, |until| until.min(p.occurred_at)));
        if let Some(over) = over {
            charges.iter_mut().for_each(|charge| charge.until = charge.until.map(|until| until.min(over)));
        }
        // One after the other, as the provider says when each ends.
        charges.sort_by(|a, b| (a.until, a.paid_at, &a.id).cmp(&(b.until, b.paid_at, &b.id)));
        if let Some(over) = over
            && charges.last().is_some_and(|last| last.refunded_at.is_some())
        {
            // It did not just end, it was given back: with all that was added to it.
            charges.iter_mut().for_each(|charge| charge.cut(over));
        }
        let (mut free_from, mut given) = (None, Duration::ZERO);
        for charge in charges.iter_mut().filter(|charge| charge.until.is_some()) {
            given = charge.begin(free_from, given);
            free_from = free_from.max(Some(charge.ends_at()));
        }
        Ok(Self {
            purchase_id: purchase.id,
            provider: purchase.provider,
            renews: renews(purchase, payments, observed.copied()),
            suspended: observed.is_some() && !state.is_some_and(|state| USABLE.contains(&state) || state == EXPIRED),
            charges,
        })
    }

    fn first_paid(&self) -> Option<(Ts, &str)> {
        self.charges.iter().map(|charge| (charge.paid_at, charge.id.as_str())).min()
    }

    /// Whoever was given the last charge back is not to be charged the next.
    fn given_back(&self) -> Option<Ending> {
        let last = self.charges.last().filter(|_| self.renews == Some(true) && self.provider == Provider::Stars)?;
        let event_key = format!("given-back:{}", last.id);
        Some(Ending { purchase_id: self.purchase_id, event_key, at: last.refunded_at? })
    }

    fn rank(&self) -> i64 {
        self.charges.iter().map(|charge| charge.terms.rank).max().unwrap_or(i64::MIN)
    }

    fn entitlements(self) -> impl Iterator<Item = Entitlement> {
        let Self { purchase_id, provider, charges, renews, suspended } = self;
        charges.into_iter().map(move |charge| Entitlement {
            purchase_id,
            provider,
            start: charge.start,
            end: charge.end,
            follows: charge.start > charge.paid_at,
            charge_id: charge.id,
            terms: charge.terms,
            renews,
            suspended,
        })
    }
}

fn charges(purchase: &Purchase, payments: &[&Payment]) -> Result<Vec<Charge>> {
    let mut charges: BTreeMap<&str, Charge> = BTreeMap::new();
    for paid in payments.iter().filter(|p| p.kind == PaymentKind::Paid) {
        let Some(id) = paid.charge_id.as_deref() else { continue };
        let terms = paid.terms.as_ref().unwrap_or(&purchase.terms);
        // A provider's clock may be ahead of ours: what is paid for begins no later than it was heard of.
        let paid_at = paid.occurred_at.min(paid.received_at);
        let charge = Charge {
            id: id.to_owned(),
            paid_at,
            until: paid.paid_until,
            extended_to: None,
            cut_at: None,
            refunded_at: None,
            terms: purchases::terms(terms)?,
            start: paid_at,
            end: None,
        };
        charges.insert(id, charge);
    }
    let mut last_observed: BTreeMap<&str, (i64, Option<Ts>)> = BTreeMap::new();
    let mut last_extended: BTreeMap<&str, (Ts, Option<Ts>)> = BTreeMap::new();
    for payment in payments {
        if payment.kind == PaymentKind::Revoked {
            // What is paid afterwards counts again.
            for charge in charges.values_mut().filter(|charge| charge.paid_at <= payment.occurred_at) {
                charge.cut(payment.occurred_at);
            }
        }
        let Some(charge) = payment.charge_id.as_deref().and_then(|id| charges.get_mut(id)) else { continue };
        let id = payment.charge_id.as_deref().unwrap_or_default();
        match payment.kind {
            PaymentKind::Observed => {
                charge.paid_at = charge.paid_at.min(payment.occurred_at);
                let seen = (payment.sequence.unwrap_or(0), payment.paid_until);
                last_observed.entry(id).and_modify(|last| *last = seen.max(*last)).or_insert(seen);
            }
            PaymentKind::Refunded => {
                charge.refunded_at = Some(charge.refunded_at.unwrap_or(Ts::MAX).min(payment.occurred_at));
            }
            PaymentKind::Extended => {
                let given = (payment.occurred_at, payment.paid_until);
                last_extended.entry(id).and_modify(|last| *last = given.max(*last)).or_insert(given);
            }
            _ => {}
        }
    }
    for charge in charges.values_mut() {
        if let Some((_, until)) = last_observed.get(charge.id.as_str()) {
            charge.until = until.or(charge.until);
        }
        if let Some((_, until)) = last_extended.get(charge.id.as_str()) {
            charge.extended_to = *until;
        }
        match (charge.refunded_at, purchase.provider) {
            // Google says by itself until when a purchase can be used after a refund.
            (Some(_), Provider::GooglePlay) => charge.extended_to = None,
            (Some(at), _) => charge.cut(at),
            (None, _) => {}
        }
    }
    Ok(charges.into_values().collect())
}

/// Whether the next charge follows by itself: what was heard last decides.
fn renews(purchase: &Purchase, payments: &[&Payment], observed: Option<&Payment>) -> Option<bool> {
    let recurring = match purchase.provider {
        Provider::Stars => payments.iter().any(|p| p.kind == PaymentKind::Paid && p.paid_until.is_some()),
        Provider::GooglePlay => observed.is_some_and(|p| p.renews.is_some()),
        Provider::Grant => false,
    };
    if !recurring {
        return None;
    }
    let last = payments
        .iter()
        .copied()
        .filter(|p| says_renewal(p).is_some())
        .reduce(|last, next| if is_later(next, last) { next } else { last });
    last.and_then(says_renewal)
}

/// What a payment says of the renewal.
pub fn says_renewal(payment: &Payment) -> Option<bool> {
    match payment.kind {
        PaymentKind::Paid if payment.provider == Provider::Stars => Some(true),
        PaymentKind::Resumed => Some(true),
        PaymentKind::Canceled | PaymentKind::Failed | PaymentKind::Revoked => Some(false),
        PaymentKind::Observed => payment.renews,
        _ => None,
    }
}

/// Whether `one` happened after `other`.
///
/// Telegram numbers what it tells, and gives no time with some of it; after a week of silence it begins at a random
/// number, and it keeps for a day what it could not tell. So numbers decide between what was heard within a day, and
/// time between the rest.
pub fn is_later(one: &Payment, other: &Payment) -> bool {
    let near = (one.occurred_at.as_micros() - other.occurred_at.as_micros()).abs() <= DAY;
    let of_telegram = one.provider == Provider::Stars && one.source == Source::Provider && other.source == one.source;
    match (one.sequence, other.sequence) {
        (Some(a), Some(b)) if near && of_telegram && a != b => a > b,
        _ => match one.occurred_at.cmp(&other.occurred_at) {
            Ordering::Equal => (one.sequence, &one.event_key) > (other.sequence, &other.event_key),
            order => order.is_gt(),
        },
    }
}

/// Charges that buy a calendar period follow each other: who pays for a plan twice has it for twice as long. On what never
/// ends nothing can follow: a later charge takes its place.
fn follow_on(series: &mut [Series]) {
    let mut charges: Vec<&mut Charge> =
        series.iter_mut().flat_map(|s| &mut s.charges).filter(|charge| charge.until.is_none()).collect();
    charges.sort_by(|a, b| (a.paid_at, &a.id).cmp(&(b.paid_at, &b.id)));
    // Of each plan the one that ends last.
    let mut last: BTreeMap<String, &mut Charge> = BTreeMap::new();
    for charge in charges {
        let plan = charge.terms.plan_name.clone();
        let before = last.get_mut(&plan);
        charge.begin(before.as_ref().and_then(|before| before.end), Duration::ZERO);
        let is_last = match before {
            None => true,
            Some(before) if before.end.is_some() => charge.ends_at() >= before.ends_at(),
            // What was given back or taken away takes nobody's place.
            Some(_) if charge.cut_at.is_some() => false,
            Some(before) => {
                before.end = Some(charge.start);
                true
            }
        };
        if is_last {
            last.insert(plan, charge);
        }
    }
}

/// Renewals that a later purchase of a plan as good or better has ended. A grant ends none.
fn superseded(series: &[Series]) -> Vec<Ending> {
    let mut found = Vec::new();
    for old in series.iter().filter(|s| s.renews == Some(true)) {
        for new in series.iter().filter(|s| s.purchase_id != old.purchase_id && s.provider != Provider::Grant) {
            let (Some(first), Some(later)) = (old.first_paid(), new.first_paid()) else { continue };
            if later > first && new.rank() >= old.rank() {
                let event_key = format!("superseded:{}:{}", old.purchase_id, new.purchase_id);
                found.push(Ending { purchase_id: old.purchase_id, event_key, at: later.0 });
            }
        }
    }
    found
}
