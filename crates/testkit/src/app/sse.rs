//! A reader of event streams (WHATWG HTML, 9.2.6) of the tests' own: it keeps what other readers hide.

#![expect(clippy::expect_used, clippy::panic, reason = "a stream that cannot be read fails the test")]

use reqwest::{RequestBuilder, Response, StatusCode, header};
use serde_json::Value;

/// An event as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `event`.
    pub name: String,
    /// `id` of this very event; empty if it has none.
    pub id: String,
    /// `data`, its lines joined.
    pub data: String,
}

impl Event {
    /// The data as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }

    /// The text of a `delta`; empty for others.
    pub fn text(&self) -> String {
        if self.name == "delta" { self.json()["text"].as_str().unwrap_or_default().to_owned() } else { String::new() }
    }
}

/// An open stream. Dropping it closes the connection.
pub struct Events {
    response: Response,
    /// What was read and holds no whole event yet.
    buffer: Vec<u8>,
    /// Comments so far.
    pub comments: usize,
}

impl Events {
    /// Sends a request for a stream; it must be answered by one.
    pub async fn open(request: RequestBuilder) -> Self {
        let response = Self::ask(request).await;
        let (status, kind) = (response.status(), response.headers().get(header::CONTENT_TYPE).cloned());
        let is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if status != StatusCode::OK || !is_stream {
            panic!("not a stream: {status} {}", response.text().await.unwrap_or_default());
        }
        Self::of(response)
    }

    /// The events of a response that is known to be a stream.
    pub const fn of(response: Response) -> Self {
        Self { response, buffer: Vec::new(), comments: 0 }
    }

    /// Sends a request for a stream, however it is answered.
    pub async fn ask(request: RequestBuilder) -> Response {
        request.header(header::ACCEPT, "text/event-stream").send().await.expect("the service answers")
    }

    /// The headers of the response.
    pub fn headers(&self) -> &header::HeaderMap {
        self.response.headers()
    }

    /// The next event; none at the end of the stream, also if the connection broke off.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                if let Some(event) = self.parse(&block) {
                    return Some(event);
                }
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => self.buffer.extend_from_slice(&bytes),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// All events to the end.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }

    /// Reads on until an event of this name; it must come.
    pub async fn until(&mut self, name: &str) -> Event {
        loop {
            match self.next().await {
                Some(event) if event.name == name => return event,
                Some(_) => {}
                None => panic!("the stream ended before `{name}`"),
            }
        }
    }

    fn parse(&mut self, block: &[u8]) -> Option<Event> {
        let block = std::str::from_utf8(block).expect("a stream is UTF-8");
        let mut event = Event { name: String::new(), id: String::new(), data: String::new() };
        let mut data = Vec::new();
        for line in block.lines().filter(|line| !line.is_empty()) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "" => self.comments += 1,
                "event" => event.name = value.into(),
                "id" => event.id = value.into(),
                "data" => data.push(value),
                other => panic!("an unknown field: {other}"),
            }
        }
        event.data = data.join("\n");
        (!data.is_empty()).then_some(event)
    }
}

/// The texts of the deltas, joined.
pub fn joined(events: &[Event]) -> String {
    events.iter().map(Event::text).collect()
}
