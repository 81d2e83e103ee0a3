//! A person's dialogues as one text for people to read (Markdown), the newest last, streamed a page at a time.

use std::{fmt::Write as _, io};

use bytes::Bytes;
use futures_util::Stream;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    document::{self, Pieces, WriteError},
    profile::Companion,
};
use crate::{
    app::Shared,
    db::{
        Ts, export,
        messages::{Message, Sender, Status},
        sessions::Session,
        users::{self, User},
    },
    telegram::texts::{Lang, text},
};

/// Rows of a page.
const PAGE: i64 = 100;

/// Begins the text; none when the person is gone.
pub async fn start(
    app: &Shared,
    user_id: Uuid,
    lang: Lang,
) -> sqlx::Result<Option<impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<>>> {
    let Some(user) = users::find(&mut app.db.read().await?.conn(), user_id).await? else { return Ok(None) };
    Ok(Some(document::written(app, move |app, pieces| async move { write(&app, &user, lang, &pieces).await })))
}

async fn write(app: &Shared, user: &User, lang: Lang, pieces: &Pieces) -> Result<(), WriteError> {
    let zone = user.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    let page = Page { lang, zone: zone.unwrap_or_else(|| app.zone.clone()) };
    pieces.send(page.heading(app.clock.now())).await?;
    let mut after = Uuid::nil();
    loop {
        let sessions = export::sessions(&mut app.db.read().await?.conn(), user.id, after, PAGE).await?;
        let full = i64::try_from(sessions.len()) == Ok(PAGE);
        for session in sessions {
            after = session.id;
            let companion = Companion::of(&session, user, &app.settings.now().companion);
            dialogue(app, &page, &session, &companion, pieces).await?;
        }
        if !full {
            return Ok(());
        }
    }
}

/// Writes one dialogue; one in which nothing was said is left out.
async fn dialogue(
    app: &Shared,
    page: &Page,
    session: &Session,
    companion: &Companion,
    pieces: &Pieces,
) -> Result<(), WriteError> {
    let mut after = None;
    loop {
        let messages = {
            let mut reader = app.db.read().await?;
            export::dialogue(&mut reader.conn(), session.user_id, session.id, after, PAGE).await?
        };
        let Some(last) = messages.last() else { return Ok(()) };
        let mut piece = if after.is_none() { page.title(session) } else { String::new() };
        after = Some((last.seq, last.sender));
        messages.iter().for_each(|message| page.message(&mut piece, message, companion));
        pieces.send(piece).await?;
        if i64::try_from(messages.len()) != Ok(PAGE) {
            return Ok(());
        }
    }
}

/// How things are written for this person.
struct Page {
    lang: Lang,
    zone: TimeZone,
}

impl Page {
    fn heading(&self, now: Ts) -> String {
        let heading = text(self.lang, "readable-heading", &[("date", (&self.time(now)).into())]);
        format!("# {heading}\n")
    }

    fn title(&self, session: &Session) -> String {
        let untitled = || text(self.lang, "history-untitled", &[]);
        let title = session.title.clone().unwrap_or_else(untitled);
        format!("\n## {}\n\n{}\n", one_line(&title), self.time(session.started_at))
    }

    fn message(&self, piece: &mut String, message: &Message, companion: &Companion) {
        let speaker = match message.sender {
            Sender::User => text(self.lang, "readable-you", &[]),
            Sender::Ai => one_line(&companion.name),
        };
        let mark = match message.status {
            Status::Complete => String::new(),
            Status::Partial => format!("\n\n*{}*", text(self.lang, "answer-partial", &[])),
        };
        // Writing to a String cannot fail.
        let _ = write!(piece, "\n**{speaker}:** {}\n\n{}{mark}\n", self.time(message.created_at), message.message_text);
    }

    /// A moment on this person's clock.
    fn time(&self, at: Ts) -> String {
        at.to_timestamp().to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
