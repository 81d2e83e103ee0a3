//! Many clients of one person who has little left, and kills: what is used never exceeds the limit, by requests at all
//! and by tokens but for what an estimate was wrong by.

use std::{sync::Arc, time::Duration};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::Value;
use testkit::{
    app::{Database, Person, TestApp, id_of},
    model::{Behaviour, FakeModel},
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    books,
    support::{in_time, service, within},
};

const CLIENTS: usize = 64;
const KILLS: usize = 12;
const PATIENCE: Duration = Duration::from_secs(20);

/// A few words, some with a fault, from a model that keeps to `max_tokens`.
fn behaviour(random: &mut StdRng) -> Behaviour {
    let words = random.random_range(1..20);
    let said = Behaviour::tokens(words).honest().chunk_delay(Duration::from_millis(random.random_range(0..80)));
    match random.random_range(0..20) {
        0 => said.abort_after(0),
        1 => said.abort_after(random.random_range(1..5)),
        2 => Behaviour::error(400, "{}"),
        _ => said,
    }
}

/// One of a person's devices.
struct Device {
    person: Person,
    session: Uuid,
    name: String,
    random: StdRng,
}

impl Device {
    /// Sends until nothing is left, and says how often it was answered.
    async fn work(mut self) -> usize {
        let mut sent = 0;
        while self.send(sent).await {
            sent += 1;
        }
        sent
    }

    /// Sends one message until it is admitted; false when nothing is left, and nothing held back.
    async fn send(&mut self, number: usize) -> bool {
        let key = format!("{}-{number}", self.name);
        loop {
            let mut request = self.person.sending(self.session, &key).header("idempotency-key", &key);
            if self.random.random_bool(0.5) {
                request = request.header("prefer", "respond-async");
            }
            let Some((status, body)) = call(request).await else { continue };
            match status {
                StatusCode::CREATED => return true,
                StatusCode::ACCEPTED => {
                    self.listen(&body["message_id"]).await;
                    return true;
                }
                StatusCode::PAYMENT_REQUIRED if self.nothing_left().await => return false,
                StatusCode::PAYMENT_REQUIRED | StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                    let wait = self.random.random_range(5..50);
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
                _ if body["turn_id"].is_string() => return true,
                _ => panic!("{status} {body}"),
            }
        }
    }

    /// Waits for a while, and now and then stops the answer.
    async fn listen(&mut self, message_id: &Value) {
        let wait = self.random.random_range(0..300);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        if self.random.random_bool(0.3) {
            let path = format!("/v1/messages/{}/stop", id_of(message_id));
            call(self.person.request(Method::POST, &path)).await;
        }
    }

    async fn nothing_left(&self) -> bool {
        match call(self.person.request(Method::GET, "/v1/me/subscription")).await {
            Some((StatusCode::OK, found)) => found["remaining"] == 0 && found["reserved"] == 0,
            _ => false,
        }
    }
}

/// The answer of a call; none while the service is away.
async fn call(request: reqwest::RequestBuilder) -> Option<(StatusCode, Value)> {
    let response = request.timeout(PATIENCE).send().await;
    if let Ok(response) = response {
        let status = response.status();
        if let Ok(body) = response.json().await {
            return Some((status, body));
        }
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    None
}

/// What a subscription has come to.
#[derive(Debug)]
struct Count {
    limit: i64,
    used_requests: i64,
    used_tokens: i64,
    reserved: i64,
    /// What the open turns hold back, the most that one did, and what the others used beyond what they had held back.
    held: i64,
    most: i64,
    beyond: i64,
}

async fn count(app: &TestApp) -> Count {
    let sql = "SELECT usage_limit, used_requests, used_tokens, reserved, \
               (SELECT CAST(COALESCE(SUM(t.reserved), 0) AS BIGINT) FROM turns t WHERE t.ended_at IS NULL), \
               (SELECT CAST(COALESCE(MAX(t.reserved), 0) AS BIGINT) FROM turns t), \
               (SELECT CAST(COALESCE(SUM(t.tokens - t.reserved), 0) AS BIGINT) FROM turns t WHERE t.ended_at IS NOT NULL \
               AND t.tokens > t.reserved AND t.idempotency_key IS NOT NULL) FROM subscriptions";
    let rows = app.sql::<(i64, i64, i64, i64, i64, i64, i64)>(sql).await.unwrap();
    let [(limit, used_requests, used_tokens, reserved, held, most, beyond)] = rows[..] else { panic!("{rows:?}") };
    Count { limit, used_requests, used_tokens, reserved, held, most, beyond }
}

/// What holds at every moment.
fn check(count: &Count, unit: &str) {
    assert_eq!(count.reserved, count.held, "{count:?}");
    match unit {
        "requests" => assert!(count.used_requests + count.reserved <= count.limit, "{count:?}"),
        // The last that was admitted may hold back more than was left, and each may have been estimated wrongly.
        _ => assert!(count.used_tokens + count.reserved < count.limit + count.most + count.beyond, "{count:?}"),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_never_exceed_the_limit(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(("requests", 1_000), ("tokens", 1_000), ("tokens", 50_000))] left: (&str, i64),
) {
    let ((unit, left), seed) = (left, rand::random());
    println!("{database:?}, {left} {unit}: seed {seed}");
    let model = Arc::new(FakeModel::start().await.unwrap());
    model.always(Behaviour::tokens(2).honest());
    let service = service(database, &model)
        .env("BESEDA__LLM__SYSTEM_TEXT", "Кратко.")
        .env("BESEDA__LLM__RETRIES", 0)
        .env("BESEDA__LLM__MAX_ANSWER_TOKENS", 12);
    let mut app = service.start().await.unwrap();
    let anna = app.register("Анна").await;
    let mut devices = Vec::new();
    for number in 0..CLIENTS {
        let random = StdRng::seed_from_u64(u64::wrapping_add(seed, number as u64));
        let session = anna.session().await;
        assert_eq!(anna.send(session, "Привет").await.0, StatusCode::CREATED);
        devices.push(Device { person: anna.at(app.base_url()), session, name: format!("c{number}"), random });
    }
    let used = if unit == "requests" { "used_requests" } else { "used_tokens" };
    let sql = format!("UPDATE subscriptions SET unit = '{unit}', usage_limit = {used} + {left}");
    assert_eq!(app.execute(&sql).await.unwrap(), 1);

    let mut random = StdRng::seed_from_u64(seed);
    (0..20_000).for_each(|_| model.next(behaviour(&mut random)));
    let mut work = JoinSet::new();
    devices.into_iter().for_each(|device| drop(work.spawn(device.work())));
    let (mut kills, mut sent) = (0, 0);
    while kills < KILLS && !work.is_empty() {
        let life = random.random_range(100..400);
        tokio::time::sleep(Duration::from_millis(life)).await;
        app.kill9().await;
        let count = count(&app).await;
        check(&count, unit);
        app.restart().await.unwrap();
        kills += 1;
        while let Some(done) = work.try_join_next() {
            sent += done.unwrap();
        }
    }
    sent += in_time(240, "everything is spent", work.join_all()).await.into_iter().sum::<usize>();
    within(20, "every turn has its end", || async { books::open_turns(&app).await == 0 }).await;

    let count = count(&app).await;
    println!("{database:?}, {left} {unit}: {kills} kills, {sent} messages, {count:?}, {:?}", books::ends(&app).await);
    check(&count, unit);
    match unit {
        "requests" => assert_eq!(count.used_requests, count.limit),
        _ => assert!(count.used_tokens >= count.limit),
    }
    books::assert_balanced(&app).await;
    let verified = app.run(&["verify"]).await.unwrap();
    assert!(verified.success, "{}{}", verified.stdout, verified.stderr);
}

#[rstest]
#[tokio::test]
async fn nobody_is_refused_for_what_a_crashed_turn_held_back(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values("requests", "tokens")] unit: &str,
) {
    let model = FakeModel::start().await.unwrap();
    model.always(Behaviour::tokens(3).hang_after(0));
    let mut app = service(database, &model).start().await.unwrap();
    let anna = app.register("Анна").await;
    let limit = if unit == "requests" { 1 } else { 1_000 };
    app.execute(&format!("UPDATE subscriptions SET unit = '{unit}', usage_limit = {limit}")).await.unwrap();
    let message = anna.send_later(anna.session().await, "Всё, что есть").await;
    let subscription = anna.subscription().await;
    assert_eq!((&subscription["reserved"], &subscription["remaining"]), (&limit.into(), &0.into()));
    assert_eq!(anna.send(anna.session().await, "Ещё").await.0, StatusCode::PAYMENT_REQUIRED, "a living turn has it");
    // It is killed before the model has said anything.
    app.kill9().await;
    model.always(Behaviour::tokens(3));
    app.restart().await.unwrap();
    let (status, _, body) = anna.send(anna.session().await, "Теперь").await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let lost = anna.resume(message, None).await.rest().await;
    assert_eq!(lost.last().unwrap().name, "error");
    books::assert_balanced(&app).await;
}
