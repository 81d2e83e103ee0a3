//! A service moved between SQLite and PostgreSQL carries on: histories, quotas, keys and tokens.

use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    model::{Behaviour, FakeModel},
};
use uuid::Uuid;

use crate::support::service;

/// What a person sees of their account.
async fn seen(person: &Person, session: Uuid) -> [Value; 5] {
    let mut seen = [const { Value::Null }; 5];
    let history = format!("/v1/sessions/{session}/messages");
    for (place, path) in ["/v1/me", "/v1/me/subscription", "/v1/sessions", "/v1/push", &history].into_iter().enumerate()
    {
        let (status, _, body) = person.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        seen[place] = body;
    }
    seen
}

/// Moves the service in `from` to the empty database of `to`, and starts it there.
async fn moved(mut from: TestApp, mut to: TestApp, person: &Person, session: Uuid) -> (TestApp, Person) {
    let before = seen(person, session).await;
    let refused = from.run(&["copy", "--to", to.database_url()]).await.unwrap();
    assert!(!refused.success && refused.stderr.contains("serv"), "copied while it serves: {refused:?}");
    from.terminate().await.unwrap();
    let copied = from.run(&["copy", "--to", to.database_url()]).await.unwrap();
    assert!(copied.success && copied.stdout.contains("copied and verified"), "{copied:?}");
    let again = from.run(&["copy", "--to", to.database_url()]).await.unwrap();
    assert!(!again.success && again.stderr.contains("empty database"), "{again:?}");
    to.restart().await.unwrap();
    let person = person.at(to.base_url());
    assert_eq!(seen(&person, session).await, before);
    (to, person)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_is_moved_to_postgres_and_back() {
    let model = FakeModel::start().await.unwrap();
    let sqlite = service(Database::Sqlite, &model).start().await.unwrap();
    let person = sqlite.register("Анна").await;
    let session = person.session().await;
    for text in ["Раз 👍🏽", "Два", "Три"] {
        assert_eq!(person.send(session, text).await.0, 201);
    }
    model.next(Behaviour::error(500, "{}"));
    model.next(Behaviour::error(500, "{}"));
    assert_eq!(person.send(session, "Без ответа").await.0, 502);
    let (_, _, first) = person.send_with_key(session, "С ключом", "k1").await;

    let postgres = service(Database::Postgres, &model).prepare().await.unwrap();
    let (postgres, person) = moved(sqlite, postgres, &person, session).await;
    let (status, _, replayed) = person.send_with_key(session, "С ключом", "k1").await;
    assert_eq!((status.as_u16(), &replayed["ai_message"]), (201, &first["ai_message"]));
    let (status, _, answered) = person.send(session, "Дальше").await;
    assert_eq!((status.as_u16(), &answered["subscription"]["used_requests"]), (201, &json!(5)));

    let sqlite = service(Database::Sqlite, &model).prepare().await.unwrap();
    let (sqlite, person) = moved(postgres, sqlite, &person, session).await;
    let (status, _, answered) = person.send(session, "И снова дома").await;
    assert_eq!((status.as_u16(), &answered["subscription"]["used_requests"]), (201, &json!(6)));
    let (status, _, pair) = sqlite.post("/v1/auth/refresh", &json!({"refresh_token": person.refresh_token})).await;
    assert_eq!(status, 200, "{pair}");
    let (_, _, export) = person.get("/v1/me/export").await;
    let attempts = export["ai_requests"].as_array().unwrap();
    assert!(attempts.len() >= 7 && attempts.iter().all(|attempt| attempt["request_verified"] == json!(true)));
}
