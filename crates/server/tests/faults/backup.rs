//! A backup of a running SQLite database: consistent, whole, and a database that a service can start from.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use testkit::{
    app::{Database, Person, TestApp},
    model::FakeModel,
};
use tokio::task::JoinSet;

use crate::{books, speech::Speech, support::service};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_a_whole_database() {
    let model = Arc::new(FakeModel::start().await.unwrap());
    let _speech = Speech::varied(&model, 7);
    let app = service(Database::Sqlite, &model).start().await.unwrap();
    let enough = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for number in 0..8 {
        let person = app.register(&format!("Писатель {number}")).await;
        writers.spawn(write(person, enough.clone()));
    }
    let mut turns = 0;
    for number in 0..3 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let file = app.data_dir().join(format!("backup-{number}.db"));
        let ran = app.run(&["backup", file.to_str().unwrap()]).await.unwrap();
        assert!(ran.success && ran.stdout.contains("backup-"), "{ran:?}");
        let copied = check(&model, &file.display().to_string()).await;
        assert!(copied > turns, "{copied} turns, {turns} in the backup before");
        turns = copied;
        let again = app.run(&["backup", file.to_str().unwrap()]).await.unwrap();
        assert!(!again.success && again.stderr.contains("exists already"), "{again:?}");
    }
    enough.store(true, SeqCst);
    writers.join_all().await;
    println!("3 backups, the last of {turns} turns");
}

async fn write(person: Person, enough: Arc<AtomicBool>) {
    let session = person.session().await;
    while !enough.load(SeqCst) {
        person.send(session, "Дальше").await;
    }
}

/// Starts a service from a backup; gives the number of its turns.
async fn check(model: &FakeModel, file: &str) -> i64 {
    let url = format!("sqlite://{file}");
    let copy: TestApp = service(Database::Sqlite, model).database_url(url).start().await.unwrap();
    assert_eq!(copy.query_texts("PRAGMA integrity_check").await.unwrap(), ["ok"]);
    assert_eq!(copy.sql::<(String,)>("SELECT \"table\" FROM pragma_foreign_key_check").await.unwrap(), []);
    // The turns that ran in that moment were lost to the copy: they are settled like those of a crash.
    books::assert_balanced(&copy).await;
    copy.query_i64("SELECT COUNT(*) FROM turns").await.unwrap()
}
