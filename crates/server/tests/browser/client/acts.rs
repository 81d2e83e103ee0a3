//! What a person does with answers, dialogues and the account, done by hand: its effect is there in the API.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use testkit::{
    app::{Database, Person},
    model::Behaviour,
};
use uuid::Uuid;

use super::visitor::Visitor;

/// Waits until something holds.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never happened: {what}");
}

/// Waits until a call of the person's answers what is expected in these fields.
async fn comes_to(visitor: &Visitor, path: &str, fields: &[&str], expected: Value) {
    let person = visitor.person().await;
    eventually(&format!("{path} {fields:?} {expected}"), async || {
        let (_, _, body) = person.get(path).await;
        Value::from(fields.iter().map(|field| body[*field].clone()).collect::<Vec<_>>()) == expected
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_an_answer() {
    let mut visitor = Visitor::begun(Database::Postgres).await;
    // Stopped, answered again, looked at in both versions.
    visitor.model.next(Behaviour::tokens(4).hang_after(3));
    visitor.say("Расскажи").await;
    visitor.sees("слово3").await;
    visitor.press("Stop").await;
    visitor.is_answered().await;
    assert_eq!(visitor.chrome.text(".answer .partial").await, "Stopped");
    visitor.model.next(Behaviour::answer("**Второй** раз\n\n```rust\nfn main() {}\n```"));
    visitor.press("Answer again").await;
    visitor.chrome.until("document.querySelector('.versions span')?.textContent === '2/2'").await;
    visitor.has_answers(1).await;
    let session = visitor.session().await;
    let second = "**Второй** раз\n\n```rust\nfn main() {}\n```";
    let all = ["user: Расскажи".to_owned(), "ai: слово1 слово2 слово3".to_owned(), format!("ai: {second}")];
    assert_eq!(visitor.messages(session).await, all);
    visitor.press("Older version").await;
    assert_eq!(visitor.answer().await, "слово1 слово2 слово3");
    visitor.reload().await;
    visitor.has_answers(1).await;
    assert!(visitor.answer().await.starts_with("Второй раз"));
    let path = format!("/v1/sessions/{session}/messages");
    let (_, _, body) = visitor.person().await.get(&path).await;
    let shown = |index: usize| json!([body["items"][index]["status"], body["items"][index]["finish_reason"]]);
    assert_eq!((shown(0), shown(1)), (json!(["complete", "stop"]), json!(["partial", "stopped"])));

    // Copied: the code, and all of it.
    visitor.chrome.lend_clipboard(&visitor.wire.url()).await;
    let clipboard = "const [done] = arguments; navigator.clipboard.readText().then(done, done);";
    for (button, text) in [(".code figcaption button", "fn main() {}"), (".tools button[aria-label=Copy]", second)] {
        visitor.chrome.press(button).await;
        visitor.chrome.until("document.querySelector('.answer button[aria-label=Copied]')").await;
        assert_eq!(visitor.chrome.evaluate_later(clipboard, &[]).await, text);
        visitor.chrome.until("!document.querySelector('.answer button[aria-label=Copied]')").await;
    }

    // Reported.
    visitor.press("Report").await;
    visitor.chrome.evaluate("document.querySelectorAll('dialog input[type=radio]')[4].click();").await;
    visitor.chrome.write("dialog textarea", "Не то").await;
    visitor.chrome.press("dialog button[type=submit]").await;
    visitor.comes_to("reports", 1).await;
    let report = "SELECT r.category || ': ' || r.comment || ' (' || m.message_text || ')' \
                  FROM reports r JOIN messages m ON m.id = r.message_id";
    assert_eq!(visitor.app.query_text(report).await.unwrap(), format!("other: Не то ({second})"));
    visitor.chrome.until("document.querySelector('.notices p') && !document.querySelector('dialog')").await;
    visitor.is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_dialogues() {
    let mut visitor = Visitor::begun(Database::Sqlite).await;
    for title in ["Погода в Казани", "Рецепты", "Стихи"] {
        visitor.go("new").await;
        visitor.chrome.until("document.querySelector('.said.empty')").await;
        visitor.say(title).await;
        visitor.sees(title).await;
        visitor.has_answers(1).await;
    }
    let last = visitor.session().await;
    let path = format!("/v1/sessions/{last}");

    visitor.chrome.press(".top .menu > button").await;
    visitor.press("Rename").await;
    visitor.chrome.write("dialog input", "Проза <b>").await;
    visitor.chrome.press("dialog button[type=submit]").await;
    comes_to(&visitor, &path, &["title"], json!(["Проза <b>"])).await;
    visitor.chrome.until("document.querySelector('.top h1').textContent === 'Проза <b>'").await;

    visitor.chrome.press(".top .menu > button").await;
    visitor.press("End").await;
    visitor.chrome.press("dialog button[type=submit]").await;
    comes_to(&visitor, &path, &["is_active"], json!([false])).await;
    visitor.chrome.until("document.querySelector('.ended') && !document.querySelector('.composer')").await;

    // Found by a part of the title, whatever its case.
    visitor.go("").await;
    let titles = "return [...document.querySelectorAll('.list .title')].map(title => title.textContent);";
    visitor.chrome.until("document.querySelectorAll('.list .row').length === 3").await;
    assert_eq!(visitor.chrome.evaluate(titles).await, json!(["Проза <b>", "Рецепты", "Погода в Казани"]));
    visitor.chrome.write("input[type=search]", "казан").await;
    visitor.chrome.until("document.querySelectorAll('.list .row').length === 1").await;
    assert_eq!(visitor.chrome.evaluate(titles).await, json!(["Погода в Казани"]));

    visitor.chrome.press(".list .row .menu > button").await;
    visitor.press("Delete").await;
    visitor.chrome.press("dialog button[type=submit]").await;
    visitor.comes_to("chat_sessions", 2).await;
    assert_eq!(
        visitor.app.query_i64("SELECT COUNT(*) FROM messages WHERE message_text LIKE 'Погода%'").await.unwrap(),
        0
    );
    visitor.chrome.until("document.querySelector('.rows .hint')").await;
    visitor.is_well().await;
}

/// Moves the device of somebody else to this person: it is their second.
async fn second_device(visitor: &Visitor, user: Uuid) -> Person {
    let other = visitor.app.register_as(json!({"name": "Аня", "device_name": "Планшет"})).await;
    let (new, old) = (visitor.app.sql_id(user), visitor.app.sql_id(other.id));
    for table in ["devices", "access_tokens", "refresh_tokens"] {
        visitor.app.execute(&format!("UPDATE {table} SET user_id = {new} WHERE user_id = {old}")).await.unwrap();
    }
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_account() {
    let mut visitor = Visitor::begun(Database::Sqlite).await;
    visitor.say("Привет").await;
    visitor.is_answered().await;
    let person = visitor.person().await;
    let other = second_device(&visitor, person.id).await;

    // What was used.
    visitor.open_settings("plan").await;
    visitor.chrome.until("document.querySelectorAll('.cards .card').length === 2").await;
    visitor.chrome.until("document.querySelector('details td')").await;
    visitor.chrome.evaluate("document.querySelector('.settings details').open = true;").await;
    let (_, _, usage) = person.get("/v1/me/usage").await;
    let row = "return [...document.querySelectorAll('.settings td')].map(cell => Number(cell.textContent));";
    assert_eq!(visitor.chrome.evaluate(row).await, json!([usage["requests_count"], usage["tokens_used"]]));
    assert_eq!(usage["requests_count"], 1);
    assert_eq!(visitor.chrome.text(".settings .big").await, "999,999 of 1,000,000 answers left");
    assert_eq!(person.subscription().await["remaining"], 999_999);

    // Who it is, who answers, and in which language.
    visitor.open_settings("profile").await;
    visitor.chrome.until("document.querySelector('input[autocomplete=given-name]').value").await;
    visitor.chrome.write("input[autocomplete=given-name]", "Вера").await;
    visitor.chrome.write("section:first-of-type input.short", "30").await;
    visitor.chrome.press("section:first-of-type button[type=submit]").await;
    comes_to(&visitor, "/v1/me", &["name", "age"], json!(["Вера", 30])).await;
    visitor.chrome.write("section:nth-of-type(2) input[autocomplete=off]", "Клио").await;
    visitor.chrome.evaluate("document.querySelector('section:nth-of-type(2) input[value=female]').click();").await;
    visitor.chrome.press("section:nth-of-type(2) button[type=submit]").await;
    eventually("the companion is kept", async || {
        let (_, _, me) = person.get("/v1/me").await;
        json!([me["companion"]["name"], me["companion"]["gender"]]) == json!(["Клио", "female"])
    })
    .await;
    visitor.chrome.evaluate("document.querySelectorAll('input[name=theme]')[2].click();").await;
    visitor.chrome.until("getComputedStyle(document.body).backgroundColor === 'rgb(22, 24, 22)'").await;
    visitor.chrome.evaluate("document.querySelectorAll('input[name=language]')[0].click();").await;
    comes_to(&visitor, "/v1/me", &["language", "name"], json!(["ru", "Вера"])).await;
    visitor.chrome.until("document.documentElement.lang === 'ru'").await;
    visitor.reload().await;
    visitor
        .chrome
        .until("document.documentElement.lang === 'ru' && document.documentElement.dataset.theme === 'dark'")
        .await;

    // Where it is signed in.
    visitor.open_settings("account").await;
    visitor.chrome.until("document.querySelectorAll('.lines li').length === 2").await;
    assert_eq!(other.get("/v1/me").await.0, 200);
    visitor.press("Выйти на устройстве: Планшет").await;
    visitor.chrome.until("document.querySelectorAll('.lines li').length === 1").await;
    eventually("the tablet is signed out", async || other.get("/v1/me").await.0 == 401).await;

    // Everything that is kept, as a file.
    visitor.chrome.download_to(visitor.app.data_dir()).await;
    visitor.press("Скачать").await;
    let file = visitor.app.data_dir().join("beseda-export.json");
    eventually("the file is there", async || file.exists()).await;
    let (_, _, export) = person.get("/v1/me/export").await;
    let is_same = |name: &str| read(&file)[name] == export[name];
    assert!(["users", "messages", "chat_sessions"].into_iter().all(is_same), "{}", read(&file));
    assert_eq!(export["messages"].as_array().map(Vec::len), Some(2), "{export}");

    // And nothing is kept any more, there and here.
    visitor.press("Удалить учётную запись").await;
    assert_eq!(visitor.chrome.evaluate("return document.querySelector('dialog .danger').disabled;").await, true);
    visitor.chrome.press("dialog input[type=checkbox]").await;
    visitor.chrome.press("dialog .danger").await;
    visitor.comes_to("users", 1).await;
    visitor.chrome.until("document.querySelector('.welcome form')").await;
    for table in ["messages", "chat_sessions", "usage_logs", "turns"] {
        assert_eq!(visitor.count(table).await, 0, "{table}");
    }
    assert_eq!(person.get("/v1/me").await.0, 401);
    nothing_is_kept(&visitor).await;
    visitor.is_well().await;
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// The device has forgotten the person.
async fn nothing_is_kept(visitor: &Visitor) {
    let script = "const done = arguments[0]; const asked = indexedDB.open('beseda'); asked.onsuccess = async () => { \
        const db = asked.result; const kept = []; \
        for (const name of db.objectStoreNames) await new Promise(next => { \
        const all = db.transaction(name).objectStore(name).getAll(); \
        all.onsuccess = () => { kept.push(...all.result); next(); }; }); \
        db.close(); done([kept.length, localStorage.getItem('beseda.tokens'), sessionStorage.length]); };";
    eventually("nothing is kept", async || visitor.chrome.evaluate_later(script, &[]).await == json!([0, null, 0]))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out() {
    let mut visitor = Visitor::begun(Database::Postgres).await;
    visitor.say("Привет").await;
    visitor.is_answered().await;
    let person = visitor.person().await;
    visitor.open_settings("account").await;
    visitor.press("Sign out").await;
    visitor.chrome.press("dialog button[type=submit]").await;
    visitor.chrome.until("document.querySelector('.welcome form')").await;
    eventually("the token is void", async || person.get("/v1/me").await.0 == 401).await;
    nothing_is_kept(&visitor).await;
    assert_eq!(visitor.count("messages").await, 2);
    visitor.is_well().await;
}
