//! `DELETE /v1/me`: everything is gone.

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Person, TestApp},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{columns_sql, eventually, problem, start, tables_sql};

/// Rows that carry the person's id, by table.
async fn rows(app: &TestApp, person: &Person) -> Vec<(String, i64)> {
    let mut counts = Vec::new();
    for table in app.query_texts(tables_sql(app.database())).await.unwrap() {
        let columns = app.query_texts(&columns_sql(app.database(), &table)).await.unwrap();
        let Some(column) = columns.iter().find(|name| *name == "user_id" || (table == "users" && *name == "id")) else {
            continue;
        };
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = {}", app.sql_id(person.id));
        counts.push((table, app.query_i64(&sql).await.unwrap()));
    }
    counts
}

async fn appoint(app: &TestApp, person: &Person, number: u128) {
    let (id, user, now) = (app.sql_id(Uuid::from_u128(number)), app.sql_id(person.id), app.sql_time(1));
    let sql = format!("INSERT INTO admins (id, user_id, role, created_at) VALUES ({id}, {user}, 'owner', {now})");
    app.execute(&sql).await.unwrap();
}

/// What a person who talks to the bot leaves there.
async fn talk_to_the_bot(app: &TestApp, person: &Person, number: u128) {
    let (id, user, now) = (app.sql_id(Uuid::from_u128(number)), app.sql_id(person.id), app.sql_time(1));
    for sql in [
        format!(
            "INSERT INTO telegram_chats (id, user_id, telegram_id, chat_id, created_at) \
             VALUES ({id}, {user}, {number}, {number}, {now})"
        ),
        format!(
            "INSERT INTO deliveries (id, user_id, chat_id, message, created_at, run_at) \
             VALUES ({id}, {user}, {number}, '', {now}, {now})"
        ),
        format!(
            "INSERT INTO broadcasts (id, created_at, text_ru, text_en, state) VALUES ({id}, {now}, 'а', 'a', 'done')"
        ),
        format!("INSERT INTO broadcast_recipients (broadcast_id, user_id, delivery_id) VALUES ({id}, {user}, {id})"),
        // The hash is bytes: in SQLite an id is written as such, in PostgreSQL it has to be made of one.
        match app.database() {
            Database::Sqlite => format!("INSERT INTO link_codes VALUES ({id}, {user}, {now}, {now}, NULL)"),
            Database::Postgres => {
                format!("INSERT INTO link_codes VALUES (uuid_send({id}), {user}, {now}, {now}, NULL)")
            }
        },
    ] {
        app.execute(&sql).await.unwrap();
    }
}

/// What a person who has linked an account elsewhere leaves.
async fn link_elsewhere(app: &TestApp, person: &Person, number: u128) {
    let (id, user, now) = (app.sql_id(Uuid::from_u128(number)), app.sql_id(person.id), app.sql_time(1));
    let sql = format!("INSERT INTO identities VALUES ({id}, {user}, 'google', '{number}', {now})");
    app.execute(&sql).await.unwrap();
}

/// What a person who runs the service, and has reported an answer, leaves in the panel.
async fn work_in_the_panel(app: &TestApp, person: &Person, number: u128) {
    let (id, user, now) = (app.sql_id(Uuid::from_u128(number)), app.sql_id(person.id), app.sql_time(1));
    // A hash is bytes: in SQLite an id is written as such, in PostgreSQL it has to be made of one.
    let (hash, no) = match app.database() {
        Database::Sqlite => (id.clone(), "0"),
        Database::Postgres => (format!("uuid_send({id})"), "FALSE"),
    };
    for sql in [
        format!("INSERT INTO admin_links VALUES ({hash}, {user}, 'cli', {now}, {now}, NULL)"),
        format!(
            "INSERT INTO admin_sessions (id, user_id, token_hash, created_at, rotated_at, last_seen_at, expires_at, address) \
             VALUES ({id}, {user}, {hash}, {now}, {now}, {now}, {now}, '')"
        ),
        format!(
            "INSERT INTO passkeys (id, user_id, name, credential_id, public_key, algorithm, sign_count, \
             backup_eligible, created_at) VALUES ({id}, {user}, 'Телефон', {hash}, {hash}, -7, 0, {no}, {now})"
        ),
        format!(
            "INSERT INTO reports (id, user_id, message_id, category, created_at, handled_by) \
             SELECT {id}, {user}, m.id, 'wrong', {now}, {user} FROM messages m \
             WHERE m.user_id = {user} AND m.sender = 'ai' LIMIT 1"
        ),
    ] {
        app.execute(&sql).await.unwrap();
    }
}

/// A browser that is to be told of answers.
async fn subscribe_a_browser(person: &Person) {
    let keys = json!({
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    });
    let subscription = json!({"endpoint": format!("https://8.8.8.8/{}", person.id), "keys": keys});
    assert_eq!(person.post("/v1/me/push-subscriptions", &subscription).await.0, 201);
}

#[rstest]
#[tokio::test]
async fn erasing_leaves_no_row(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    for person in [&anna, &boris] {
        let session = person.session().await;
        person.send(session, "Привет").await;
        person.send(session, "!fake status=400").await;
    }
    appoint(&app, &anna, 1).await;
    appoint(&app, &boris, 2).await;
    talk_to_the_bot(&app, &anna, 1).await;
    talk_to_the_bot(&app, &boris, 2).await;
    link_elsewhere(&app, &anna, 1).await;
    link_elsewhere(&app, &boris, 2).await;
    work_in_the_panel(&app, &anna, 1).await;
    work_in_the_panel(&app, &boris, 2).await;
    for person in [&anna, &boris] {
        subscribe_a_browser(person).await;
        let deleted = person.session().await;
        person.delete(&format!("/v1/sessions/{deleted}")).await;
        let granted = app.run(&["subscription", "grant", "--user", &person.id.to_string(), "--plan", "premium"]).await;
        assert!(granted.unwrap().success);
    }
    let before = rows(&app, &boris).await;
    println!("{before:?}");
    assert!(before.iter().all(|(_, count)| *count > 0), "{before:?}");

    let (status, _, body) = anna.delete("/v1/me").await;
    assert_eq!((status.as_u16(), body), (204, json!(null)));
    let after = rows(&app, &anna).await;
    assert!(after.iter().all(|(_, count)| *count == 0), "{after:?}");
    assert_eq!(rows(&app, &boris).await, before);
    assert_eq!(problem(&anna.get("/v1/me").await), "401 unauthorized");
    assert_eq!(problem(&anna.delete("/v1/me").await), "401 unauthorized");
    let refreshed = app.post("/v1/auth/refresh", &json!({"refresh_token": anna.refresh_token})).await;
    assert_eq!(problem(&refreshed), "401 unauthorized");
    assert_eq!(boris.get("/v1/me").await.0, 200);
}

#[rstest]
#[tokio::test]
async fn a_running_answer_is_stopped(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let (running, waiting) = (anna.session().await, anna.session().await);
    model.always(Behaviour::tokens(5).hang_after(2));
    let mut stream = anna.open_stream(running, "Привет").await;
    stream.until("delta").await;
    anna.send_later(waiting, "!fake hang_after=0").await;
    anna.send_later(waiting, "этот ждёт").await;
    eventually("both models are asked", || async { model.request_count() == 2 }).await;

    assert_eq!(anna.delete("/v1/me").await.0, 204);
    eventually("the model's connections are closed", || async { model.disconnects() == 2 }).await;
    let last = stream.rest().await.pop().unwrap();
    assert_eq!((last.name.as_str(), last.id.as_str()), ("done", "end"));
    let left = rows(&app, &anna).await;
    assert!(left.iter().all(|(_, count)| *count == 0), "{left:?}");
}

#[rstest]
#[tokio::test]
async fn the_last_owner_stays(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    appoint(&app, &anna, 1).await;
    assert_eq!(problem(&anna.delete("/v1/me").await), "409 last-owner");
    assert_eq!(anna.get("/v1/me").await.0, 200);
    appoint(&app, &boris, 2).await;
    assert_eq!(anna.delete("/v1/me").await.0, 204);
    assert_eq!(problem(&boris.delete("/v1/me").await), "409 last-owner");
}
