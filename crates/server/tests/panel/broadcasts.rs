//! Broadcasts: everybody who is meant gets the text once, in their language, and nothing else waits for it.

use std::{
    collections::BTreeMap,
    future::Future,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use rstest::rstest;
use testkit::{
    app::{Database, TestApp},
    model::{Behaviour, FakeModel},
    telegram::{FakeTelegram, Fault, FloodLimits, Person},
};

use crate::support::{BINARY, Browser, log, now, run, staff, start};

/// A service with a bot, and an administrator.
struct Stage {
    app: TestApp,
    telegram: FakeTelegram,
    _model: FakeModel,
    anton: Browser,
}

impl Stage {
    async fn start(database: Database) -> Self {
        let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
        model.always(Behaviour::echo());
        telegram.flood(Some(FloodLimits::default()));
        let app = TestApp::builder(BINARY, database).model(&model).telegram(&telegram).start().await.unwrap();
        let (_, anton) = staff(&app, "admin", "Антон").await;
        Self { app, telegram, _model: model, anton }
    }

    /// People who have met the bot.
    async fn met(&self, names: &[&str], language: &str) -> Vec<Person> {
        let people: Vec<Person> = names.iter().map(|name| self.telegram.person(name, language)).collect();
        for person in &people {
            person.says("/help").await;
        }
        join_all(people.iter().map(|person| person.wait_for("an answer", |all| all.iter().any(|m| m.from_bot)))).await;
        people
    }

    /// A crowd of them who read Russian.
    async fn crowd(&self, count: usize) -> Vec<Person> {
        let names: Vec<String> = (0..count).map(|n| format!("P{n}")).collect();
        self.met(&names.iter().map(String::as_str).collect::<Vec<_>>(), "ru").await
    }

    /// Writes a draft: its path.
    async fn draft(&self, more: &[(&str, &str)]) -> String {
        let mut form = vec![("text_ru", "**Новость** для всех"), ("text_en", "_News_ for everybody")];
        form.extend(more);
        self.anton.post("/admin/broadcasts", &form).await.is(303).location().to_owned()
    }

    async fn begin(&self, path: &str) {
        self.anton.post(&format!("{path}/start"), &[("reason", "выпуск")]).await.is(303);
    }

    /// Who got it how often, by chat; all in the right language.
    fn got(&self, russian: &[Person], english: &[Person]) -> BTreeMap<i64, usize> {
        let mut got = BTreeMap::new();
        for sending in self.telegram.sendings() {
            let is_among = |people: &[Person]| people.iter().any(|person| person.id() == sending.chat_id);
            match sending.text.as_str() {
                "Новость для всех" => assert!(is_among(russian), "{sending:?}"),
                "News for everybody" => assert!(is_among(english), "{sending:?}"),
                _ => continue,
            }
            *got.entry(sending.chat_id).or_insert(0) += 1;
        }
        got
    }

    async fn state(&self) -> String {
        self.app.query_text("SELECT state FROM broadcasts ORDER BY id DESC LIMIT 1").await.unwrap()
    }

    async fn count(&self, column: &str) -> i64 {
        self.app.query_i64(&format!("SELECT {column} FROM broadcasts ORDER BY id DESC LIMIT 1")).await.unwrap()
    }

    async fn is_done(&self) {
        within(60, "the broadcast is done", async || self.state().await == "done").await;
    }
}

async fn within<F: Future<Output = bool>>(seconds: u64, what: &str, mut holds: impl FnMut() -> F) {
    let waited = tokio::time::timeout(Duration::from_secs(seconds), async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(waited.await.is_ok(), "not within {seconds} s: {what}");
}

#[rstest]
#[tokio::test]
async fn everybody_gets_it_once_in_their_language(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let russian = stage.met(&["Анна", "Борис", "Вера", "Глеб"], "ru").await;
    let english = stage.met(&["Henry", "Ida"], "de").await;
    let (blocked, gone) = (&russian[2], &russian[3]);
    let block = format!("UPDATE users SET blocked_at = created_at WHERE telegram_id = {}", blocked.id());
    stage.app.execute(&block).await.unwrap();
    gone.blocks_bot().await;
    let closed = "SELECT COUNT(*) FROM telegram_chats WHERE closed_at IS NOT NULL";
    within(20, "the chat is closed", async || stage.app.query_i64(closed).await.unwrap() == 1).await;

    let path = stage.draft(&[]).await;
    let shown = stage.anton.get(&path).await.is(200).says("4 people get the message.").says("Новость для всех");
    assert!(!shown.html.contains("**"), "it is shown as it looks");
    assert_eq!(log(&stage.app, 1).await, ["Антон: broadcast-written"]);
    stage.anton.post(&format!("{path}/start"), &[("reason", " ")]).await.is(422);
    assert!(stage.got(&russian, &english).is_empty());
    stage.begin(&path).await;
    assert_eq!(log(&stage.app, 1).await, ["Антон: broadcast-started (выпуск)"]);
    stage.is_done().await;
    let mut expected: Vec<i64> = [&russian[0], &russian[1], &english[0], &english[1]].map(|person| person.id()).into();
    expected.sort_unstable();
    assert_eq!(stage.got(&russian[..2], &english), expected.into_iter().map(|id| (id, 1)).collect());
    assert_eq!((stage.count("sent").await, stage.count("taken").await, stage.count("expected").await), (4, 4, 4));
    stage.anton.get(&path).await.says("<dt>Sent</dt><dd>4</dd>");
    stage.anton.get("/admin/broadcasts").await.is(200).says("News").says(&path);
    let file = stage.anton.get("/admin/broadcasts/csv").await.is(200).says("\"done\"").html;
    assert!(file.lines().count() >= 2 && file.contains("News"), "{file}");
    // It is over.
    stage.anton.post(&format!("{path}/start"), &[("reason", "x")]).await.is(409);
    stage.anton.post(&format!("{path}/stop"), &[("reason", "x")]).await.is(409);
    assert!(stage.telegram.violations().is_empty());

    // Another one; Telegram says of one that they are gone, and of another nobody knows.
    stage.telegram.next("sendMessage", Fault::refused(403, "Forbidden: bot was blocked by the user"));
    stage.telegram.next("sendMessage", Fault::ClosedBefore);
    let path = stage.draft(&[]).await;
    stage.begin(&path).await;
    stage.is_done().await;
    assert_eq!((stage.count("sent").await, stage.count("closed").await, stage.count("failed").await), (2, 1, 1));
    let got = stage.got(&russian[..2], &english);
    assert_eq!(got.values().sum::<usize>(), 6, "{got:?}");
}

#[rstest]
#[tokio::test]
async fn only_those_who_are_meant_get_it(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let russian = stage.met(&["Анна", "Борис"], "ru").await;
    let english = stage.met(&["Henry", "Ida"], "en").await;
    for person in [&russian[1], &english[1]] {
        let id = person.id().to_string();
        run(&stage.app, &["subscription", "grant", "--telegram-id", &id, "--plan", "premium"]).await;
    }
    russian[0].says("Привет").await;
    russian[0].hears("Привет").await;
    let today = jiff::Timestamp::from_microsecond(now()).unwrap().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (today, long_ago) = (today.yesterday().unwrap().to_string(), "2001-01-01".to_owned());
    for (form, count, chats) in [
        (&[("plan", "premium")][..], 2, vec![russian[1].id(), english[1].id()]),
        (&[("plan", "premium"), ("language", "ru")], 1, vec![russian[1].id()]),
        (&[("language", "en")], 2, vec![english[0].id(), english[1].id()]),
        (&[("active_since", &today)], 1, vec![russian[0].id()]),
        (&[("active_since", &long_ago), ("plan", "premium")], 0, vec![]),
        (&[("plan", ""), ("language", ""), ("active_since", "")], 4, [&russian[..], &english].concat_ids()),
    ] {
        let before = stage.got(&russian, &english);
        let path = stage.draft(form).await;
        let page = stage.anton.get(&path).await.is(200);
        let people = if count == 1 { "1 person gets".to_owned() } else { format!("{count} people get") };
        let page = page.says(&format!("{people} the message."));
        drop(page);
        stage.begin(&path).await;
        stage.is_done().await;
        let mut got = stage.got(&russian, &english);
        for (chat, count) in &mut got {
            *count -= before.get(chat).copied().unwrap_or(0);
        }
        got.retain(|_, count| *count > 0);
        let expected: BTreeMap<i64, usize> = chats.into_iter().map(|id| (id, 1)).collect();
        assert_eq!(got, expected, "{form:?}");
    }
}

/// The ids of several groups of people.
trait Ids {
    fn concat_ids(&self) -> Vec<i64>;
}

impl Ids for [&[Person]] {
    fn concat_ids(&self) -> Vec<i64> {
        self.iter().flat_map(|people| people.iter().map(|person| person.id())).collect()
    }
}

#[rstest]
#[tokio::test]
async fn it_stops_at_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let people = stage.crowd(60).await;
    let path = stage.draft(&[]).await;
    stage.begin(&path).await;
    within(20, "some have it", async || stage.got(&people, &[]).len() >= 5).await;
    stage.anton.get(&path).await.is(200).says("<progress").says("/stop\"");
    let open = "SELECT COUNT(*) FROM deliveries WHERE broadcast_id IS NOT NULL AND ended_at IS NULL";
    assert!(stage.app.query_i64(open).await.unwrap() <= 20);
    stage.anton.post(&format!("{path}/stop"), &[("reason", "опечатка")]).await.is(303);
    assert_eq!(log(&stage.app, 1).await, ["Антон: broadcast-stopped (опечатка)"]);
    // What is on its way at that moment still arrives.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let got = stage.got(&people, &[]);
    assert!(got.len() < 60, "{}", got.len());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(stage.got(&people, &[]), got);
    let settled = "SELECT taken - sent - cancelled FROM broadcasts";
    within(10, "the books are settled", async || stage.app.query_i64(settled).await.unwrap() == 0).await;
    assert_eq!(stage.count("sent").await, i64::try_from(got.len()).unwrap());
    assert_eq!((stage.state().await.as_str(), stage.app.query_i64(open).await.unwrap()), ("stopped", 0));
    stage.anton.post(&format!("{path}/start"), &[("reason", "x")]).await.is(409);
    // A draft can be thrown away.
    let path = stage.draft(&[]).await;
    stage.anton.post(&format!("{path}/stop"), &[("reason", "лишнее")]).await.is(303);
    stage.anton.post(&format!("{path}/start"), &[("reason", "x")]).await.is(409);
}

#[rstest]
#[tokio::test]
async fn after_a_crash_it_goes_on_and_nobody_gets_it_twice(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let mut stage = Stage::start(database).await;
    let people = stage.crowd(50).await;
    let path = stage.draft(&[]).await;
    stage.begin(&path).await;
    for some in [8, 20, 35] {
        within(30, "some have it", async || stage.got(&people, &[]).len() >= some).await;
        stage.app.kill9().await;
        stage.app.restart().await.unwrap();
    }
    stage.is_done().await;
    let got = stage.got(&people, &[]);
    assert!(got.values().all(|count| *count == 1), "{got:?}");
    let (sent, failed) = (stage.count("sent").await, stage.count("failed").await);
    assert_eq!((sent + failed, stage.count("taken").await), (50, 50));
    // Of those that were on their way at a crash nobody knows: they may have arrived.
    let got = i64::try_from(got.len()).unwrap();
    assert!(got >= sent && got <= 50 && failed <= 15, "{got} got it, {sent} sent, {failed} failed");
}

#[rstest]
#[tokio::test]
async fn answers_come_promptly_meanwhile(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let people = stage.crowd(70).await;
    let path = stage.draft(&[]).await;
    stage.begin(&path).await;
    within(20, "it is under way", async || stage.got(&people, &[]).len() >= 5).await;
    let mut longest = Duration::ZERO;
    for n in [3, 40, 69] {
        let asked = Instant::now();
        people[n].says("Который час?").await;
        people[n].hears("Который час?").await;
        longest = longest.max(asked.elapsed());
    }
    assert_eq!(stage.state().await, "running", "the broadcast was still under way");
    println!("the longest wait: {longest:?}");
    stage.is_done().await;
    assert!(stage.got(&people, &[]).values().all(|count| *count == 1));
    let pace = stage.telegram.pace();
    assert!(pace.per_chat <= 2 && pace.overall <= 5 * 30, "{pace:?}");
}

#[rstest]
#[tokio::test]
async fn in_a_chat_everything_else_goes_before(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met(&["Анна"], "ru").await;
    stage.telegram.next("sendMessage", Fault::refused(400, "Bad Request: strange"));
    let path = stage.draft(&[]).await;
    stage.begin(&path).await;
    let tried = "SELECT COUNT(*) FROM deliveries WHERE broadcast_id IS NOT NULL AND error IS NOT NULL";
    within(20, "it was tried", async || stage.app.query_i64(tried).await.unwrap() == 1).await;
    // It is to wait for long.
    let later = now() + 3_600_000_000;
    let wait =
        |at: i64| format!("UPDATE deliveries SET run_at = {} WHERE broadcast_id IS NOT NULL", stage.app.sql_time(at));
    stage.app.execute(&wait(later)).await.unwrap();
    anna[0].says("Привет").await;
    anna[0].hears("Привет").await;
    assert!(stage.got(&anna, &[]).len() <= 1);
    stage.app.execute(&wait(later - 7_200_000_000)).await.unwrap();
    stage.is_done().await;
    assert_eq!(stage.got(&anna, &[]).values().sum::<usize>(), 1);
}

#[rstest]
#[tokio::test]
async fn what_can_t_be_sent_is_said_at_its_field(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    // There is no bot here.
    anton.get("/admin/broadcasts").await.is(200).says("No bot is configured");
    anton.get("/admin/broadcasts/new").await.is(200).says("name=\"text_en\"");
    let long = "я".repeat(4_097);
    for (field, value, words) in [
        ("text_ru", "", "Nothing of the text would be seen."),
        ("text_en", " \n", "Nothing of the text would be seen."),
        ("text_ru", &long, "The text is longer than one message"),
        ("plan", "nothing", "There is no such plan."),
        ("language", "de", "is not as it should be"),
        ("active_since", "yesterday", "That is no day."),
    ] {
        let mut form = vec![("text_ru", "Текст"), ("text_en", "A \"text\" <b>")];
        form.retain(|(name, _)| *name != field);
        form.push((field, value));
        let shown =
            anton.post("/admin/broadcasts", &form).await.is(422).says(&format!("id=\"{field}-fault\"")).says(words);
        if field != "text_en" {
            shown.says("A &#34;text&#34; &#60;b&#62;");
        }
    }
    let hostile = [
        ("text_ru", "<script>alert(1)</script>\n[x](javascript:alert(2))"),
        ("text_en", "![i](http://evil.example/x.png) <img src=x>"),
    ];
    let path = anton.post("/admin/broadcasts", &hostile).await.is(303).location().to_owned();
    for page in [&path, "/admin/broadcasts"] {
        let html = anton.get(page).await.is(200).without_own_script();
        for raw in ["<script", "<img", "href=\"javascript", "src=\""] {
            assert!(!html.contains(raw), "{raw}: {html}");
        }
    }
    let html = anton.get(&path).await.says("No bot is configured").html;
    assert!(!html.contains("/start\"") && html.contains("/stop\""));
    anton.post(&format!("{path}/start"), &[("reason", "x")]).await.is(409).says("No bot is configured");
    let nothing = format!("/admin/broadcasts/{}", uuid::Uuid::from_u128(1));
    anton.get(&nothing).await.is(404);
    anton.post(&format!("{nothing}/stop"), &[("reason", "x")]).await.is(404);
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    for page in ["/admin/broadcasts", "/admin/broadcasts/new", &path] {
        maria.get(page).await.is(403);
    }
    maria.post(&format!("{path}/stop"), &[("reason", "x")]).await.is(403);
}
