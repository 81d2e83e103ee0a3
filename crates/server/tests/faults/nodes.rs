//! Two nodes on one PostgreSQL: whichever is called, a person has one service.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::{
    app::{Database, Event, Events, Person, TestApp, answer, id_of, joined},
    model::{Behaviour, FakeModel},
};
use uuid::Uuid;

use crate::{
    books,
    speech::is_beginning,
    support::{done, in_time, read, service, within},
};

/// A lease lasts 5 s and lost turns are looked for every 2 s; the rest is for a busy machine.
const LEASE: u64 = 20;

/// Words as people read them.
fn steady(words: usize) -> Behaviour {
    Behaviour::tokens(words).chunk_delay(Duration::from_millis(40))
}

struct Nodes {
    model: FakeModel,
    b: TestApp,
    /// Owns the database, so it goes last.
    a: TestApp,
}

impl Nodes {
    async fn start() -> Self {
        let model = FakeModel::start().await.unwrap();
        let a = service(Database::Postgres, &model).start().await.unwrap();
        let b = service(Database::Postgres, &model).database_url(a.database_url()).start().await.unwrap();
        Self { model, b, a }
    }

    /// A person registered at A, calling A and calling B.
    async fn anna(&self) -> (Person, Person) {
        let anna = self.a.register("Анна").await;
        let at_b = anna.at(self.b.base_url());
        (anna, at_b)
    }
}

async fn resume(person: &Person, message: Uuid, after: &str) -> Events {
    in_time(10, "the stream begins", person.resume(message, Some(after))).await
}

#[tokio::test]
async fn a_turn_is_streamed_resumed_and_stopped_through_the_other_node() {
    let nodes = Nodes::start().await;
    nodes.model.always(steady(1_000));
    let (at_a, at_b) = nodes.anna().await;
    let session = at_a.session().await;
    let mut first = at_a.open_stream(session, "Расскажи").await;
    let message = id_of(&first.until("accepted").await.json()["message_id"]);
    read(&mut first, 3).await;

    let mut whole = at_b.resume(message, None).await;
    assert_eq!(whole.until("accepted").await.json()["message_id"], json!(message));
    let mut heard = read(&mut whole, 10).await;
    assert!(is_beginning(&heard), "{heard}");
    let last = whole.until("delta").await;
    heard += &last.text();
    drop(whole);
    assert_eq!(last.id, heard.chars().count().to_string());

    let mut rest = resume(&at_b, message, &last.id).await;
    heard += &read(&mut rest, 10).await;
    let stop = format!("/v1/messages/{message}/stop");
    let (status, _, stopped) = in_time(10, "the stop", at_b.post(&stop, &json!({}))).await;
    assert_eq!((status, &stopped["state"]), (StatusCode::OK, &json!("stopped")), "{stopped}");
    let events = in_time(10, "the end", rest.rest()).await;
    heard += &joined(&events);
    assert_eq!(done(&events)["message_text"], heard.as_str());
    assert_eq!(stopped["ai_message"]["message_text"], heard.as_str());
    assert_eq!(done(&in_time(10, "the end at A", first.rest()).await)["message_text"], heard.as_str());
    // Afterwards either node tells it from the database.
    for person in [&at_a, &at_b] {
        let again = resume(person, message, "0").await.rest().await;
        assert_eq!((joined(&again), &done(&again)["status"]), (heard.clone(), &json!("partial")));
    }
    books::assert_balanced(&nodes.a).await;
}

#[tokio::test]
async fn a_key_means_the_same_turn_on_both_nodes() {
    let nodes = Nodes::start().await;
    nodes.model.always(steady(30));
    let (at_a, at_b) = nodes.anna().await;
    let session = at_a.session().await;
    let (first, second, streamed) = tokio::join!(
        at_a.send_with_key(session, "Один раз", "k1"),
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            at_b.send_with_key(session, "Один раз", "k1").await
        },
        async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            Events::open(at_b.sending(session, "Один раз").header("idempotency-key", "k1")).await.rest().await
        },
    );
    assert_eq!((first.0, second.0), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.2, second.2);
    assert_eq!((&done(&streamed), joined(&streamed)), (&first.2["ai_message"], text(&first.2["ai_message"])));
    assert_eq!(nodes.model.request_count(), 1);
    let (status, _, body) = at_b.send_with_key(session, "Другое", "k1").await;
    assert_eq!((status.as_u16(), &body["type"]), (422, &json!("idempotency-key-reused")));
    // Both at the same moment.
    let at_once = tokio::join!(at_a.send_with_key(session, "Ещё", "k2"), at_b.send_with_key(session, "Ещё", "k2"));
    assert_eq!((at_once.0.0, &at_once.0.2), (StatusCode::CREATED, &at_once.1.2));
    assert_eq!(nodes.model.request_count(), 2);
    books::assert_balanced(&nodes.a).await;
}

fn text(message: &serde_json::Value) -> String {
    message["message_text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_dialogue_keeps_its_order_over_both_nodes() {
    let nodes = Nodes::start().await;
    nodes.model.always(Behaviour::tokens(5).chunk_delay(Duration::from_millis(20)));
    let (at_a, at_b) = nodes.anna().await;
    let session = at_a.session().await;
    for number in 0..12 {
        let person = if number % 2 == 0 { &at_a } else { &at_b };
        person.send_later(session, &format!("Вопрос {number}")).await;
    }
    within(30, "all are answered", || async { books::open_turns(&nodes.a).await == 0 }).await;
    let asked: Vec<_> = nodes.model.requests().iter().map(|request| last_question(&request.body)).collect();
    assert_eq!(asked, (0..12).map(|number| format!("Вопрос {number}")).collect::<Vec<_>>());
    // The model was never asked before it had finished the answer before: each saw all earlier ones.
    let seen: Vec<_> = nodes.model.requests().iter().map(|request| answers(&request.body)).collect();
    assert_eq!(seen, (0..12).collect::<Vec<_>>());
    let overlaps = "SELECT COUNT(*) FROM ai_requests r JOIN ai_requests s ON s.id > r.id \
                    WHERE s.created_at < r.created_at + r.response_time_ms * interval '1 millisecond'";
    assert_eq!(nodes.a.query_i64(overlaps).await.unwrap(), 0);
    let owners = "SELECT COUNT(DISTINCT node_id) FROM turns";
    assert_eq!(nodes.a.query_i64(owners).await.unwrap(), 2);
    books::assert_balanced(&nodes.a).await;
}

fn messages(body: &[u8], role: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    let messages = body["messages"].as_array().unwrap().iter().filter(|message| message["role"] == role);
    messages.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

fn last_question(body: &[u8]) -> String {
    messages(body, "user").pop().unwrap()
}

fn answers(body: &[u8]) -> usize {
    messages(body, "assistant").len()
}

#[tokio::test]
async fn when_the_owner_is_killed_its_turn_is_settled_by_the_other() {
    let mut nodes = Nodes::start().await;
    nodes.model.always(steady(1_000));
    let (at_a, at_b) = nodes.anna().await;
    let session = at_a.session().await;
    let message = at_a.send_later(session, "Расскажи").await;
    let waiting = at_a.send_later(session, "И потом").await;
    let mut stream = at_b.resume(message, None).await;
    let mut heard = read(&mut stream, 50).await;
    nodes.a.kill9().await;
    let events = in_time(LEASE, "the stream at B ends", stream.rest()).await;
    heard.extend(events.iter().map(Event::text));
    let told = done(&events);
    assert_eq!((&told["status"], &told["finish_reason"]), (&json!("partial"), &json!("interrupted")));
    let kept = text(&told);
    // At most a second of it is lost, and what B had of that it cannot take back.
    assert!(is_beginning(&kept) && is_beginning(&heard) && kept.chars().count() > 100, "{kept}");
    // The one behind it never began: it failed without an answer, and can be answered again.
    let unheard = in_time(LEASE, "its end", resume(&at_b, waiting, "0").await.rest()).await;
    assert_eq!(unheard.last().unwrap().json()["problem"]["type"], "interrupted");
    within(LEASE, "nothing is open", || async { books::open_turns(&nodes.b).await == 0 }).await;
    assert_eq!(at_b.subscription().await["reserved"], 0);
    books::assert_balanced(&nodes.b).await;
    nodes.model.always(Behaviour::answer("Теперь да."));
    let again = at_b.request(Method::POST, &format!("/v1/messages/{waiting}/regenerate"));
    let (status, _, body) = answer(again).await;
    assert_eq!((status, &body["ai_message"]["message_text"]), (StatusCode::CREATED, &json!("Теперь да.")));
}

#[tokio::test]
async fn when_the_owner_stops_gracefully_readers_at_the_other_get_the_end() {
    let model = FakeModel::start().await.unwrap();
    let service = || service(Database::Postgres, &model).env("BESEDA__HTTP__SHUTDOWN_SECONDS", 1);
    let mut a = service().start().await.unwrap();
    let b = service().database_url(a.database_url()).start().await.unwrap();
    model.always(steady(1_000));
    let anna = a.register("Анна").await;
    let session = anna.session().await;
    let message = anna.send_later(session, "Расскажи").await;
    let mut stream = anna.at(b.base_url()).resume(message, None).await;
    let mut heard = read(&mut stream, 5).await;
    let (stopped, events) = tokio::join!(in_time(20, "A stops", a.terminate()), in_time(20, "the end", stream.rest()));
    assert_eq!(stopped.unwrap().code(), Some(0));
    heard.extend(events.iter().map(Event::text));
    let told = done(&events);
    assert_eq!((text(&told), &told["finish_reason"]), (heard, &json!("interrupted")));
    assert_eq!(books::open_turns(&b).await, 0);
    books::assert_balanced(&b).await;
    // It gave its lease up: nobody takes it for alive.
    let alive = "SELECT COUNT(*) FROM nodes WHERE lease_until > now()";
    assert_eq!(b.query_i64(alive).await.unwrap(), 1);
}

#[tokio::test]
async fn several_nodes_start_at_once_on_an_empty_database() {
    let model = FakeModel::start().await.unwrap();
    let first = service(Database::Postgres, &model).prepare().await.unwrap();
    let mut others = Vec::new();
    for _ in 0..4 {
        let node = service(Database::Postgres, &model).database_url(first.database_url());
        others.push(node.prepare().await.unwrap());
    }
    let started = futures_util::future::join_all(others.iter_mut().map(TestApp::restart)).await;
    started.into_iter().for_each(|node| node.unwrap());
    assert_eq!(first.query_i64("SELECT COUNT(*) FROM plans").await.unwrap(), 2);
    assert_eq!(first.query_i64("SELECT COUNT(*) FROM nodes WHERE lease_until > now()").await.unwrap(), 4);
    let anna = others[0].register("Анна").await;
    let (status, _, body) = anna.at(others[3].base_url()).send(anna.session().await, "Привет").await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    // Before the database, which is the first's.
    drop(others);
}

#[tokio::test]
async fn a_token_revoked_on_one_node_ends_on_the_other() {
    let nodes = Nodes::start().await;
    let (at_a, at_b) = nodes.anna().await;
    assert_eq!(at_b.get("/v1/me").await.0, StatusCode::OK);
    assert_eq!(at_a.post("/v1/auth/logout", &json!({})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(at_a.get("/v1/me").await.0, StatusCode::UNAUTHORIZED);
    within(10, "B no longer takes it", || async { at_b.get("/v1/me").await.0 == StatusCode::UNAUTHORIZED }).await;
}

#[tokio::test]
async fn what_was_passed_on_once_goes_no_further() {
    let nodes = Nodes::start().await;
    nodes.model.always(steady(50));
    let (at_a, at_b) = nodes.anna().await;
    let message = at_a.send_later(at_a.session().await, "Расскажи").await;
    let path = format!("/v1/messages/{message}/stream");
    let forwarded = at_b.request(Method::GET, &path).header("beseda-forwarded", Uuid::nil().to_string());
    let mut stream = Events::open(forwarded).await;
    stream.until("accepted").await;
    // B does not ask A, so it knows nothing before the end, and then everything.
    let live = at_b.resume(message, Some("0")).await.rest().await;
    let events = in_time(10, "the end", stream.rest()).await;
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(joined(&events), joined(&live));
    assert!(live.len() > 10, "{live:?}");
    assert_eq!(done(&events), done(&live));
}
