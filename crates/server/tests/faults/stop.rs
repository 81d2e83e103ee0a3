//! A graceful stop: readers get what there is, nothing stays open, and nobody new is let in.

use std::time::Duration;

use reqwest::StatusCode;
use rstest::rstest;
use testkit::{
    app::{Database, Event, Person, TestApp, answer},
    model::{Behaviour, FakeModel},
};

use crate::{
    books,
    speech::is_beginning,
    support::{done, in_time, read, service},
};

/// Longer than any test waits.
fn slow() -> Behaviour {
    Behaviour::tokens(1_000).chunk_delay(Duration::from_millis(50))
}

async fn start(database: Database, shutdown_seconds: u32) -> (FakeModel, TestApp) {
    let model = FakeModel::start().await.unwrap();
    let service = service(database, &model).env("BESEDA__HTTP__SHUTDOWN_SECONDS", shutdown_seconds);
    (model, service.start().await.unwrap())
}

#[rstest]
#[tokio::test]
async fn open_streams_end_with_what_there_is(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, mut app) = start(database, 1).await;
    model.always(slow());
    let anna = app.register("Анна").await;
    let (session, other) = (anna.session().await, anna.session().await);
    let mut stream = anna.open_stream(session, "Расскажи").await;
    let mut heard = read(&mut stream, 5).await;
    anna.send_later(other, "И здесь").await;
    // Waits behind the first, and never gets to its first word.
    let waiting = anna.open_stream(session, "Потом ещё").await;

    let (stopped, events, unheard) = tokio::join!(
        in_time(20, "the service stops", app.terminate()),
        in_time(20, "the stream ends", stream.rest()),
        in_time(20, "the waiting stream ends", waiting.rest()),
    );
    assert_eq!(stopped.unwrap().code(), Some(0));
    heard.extend(events.iter().map(Event::text));
    let told = done(&events);
    assert_eq!(told["message_text"], heard.as_str());
    assert_eq!((&told["status"], &told["finish_reason"]), (&"partial".into(), &"interrupted".into()));
    assert!(is_beginning(&heard) && heard.len() > 100, "{heard}");
    let last = unheard.last().expect("an end");
    assert_eq!((last.name.as_str(), last.json()["problem"]["type"].as_str()), ("error", Some("interrupted")));
    books::assert_balanced(&app).await;
    assert_eq!(books::ends(&app).await, [("interrupted".to_owned(), 3)].into());

    // It starts again as if nothing had been.
    model.always(Behaviour::answer("Снова здесь."));
    app.restart().await.unwrap();
    let (status, _, body) = anna.send(session, "Ты тут?").await;
    assert_eq!((status, &body["ai_message"]["message_text"]), (StatusCode::CREATED, &"Снова здесь.".into()));
}

#[rstest]
#[tokio::test]
async fn an_answer_that_is_nearly_done_is_finished(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, mut app) = start(database, 30).await;
    model.always(Behaviour::tokens(30).chunk_delay(Duration::from_millis(30)));
    let anna = app.register("Анна").await;
    let mut stream = anna.open_stream(anna.session().await, "Расскажи").await;
    read(&mut stream, 2).await;
    let (stopped, events) = tokio::join!(in_time(20, "the service stops", app.terminate()), stream.rest());
    assert_eq!(stopped.unwrap().code(), Some(0));
    assert_eq!(done(&events)["status"], "complete");
    books::assert_balanced(&app).await;
    assert_eq!(books::ends(&app).await, [("complete".to_owned(), 1)].into());
}

#[rstest]
#[tokio::test]
async fn nobody_new_is_let_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, mut app) = start(database, 2).await;
    model.always(slow());
    let anna = app.register("Анна").await;
    let (session, other) = (anna.session().await, anna.session().await);
    let stream = anna.open_stream(session, "Расскажи").await;
    let ready = app.client().get(format!("{}/readyz", app.base_url()));
    let (stopped, ()) = tokio::join!(in_time(20, "the service stops", app.terminate()), async {
        // Until the signal has arrived.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(answer(ready).await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused(&anna, other).await, "shutting-down");
        // Reading goes on meanwhile.
        assert_eq!(anna.get("/v1/me").await.0, StatusCode::OK);
        drop(stream);
    });
    assert_eq!(stopped.unwrap().code(), Some(0));
    let gone = anna.sending(other, "Есть кто?").send().await;
    assert!(gone.is_err_and(|error| error.is_connect()), "the address is free");
    books::assert_balanced(&app).await;
    assert_eq!(books::ends(&app).await, [("interrupted".to_owned(), 1)].into());
}

/// Why a send is refused.
async fn refused(person: &Person, session: uuid::Uuid) -> String {
    let (status, headers, body) = person.send(session, "Ещё").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert!(headers.contains_key("retry-after"), "{body}");
    body["type"].as_str().unwrap_or_default().to_owned()
}
