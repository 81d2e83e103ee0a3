//! Without network: the client opens, what was said is read, and what is written is sent once when the network is back.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::Database,
    model::{Behaviour, FakeModel},
};

use super::visitor::Visitor;
use crate::look::keep_picture;

/// Answers with what it was asked.
fn echoes(model: &FakeModel) {
    model.always(Behaviour::echo());
}

/// Waits until the client opens without network.
async fn is_kept(visitor: &Visitor) {
    visitor.chrome.until("navigator.serviceWorker.controller").await;
}

/// How many messages of a dialogue this device keeps.
const KEPT: &str = "const [session, done] = arguments; const asked = indexedDB.open('beseda'); \
    asked.onsuccess = () => { const db = asked.result; \
    const count = db.transaction('messages').objectStore('messages').index('session_id').count(session); \
    count.onsuccess = () => { db.close(); done(count.result); }; };";

/// Waits until this device keeps as many messages of a dialogue.
async fn keeps(visitor: &Visitor, session: &str, count: i64) {
    for _ in 0..600 {
        if visitor.chrome.evaluate_later(KEPT, &[session]).await == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{session} is never kept");
}

/// What waits to be sent, as the page shows it.
async fn waiting(visitor: &Visitor) -> Value {
    let texts = "return [...document.querySelectorAll('.asked.waiting')].map(message => message.innerText);";
    visitor.chrome.evaluate(texts).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_an_app() {
    let visitor = Visitor::begun(Database::Sqlite).await;
    is_kept(&visitor).await;
    assert_eq!(visitor.chrome.hindrances().await, json!([]));
    let manifest = visitor.chrome.manifest().await;
    assert_eq!(manifest["errors"], json!([]));
    let own: Value = serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
    assert_eq!((&own["id"], &own["start_url"], &own["display"]), (&json!("/"), &json!("/"), &json!("standalone")));
    for icon in own["icons"].as_array().unwrap() {
        let path = icon["src"].as_str().unwrap();
        let size = "const [path, done] = arguments; const image = new Image(); \
                    image.onload = () => done(`${image.naturalWidth}x${image.naturalHeight}`); \
                    image.onerror = () => done('none'); image.src = path;";
        let found = visitor.chrome.evaluate_later(size, &[path]).await;
        assert!(icon["sizes"] == "any" || icon["sizes"] == found, "{icon}: {found}");
    }
    visitor.is_well().await;
}

#[rstest]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_is_read(#[case] database: Database) {
    let mut visitor = Visitor::begun(database).await;
    echoes(&visitor.model);
    visitor.say("Сказанное здесь").await;
    visitor.is_answered().await;
    let here = visitor.session().await;
    // Elsewhere, and never opened on this device.
    let person = visitor.person().await;
    let elsewhere = person.session().await;
    assert_eq!(person.send(elsewhere, "Сказанное в другом месте").await.0, 201);
    is_kept(&visitor).await;
    visitor.reload().await;
    for session in [here, elsewhere] {
        keeps(&visitor, &session.to_string(), 2).await;
    }

    visitor.lose_network().await;
    visitor.chrome.goto("about:blank").await;
    visitor.chrome.goto(&visitor.wire.url()).await;
    visitor.chrome.until("document.querySelectorAll('.list .row').length === 2").await;
    for (session, text) in [(elsewhere, "Сказанное в другом месте"), (here, "Сказанное здесь")]
    {
        visitor.go(&format!("d/{session}")).await;
        visitor.sees(text).await;
        visitor.has_answers(1).await;
        assert_eq!(visitor.answer().await, text);
    }
    visitor.chrome.until("document.querySelector('.foot .notice')").await;
    assert_eq!(visitor.chrome.text(".foot .notice").await, "No network: this is the copy kept on this device.");
    keep_picture(&visitor.chrome, "client-offline-390-en-light").await;
    // The settings were never opened here.
    visitor.open_settings("profile").await;
    visitor.is_well().await;
}

#[rstest]
#[case(Database::Sqlite)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_is_sent_once(#[case] database: Database) {
    let mut visitor = Visitor::begun(database).await;
    echoes(&visitor.model);
    visitor.say("С сетью").await;
    visitor.is_answered().await;
    let old = visitor.session().await;
    is_kept(&visitor).await;

    visitor.lose_network().await;
    visitor.say("Раз").await;
    visitor.sees("Раз").await;
    visitor.say("Два").await;
    visitor.sees("Два").await;
    visitor.reload().await;
    visitor.sees("Два").await;
    assert_eq!(waiting(&visitor).await, json!(["Раз", "Два"]));
    keep_picture(&visitor.chrome, "client-waiting-390-en-light").await;
    // A dialogue that begins here, and a message that is thought better of.
    visitor.go("new").await;
    visitor.chrome.until("document.querySelector('.said.empty')").await;
    visitor.say("Новое").await;
    visitor.sees("Новое").await;
    visitor.say("Лишнее").await;
    visitor.sees("Лишнее").await;
    visitor.reload().await;
    visitor.sees("Лишнее").await;
    visitor.press("Don't send").await;
    visitor.chrome.until("document.querySelectorAll('.asked.waiting').length === 1").await;
    assert_eq!(visitor.count("messages").await, 2);

    visitor.regain_network().await;
    visitor.has_answers(1).await;
    let new = visitor.session().await;
    assert_ne!(new, old);
    assert_eq!(visitor.messages(new).await, ["user: Новое", "ai: Новое"]);
    visitor.go(&format!("d/{old}")).await;
    visitor.has_answers(3).await;
    let all = ["user: С сетью", "ai: С сетью", "user: Раз", "ai: Раз", "user: Два", "ai: Два"];
    assert_eq!(visitor.messages(old).await, all);
    assert_eq!(waiting(&visitor).await, json!([]));
    for (table, count) in [("chat_sessions", 2), ("messages", 8), ("turns", 4), ("ai_requests", 4)] {
        assert_eq!(visitor.count(table).await, count, "{table}");
    }
    visitor.is_well().await;
}

/// The service has heard the message, and nobody has heard the service.
#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_unheard_is_sent_once(#[case] database: Database) {
    let mut visitor = Visitor::begun(database).await;
    echoes(&visitor.model);
    // That the dialogue was made is not heard, and then that it has the message.
    visitor.wire.swallow();
    visitor.say("Раз").await;
    visitor.comes_to("chat_sessions", 1).await;
    visitor.lose_network().await;
    visitor.regain_network().await;
    visitor.is_answered().await;
    let session = visitor.session().await;
    visitor.wire.swallow();
    visitor.say("Два").await;
    visitor.comes_to("messages", 4).await;
    visitor.lose_network().await;
    visitor.reload().await;
    visitor.sees("Два").await;
    assert_eq!(waiting(&visitor).await, json!(["Два"]));
    visitor.regain_network().await;
    visitor.is_answered().await;
    visitor.chrome.until("!document.querySelector('.asked.waiting')").await;
    assert_eq!(visitor.messages(session).await, ["user: Раз", "ai: Раз", "user: Два", "ai: Два"]);
    for (table, count) in [("chat_sessions", 1), ("turns", 2), ("ai_requests", 2)] {
        assert_eq!(visitor.count(table).await, count, "{table}");
    }
    visitor.is_well().await;
}
