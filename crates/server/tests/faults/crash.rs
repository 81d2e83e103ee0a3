//! `kill -9` at random moments under busy clients: nothing that was acknowledged is lost, doubled or charged twice.

use std::{
    collections::HashMap,
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rstest::rstest;
use testkit::{
    app::{Database, Person, TestApp, answer, id_of},
    model::FakeModel,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    books,
    client::{Client, Sent, repeat},
    speech::{Speech, is_beginning},
    support::{service, within},
};

const CLIENTS: u64 = 16;
/// The most of an answer that a crash may lose: checkpoints are a second apart, the rest is for a busy machine.
const LOST: Duration = Duration::from_millis(2_500);

/// A row of `turns`, and the text of its answer.
type Row = (String, Uuid, Uuid, String, bool, Option<String>);

fn number_from(variable: &str, default: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_kills_lose_nothing(#[case] database: Database) {
    let (kills, seed) = (number_from("BESEDA_TEST_KILLS", 200), number_from("BESEDA_TEST_SEED", rand::random()));
    println!("{database:?}: BESEDA_TEST_SEED={seed}");
    let begun = Instant::now();
    let model = Arc::new(FakeModel::start().await.unwrap());
    let _speech = Speech::varied(&model, seed);
    let service = service(database, &model).env("BESEDA__LLM__SILENCE_SECONDS", 3).env("BESEDA__LLM__RETRIES", 0);
    let mut app = service.start().await.unwrap();

    let closing = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let random = StdRng::seed_from_u64(seed.wrapping_add(1 + number));
        let person = app.register(&format!("Клиент {number}")).await;
        let client = Client::new(person, format!("c{number}"), random, closing.clone()).await;
        clients.spawn(client.work());
    }

    let mut random = StdRng::seed_from_u64(seed);
    let mut killed = Vec::new();
    for kill in 1..=kills {
        // Now and then it lives long enough for checkpoints to matter.
        let life = if kill % 10 == 0 { random.random_range(2_000..4_000) } else { random.random_range(50..700) };
        tokio::time::sleep(Duration::from_millis(life)).await;
        closing.store(kill == kills, SeqCst);
        killed.push(Instant::now());
        app.kill9().await;
        app.restart().await.unwrap();
    }
    let restarted = Instant::now();
    let clients = clients.join_all().await;
    let left = Duration::from_secs(10).saturating_sub(restarted.elapsed());
    within(left.as_secs() + 1, "every turn has its end", || async { books::open_turns(&app).await == 0 }).await;
    let settled = restarted.elapsed();

    books::assert_balanced(&app).await;
    let resumed: usize = clients.iter().map(|client| client.resumed).sum();
    let turns = turns(&app).await;
    let (mut figures, mut people) = (Figures::default(), JoinSet::new());
    for client in clients {
        let (person, sent) = client.into_sent();
        let turns = turns.get(&person.id).cloned().unwrap_or_default();
        figures.add(&sent);
        figures.lost.extend(sent.iter().filter_map(|sent| check(sent, &turns[&sent.key], &killed)));
        people.spawn(replay(person, sent));
    }
    assert_eq!(turns.values().map(HashMap::len).sum::<usize>(), figures.sends, "turns that nobody asked for");
    let asked = "SELECT COUNT(DISTINCT message_text) - COUNT(*) FROM messages WHERE sender = 'user'";
    assert_eq!(app.query_i64(asked).await.unwrap(), 0, "messages are there twice");
    people.join_all().await;
    assert_eq!(books::open_turns(&app).await, 0, "replays begin nothing");
    books::assert_balanced(&app).await;
    println!(
        "{database:?}: {kills} kills in {:.0} s; settled {:.1} s after the last start; {} sends, {} repeated after an \
         outage, {} acknowledged; {resumed} streams taken up again; {} answers cut off \
         while heard, which lost at most {:.2} s of it; ends {:?}; {} asked of the model",
        begun.elapsed().as_secs_f64(),
        settled.as_secs_f64(),
        figures.sends,
        figures.repeated,
        figures.acknowledged,
        figures.lost.len(),
        figures.lost.iter().max().unwrap_or(&Duration::ZERO).as_secs_f64(),
        books::ends(&app).await,
        model.request_count(),
    );
}

#[derive(Default)]
struct Figures {
    sends: usize,
    repeated: usize,
    acknowledged: usize,
    /// How much each answer that a kill ended lost of what its client had heard.
    lost: Vec<Duration>,
}

impl Figures {
    fn add(&mut self, sent: &[Sent]) {
        self.sends += sent.len();
        self.repeated += sent.iter().filter(|sent| sent.tries > 1).count();
        self.acknowledged += sent.iter().filter(|sent| sent.acknowledged.is_some()).count();
    }
}

/// All turns of all people by key.
async fn turns(app: &TestApp) -> HashMap<Uuid, HashMap<String, Row>> {
    let sql = "SELECT t.idempotency_key, t.user_id, t.id, t.message_id, t.state, t.answered, m.message_text \
               FROM turns t LEFT JOIN messages m ON m.id = t.ai_message_id";
    let rows = app.sql::<(String, Uuid, Uuid, Uuid, String, bool, Option<String>)>(sql).await.unwrap();
    let mut people: HashMap<Uuid, HashMap<String, Row>> = HashMap::new();
    for (key, user, turn, message, state, answered, text) in rows {
        let row = (key.clone(), turn, message, state, answered, text);
        assert!(people.entry(user).or_default().insert(key, row).is_none(), "a key has two turns");
    }
    people
}

/// Checks a turn against what its client knows of it; how much of it was lost, in time, if a kill ended it.
fn check(sent: &Sent, (key, turn, message, state, answered, text): &Row, killed: &[Instant]) -> Option<Duration> {
    let acknowledged = sent.acknowledged.expect("every client waited for it");
    assert_eq!(acknowledged, (*message, *turn), "{key} is another turn than its client was told");
    assert!(matches!(state.as_str(), "complete" | "stopped" | "interrupted" | "failed"), "{key}: {state}");
    assert_eq!(*answered, text.is_some(), "{key}");
    let text = text.as_deref().unwrap_or_default();
    assert!(is_beginning(text), "{key}: the model never said {text}");
    if let Some(told) = &sent.told {
        assert_eq!(text, told, "{key} is not what its client was told as the last");
    }
    let Some((first, _)) = sent.heard.first() else { return None };
    // A turn does not outlive the process that runs it.
    let kill = killed.iter().find(|kill| *kill > first)?;
    let stored = text.chars().count() as u64;
    let lost = sent.heard.iter().find(|(_, position)| *position > stored).map(|(at, _)| kill.saturating_duration_since(*at));
    let lost = lost.unwrap_or_default();
    assert!(lost < LOST, "{key} ({state}): its client lost what it had heard {lost:?} before the kill");
    (state == "interrupted").then_some(lost)
}

/// Sends everything again: the same turns must answer.
async fn replay(person: Person, sent: Vec<Sent>) {
    for sent in sent {
        let (status, _, body) = answer(repeat(&person, &sent).header("prefer", "respond-async")).await;
        assert_eq!(status, 202, "{}: {body}", sent.key);
        assert_eq!(Some((id_of(&body["message_id"]), id_of(&body["turn_id"]))), sent.acknowledged, "{}", sent.key);
    }
}
