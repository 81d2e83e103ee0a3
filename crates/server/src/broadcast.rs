//! A text in two languages for many people, through the bot: written, looked at, begun, stopped. What is begun is sent by
//! `telegram/broadcast.rs`, at the bot's pace and behind everything else.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::App,
    db::{
        Conn, Result as DbResult, Ts,
        broadcasts::{self, Broadcast, State},
        deliveries,
    },
    ids,
    staff::{
        Actor,
        audit::{self, Action, Entry},
    },
    texts::Lang,
};

/// The most people that are counted before a broadcast begins.
pub const MOST_COUNTED: i64 = 100_000;

/// To whom.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    /// To people of this plan.
    pub plan: Option<String>,
    /// To people who are spoken to in this language.
    pub lang: Option<Lang>,
    /// To people who have talked since.
    pub active_since: Option<Ts>,
}

impl Audience {
    /// That of a broadcast.
    pub fn of(broadcast: &Broadcast) -> Self {
        Self {
            plan: broadcast.plan_name.clone(),
            lang: broadcast.language.as_deref().map(|tag| Lang::of(Some(tag))),
            active_since: broadcast.active_since,
        }
    }

    /// Whether people of this language are meant.
    pub fn speaks(&self, language: Option<&str>) -> bool {
        self.lang.is_none_or(|lang| lang == Lang::of(language))
    }

    fn as_json(&self) -> Value {
        json!({"plan": self.plan, "language": self.lang.map(Lang::tag), "active_since": self.active_since})
    }
}

/// How many a broadcast would reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// In Russian.
    pub russian: i64,
    /// In English.
    pub english: i64,
    /// Whether there are more than were counted.
    pub is_more: bool,
}

impl Reach {
    /// How many in all.
    pub const fn all(&self) -> i64 {
        self.russian + self.english
    }
}

/// Why a text cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing of it would be seen.
    Empty,
    /// It would be more than one message.
    Long,
}

/// What a text looks like in Telegram: without its formatting, but as it is cut and laid out.
pub fn shown(text: &str) -> Result<String, Unfit> {
    let mut parts = bot_text::messages(text);
    match (parts.pop(), parts.is_empty()) {
        (None, _) => Err(Unfit::Empty),
        (Some(part), true) => Ok(part.text),
        (Some(_), false) => Err(Unfit::Long),
    }
}

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub enum BroadcastError {
    /// There is no such broadcast.
    #[error("there is no such broadcast")]
    NotFound,
    /// No bot is configured.
    #[error("no bot is configured")]
    NoBot,
    /// It has begun, or is over.
    #[error("the broadcast has begun, or is over")]
    Over,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Counts whom it would reach now.
pub async fn reach(app: &App, audience: &Audience) -> DbResult<Reach> {
    let mut reader = app.db.read().await?;
    let (plan, since) = (audience.plan.as_deref(), audience.active_since);
    let counted = broadcasts::meant(&mut reader.conn(), plan, since, MOST_COUNTED + 1).await?;
    let is_more = counted.iter().map(|(_, count)| count).sum::<i64>() > MOST_COUNTED;
    let mut reach = Reach { is_more, ..Reach::default() };
    for (language, count) in counted.iter().filter(|(language, _)| audience.speaks(language.as_deref())) {
        match Lang::of(language.as_deref()) {
            Lang::Ru => reach.russian += count,
            Lang::En => reach.english += count,
        }
    }
    Ok(reach)
}

/// Keeps a draft; its texts must be fit to be sent.
pub async fn write(app: &App, actor: Actor, russian: &str, english: &str, audience: &Audience) -> DbResult<Uuid> {
    let now = app.clock.now();
    let broadcast = Broadcast {
        id: ids::new_id(now),
        created_at: now,
        text_ru: russian.to_owned(),
        text_en: english.to_owned(),
        plan_name: audience.plan.clone(),
        language: audience.lang.map(|lang| lang.tag().to_owned()),
        active_since: audience.active_since,
        state: State::Draft,
        started_at: None,
        ended_at: None,
        expected: None,
        position: None,
        last_place: None,
        taken: 0,
        sent: 0,
        closed: 0,
        failed: 0,
        cancelled: 0,
    };
    let id = broadcast.id;
    let entry = Entry::new(actor, Action::BroadcastWritten).on(id).with(audience.as_json());
    let written = app.db.write(move |tx| {
        let (broadcast, entry) = (broadcast.clone(), entry.clone());
        Box::pin(async move {
            broadcasts::insert(tx, &broadcast).await?;
            audit::record(tx, &entry, now).await?;
            Ok(id)
        })
    });
    written.await
}

/// Lets a draft begin.
pub async fn start(app: &App, actor: Actor, id: Uuid, reason: String) -> Result<(), BroadcastError> {
    if app.bot.is_none() {
        return Err(BroadcastError::NoBot);
    }
    let draft = broadcasts::find(&mut app.db.read().await?.conn(), id).await?.ok_or(BroadcastError::NotFound)?;
    let reach = reach(app, &Audience::of(&draft)).await?;
    let expected = (!reach.is_more).then(|| reach.all());
    let now = app.clock.now();
    let details = json!({"expected": expected, "audience": Audience::of(&draft).as_json()});
    let entry = Entry::new(actor, Action::BroadcastStarted).on(id).because(Some(reason)).with(details);
    let started = app.db.write(move |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            let started = broadcasts::start(tx, id, expected, now).await?;
            noted(tx, started, &entry, now).await
        })
    });
    started.await
}

/// Stops a broadcast for good, or throws a draft away. What is on its way at this moment still arrives.
pub async fn stop(app: &App, actor: Actor, id: Uuid, reason: String) -> Result<(), BroadcastError> {
    let now = app.clock.now();
    broadcasts::find(&mut app.db.read().await?.conn(), id).await?.ok_or(BroadcastError::NotFound)?;
    let entry = Entry::new(actor, Action::BroadcastStopped).on(id).because(Some(reason));
    let stopped = app.db.write(move |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            let stopped = broadcasts::stop(tx, id, now).await?;
            if stopped {
                deliveries::cancel_broadcast(tx, id, now).await?;
            }
            noted(tx, stopped, &entry, now).await
        })
    });
    stopped.await
}

async fn noted(tx: &mut Conn<'_>, is_done: bool, entry: &Entry, now: Ts) -> Result<(), BroadcastError> {
    if !is_done {
        return Err(BroadcastError::Over);
    }
    Ok(audit::record(tx, entry, now).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_message() {
        assert_eq!(shown("**Привет** из [дома](https://beseda.example)"), Ok("Привет из дома".into()));
        assert_eq!(shown(" \n"), Err(Unfit::Empty));
        assert_eq!(shown(&"я".repeat(4_097)), Err(Unfit::Long));
    }

    #[test]
    fn whom_a_language_means() {
        let russian = Audience { lang: Some(Lang::Ru), ..Audience::default() };
        assert!(russian.speaks(Some("uk-UA")) && !russian.speaks(Some("de")) && !russian.speaks(None));
        assert!(Audience::default().speaks(None));
    }
}
