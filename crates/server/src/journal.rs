//! The journal: what was sent to a model and what came back, stored by reference and read whole.
//!
//! A request repeats the dialogue, so its messages are not stored again: `request_payload` names the window (its first
//! and last question and the number of the turn that saw it) and, by hash, the system text and the parameters.
//! `response_payload` is the response without its text, which is the AI message's. Reading rebuilds the exact bytes
//! and compares their SHA-256 with that of the body that was sent.

use std::time::Duration;

use llm::{Attempt, Response};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    db::{
        Conn, JsonText, Result, Ts,
        ai_requests::{self, AiRequest},
        messages,
        turns::Turn,
    },
    ids,
    models::Models,
    turn::window::Window,
};

/// A request by reference.
#[derive(Debug, Serialize, Deserialize)]
pub struct RequestRef {
    /// The format's version.
    pub v: u8,
    /// Hash of the system text.
    pub s: String,
    /// Hash of the parameters.
    pub p: String,
    /// The window's first question.
    pub f: Uuid,
    /// Its last, the one that is answered.
    pub l: Uuid,
    /// The number of the turn: it saw the answers of earlier turns.
    pub n: i64,
}

/// A response by reference.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResponseRef {
    /// The format's version.
    pub v: u8,
    /// The AI message that holds its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub m: Option<Uuid>,
    /// The rest of it.
    #[serde(flatten)]
    pub response: Response,
}

/// For how long a text is taken to be stored: about so old its `used_at` may be.
const REMEMBERED: Duration = Duration::from_secs(86_400);

/// Hashes of texts that are stored already, so that a turn need not write them again.
#[derive(Debug)]
pub struct KnownTexts(Cache<(Uuid, String), ()>);

impl Default for KnownTexts {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(50_000).time_to_live(REMEMBERED).build())
    }
}

/// What the journal adds to the transaction that ends a turn.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    rows: Vec<AiRequest>,
    texts: Vec<(String, String)>,
}

/// A journal row with its payloads whole.
#[derive(Debug)]
pub struct Rebuilt {
    /// The exact body that was sent, if it is known and still kept.
    pub request: Option<String>,
    /// The response in OpenAI's shape.
    pub response: Option<String>,
    /// Whether the body's hash is the one that was stored; none where there is nothing to compare.
    pub verified: Option<bool>,
}

/// The hash under which a text is kept: 128 bits of its SHA-256, in hexadecimal.
fn text_hash(text: &str) -> String {
    Sha256::digest(text).iter().take(16).fold(String::with_capacity(32), |mut hash, byte| {
        for half in [byte >> 4, byte & 15] {
            hash.push(char::from_digit(half.into(), 16).unwrap_or('0'));
        }
        hash
    })
}

fn millis(span: std::time::Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn tokens(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Entries {
    /// The rows of a turn's attempts. `answer` is the AI message that holds the last attempt's text; `counted` are
    /// tokens that were counted here for an answer whose provider told none.
    pub fn new(
        turn: &Turn,
        window: &Window,
        attempts: Vec<Attempt>,
        began: Ts,
        answer: Option<Uuid>,
        counted: Option<llm::Usage>,
        known: &KnownTexts,
    ) -> Self {
        let mut entries = Self::default();
        let system = entries.refer(turn.user_id, &window.system, known);
        let last = attempts.len().saturating_sub(1);
        for (index, attempt) in attempts.into_iter().enumerate() {
            let parameters = entries.refer(turn.user_id, &attempt.parameters, known);
            let reference = RequestRef {
                v: 1,
                s: system.clone(),
                p: parameters,
                f: window.first().unwrap_or(turn.message_id),
                l: turn.message_id,
                n: turn.seq,
            };
            let answer = answer.filter(|_| index == last);
            let response = attempt.response.map(|response| ResponseRef { v: 1, m: answer, response });
            let usage = attempt.usage.or(counted.filter(|_| answer.is_some()));
            let created_at = began.after(attempt.started);
            entries.rows.push(AiRequest {
                id: ids::new_id(created_at),
                message_id: turn.message_id,
                request_payload: serde_json::to_string(&reference).ok().map(JsonText::from),
                response_payload: response.and_then(|r| serde_json::to_string(&r).ok()).map(JsonText::from),
                response_time_ms: Some(millis(attempt.response_time)),
                status_code: attempt.status_code.map(i32::from),
                error_message: attempt.error,
                created_at,
                user_id: turn.user_id,
                turn_id: turn.id,
                provider: attempt.provider,
                model: attempt.model,
                time_to_first_token_ms: attempt.time_to_first_token.map(millis),
                prompt_tokens: usage.map(|u| tokens(u.prompt_tokens)),
                completion_tokens: usage.map(|u| tokens(u.completion_tokens)),
                tokens_estimated: attempt.usage.is_none() && usage.is_some(),
                request_sha256: Some(attempt.body_sha256.to_vec()),
            });
        }
        entries
    }

    /// The row of an attempt whose process was lost: what was sent is not known any more.
    pub fn lost(turn: &Turn, now: Ts, usage: Option<llm::Usage>) -> Self {
        let row = AiRequest {
            id: ids::new_id(now),
            message_id: turn.message_id,
            request_payload: None,
            response_payload: None,
            response_time_ms: None,
            status_code: None,
            error_message: Some("the process that ran this turn ended before the answer did".into()),
            created_at: turn.created_at,
            user_id: turn.user_id,
            turn_id: turn.id,
            provider: "unknown".into(),
            model: "unknown".into(),
            time_to_first_token_ms: None,
            prompt_tokens: usage.map(|u| tokens(u.prompt_tokens)),
            completion_tokens: usage.map(|u| tokens(u.completion_tokens)),
            tokens_estimated: usage.is_some(),
            request_sha256: None,
        };
        Self { rows: vec![row], texts: Vec::new() }
    }

    /// Refers to a text by hash, and remembers to keep it if it is not known to be kept.
    fn refer(&mut self, user_id: Uuid, text: &str, known: &KnownTexts) -> String {
        let hash = text_hash(text);
        let new = !known.0.contains_key(&(user_id, hash.clone())) && self.texts.iter().all(|(h, _)| *h != hash);
        if new {
            self.texts.push((hash.clone(), text.to_owned()));
        }
        hash
    }

    /// The last attempt: the one that gave the answer, if there is any. It is written with the answer.
    pub fn last(&self) -> Option<&AiRequest> {
        self.rows.last()
    }

    /// Writes the texts, and the attempts before the last.
    pub async fn write_earlier(&self, conn: &mut Conn<'_>, user_id: Uuid, now: Ts) -> Result<()> {
        for (hash, body) in &self.texts {
            ai_requests::keep_text(conn, user_id, hash, body, now).await?;
        }
        let Some((_last, earlier)) = self.rows.split_last() else { return Ok(()) };
        for row in earlier {
            ai_requests::insert(conn, row).await?;
        }
        Ok(())
    }

    /// The figures alone, without anything that came from outside; none if that is all there is.
    pub fn figures(self) -> Option<Self> {
        let told = |row: &AiRequest| row.request_payload.is_some() || row.response_payload.is_some();
        if !self.rows.iter().any(told) {
            return None;
        }
        let figures = |row| AiRequest { request_payload: None, response_payload: None, error_message: None, ..row };
        Some(Self { rows: self.rows.into_iter().map(figures).collect(), texts: Vec::new() })
    }

    /// Counts the attempts in the metrics.
    pub fn count(&self, models: &Models) {
        for row in &self.rows {
            let provider = row.provider.clone();
            let outcome = if row.error_message.is_none() { "ok" } else { "failed" };
            metrics::counter!("beseda_model_attempts_total", "provider" => provider.clone(), "outcome" => outcome)
                .increment(1);
            if let Some(cost) = models.cost(row) {
                metrics::gauge!("beseda_model_cost", "provider" => provider.clone()).increment(cost);
            }
            if let Some(ms) = row.response_time_ms {
                metrics::histogram!("beseda_model_seconds", "provider" => provider).record(ms as f64 / 1000.0);
            }
        }
    }

    /// Remembers, after the commit, what is kept now.
    pub fn written(self, user_id: Uuid, known: &KnownTexts) {
        for (hash, _) in self.texts {
            known.0.insert((user_id, hash), ());
        }
    }
}

/// Rebuilds a row's payloads.
pub async fn rebuild(conn: &mut Conn<'_>, row: &AiRequest) -> Result<Rebuilt> {
    let request = rebuild_request(conn, row).await?;
    let verified =
        request.as_deref().zip(row.request_sha256.as_deref()).map(|(body, hash)| Sha256::digest(body)[..] == *hash);
    Ok(Rebuilt { verified, request, response: rebuild_response(conn, row).await? })
}

async fn rebuild_request(conn: &mut Conn<'_>, row: &AiRequest) -> Result<Option<String>> {
    let Some(reference) = row.request_payload.as_ref().and_then(|p| serde_json::from_str::<RequestRef>(&p.0).ok())
    else {
        return Ok(None);
    };
    let Some(system) = ai_requests::find_text(conn, row.user_id, &reference.s).await? else { return Ok(None) };
    let Some(parameters) = ai_requests::find_text(conn, row.user_id, &reference.p).await? else { return Ok(None) };
    let Some(first) = messages::find(conn, row.user_id, reference.f).await? else { return Ok(None) };
    let Some(last) = messages::find(conn, row.user_id, reference.l).await? else { return Ok(None) };
    let count = messages::count_questions(conn, last.session_id, first.seq, last.seq).await?;
    let exchanges = messages::exchanges(conn, last.session_id, last.seq, reference.n, count).await?;
    let Some(window) = Window::whole(system, exchanges) else { return Ok(None) };
    let body = llm::encode(&parameters, &window.messages());
    Ok(String::from_utf8(body.into()).ok())
}

async fn rebuild_response(conn: &mut Conn<'_>, row: &AiRequest) -> Result<Option<String>> {
    let Some(reference) = row.response_payload.as_ref().and_then(|p| serde_json::from_str::<ResponseRef>(&p.0).ok())
    else {
        return Ok(None);
    };
    let text = match reference.m {
        Some(message) => messages::find(conn, row.user_id, message).await?.map(|m| m.message_text),
        None => None,
    };
    Ok(Some(reference.response.render(&text.unwrap_or_default())))
}
