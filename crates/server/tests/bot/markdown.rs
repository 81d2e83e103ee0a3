//! Any answer arrives whole: what models write, streamed in pieces of any size, makes only calls that Telegram takes.

use std::{fs, path::Path, time::Duration};

use futures_util::future::join_all;
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use rstest::rstest;
use testkit::{app::Database, model::Behaviour, telegram::Person};

use crate::support::{Stage, for_the_model, within, without_spaces};

/// Answers as models give them.
fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bot-text/tests/corpus");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut corpus: Vec<_> = files
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    corpus.sort();
    assert!(corpus.len() >= 9);
    corpus
}

/// A text in pieces of 1 to 40 characters.
fn pieces(text: &str, seed: u64) -> Vec<String> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut rest = text.chars().peekable();
    let mut pieces = Vec::new();
    while rest.peek().is_some() {
        pieces.push(rest.by_ref().take(random.random_range(1..=40)).collect());
    }
    pieces
}

/// Asks something that the model answers so.
async fn asks(stage: &Stage, person: &Person, answer: &str, seed: u64) {
    let pieces = pieces(answer, seed);
    let pause = Duration::from_millis(3_000) / u32::try_from(pieces.len()).unwrap();
    stage.asks(person, "Вопрос", Behaviour::deltas(pieces).chunk_delay(pause)).await;
}

/// The messages of the answer, once it has come.
async fn answered(person: &Person) -> Vec<String> {
    within(90, "the answer has come", async || !for_the_model(person).is_empty()).await;
    // The first message was help.
    person.answers().split_off(1).into_iter().map(|message| message.text).collect()
}

fn assert_whole(name: &str, seed: u64, messages: &[String], answer: &str) {
    let (joined, whole) = (without_spaces(&messages.concat()), without_spaces(&bot_text::text(answer)));
    assert_eq!(joined, whole, "{name}, seed {seed}");
}

#[rstest]
#[tokio::test]
async fn what_models_write_arrives(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(true, false)] drafts: bool,
) {
    let seed = rand::random_range(0..1 << 32);
    println!("seed {seed}");
    let stage = Stage::start(database).await;
    stage.telegram.refuse_drafts(!drafts);
    let corpus = corpus();
    let people = join_all(corpus.iter().map(|(name, _)| stage.met(name))).await;
    for ((_, answer), person) in corpus.iter().zip(&people) {
        asks(&stage, person, answer, seed).await;
    }
    for ((name, answer), person) in corpus.iter().zip(&people) {
        assert_whole(name, seed, &answered(person).await, answer);
        assert_eq!(person.drafts().is_empty(), !drafts);
    }
    stage.ends_balanced().await;
    assert_all_taken(&stage);
}

#[rstest]
#[tokio::test]
async fn forty_thousand_characters_arrive(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let seed = rand::random_range(0..1 << 32);
    println!("seed {seed}");
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let all: String = corpus().into_iter().map(|(_, answer)| answer + "\n\n").collect();
    let mut answer = String::new();
    while answer.chars().count() < 40_000 {
        answer += &all;
    }
    asks(&stage, &anna, &answer, seed).await;
    let messages = answered(&anna).await;
    assert!(messages.len() >= 10, "{}", messages.len());
    assert_whole("everything", seed, &messages, &answer);
    stage.ends_balanced().await;
    assert_all_taken(&stage);
}

/// Whatever was sent was taken as it was.
fn assert_all_taken(stage: &Stage) {
    let calls = stage.telegram.calls();
    let shows = |method: &str| ["sendMessage", "sendMessageDraft", "editMessageText"].contains(&method);
    let refused: Vec<_> =
        calls.iter().filter(|call| shows(&call.method) && !call.succeeded() && call.code != 404).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
