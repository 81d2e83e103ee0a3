//! `/admin/people/{id}/sessions`: a person's dialogues, and what was said in one.

use std::{collections::HashMap, str::FromStr};

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Failure, Result, csv,
    extract::Allowed,
    form::{WithReason, blank},
    page::{Page, render},
    paging::{Paged, Place, ROWS},
    person,
    said::{self, Said},
    visit::Done,
};
use crate::{
    db::{
        Conn, Ts,
        ai_requests::{self, Attempt},
        messages::{self, Message, Sender},
        openings,
        sessions::{self, Session},
        turns::{self, State as TurnState, Turn},
    },
    dialogue,
    http::Edge,
    staff::{
        audit::{Action, Entry},
        reading,
        role::{Permission, demand},
    },
};

/// The most attempts that are shown on a page.
const MOST_ATTEMPTS: i64 = 500;

/// A place in the list of dialogues: when one was last active, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Activity(Ts, Uuid);

impl FromStr for Activity {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (micros, id) = text.split_once('.').ok_or(())?;
        Ok(Self(Ts::from_micros(micros.parse().map_err(drop)?), id.parse().map_err(drop)?))
    }
}

/// The cursor.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default, deserialize_with = "blank")]
    before: Option<Activity>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<Activity>,
}

#[derive(Template)]
#[template(path = "admin/dialogues.html")]
struct Dialogues {
    page: Page,
    user_id: Uuid,
    name: String,
    paged: Paged<Session>,
}

/// A person's dialogues.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Path(user_id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let name = person::called(&person::find(&edge.app, user_id).await?);
    let place = Place::of(asked.before, asked.after);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let rows = {
        let mut reader = edge.app.db.read().await?;
        let conn = &mut reader.conn();
        match place {
            Place::Newest => sessions::list(conn, user_id, None, limit).await?,
            Place::Older(Activity(at, id)) => sessions::list(conn, user_id, Some((at, id)), limit).await?,
            Place::Newer(Activity(at, id)) => sessions::list_after(conn, user_id, (at, id), limit).await?,
        }
    };
    let cursor = |row: &Session| format!("{}.{}", row.last_activity_at.as_micros(), row.id);
    let none: [(&str, &str); 0] = [];
    let paged = Paged::new(&format!("{}/sessions", person::path(user_id)), &none, &place, rows, cursor);
    render(&Dialogues { page: staff.page("dialogues"), user_id, name, paged })
}

/// The same as a file, without the titles: they are the first words of what was said.
pub(super) async fn export(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Path(user_id): Path<Uuid>,
) -> Result<Response> {
    person::find(&edge.app, user_id).await?;
    let columns = ["id", "channel", "started_at", "last_activity_at", "ended_at", "is_active", "turns"];
    let app = edge.app.clone();
    let fetch = move |last: Option<Session>| {
        let app = app.clone();
        async move {
            let place = last.map(|row| (row.last_activity_at, row.id));
            sessions::list(&mut app.db.read().await?.conn(), user_id, place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "sessions", &columns, fetch, cells).await
}

fn cells(row: &Session) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.channel.as_str().to_owned(),
        row.started_at.to_string(),
        row.last_activity_at.to_string(),
        row.ended_at.map(|at| at.to_string()).unwrap_or_default(),
        row.is_active.to_string(),
        row.last_seq.to_string(),
    ]
}

/// A turn with what was said in it.
struct Exchange {
    turn: Turn,
    question: Option<Said>,
    answer: Option<Said>,
    tokens: Option<i64>,
    attempts: Vec<Attempt>,
}

impl Exchange {
    fn tone(&self) -> &'static str {
        match self.turn.state {
            TurnState::Complete => "good",
            TurnState::Failed => "bad",
            TurnState::Stopped | TurnState::Interrupted => "warn",
            TurnState::Waiting | TurnState::Running => "calm",
        }
    }
}

#[derive(Template)]
#[template(path = "admin/dialogue.html")]
struct Dialogue {
    page: Page,
    session: Session,
    name: String,
    /// Until when the reader may read; none: they were not let in.
    open_until: Option<Ts>,
    paged: Paged<Exchange>,
}

impl Dialogue {
    fn base(&self) -> String {
        path(self.session.user_id, self.session.id)
    }
}

/// The cursor: the number of a turn.
#[derive(Debug, Deserialize)]
pub(super) struct Turns {
    #[serde(default, deserialize_with = "blank")]
    before: Option<i64>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<i64>,
}

/// One dialogue: what is known of it, and what was said, if it was opened.
pub(super) async fn show(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Path((user_id, id)): Path<(Uuid, Uuid)>,
    Query(asked): Query<Turns>,
) -> Result<Response> {
    let name = person::called(&person::find(&edge.app, user_id).await?);
    let now = edge.app.clock.now();
    let mut reader = edge.app.db.read().await?;
    let conn = &mut reader.conn();
    let session = sessions::find(conn, user_id, id).await?.ok_or(Failure::NotFound)?;
    let open_until = match staff.may(Permission::ReadContent) {
        true => openings::until(conn, staff.who.session_id, id, now).await?,
        false => None,
    };
    let place = Place::of(asked.before, asked.after);
    let rows = match open_until {
        Some(_) => exchanges(conn, &session, place).await?,
        None => Vec::new(),
    };
    let none: [(&str, &str); 0] = [];
    let mut paged = Paged::new(&path(user_id, id), &none, &place, rows, |row| row.turn.seq.to_string());
    // As the person saw it: what came first stands first.
    paged.rows.reverse();
    let mut page = staff.page("dialogue");
    if let Some(title) = session.title.clone().filter(|_| open_until.is_some()) {
        page = page.titled(title);
    }
    render(&Dialogue { page, session, name, open_until, paged })
}

/// The turns of a page with what was said in them, in three queries.
async fn exchanges(conn: &mut Conn<'_>, session: &Session, place: Place<i64>) -> Result<Vec<Exchange>> {
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let (user_id, id) = (session.user_id, session.id);
    let turns = turns::page(conn, user_id, id, place.cursor(), limit).await?;
    let numbers = turns.iter().map(|turn| turn.seq);
    let (Some(first), Some(last)) = (numbers.clone().min(), numbers.max()) else { return Ok(Vec::new()) };
    let mut said: HashMap<(Uuid, bool), Message> = HashMap::new();
    for message in messages::between(conn, user_id, id, first, last).await? {
        said.insert((message.turn_id, message.sender == Sender::Ai), message);
    }
    let mut attempts: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
    for attempt in ai_requests::attempts(conn, user_id, id, first, last, MOST_ATTEMPTS).await? {
        attempts.entry(attempt.turn_id).or_default().push(attempt);
    }
    let exchange = |turn: Turn| {
        let question = said.remove(&(turn.id, false)).map(|message| Said::plain(&message.message_text));
        let answer = said.remove(&(turn.id, true));
        Exchange {
            question,
            tokens: answer.as_ref().and_then(|message| message.token_usage),
            answer: answer.map(|message| said::markdown(&message.message_text)),
            attempts: attempts.remove(&turn.id).unwrap_or_default(),
            turn,
        }
    };
    Ok(turns.into_iter().map(exchange).collect())
}

fn path(user_id: Uuid, id: Uuid) -> String {
    format!("{}/sessions/{id}", person::path(user_id))
}

/// Opens a dialogue to be read for a while.
pub(super) async fn read(
    State(edge): State<Edge>,
    staff: Allowed<demand::ReadContent>,
    Path((user_id, id)): Path<(Uuid, Uuid)>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    let entry = Entry::new(staff.actor(), Action::DialogueOpened).to(user_id).because(Some(form.checked()?));
    sessions::find(&mut edge.app.db.read().await?.conn(), user_id, id).await?.ok_or(Failure::NotFound)?;
    reading::open(edge.app.office(), id, entry).await?;
    Ok(Done::see(path(user_id, id)))
}

/// Ends a dialogue.
pub(super) async fn end(
    State(edge): State<Edge>,
    staff: Allowed<demand::EndSession>,
    Path((user_id, id)): Path<(Uuid, Uuid)>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    let entry = Entry::new(staff.actor(), Action::DialogueEnded).to(user_id).on(id).because(Some(form.checked()?));
    dialogue::end_recorded(&edge.app, user_id, id, entry).await?.ok_or(Failure::NotFound)?;
    Ok(Done::see(path(user_id, id)).saying("dialogue-ended"))
}
