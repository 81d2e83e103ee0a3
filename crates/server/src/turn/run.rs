//! The detached task of a turn: waits for its place in the dialogue, asks the model, and settles whatever came of it.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tracing::Instrument as _;

use crate::{
    account::profile::Companion,
    app::{App, Shared},
    db::{
        Result,
        deliveries::Place,
        is_away,
        messages::{self, Exchange},
        plans::Unit,
        turns::{self, State, Turn},
        users::User,
    },
    models::Models,
    offline,
    problem::Kind,
    turn::{
        finish::{self, Outcome},
        hub::Live,
        start::Admitted,
        system_text::{self, Hearers},
        window::Window,
    },
};

/// How often the text so far is written down: a crash loses at most that much of an answer.
const CHECKPOINT: Duration = Duration::from_secs(1);
/// How much of an answer is gathered before it is passed on, in bytes.
const LONGEST_PIECE: usize = 4096;
/// How often a waiting turn looks whether another node has ended the one before it.
const LOOK: Duration = Duration::from_millis(500);

/// Runs an admitted turn to its end. Whatever happens in between, it is settled.
///
/// What comes before and after the stream is boxed: thousands of turns stream at once, and should hold no more than that
/// takes.
pub(super) async fn run(app: Shared, admitted: Admitted, live: Arc<Live>) {
    let span = tracing::info_span!("turn", turn_id = %admitted.turn.id);
    async {
        let turn = admitted.turn.clone();
        let outcome = AssertUnwindSafe(answer(&app, &admitted, &live)).catch_unwind().await;
        let outcome = match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => {
                tracing::error!(%error, "the turn could not be run");
                Outcome::without_attempts(State::Failed, Some(Kind::Internal))
            }
            // The panic itself was logged by the hook.
            Err(_) => Outcome::without_attempts(State::Failed, Some(Kind::Internal)),
        };
        Box::pin(finish::finish(&app, &turn, &live, outcome)).await;
    }
    .instrument(span)
    .await;
}

async fn answer(app: &Shared, admitted: &Admitted, live: &Live) -> Result<Outcome> {
    let turn = &admitted.turn;
    if turn.state == State::Waiting
        && let Some(ended) = Box::pin(wait_for_place(app, turn, live)).await?
    {
        return Ok(ended);
    }
    let asked = loop {
        match Box::pin(prepare(app, admitted)).await {
            Ok(Some(asked)) => break asked,
            // The dialogue was deleted in the meantime.
            Ok(None) => return Ok(Outcome::without_attempts(State::Stopped, Some(Kind::Stopped))),
            // It was admitted, so it is answered: the database comes back.
            Err(error) if is_away(&error) => tracing::warn!(%error, "the history cannot be read yet"),
            Err(error) => return Err(error),
        }
        tokio::select! {
            outcome = cut(app, live) => return Ok(outcome),
            () = tokio::time::sleep(LOOK) => {}
        }
    };
    let began = app.clock.now();
    tokio::select! {
        outcome = ask(app, asked, live, began) => Ok(outcome),
        // Runs beside the stream and never ends before it.
        () = checkpoints(app, turn, live) => Ok(Outcome::without_attempts(State::Interrupted, Some(Kind::Interrupted))),
    }
}

/// Waits until no earlier turn of the dialogue is open. An outcome: the turn ended while it waited.
async fn wait_for_place(app: &Shared, turn: &Turn, live: &Live) -> Result<Option<Outcome>> {
    let id = turn.id;
    loop {
        let gone = live.neighbour_gone.notified();
        tokio::pin!(gone);
        // Registered before the look, so that no end between the two is missed.
        gone.as_mut().enable();
        if app.hub.is_next(live) {
            match app.db.write(move |tx| Box::pin(turns::begin(tx, id))).await {
                Ok(true) => return Ok(None),
                Err(error) if !is_away(&error) => return Err(error),
                Ok(false) | Err(_) => {}
            }
        }
        tokio::select! {
            outcome = cut(app, live) => return Ok(Some(outcome)),
            () = gone => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Waits until the turn is to end before a model was asked.
async fn cut(app: &App, live: &Live) -> Outcome {
    tokio::select! {
        () = live.stop.cancelled() => Outcome::without_attempts(State::Stopped, Some(Kind::Stopped)),
        () = app.tasks.interrupt.cancelled() => Outcome::without_attempts(State::Interrupted, Some(Kind::Interrupted)),
    }
}

/// What the model is asked.
struct Request {
    window: Window,
    user: Arc<User>,
    companion: Companion,
    model: Option<String>,
    providers: Option<Vec<String>>,
    max_tokens: u32,
}

/// None: the dialogue, or the person, is gone.
async fn prepare(app: &App, admitted: &Admitted) -> Result<Option<Request>> {
    let begun = Instant::now();
    let Admitted { turn, session, subscription, question } = admitted;
    let config = &app.config.llm;
    let Some(user) = app.people.find(app, turn.user_id).await? else { return Ok(None) };
    let settings = app.settings.now();
    let companion = Companion::of(session, &user, &settings.companion);
    let place = turn.deliver_to.as_deref().and_then(Place::parse);
    let hearers = if place.is_some_and(Place::is_group) { Hearers::Group } else { Hearers::Person };
    let system = system_text::compose(&user, &companion, hearers, &settings.system_text, app.clock.now());
    // On a plan counted in tokens, what was left bounds what is sent and what is answered.
    let held = match subscription.unit {
        Unit::Requests => u64::MAX,
        Unit::Tokens => u64::try_from(subscription.left_for(turn.reserved)).unwrap_or(0),
    };
    let budget = config.context_tokens.min(held);
    let history = app.recent.take(turn.session_id, turn.seq);
    let window = match (history, question) {
        (Some(history), Some(question)) => {
            let question = Exchange { id: turn.message_id, seq: turn.seq, question: question.clone(), answer: None };
            Window::follow(history, question, system, budget)
        }
        _ => load_window(app, turn, system, budget).await?,
    };
    metrics::histogram!("beseda_db_seconds", "use_case" => "turn_window").record(begun.elapsed());
    Ok(window.map(|window| {
        let rest = held.saturating_sub(window.estimate()).max(1);
        let most = subscription.max_answer_tokens.and_then(|most| u32::try_from(most).ok());
        let most = most.unwrap_or(config.max_answer_tokens);
        let max_tokens = most.min(u32::try_from(rest).unwrap_or(u32::MAX));
        let providers =
            subscription.providers.as_ref().map(|names| names.split(',').map(|n| n.trim().into()).collect());
        Request { window, user, companion, model: subscription.model.clone(), providers, max_tokens }
    }))
}

async fn load_window(app: &App, turn: &Turn, system: String, budget: u64) -> Result<Option<Window>> {
    let mut reader = app.db.read().await?;
    let conn = &mut reader.conn();
    let Some(question) = messages::find(conn, turn.user_id, turn.message_id).await? else { return Ok(None) };
    Window::load(conn, turn.session_id, question.seq, turn.seq, system, budget).await
}

/// Where the text comes from.
enum Source {
    Model(Box<llm::Chat>),
    Offline(offline::Chat),
}

impl Source {
    async fn next(&mut self) -> Option<String> {
        match self {
            Self::Model(chat) => chat.next().await,
            Self::Offline(chat) => chat.next().await,
        }
    }
}

/// Asks the model and passes its text on, until it ends, is stopped, or the service's patience does.
async fn ask(app: &Shared, asked: Request, live: &Live, began: crate::db::Ts) -> Outcome {
    let started = Instant::now();
    let mut source = match &app.models {
        Models::Providers(providers) => Source::Model(Box::new(providers.chat(llm::Request {
            messages: asked.window.messages(),
            max_tokens: Some(asked.max_tokens),
            providers: asked.providers.clone(),
            model: asked.model.clone(),
        }))),
        Models::Offline => {
            Source::Offline(offline::Chat::new(&asked.user, &asked.companion, asked.window.question(), began))
        }
    };
    let mut first = None;
    let cut = loop {
        tokio::select! {
            piece = source.next() => match piece {
                Some(mut piece) => {
                    if first.is_none() {
                        first = Some(started.elapsed());
                    } else {
                        gather(&mut source, &mut piece).await;
                    }
                    live.push(&piece);
                }
                None => break None,
            },
            () = live.stop.cancelled() => break Some(State::Stopped),
            () = app.tasks.interrupt.cancelled() => break Some(State::Interrupted),
        }
    };
    let transcript = match source {
        Source::Model(chat) => chat.finish(),
        Source::Offline(_) => offline::transcript(&asked.window.messages(), first, started.elapsed(), cut.is_some()),
    };
    Outcome::new(cut, transcript, asked.window, began)
}

/// Adds what has come already: each push wakes every reader, and each of them writes to a socket.
///
/// The connection hands over one chunk at a time, so it gets its turn before there is said to be no more.
async fn gather(source: &mut Source, piece: &mut String) {
    let mut asked = false;
    while piece.len() < LONGEST_PIECE {
        match source.next().now_or_never() {
            Some(Some(more)) => {
                piece.push_str(&more);
                asked = false;
            }
            Some(None) => break,
            None if asked => break,
            None => {
                asked = true;
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Writes the text so far down, for as long as the turn runs.
async fn checkpoints(app: &App, turn: &Turn, live: &Live) {
    let id = turn.id;
    let (mut kept, mut kept_chars) = (0, 0);
    loop {
        tokio::time::sleep(CHECKPOINT).await;
        let (more, chars) = live.with(|progress| {
            let more: Arc<str> = progress.text.get(kept..).unwrap_or_default().into();
            (more, i64::try_from(progress.chars).unwrap_or(i64::MAX))
        });
        if more.is_empty() {
            continue;
        }
        let (length, from) = (more.len(), kept_chars);
        let written = app.db.write(move |tx| {
            let more = more.clone();
            Box::pin(async move { turns::checkpoint(tx, id, from, &more).await })
        });
        match Box::pin(written).await {
            Ok(()) => (kept, kept_chars) = (kept + length, chars),
            Err(error) => tracing::warn!(turn_id = %id, %error, "checkpoint"),
        }
    }
}
