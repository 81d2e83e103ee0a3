//! Who sends requests: a bare client of a chat completion, or a person with an account.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::answer::{self, Answer, Dialect};
use crate::http::{Connection, request};

/// What everybody says.
const TEXT: &str = "Расскажи мне что-нибудь о звёздах, только коротко.";
/// People that are registered at the same time.
const REGISTERED_AT_ONCE: usize = 64;

/// Somebody who asks, and reads the answer to its end.
pub(crate) enum Client {
    /// Of the model or of the pass-through.
    Bare(Bare),
    /// Of the service.
    Person(Box<Person>),
}

impl Client {
    /// One turn: a question and its complete answer.
    pub(crate) async fn turn(&mut self, patience: Duration) -> Result<Answer> {
        match self {
            Self::Bare(bare) => bare.turn(patience).await,
            Self::Person(person) => person.turn(patience).await,
        }
    }

    /// A new connection in place of one that failed.
    pub(crate) async fn reconnect(&mut self) -> Result<()> {
        let (connection, address) = match self {
            Self::Bare(bare) => (&mut bare.connection, bare.address),
            Self::Person(person) => (&mut person.connection, person.address),
        };
        *connection = Connection::open(address).await?;
        Ok(())
    }
}

/// Sends the same chat completion again and again.
pub(crate) struct Bare {
    address: SocketAddr,
    connection: Connection,
    request: Vec<u8>,
    tokens: u32,
}

impl Bare {
    /// Connects to the model or to the pass-through.
    pub(crate) async fn connect(address: SocketAddr, model: &str, tokens: u32) -> Result<Client> {
        Ok(Client::Bare(Self {
            address,
            connection: Connection::open(address).await?,
            request: answer::completion(address, model, TEXT),
            tokens,
        }))
    }

    async fn turn(&mut self, patience: Duration) -> Result<Answer> {
        let tokens = self.tokens;
        let dialect = Dialect::Completion { tokens };
        answer::receive(&mut self.connection, &self.request, dialect, patience).await
    }
}

/// A dialogue, and how many answers were seen to their end in it.
struct Dialogue {
    id: String,
    done: u32,
}

/// A person with an account, who opens a new dialogue now and then.
pub(crate) struct Person {
    address: SocketAddr,
    connection: Connection,
    authorization: String,
    dialogues: Vec<Dialogue>,
    /// Turns before a new dialogue; none: stay in the first.
    rotate: Option<u32>,
    said: u64,
}

impl Person {
    /// Registers, signs in and opens the first dialogue.
    pub(crate) async fn register(address: SocketAddr, rotate: Option<u32>) -> Result<Client> {
        let mut connection = Connection::open(address).await?;
        let body = json!({"name": "Анна", "gender": "female", "age": 27}).to_string();
        let call = request("POST", "/v1/users", address, &[], &body);
        let (status, account) = connection.call(&call).await?;
        let token = account["access_token"].as_str();
        let token = token.with_context(|| format!("not registered: {status} {account}"))?;
        let mut person = Self {
            address,
            connection,
            authorization: format!("Bearer {token}"),
            dialogues: Vec::new(),
            rotate,
            said: 0,
        };
        person.open_dialogue().await?;
        Ok(Client::Person(Box::new(person)))
    }

    async fn open_dialogue(&mut self) -> Result<()> {
        let headers = [("authorization", self.authorization.as_str())];
        let call = request("POST", "/v1/sessions", self.address, &headers, "{}");
        let (status, session) = self.connection.call(&call).await?;
        // The session itself, or the session in its envelope.
        let id = session["id"].as_str().or(session["session"]["id"].as_str());
        let id = id.with_context(|| format!("no session: {status} {session}"))?;
        self.dialogues.push(Dialogue { id: id.to_owned(), done: 0 });
        Ok(())
    }

    async fn turn(&mut self, patience: Duration) -> Result<Answer> {
        let full = |dialogue: &Dialogue| self.rotate.is_some_and(|most| dialogue.done >= most);
        if self.dialogues.last().is_none_or(full) {
            self.open_dialogue().await?;
        }
        let dialogue = self.dialogues.last_mut().context("no dialogue")?;
        self.said += 1;
        let key = format!("bench-{}", self.said);
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("accept", "text/event-stream"),
            ("idempotency-key", key.as_str()),
        ];
        let path = format!("/v1/sessions/{}/messages", dialogue.id);
        let body = json!({ "message_text": TEXT }).to_string();
        let call = request("POST", &path, self.address, &headers, &body);
        let dialect = Dialect::Beseda;
        let answer = answer::receive(&mut self.connection, &call, dialect, patience).await?;
        dialogue.done += 1;
        Ok(answer)
    }

    /// How many answers were seen to their end and are not in the history with this whole text.
    /// A dialogue is at most fifty turns here, so its history is one page.
    pub(crate) async fn lost(&mut self, text: &str) -> Result<u32> {
        let mut lost = 0;
        let headers = [("authorization", self.authorization.as_str())];
        for dialogue in &self.dialogues {
            let path = format!("/v1/sessions/{}/messages?limit=100", dialogue.id);
            let call = request("GET", &path, self.address, &headers, "");
            let (status, history) = self.connection.call(&call).await?;
            let Some(messages) = list(&history) else {
                bail!("no history: {status} {history}");
            };
            let stored = messages
                .iter()
                .filter(|message| message["sender"] == "ai" && message["message_text"].as_str() == Some(text));
            let stored = u32::try_from(stored.count())?;
            lost += dialogue.done.saturating_sub(stored);
        }
        Ok(lost)
    }
}

/// The list in a page of a listing, whatever the page calls it.
fn list(page: &Value) -> Option<&Vec<Value>> {
    page.as_array().or_else(|| page.as_object()?.values().find_map(Value::as_array))
}

/// Registers so many people, some at a time.
pub(crate) async fn register(address: SocketAddr, count: u32, rotate: Option<u32>) -> Result<Vec<Client>> {
    make(count, || Person::register(address, rotate)).await
}

/// Connects so many bare clients, some at a time.
pub(crate) async fn connect(address: SocketAddr, count: u32, model: &str, tokens: u32) -> Result<Vec<Client>> {
    make(count, || {
        let model = model.to_owned();
        async move { Bare::connect(address, &model, tokens).await }
    })
    .await
}

async fn make<F>(count: u32, one: impl Fn() -> F) -> Result<Vec<Client>>
where
    F: Future<Output = Result<Client>> + Send + 'static,
{
    let mut clients = Vec::new();
    let mut making = JoinSet::new();
    for _ in 0..count {
        if making.len() == REGISTERED_AT_ONCE
            && let Some(client) = making.join_next().await
        {
            clients.push(client??);
        }
        making.spawn(one());
    }
    while let Some(client) = making.join_next().await {
        clients.push(client??);
    }
    Ok(clients)
}
