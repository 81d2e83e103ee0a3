//! A person with an account, and the calls they make.

#![expect(clippy::expect_used, reason = "a call that cannot be made at all fails the test")]

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Answer,
    sse::{Event, Events},
};

/// A person with an account, signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// `user` of the registration's answer.
    pub user: Value,
    /// For calls.
    pub access_token: String,
    /// For the next pair of tokens.
    pub refresh_token: String,
    client: Client,
    base_url: String,
}

impl Person {
    pub(super) async fn register(client: &Client, base_url: &str, body: &Value) -> Self {
        let (status, _, answer) = answer(client.post(format!("{base_url}/v1/users")).json(body)).await;
        assert_eq!(status, 201, "registration of {body}: {answer}");
        let text = |name: &str| answer[name].as_str().expect("registration gives tokens").to_owned();
        Self {
            id: id_of(&answer["user"]["id"]),
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            user: answer["user"].clone(),
            client: client.clone(),
            base_url: base_url.into(),
        }
    }

    pub(super) async fn signed_in(client: &Client, base_url: &str, access_token: &str, refresh_token: &str) -> Self {
        let (status, _, user) = answer(client.get(format!("{base_url}/v1/me")).bearer_auth(access_token)).await;
        assert_eq!(status, 200, "whose token it is: {user}");
        Self {
            id: id_of(&user["id"]),
            access_token: access_token.into(),
            refresh_token: refresh_token.into(),
            user,
            client: client.clone(),
            base_url: base_url.into(),
        }
    }

    /// The same person calling another node.
    pub fn at(&self, base_url: &str) -> Self {
        Self { base_url: base_url.into(), ..self.clone() }
    }

    /// The same person on another device.
    pub fn with_tokens(&self, access_token: &str, refresh_token: &str) -> Self {
        Self { access_token: access_token.into(), refresh_token: refresh_token.into(), ..self.clone() }
    }

    /// A call with the person's token, to be sent by [`answer`] or [`Events::open`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base_url)).bearer_auth(&self.access_token)
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    /// POST
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).json(body)).await
    }

    /// PUT
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::PUT, path).json(body)).await
    }

    /// PATCH
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::PATCH, path).json(body)).await
    }

    /// A new dialogue.
    pub async fn session(&self) -> Uuid {
        id_of(&self.session_with(&json!({})).await["id"])
    }

    /// A new dialogue with any body of `POST /v1/sessions`.
    pub async fn session_with(&self, body: &Value) -> Value {
        let (status, _, answer) = self.post("/v1/sessions", body).await;
        assert_eq!(status, 201, "a new dialogue: {answer}");
        answer
    }

    /// A send, before it is decided how it is to be answered.
    pub fn sending(&self, session: Uuid, text: &str) -> RequestBuilder {
        let path = format!("/v1/sessions/{session}/messages");
        self.request(Method::POST, &path).json(&json!({"message_text": text}))
    }

    /// Sends and waits for the whole answer.
    pub async fn send(&self, session: Uuid, text: &str) -> Answer {
        answer(self.sending(session, text)).await
    }

    /// The same with an `Idempotency-Key`.
    pub async fn send_with_key(&self, session: Uuid, text: &str, key: &str) -> Answer {
        answer(self.sending(session, text).header("idempotency-key", key)).await
    }

    /// Sends and is answered at once: `Prefer: respond-async`.
    pub async fn send_async(&self, session: Uuid, text: &str) -> Answer {
        answer(self.sending(session, text).header("prefer", "respond-async")).await
    }

    /// Sends without waiting; gives the id of the message.
    pub async fn send_later(&self, session: Uuid, text: &str) -> Uuid {
        let (status, _, answer) = self.send_async(session, text).await;
        assert_eq!(status, 202, "an asynchronous send: {answer}");
        id_of(&answer["message_id"])
    }

    /// Sends and reads the answer as a stream to its end.
    pub async fn stream(&self, session: Uuid, text: &str) -> Vec<Event> {
        self.open_stream(session, text).await.rest().await
    }

    /// Sends and reads the answer as a stream, an event at a time.
    pub async fn open_stream(&self, session: Uuid, text: &str) -> Events {
        Events::open(self.sending(session, text)).await
    }

    /// Reads the answer of a message (again), from the position `after`.
    pub async fn resume(&self, message: Uuid, after: Option<&str>) -> Events {
        let request = self.request(Method::GET, &format!("/v1/messages/{message}/stream"));
        Events::open(after.into_iter().fold(request, |request, id| request.header("last-event-id", id))).await
    }

    /// The active subscription.
    pub async fn subscription(&self) -> Value {
        let (status, _, answer) = self.get("/v1/me/subscription").await;
        assert_eq!(status, 200, "the subscription: {answer}");
        answer
    }
}

/// Sends a request and reads the whole answer.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the service answers");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("the service answers whole");
    let body = match text.as_str() {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
    };
    (status, headers, body)
}

/// An id from JSON.
pub fn id_of(value: &Value) -> Uuid {
    value.as_str().and_then(|text| text.parse().ok()).expect("an id")
}
