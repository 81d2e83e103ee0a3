//! `POST /v1/auth/google` with a token: an account at Google is linked, and two accounts here become one.

use std::collections::BTreeMap;

use beseda::db::join::TABLES;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Answer, Database, Person, id_of},
    model::Behaviour,
};
use uuid::Uuid;

use crate::{
    google_sign_in::{Door, token},
    support::{eventually, problem, run},
};

const PATH: &str = "/v1/auth/google";

impl Door {
    async fn link(&self, person: &Person, sub: &str, keep: Option<&str>) -> Answer {
        let mut body = self.body(&token(sub), "n-1");
        body["keep"] = json!(keep);
        person.post(PATH, &body).await
    }

    /// Somebody who has signed in with Google.
    async fn comes(&self, sub: &str, name: &str) -> Person {
        // Made as everybody is, and linked: then there is somebody to speak as.
        let person = self.app.register_as(json!({"name": name})).await;
        assert_eq!(self.link(&person, sub, None).await.0, 200);
        person
    }

    async fn rows(&self, user_id: Uuid) -> BTreeMap<&'static str, i64> {
        let mut rows = BTreeMap::new();
        for table in TABLES {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE user_id = {}", self.app.sql_id(user_id));
            rows.insert(*table, self.app.query_i64(&sql).await.unwrap());
        }
        rows
    }
}

async fn talks(person: &Person, title: &str, messages: usize) {
    let session = id_of(&person.session_with(&json!({"title": title})).await["id"]);
    for _ in 0..messages {
        assert_eq!(person.send(session, title).await.0, 201);
    }
}

async fn titles(person: &Person) -> Vec<String> {
    let (_, _, page) = person.get("/v1/sessions").await;
    let mut titles: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

#[rstest]
#[tokio::test]
async fn a_guest_links_google_and_comes_back_by_it(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    let anna = door.app.register("Анна").await;
    talks(&anna, "Казань", 1).await;
    assert_eq!(anna.get("/v1/me/google").await.2, json!({"linked_at": null}));
    let (status, _, body) = door.link(&anna, "113", None).await;
    assert_eq!((status.as_u16(), &body), (200, &json!({"user": anna.user})));
    assert!(anna.get("/v1/me/google").await.2["linked_at"].is_string());
    // Sent again, it is as it was.
    assert_eq!(door.link(&anna, "113", None).await.0, 200);

    let (status, _, body) = door.app.post(PATH, &door.body(&token("113").with("name", "Other"), "n-1")).await;
    assert_eq!((status.as_u16(), id_of(&body["user"]["id"])), (200, anna.id));
    let elsewhere = anna.with_tokens(body["access_token"].as_str().unwrap(), body["refresh_token"].as_str().unwrap());
    assert_eq!(titles(&elsewhere).await, ["Казань"]);

    // Unlinked, it is nobody's, and the devices stay.
    assert_eq!(anna.delete("/v1/me/google").await.0, 204);
    assert_eq!(problem(&anna.delete("/v1/me/google").await), "404 not-found");
    assert_eq!(elsewhere.get("/v1/me").await.0, 200);
    let (status, _, body) = door.app.post(PATH, &door.body(&token("113").with("jti", 3), "n-1")).await;
    assert!(status == 201 && id_of(&body["user"]["id"]) != anna.id, "{body}");
}

#[rstest]
#[tokio::test]
async fn an_account_may_have_several(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    let anna = door.comes("113", "Анна").await;
    assert_eq!(door.link(&anna, "114", None).await.0, 200);
    for sub in ["113", "114"] {
        let (_, _, body) = door.app.post(PATH, &door.body(&token(sub), "n-1")).await;
        assert_eq!(id_of(&body["user"]["id"]), anna.id);
    }
    assert_eq!(anna.delete("/v1/me").await.0, 204);
    assert_eq!(door.app.query_i64("SELECT COUNT(*) FROM identities").await.unwrap(), 0);
}

#[rstest]
#[case::the_callers("this")]
#[case::the_other("other")]
#[tokio::test]
async fn two_accounts_become_one_and_nothing_is_lost(
    #[case] keep: &str,
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let door = Door::open(database).await;
    let old = door.comes("113", "Анна").await;
    talks(&old, "Раз", 2).await;
    let guest = door.app.register_as(json!({"name": "Аня", "gender": "female", "age": 27})).await;
    talks(&guest, "Два", 1).await;
    talks(&guest, "Три", 2).await;
    let (stays, goes) = if keep == "this" { (&guest, &old) } else { (&old, &guest) };

    let asked = door.link(&guest, "113", None).await;
    assert_eq!(problem(&asked), "409 google-taken");
    assert_eq!((titles(&guest).await.len(), titles(&old).await.len()), (2, 1));
    let (before, other) = (door.rows(stays.id).await, door.rows(goes.id).await);
    let (status, _, body) = door.link(&guest, "113", Some(keep)).await;
    assert_eq!((status.as_u16(), id_of(&body["user"]["id"])), (200, stays.id), "{body}");
    // The profile is that of the one that stays; the other's where that had none.
    let name = if keep == "this" { "Аня" } else { "Анна" };
    let known = ["name", "gender", "age"].map(|field| body["user"][field].clone());
    assert_eq!(json!(known), json!([name, "female", 27]));

    assert!(door.rows(goes.id).await.values().all(|count| *count == 0));
    let after = door.rows(stays.id).await;
    for table in TABLES {
        let sum = before[table] + other[table];
        match *table {
            "usage_logs" => assert_eq!((after[table], sum), (1, 2)),
            // The parameters that both sent are kept once.
            "ai_texts" => assert_eq!(after[table], sum - 1),
            _ => assert_eq!(after[table], sum, "{table}"),
        }
    }
    // Every device of both goes on with its tokens, as the same person.
    for device in [&guest, &old] {
        assert_eq!(id_of(&device.get("/v1/me").await.2["id"]), stays.id);
        assert_eq!(titles(device).await, ["Два", "Раз", "Три"]);
        let refreshed = door.app.post("/v1/auth/refresh", &json!({"refresh_token": device.refresh_token})).await;
        assert_eq!(refreshed.0, 200);
    }
    assert_eq!(stays.subscription().await["used_requests"], 3);
    let (_, _, usage) = stays.get("/v1/me/usage").await;
    assert_eq!((&usage["requests_count"], &usage["session_count"]), (&json!(5), &json!(3)), "{usage}");
    // Sent again, its answer having been lost, it is as it was.
    let again = door.link(&guest, "113", Some(keep)).await;
    assert_eq!((again.0.as_u16(), &again.2), (200, &body));
    let (_, _, signed_in) = door.app.post(PATH, &door.body(&token("113").with("jti", 9), "n-1")).await;
    assert_eq!(id_of(&signed_in["user"]["id"]), stays.id);
    assert_eq!(run(&door.app, &["verify"]).await, "");
}

#[rstest]
#[case("this")]
#[case("other")]
#[tokio::test]
async fn what_is_being_answered_is_not_lost(
    #[case] keep: &str,
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let door = Door::open(database).await;
    let old = door.comes("113", "Анна").await;
    let guest = door.app.register("Аня").await;
    let goes = if keep == "this" { &old } else { &guest };
    let session = goes.session().await;
    door.model.next(Behaviour::deltas(["Начало ", "ответа"]).then_hang());
    let (_, _, accepted) = testkit::app::answer(
        goes.request(reqwest::Method::POST, &format!("/v1/sessions/{session}/messages"))
            .header("prefer", "respond-async")
            .json(&json!({"message_text": "Долго"})),
    )
    .await;
    assert!(accepted["message_id"].is_string(), "{accepted}");
    eventually("the answer has begun", || async { door.model.request_count() > 0 }).await;
    assert_eq!(door.link(&guest, "113", Some(keep)).await.0, 200);
    assert_eq!(door.app.query_i64("SELECT COUNT(*) FROM turns WHERE ended_at IS NULL").await.unwrap(), 0);
    let texts = door.app.query_texts("SELECT message_text FROM messages WHERE sender = 'user'").await.unwrap();
    assert_eq!(texts, ["Долго"]);
    assert_eq!(run(&door.app, &["verify"]).await, "");
}

#[rstest]
#[tokio::test]
async fn two_telegram_accounts_stay_apart(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    let old = door.comes("113", "Анна").await;
    let guest = door.app.register("Аня").await;
    let telegram = async |person: &Person, id: i64| {
        let sql = format!("UPDATE users SET telegram_id = {id} WHERE id = {}", door.app.sql_id(person.id));
        door.app.execute(&sql).await.unwrap();
    };
    telegram(&old, 5).await;
    telegram(&guest, 6).await;
    for keep in ["this", "other"] {
        assert_eq!(problem(&door.link(&guest, "113", Some(keep)).await), "409 accounts-apart");
    }
    assert_eq!(door.app.query_i64("SELECT COUNT(*) FROM users").await.unwrap(), 2);
    // One that has one keeps it, whichever account stays.
    door.app.execute("UPDATE users SET telegram_id = NULL WHERE telegram_id = 6").await.unwrap();
    let (_, _, body) = door.link(&guest, "113", Some("this")).await;
    assert_eq!((&body["user"]["telegram_id"], id_of(&body["user"]["id"])), (&json!(5), guest.id));
}

#[rstest]
#[tokio::test]
async fn a_blocked_account_is_not_joined(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    let old = door.comes("113", "Анна").await;
    let guest = door.app.register("Аня").await;
    let now = door.app.sql_time(1_700_000_000_000_000);
    let block = format!("UPDATE users SET blocked_at = {now} WHERE id = {}", door.app.sql_id(old.id));
    door.app.execute(&block).await.unwrap();
    for keep in ["this", "other"] {
        assert_eq!(problem(&door.link(&guest, "113", Some(keep)).await), "403 blocked");
    }
}

#[rstest]
#[tokio::test]
async fn a_forged_proof_joins_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let door = Door::open(database).await;
    door.comes("113", "Анна").await;
    let guest = door.app.register("Аня").await;
    for (token, nonce) in [
        (token("113").with("aud", "2-other"), "n-1"),
        (token("113").signed(testkit::google::Signature::Impostor), "n-1"),
        (token("113"), "n-2"),
    ] {
        let mut body: Value = door.body(&token, nonce);
        body["keep"] = json!("this");
        assert_eq!(problem(&guest.post(PATH, &body).await), "422 sign-in-invalid");
    }
    assert_eq!(door.app.query_i64("SELECT COUNT(*) FROM users").await.unwrap(), 2);
}
