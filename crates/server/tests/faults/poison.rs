//! Whatever a model sends can be stored: nothing in it keeps a turn open.

use rstest::rstest;
use testkit::{
    app::Database,
    model::{Behaviour, FakeModel},
};

use crate::{
    books,
    support::{in_time, service},
};

/// JSON may carry U+0000, which PostgreSQL cannot store.
fn poisons() -> Vec<(&'static str, Behaviour)> {
    let error = r#"{"error":{"message":"a\u0000b","type":"c\u0000d","code":"e\u0000f"}}"#;
    let stream = |events: &str| Behaviour::raw("text/event-stream", events.to_owned());
    vec![
        ("a text", Behaviour::deltas(["a\0b", "\0", "c"])),
        ("a text that is nothing else", Behaviour::deltas(["\0"])),
        ("a whole text", Behaviour::json("a\0b")),
        ("a finish reason", Behaviour::tokens(3).finish_reason("e\0nd")),
        ("an error", Behaviour::error(500, error)),
        ("an error of the request's own", Behaviour::error(400, error)),
        ("an error page", Behaviour::error(502, "<html>\0</html>")),
        ("an error in a stream", stream(&format!("data: {error}\n\n"))),
        ("no protocol", stream("data: \0\n\n")),
        ("thoughts", Behaviour::tokens(3).reasoning("hm \0 hm")),
        (
            "a model's name",
            stream(
                "data: {\"id\":\"x\\u0000\",\"model\":\"m\\u0000\",\"system_fingerprint\":\"f\\u0000\",\"choices\":\
                 [{\"index\":0,\"delta\":{\"content\":\"да\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            ),
        ),
        ("countless tokens", Behaviour::tokens(3).usage(1 << 62, 1 << 62)),
        ("countless tokens again", Behaviour::tokens(3).usage(1 << 62, 1 << 62)),
    ]
}

#[rstest]
#[tokio::test]
async fn a_turn_always_ends(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let model = FakeModel::start().await.unwrap();
    let quiet = [("BESEDA__LLM__RETRIES", 0), ("BESEDA__LLM__REST_AFTER_FAILURES", 1_000)];
    let service = quiet.iter().fold(service(database, &model), |service, (name, value)| service.env(name, value));
    let app = service.start().await.unwrap();
    let anna = app.register("Анна").await;
    for (what, behaviour) in poisons() {
        model.next(behaviour);
        let session = anna.session().await;
        let (status, _, body) = in_time(10, what, anna.send(session, "Привет")).await;
        assert!([201, 502].contains(&status.as_u16()), "{what}: {status} {body}");
        let told = body["ai_message"]["message_text"].as_str().unwrap_or_default();
        assert!(!told.contains('\0'), "{what}: {told:?}");
        let (status, _, export) = anna.get("/v1/me/export").await;
        assert!(status == 200 && export.is_object(), "{what}: {export}");
    }
    assert_eq!(books::open_turns(&app).await, 0);
    books::assert_balanced(&app).await;
}
