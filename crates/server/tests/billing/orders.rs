//! The eight events of a subscription's life in every order, each heard once or twice: one state comes out, and access
//! is neither cut before the paid end nor lasts past it.
//!
//! There are 40,320 orders. They share their beginnings, and most beginnings lead to the same rows; so each set of rows
//! is left once by each event that is still to come, which is as good as going through all the orders.

use std::collections::{BTreeMap, HashSet};

use beseda::{
    billing::{payment, subscription},
    db::{
        Conn, JsonText, Ts,
        open::{self, Single},
        payments::{Payment, PaymentKind, Source},
        plans,
        purchases::{self, Provider, Purchase},
        subscriptions,
        users::{self, User},
    },
    ids,
};
use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use rstest::rstest;
use sqlx::AssertSqlSafe;
use testkit::app::{Database, TestApp};
use uuid::Uuid;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// When the first charge is paid.
const BEGAN: i64 = 1_800_000_000_000_000;

fn at(days: i64) -> Ts {
    Ts::from_micros(BEGAN + days * DAY)
}

fn before(moment: Ts) -> Ts {
    Ts::from_micros(moment.as_micros() - 1)
}

/// An event: what, in which purchase (0 premium, 1 gold), its charge, when, paid until, and Telegram's number.
struct Event {
    kind: PaymentKind,
    purchase: usize,
    charge: Option<&'static str>,
    at: Ts,
    until: Option<Ts>,
    number: i64,
}

/// Premium is paid, renewed, turned off and on, fails to be paid, and is paid late; gold is bought, and given back.
fn events() -> [Event; 8] {
    let event = |kind, purchase, charge, at, until, number| Event { kind, purchase, charge, at, until, number };
    [
        event(PaymentKind::Paid, 0, Some("c1"), at(0), Some(at(30)), 101),
        event(PaymentKind::Paid, 0, Some("c2"), Ts::from_micros(at(30).as_micros() - HOUR), Some(at(60)), 120),
        event(PaymentKind::Canceled, 0, None, at(40), None, 130),
        event(PaymentKind::Resumed, 0, None, at(41), None, 131),
        event(PaymentKind::Failed, 0, None, at(60), None, 140),
        event(PaymentKind::Paid, 0, Some("c3"), at(61), Some(at(91)), 150),
        event(PaymentKind::Paid, 1, Some("g1"), at(70), Some(at(100)), 160),
        event(PaymentKind::Refunded, 1, Some("g1"), at(75), None, 170),
    ]
}

/// What the person may use when, once everything is heard.
fn access() -> Vec<(Ts, &'static str)> {
    vec![
        (before(at(0)), "free"),
        (at(0), "premium"),
        (before(at(30)), "premium"),
        (at(30), "premium"),
        (before(at(60)), "premium"),
        (at(60), "free"),
        (before(at(61)), "free"),
        (at(61), "premium"),
        (at(70), "gold"),
        (before(at(75)), "gold"),
        (at(75), "premium"),
        (before(at(91)), "premium"),
        (at(91), "free"),
        (at(400), "free"),
    ]
}

/// A person with two purchases, of which nothing was heard yet.
struct Case {
    user_id: Uuid,
    purchases: Vec<Purchase>,
    events: [Event; 8],
    /// Whether everything is heard when it is long over, or each thing when it happens, as far as that can be.
    afterwards: bool,
    zone: TimeZone,
    /// The sets of rows that were seen, with what was heard by then.
    seen: HashSet<(u8, String)>,
    ends: BTreeMap<String, usize>,
    left: usize,
}

impl Case {
    async fn begin(conn: &mut Conn<'_>, afterwards: bool) -> Self {
        let (zone, joined) = (TimeZone::UTC, at(-10));
        for (name, price, limit) in [("free", None, 50), ("premium", Some(500), 2000), ("gold", Some(900), 9000)] {
            let plan = plans::Plan {
                name: name.into(),
                unit: plans::Unit::Requests,
                usage_limit: limit,
                period: plans::Period::Month,
                price_stars: price,
                model: None,
                auto_renew: true,
                created_at: joined,
                title_ru: None,
                title_en: None,
                description_ru: None,
                description_en: None,
                providers: None,
                max_answer_tokens: None,
                rank: None,
                google_product_id: None,
                is_offered: true,
            };
            plans::set(conn, &plan).await.unwrap();
        }
        let user_id = ids::new_id(joined);
        users::insert(conn, &person(user_id, joined)).await.unwrap();
        subscription::begin_free(conn, user_id, joined, &zone).await.unwrap();
        let mut bought = Vec::new();
        for plan in ["premium", "gold"] {
            let terms = plans::find(conn, plan).await.unwrap().unwrap().terms("UTC");
            let purchase = Purchase {
                id: ids::new_id(joined),
                user_id,
                provider: Provider::Stars,
                terms: JsonText::from(serde_json::to_string(&terms).unwrap()),
                price_stars: Some(500),
                purchase_token: None,
                token_hash: None,
                created_at: joined,
            };
            purchases::insert(conn, &purchase).await.unwrap();
            bought.push(purchase);
        }
        let (seen, ends) = (HashSet::new(), BTreeMap::new());
        Self { user_id, purchases: bought, events: events(), afterwards, zone, seen, ends, left: 0 }
    }

    fn payment(&self, number: usize) -> Payment {
        let event = &self.events[number];
        let purchase = &self.purchases[event.purchase];
        let key = match (event.kind, event.charge) {
            (PaymentKind::Paid, Some(charge)) => format!("paid:{charge}"),
            (PaymentKind::Refunded, Some(charge)) => format!("refunded:{charge}"),
            _ => format!("update:{}", event.number),
        };
        Payment {
            charge_id: event.charge.map(str::to_owned),
            sequence: Some(event.number),
            paid_until: event.until,
            terms: event.charge.map(|_| purchase.terms.clone()),
            ..Payment::new(ids::new_id(event.at), purchase, event.kind, Source::Provider, key, event.at)
        }
    }

    /// Hears an event; false when it was heard before.
    async fn hear(&self, conn: &mut Conn<'_>, number: usize, heard: u8) -> bool {
        let so_far = (0..8).filter(|event| heard & (1 << event) != 0 || *event == number);
        let now = if self.afterwards { at(80) } else { so_far.map(|event| self.events[event].at).max().unwrap() };
        let payment = Payment { received_at: now, ..self.payment(number) };
        payment::lock(conn, payment.purchase_id).await.unwrap().unwrap();
        payment::record(conn, &payment, now, &self.zone).await.unwrap().is_some()
    }

    /// Everything that is there now, without ids.
    async fn rows(&self, conn: &mut Conn<'_>) -> String {
        let mut rows = Vec::new();
        for s in beseda::db::export::subscriptions(conn, self.user_id, Uuid::nil(), 100).await.unwrap() {
            let (start, end) = (s.start_date.as_micros(), s.end_date.map(Ts::as_micros));
            rows.push(format!("{} {:?} {start} {end:?} {} {}", s.plan_name, s.charge_id, s.is_active, s.auto_renew));
        }
        for payment in beseda::db::payments::of(conn, self.user_id).await.unwrap() {
            // Which purchases a key names says nothing, and is different each time.
            let key = payment.event_key.split(':').take(if payment.source == Source::Person { 1 } else { 2 });
            rows.push(key.collect::<Vec<_>>().join(":"));
        }
        rows.sort();
        rows.join("\n")
    }

    /// Hears what is still to be heard, in every order that leads to rows that were not seen yet.
    fn go_on<'a>(&'a mut self, conn: &'a mut Conn<'_>, heard: u8) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.hear_again(conn, heard).await;
            if heard == u8::MAX {
                return self.end(conn).await;
            }
            for number in (0..8).filter(|number| heard & (1 << number) == 0) {
                let point = format!("event_{}", heard.count_ones());
                execute(conn, &format!("SAVEPOINT {point}")).await;
                assert!(self.hear(conn, number, heard).await);
                self.left += 1;
                let (now_heard, rows) = (heard | 1 << number, self.rows(conn).await);
                if self.seen.insert((now_heard, rows)) {
                    self.go_on(conn, now_heard).await;
                }
                execute(conn, &format!("ROLLBACK TO SAVEPOINT {point}")).await;
                execute(conn, &format!("RELEASE SAVEPOINT {point}")).await;
            }
        })
    }

    /// What is heard again changes nothing.
    async fn hear_again(&self, conn: &mut Conn<'_>, heard: u8) {
        let rows = self.rows(conn).await;
        for number in (0..8).filter(|number| heard & (1 << number) != 0) {
            assert!(!self.hear(conn, number, heard).await, "counted twice");
        }
        assert_eq!(self.rows(conn).await, rows);
    }

    /// All of it was heard.
    async fn end(&mut self, conn: &mut Conn<'_>) {
        let active = subscription::renewed(conn, self.user_id, at(80), &self.zone).await.unwrap().unwrap();
        let found = (active.plan_name.as_str(), active.start_date, active.end_date, active.auto_renew);
        // Gold had ended premium's renewal.
        assert_eq!(found, ("premium", at(61), Some(at(91)), false));
        let entitled = subscription::entitlements(conn, self.user_id).await.unwrap();
        for (moment, plan) in access() {
            let mut by_then = entitled.clone();
            by_then.all.retain(|e| e.start <= moment);
            let best = by_then.best_at(moment).map_or("free", |best| best.terms.plan_name.as_str());
            assert_eq!(best, plan, "at {moment}");
        }
        for moment in [before(at(91)), at(91)] {
            let current = subscription::current(conn, self.user_id, moment, &self.zone).await.unwrap().unwrap();
            assert_eq!(current.plan_name, if moment < at(91) { "premium" } else { "free" });
            let active = subscriptions::active(conn, self.user_id).await.unwrap().unwrap();
            assert_eq!(active.id, current.id);
        }
        *self.ends.entry(found.0.to_owned()).or_default() += 1;
    }
}

fn person(id: Uuid, created_at: Ts) -> User {
    User {
        id,
        telegram_id: Some(1),
        username: None,
        first_name: None,
        last_name: None,
        gender: None,
        created_at,
        name: Some("Анна".into()),
        age: None,
        age_stated_at: None,
        language: None,
        time_zone: None,
        companion_name: None,
        companion_gender: None,
        companion_age: None,
        blocked_at: None,
    }
}

async fn execute(conn: &mut Conn<'_>, sql: &str) {
    let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    match conn {
        Conn::Sqlite(connection) => drop(query.execute(&mut **connection).await.unwrap()),
        Conn::Postgres(connection) => drop(query.execute(&mut **connection).await.unwrap()),
    }
}

async fn every_order(conn: &mut Conn<'_>, afterwards: bool) {
    execute(conn, "BEGIN").await;
    let mut case = Case::begin(conn, afterwards).await;
    case.go_on(conn, 0).await;
    execute(conn, "ROLLBACK").await;
    println!("{} sets of rows, left by {} events; ends {:?}", case.seen.len(), case.left, case.ends);
    assert!(case.seen.len() >= 255, "every subset is reached");
}

#[rstest]
#[tokio::test]
async fn all_orders_of_eight_events_end_in_one_state(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(true, false)] afterwards: bool,
) {
    let place = TestApp::builder(env!("CARGO_BIN_EXE_beseda"), database).prepare().await.unwrap();
    match open::connect(&place.database_url().to_owned().into()).await.unwrap() {
        Single::Sqlite(mut connection) => every_order(&mut Conn::Sqlite(&mut connection), afterwards).await,
        Single::Postgres(mut connection) => every_order(&mut Conn::Postgres(&mut connection), afterwards).await,
    }
}
