//! The bot at an emulator that others wrote: `telegram-test-api` from npm. It has no drafts, so what is shown while an
//! answer comes is a message that is edited.

use std::{path::Path, process::Stdio, time::Duration};

use beseda::telegram::texts::{Lang, text};
use rstest::rstest;
use serde_json::Value;
use testkit::{
    app::{Database, TestApp},
    model::{Behaviour, FakeModel},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::OnceCell,
};

use crate::support::{BINARY, within};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/emulator");
const TOKEN: &str = "7000000077:of-the-emulator";
/// The longest that the bot may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Installs the emulator once.
async fn install() {
    static INSTALLED: OnceCell<()> = OnceCell::const_new();
    INSTALLED
        .get_or_init(|| async {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(FOLDER);
            let output = npm.output().await.expect("npm runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        })
        .await;
}

/// The emulator, and the one person in it.
struct Emulator {
    _process: Child,
    says: ChildStdin,
    shows: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Emulator {
    async fn start() -> Self {
        install().await;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new("node")
            .args(["talk.cjs", &port.to_string(), TOKEN])
            .current_dir(Path::new(FOLDER))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let says = process.stdin.take().unwrap();
        let shows = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut emulator = Self { _process: process, says, shows, url: String::new() };
        emulator.url = emulator.next().await["ready"].as_str().expect("it is ready").to_owned();
        emulator
    }

    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.shows.next_line()).await.expect("the bot shows something");
        serde_json::from_str(&line.unwrap().expect("the emulator runs")).unwrap()
    }

    async fn says(&mut self, words: &str) {
        self.says.write_all(format!("{words}\n").as_bytes()).await.unwrap();
    }

    /// What the bot shows until one message is `wanted`: each message's number and text, as often as it changes.
    async fn until(&mut self, wanted: &str) -> Vec<(i64, String)> {
        let mut shown = Vec::new();
        loop {
            let next = self.next().await;
            let text = next["text"].as_str().unwrap_or_default().to_owned();
            shown.push((next["message_id"].as_i64().unwrap(), text));
            if shown.last().is_some_and(|(_, text)| text == wanted) {
                return shown;
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn it_holds_a_plain_conversation(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut emulator = Emulator::start().await;
    let model = FakeModel::start().await.unwrap();
    let builder = TestApp::builder(BINARY, database).model(&model);
    let builder = builder.env("BESEDA__TELEGRAM__TOKEN", TOKEN).env("BESEDA__TELEGRAM__API_URL", &emulator.url);
    let app = builder.start().await.unwrap();

    emulator.says("/help").await;
    emulator.until(&text(Lang::En, "help", &[])).await;
    model.next(Behaviour::answer("Short and sweet."));
    emulator.says("Hello").await;
    emulator.until("Short and sweet.").await;
    let words: Vec<String> = (0..60).map(|n| format!("word{n} ")).collect();
    let whole = words.concat().trim().to_owned();
    model.next(Behaviour::deltas(words).chunk_delay(Duration::from_millis(150)));
    emulator.says("Tell me more").await;
    let shown = emulator.until(&whole).await;
    // It grew in one message, and that one became the answer.
    assert!(shown.len() >= 3, "{shown:?}");
    for (message_id, text) in &shown {
        assert_eq!(*message_id, shown[0].0, "{shown:?}");
        assert!(whole.starts_with(text.as_str()), "{text}");
    }
    let stored = app.query_texts("SELECT message_text FROM messages WHERE sender = 'ai' ORDER BY created_at").await;
    assert_eq!(stored.unwrap()[1].trim(), whole);
    emulator.says("/again").await;
    within(30, "it is answered again", async || {
        app.query_i64("SELECT COUNT(*) FROM messages WHERE sender = 'ai'").await.unwrap() == 3
    })
    .await;
}
