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
    app::{Database, Person, TestApp, answer, id_of, joined},
    model::{Behaviour, FakeModel},
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    books,
    client::{Client, Sent, repeat},
    speech::{Speech, is_beginning},
    support::{done, read, service, within},
};

const CLIENTS: u64 = 16;

/// A row of `turns`, and the text of its answer.
#[derive(Clone)]
struct Row {
    id: Uuid,
    message_id: Uuid,
    node_id: Uuid,
    state: String,
    answered: bool,
    text: Option<String>,
}

fn number_from(variable: &str, default: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_nothing(#[case] database: Database) {
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
    let (mut killed, mut written) = (Vec::new(), HashMap::new());
    for kill in 1..=kills {
        // Now and then it lives long enough for checkpoints to matter.
        let life = if kill % 10 == 0 { random.random_range(2_000..4_000) } else { random.random_range(50..700) };
        tokio::time::sleep(Duration::from_millis(life)).await;
        closing.store(kill == kills, SeqCst);
        written.extend(written_down(&app).await);
        killed.push(Instant::now());
        app.kill9().await;
        app.restart().await.unwrap();
    }
    let restarted = Instant::now();
    let clients = clients.join_all().await;
    within(60, "every turn has its end", || async { books::open_turns(&app).await == 0 }).await;
    let settled = restarted.elapsed();

    books::assert_balanced(&app).await;
    let resumed: usize = clients.iter().map(|client| client.resumed).sum();
    let (turns, killed) = (turns(&app).await, by_node(&app, killed).await);
    let (mut figures, mut people) = (Figures::default(), JoinSet::new());
    for client in clients {
        let (person, sent) = client.into_sent();
        let turns = turns.get(&person.id).cloned().unwrap_or_default();
        figures.add(&sent);
        figures.lost.extend(sent.iter().filter_map(|sent| check(sent, &turns[&sent.key], &killed, &written)));
        people.spawn(replay(person, sent));
    }
    assert!(!written.is_empty(), "no answer was ever written down before its end");
    assert_eq!(turns.values().map(HashMap::len).sum::<usize>(), figures.sends, "turns that nobody asked for");
    let asked = "SELECT COUNT(DISTINCT message_text) - COUNT(*) FROM messages WHERE sender = 'user'";
    assert_eq!(app.query_i64(asked).await.unwrap(), 0, "messages are there twice");
    people.join_all().await;
    assert_eq!(books::open_turns(&app).await, 0, "replays begin nothing");
    books::assert_balanced(&app).await;
    println!(
        "{database:?}: {kills} kills in {:.0} s; settled {:.1} s after the last start; {} sends, {} repeated after an \
         outage, {} acknowledged; {resumed} streams taken up again; {} answers written down in part; {} cut off while \
         heard, which lost at most {:.2} s of it; ends {:?}; {} asked of the model",
        begun.elapsed().as_secs_f64(),
        settled.as_secs_f64(),
        figures.sends,
        figures.repeated,
        figures.acknowledged,
        written.len(),
        figures.lost.len(),
        figures.lost.iter().max().unwrap_or(&Duration::ZERO).as_secs_f64(),
        books::ends(&app).await,
        model.request_count(),
    );
}

#[rstest]
#[tokio::test]
async fn an_answer_keeps_what_was_written_down(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let model = FakeModel::start().await.unwrap();
    model.always(Behaviour::tokens(1_000).chunk_delay(Duration::from_millis(25)));
    let mut app = service(database, &model).start().await.unwrap();
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let mut stream = anna.open_stream(session, "Расскажи").await;
    let accepted = stream.until("accepted").await.json();
    let (message, turn) = (id_of(&accepted["message_id"]), id_of(&accepted["turn_id"]));
    let heard = read(&mut stream, 40).await;
    // What its person has heard is not long without being written down.
    let length = heard.chars().count() as u64;
    within(20, "what was heard is written down", || async {
        written_down(&app).await.get(&turn).is_some_and(|written| *written >= length)
    })
    .await;
    app.kill9().await;
    app.restart().await.unwrap();
    let events = anna.resume(message, None).await.rest().await;
    let told = done(&events);
    let text = told["message_text"].as_str().unwrap();
    assert_eq!(
        (joined(&events).as_str(), &told["status"], &told["finish_reason"]),
        (text, &"partial".into(), &"interrupted".into())
    );
    assert!(is_beginning(text) && text.starts_with(&heard), "{} of {length} characters are left", text.chars().count());
    books::assert_balanced(&app).await;
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
    type Columns = (String, Uuid, Uuid, Uuid, Uuid, String, bool, Option<String>);
    let sql = "SELECT t.idempotency_key, t.user_id, t.id, t.message_id, t.node_id, t.state, t.answered, m.message_text \
               FROM turns t LEFT JOIN messages m ON m.id = t.ai_message_id";
    let mut people: HashMap<Uuid, HashMap<String, Row>> = HashMap::new();
    for (key, user, id, message_id, node_id, state, answered, text) in app.sql::<Columns>(sql).await.unwrap() {
        let row = Row { id, message_id, node_id, state, answered, text };
        assert!(people.entry(user).or_default().insert(key, row).is_none(), "a key has two turns");
    }
    people
}

/// How much of the answers under way is in the database, in characters, by turn.
async fn written_down(app: &TestApp) -> HashMap<Uuid, u64> {
    let sql = "SELECT id, CAST(LENGTH(partial_text) AS BIGINT) FROM turns WHERE ended_at IS NULL AND partial_text IS NOT NULL";
    let rows = app.sql::<(Uuid, i64)>(sql).await.unwrap();
    rows.into_iter().map(|(turn, length)| (turn, length.try_into().expect("a length"))).collect()
}

/// When each process was killed; the last one was not.
async fn by_node(app: &TestApp, killed: Vec<Instant>) -> HashMap<Uuid, Instant> {
    let nodes = app.sql::<(Uuid,)>("SELECT id FROM nodes ORDER BY started_at").await.unwrap();
    assert_eq!(nodes.len(), killed.len() + 1, "each start is a node");
    nodes.into_iter().map(|(node,)| node).zip(killed).collect()
}

/// Checks a turn against what its client knows of it; how much of it was lost, in time, if a kill ended it.
fn check(sent: &Sent, turn: &Row, killed: &HashMap<Uuid, Instant>, written: &HashMap<Uuid, u64>) -> Option<Duration> {
    let (key, state) = (&sent.key, turn.state.as_str());
    let acknowledged = sent.acknowledged.expect("every client waited for it");
    assert_eq!(acknowledged, (turn.message_id, turn.id), "{key} is another turn than its client was told");
    assert!(matches!(state, "complete" | "stopped" | "interrupted" | "failed"), "{key}: {state}");
    assert_eq!(turn.answered, turn.text.is_some(), "{key}");
    let text = turn.text.as_deref().unwrap_or_default();
    assert!(is_beginning(text), "{key}: the model never said {text}");
    if let Some(told) = &sent.told {
        assert_eq!(text, told, "{key} is not what its client was told as the last");
    }
    let stored = text.chars().count() as u64;
    assert!(written.get(&turn.id).is_none_or(|written| *written <= stored), "{key} lost what was written down");
    let cut = sent.heard.iter().find(|(_, position)| *position > stored);
    let kill = killed.get(&turn.node_id).copied();
    assert!(cut.is_none() || kill.is_some(), "{key} ({state}) lost text without a kill");
    let (heard, kill) = (sent.heard.first()?, kill?);
    let lost = cut.map_or(Duration::ZERO, |(at, _)| kill.saturating_duration_since(*at));
    (state == "interrupted" && heard.0 < kill).then_some(lost)
}

/// Sends everything again: the same turns must answer.
async fn replay(person: Person, sent: Vec<Sent>) {
    for sent in sent {
        let (status, _, body) = answer(repeat(&person, &sent).header("prefer", "respond-async")).await;
        assert_eq!(status, 202, "{}: {body}", sent.key);
        assert_eq!(Some((id_of(&body["message_id"]), id_of(&body["turn_id"]))), sent.acknowledged, "{}", sent.key);
    }
}
