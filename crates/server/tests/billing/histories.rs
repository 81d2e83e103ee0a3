//! Random histories of turns, failures, crashes, roll-overs, purchases, renewals, refunds, grants, changed plans and
//! jumping clocks: the service and the reference come to the same, on both databases, and `verify` has nothing to say.

use std::collections::{BTreeMap, VecDeque};

use beseda::{
    billing::{
        grant::{self, Desk, GrantError},
        offer::{self, OfferError},
        plan::{self, Changes},
        renewal::{self, RenewalError, Wish},
        stars::{self, Change},
        subscription,
    },
    db::{
        Ts, export,
        plans::{Period, Unit},
        subscriptions::Subscription,
        usage_logs,
    },
    dialogue, jobs,
    turn::Refusal,
};
use jiff::tz::TimeZone;
use proptest::{prelude::*, test_runner::TestRunner};
use testkit::{app::Database, model::Behaviour};
use uuid::Uuid;

use crate::{
    periods::zones,
    reference::{self, Charge, Plan, Purchase, Row, STARS_MONTH, Said},
    world::World,
};

const PEOPLE: usize = 2;
/// How many histories (`BESEDA_TEST_HISTORIES` for another number), and how long.
const CASES: u32 = 60;
const STEPS: usize = 45;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// Something that happens, to one of the people.
#[derive(Clone, Debug)]
enum Step {
    Talk(usize, Talk),
    Pass(Jump),
    /// Until a moment near the end of what the person has.
    ToEnd(usize, i64),
    Buy(usize, usize),
    /// Telegram takes the next charge of a purchase.
    Renew(usize, usize),
    Changed(usize, usize, Change),
    Refund(usize, usize),
    Wish(usize, bool),
    Grant(usize, usize, Option<i64>),
    Extend(usize, i64),
    Revoke(usize),
    Plan(usize, i64, Option<Period>, bool),
    RollOver,
    DeleteDialogue(usize),
    /// What Telegram tells is kept back from now on, or told, in whichever order and how often.
    Late(bool),
    Tell(usize, bool),
}

#[derive(Clone, Debug)]
enum Talk {
    Answered(i64),
    Failed,
    Crashed(bool),
}

#[derive(Clone, Copy, Debug)]
enum Jump {
    Ahead(i64),
    Back(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    let change = prop_oneof![Just(Change::Canceled), Just(Change::Resumed), Just(Change::Failed)];
    let ahead = prop_oneof![
        6 => 1..48 * HOUR,
        4 => 20 * DAY..40 * DAY,
        1 => 300 * DAY..800 * DAY,
    ];
    let talk = prop_oneof![
        6 => (1..60_i64).prop_map(Talk::Answered),
        1 => Just(Talk::Failed),
        1 => any::<bool>().prop_map(Talk::Crashed),
    ];
    let period =
        prop_oneof![Just(Period::Day), Just(Period::Week), Just(Period::Month), Just(Period::Year), Just(Period::None)];
    prop_oneof![
        10 => (who.clone(), talk).prop_map(|(who, talk)| Step::Talk(who, talk)),
        5 => ahead.prop_map(|span| Step::Pass(Jump::Ahead(span))),
        1 => (1..2 * HOUR).prop_map(|span| Step::Pass(Jump::Back(span))),
        4 => (who.clone(), prop_oneof![Just(-1), Just(0), Just(1), 0..DAY]).prop_map(|(who, by)| Step::ToEnd(who, by)),
        5 => (who.clone(), 1..PLANS.len()).prop_map(|(who, plan)| Step::Buy(who, plan)),
        4 => (who.clone(), any::<usize>()).prop_map(|(who, which)| Step::Renew(who, which)),
        4 => (who.clone(), any::<usize>(), change).prop_map(|(who, which, change)| Step::Changed(who, which, change)),
        2 => (who.clone(), any::<usize>()).prop_map(|(who, which)| Step::Refund(who, which)),
        3 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Wish(who, on)),
        2 => (who.clone(), 1..PLANS.len(), proptest::option::of(HOUR..60 * DAY))
            .prop_map(|(who, plan, span)| Step::Grant(who, plan, span)),
        1 => (who.clone(), HOUR..60 * DAY).prop_map(|(who, span)| Step::Extend(who, span)),
        1 => who.clone().prop_map(Step::Revoke),
        2 => (0..PLANS.len(), 0..12_i64, proptest::option::of(period), any::<bool>())
            .prop_map(|(plan, limit, period, offered)| Step::Plan(plan, limit, period, offered)),
        2 => Just(Step::RollOver),
        1 => who.prop_map(Step::DeleteDialogue),
        2 => any::<bool>().prop_map(Step::Late),
        4 => (any::<usize>(), any::<bool>()).prop_map(|(which, again)| Step::Tell(which, again)),
    ]
}

/// Free, and what can be bought: its name, unit, limit, period and price.
const PLANS: [(&str, Unit, i64, Period, i64); 5] = [
    ("free", Unit::Requests, 4, Period::Month, 0),
    ("week", Unit::Requests, 6, Period::Week, 100),
    ("premium", Unit::Requests, 8, Period::Month, 500),
    ("tokens", Unit::Tokens, 120, Period::Month, 600),
    ("year", Unit::Requests, 20, Period::Year, 5_000),
];

/// Something that Telegram has told, or will tell.
#[derive(Clone, Debug)]
enum Told {
    Paid(stars::Charge),
    Changed { payload: String, change: Change, update_id: i64, at: Ts },
    Refunded { payload: String, charge_id: String, at: Ts },
}

/// A history as it goes.
struct History {
    world: World,
    zone: TimeZone,
    plans: BTreeMap<String, Plan>,
    people: Vec<Uuid>,
    sessions: Vec<Uuid>,
    ought: Vec<reference::Person>,
    /// Whose purchase, and its number there, by the invoice's payload.
    purchases: BTreeMap<String, (usize, usize)>,
    /// What the invoice promised.
    invoiced: BTreeMap<String, (String, Plan)>,
    late: bool,
    untold: VecDeque<Told>,
    next: i64,
}

impl History {
    async fn begin(database: Database, zone: &str, now: Ts) -> Self {
        let world = World::new(database, zone, now).await;
        let mut history = Self {
            world,
            zone: TimeZone::get(zone).unwrap(),
            plans: BTreeMap::new(),
            people: Vec::new(),
            sessions: Vec::new(),
            ought: Vec::new(),
            purchases: BTreeMap::new(),
            invoiced: BTreeMap::new(),
            late: false,
            untold: VecDeque::new(),
            next: 1,
        };
        for (name, unit, limit, period, price) in PLANS {
            let plan = Plan { unit, limit, period, price: Some(price).filter(|price| *price > 0), offered: true };
            history.set_plan(name, plan).await;
        }
        for number in 0..PEOPLE {
            let user_id = history.world.registers(i64::try_from(number).unwrap() + 1).await;
            let ought = reference::Person::new(now, &history.plans["free"], &history.zone);
            history.people.push(user_id);
            history.ought.push(ought);
            let session = history.begin_dialogue(number).await;
            history.sessions.push(session);
        }
        history
    }

    async fn set_plan(&mut self, name: &str, plan: Plan) {
        let changes = Changes {
            unit: Some(plan.unit),
            usage_limit: Some(plan.limit),
            period: Some(plan.period),
            price_stars: Some(plan.price),
            is_offered: Some(plan.offered),
            ..Changes::default()
        };
        plan::set(self.world.db(), name, changes, false, self.world.now()).await.unwrap();
        self.plans.insert(name.to_owned(), plan);
    }

    async fn begin_dialogue(&mut self, who: usize) -> Uuid {
        let day = self.world.now().day(&self.zone).0;
        self.ought[who].uses(day, 0, 0, 1);
        self.world.begins(self.people[who]).await
    }

    fn settle(&mut self, who: usize) {
        let (now, free) = (self.world.now(), self.plans["free"].clone());
        self.ought[who].settle(now, &free, &self.zone);
    }

    fn look(&mut self, who: usize) -> &mut Row {
        let (now, free) = (self.world.now(), self.plans["free"].clone());
        self.ought[who].look(now, &free, &self.zone)
    }

    fn pass(&mut self, micros: i64) {
        self.world.set(Ts::from_micros(self.world.now().as_micros() + micros));
    }

    async fn step(&mut self, step: Step) {
        // No two things happen in the same moment.
        self.pass(SECOND);
        match step {
            Step::Talk(who, talk) => self.talk(who, talk).await,
            Step::Pass(Jump::Ahead(span)) => self.pass(span),
            Step::Pass(Jump::Back(span)) => self.pass(-span),
            Step::ToEnd(who, by) => {
                if let Some(end) = self.ought[who].rows[self.ought[who].active].end
                    && end + by > self.world.now().as_micros()
                {
                    self.pass(end + by - self.world.now().as_micros());
                }
            }
            Step::Buy(who, plan) => self.buy(who, PLANS[plan].0).await,
            Step::Renew(who, which) => self.renew(who, which).await,
            Step::Changed(who, which, change) => {
                if let Some((payload, _)) = self.stars(who, which) {
                    let (update_id, at) = (self.fresh(), self.world.now());
                    self.tell(Told::Changed { payload, change, update_id, at }).await;
                }
            }
            Step::Refund(who, which) => self.refund(who, which).await,
            Step::Wish(who, on) => self.wish(who, on).await,
            Step::Grant(who, plan, span) => self.grant(who, PLANS[plan].0, span).await,
            Step::Extend(who, span) => self.extend(who, span).await,
            Step::Revoke(who) => self.revoke(who).await,
            Step::Plan(number, limit, period, offered) => {
                let (name, unit, _, of, price) = PLANS[number];
                let limit = if unit == Unit::Tokens { limit * 20 } else { limit };
                let price = Some(price).filter(|price| *price > 0);
                self.set_plan(name, Plan { unit, limit, period: period.unwrap_or(of), price, offered }).await;
            }
            Step::RollOver => {
                jobs::roll_over(self.world.app().clone()).await.unwrap();
                (0..PEOPLE).for_each(|who| drop(self.look(who).clone()));
            }
            Step::DeleteDialogue(who) => {
                assert!(dialogue::delete(self.world.app(), self.people[who], self.sessions[who]).await.unwrap());
                self.sessions[who] = self.begin_dialogue(who).await;
            }
            Step::Late(late) => self.late = late,
            Step::Tell(which, again) => {
                if !self.untold.is_empty() {
                    let told = self.untold.remove(which % self.untold.len()).unwrap();
                    self.hear(told.clone()).await;
                    if again {
                        self.hear(told).await;
                    }
                }
            }
        }
    }

    fn fresh(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    async fn talk(&mut self, who: usize, talk: Talk) {
        let (user_id, session_id, day) = (self.people[who], self.sessions[who], self.world.now().day(&self.zone).0);
        let spent = self.look(who).is_spent();
        let place = self.ought[who].active;
        let tokens = match talk {
            Talk::Answered(tokens) => {
                let answer = Behaviour::answer("Здравствуйте!").usage(u64::try_from(tokens).unwrap(), 0);
                self.world
                    .says(user_id, session_id, answer)
                    .await
                    .map(|end| end.ai_message.as_ref().map(|m| m.token_usage))
            }
            Talk::Failed => self.world.says(user_id, session_id, Behaviour::error(400, "{}")).await.map(|end| {
                assert!(end.ai_message.is_none());
                None
            }),
            Talk::Crashed(with_text) => {
                let tokens = self.world.says_and_crashes(user_id, session_id, with_text).await;
                tokens.map(|tokens| with_text.then_some(Some(tokens)))
            }
        };
        match tokens {
            Err(Refusal::Spent(_)) => assert!(spent, "refused with something left"),
            Err(refusal) => panic!("{refusal}"),
            Ok(_) if spent => panic!("admitted with nothing left"),
            Ok(None) => {}
            Ok(Some(tokens)) => {
                let tokens = tokens.unwrap();
                let row = &mut self.ought[who].rows[place];
                (row.requests, row.tokens) = (row.requests + 1, row.tokens + tokens);
                self.ought[who].uses(day, 1, tokens, 0);
            }
        }
    }

    async fn buy(&mut self, who: usize, plan: &str) {
        let offered = offer::offer(self.world.app(), self.people[who], plan).await;
        let wanted = self.plans[plan].clone();
        let running = self.ought[who].running(self.world.now(), &self.zone);
        let monthly = wanted.period == Period::Month;
        let refused = match running {
            _ if !wanted.offered => true,
            Some((_, has, _, renews)) if has == plan => renews.is_some() || monthly,
            Some((_, _, price, _)) => price > wanted.price.unwrap(),
            None => false,
        };
        let invoice = match offered {
            Err(OfferError::Database(error)) => panic!("{error}"),
            Err(error) => return assert!(refused, "{error}"),
            Ok(invoice) => invoice,
        };
        assert!(!refused, "{plan} was offered");
        let number = self.ought[who].purchases.len();
        self.ought[who].purchases.push(Purchase::default());
        self.purchases.insert(invoice.payload.clone(), (who, number));
        let until = monthly.then(|| Ts::from_micros(self.world.now().as_micros() + STARS_MONTH));
        self.invoiced.insert(invoice.payload.clone(), (plan.to_owned(), wanted));
        self.pay(who, invoice.payload, invoice.price_stars, until, false).await;
    }

    async fn pay(&mut self, who: usize, payload: String, amount: i64, until: Option<Ts>, again: bool) {
        let charge_id = format!("c{:06}", self.fresh());
        let paid = stars::Charge {
            payload,
            charge_id,
            payer_id: i64::try_from(who).unwrap() + 1,
            amount,
            paid_at: self.world.now(),
            until,
            again: Some(again),
            update_id: Some(self.fresh()),
            raw: "{}".into(),
        };
        self.tell(Told::Paid(paid)).await;
    }

    /// One of the person's purchases for Stars of which a charge was heard: its payload and number.
    fn stars(&self, who: usize, which: usize) -> Option<(String, usize)> {
        let own = self
            .purchases
            .iter()
            .filter(|(_, (owner, number))| *owner == who && !self.ought[who].purchases[*number].charges.is_empty());
        let own: Vec<_> = own.map(|(payload, (_, number))| (payload.clone(), *number)).collect();
        (!own.is_empty()).then(|| own[which % own.len()].clone())
    }

    async fn renew(&mut self, who: usize, which: usize) {
        let Some((payload, number)) = self.stars(who, which) else { return };
        let charges = &self.ought[who].purchases[number].charges;
        let Some(last) = charges.iter().filter_map(|charge| charge.until).max() else { return };
        let price = charges[0].terms.price.unwrap();
        let from = last.max(self.world.now().as_micros());
        let until = Some(Ts::from_micros(from + STARS_MONTH));
        self.pay(who, payload, price, until, true).await;
    }

    async fn refund(&mut self, who: usize, which: usize) {
        let Some((payload, number)) = self.stars(who, which) else { return };
        let charges = &self.ought[who].purchases[number].charges;
        let charge = &charges[which % charges.len()];
        if charge.cut_at.is_some() {
            return;
        }
        let (charge_id, at) = (charge.id.clone(), self.world.now());
        let known = |told: &Told| matches!(told, Told::Refunded { charge_id: known, .. } if *known == charge_id);
        if !self.untold.iter().any(known) {
            self.tell(Told::Refunded { payload, charge_id, at }).await;
        }
    }

    /// Telegram tells something, now or later.
    async fn tell(&mut self, told: Told) {
        if self.late { self.untold.push_back(told) } else { self.hear(told).await }
    }

    async fn hear(&mut self, told: Told) {
        let app = self.world.app().clone();
        match told {
            Told::Paid(charge) => {
                let credited = stars::credit(&app, charge.clone()).await.unwrap();
                let (who, number) = self.purchases[&charge.payload];
                let known = self.ought[who].purchases[number].charges.iter().any(|known| known.id == charge.charge_id);
                assert_eq!(credited == stars::Credited::Before, known);
                if !known {
                    self.credit(who, number, &charge);
                }
            }
            Told::Changed { payload, change, update_id, at } => {
                let (who, number) = self.purchases[&payload];
                let said = Said { at: at.as_micros(), on: change == Change::Resumed, update_id: Some(update_id) };
                if stars::changed(&app, &payload, change, update_id, at).await.unwrap() {
                    self.ought[who].purchases[number].said.push(said);
                    self.settle(who);
                }
            }
            Told::Refunded { payload, charge_id, at } => {
                let (who, number) = self.purchases[&payload];
                if stars::refunded(&app, Some(&payload), &charge_id, at).await.unwrap() {
                    let charges = &mut self.ought[who].purchases[number].charges;
                    let charge = charges.iter_mut().find(|charge| charge.id == charge_id).unwrap();
                    charge.cut_at = Some(charge.cut_at.map_or(at.as_micros(), |cut| cut.min(at.as_micros())));
                    self.settle(who);
                }
            }
        }
    }

    fn credit(&mut self, who: usize, number: usize, charge: &stars::Charge) {
        // A renewal is a new period: it is of the plan as it is now.
        let (plan, mut terms) = self.invoiced[&charge.payload].clone();
        if charge.again == Some(true) {
            terms = self.plans[&plan].clone();
        }
        let purchase = &mut self.ought[who].purchases[number];
        purchase.charges.push(Charge {
            id: charge.charge_id.clone(),
            paid_at: charge.paid_at.min(self.world.now()).as_micros(),
            said_at: charge.paid_at.as_micros(),
            until: charge.until.map(Ts::as_micros),
            plan,
            terms,
            cut_at: None,
            extended_to: None,
        });
        purchase.said.push(Said { at: charge.paid_at.as_micros(), on: true, update_id: charge.update_id });
        self.settle(who);
    }
}

/// What operators and the person do.
impl History {
    /// The person's running subscription, if it was bought or granted: its purchase and charge.
    fn bought(&mut self, who: usize) -> Option<(usize, usize)> {
        let charge_id = self.look(who).charge.clone()?;
        self.ought[who].purchases.iter().enumerate().find_map(|(number, purchase)| {
            let place = purchase.charges.iter().position(|charge| charge.id == charge_id)?;
            Some((number, place))
        })
    }

    async fn wish(&mut self, who: usize, on: bool) {
        let wish = Wish { auto_renew: Some(on), next_plan: None };
        let wished = renewal::wish(self.world.app(), self.people[who], wish).await;
        let (bought, at) = (self.bought(who), self.world.now().as_micros());
        let own = bought.map(|(number, _)| number).filter(|number| self.ought[who].renews(*number).is_some());
        let meant = match own {
            Some(own) => vec![own],
            None => self.ought[who].open(self.world.now(), &self.zone),
        };
        let changed: Vec<usize> = meant.into_iter().filter(|n| self.ought[who].renews(*n) == Some(!on)).collect();
        let off_here = |number: &usize| {
            self.ought[who].purchases[*number].last_said().is_some_and(|said| said.update_id.is_none())
        };
        let may: Vec<usize> = changed.iter().copied().filter(|number| !on || off_here(number)).collect();
        match wished {
            Err(RenewalError::Elsewhere(_)) => return assert!(!changed.is_empty() && may.is_empty()),
            Err(error) => panic!("{error}"),
            Ok(_) => assert!(changed.is_empty() || !may.is_empty(), "turned on what Telegram has turned off"),
        }
        if own.is_none() {
            self.look(who).auto_renew = on;
        }
        for number in may {
            let purchase = &mut self.ought[who].purchases[number];
            let at = purchase.after_all(at);
            purchase.said.push(Said { at, on, update_id: None });
            self.settle(who);
        }
    }

    async fn grant(&mut self, who: usize, plan: &str, span: Option<i64>) {
        let (now, zone) = (self.world.now(), self.zone.clone());
        let until = span.map(|span| Ts::from_micros(now.as_micros() + span));
        let desk = Desk { db: self.world.db(), zone: &zone, now };
        grant::grant(&desk, self.people[who], plan, until, None).await.unwrap();
        let heard = {
            let mut reader = self.world.db().read().await.unwrap();
            beseda::db::payments::of(&mut reader.conn(), self.people[who]).await.unwrap()
        };
        let granted =
            heard.into_iter().filter(|payment| payment.occurred_at == now).find_map(|payment| payment.charge_id);
        let charge = Charge {
            id: granted.unwrap(),
            paid_at: now.as_micros(),
            said_at: now.as_micros(),
            until: until.map(Ts::as_micros),
            plan: plan.to_owned(),
            terms: self.plans[plan].clone(),
            cut_at: None,
            extended_to: None,
        };
        self.ought[who].purchases.push(Purchase { grant: true, charges: vec![charge], ..Purchase::default() });
        self.settle(who);
    }

    async fn extend(&mut self, who: usize, span: i64) {
        let bought = self.bought(who);
        let end = self.look(who).end;
        let (now, zone) = (self.world.now(), self.zone.clone());
        let until = Ts::from_micros(end.unwrap_or(now.as_micros()) + span);
        let desk = Desk { db: self.world.db(), zone: &zone, now };
        match (grant::extend(&desk, self.people[who], until, None).await, bought, end) {
            (Err(GrantError::NothingBought), bought, end) => assert!(bought.is_none() || end.is_none()),
            (Ok(_), Some((number, place)), Some(_)) => {
                let purchase = &mut self.ought[who].purchases[number];
                let at = purchase.after_all(now.as_micros());
                purchase.charges[place].extended_to = Some(until.as_micros());
                purchase.other.push(at);
                self.settle(who);
            }
            (other, ..) => panic!("{other:?}"),
        }
    }

    async fn revoke(&mut self, who: usize) {
        let bought = self.bought(who);
        let (now, zone) = (self.world.now(), self.zone.clone());
        let desk = Desk { db: self.world.db(), zone: &zone, now };
        match (grant::revoke(&desk, self.people[who], None).await, bought) {
            (Err(GrantError::NothingBought), None) => {}
            (Ok(_), Some((number, _))) => {
                let purchase = &mut self.ought[who].purchases[number];
                let at = purchase.after_all(now.as_micros());
                purchase.revoked.push(at);
                purchase.said.push(Said { at, on: false, update_id: None });
                self.settle(who);
            }
            (other, _) => panic!("{other:?}"),
        }
    }
}

/// What must be the same.
impl History {
    async fn compare(&mut self) {
        for who in 0..PEOPLE {
            let found = subscription::look(self.world.app(), self.people[who]).await.unwrap().unwrap();
            let ought = self.look(who).clone();
            assert_eq!(row(&found), ought, "person {who} at {}", self.world.now());
            assert_eq!(found.reserved, 0);
        }
    }

    async fn end(mut self) {
        self.world.set(self.world.latest());
        while let Some(told) = self.untold.pop_back() {
            self.hear(told.clone()).await;
            self.hear(told).await;
        }
        self.compare().await;
        for who in 0..PEOPLE {
            let mut reader = self.world.db().read().await.unwrap();
            let conn = &mut reader.conn();
            let all = export::subscriptions(conn, self.people[who], Uuid::nil(), 1_000).await.unwrap();
            assert_eq!(all.iter().filter(|row| row.is_active).count(), 1);
            assert_eq!(sorted(all.iter().map(row)), sorted(self.ought[who].rows.iter().cloned()), "person {who}");
            let (first, last) = (jiff::civil::date(2000, 1, 1), jiff::civil::date(2100, 1, 1));
            let days = usage_logs::days(conn, self.people[who], beseda::db::Day(first), beseda::db::Day(last)).await;
            let days: BTreeMap<_, _> = days
                .unwrap()
                .into_iter()
                .map(|day| (day.date.0, (day.requests_count, day.tokens_used, day.session_count)))
                .collect();
            assert_eq!(days, self.ought[who].days, "person {who}");
        }
        assert_eq!(self.world.verified().await, []);
        self.world.ends().await;
    }
}

fn row(found: &Subscription) -> Row {
    Row {
        charge: found.charge_id.clone(),
        plan: found.plan_name.clone(),
        unit: found.unit,
        limit: found.usage_limit,
        start: found.start_date.as_micros(),
        end: found.end_date.map(Ts::as_micros),
        requests: found.used_requests,
        tokens: found.used_tokens,
        auto_renew: found.auto_renew,
    }
}

fn sorted(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_key(|row| (row.charge.clone(), row.start, row.end));
    rows
}

fn play(database: Database) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let zones = zones();
    let cases = std::env::var("BESEDA_TEST_HISTORIES").ok().and_then(|number| number.parse().ok()).unwrap_or(CASES);
    let config = ProptestConfig { cases, max_shrink_iters: 25, failure_persistence: None, ..Default::default() };
    let began = 1_767_225_600_i64..1_893_456_000;
    let histories = (0..zones.len(), began, proptest::collection::vec(step(), STEPS));
    let played = TestRunner::new(config).run(&histories, |(zone, began, steps)| {
        runtime.block_on(async {
            let now = Ts::from_micros(began * SECOND);
            let mut history = History::begin(database, &zones[zone], now).await;
            for step in steps {
                history.step(step).await;
                history.compare().await;
            }
            history.end().await;
        });
        Ok(())
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}

#[test]
fn every_history_comes_to_what_it_ought_to_on_sqlite() {
    play(Database::Sqlite);
}

#[test]
fn every_history_comes_to_what_it_ought_to_on_postgres() {
    play(Database::Postgres);
}
