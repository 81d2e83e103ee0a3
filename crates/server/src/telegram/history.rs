//! `/history`: recent dialogues, to go on with one or to delete it.

use uuid::Uuid;

use super::{
    contact::Contact,
    inbox::Effects,
    outgoing::{Button, Outgoing},
    talk,
    texts::{Lang, text},
};
use crate::{
    app::{App, Shared},
    db::{
        Result,
        sessions::{self, Session},
    },
    dialogue,
};

/// How many are shown.
const SHOWN: i64 = 8;
/// The longest title on a button, in characters.
const TITLE: usize = 40;

/// Recent dialogues, each with its two buttons.
pub(super) async fn list(app: &App, contact: &Contact) -> Result<Outgoing> {
    let sessions = {
        let mut reader = app.db.read().await?;
        sessions::list(&mut reader.conn(), contact.user.id, None, SHOWN).await?
    };
    let sessions: Vec<_> = sessions.into_iter().filter(|session| session.last_seq > 0).collect();
    if sessions.is_empty() {
        return Ok(Outgoing::new(text(contact.lang, "history-empty", &[])));
    }
    let lang = contact.lang;
    let rows = sessions.iter().map(|session| {
        let (title, date) = (title(lang, session), talk::date(app, lang, session.last_activity_at));
        let entry = text(lang, "history-entry", &[("title", (&title).into()), ("date", (&date).into())]);
        [
            Button::labelled(entry, format!("open:{}", session.id.simple())),
            Button::new(lang, "button-delete", format!("drop:{}", session.id.simple())),
        ]
    });
    Ok(rows.fold(Outgoing::new(text(lang, "history-title", &[])), Outgoing::row))
}

fn title(lang: Lang, session: &Session) -> String {
    let title = session.title.clone().unwrap_or_else(|| text(lang, "history-untitled", &[]));
    match title.char_indices().nth(TITLE) {
        Some((end, _)) => format!("{}…", title.get(..end).unwrap_or_default()),
        None => title,
    }
}

/// Goes on with a dialogue, one that has ended too: it is opened again.
pub(super) async fn open(app: &App, contact: &Contact, id: Uuid) -> Result<Effects> {
    let place = contact.place(None);
    let user_id = contact.user.id;
    let session = app.db.write(move |tx| Box::pin(sessions::reopen(tx, user_id, id))).await?;
    let Some(session) = session else {
        return Ok(Effects::say(place, Outgoing::new(text(contact.lang, "history-gone", &[]))));
    };
    let title = title(contact.lang, &session);
    let told = text(contact.lang, "history-continued", &[("title", (&title).into())]);
    Ok(Effects { session: Some(Some(id)), ..Effects::say(place, Outgoing::new(told)) })
}

/// Deletes a dialogue.
pub(super) async fn delete(app: &Shared, contact: &Contact, id: Uuid) -> Result<Effects> {
    let place = contact.place(None);
    let session = {
        let mut reader = app.db.read().await?;
        sessions::find(&mut reader.conn(), contact.user.id, id).await?
    };
    let gone = || Effects::say(place, Outgoing::new(text(contact.lang, "history-gone", &[])));
    let Some(session) = session else { return Ok(gone()) };
    if !dialogue::delete(app, contact.user.id, id).await? {
        return Ok(gone());
    }
    let title = title(contact.lang, &session);
    let told = text(contact.lang, "history-deleted", &[("title", (&title).into())]);
    let current = (contact.chat.session_id == Some(id)).then_some(None);
    Ok(Effects { session: current, ..Effects::say(place, Outgoing::new(told)) })
}
