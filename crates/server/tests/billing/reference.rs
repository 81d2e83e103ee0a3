//! What ought to come out: the same rules, written for one person in memory, with no thought for speed or concurrency.

use std::collections::BTreeMap;

use beseda::db::{
    Ts,
    plans::{Period, Unit},
};
use jiff::{Span, civil::Date, tz::TimeZone};

/// Thirty days in microseconds: how long Stars pay for a month.
pub(crate) const STARS_MONTH: i64 = 30 * 86_400_000_000;

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) unit: Unit,
    pub(crate) limit: i64,
    pub(crate) period: Period,
    pub(crate) price: Option<i64>,
    pub(crate) offered: bool,
}

/// What somebody paid, or was given.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) paid_at: i64,
    /// When it was paid by Telegram's clock.
    pub(crate) said_at: i64,
    pub(crate) until: Option<i64>,
    pub(crate) plan: String,
    pub(crate) terms: Plan,
    pub(crate) cut_at: Option<i64>,
    pub(crate) extended_to: Option<i64>,
}

/// A purchase.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purchase {
    pub(crate) grant: bool,
    pub(crate) charges: Vec<Charge>,
    pub(crate) said: Vec<Said>,
    /// When it was taken away.
    pub(crate) revoked: Vec<i64>,
    /// When it was prolonged.
    pub(crate) other: Vec<i64>,
    /// The purchases that have ended its renewal.
    pub(crate) superseded_by: Vec<usize>,
    /// The charges that have ended it by being given back.
    pub(crate) given_back: Vec<String>,
}

/// What was said of a renewal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) at: i64,
    pub(crate) on: bool,
    /// By Telegram, in this update; none: here.
    pub(crate) update_id: Option<i64>,
}

impl Said {
    /// Telegram's numbers decide between what it said within a day, time between the rest.
    fn is_after(self, other: Self) -> bool {
        match (self.update_id, other.update_id) {
            (Some(one), Some(two)) if (self.at - other.at).abs() <= 86_400_000_000 => one > two,
            _ => self.at > other.at,
        }
    }
}

impl Purchase {
    /// What was said last.
    pub(crate) fn last_said(&self) -> Option<Said> {
        let mut said = self.said.clone();
        said.sort_by_key(|said| (said.at, said.update_id));
        said.into_iter().reduce(|last, next| if next.is_after(last) { next } else { last })
    }

    /// The moment of something that is done here now: after everything that is known.
    pub(crate) fn after_all(&self, now: i64) -> i64 {
        let charges = self.charges.iter().flat_map(|charge| [Some(charge.said_at), charge.cut_at]).flatten();
        let known = charges.chain(self.said.iter().map(|said| said.at)).chain(self.other.iter().copied());
        known.max().map_or(now, |last| now.max(last + 1))
    }
}

/// A subscription.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// None: free.
    pub(crate) charge: Option<String>,
    pub(crate) plan: String,
    pub(crate) unit: Unit,
    pub(crate) limit: i64,
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) requests: i64,
    pub(crate) tokens: i64,
    pub(crate) auto_renew: bool,
}

impl Row {
    fn used(&self) -> i64 {
        if self.unit == Unit::Requests { self.requests } else { self.tokens }
    }

    /// Whether there is nothing left.
    pub(crate) fn is_spent(&self) -> bool {
        self.used() >= self.limit
    }

    /// Which share is left.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
    fn left(&self) -> f64 {
        (self.limit - self.used()).max(0) as f64 / self.limit.max(1) as f64
    }
}

/// What is running and was bought or granted.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) plan: String,
    pub(crate) price: i64,
    /// None: nothing ever renews it.
    pub(crate) renews: Option<bool>,
    /// It never ends, and not all of it is used.
    pub(crate) has_left: bool,
}

/// One person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) rows: Vec<Row>,
    pub(crate) active: usize,
    /// Requests, tokens, dialogues.
    pub(crate) days: BTreeMap<Date, (i64, i64, i64)>,
    anchor: i64,
    wish: bool,
    /// When the next of what was paid for begins.
    begins: Option<i64>,
}

/// A charge's time.
#[derive(Clone, Debug)]
struct Time {
    purchase: usize,
    charge: usize,
    start: i64,
    end: Option<i64>,
}

impl Person {
    /// Somebody who registers now.
    pub(crate) fn new(now: Ts, free: &Plan, zone: &TimeZone) -> Self {
        let now = now.as_micros();
        let mut person = Self {
            purchases: Vec::new(),
            rows: Vec::new(),
            active: 0,
            days: BTreeMap::new(),
            anchor: now,
            wish: true,
            begins: None,
        };
        person.free(now, free, zone);
        person
    }

    /// Looks at the subscription: a period that has ended is followed by the next, and the better takes its place.
    pub(crate) fn look(&mut self, now: Ts, free: &Plan, zone: &TimeZone) -> &mut Row {
        if [self.rows[self.active].end, self.begins].into_iter().flatten().any(|at| at <= now.as_micros()) {
            self.settle(now, free, zone);
        }
        &mut self.rows[self.active]
    }

    /// Everything that was heard is looked at again.
    pub(crate) fn settle(&mut self, now: Ts, free: &Plan, zone: &TimeZone) {
        let now = now.as_micros();
        self.supersede();
        let times = self.times(zone);
        for time in &times {
            let renews = self.renews(time.purchase);
            let charge = &self.purchases[time.purchase].charges[time.charge];
            let row = self.rows.iter_mut().find(|row| row.charge.as_ref() == Some(&charge.id));
            if let Some(row) = row {
                (row.start, row.end) = (time.start, time.end);
                row.auto_renew = renews.unwrap_or(row.auto_renew);
            }
        }
        self.begins = times.iter().map(|time| time.start).filter(|start| now < *start).min();
        let holds = |time: &&Time| self.holds(time, now);
        let worth = |time: &Time| {
            let charge = &self.purchases[time.purchase].charges[time.charge];
            (charge.terms.price.unwrap_or(0), time.end.unwrap_or(i64::MAX), time.start, charge.id.clone())
        };
        let best = times.iter().filter(holds).max_by_key(|time| worth(time)).cloned();
        let active = &self.rows[self.active];
        match best {
            Some(best) => self.take(&best),
            None if active.charge.is_none() && active.end.is_none_or(|end| now < end) => {}
            None => self.free(now, free, zone),
        }
    }

    fn take(&mut self, best: &Time) {
        let renews = self.renews(best.purchase);
        let charge = self.purchases[best.purchase].charges[best.charge].clone();
        let place = self.rows.iter().position(|row| row.charge.as_ref() == Some(&charge.id));
        self.active = place.unwrap_or_else(|| {
            self.rows.push(Row {
                charge: Some(charge.id),
                plan: charge.plan,
                unit: charge.terms.unit,
                limit: charge.terms.limit,
                start: best.start,
                end: best.end,
                requests: 0,
                tokens: 0,
                auto_renew: renews.unwrap_or(false),
            });
            self.rows.len() - 1
        });
    }

    /// The free period that contains `now`: one that is running, or the next.
    fn free(&mut self, now: i64, free: &Plan, zone: &TimeZone) {
        let runs = |row: &Row| row.charge.is_none() && row.end.is_none_or(|end| now < end);
        let running = (0..self.rows.len()).filter(|place| runs(&self.rows[*place]));
        if let Some(place) = running.min_by(|a, b| self.rows[*a].left().total_cmp(&self.rows[*b].left())) {
            self.active = place;
            return;
        }
        let mut number = 0;
        let (mut start, mut end) = (self.anchor, nth(self.anchor, free.period, 1, zone));
        while end.is_some_and(|end| end <= now) {
            number += 1;
            start = nth(self.anchor, free.period, number, zone).unwrap();
            end = nth(self.anchor, free.period, number + 1, zone);
        }
        let last = self.rows.iter().rfind(|row| row.charge.is_none());
        self.rows.push(Row {
            charge: None,
            plan: "free".into(),
            unit: free.unit,
            limit: free.limit,
            start,
            end,
            requests: 0,
            tokens: 0,
            auto_renew: last.map_or(self.wish, |last| last.auto_renew),
        });
        self.active = self.rows.len() - 1;
    }

    /// What was paid is there at once, unless it follows on something; a clock may have been set back since.
    fn holds(&self, time: &Time, now: i64) -> bool {
        let paid_at = self.purchases[time.purchase].charges[time.charge].paid_at;
        (time.start <= now || time.start == paid_at) && time.end.is_none_or(|end| now < end)
    }

    /// What each charge has paid for.
    fn times(&self, zone: &TimeZone) -> Vec<Time> {
        let mut times = Vec::new();
        for (number, purchase) in self.purchases.iter().enumerate() {
            let mut order: Vec<usize> = (0..purchase.charges.len()).collect();
            order.retain(|charge| purchase.charges[*charge].until.is_some());
            order.sort_by_key(|charge| {
                let charge = &purchase.charges[*charge];
                (charge.until, charge.paid_at, charge.id.clone())
            });
            let (mut free_from, mut given) = (i64::MIN, 0);
            for place in order {
                let charge = &purchase.charges[place];
                let start = charge.paid_at.max(free_from);
                // What an operator has added, and not taken away, is there after a renewal too.
                let until = charge.until.unwrap();
                let end = end(purchase, charge, Some(until + given));
                given = end.map_or(given, |end| (end - until).max(0));
                free_from = free_from.max(end.unwrap_or(i64::MAX));
                times.push(Time { purchase: number, charge: place, start, end });
            }
        }
        let all = self.purchases.iter().enumerate();
        let mut calendar: Vec<(usize, usize)> = all
            .flat_map(|(number, purchase)| (0..purchase.charges.len()).map(move |charge| (number, charge)))
            .collect();
        calendar.retain(|(purchase, charge)| self.purchases[*purchase].charges[*charge].until.is_none());
        calendar.sort_by_key(|(purchase, charge)| {
            let charge = &self.purchases[*purchase].charges[*charge];
            (charge.paid_at, charge.id.clone())
        });
        // Of each plan the time that ends last.
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (purchase, place) in calendar {
            let charge = &self.purchases[purchase].charges[place];
            let before = last.get(charge.plan.as_str()).copied();
            let free_from = before.and_then(|before| times[before].end);
            let start = charge.paid_at.max(free_from.unwrap_or(i64::MIN));
            let end = end(&self.purchases[purchase], charge, nth(start, charge.terms.period, 1, zone));
            let is_cut = cut_at(&self.purchases[purchase], charge).is_some();
            let is_last = before.is_none_or(|before| match times[before].end {
                Some(last) => end.is_none_or(|end| end >= last),
                None => !is_cut,
            });
            // On what never ends nothing follows: what is bought again takes its place.
            if let Some(before) = before.filter(|before| is_last && times[*before].end.is_none()) {
                times[before].end = Some(start);
            }
            if is_last {
                last.insert(&charge.plan, times.len());
            }
            times.push(Time { purchase, charge: place, start, end });
        }
        times
    }

    /// Whether a purchase renews itself; none: nothing ever renews it.
    pub(crate) fn renews(&self, purchase: usize) -> Option<bool> {
        let purchase = &self.purchases[purchase];
        if purchase.grant || purchase.charges.iter().all(|charge| charge.until.is_none()) {
            return None;
        }
        purchase.last_said().map(|said| said.on)
    }

    /// A purchase of a plan as good or better ends the renewals of earlier ones, and a refund of the last charge its own.
    fn supersede(&mut self) {
        let first =
            |purchase: &Purchase| purchase.charges.iter().map(|charge| (charge.paid_at, charge.id.clone())).min();
        let rank = |purchase: &Purchase| purchase.charges.iter().map(|charge| charge.terms.price.unwrap_or(0)).max();
        let mut found = Vec::new();
        for old in 0..self.purchases.len() {
            for new in 0..self.purchases.len() {
                let (one, other) = (&self.purchases[old], &self.purchases[new]);
                let (Some(began), Some(later)) = (first(one), first(other)) else { continue };
                let ends = old != new
                    && !other.grant
                    && self.renews(old) == Some(true)
                    && later > began
                    && rank(other) >= rank(one)
                    && !one.superseded_by.contains(&new);
                if ends {
                    found.push((old, new, later.0));
                }
            }
        }
        let mut refunds = Vec::new();
        for (number, purchase) in
            self.purchases.iter().enumerate().filter(|(number, _)| self.renews(*number) == Some(true))
        {
            let last = purchase.charges.iter().filter(|charge| charge.until.is_some());
            let last = last.max_by_key(|charge| (charge.until, charge.paid_at, &charge.id)).unwrap();
            if let Some(at) = last.cut_at.filter(|_| !purchase.given_back.contains(&last.id)) {
                refunds.push((number, last.id.clone(), at));
            }
        }
        for (number, id, at) in refunds {
            self.purchases[number].given_back.push(id);
            self.purchases[number].said.push(Said { at, on: false, update_id: None });
        }
        for (old, new, at) in found {
            self.purchases[old].superseded_by.push(new);
            self.purchases[old].said.push(Said { at, on: false, update_id: None });
        }
    }

    /// What is running and was bought or granted.
    pub(crate) fn running(&self, now: Ts, zone: &TimeZone) -> Option<Running> {
        let now = now.as_micros();
        let mut times = self.times(zone);
        times.retain(|time| self.holds(time, now));
        let best = times.into_iter().max_by_key(|time| {
            let charge = &self.purchases[time.purchase].charges[time.charge];
            (charge.terms.price.unwrap_or(0), time.end.unwrap_or(i64::MAX), time.start, charge.id.clone())
        })?;
        let charge = &self.purchases[best.purchase].charges[best.charge];
        let (row, purchase) = (&self.rows[self.active], &self.purchases[best.purchase]);
        let is_active = purchase.charges.iter().any(|charge| Some(&charge.id) == row.charge.as_ref());
        Some(Running {
            plan: charge.plan.clone(),
            price: charge.terms.price.unwrap_or(0),
            renews: self.renews(best.purchase),
            has_left: best.end.is_none() && !(is_active && row.is_spent()),
        })
    }

    /// Purchases that renew themselves or did, and of which something is still to come.
    pub(crate) fn open(&self, now: Ts, zone: &TimeZone) -> Vec<usize> {
        let times = self.times(zone);
        let open = |number: &usize| {
            let mut own = times.iter().filter(|time| time.purchase == *number);
            self.renews(*number).is_some() && own.any(|time| time.end.is_none_or(|end| now.as_micros() < end))
        };
        (0..self.purchases.len()).filter(open).collect()
    }

    /// Adds to a day.
    pub(crate) fn uses(&mut self, day: Date, requests: i64, tokens: i64, dialogues: i64) {
        let used = self.days.entry(day).or_default();
        *used = (used.0 + requests, used.1 + tokens, used.2 + dialogues);
    }
}

/// When a charge was given back, or taken away.
fn cut_at(purchase: &Purchase, charge: &Charge) -> Option<i64> {
    let revoked = purchase.revoked.iter().copied().filter(|at| charge.paid_at <= *at);
    revoked.chain(charge.cut_at).min()
}

fn end(purchase: &Purchase, charge: &Charge, by_itself: Option<i64>) -> Option<i64> {
    let end = by_itself.map(|end| charge.extended_to.map_or(end, |more| more.max(end)));
    match (end, cut_at(purchase, charge)) {
        (Some(end), Some(cut)) => Some(end.min(cut)),
        (None, cut) => cut,
        (end, None) => end,
    }
}

/// The moment so many periods after the first.
pub(crate) fn nth(anchor: i64, period: Period, number: i64, zone: &TimeZone) -> Option<i64> {
    let span = match period {
        Period::Day => Span::new().days(number),
        Period::Week => Span::new().weeks(number),
        Period::Month => Span::new().months(number),
        Period::Year => Span::new().years(number),
        Period::None => return None,
    };
    let anchor = Ts::from_micros(anchor).to_timestamp().to_zoned(zone.clone());
    Some(Ts::from_timestamp(anchor.checked_add(span).unwrap().timestamp()).as_micros())
}
