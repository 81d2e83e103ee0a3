//! `POST /v1/me/telegram-link`: the link's own side; what opening it does is among the bot's tests.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    model::FakeModel,
    telegram::FakeTelegram,
};

use crate::support::{eventually, problem, service, start, start_with};

async fn start_with_bot(database: Database) -> (FakeModel, FakeTelegram, TestApp) {
    let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
    let app = service(database, &model).telegram(&telegram).start().await.unwrap();
    (model, telegram, app)
}

/// The link's answer; the bot's name is known a moment after the start.
async fn link(person: &Person) -> Value {
    eventually("the bot's name is known", || async {
        person.post("/v1/me/telegram-link", &json!(null)).await.0 == 201
    })
    .await;
    person.post("/v1/me/telegram-link", &json!(null)).await.2
}

fn moment(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[rstest]
#[tokio::test]
async fn without_a_bot_there_is_no_link(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    assert_eq!(problem(&anna.post("/v1/me/telegram-link", &json!(null)).await), "409 telegram-off");
    assert_eq!(problem(&app.post("/v1/me/telegram-link", &json!(null)).await), "401 unauthorized");
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM link_codes").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn a_link_opens_the_bot_for_fifteen_minutes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, telegram, app) = start_with_bot(database).await;
    let anna = app.register("Анна").await;
    let link = link(&anna).await;

    assert_eq!(link.as_object().unwrap().len(), 2, "{link}");
    let prefix = format!("https://t.me/{}?start=", telegram.bot_username());
    let start = link["url"].as_str().unwrap().strip_prefix(&prefix).unwrap();
    assert!(start.starts_with("link_") && start.len() <= 64, "{start}");
    assert!(start.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'), "{start}");
    let life = moment(&link["expires_at"]).as_second() - moment(&anna.user["created_at"]).as_second();
    assert!((15 * 60..=17 * 60).contains(&life), "{life}");

    // The code itself is nowhere in the database.
    let code = start.trim_start_matches("link_");
    let hashes = match database {
        Database::Sqlite => "SELECT hex(code_hash) FROM link_codes",
        Database::Postgres => "SELECT upper(encode(code_hash, 'hex')) FROM link_codes",
    };
    let hash: String = <sha2::Sha256 as sha2::Digest>::digest(code).iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(app.query_texts(hashes).await.unwrap().contains(&hash));
}

#[rstest]
#[tokio::test]
async fn a_new_link_replaces_the_one_before(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, _telegram, app) = start_with_bot(database).await;
    let anna = app.register("Анна").await;
    let boris = app.register("Борис").await;
    link(&boris).await;
    for _ in 0..5 {
        link(&anna).await;
    }
    // Those that were replaced ended then, minutes before their time.
    let soon = app.sql_time(moment(&anna.user["created_at"]).as_microsecond() + 14 * 60_000_000);
    let count = async |who: &Person, what: &str| {
        let sql = format!("SELECT COUNT(*) FROM link_codes WHERE user_id = {}{what}", app.sql_id(who.id));
        app.query_i64(&sql).await.unwrap()
    };
    let live = format!(" AND expires_at > {soon}");
    assert_eq!((count(&anna, &live).await, count(&boris, &live).await), (1, 1));
    // The last one that was replaced can still say so.
    assert_eq!(count(&anna, "").await, 2);
}

#[rstest]
#[tokio::test]
async fn links_count_as_calls(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |builder| builder.env("BESEDA__LIMITS__CALLS_PER_MINUTE", 5)).await;
    let anna = app.register("Анна").await;
    for _ in 0..5 {
        anna.post("/v1/me/telegram-link", &json!(null)).await;
    }
    assert_eq!(problem(&anna.post("/v1/me/telegram-link", &json!(null)).await), "429 too-many-requests");
}
