//! The books must balance: what was answered is what is stored, charged and journalled, and nothing is left open.

use std::collections::BTreeMap;

use testkit::app::TestApp;

/// Each counts what must not be.
const WRONG: &[(&str, &str)] = &[
    ("open turns", "SELECT COUNT(*) FROM turns WHERE ended_at IS NULL"),
    ("reservations", "SELECT COUNT(*) FROM subscriptions WHERE reserved <> 0"),
    (
        "people whose used_requests are not their answered turns",
        "SELECT COUNT(*) FROM users u WHERE \
         (SELECT CAST(COALESCE(SUM(s.used_requests), 0) AS BIGINT) FROM subscriptions s WHERE s.user_id = u.id) <> \
         (SELECT COUNT(*) FROM turns t WHERE t.user_id = u.id AND t.answered)",
    ),
    (
        "days whose requests_count are not the answered turns accepted on them",
        "SELECT COUNT(*) FROM usage_logs l WHERE l.requests_count <> \
         (SELECT COUNT(*) FROM turns t WHERE t.user_id = l.user_id AND t.day = l.date AND t.answered)",
    ),
    (
        "days whose tokens_used are not those of their turns",
        "SELECT COUNT(*) FROM usage_logs l WHERE l.tokens_used <> \
         (SELECT CAST(COALESCE(SUM(t.tokens), 0) AS BIGINT) FROM turns t WHERE t.user_id = l.user_id AND t.day = l.date)",
    ),
    (
        "days whose session_count are not the dialogues begun",
        "SELECT COUNT(*) FROM users u WHERE \
         (SELECT CAST(COALESCE(SUM(l.session_count), 0) AS BIGINT) FROM usage_logs l WHERE l.user_id = u.id) <> \
         (SELECT COUNT(*) FROM chat_sessions s WHERE s.user_id = u.id)",
    ),
    (
        "answered turns of days without a row",
        "SELECT COUNT(*) FROM turns t WHERE t.answered AND NOT EXISTS \
         (SELECT 1 FROM usage_logs l WHERE l.user_id = t.user_id AND l.date = t.day)",
    ),
    (
        "people whose used_tokens are not those of their turns",
        "SELECT COUNT(*) FROM users u WHERE \
         (SELECT CAST(COALESCE(SUM(s.used_tokens), 0) AS BIGINT) FROM subscriptions s WHERE s.user_id = u.id) <> \
         (SELECT CAST(COALESCE(SUM(t.tokens), 0) AS BIGINT) FROM turns t WHERE t.user_id = u.id)",
    ),
    (
        "people whose messages' token_usage are not the tokens of their turns",
        "SELECT COUNT(*) FROM users u WHERE \
         (SELECT CAST(COALESCE(SUM(m.token_usage), 0) AS BIGINT) FROM messages m WHERE m.user_id = u.id) <> \
         (SELECT CAST(COALESCE(SUM(t.tokens), 0) AS BIGINT) FROM turns t WHERE t.user_id = u.id)",
    ),
    (
        "turns that are not answered exactly when they have an AI message",
        "SELECT COUNT(*) FROM turns t WHERE t.answered <> EXISTS \
         (SELECT 1 FROM messages m WHERE m.turn_id = t.id AND m.sender = 'ai' AND m.id = t.ai_message_id)",
    ),
    (
        "AI messages without an answered turn",
        "SELECT COUNT(*) FROM messages m WHERE m.sender = 'ai' AND NOT EXISTS \
         (SELECT 1 FROM turns t WHERE t.id = m.turn_id AND t.ai_message_id = m.id AND t.message_id = m.answers_id)",
    ),
    (
        "turns without their question",
        "SELECT COUNT(*) FROM turns t WHERE NOT EXISTS \
         (SELECT 1 FROM messages m WHERE m.id = t.message_id AND m.sender = 'user' AND m.session_id = t.session_id)",
    ),
    (
        "questions without a turn",
        "SELECT COUNT(*) FROM messages m WHERE m.sender = 'user' AND NOT EXISTS \
         (SELECT 1 FROM turns t WHERE t.id = m.turn_id AND t.message_id = m.id)",
    ),
    (
        "answered turns without a journal row",
        "SELECT COUNT(*) FROM turns t WHERE t.answered AND NOT EXISTS \
         (SELECT 1 FROM ai_requests r WHERE r.turn_id = t.id)",
    ),
    (
        "stopped or interrupted answers that are not marked partial",
        "SELECT COUNT(*) FROM turns t JOIN messages m ON m.id = t.ai_message_id \
         WHERE t.state IN ('stopped', 'interrupted') AND m.status <> 'partial'",
    ),
    ("failed turns with an answer", "SELECT COUNT(*) FROM turns t WHERE t.state = 'failed' AND t.answered"),
    ("checkpoints of turns that have ended", "SELECT COUNT(*) FROM turns t WHERE t.partial_text IS NOT NULL"),
];

/// Asserts that the books of a service at rest balance.
pub(crate) async fn assert_balanced(app: &TestApp) {
    let mut wrong = Vec::new();
    for (what, sql) in WRONG {
        let count = app.query_i64(sql).await.unwrap();
        if count != 0 {
            wrong.push(format!("{count} {what}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many turns ended in each state.
pub(crate) async fn ends(app: &TestApp) -> BTreeMap<String, i64> {
    let sql = "SELECT state, COUNT(*) FROM turns GROUP BY state";
    app.sql::<(String, i64)>(sql).await.unwrap().into_iter().collect()
}

/// How many turns are open.
pub(crate) async fn open_turns(app: &TestApp) -> i64 {
    app.query_i64("SELECT COUNT(*) FROM turns WHERE ended_at IS NULL").await.unwrap()
}
