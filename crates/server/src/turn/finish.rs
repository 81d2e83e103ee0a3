//! Transaction two: one code path settles every outcome, once, and nobody is told before it is committed.

use std::{sync::Arc, time::Duration};

use llm::{FinishReason, Transcript, Usage};
use uuid::Uuid;

use crate::{
    app::{App, Shared},
    billing::notice,
    db::{
        Conn, Result, Ts, ai_requests, batches,
        deliveries::{self, Delivery, Place},
        is_away,
        messages::{self, Message, Sender, Status},
        subscriptions::{self, Subscription},
        turns::{self, Ended, State, Turn},
    },
    ids,
    journal::Entries,
    problem::Kind,
    push,
    turn::{
        hub::{End, Live},
        window::Window,
    },
};

/// How often a database that is there may refuse an end before less is asked of it.
const TRIES: u32 = 3;
/// The longest pause between tries to commit an end while the database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What came of asking the model; the text itself is the hub's.
pub(super) struct Outcome {
    state: State,
    problem: Option<Kind>,
    finish_reason: Option<String>,
    asked: Option<(Transcript, Window, Ts)>,
}

impl Outcome {
    /// The outcome of a turn that never came to ask a model.
    pub(super) fn without_attempts(state: State, problem: Option<Kind>) -> Self {
        Self { state, problem, finish_reason: None, asked: None }
    }

    /// The outcome of a transcript; `cut` when the turn was stopped or interrupted from outside.
    pub(super) fn new(cut: Option<State>, transcript: Transcript, window: Window, began: Ts) -> Self {
        let (state, problem, finish_reason) = match (cut, &transcript.end) {
            (Some(State::Stopped), _) => (State::Stopped, Some(Kind::Stopped), Some("stopped".to_owned())),
            (Some(_), _) | (None, llm::End::Cancelled) => {
                (State::Interrupted, Some(Kind::Interrupted), Some("interrupted".to_owned()))
            }
            (None, llm::End::Finished(reason)) => (State::Complete, None, Some(reason_text(reason))),
            (None, llm::End::BrokeOff(_)) => (State::Interrupted, None, Some("interrupted".to_owned())),
            (None, llm::End::Failed(error)) => (State::Failed, Some(kind_of(error)), None),
        };
        Self { state, problem, finish_reason, asked: Some((transcript, window, began)) }
    }
}

fn reason_text(reason: &FinishReason) -> String {
    match reason {
        FinishReason::Stop => "stop".into(),
        FinishReason::Length => "length".into(),
        FinishReason::ContentFilter => "content_filter".into(),
        FinishReason::Other(other) => other.chars().take(64).collect(),
    }
}

fn kind_of(error: &llm::Error) -> Kind {
    match error {
        llm::Error::AllResting => Kind::ModelsResting,
        error if error.is_timeout() => Kind::ModelTimeout,
        _ => Kind::ModelFailed,
    }
}

/// Everything that the transaction writes.
#[derive(Clone, Debug)]
struct Settlement {
    turn: Turn,
    /// The node that ran the turn; none settles a lost one.
    owner: Option<Uuid>,
    state: State,
    problem: Option<Kind>,
    answer: Option<Message>,
    tokens: i64,
    time_to_first_token_ms: Option<i64>,
    journal: Entries,
    usage_id: Uuid,
    /// Where the answer is sent by the bot.
    delivery: Option<Delivery>,
    /// Whether browsers are told that it is there.
    pushed: bool,
    now: Ts,
}

impl Settlement {
    fn without_answer(self) -> Self {
        Self { answer: None, tokens: 0, problem: Some(Kind::Stopped), journal: Entries::default(), ..self }
    }

    /// The same with less in it: without the journal's payloads, and if that was not it, without its answer.
    fn simpler(mut self) -> Self {
        match std::mem::take(&mut self.journal).figures() {
            Some(journal) => Self { journal, ..self },
            None => Self { state: State::Failed, problem: Some(Kind::Internal), ..self.without_answer() },
        }
    }
}

/// Why nothing was settled.
#[derive(Debug, thiserror::Error)]
enum Unsettled {
    /// The turn was ended by somebody else, or is gone.
    #[error("the turn was ended elsewhere")]
    Elsewhere,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Settles a turn of this node and tells its readers. While the database is away it tries on.
pub(super) async fn finish(app: &Shared, turn: &Turn, live: &Live, mut outcome: Outcome) {
    let text = live.with(|progress| progress.text.clone());
    let read = live.is_read();
    let mut settlement = Arc::new(settlement(app, turn.clone(), text, read, &mut outcome).await);
    let (mut pause, mut refused) = (Duration::from_millis(50), 0);
    let settled = loop {
        match settle(app, settlement.clone()).await {
            Ok(subscription) => break Some(subscription),
            Err(Unsettled::Elsewhere) => break None,
            Err(error) if app.tasks.ended.is_cancelled() => {
                tracing::error!(%error, "a turn's end is left to the next start");
                app.hub.close(live, Some(Arc::new(lost_end())));
                return;
            }
            Err(Unsettled::Database(sqlx::Error::Database(error))) if error.is_foreign_key_violation() => {
                // The dialogue was deleted meanwhile: there is no place for an answer, and nothing is charged for it.
                settlement = Arc::new(Arc::unwrap_or_clone(settlement).without_answer());
            }
            Err(Unsettled::Database(error)) => {
                tracing::error!(%error, "a turn's end cannot be committed yet");
                refused += u32::from(!is_away(&error));
                if refused == TRIES {
                    // Something in it cannot be stored. A turn that never ends would block its dialogue.
                    settlement = Arc::new(Arc::unwrap_or_clone(settlement).simpler());
                    refused = 0;
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    };
    let end = if let Some(subscription) = settled {
        let settlement = Arc::unwrap_or_clone(settlement);
        count(app, &settlement);
        settlement.journal.written(turn.user_id, &app.known_texts);
        if let Some((_, window, _)) = outcome.asked {
            keep_history(app, turn, window, settlement.answer.as_ref());
        }
        End {
            state: settlement.state,
            problem: settlement.problem.filter(|_| settlement.answer.is_none()),
            ai_message: settlement.answer,
            subscription,
        }
    } else {
        tracing::warn!(turn_id = %turn.id, "the turn was ended elsewhere");
        stored_end(app, turn).await.unwrap_or_else(|_| lost_end())
    };
    app.hub.close(live, Some(Arc::new(end)));
    if let Some(bot) = app.bot.as_ref().filter(|_| turn.deliver_to.is_some()) {
        bot.wake();
    }
    if !read && app.push.is_some() {
        app.jobs.wake();
    }
}

/// Leaves the history for the next turn of the dialogue. An old question answered again changes the middle of it.
fn keep_history(app: &App, turn: &Turn, mut window: Window, answer: Option<&Message>) {
    if let Some(last) = window.exchanges.last_mut().filter(|last| last.seq == turn.seq) {
        last.answer = answer.map(|a| a.message_text.clone());
        app.recent.keep(turn.session_id, turn.seq, window.exchanges);
    }
}

/// Settles a turn whose node is gone: the text that was written down is its answer.
pub async fn lost(app: &Shared, turn: Turn) -> Result<()> {
    let text = turn.partial_text.clone().unwrap_or_default();
    let mut outcome = Outcome {
        state: State::Interrupted,
        problem: Some(Kind::Interrupted),
        finish_reason: Some("interrupted".into()),
        asked: None,
    };
    let mut settlement = settlement(app, turn, text, false, &mut outcome).await;
    settlement.owner = Some(app.node.id).filter(|own| *own == settlement.turn.node_id);
    if settlement.answer.is_none() && settlement.turn.state == State::Running {
        settlement.journal = Entries::lost(&settlement.turn, settlement.now, None);
    }
    let settlement = Arc::new(settlement);
    match settle(app, settlement.clone()).await {
        Ok(_) => {
            let answered = settlement.answer.is_some();
            tracing::info!(turn_id = %settlement.turn.id, answered, "a lost turn was settled");
            count(app, &settlement);
            Ok(())
        }
        Err(Unsettled::Elsewhere) => Ok(()),
        Err(Unsettled::Database(error)) => Err(error),
    }
}

/// `read`: somebody reads the answer as it comes. Whoever stops one is there, too.
async fn settlement(app: &App, turn: Turn, text: String, read: bool, outcome: &mut Outcome) -> Settlement {
    let now = app.clock.now();
    let Outcome { state, problem, finish_reason, asked } = outcome;
    let (state, problem, finish_reason) = (*state, *problem, finish_reason.take());
    let usage = match (&*asked, text.is_empty()) {
        (_, true) => None,
        (Some((transcript, window, _)), false) => match transcript.attempts.last().and_then(|a| a.usage) {
            Some(usage) => Some((usage, false)),
            None => Some((counted(window.messages(), text.clone()).await, true)),
        },
        (None, false) => Some((counted(Vec::new(), text.clone()).await, true)),
    };
    let tokens = usage.map_or(0, |(usage, _)| {
        i64::try_from(usage.prompt_tokens.saturating_add(usage.completion_tokens)).unwrap_or(i64::MAX)
    });
    let whole = state == State::Complete && !matches!(finish_reason.as_deref(), Some("length" | "content_filter"));
    let answer = (!text.is_empty()).then(|| Message {
        id: ids::new_id(now),
        session_id: turn.session_id,
        user_id: turn.user_id,
        sender: Sender::Ai,
        message_text: text,
        created_at: now,
        token_usage: Some(tokens),
        turn_id: turn.id,
        seq: turn.seq,
        answers_id: Some(turn.message_id),
        status: if whole { Status::Complete } else { Status::Partial },
        finish_reason,
    });
    let to_first = |attempt: &llm::Attempt, began: Ts| {
        let first = began.after(attempt.started).after(attempt.time_to_first_token?);
        Some((first.as_micros() - turn.created_at.as_micros()).max(0) / 1000)
    };
    let time_to_first_token_ms =
        asked.as_ref().and_then(|(transcript, _, began)| to_first(transcript.attempts.last()?, *began));
    let journal = match asked {
        Some((transcript, window, began)) => {
            let counted = usage.filter(|(_, counted)| *counted).map(|(usage, _)| usage);
            let answer = answer.as_ref().map(|a| a.id);
            let attempts = std::mem::take(&mut transcript.attempts);
            Entries::new(&turn, window, attempts, *began, answer, counted, &app.known_texts)
        }
        // The text of a lost turn: what was sent for it is not known.
        None if answer.is_some() => Entries::lost(&turn, now, usage.map(|(usage, _)| usage)),
        None => Entries::default(),
    };
    let problem = if answer.is_none() { problem } else { None };
    let place = turn.deliver_to.as_deref().and_then(Place::parse);
    let delivery = place.map(|place| place.delivery(ids::new_id(now), turn.user_id, now).of_turn(turn.id));
    Settlement {
        owner: Some(app.node.id),
        state,
        problem,
        answer,
        tokens,
        time_to_first_token_ms,
        journal,
        usage_id: ids::new_id(now),
        delivery,
        pushed: app.push.is_some() && !read && state != State::Stopped && turn.deliver_to.is_none(),
        now,
        turn,
    }
}

/// Counts tokens that no provider counted; it takes the processor for a while, so it does it aside.
async fn counted(messages: Vec<llm::Message>, text: String) -> Usage {
    let rough = Usage { prompt_tokens: 0, completion_tokens: llm::estimate(&text) };
    let count = move || Usage { prompt_tokens: llm::count_messages(&messages), completion_tokens: llm::count(&text) };
    tokio::task::spawn_blocking(count).await.unwrap_or(rough)
}

/// Commits it; the person's subscription, the turn counted.
async fn settle(app: &App, settlement: Arc<Settlement>) -> Result<Option<Subscription>, Unsettled> {
    let begun = std::time::Instant::now();
    let settled = app.db.write(move |tx| {
        let settlement = settlement.clone();
        Box::pin(async move { write(tx, &settlement).await })
    });
    let settled = settled.await;
    metrics::histogram!("beseda_db_seconds", "use_case" => "turn_finish").record(begun.elapsed());
    settled
}

async fn write(tx: &mut Conn<'_>, s: &Settlement) -> Result<Option<Subscription>, Unsettled> {
    let counted = write_end(tx, s).await?;
    if s.pushed && s.answer.is_some() {
        push::announce(tx, &s.turn, s.now).await?;
    }
    Ok(counted)
}

/// The turn's end, and what it is charged.
async fn write_end(tx: &mut Conn<'_>, s: &Settlement) -> Result<Option<Subscription>, Unsettled> {
    let turn = &s.turn;
    let ended = Ended {
        state: s.state,
        at: s.now,
        ai_message_id: s.answer.as_ref().map(|a| a.id),
        tokens: s.tokens,
        problem: s.problem.map(Kind::slug),
        time_to_first_token_ms: s.time_to_first_token_ms,
    };
    s.journal.write_earlier(tx, turn.user_id, s.now).await?;
    if let Some(delivery) = &s.delivery {
        deliveries::insert(tx, delivery).await?;
    }
    if let (Some(answer), Some(attempt)) = (&s.answer, s.journal.last()) {
        let counted = batches::answer(tx, answer, attempt, turn, s.owner, &ended, s.usage_id).await?;
        let counted = counted.ok_or(Unsettled::Elsewhere)?;
        notice::limit(tx, &counted, s.now).await?;
        return Ok(Some(counted));
    }
    // The subscription first, as whoever sends the same message again locks it before it meets the turn.
    subscriptions::lock_row(tx, turn.subscription_id).await?;
    if !turns::end(tx, turn.id, s.owner, &ended).await? {
        return Err(Unsettled::Elsewhere);
    }
    if let Some(attempt) = s.journal.last() {
        ai_requests::insert(tx, attempt).await?;
    }
    Ok(subscriptions::release(tx, turn.subscription_id, turn.reserved).await?)
}

fn count(app: &App, settlement: &Settlement) {
    let outcome = settlement.state.as_str();
    settlement.journal.count(&app.models);
    metrics::counter!("beseda_turns_total", "outcome" => outcome).increment(1);
    metrics::counter!("beseda_tokens_total").increment(u64::try_from(settlement.tokens).unwrap_or(0));
    if let Some(ms) = settlement.time_to_first_token_ms {
        metrics::histogram!("beseda_first_token_seconds").record(ms as f64 / 1000.0);
    }
    tracing::debug!(outcome, tokens = settlement.tokens, "turn ended");
}

/// How a turn ended, from the database.
pub async fn stored_end(app: &App, turn: &Turn) -> Result<End> {
    let mut reader = app.db.read().await?;
    let conn = &mut reader.conn();
    let Some(turn) = turns::find(conn, turn.user_id, turn.id).await? else { return Ok(lost_end()) };
    let ai_message = match turn.ai_message_id {
        Some(id) => messages::find(conn, turn.user_id, id).await?,
        None => None,
    };
    let problem = turn.problem.as_deref().and_then(Kind::from_slug);
    let subscription = subscriptions::active(conn, turn.user_id).await?;
    Ok(End { state: turn.state, problem: problem.filter(|_| ai_message.is_none()), ai_message, subscription })
}

/// The end of a turn that is gone, its account or dialogue erased.
fn lost_end() -> End {
    End { state: State::Interrupted, ai_message: None, problem: Some(Kind::Interrupted), subscription: None }
}
