//! Everything at once: 500 chats, updates that come twice and in any order, calls that fail in every way, and a process
//! that is killed again and again. Every message ends once, in its order, and nothing is sent twice without a reason.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::LazyLock,
    time::{Duration, Instant},
};

use rstest::rstest;
use testkit::{
    app::Database,
    model::Behaviour,
    telegram::{Disorder, Faults, Person, Shown},
};

use crate::{
    books,
    support::{Mode, Stage, ru, within},
};

const CHATS: usize = 500;
/// How many messages each chat writes (`BESEDA_TEST_CHAOS_MESSAGES` for another number).
static MESSAGES: LazyLock<usize> = LazyLock::new(|| {
    let wanted = std::env::var("BESEDA_TEST_CHAOS_MESSAGES").ok();
    wanted.map_or(3, |number| number.parse().unwrap())
});
const KILLS: u64 = 20;
/// What may lie between a message that arrived and the note that it did: a process killed there repeats it.
const UNNOTED: Duration = Duration::from_secs(10);

#[rstest]
#[case::sqlite(Database::Sqlite, Mode::Polling)]
#[case::postgres(Database::Postgres, Mode::Webhook)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_ends_once(#[case] database: Database, #[case] mode: Mode) {
    let seed = RandomState::new().hash_one(0) >> 1;
    println!("seed {seed}");
    let Stage { mut app, telegram, model } = Stage::start_with(database, mode, |builder| builder).await;
    model.always(Behaviour::echo().first_delay(Duration::from_millis(200)).chunk_delay(Duration::from_millis(50)));
    telegram.faults(Faults::of_every_kind(seed, 0.05));
    telegram.silence(Duration::from_secs(2));
    telegram.pushing(Duration::from_secs(5), Duration::from_millis(100), Duration::from_secs(1));
    telegram.disorder(Disorder { seed, again: 0.05, copied: 0.05, shuffled: 0.5, within_chats: true });

    let people: Vec<Person> = (0..CHATS).map(|n| telegram.person(&format!("Гость {n}"), "ru")).collect();
    let begun = Instant::now();
    for number in 0..*MESSAGES {
        for (index, person) in people.iter().enumerate() {
            person.says(&question(index, number)).await;
        }
    }
    let mut kills = Vec::new();
    for kill in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(500 + (seed / (kill + 1)) % 4_000)).await;
        app.kill9().await;
        kills.push(Instant::now());
        app.restart().await.unwrap();
    }
    let open = "SELECT (SELECT COUNT(*) FROM turns WHERE ended_at IS NULL) + \
                (SELECT COUNT(*) FROM deliveries WHERE ended_at IS NULL) + \
                (SELECT COUNT(*) FROM telegram_updates WHERE done_at IS NULL)";
    telegram.all_received().await.unwrap();
    within(420, "everything has ended", async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        app.query_i64(open).await.unwrap() == 0
    })
    .await;
    println!("{:.0} s, {:?}", begun.elapsed().as_secs_f64(), books::ends(&app).await);

    books::assert_balanced(&app).await;
    let turns = app.query_i64("SELECT COUNT(*) FROM turns").await.unwrap();
    assert_eq!(turns, i64::try_from(CHATS * *MESSAGES).unwrap(), "each message is one turn");
    let dialogues = app.query_i64("SELECT COUNT(DISTINCT session_id) FROM turns").await.unwrap();
    assert_eq!(dialogues, i64::try_from(CHATS).unwrap(), "each chat is one dialogue");
    assert!(telegram.violations().is_empty(), "{:#?}", telegram.violations());
    for (index, person) in people.iter().enumerate() {
        in_order(index, &person.answers(), &person.printed());
    }
    let excused: usize = people.iter().map(|person| repetitions(&person.answers(), &kills)).sum();
    let pace = telegram.pace();
    println!("{excused} messages were repeated, each for a reason; {pace:?}");
    assert!(pace.per_chat <= 2 && pace.overall <= 5 * 30, "{pace:?}");
}

fn question(person: usize, number: usize) -> String {
    format!("Что значит слово {person}-{number}?")
}

/// The ends of a chat's messages: each its answer, a part of it, or a notice, in the order in which they were asked.
/// Repetitions, which are judged elsewhere, count once.
fn in_order(person: usize, answers: &[Shown], printed: &str) {
    let mut ends: Vec<&Shown> = answers.iter().filter(|message| message.button("again:").is_some()).collect();
    let mut seen = HashMap::new();
    ends.retain(|message| seen.insert(again(message), ()).is_none());
    assert_eq!(ends.len(), *MESSAGES, "{printed}");
    for (number, end) in ends.iter().enumerate() {
        // The model repeats what it is asked, questions without an answer joined with the next one.
        let asked = |from: usize| (from..=number).map(|n| question(person, n)).collect::<Vec<_>>().join("\n\n");
        let partial = ru("answer-partial");
        let is_whole = (0..=number).any(|from| end.text == asked(from));
        let part = end.text.strip_suffix(&partial).map(str::trim_end);
        let is_part = part.is_some_and(|part| (0..=number).any(|from| asked(from).starts_with(part)));
        let is_notice = [ru("interrupted-notice"), ru("failed-internal")].contains(&end.text);
        assert!(is_whole || is_part || is_notice, "{number}: {:?}\n{printed}", end.text);
    }
}

/// How many messages of a chat were repeated; each must have a reason: the bot was not told of the first, or was killed
/// before it could note it.
fn repetitions(answers: &[Shown], kills: &[Instant]) -> usize {
    let mut last: HashMap<(String, &str), &Shown> = HashMap::new();
    let mut repeated = 0;
    for message in answers {
        if let Some(before) = last.insert((again(message), &message.text), message) {
            let killed = kills.iter().any(|kill| *kill >= before.at && *kill <= before.at + UNNOTED);
            assert!(!before.told || killed, "sent twice for no reason: {before:#?}\n{message:#?}");
            repeated += 1;
        }
    }
    repeated
}

/// Which question a message ends, as its button says.
fn again(message: &Shown) -> String {
    let buttons = message.buttons.iter().flatten();
    buttons.filter_map(|button| button.data.clone()).find(|data| data.starts_with("again:")).unwrap_or_default()
}
