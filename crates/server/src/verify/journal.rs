//! Rebuilds every request of the journal and compares its hash: a dialogue at a time.

use std::collections::{HashMap, HashSet};

use llm::encode;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

use super::Found;
use crate::{
    db::{
        Conn, JsonText, Result, ai_requests, fetch_all,
        messages::{Exchange, Sender},
    },
    journal::{RequestRef, ResponseRef},
    turn::window::Window,
};

/// Dialogues of a page.
const PAGE: i64 = 500;
/// How many texts are remembered: most requests of a person refer to the same few.
const TEXTS: usize = 256;

/// A dialogue.
#[derive(FromRow)]
struct Dialogue {
    id: Uuid,
    user_id: Uuid,
}

/// A message, as far as it is sent.
#[derive(FromRow)]
struct Said {
    id: Uuid,
    sender: Sender,
    seq: i64,
    answers_id: Option<Uuid>,
    message_text: String,
}

/// A row of the journal, as far as it can be compared.
#[derive(FromRow)]
struct Sent {
    id: Uuid,
    request_payload: Option<JsonText>,
    response_payload: Option<JsonText>,
    request_sha256: Option<Vec<u8>>,
}

/// Texts that requests refer to, by person and hash.
type Texts = HashMap<(Uuid, String), Option<String>>;

pub(super) async fn verify(conn: &mut Conn<'_>, found: &mut Found<'_>) -> Result<()> {
    let (mut after, mut texts) = (Uuid::nil(), Texts::new());
    loop {
        let sql = "SELECT id, user_id FROM chat_sessions WHERE id > $1 ORDER BY id LIMIT $2";
        let page = fetch_all!(&mut *conn, Dialogue, sql, after, PAGE)?;
        for dialogue in &page {
            after = dialogue.id;
            verify_dialogue(conn, dialogue, &mut texts, found).await?;
        }
        if i64::try_from(page.len()) != Ok(PAGE) {
            return Ok(());
        }
    }
}

async fn verify_dialogue(
    conn: &mut Conn<'_>,
    dialogue: &Dialogue,
    texts: &mut Texts,
    found: &mut Found<'_>,
) -> Result<()> {
    let sql = "SELECT r.id, r.request_payload, r.response_payload, r.request_sha256 FROM messages q \
               JOIN ai_requests r ON r.message_id = q.id WHERE q.session_id = $1 AND q.sender = 'user' ORDER BY q.seq";
    let sent = fetch_all!(&mut *conn, Sent, sql, dialogue.id)?;
    if sent.iter().all(|row| row.request_payload.is_none() && row.response_payload.is_none()) {
        return Ok(());
    }
    let sql = "SELECT id, sender, seq, answers_id, message_text FROM messages WHERE session_id = $1 ORDER BY seq";
    let said = fetch_all!(&mut *conn, Said, sql, dialogue.id)?;
    let spoken = Spoken::new(&said);
    for row in sent {
        if let Some(payload) = &row.response_payload {
            let answer = serde_json::from_str::<ResponseRef>(&payload.0).ok().map(|response| response.m);
            if answer.is_none_or(|answer| answer.is_some_and(|id| !spoken.answered.contains(&id))) {
                found.add("response of the journal without its answer", row.id, "");
            }
        }
        let (Some(payload), Some(hash)) = (&row.request_payload, &row.request_sha256) else { continue };
        found.looked.requests += 1;
        let rebuilt = match serde_json::from_str::<RequestRef>(&payload.0) {
            Ok(reference) => rebuild(conn, dialogue.user_id, &reference, &spoken, texts).await?,
            Err(_) => None,
        };
        match rebuilt {
            None => found.add("request of the journal that cannot be rebuilt", row.id, ""),
            Some(body) if Sha256::digest(&body)[..] != **hash => {
                found.add("request of the journal that is not what was sent", row.id, "");
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A dialogue's questions in order, each with its answers in order.
struct Spoken<'a> {
    questions: Vec<&'a Said>,
    places: HashMap<Uuid, usize>,
    answers: HashMap<Uuid, Vec<&'a Said>>,
    answered: HashSet<Uuid>,
}

impl<'a> Spoken<'a> {
    fn new(said: &'a [Said]) -> Self {
        let questions: Vec<&Said> = said.iter().filter(|message| message.sender == Sender::User).collect();
        let mut answers: HashMap<Uuid, Vec<&Said>> = HashMap::new();
        for answer in said {
            if let Some(question) = answer.answers_id {
                answers.entry(question).or_default().push(answer);
            }
        }
        Self {
            places: questions.iter().enumerate().map(|(place, question)| (question.id, place)).collect(),
            answered: answers.values().flatten().map(|answer| answer.id).collect(),
            questions,
            answers,
        }
    }

    /// What a turn saw: the questions from one to another, each with its newest answer from a turn before it.
    fn window(&self, reference: &RequestRef, system: String) -> Option<Window> {
        let place = |id: Uuid| self.places.get(&id).copied();
        let seen = self.questions.get(place(reference.f)?..=place(reference.l)?)?;
        let exchange = |question: &&Said| {
            let answers = self.answers.get(&question.id).map(Vec::as_slice).unwrap_or_default();
            let answer = answers.iter().rev().find(|answer| answer.seq < reference.n);
            Exchange {
                id: question.id,
                seq: question.seq,
                question: question.message_text.clone(),
                answer: answer.map(|answer| answer.message_text.clone()),
            }
        };
        Window::whole(system, seen.iter().rev().map(exchange).collect())
    }
}

async fn rebuild(
    conn: &mut Conn<'_>,
    user_id: Uuid,
    reference: &RequestRef,
    spoken: &Spoken<'_>,
    texts: &mut Texts,
) -> Result<Option<bytes::Bytes>> {
    let system = text(conn, user_id, &reference.s, texts).await?;
    let parameters = text(conn, user_id, &reference.p, texts).await?;
    let (Some(system), Some(parameters)) = (system, parameters) else { return Ok(None) };
    Ok(spoken.window(reference, system).map(|window| encode(&parameters, &window.messages())))
}

async fn text(conn: &mut Conn<'_>, user_id: Uuid, hash: &str, texts: &mut Texts) -> Result<Option<String>> {
    let key = (user_id, hash.to_owned());
    if let Some(known) = texts.get(&key) {
        return Ok(known.clone());
    }
    if texts.len() >= TEXTS {
        texts.clear();
    }
    let text = ai_requests::find_text(conn, user_id, hash).await?;
    texts.insert(key, text.clone());
    Ok(text)
}
