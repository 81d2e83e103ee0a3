//! The user's own document: seven tables, under their own names and columns.

use rstest::rstest;
use testkit::app::Database;

use crate::support::{columns_sql, start, tables_sql};

const TABLES: [(&str, &str); 7] = [
    ("users", "id telegram_id username first_name last_name gender created_at"),
    ("chat_sessions", "id user_id started_at ended_at is_active"),
    ("messages", "id session_id sender message_text created_at token_usage"),
    (
        "ai_requests",
        "id message_id request_payload response_payload response_time_ms status_code error_message created_at",
    ),
    ("subscriptions", "id user_id plan_name is_active start_date end_date usage_limit used_requests auto_renew"),
    ("usage_logs", "id user_id date requests_count tokens_used session_count"),
    ("admins", "id user_id role created_at"),
];

#[rstest]
#[tokio::test]
async fn the_seven_tables_have_the_users_columns(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    for (table, expected) in TABLES {
        let columns = app.query_texts(&columns_sql(database, table)).await.unwrap();
        println!("{table}: {}", columns.join(" "));
        for column in expected.split(' ') {
            assert!(columns.iter().any(|name| name == column), "{table}.{column} is missing: {columns:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn every_row_of_a_person_carries_their_id(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let common = [
        "users",
        "plans",
        "nodes",
        "roles",
        "telegram_updates",
        "jobs",
        "positions",
        // It outlives the people it signed in.
        "used_proofs",
        // Of the service itself.
        "service_keys",
        "settings",
        // Its text is the service's own.
        "broadcasts",
        // Sums over all people.
        "day_figures",
        "usage_days",
        // It outlives the people it names.
        "audit_log",
        // It belongs to a session of the panel, and goes with it.
        "openings",
        // It belongs to such a session too, or to nobody who is known yet.
        "passkey_challenges",
        "_sqlx_migrations",
    ];
    for table in app.query_texts(tables_sql(database)).await.unwrap() {
        let columns = app.query_texts(&columns_sql(database, &table)).await.unwrap();
        let has = columns.iter().any(|name| name == "user_id");
        assert_eq!(has, !common.contains(&table.as_str()), "{table}: {columns:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_conversation_fills_them_as_the_document_says(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    let texts = |sql: &'static str| {
        let app = &app;
        async move { app.query_texts(sql).await.unwrap() }
    };
    assert_eq!(texts("SELECT gender FROM users").await, ["female"]);
    let is_active = "SELECT CASE WHEN is_active AND ended_at IS NULL THEN 'open' ELSE 'ended' END FROM chat_sessions";
    assert_eq!(texts(is_active).await, ["open"]);
    let messages = "SELECT sender || ': ' || message_text FROM messages ORDER BY seq, sender DESC";
    assert_eq!(texts(messages).await, ["user: Привет", "ai: Привет! Hello."]);
    assert_eq!(app.query_i64("SELECT token_usage FROM messages WHERE sender = 'ai'").await.unwrap(), 9);
    let journal = "SELECT m.message_text FROM ai_requests r JOIN messages m ON m.id = r.message_id \
                   WHERE r.status_code = 200 AND r.response_time_ms >= 0 AND r.error_message IS NULL";
    assert_eq!(texts(journal).await, ["Привет"]);
    let subscriptions =
        "SELECT plan_name FROM subscriptions WHERE is_active AND used_requests = 1 AND usage_limit = 50";
    assert_eq!(texts(subscriptions).await, ["free"]);
    let usage = "SELECT count(*) FROM usage_logs WHERE requests_count = 1 AND tokens_used = 9 AND session_count = 1";
    assert_eq!(app.query_i64(usage).await.unwrap(), 1);
    anna.post(&format!("/v1/sessions/{session}/end"), &serde_json::json!({})).await;
    assert_eq!(texts(is_active).await, ["ended"]);
}
