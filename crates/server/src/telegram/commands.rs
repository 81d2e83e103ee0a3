//! The commands.

use std::sync::Arc;

use super::{
    Bot,
    contact::Contact,
    history,
    inbox::{Effects, Unseen},
    onboarding::{self, Asked},
    outgoing::{Button, File, Outgoing},
    panel, plans, profile,
    talk::{self, Command},
    texts::{Lang, text},
    usage,
};
use crate::{
    account::linking::{self, LinkError},
    app::Shared,
    db::{Result, turns},
    dialogue,
};

/// The commands of the menu, in its order.
pub(super) const MENU: [&str; 16] = [
    "new",
    "stop",
    "again",
    "history",
    "profile",
    "plan",
    "usage",
    "link",
    "language",
    "export",
    "delete",
    "privacy",
    "terms",
    "paysupport",
    "help",
    "start",
];
/// Those that make sense in a group.
pub(super) const IN_GROUPS: [&str; 4] = ["new", "stop", "again", "help"];

/// Does what a command says.
pub(super) async fn run(
    app: &Shared,
    bot: &Arc<Bot>,
    contact: &Contact,
    message_id: i64,
    command: &Command,
) -> Result<Effects, Unseen> {
    let place = contact.place(Some(message_id));
    let lang = contact.lang;
    let told = |key: &str| Effects::say(place, Outgoing::new(text(lang, key, &[])));
    let private = contact.chat.is_private();
    if !private && !IN_GROUPS.contains(&command.name.as_str()) {
        return Ok(match command.name.as_str() {
            "start" => told("help-group"),
            "link" => told("link-private-only"),
            // Another bot's, perhaps.
            name if !MENU.contains(&name) => Effects::default(),
            _ => told("help-group"),
        });
    }
    let effects = match command.name.as_str() {
        "start" => start(app, contact, &command.argument).await?,
        "new" => new(app, contact, message_id).await?,
        "stop" => match contact.chat.session_id {
            Some(session) if talk::stop_current(app, contact.user.id, session).await? => Effects::default(),
            _ => told("nothing-to-stop"),
        },
        "again" => return again(app, bot, contact, message_id).await,
        "history" => Effects::say(place, history::list(app, contact).await?),
        "profile" => Effects::say(place, profile::card(app, contact)),
        "plan" => Effects::say(place, plans::card(app, contact).await?),
        "usage" => Effects::say(place, usage::card(app, contact).await?),
        "link" => told("link-how"),
        "language" => Effects::say(place, languages(lang)),
        "export" => {
            let file = |file| Outgoing { file: Some(file), ..Outgoing::default() };
            Effects::say(place, file(File::ExportText)).and_say(place, file(File::ExportJson))
        }
        "delete" => {
            let asked = Outgoing::new(text(lang, "delete-ask", &[]))
                .row([Button::new(lang, "button-yes", "delete:yes"), Button::new(lang, "button-no", "delete:no")]);
            Effects::say(place, asked)
        }
        "privacy" => told("privacy"),
        "terms" => Effects::say(place, plans::terms(app, lang)),
        "paysupport" => Effects::say(place, plans::support(app, contact).await?),
        "admin" => match panel::offer(app, contact).await? {
            Some(offer) => Effects::say(place, offer),
            None => told("unknown-command"),
        },
        "help" => told(if private { "help" } else { "help-group" }),
        _ => told("unknown-command"),
    };
    // A command is no answer to a question: it is asked no more. What was written before it is not lost.
    match Asked::of(contact) {
        Some(asked) if effects.asked.is_none() => {
            let mut effects = effects.and_ask(None);
            if let Some(held) = asked.held {
                effects.say.extend(talk::say(app, bot, contact, held.message_id, held.text).await?.say);
            }
            Ok(effects)
        }
        _ => Ok(effects),
    }
}

async fn start(app: &Shared, contact: &Contact, payload: &str) -> Result<Effects> {
    if let Some(code) = payload.strip_prefix(linking::START_PREFIX) {
        return ask_to_link(app, contact, code).await;
    }
    let known = contact.user.gender.is_some() || contact.user.age.is_some() || contact.chat.session_id.is_some();
    if known {
        let name = contact.user.name.clone().unwrap_or_else(|| "none".into());
        let told = text(contact.lang, "onboarded", &[("name", (&name).into())]);
        return Ok(Effects::say(contact.place(None), Outgoing::new(told)));
    }
    Ok(onboarding::begin(contact, Asked::of(contact).and_then(|asked| asked.held)))
}

async fn ask_to_link(app: &Shared, contact: &Contact, code: &str) -> Result<Effects> {
    let place = contact.place(None);
    let lang = contact.lang;
    Ok(match linking::preview(app, code, contact.user.id).await {
        Ok(preview) => {
            let name = preview.name.unwrap_or_default();
            let arguments = [("name", (&name).into()), ("dialogues", preview.sessions.into())];
            let asked = Outgoing::new(text(lang, "link-ask", &arguments)).row([
                Button::new(lang, "button-yes", format!("link:yes:{code}")),
                Button::new(lang, "button-no", "link:no"),
            ]);
            Effects::say(place, asked)
        }
        Err(LinkError::Database(error)) => return Err(error),
        Err(error) => Effects::say(place, Outgoing::new(text(lang, link_key(&error), &[]))),
    })
}

/// What a person is told of a link that does not work.
pub(super) fn link_key(error: &LinkError) -> &'static str {
    match error {
        LinkError::Unknown | LinkError::Gone => "link-unknown",
        LinkError::Expired => "link-expired",
        LinkError::Used => "link-used",
        LinkError::Own => "link-own",
        LinkError::OtherTelegram => "link-other-telegram",
        LinkError::Busy | LinkError::Database(_) => "link-busy",
    }
}

/// Ends the dialogue and begins another with the next message.
async fn new(app: &Shared, contact: &Contact, message_id: i64) -> Result<Effects> {
    if let Some(session) = contact.chat.session_id {
        dialogue::end(app, contact.user.id, session).await?;
    }
    let told = Outgoing::new(text(contact.lang, "new-dialogue", &[]));
    Ok(Effects { session: Some(None), ..Effects::say(contact.place(Some(message_id)), told) })
}

async fn again(app: &Shared, bot: &Arc<Bot>, contact: &Contact, message_id: i64) -> Result<Effects, Unseen> {
    let last = match contact.chat.session_id {
        Some(session) => {
            let mut reader = app.db.read().await?;
            turns::last_of(&mut reader.conn(), contact.user.id, session).await?
        }
        None => None,
    };
    match last {
        Some(turn) => {
            let key = format!("telegram:{}:{message_id}", contact.chat.chat_id);
            talk::again(app, bot, contact, turn.message_id, key).await
        }
        None => {
            let told = Outgoing::new(text(contact.lang, "nothing-to-again", &[]));
            Ok(Effects::say(contact.place(Some(message_id)), told))
        }
    }
}

fn languages(lang: Lang) -> Outgoing {
    let button = |label: &str, tag: &str| Button::labelled(label, format!("lang:{tag}"));
    Outgoing::new(text(lang, "language-choose", &[])).row([button("Русский", "ru"), button("English", "en")])
}
