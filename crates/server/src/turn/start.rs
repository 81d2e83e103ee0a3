//! Transaction one: the message is kept, the quota reserved, the turn begun, or nothing is.

use std::sync::Arc;

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{
    app::Shared,
    billing::quota::{self, Estimate, Reserved},
    cluster,
    db::{
        Conn, Day, Ts, batches,
        messages::{self, Message, Sender, Status},
        sessions::{self, Channel, Session},
        subscriptions::Subscription,
        turns::{self, Turn},
    },
    ids,
    turn::{hub::Full, run},
};

/// How many characters of the first message become the dialogue's title.
const TITLE_CHARS: usize = 60;

/// What the person asks.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A new message.
    Message(String),
    /// Another answer to a message of this id.
    Again(Uuid),
}

/// A message on its way in.
#[derive(Clone, Debug)]
pub struct NewTurn {
    /// Who asks.
    pub user_id: Uuid,
    /// In which dialogue.
    pub session_id: Uuid,
    /// What.
    pub asked: Asked,
    /// Through which door.
    pub channel: Channel,
    /// The caller's key: the same key is the same turn.
    pub key: Option<String>,
    /// Where the answer is delivered, beside its readers: `telegram::message::Place` as JSON.
    pub deliver_to: Option<String>,
    /// Set when the caller is too fast, or the house full: refused unless the quota is spent, which is told first.
    pub over: Option<Over>,
}

/// Why a message is refused although the quota would allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Too many calls; seconds to wait.
    Pace(u64),
    /// Too many messages wait in the dialogue.
    Waiting,
    /// The node has as many turns as it may.
    Node,
}

/// A turn that was admitted, now or before under the same key.
#[derive(Debug)]
pub struct Started {
    /// Its row.
    pub turn: Turn,
    /// Whether it was there already.
    pub seen: bool,
}

/// Why a message was not admitted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The service is stopping.
    #[error("the service is stopping")]
    Closing,
    /// There is no such dialogue or message of this person.
    #[error("no such dialogue or message")]
    NotFound,
    /// The dialogue has ended.
    #[error("the dialogue has ended")]
    SessionEnded,
    /// The quota is spent.
    #[error("the quota is spent")]
    Spent(Box<Subscription>),
    /// Too fast, or too full.
    #[error("over a limit")]
    Over(Over),
    /// The key belongs to another request.
    #[error("the idempotency key belongs to another request")]
    KeyReused,
    /// The key was taken in the same moment: the turn is there now.
    #[error("the idempotency key was taken")]
    KeyTaken,
    /// The account is gone.
    #[error("the account is gone")]
    Nobody,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A turn that was admitted just now.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) turn: Turn,
    /// The dialogue.
    pub(super) session: Session,
    /// The text of a new message; none where an old one is answered again.
    pub(super) question: Option<String>,
    /// What it counts on, its reservation included.
    pub(super) subscription: Subscription,
}

/// What the transaction needs, so that it can be run again.
struct Plan {
    new: NewTurn,
    turn_id: Uuid,
    message_id: Uuid,
    node_id: Uuid,
    request_hash: [u8; 32],
    title: Option<String>,
    estimate: Estimate,
    now: Ts,
    day: Day,
    zone: jiff::tz::TimeZone,
}

impl Plan {
    fn turn(&self, seq: i64, subscription_id: Uuid, reserved: i64) -> turns::NewTurn<'_> {
        turns::NewTurn {
            id: self.turn_id,
            user_id: self.new.user_id,
            session_id: self.new.session_id,
            message_id: self.message_id,
            seq,
            channel: self.new.channel,
            idempotency_key: self.new.key.as_deref(),
            request_hash: &self.request_hash,
            subscription_id,
            reserved,
            day: self.day,
            node_id: self.node_id,
            created_at: self.now,
            deliver_to: self.new.deliver_to.as_deref(),
        }
    }
}

/// Admits a message: when this returns a turn, it is committed and its task runs.
///
/// It works in a task of its own: a caller who goes away in the middle leaves no turn that is committed but not run.
pub async fn start(app: &Shared, new: NewTurn) -> Result<Started, Refusal> {
    if app.tasks.is_closing() {
        return Err(Refusal::Closing);
    }
    let (reply, answer) = oneshot::channel();
    let task = app.clone();
    app.tasks.spawn(async move {
        // A caller who went away needs no answer.
        drop(reply.send(begin(&task, new).await));
    });
    answer.await.unwrap_or(Err(Refusal::Closing))
}

async fn begin(app: &Shared, mut new: NewTurn) -> Result<Started, Refusal> {
    if new.over.is_none() {
        new.over = app.hub.room(new.session_id).err().map(|full| match full {
            Full::Node => Over::Node,
            Full::Session => Over::Waiting,
        });
    }
    let key = new.key.clone();
    let (user_id, request_hash) = (new.user_id, request_hash(&new));
    let plan = Arc::new(plan(app, new, request_hash));
    let live = app.hub.open(plan.turn_id, plan.new.session_id);
    let mut admitted = commit(app, &plan).await;
    // What a lost process holds back is nobody's: it is freed before anybody is refused for it.
    while let Err(Refusal::Spent(spent)) = &admitted
        && spent.reserved > 0
        && spent.used() < spent.usage_limit
    {
        admitted = match cluster::free_held(app, spent).await {
            Ok(true) => commit(app, &plan).await,
            Ok(false) => break,
            Err(error) => Err(error.into()),
        };
    }
    match admitted {
        Ok(admitted) => {
            let turn = admitted.turn.clone();
            tracing::debug!(turn_id = %turn.id, session_id = %turn.session_id, state = turn.state.as_str(), "turn accepted");
            // The number is set once, here.
            let _ = live.seq.set(turn.seq);
            app.tasks.spawn(run::run(app.clone(), admitted, live));
            Ok(Started { turn, seen: false })
        }
        Err(refusal) => {
            app.hub.close(&live, None);
            match seen(app, user_id, key.as_deref(), &request_hash).await? {
                Some(turn) => Ok(Started { turn, seen: true }),
                None => Err(refusal),
            }
        }
    }
}

/// The transaction.
async fn commit(app: &Shared, plan: &Arc<Plan>) -> Result<Admitted, Refusal> {
    let plan = plan.clone();
    let begun = std::time::Instant::now();
    let admitted = app.db.write(move |tx| {
        let plan = plan.clone();
        Box::pin(async move { admit(tx, &plan).await })
    });
    let admitted = admitted.await.and_then(|admitted| admitted);
    metrics::histogram!("beseda_db_seconds", "use_case" => "turn_start").record(begun.elapsed());
    admitted
}

/// The turn that an earlier request with this key began. Looked for only when a request was refused: a replay always is.
async fn seen(app: &Shared, user_id: Uuid, key: Option<&str>, request_hash: &[u8]) -> Result<Option<Turn>, Refusal> {
    let Some(key) = key else { return Ok(None) };
    let mut reader = app.db.read().await?;
    match turns::by_key(&mut reader.conn(), user_id, key).await? {
        Some(turn) if turn.request_hash != request_hash => Err(Refusal::KeyReused),
        turn => Ok(turn),
    }
}

fn plan(app: &Shared, new: NewTurn, request_hash: [u8; 32]) -> Plan {
    let now = app.clock.now();
    let (message_id, text) = match &new.asked {
        Asked::Message(text) => (ids::new_id(now), text.as_str()),
        Asked::Again(message_id) => (*message_id, ""),
    };
    let tokens = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 4);
    let estimate = Estimate {
        session_id: new.session_id,
        system_text: tokens(llm::estimate(&app.settings.now().system_text)),
        question: tokens(llm::estimate(text)),
        context: tokens(app.config.llm.context_tokens),
        answer: i64::from(app.config.llm.max_answer_tokens),
    };
    Plan {
        turn_id: ids::new_id(now),
        message_id,
        node_id: app.node.id,
        request_hash,
        title: title(text),
        estimate,
        now,
        day: now.day(&app.zone),
        zone: app.zone.clone(),
        new,
    }
}

/// The outer error rolls back; an inner refusal has written nothing, and needs none.
async fn admit(tx: &mut Conn<'_>, plan: &Plan) -> Result<Result<Admitted, Refusal>, Refusal> {
    let new = &plan.new;
    if let Some(admitted) = admit_at_once(tx, plan).await? {
        return Ok(Ok(admitted));
    }
    let (subscription, reserved) = match quota::reserve(tx, new.user_id, plan.estimate, plan.now, &plan.zone).await? {
        Reserved::Held(subscription, reserved) => (subscription, reserved),
        Reserved::Spent(subscription) => return Ok(Err(Refusal::Spent(Box::new(subscription)))),
        Reserved::Nobody => return Ok(Err(Refusal::Nobody)),
    };
    if let Some(over) = new.over {
        return Err(Refusal::Over(over));
    }
    let session = sessions::next_seq(tx, new.user_id, new.session_id, plan.now, plan.title.as_deref()).await?;
    let session = session.ok_or(Refusal::NotFound)?;
    if !session.is_active {
        return Err(Refusal::SessionEnded);
    }
    let message = match &new.asked {
        Asked::Message(text) => {
            let message = Message {
                id: plan.message_id,
                session_id: new.session_id,
                user_id: new.user_id,
                sender: Sender::User,
                message_text: text.clone(),
                created_at: plan.now,
                token_usage: None,
                turn_id: plan.turn_id,
                seq: session.last_seq,
                answers_id: None,
                status: Status::Complete,
                finish_reason: None,
            };
            Some(message)
        }
        Asked::Again(id) => {
            let question = messages::find(tx, new.user_id, *id).await?;
            question.filter(|q| q.sender == Sender::User && q.session_id == session.id).ok_or(Refusal::NotFound)?;
            None
        }
    };
    let turn = plan.turn(session.last_seq, subscription.id, reserved);
    let inserted = match &message {
        Some(message) => batches::ask(tx, message, &turn).await?,
        None => turns::insert(tx, &turn).await?,
    };
    let turn = inserted.ok_or(Refusal::KeyTaken)?;
    Ok(Ok(Admitted { turn, session, question: message.map(|m| m.message_text), subscription }))
}

/// The usual case on SQLite, in one journey; none when anything is unusual, and then nothing was written.
async fn admit_at_once(tx: &mut Conn<'_>, plan: &Plan) -> Result<Option<Admitted>, sqlx::Error> {
    let (Conn::Sqlite(conn), Asked::Message(text), None) = (tx, &plan.new.asked, plan.new.over) else {
        return Ok(None);
    };
    let admitted = batches::admit(conn, text, plan.title.as_deref(), &plan.turn(0, Uuid::nil(), 1)).await?;
    let question = Some(text.clone());
    Ok(admitted.map(|(subscription, session, turn)| Admitted { turn, session, question, subscription }))
}

/// What a key stands for: the dialogue and what is asked in it.
fn request_hash(new: &NewTurn) -> [u8; 32] {
    let mut bytes = new.session_id.as_bytes().to_vec();
    match &new.asked {
        Asked::Message(text) => {
            bytes.push(b'm');
            bytes.extend_from_slice(text.as_bytes());
        }
        Asked::Again(id) => {
            bytes.push(b'a');
            bytes.extend_from_slice(id.as_bytes());
        }
    }
    ids::sha256(&bytes)
}

/// The first words of a message, as a title.
fn title(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    if line.chars().count() <= TITLE_CHARS {
        return Some(line);
    }
    let cut: String = line.chars().take(TITLE_CHARS).collect();
    let at_word = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    Some(format!("{at_word}…"))
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn a_title_is_the_first_words() {
        assert_eq!(title("  Привет,\n как дела? "), Some("Привет, как дела?".into()));
        assert_eq!(title(" \n "), None);
        let long = title(&"слово ".repeat(40)).unwrap();
        assert!(long.ends_with("слово…") && long.chars().count() <= 61, "{long}");
        assert_eq!(title(&"я".repeat(100)), Some(format!("{}…", "я".repeat(60))));
    }
}
