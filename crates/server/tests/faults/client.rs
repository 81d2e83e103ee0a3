//! A busy client who outlives the service: sends in every way, reads, resumes, stops, and repeats what went unanswered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use rand::{RngExt as _, rngs::StdRng};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Events, Person, id_of};
use tokio::time::timeout;
use uuid::Uuid;

use crate::speech::is_beginning;

/// A send or another try at a message, with everything that its client came to know of it.
pub(crate) struct Sent {
    /// The key, which is also the text of a message.
    pub(crate) key: String,
    /// The dialogue.
    pub(crate) session: Uuid,
    /// The message that is to be answered again; none is a new message.
    pub(crate) again: Option<Uuid>,
    /// How often it was sent: more than once when an answer was lost.
    pub(crate) tries: usize,
    /// Message and turn, once the service acknowledged it.
    pub(crate) acknowledged: Option<(Uuid, Uuid)>,
    /// When how much text had come, in characters.
    pub(crate) heard: Vec<(Instant, u64)>,
    /// The answer that the service told as the last.
    pub(crate) told: Option<String>,
}

/// How long a client waits for an answer, before it asks again.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The connection broke, or the service could not take the call: it is made again.
struct Outage;

type Tried<T> = Result<T, Outage>;

pub(crate) struct Client {
    person: Person,
    random: StdRng,
    sessions: Vec<Uuid>,
    name: String,
    /// Set when nothing new is to be begun.
    closing: Arc<AtomicBool>,
    sent: Vec<Sent>,
    /// Whether the service was away: then the dialogues may have to wait for their lost turns.
    interrupted: bool,
    /// How many streams were taken up again.
    pub(crate) resumed: usize,
}

impl Client {
    pub(crate) async fn new(person: Person, name: String, random: StdRng, closing: Arc<AtomicBool>) -> Self {
        let sessions = vec![person.session().await];
        Self { person, random, sessions, name, closing, sent: Vec::new(), interrupted: false, resumed: 0 }
    }

    /// Works until it is told to close, and then until everything it sent is acknowledged.
    pub(crate) async fn work(mut self) -> Self {
        while !self.closing.load(SeqCst) {
            let sent = self.begin().await;
            let sent = self.follow_up(sent).await;
            self.sent.push(sent);
        }
        self
    }

    /// What was sent, once the work is done; and who sent it.
    pub(crate) fn into_sent(self) -> (Person, Vec<Sent>) {
        (self.person, self.sent)
    }

    async fn begin(&mut self) -> Sent {
        let number = self.sent.len();
        let again = self.random.random_bool(0.12).then(|| self.sent.iter().nth_back(self.random.random_range(0..5)));
        let (session, again) = match again.flatten() {
            Some(Sent { session, acknowledged: Some((message, _)), .. }) => (*session, Some(*message)),
            _ => (self.session().await, None),
        };
        let key = format!("{}-{number}", self.name);
        Sent { key, session, again, tries: 0, acknowledged: None, heard: Vec::new(), told: None }
    }

    /// One of a few dialogues; mostly a new one when the service was away.
    async fn session(&mut self) -> Uuid {
        let new = if std::mem::take(&mut self.interrupted) { 0.8 } else { 0.1 };
        if self.random.random_bool(new) {
            let request = self.person.request(Method::POST, "/v1/sessions").json(&json!({}));
            if let Ok((StatusCode::CREATED, body)) = call(request).await {
                self.sessions.push(id_of(&body["id"]));
                return id_of(&body["id"]);
            }
        }
        let newest = &self.sessions[self.sessions.len().saturating_sub(4)..];
        newest[self.random.random_range(0..newest.len())]
    }

    /// Sends until it is acknowledged, and reads as long as this client cares to.
    async fn follow_up(&mut self, mut sent: Sent) -> Sent {
        loop {
            sent.tries += 1;
            // Whoever lost an answer mostly asks only whether the message arrived.
            let way =
                if sent.tries == 1 { self.random.random_range(0..100) } else { self.random.random_range(50..140) };
            let tried = match way {
                0..25 => self.whole(&mut sent).await,
                25..75 => self.streamed(&mut sent).await,
                _ => self.later(&mut sent).await,
            };
            match tried {
                Ok(()) => return sent,
                Err(Outage) => self.away().await,
            }
        }
    }

    /// Waits for the service to come back.
    async fn away(&mut self) {
        self.interrupted = true;
        self.rest(5..40).await;
    }

    async fn rest(&mut self, millis: std::ops::Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.random.random_range(millis))).await;
    }

    fn request(&self, sent: &Sent) -> RequestBuilder {
        repeat(&self.person, sent)
    }

    async fn whole(&mut self, sent: &mut Sent) -> Tried<()> {
        let (status, body) = call(self.request(sent)).await?;
        if status == StatusCode::CREATED {
            acknowledge(sent, &body["user_message"]["id"], &body["ai_message"]["turn_id"]);
            tell(sent, Some(&body["ai_message"]));
        } else {
            // There is no answer, but there was a turn.
            acknowledge(sent, &body["message_id"], &body["turn_id"]);
        }
        Ok(())
    }

    async fn later(&mut self, sent: &mut Sent) -> Tried<()> {
        let (status, body) = call(self.request(sent).header("prefer", "respond-async")).await?;
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
        acknowledge(sent, &body["message_id"], &body["turn_id"]);
        match self.random.random_range(0..100) {
            0..40 => {}
            40..60 => {
                self.rest(0..300).await;
                self.stop(sent).await;
            }
            _ => self.resume(sent).await,
        }
        Ok(())
    }

    async fn streamed(&mut self, sent: &mut Sent) -> Tried<()> {
        let events = open(self.request(sent)).await?.ok_or(Outage)?;
        match self.read(sent, events).await {
            Read::Over => {}
            Read::Stop => self.stop(sent).await,
            Read::BrokenOff if sent.acknowledged.is_none() => return Err(Outage),
            Read::BrokenOff => self.resume(sent).await,
        }
        Ok(())
    }

    /// Reads on from where the text stopped, over outages too, as long as patience lasts.
    async fn resume(&mut self, sent: &mut Sent) {
        let (message, turn) = sent.acknowledged.expect("only what was acknowledged is resumed");
        while self.random.random_bool(0.7) {
            let position = sent.heard.last().map_or(0, |(_, position)| *position);
            let path = format!("/v1/messages/{message}/stream?turn={turn}&after={position}");
            self.resumed += 1;
            let read = match open(self.person.request(Method::GET, &path)).await {
                Ok(Some(events)) => self.read(sent, events).await,
                Ok(None) | Err(Outage) => Read::BrokenOff,
            };
            match read {
                Read::Over => return,
                Read::Stop => return self.stop(sent).await,
                Read::BrokenOff => self.away().await,
            }
        }
    }

    async fn stop(&mut self, sent: &mut Sent) {
        let (message, turn) = sent.acknowledged.expect("only what was acknowledged is stopped");
        let path = format!("/v1/messages/{message}/stop?turn={turn}");
        while self.random.random_bool(0.8) {
            match call(self.person.request(Method::POST, &path)).await {
                Ok((StatusCode::OK, body)) => return tell(sent, Some(&body["ai_message"])),
                Ok((status, body)) => panic!("stop: {status} {body}"),
                Err(Outage) => self.away().await,
            }
        }
    }

    /// Reads a stream, now and then not to its end.
    async fn read(&mut self, sent: &mut Sent, mut events: Events) -> Read {
        loop {
            let patience = Duration::from_millis(self.random.random_range(100..1_500));
            let event = match timeout(patience, events.next()).await {
                Ok(Some(event)) => event,
                Ok(None) => return Read::BrokenOff,
                Err(_) => return Read::Over,
            };
            match event.name.as_str() {
                "accepted" => acknowledge(sent, &event.json()["message_id"], &event.json()["turn_id"]),
                "delta" => {
                    let position = event.id.parse().expect("the id of a delta is a number");
                    sent.heard.push((Instant::now(), position));
                    match self.random.random_range(0..1_000) {
                        0..4 => return Read::Stop,
                        4..14 => return Read::BrokenOff,
                        _ => {}
                    }
                }
                "done" => {
                    tell(sent, Some(&event.json()["ai_message"]));
                    return Read::Over;
                }
                "error" => return Read::Over,
                other => panic!("an unknown event: {other}"),
            }
        }
    }
}

enum Read {
    /// The end was told, or this client is tired of waiting.
    Over,
    /// This client wants no more of it.
    Stop,
    /// There is more to come.
    BrokenOff,
}

/// The call that sends `sent`, as often as one likes: its key makes it the same turn.
pub(crate) fn repeat(person: &Person, sent: &Sent) -> RequestBuilder {
    let request = match sent.again {
        Some(message) => person.request(Method::POST, &format!("/v1/messages/{message}/regenerate")),
        None => {
            let path = format!("/v1/sessions/{}/messages", sent.session);
            person.request(Method::POST, &path).json(&json!({"message_text": sent.key}))
        }
    };
    request.header("idempotency-key", &sent.key)
}

/// The answer of a call; refusals that say «later» are outages, others fail the test.
async fn call(request: RequestBuilder) -> Tried<(StatusCode, Value)> {
    let response = request.timeout(PATIENCE).send().await.map_err(|_| Outage)?;
    let status = response.status();
    let body: Value = response.json().await.map_err(|_| Outage)?;
    if status.is_success() || body["turn_id"].is_string() {
        return Ok((status, body));
    }
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    Err(Outage)
}

/// The stream of a call; none if it was answered otherwise.
async fn open(request: RequestBuilder) -> Tried<Option<Events>> {
    let response = request.header("accept", "text/event-stream").send().await.map_err(|_| Outage)?;
    match response.status() {
        StatusCode::OK => Ok(Some(Events::of(response))),
        StatusCode::SERVICE_UNAVAILABLE => Ok(None),
        status => panic!("a stream: {status} {}", response.text().await.unwrap_or_default()),
    }
}

fn acknowledge(sent: &mut Sent, message: &Value, turn: &Value) {
    let ids = (id_of(message), id_of(turn));
    assert_eq!(sent.acknowledged.replace(ids).unwrap_or(ids), ids, "{} was another turn before", sent.key);
}

fn tell(sent: &mut Sent, answer: Option<&Value>) {
    let text = answer.and_then(|answer| answer["message_text"].as_str());
    assert!(is_beginning(text.unwrap_or_default()), "{}: {text:?}", sent.key);
    sent.told = text.map(str::to_owned);
}
