//! One long text that Telegram's apps cut at 4,096 characters comes as several messages: they are one question.

use std::time::Duration;

use bot_api::{Incoming, MAX_TEXT, Update, incoming::Message};

use crate::{
    app::App,
    db::{
        Result,
        telegram_updates::{self, Pending},
    },
};

/// From this length on, in UTF-16 code units, a message may have been cut: apps cut at a space before the limit.
const LONG: usize = MAX_TEXT - 200;
/// For how long after a long part the next one is waited for.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How often is looked for it.
const LOOK: Duration = Duration::from_millis(200);

/// A message, or the wish to look again.
pub(super) enum Joined {
    /// The message, with the parts that follow it.
    Whole(Box<Message>),
    /// The next part may be on its way.
    More(Duration),
}

/// Joins the first of the pending updates with the parts that follow it, and notes which they are: after a crash the same
/// parts make the same text.
pub(super) async fn whole(app: &App, pending: &[Pending], first: Message) -> Result<Joined> {
    let (head, rest) = (&pending[0], &pending[1..]);
    let noted: Vec<_> = rest.iter().filter(|p| p.part_of == Some(head.update_id)).filter_map(text_of).collect();
    if !noted.is_empty() {
        return Ok(Joined::Whole(Box::new(join(first, &noted))));
    }
    if !is_long(&first) || first.text.as_deref().is_some_and(|text| text.starts_with('/')) {
        return Ok(Joined::Whole(Box::new(first)));
    }
    let mut parts: Vec<(i64, Message)> = Vec::new();
    let mut last_came = head.received_at;
    for update in rest {
        let before = parts.last().map_or(&first, |(_, message)| message);
        let Some(message) = text_of(update).filter(|message| is_long(before) && follows(before, message)) else {
            break;
        };
        last_came = update.received_at;
        parts.push((update.update_id, message));
    }
    let waited = app.clock.now().as_micros() - last_came.as_micros();
    let patience = i64::try_from(PATIENCE.as_micros()).unwrap_or(i64::MAX);
    if is_long(parts.last().map_or(&first, |(_, message)| message)) && waited < patience && parts.len() == rest.len() {
        return Ok(Joined::More(LOOK));
    }
    if !parts.is_empty() {
        let (ids, head) = (parts.iter().map(|(id, _)| *id).collect::<Vec<_>>(), head.update_id);
        app.db
            .write(move |tx| {
                let ids = ids.clone();
                Box::pin(async move {
                    for id in ids {
                        telegram_updates::join(tx, id, head).await?;
                    }
                    Ok::<_, sqlx::Error>(())
                })
            })
            .await?;
    }
    let parts: Vec<_> = parts.into_iter().map(|(_, message)| message).collect();
    Ok(Joined::Whole(Box::new(join(first, &parts))))
}

fn text_of(update: &Pending) -> Option<Message> {
    match Update::parse(update.payload.as_deref()?.as_bytes()).ok()?.kind() {
        Incoming::Message(message) if message.text.is_some() => Some(*message),
        _ => None,
    }
}

fn is_long(message: &Message) -> bool {
    message.text.as_deref().is_some_and(|text| text.encode_utf16().count() >= LONG)
}

/// Whether `next` may go on with the text of `before`: the same person, at about the same time, no command.
fn follows(before: &Message, next: &Message) -> bool {
    let sender = |message: &Message| message.from.as_ref().map(|from| from.id);
    sender(before) == sender(next)
        && before.message_thread_id == next.message_thread_id
        && next.date - before.date <= 2
        && !next.text.as_deref().unwrap_or_default().starts_with('/')
}

fn join(mut first: Message, parts: &[Message]) -> Message {
    for part in parts {
        if let (Some(text), Some(more)) = (&mut first.text, &part.text) {
            text.push('\n');
            text.push_str(more);
        }
    }
    first
}
