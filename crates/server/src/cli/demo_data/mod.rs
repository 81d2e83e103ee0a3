//! `beseda demo-data`: people and dialogues to try figures and pages with. All of it adds up, as `beseda verify` sees it.
//!
//! `person` joins and pays, `talk` asks and is answered.

mod person;
mod talk;

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use self::person::Person;
use super::{CliError, open_database, print_line};
use crate::{
    billing::plan,
    clock::Clock,
    config::Config,
    db::{Db, Result, figures},
};

/// Questions of a dialogue, before the next one begins.
const DIALOGUE: u64 = 20;
/// Questions of a transaction: a whole number of dialogues.
const BATCH: u64 = 500;
/// How many people talk at once.
const AT_ONCE: usize = 4;
/// How far back the oldest dialogue lies.
const PAST: Duration = Duration::from_secs(90 * 86_400 + 3_600);

/// Adds `people` people who have written and received `messages` messages in all.
pub(super) async fn demo_data(config: &Config, people: u64, messages: u64) -> std::result::Result<(), CliError> {
    let db = open_database(config).await?;
    let now = Clock::System.now();
    plan::seed(&db, &config.plans, now).await?;
    let (questions, people) = (messages / 2, people.max(1));
    let adding = stream::iter(0..people).map(|index| {
        // The first ones take what does not divide.
        let own = questions / people + u64::from(index < questions % people);
        add(&db, Person::new(index, own, now, config))
    });
    adding.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    // What is new lies in the past, which may have been counted.
    db.write(move |tx| Box::pin(async move { figures::forget(tx).await })).await?;
    db.close().await;
    print_line(&format!("{people} people, {} messages", questions * 2))
}

async fn add(db: &Db, person: Person) -> Result<()> {
    let person = Arc::new(person);
    let begin = person.clone();
    let begun = db.write(move |tx| {
        let person = begin.clone();
        Box::pin(async move { person.begin(tx).await })
    });
    begun.await?;
    let mut done = 0;
    while done < person.questions {
        let until = person.questions.min(done + BATCH);
        let person = person.clone();
        let talked = db.write(move |tx| {
            let person = person.clone();
            Box::pin(async move { person.talk(tx, done, until).await })
        });
        talked.await?;
        done = until;
    }
    let ended = db.write(move |tx| {
        let person = person.clone();
        Box::pin(async move { person.end(tx).await })
    });
    ended.await
}

/// One of a few, by turns.
fn pick<T: Copy, const N: usize>(of: &[T; N], index: u64) -> T {
    of[usize::try_from(index).unwrap_or(0) % N]
}
