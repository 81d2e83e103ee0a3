//! What goes wrong on purpose, and what is measured.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};
use testkit::telegram::{FakeTelegram, Fault, Faults, FloodLimits};

use super::{call, calling, done, with_anna};

/// Sends "Привет" and gives the status and the body, if there is an answer within half a second.
async fn send(telegram: &FakeTelegram, chat: i64) -> Option<(u16, String)> {
    let body = json!({"chat_id": chat, "text": "Привет"});
    let request = calling(telegram, "sendMessage").timeout(Duration::from_millis(500)).json(&body);
    let response = request.send().await.ok()?;
    Some((response.status().as_u16(), response.text().await.ok()?))
}

#[rstest]
#[case(Fault::TooMany(3), Some(429), false)]
#[case(Fault::Status(502), Some(502), false)]
#[case(Fault::StatusAfter(504), Some(504), true)]
#[case(Fault::refused(400, "Bad Request: can't parse entities"), Some(400), false)]
#[case(Fault::ClosedBefore, None, false)]
#[case(Fault::ClosedAfter, None, true)]
#[case(Fault::HangBefore, None, false)]
#[case(Fault::HangAfter, None, true)]
#[case(Fault::Garbage, Some(200), true)]
#[tokio::test]
async fn each_fault_happens_once(#[case] fault: Fault, #[case] status: Option<u16>, #[case] acts: bool) {
    let (telegram, anna) = with_anna().await;
    telegram.next("sendMessage", fault.clone());
    let answer = send(&telegram, anna.id()).await;
    assert_eq!(answer.as_ref().map(|(status, _)| *status), status);
    if let (Fault::TooMany(3), Some((_, body))) = (&fault, &answer) {
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["parameters"]["retry_after"], 3);
    }
    assert_eq!(
        anna.answers().iter().map(|message| message.told).collect::<Vec<_>>(),
        if acts { vec![false] } else { vec![] }
    );
    assert_eq!(telegram.calls_of("sendMessage")[0].fault, Some(fault));
    assert_eq!(send(&telegram, anna.id()).await.unwrap().0, 200);
    assert!(anna.last().unwrap().told);
    // Once more after an ambiguous failure is excused, and nothing else is.
    assert_eq!((telegram.repeated().len(), telegram.duplicates().len()), (usize::from(acts), 0));
    send(&telegram, anna.id()).await.unwrap();
    assert_eq!(telegram.duplicates().len(), 1);
}

#[tokio::test]
async fn faults_come_at_their_rates_and_can_be_repeated() {
    let mut codes = Vec::new();
    for _ in 0..2 {
        let (telegram, anna) = with_anna().await;
        telegram.faults(
            Faults::seeded(5).rate(Fault::Status(502), 0.2).rate(Fault::TooMany(1), 0.2).only(["sendChatAction"]),
        );
        let mut seen = Vec::new();
        for _ in 0..100 {
            let action = json!({"chat_id": anna.id(), "action": "typing"});
            seen.push(calling(&telegram, "sendChatAction").json(&action).send().await.unwrap().status().as_u16());
            done(&telegram, "getMe", json!({})).await;
        }
        assert!([200, 429, 502].iter().all(|code| seen.iter().filter(|seen| *seen == code).count() > 8), "{seen:?}");
        codes.push(seen);
    }
    assert_eq!(codes[0], codes[1]);
}

#[tokio::test]
async fn a_silence_can_have_an_end() {
    let (telegram, anna) = with_anna().await;
    telegram.silence(Duration::from_millis(50));
    telegram.next("sendMessage", Fault::HangBefore);
    let begun = Instant::now();
    assert_eq!(send(&telegram, anna.id()).await, None);
    assert!(begun.elapsed() < Duration::from_millis(400));
}

#[tokio::test]
async fn flood_control_holds_back_and_paces_are_measured() {
    let (telegram, anna) = with_anna().await;
    for _ in 0..4 {
        send(&telegram, anna.id()).await.unwrap();
    }
    assert_eq!((telegram.pace().per_chat, telegram.pace().overall), (4, 4));
    telegram.flood(Some(FloodLimits::default()));
    telegram.forget();
    for _ in 0..3 {
        assert_eq!(send(&telegram, anna.id()).await.unwrap().0, 200);
    }
    let (status, answer) = call(&telegram, "sendMessage", &json!({"chat_id": anna.id(), "text": "a"})).await;
    assert_eq!((status, &answer["parameters"]["retry_after"]), (429, &json!(1)));
    assert_eq!(answer["description"], "Too Many Requests: retry after 1");
    // What is no message is not held back.
    done(&telegram, "sendMessageDraft", json!({"chat_id": anna.id(), "draft_id": 1, "text": "a"})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(send(&telegram, anna.id()).await.unwrap().0, 200);
    assert!(telegram.pace().per_chat <= 4 && telegram.violations().is_empty());
}

/// 500 chats with 5 messages each: the echo of all of them, in a few seconds even unoptimised.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_chats_at_once_are_no_burden() {
    let telegram = FakeTelegram::start().await.unwrap();
    let people: Vec<_> = (0..500).map(|number| telegram.person(&format!("P{number}"), "en")).collect();
    for round in 0..5 {
        for person in &people {
            person.says(&format!("{round}")).await;
        }
    }
    let begun = Instant::now();
    let client = reqwest::Client::new();
    let base = format!("{}/bot{}", telegram.url(), telegram.token());
    let post = |method: &str, body: Value| {
        let request = client.post(format!("{base}/{method}")).json(&body);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let mut offset = 0;
    while telegram.pending() > 0 {
        let batch = post("getUpdates", json!({"offset": offset})).await;
        let batch = batch["result"].as_array().unwrap();
        offset = batch.last().map_or(offset, |last| last["update_id"].as_i64().unwrap() + 1);
        let echoes = batch.iter().map(|update| {
            let message = &update["message"];
            post("sendMessage", json!({"chat_id": message["chat"]["id"], "text": message["text"]}))
        });
        futures_util::future::join_all(echoes).await;
    }
    for person in &people {
        let echoed = person.wait_for("five echoes", |messages| messages.len() == 10).await;
        let texts: Vec<_> =
            echoed.iter().filter(|message| message.from_bot).map(|message| message.text.clone()).collect();
        assert_eq!(texts.len(), 5);
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(telegram.violations().is_empty());
}
