//! How updates reach the bot.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use testkit::telegram::{Disorder, FakeTelegram};
use tokio::task::JoinSet;

use super::{call, done, refused, updates, with_anna};

fn ids(updates: &[Value]) -> Vec<i64> {
    updates.iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
}

fn texts(updates: &[Value]) -> Vec<&str> {
    updates.iter().filter_map(|update| update["message"]["text"].as_str()).collect()
}

#[tokio::test]
async fn an_offset_acknowledges() {
    let (telegram, anna) = with_anna().await;
    anna.says("два").await;
    anna.says("три").await;
    let all = updates(&telegram, 0).await;
    assert_eq!(texts(&all), ["/start", "два", "три"]);
    // Asked again without an acknowledgement, they come again.
    assert_eq!(updates(&telegram, 0).await, all);
    let limited = done(&telegram, "getUpdates", json!({"limit": 2})).await;
    assert_eq!(limited.as_array().unwrap()[..], all[..2]);
    assert_eq!(updates(&telegram, ids(&all)[1]).await, all[1..]);
    assert_eq!(telegram.pending(), 2);
    assert_eq!(updates(&telegram, ids(&all)[2] + 1).await, [] as [Value; 0]);
    assert_eq!(telegram.pending(), 0);
}

#[tokio::test]
async fn a_long_poll_waits_for_the_first_update() {
    let telegram = FakeTelegram::start().await.unwrap();
    let anna = telegram.person("Анна", "ru");
    let begun = Instant::now();
    assert_eq!(done(&telegram, "getUpdates", json!({"timeout": 1})).await, json!([]));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let speaking = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        anna.says("Привет").await;
    };
    let (got, _) = tokio::join!(done(&telegram, "getUpdates", json!({"timeout": 30})), speaking);
    assert_eq!(texts(got.as_array().unwrap()), ["Привет"]);
}

#[tokio::test]
async fn of_two_polls_the_older_is_told_of_the_conflict() {
    let telegram = FakeTelegram::start().await.unwrap();
    let anna = telegram.person("Анна", "ru");
    let older = refused(&telegram, "getUpdates", json!({"timeout": 30}));
    let newer = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        done(&telegram, "getUpdates", json!({"timeout": 30})).await
    };
    let speaking = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        anna.says("Привет").await;
    };
    let (conflict, got, ()) = tokio::join!(older, newer, speaking);
    assert!(conflict.starts_with("Conflict: terminated by other getUpdates request"), "{conflict}");
    assert_eq!(texts(got.as_array().unwrap()), ["Привет"]);
    done(&telegram, "setWebhook", json!({"url": "https://example.org/"})).await;
    let conflict = refused(&telegram, "getUpdates", json!({})).await;
    assert!(conflict.starts_with("Conflict: can't use getUpdates method while webhook is active"), "{conflict}");
    done(&telegram, "deleteWebhook", json!({"drop_pending_updates": true})).await;
    assert_eq!(updates(&telegram, 0).await, [] as [Value; 0]);
}

#[tokio::test]
async fn only_what_was_asked_for_comes() {
    let (telegram, anna) = with_anna().await;
    done(&telegram, "getUpdates", json!({"allowed_updates": ["my_chat_member"]})).await;
    anna.says("Привет").await;
    anna.blocks_bot().await;
    let kinds: Vec<_> = updates(&telegram, 0)
        .await
        .iter()
        .map(|update| update.as_object().unwrap().keys().nth(1).cloned().unwrap_or_default())
        .collect();
    // What was there before stays.
    assert_eq!(kinds.len(), 2);
    assert_eq!(done(&telegram, "getWebhookInfo", json!({})).await["allowed_updates"], json!(["my_chat_member"]));
}

#[tokio::test]
async fn disorder_repeats_copies_and_shuffles() {
    let telegram = FakeTelegram::start().await.unwrap();
    let disorder = Disorder { seed: 3, again: 0.3, copied: 0.3, shuffled: 1.0, within_chats: false };
    telegram.disorder(disorder.clone());
    let people: Vec<_> = (0..10).map(|number| telegram.person(&format!("P{number}"), "en")).collect();
    for round in 0..5 {
        for person in &people {
            person.says(&round.to_string()).await;
        }
    }
    let mut got = Vec::new();
    let mut offset = 0;
    loop {
        let batch = updates(&telegram, offset).await;
        let Some(last) = ids(&batch).into_iter().max() else { break };
        offset = offset.max(last + 1);
        got.extend(batch);
    }
    let all = ids(&got);
    let distinct: BTreeSet<_> = all.iter().collect();
    let messages: BTreeSet<_> = got
        .iter()
        .map(|update| (update["message"]["chat"]["id"].as_i64(), update["message"]["message_id"].as_i64()))
        .collect();
    assert_eq!(messages.len(), 50);
    assert!(distinct.len() > messages.len(), "none was copied");
    assert!(all.len() > distinct.len(), "none came again");
    assert!(!all.is_sorted(), "none was shuffled");
    // Within a chat the first of each keeps its place.
    for person in &people {
        let mut seen = BTreeSet::new();
        let own = got.iter().filter(|update| update["message"]["chat"]["id"] == person.id());
        let own: Vec<_> =
            own.map(|update| update["message"]["message_id"].as_i64()).filter(|id| seen.insert(*id)).collect();
        assert!(own.is_sorted(), "{own:?}");
    }
}

/// A webhook that answers with these statuses, then 200, and remembers what came.
#[derive(Clone, Default)]
struct Hook {
    statuses: Arc<Mutex<VecDeque<u16>>>,
    got: Arc<Mutex<Vec<Pushed>>>,
    /// How many come at once now, and at most.
    most: Arc<Mutex<(usize, usize)>>,
    arrived: Arc<AtomicUsize>,
    delay_ms: Arc<AtomicU64>,
}

struct Pushed {
    secret: Option<String>,
    update: Value,
}

impl Hook {
    async fn start(&self, tasks: &mut JoinSet<()>) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route("/hook", post(Self::receive)).with_state(self.clone());
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        url
    }

    async fn receive(State(hook): State<Self>, headers: HeaderMap, Json(update): Json<Value>) -> StatusCode {
        hook.arrived.fetch_add(1, Ordering::SeqCst);
        {
            let mut most = hook.most.lock().unwrap();
            most.0 += 1;
            most.1 = most.1.max(most.0);
        }
        tokio::time::sleep(Duration::from_millis(30 + hook.delay_ms.load(Ordering::SeqCst))).await;
        hook.most.lock().unwrap().0 -= 1;
        let secret = headers.get("x-telegram-bot-api-secret-token").map(|secret| secret.to_str().unwrap().to_owned());
        hook.got.lock().unwrap().push(Pushed { secret, update });
        StatusCode::from_u16(hook.statuses.lock().unwrap().pop_front().unwrap_or(200)).unwrap()
    }

    fn delay(&self, delay: Duration) {
        self.delay_ms.store(delay.as_millis() as u64, Ordering::SeqCst);
    }

    fn arrived(&self) -> usize {
        self.arrived.load(Ordering::SeqCst)
    }

    fn got(&self) -> Vec<Value> {
        self.got.lock().unwrap().iter().map(|pushed| pushed.update.clone()).collect()
    }
}

#[tokio::test]
async fn a_webhook_gets_each_update_until_it_accepts_it() {
    let (telegram, anna) = with_anna().await;
    let (hook, mut tasks) = (Hook::default(), JoinSet::new());
    hook.statuses.lock().unwrap().extend([500, 302, 200]);
    let url = hook.start(&mut tasks).await;
    done(&telegram, "setWebhook", json!({"url": url, "secret_token": "s3cret_-"})).await;
    anna.says("Привет").await;
    telegram.all_received().await.unwrap();
    let got = hook.got();
    assert_eq!(texts(&got), ["/start", "/start", "/start", "Привет"]);
    assert!(hook.got.lock().unwrap().iter().all(|pushed| pushed.secret.as_deref() == Some("s3cret_-")));
    let info = done(&telegram, "getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!(url), &json!(0)));
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 302");
    let (status, _) = call(&telegram, "deleteWebhook", &json!({})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_webhook_that_is_too_slow_gets_duplicates() {
    let (telegram, anna) = with_anna().await;
    let (hook, mut tasks) = (Hook::default(), JoinSet::new());
    let url = hook.start(&mut tasks).await;
    telegram.pushing(Duration::from_millis(100), Duration::from_millis(5), Duration::from_millis(5));
    // The timeout hits the answer, not the delivery: the webhook has the update already.
    hook.delay(Duration::from_millis(400));
    done(&telegram, "setWebhook", json!({"url": url})).await;
    let again = async {
        while hook.arrived() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.expect("the update comes again and again");
    assert_eq!(telegram.pending(), 1);
    telegram.pushing(Duration::from_secs(10), Duration::from_millis(5), Duration::from_millis(5));
    anna.says("Привет").await;
    telegram.all_received().await.unwrap();
    let info = done(&telegram, "getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Read timeout expired");
}

#[tokio::test]
async fn a_webhook_gets_several_chats_at_once_and_each_in_order() {
    let telegram = FakeTelegram::start().await.unwrap();
    let (hook, mut tasks) = (Hook::default(), JoinSet::new());
    let url = hook.start(&mut tasks).await;
    done(&telegram, "setWebhook", json!({"url": url, "max_connections": 4})).await;
    let people: Vec<_> = (0..8).map(|number| telegram.person(&format!("P{number}"), "en")).collect();
    for round in 0..3 {
        for person in &people {
            person.says(&round.to_string()).await;
        }
    }
    telegram.all_received().await.unwrap();
    let got = hook.got();
    assert_eq!(got.len(), 24);
    for person in &people {
        let own: Vec<_> = got.iter().filter(|update| update["message"]["chat"]["id"] == person.id()).cloned().collect();
        assert_eq!(texts(&own), ["0", "1", "2"]);
    }
    assert_eq!(hook.most.lock().unwrap().1, 4);
}
