//! `/start link_…`: a Telegram account is joined with the app's, and nothing of either is lost.

use std::{collections::BTreeMap, time::Duration};

use beseda::db::join::TABLES;
use futures_util::future::join_all;
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{self, Database},
    model::Behaviour,
    telegram::{Person, Shown},
};
use uuid::Uuid;

use crate::{
    books,
    support::{Mode, Stage, en, ru, talks, within},
};

/// A link of the app's account.
async fn link(app: &app::Person) -> String {
    let (status, _, body) = app.post("/v1/me/telegram-link", &json!(null)).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    body["url"].as_str().unwrap().to_owned()
}

/// Opens a link, and gives the question.
async fn asked(person: &Person, link: &str) -> Shown {
    let last = person.last().map_or(0, |message| message.message_id);
    person.taps_link(link).await;
    person.wait_for_answer("the question", |m| m.message_id > last && m.button("link:yes").is_some()).await
}

/// Opens a link and agrees; gives what comes of it.
async fn joins(person: &Person, link: &str) -> String {
    let question = asked(person, link).await;
    person.presses(question.message_id, "link:yes").await;
    let after = |message: &Shown| message.message_id > question.message_id;
    person.wait_for_answer("what came of it", after).await.text
}

/// Opens a link that does not work; gives what the person is told.
async fn is_refused(person: &Person, link: &str) -> String {
    let own = person.taps_link(link).await;
    person.wait_for_answer("the refusal", |message| message.message_id > own).await.text
}

/// The account of a person in Telegram.
async fn account(stage: &Stage, person: &Person) -> Uuid {
    let id = match stage.app.database() {
        Database::Sqlite => "hex(id)",
        Database::Postgres => "id::text",
    };
    let sql = format!("SELECT {id} FROM users WHERE telegram_id = {}", person.id());
    stage.app.query_text(&sql).await.unwrap().parse().unwrap()
}

/// Waits for rest, and checks that the books balance: for tests in which the bot says a thing more than once.
async fn ends(stage: &Stage) {
    stage.rests().await;
    assert!(stage.telegram.violations().is_empty(), "{:#?}", stage.telegram.violations());
    books::assert_balanced(&stage.app).await;
}

/// How many rows of each table are a person's.
async fn rows(stage: &Stage, user_id: Uuid) -> BTreeMap<&'static str, i64> {
    let mut rows = BTreeMap::new();
    for table in TABLES {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE user_id = {}", stage.app.sql_id(user_id));
        rows.insert(*table, stage.app.query_i64(&sql).await.unwrap());
    }
    rows
}

fn texts(items: &Value, field: &str) -> Vec<String> {
    let items = items["items"].as_array().unwrap();
    items.iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn both_histories_are_kept_and_counted_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    for words in ["Первое из Telegram", "Второе из Telegram"] {
        talks(&anna, words).await;
    }
    let in_app = stage.app.register_as(json!({"name": "Аня"})).await;
    for title in ["Раз", "Два", "Три"] {
        let session = in_app.session().await;
        assert_eq!(in_app.send(session, title).await.0, 201);
    }
    let gone = account(&stage, &anna).await;
    let female = format!("UPDATE users SET gender = 'female', age = 27 WHERE id = {}", stage.app.sql_id(gone));
    stage.app.execute(&female).await.unwrap();
    let url = link(&in_app).await;
    let question = asked(&anna, &url).await;
    assert!(question.text.contains("«Аня»") && question.text.contains("3 разговора"), "{question}");
    stage.rests().await;
    let (before, other) = (rows(&stage, in_app.id).await, rows(&stage, gone).await);

    anna.presses(question.message_id, "link:yes").await;
    anna.hears(&ru("link-done")).await;

    let left = rows(&stage, gone).await;
    assert!(left.values().all(|count| *count == 0), "{left:?}");
    let after = rows(&stage, in_app.id).await;
    for table in TABLES {
        let sum = before[table] + other[table];
        match *table {
            // Kept once: the day, and the parameters that both sent.
            "usage_logs" => assert_eq!((after[table], sum), (1, 2)),
            "ai_texts" => assert_eq!(after[table], sum - 1),
            // And what the bot has just said.
            "deliveries" => assert_eq!(after[table], sum + 1),
            _ => assert_eq!(after[table], sum, "{table}"),
        }
    }
    let me = in_app.get("/v1/me").await.2;
    let known = ["name", "gender", "age", "language", "telegram_id", "first_name"].map(|field| me[field].clone());
    assert_eq!(json!(known), json!(["Аня", "female", 27, "ru", anna.id(), "Анна"]), "{me}");
    let mut titles = texts(&in_app.get("/v1/sessions").await.2, "title");
    titles.sort();
    assert_eq!(titles, ["Два", "Первое из Telegram", "Раз", "Три"]);

    // Three of fifty are used on the plan that goes on, that of which less was left; the other's two are history.
    assert_eq!(in_app.subscription().await["used_requests"], 3);
    anna.says("/plan").await;
    anna.hears("Получено ответов: 3 из 50").await;
    anna.says("/usage").await;
    anna.hears("Сегодня: 5 ответов").await;
    let export = in_app.get("/v1/me/export").await.2;
    let journal = export["ai_requests"].as_array().unwrap();
    assert_eq!(journal.len(), 5);
    assert!(journal.iter().all(|attempt| attempt["request_verified"] == true), "{journal:?}");

    // What went on here goes on, and is of the person that the app knows.
    talks(&anna, "Третье из Telegram").await;
    let request = stage.last_request();
    assert!(request.contains("Первое из Telegram") && request.contains("Аня"), "{request}");
    assert_eq!(in_app.subscription().await["used_requests"], 4);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_link_that_does_not_work_explains_itself(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let boris = stage.telegram.person("Boris", "en");
    boris.says("/help").await;
    boris.hears(&en("help")).await;
    let in_app = stage.app.register("Аня").await;

    assert_eq!(is_refused(&anna, "link_").await, ru("link-unknown"));
    assert_eq!(is_refused(&anna, "link_nobody-made-this").await, ru("link-unknown"));
    let replaced = link(&in_app).await;
    let url = link(&in_app).await;
    assert_eq!(is_refused(&anna, &replaced).await, ru("link-expired"));
    let question = asked(&anna, &url).await;
    let end = |time: &str| format!("UPDATE link_codes SET expires_at = {time} WHERE used_at IS NULL");
    stage.app.execute(&end(&stage.app.sql_time(1))).await.unwrap();
    // Its time was over before the person agreed.
    anna.presses(question.message_id, "link:yes").await;
    anna.hears(&ru("link-expired")).await;

    let url = link(&in_app).await;
    assert_eq!(joins(&anna, &url).await, ru("link-done"));
    // Whoever opens it once more has what they wanted; somebody else has not.
    assert_eq!(is_refused(&anna, &url).await, ru("link-own"));
    assert_eq!(is_refused(&boris, &url).await, en("link-used"));
    let another = link(&in_app).await;
    assert_eq!(is_refused(&anna, &another).await, ru("link-own"));
    assert_eq!(is_refused(&boris, &another).await, en("link-other-telegram"));
    // Nothing of this has used the link up, or changed anybody.
    assert_eq!(stage.app.query_i64("SELECT COUNT(*) FROM link_codes WHERE used_at IS NOT NULL").await.unwrap(), 1);
    assert_eq!(stage.app.query_i64("SELECT COUNT(*) FROM users").await.unwrap(), 2);
    ends(&stage).await;
}

#[rstest]
#[tokio::test]
async fn a_link_joins_one_of_two_who_open_it_at_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let (anna, boris) = (stage.met("Анна").await, stage.met("Борис").await);
    tokio::join!(talks(&anna, "Я Анна"), talks(&boris, "Я Борис"));
    let in_app = stage.app.register("Кто-то").await;
    let url = link(&in_app).await;
    let (hers, his) = tokio::join!(asked(&anna, &url), asked(&boris, &url));
    anna.presses_and_leaves(hers.message_id, "link:yes");
    boris.presses_and_leaves(his.message_id, "link:yes");
    let told = async |person: &Person| {
        person.wait_for_answer("an end", |m| [ru("link-done"), ru("link-used")].contains(&m.text)).await.text
    };
    let mut told = <[String; 2]>::from(tokio::join!(told(&anna), told(&boris)));
    told.sort();
    let mut one_each = [ru("link-done"), ru("link-used")];
    one_each.sort();
    assert_eq!(told, one_each);
    let joined = in_app.get("/v1/me").await.2["telegram_id"].as_i64().unwrap();
    assert!([anna.id(), boris.id()].contains(&joined), "{joined}");
    assert_eq!(stage.app.query_i64("SELECT COUNT(*) FROM users").await.unwrap(), 2);
    assert_eq!(texts(&in_app.get("/v1/sessions").await.2, "title").len(), 1);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn agreeing_twice_joins_once(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    talks(&anna, "Привет").await;
    let in_app = stage.app.register("Аня").await;
    let question = asked(&anna, &link(&in_app).await).await;
    anna.presses_and_leaves(question.message_id, "link:yes");
    anna.presses_and_leaves(question.message_id, "link:yes");
    anna.hears(&ru("link-done")).await;
    anna.hears(&ru("link-own")).await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn an_answer_in_telegram_is_stopped_and_one_in_the_app_goes_on(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let in_app = stage.app.register("Аня").await;
    let question = asked(&anna, &link(&in_app).await).await;
    stage.model.always(Behaviour::tokens(5).hang_after(2));
    let session = in_app.session().await;
    let mut stream = in_app.open_stream(session, "Из приложения").await;
    stream.until("delta").await;
    anna.says("Из Telegram").await;
    within(60, "both models are asked", async || stage.model.request_count() == 2).await;

    anna.presses(question.message_id, "link:yes").await;
    anna.hears(&ru("link-done")).await;
    let open = "SELECT channel FROM turns WHERE ended_at IS NULL";
    assert_eq!(stage.app.query_texts(open).await.unwrap(), ["api"]);
    let (_, _, messages) = in_app.get(&format!("/v1/sessions/{session}/messages")).await;
    let message = messages["items"][0]["id"].as_str().unwrap();
    assert_eq!(in_app.post(&format!("/v1/messages/{message}/stop"), &json!(null)).await.0, 200);
    let last = stream.rest().await.pop().unwrap();
    assert_eq!((last.name.as_str(), last.id.as_str()), ("done", "end"));
    assert_eq!(texts(&in_app.get("/v1/sessions").await.2, "title").len(), 2);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn the_better_plan_goes_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    tokio::join!(
        plans_are_joined(&stage, "telegram", ("premium", 2)),
        plans_are_joined(&stage, "app", ("premium", 1)),
        plans_are_joined(&stage, "neither", ("free", 2)),
    );
    ends(&stage).await;
}

/// Two answers in Telegram, one in the app; the plan of `paid` is paid. What goes on is `expected`.
async fn plans_are_joined(stage: &Stage, paid: &str, expected: (&str, i64)) {
    let person = stage.met(paid).await;
    for words in ["Раз", "Два"] {
        talks(&person, words).await;
    }
    let in_app = stage.app.register("Аня").await;
    in_app.send(in_app.session().await, "Три").await;
    let paying = match paid {
        "telegram" => Some(account(stage, &person).await),
        "app" => Some(in_app.id),
        _ => None,
    };
    if let Some(paying) = paying {
        let sql = format!(
            "UPDATE subscriptions SET plan_name = 'premium', usage_limit = 1000 WHERE is_active AND user_id = {}",
            stage.app.sql_id(paying)
        );
        assert_eq!(stage.app.execute(&sql).await.unwrap(), 1);
    }
    assert_eq!(joins(&person, &link(&in_app).await).await, ru("link-done"), "{paid}");
    let subscription = in_app.subscription().await;
    let goes_on = (subscription["plan_name"].as_str().unwrap(), subscription["used_requests"].as_i64().unwrap());
    assert_eq!(goes_on, expected, "{paid}");
    let all = format!(
        "SELECT CAST(SUM(used_requests) AS BIGINT) FROM subscriptions WHERE user_id = {}",
        stage.app.sql_id(in_app.id)
    );
    assert_eq!(stage.app.query_i64(&all).await.unwrap(), 3, "{paid}");
}

#[rstest]
#[tokio::test]
async fn an_account_that_was_joined_before_is_joined_with_its_devices_and_role(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    talks(&anna, "В Telegram").await;
    let (tablet, phone) = (stage.app.register("Планшет").await, stage.app.register("Телефон").await);
    for (person, words) in [(&tablet, "На планшете"), (&phone, "На телефоне")] {
        // The same key in both: it stays that of the account that stays.
        assert_eq!(person.send_with_key(person.session().await, words, "the-first").await.0, 201);
    }
    let appoint = async |number: u128, person: &app::Person, role: &str, by: &app::Person| {
        let (id, user, by) = (Uuid::from_u128(number), stage.app.sql_id(person.id), stage.app.sql_id(by.id));
        let sql = format!(
            "INSERT INTO admins (id, user_id, role, created_at, appointed_by) VALUES ({}, {user}, '{role}', {}, {by})",
            stage.app.sql_id(id),
            stage.app.sql_time(1)
        );
        stage.app.execute(&sql).await.unwrap();
    };
    let boris = stage.app.register("Борис").await;
    appoint(1, &tablet, "owner", &boris).await;
    appoint(2, &phone, "moderator", &tablet).await;
    appoint(3, &boris, "admin", &tablet).await;

    assert_eq!(joins(&anna, &link(&tablet).await).await, ru("link-done"));
    let url = link(&phone).await;
    let last = anna.last().unwrap().message_id;
    let question = asked(&anna, &url).await;
    anna.presses(question.message_id, "link:yes").await;
    anna.wait_for_answer("done again", |m| m.message_id > last && m.text == ru("link-done")).await;

    // The tablet is signed in as before, to the one account.
    let me = tablet.get("/v1/me").await.2;
    assert_eq!((me["id"].as_str().unwrap(), me["telegram_id"].as_i64()), (&*phone.id.to_string(), Some(anna.id())));
    assert_eq!(phone.get("/v1/me/devices").await.2.as_array().unwrap().len(), 2);
    let refreshed = stage.app.post("/v1/auth/refresh", &json!({"refresh_token": tablet.refresh_token})).await;
    assert_eq!(refreshed.0, 200, "{}", refreshed.2);
    let mut titles = texts(&phone.get("/v1/sessions").await.2, "title");
    titles.sort();
    assert_eq!(titles, ["В Telegram", "На планшете", "На телефоне"]);
    let roles = "SELECT role || COALESCE((SELECT ' by ' || u.name FROM users u WHERE u.id = appointed_by), '') \
                 FROM admins ORDER BY id";
    assert_eq!(stage.app.query_texts(roles).await.unwrap(), ["owner by Борис", "admin by Телефон"]);
    ends(&stage).await;
}

#[rstest]
#[tokio::test]
async fn nothing_is_lost_while_both_write(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start_with(database, Mode::Polling, |b| b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1000)).await;
    join_all((0..6).map(|number| both_write(&stage, number))).await;
    ends(&stage).await;
}

/// A tablet and a phone send while the tablet's account, which has a Telegram one, is joined with the phone's.
async fn both_write(stage: &Stage, number: u32) {
    let person = stage.met(&format!("Человек {number}")).await;
    let (tablet, phone) = (stage.app.register("Планшет").await, stage.app.register("Телефон").await);
    assert_eq!(joins(&person, &link(&tablet).await).await, ru("link-done"));
    let link = link(&phone).await;
    let mut question = asked(&person, &link).await;
    let (at_tablet, at_phone, more) = (tablet.session().await, phone.session().await, phone.session().await);
    let written = async |device: &app::Person, session| {
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(device.send(session, "Привет").await.0.as_u16());
        }
        statuses
    };
    let agreed = async {
        tokio::time::sleep(Duration::from_millis(u64::from(number) * 40)).await;
        loop {
            person.presses_and_leaves(question.message_id, "link:yes");
            let told = |message: &Shown| {
                message.message_id > question.message_id && [ru("link-done"), ru("link-busy")].contains(&message.text)
            };
            if person.wait_for_answer("what came of it", told).await.text == ru("link-done") {
                break;
            }
            // An answer was always in progress. The link is opened again, as the bot asks for.
            question = asked(&person, &link).await;
        }
    };
    let (tablets, phones, more, ()) =
        tokio::join!(written(&tablet, at_tablet), written(&phone, at_phone), written(&phone, more), agreed);
    assert!(phones.iter().chain(&more).all(|status| *status == 201), "{phones:?} {more:?}");
    // A message that was on its way while its account went may be refused; it is stopped, or sent again.
    assert!(tablets.iter().all(|status| [201, 401, 404, 409].contains(status)), "{tablets:?}");
    assert_eq!(tablet.get("/v1/me").await.2["id"], phone.id.to_string());
}
