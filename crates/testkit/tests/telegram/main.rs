//! The fake Telegram does what the real one does, and refuses what nobody should send.
#![cfg(test)]

mod calls;
mod chats;
mod faults;
mod updates;

use std::sync::LazyLock;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use testkit::telegram::{FakeTelegram, Person};

/// Making a client is slow. Connections are not kept, as each test has a runtime of its own.
static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap());

/// A call of a method, before its body.
fn calling(telegram: &FakeTelegram, method: &str) -> RequestBuilder {
    CLIENT.post(format!("{}/bot{}/{method}", telegram.url(), telegram.token()))
}

/// Calls a method with a JSON body; gives the status and the answer.
async fn call(telegram: &FakeTelegram, method: &str, params: &Value) -> (u16, Value) {
    let response = calling(telegram, method).json(params).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Calls a method that is carried out; gives `result`.
async fn done(telegram: &FakeTelegram, method: &str, params: Value) -> Value {
    let (status, mut answer) = call(telegram, method, &params).await;
    assert_eq!(status, 200, "{method} {params}: {answer}");
    answer["result"].take()
}

/// Calls a method that is refused; gives `description`.
async fn refused(telegram: &FakeTelegram, method: &str, params: Value) -> String {
    let (status, answer) = call(telegram, method, &params).await;
    assert_eq!((answer["ok"].as_bool(), answer["error_code"].as_u64()), (Some(false), Some(status.into())), "{answer}");
    answer["description"].as_str().unwrap().to_owned()
}

/// A server and a person who has written to the bot.
async fn with_anna() -> (FakeTelegram, Person) {
    let telegram = FakeTelegram::start().await.unwrap();
    let anna = telegram.person("Анна", "ru");
    anna.says("/start").await;
    (telegram, anna)
}

/// What is waiting for the bot.
async fn updates(telegram: &FakeTelegram, offset: i64) -> Vec<Value> {
    done(telegram, "getUpdates", json!({"offset": offset})).await.as_array().unwrap().clone()
}
