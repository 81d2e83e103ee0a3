//! `docs/api.md`: every call of the guide is made, in its order, and answered as the guide says.

use std::{collections::BTreeSet, process::Stdio};

use rstest::rstest;
use testkit::{
    app::{Database, TestApp},
    google::FakeGoogle,
    telegram::{FakeTelegram, Person},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{
    google_sign_in::{issued, token},
    play::{PREMIUM, connected, premium},
    support::{BINARY, eventually, run},
};

const GUIDE: &str = include_str!("../../../../docs/api.md");
const RUSSIAN: &str = include_str!("../../../../docs/api.ru.md");
/// Where the guide's service is.
const BASE: &str = "http://127.0.0.1:8080";

/// What the guide consists of for this test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Calls.
    Calls(&'static str),
    /// What they are answered.
    Answers(&'static str),
    /// What happens elsewhere meanwhile; readers do not see it.
    Meanwhile(&'static str),
}

fn parts(guide: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = guide;
    while let Some((at, opening)) =
        ["```bash\n", "```http\n", "<!-- "].iter().filter_map(|opening| Some((rest.find(opening)?, *opening))).min()
    {
        let after = &rest[at + opening.len()..];
        let closing = if opening.starts_with('<') { " -->" } else { "```\n" };
        let (inside, behind) = after.split_once(closing).unwrap();
        parts.push(match opening {
            "```bash\n" => Part::Calls(inside),
            "```http\n" => Part::Answers(inside),
            _ => Part::Meanwhile(inside),
        });
        rest = behind;
    }
    parts
}

/// A shell in which the guide's calls are made one after the other.
struct Shell {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Shell {
    /// Says each status that curl gets, as `@@201`.
    const PRELUDE: &'static str =
        "set -eo pipefail; exec 2>&1; curl() { command curl \"$@\" -w '%{stderr}\\n@@%{http_code}\\n'; }\n";
    const END: &'static str = "@@end";

    async fn open(app: &TestApp) -> Self {
        let mut command = Command::new("bash");
        command.current_dir(app.data_dir()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(name);
        }
        let mut child = command.spawn().unwrap();
        let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        input.write_all(Self::PRELUDE.as_bytes()).await.unwrap();
        Self { _child: child, input, output: BufReader::new(output).lines() }
    }

    /// Runs a script; gives all that it says.
    async fn run(&mut self, script: &str) -> String {
        self.input.write_all(format!("{script}\necho; echo {}\n", Self::END).as_bytes()).await.unwrap();
        let mut said = String::new();
        while let Some(line) = self.output.next_line().await.unwrap() {
            if line == Self::END {
                return said;
            }
            said += &line;
            said.push('\n');
        }
        panic!("it broke off:\n{script}\n{said}");
    }
}

/// The statuses behind a mark, in their order.
fn statuses<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(mark)).map(|line| line.get(..3).unwrap_or(line)).collect()
}

/// The names of members in JSON, events, and types of problems: what clients rely on.
fn names(text: &str) -> BTreeSet<&str> {
    let member = |at: usize| text[..at].rfind('"').map(|begin| &text[begin..at + 2]);
    let members = text.match_indices("\":").filter_map(|(at, _)| member(at));
    let events = text.lines().filter(|line| line.starts_with("event: "));
    let types = text.match_indices("\"type\":\"").filter_map(|(at, found)| {
        let end = at + found.len() + text[at + found.len()..].find('"')?;
        Some(&text[at..end])
    });
    members.chain(events).chain(types).collect()
}

/// Opens the link that was made last, and agrees.
async fn agrees(person: &Person, said: &str) {
    let url = said.split("\"url\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let own = person.taps_link(url).await;
    let question = person.wait_for_answer("the question", |m| m.message_id > own && m.button("link:yes").is_some());
    let question = question.await.message_id;
    person.presses(question, "link:yes").await;
    person.wait_for_answer("what came of it", |m| m.message_id > question).await;
}

#[test]
fn both_languages_show_the_same() {
    assert_eq!(parts(GUIDE), parts(RUSSIAN));
}

#[rstest]
#[tokio::test]
async fn the_guide_tells_the_truth(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (telegram, google) = (FakeTelegram::start().await.unwrap(), FakeGoogle::start().await.unwrap());
    // Without a model: the guide's answers are the demonstration's.
    let builder = issued(connected(TestApp::builder(BINARY, database), &google), &google).telegram(&telegram);
    let app = builder.start().await.unwrap();
    run(&app, &["plan", "set", "premium", "--google-product-id", PREMIUM]).await;
    let anna = telegram.person("Анна", "ru");
    let mut shell = Shell::open(&app).await;
    let (mut calls, mut said, mut compared) = ("", String::new(), 0);
    for part in parts(GUIDE) {
        match part {
            Part::Calls(script) => {
                calls = script;
                said = shell.run(&script.replace(BASE, app.base_url())).await;
                // With --nocapture, what to show in the guide.
                println!("{calls}\n{said}");
            }
            Part::Answers(shown) => {
                assert_eq!(statuses(&said, "@@"), statuses(shown, "HTTP/1.1 "), "{calls}\n{said}");
                let said = names(&said);
                let missing: Vec<_> = names(shown).into_iter().filter(|name| !said.contains(name)).collect();
                assert!(missing.is_empty(), "{missing:?} is not in the answer:\n{calls}\n{said:#?}");
                compared += 1;
            }
            Part::Meanwhile("she agrees in Telegram") => agrees(&anna, &said).await,
            Part::Meanwhile("she pays in Telegram") => {
                let url = said.split("\"url\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
                anna.pays(url).await;
                let paid = "SELECT COUNT(*) FROM payments WHERE kind = 'paid'";
                eventually("it is credited", || async { app.query_i64(paid).await.unwrap() == 1 }).await;
            }
            Part::Meanwhile("somebody else buys in Google Play") => {
                let (buyer, token) = (app.register("Борис").await, google.buys(premium(30)));
                shell.run(&format!("buyer={}; purchase_token={token}", buyer.access_token)).await;
            }
            Part::Meanwhile("she signs in at Google") => {
                let nonce = format!("n-{compared}");
                let id_token = google.id_token(&token("113").with("nonce", nonce.as_str()));
                shell.run(&format!("id_token={id_token}; nonce={nonce}")).await;
            }
            Part::Meanwhile("she opens the Mini App") => {
                shell.run(&format!("init_data='{}'", telegram.launch(&anna).init_data())).await;
            }
            Part::Meanwhile(unknown) => panic!("the guide wants something unknown to happen: {unknown}"),
        }
    }
    assert!(compared > 25, "the guide has become short: {compared}");
}
