//! Reading an answer from any position: cut, resumed, read by two.

use std::time::Duration;

use rstest::rstest;
use testkit::{
    app::{Database, Event, Events, Person, id_of, joined},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{problem, start};

/// An answer with characters of every length, slow enough to be cut anywhere.
fn answer() -> Behaviour {
    let deltas = [
        "Да",
        ", ",
        "👩\u{200d}👩\u{200d}👧",
        " 👍🏽",
        "\n\n",
        "e\u{301}",
        "𝄞 ",
        "и \"так\" ",
        "\u{2028}",
        "далее",
        "…",
        " Конец",
    ];
    Behaviour::deltas(deltas).chunk_delay(Duration::from_millis(25))
}

async fn after(person: &Person, message: Uuid, position: &str, by_header: bool) -> Events {
    if by_header {
        return person.resume(message, Some(position)).await;
    }
    let path = format!("/v1/messages/{message}/stream?after={position}");
    Events::open(person.request(reqwest::Method::GET, &path)).await
}

/// Reads an answer with a new connection for each event.
async fn in_cuts(person: &Person, message: Uuid) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut stream = person.resume(message, None).await;
    while let Some(event) = stream.next().await {
        let ended = event.id == "end";
        events.push(event);
        drop(stream);
        if ended {
            break;
        }
        stream = after(person, message, &events.last().unwrap().id, events.len().is_multiple_of(2)).await;
    }
    events
}

/// The stored answer.
async fn stored(app: &testkit::app::TestApp) -> String {
    app.query_text("SELECT message_text FROM messages WHERE sender = 'ai'").await.unwrap()
}

#[rstest]
#[tokio::test]
async fn a_stream_cut_after_every_event_is_whole(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(answer());
    let mut first = anna.open_stream(session, "Привет").await;
    let message = id_of(&first.next().await.unwrap().json()["message_id"]);
    drop(first);

    let (one, two, straight) = tokio::join!(in_cuts(&anna, message), in_cuts(&anna, message), async {
        anna.resume(message, None).await.rest().await
    });
    let text = stored(&app).await;
    for events in [&one, &two, &straight] {
        assert_eq!(joined(events).as_bytes(), text.as_bytes());
        assert_eq!(events.first().unwrap().name, "accepted");
        assert_eq!(events.last().unwrap().name, "done");
        assert_eq!(events.last().unwrap().json()["ai_message"]["message_text"], text);
    }
    println!("cut {} and {} times while running; {} events straight", one.len(), two.len(), straight.len());
    assert!(one.len() > 5, "the answer was over before it could be cut: {one:?}");
    assert_eq!(model.request_count(), 1);

    // After the end: from every position.
    assert_eq!(joined(&in_cuts(&anna, message).await), text);
    for position in 0..=text.chars().count() {
        let events = after(&anna, message, &position.to_string(), position.is_multiple_of(2)).await.rest().await;
        assert_eq!(joined(&events), text.chars().skip(position).collect::<String>());
        assert_eq!(events.last().unwrap(), straight.last().unwrap());
    }
}

#[rstest]
#[tokio::test]
async fn two_readers_at_once_see_the_same(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(answer());
    let mut sender = anna.open_stream(session, "Привет").await;
    let accepted = sender.next().await.unwrap();
    let message = id_of(&accepted.json()["message_id"]);
    let (sender, reader) = tokio::join!(sender.rest(), async { anna.resume(message, None).await.rest().await });
    assert_eq!(joined(&sender), joined(&reader));
    assert_eq!(reader[0], accepted);
    assert_eq!(sender.last(), reader.last());
    assert_eq!(joined(&reader), stored(&app).await);
}

#[rstest]
#[tokio::test]
async fn after_the_end_there_is_nothing_more(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.next(Behaviour::error(400, "{}"));
    for end in ["error", "done"] {
        let message = anna.send_later(session, "Привет").await;
        let events = anna.resume(message, None).await.rest().await;
        assert_eq!(events.last().unwrap().name, end);
        let replayed = anna.resume(message, None).await.rest().await;
        assert_eq!((replayed.first(), replayed.last()), (events.first(), events.last()));
        let path = format!("/v1/messages/{message}/stream");
        let (status, _, body) = anna.get(&format!("{path}?after=end")).await;
        assert_eq!((status.as_u16(), body.is_null()), (204, true));
        let ended = anna.request(reqwest::Method::GET, &path).header("last-event-id", "end");
        assert_eq!(Events::ask(ended).await.status(), 204);
        // The header is what a browser sends by itself; it wins.
        let both = anna.request(reqwest::Method::GET, &format!("{path}?after=0")).header("last-event-id", "end");
        assert_eq!(Events::ask(both).await.status(), 204);
    }
}

#[rstest]
#[tokio::test]
async fn a_position_beyond_the_text_brings_the_end(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let message = anna.send_later(session, "Привет").await;
    anna.resume(message, None).await.until("done").await;
    for position in ["14", "15", "18446744073709551615"] {
        let events = anna.resume(message, Some(position)).await.rest().await;
        assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["done"], "{position}");
    }
}

#[rstest]
#[tokio::test]
async fn what_is_no_position_or_no_message_is_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    let session = anna.session().await;
    let (_, _, answered) = anna.send(session, "Привет").await;
    let path = |message: &serde_json::Value| format!("/v1/messages/{}/stream", message.as_str().unwrap());
    let question = path(&answered["user_message"]["id"]);
    for position in ["abc", "-1", "1.5", "", "18446744073709551616", "End"] {
        let refused = anna.get(&format!("{question}?after={position}")).await;
        assert_eq!(problem(&refused), "400 invalid-cursor", "{position:?}");
    }
    assert_eq!(problem(&boris.get(&question).await), "404 not-found");
    assert_eq!(problem(&boris.get(&format!("{question}?after=end")).await), "404 not-found");
    assert_eq!(problem(&anna.get(&path(&answered["ai_message"]["id"])).await), "404 not-found");
    assert_eq!(problem(&anna.get(&format!("/v1/messages/{}/stream", Uuid::nil())).await), "404 not-found");
    assert_eq!(problem(&anna.get(&format!("{question}?turn={}", Uuid::nil())).await), "404 not-found");
    assert_eq!(problem(&anna.get(&format!("{question}?turn=nonsense")).await), "400 bad-request");
}
