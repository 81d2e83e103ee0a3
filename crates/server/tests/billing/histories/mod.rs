//! Random histories of turns, failures, crashes, roll-overs, purchases, renewals, refunds, grants, changed plans and
//! jumping clocks: the service and the reference come to the same, on both databases, and `verify` has nothing to say.

mod operators;
mod steps;
mod telegram;

use std::collections::{BTreeMap, VecDeque};

use beseda::{
    billing::{
        plan::{self, Changes},
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
    staff::Actor,
    turn::Refusal,
};
use jiff::tz::TimeZone;
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use testkit::{app::Database, model::Behaviour};
use uuid::Uuid;

use crate::{
    periods::zones,
    reference::{self, Plan, Row},
    world::World,
};

use steps::{Jump, Step, Talk, step};

const PEOPLE: usize = 2;
/// How many histories, the same each time (`BESEDA_TEST_HISTORIES` for so many others), and how long.
const CASES: u32 = 20;
const STEPS: usize = 45;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

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
        let change = plan::Change {
            actor: Actor::cli(),
            name: name.to_owned(),
            changes,
            is_new: false,
            running: false,
            reason: None,
        };
        plan::set(self.world.app().office(), change).await.unwrap();
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
    let others = std::env::var("BESEDA_TEST_HISTORIES").ok().map(|number| number.parse().unwrap());
    let config = ProptestConfig {
        cases: others.unwrap_or(CASES),
        max_shrink_iters: 25,
        failure_persistence: None,
        ..Default::default()
    };
    let mut runner = match others {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let began = 1_767_225_600_i64..1_893_456_000;
    let histories = (0..zones.len(), began, proptest::collection::vec(step(), STEPS));
    let played = runner.run(&histories, |(zone, began, steps)| {
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
