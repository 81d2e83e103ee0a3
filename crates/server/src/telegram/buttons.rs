//! What a pressed button does.

use std::{sync::Arc, time::Duration};

use bot_api::{frankenstein::methods::AnswerCallbackQueryParams, incoming::CallbackQuery};
use uuid::Uuid;

use super::{
    Bot,
    commands::link_key,
    contact::{self, Contact},
    history,
    inbox::{Effects, Unseen},
    onboarding::{self, Asked, Field},
    outgoing::{self, Outgoing},
    plans,
    profile::{self, Change},
    talk,
    texts::{Lang, text},
};
use crate::{
    account::{erasure, linking},
    app::Shared,
    billing::renewal::Wish,
    db::{Result, reports::Category, turns, users::Gender},
    reports,
    turn::stop,
};

/// The longest that answering the button itself may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a button says it does. Nothing of it is trusted: it was kept in Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pressed {
    Stop(Uuid),
    Again(Uuid),
    Report(Uuid),
    Why(Category, Uuid),
    UseName,
    Skip,
    Gender(Gender),
    Open(Uuid),
    Drop(Uuid),
    Edit(Field),
    Language(Lang),
    Delete(bool),
    Link(Option<String>),
    Plan,
    Buy(String),
    Renew(bool),
    Switch(String),
}

impl Pressed {
    fn parse(data: &str) -> Option<Self> {
        let (verb, what) = data.split_once(':').unwrap_or((data, ""));
        let id = || Uuid::try_parse(what).ok();
        Some(match (verb, what) {
            ("stop", _) => Self::Stop(id()?),
            ("again", _) => Self::Again(id()?),
            ("report", _) => Self::Report(id()?),
            ("why", _) => {
                let (category, id) = what.split_once(':')?;
                Self::Why(Category::parse(category)?, Uuid::try_parse(id).ok()?)
            }
            ("ask", "name") => Self::UseName,
            ("ask", "skip") => Self::Skip,
            ("gender", "male") => Self::Gender(Gender::Male),
            ("gender", "female") => Self::Gender(Gender::Female),
            ("gender", "other") => Self::Gender(Gender::Other),
            ("open", _) => Self::Open(id()?),
            ("drop", _) => Self::Drop(id()?),
            ("edit", "name") => Self::Edit(Field::Name),
            ("edit", "gender") => Self::Edit(Field::Gender),
            ("edit", "age") => Self::Edit(Field::Age),
            ("lang", "ru") => Self::Language(Lang::Ru),
            ("lang", "en") => Self::Language(Lang::En),
            ("delete", "yes") => Self::Delete(true),
            ("delete", "no") => Self::Delete(false),
            ("link", "no") => Self::Link(None),
            ("link", _) => Self::Link(Some(what.strip_prefix("yes:")?.to_owned())),
            ("plan", _) => Self::Plan,
            ("buy", plan) if !plan.is_empty() => Self::Buy(plan.to_owned()),
            ("renew", "on") => Self::Renew(true),
            ("renew", "off") => Self::Renew(false),
            ("switch", plan) if !plan.is_empty() => Self::Switch(plan.to_owned()),
            _ => return None,
        })
    }

    /// Whether it is nobody else's business.
    const fn is_private(&self) -> bool {
        matches!(self, Self::Plan | Self::Buy(_) | Self::Renew(_) | Self::Switch(_))
    }

    /// Whether the buttons have had their say once one of them was pressed.
    const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::UseName
                | Self::Skip
                | Self::Gender(_)
                | Self::Language(_)
                | Self::Delete(_)
                | Self::Link(_)
                | Self::Why(..)
        )
    }
}

/// Sees to a pressed button.
pub(super) async fn press(
    app: &Shared,
    bot: &Arc<Bot>,
    query: &CallbackQuery,
) -> Result<(Option<Contact>, Effects), Unseen> {
    let Some(message) = query.message.as_ref() else {
        answer(app, bot, query, None);
        return Ok(Default::default());
    };
    let thread = message.message_thread_id.filter(|_| !message.chat.is_private()).unwrap_or(0);
    let mut contact = contact::meet(app, &query.from, message.chat.id, thread).await?;
    if contact.user.blocked_at.is_some() {
        answer(app, bot, query, None);
        return Ok(Default::default());
    }
    let pressed = query.data.as_deref().and_then(Pressed::parse);
    let told = match &pressed {
        None => Some("old-button"),
        Some(Pressed::Stop(_)) => Some("stopping"),
        Some(Pressed::Report(_) | Pressed::Why(..)) => Some("reported"),
        Some(_) => None,
    };
    answer(app, bot, query, told.map(|key| text(contact.lang, key, &[])));
    let Some(pressed) = pressed else { return Ok(Default::default()) };
    if pressed.is_final() && message.is_accessible() {
        let (bot, chat, id) = (bot.clone(), message.chat.id, message.message_id);
        app.tasks.spawn(async move {
            let call = bot.api.edit_message_reply_markup(chat, id, None);
            // Buttons that stay do no harm.
            drop(tokio::time::timeout(PATIENCE, call).await);
        });
    }
    let effects = act(app, bot, &mut contact, query, pressed).await?;
    Ok((Some(contact), effects))
}

async fn act(
    app: &Shared,
    bot: &Arc<Bot>,
    contact: &mut Contact,
    query: &CallbackQuery,
    pressed: Pressed,
) -> Result<Effects, Unseen> {
    let (lang, place, user_id) = (contact.lang, contact.place(None), contact.user.id);
    let told = |key: &str| Effects::say(place, Outgoing::new(text(lang, key, &[])));
    if pressed.is_private() && !contact.chat.is_private() {
        return Ok(told("private-only"));
    }
    Ok(match pressed {
        Pressed::Stop(turn_id) => {
            let turn = {
                let mut reader = app.db.read().await?;
                turns::find(&mut reader.conn(), user_id, turn_id).await?
            };
            if let Some(turn) = turn {
                stop::ask(app, &turn).await?;
            }
            Effects::default()
        }
        Pressed::Again(message_id) => {
            let key = format!("telegram:button:{}", query.id);
            talk::again(app, bot, contact, message_id, key.chars().take(128).collect()).await?
        }
        // Others' answers in a group can't be reported by this; they are thanked all the same.
        Pressed::Report(message_id) => {
            let filed = reports::file(app, user_id, message_id, None, None).await?;
            match filed.filter(|filed| filed.is_new && contact.chat.is_private()) {
                Some(_) => Effects::say(place, outgoing::why(lang, message_id)),
                None => Effects::default(),
            }
        }
        Pressed::Why(category, message_id) => {
            reports::file(app, user_id, message_id, Some(category), None).await?;
            Effects::default()
        }
        Pressed::UseName | Pressed::Skip => match Asked::of(contact) {
            Some(asked) => onboarding::next(app, bot, contact, asked).await?,
            None => told("old-button"),
        },
        Pressed::Gender(gender) => match Asked::of(contact).filter(|asked| asked.field == Field::Gender) {
            Some(asked) => {
                profile::change(app, user_id, Change::Gender(Some(gender))).await?;
                onboarding::next(app, bot, contact, asked).await?
            }
            None => told("old-button"),
        },
        Pressed::Open(id) => history::open(app, contact, id).await?,
        Pressed::Drop(id) => history::delete(app, contact, id).await?,
        Pressed::Edit(field) => Effects::say(place, onboarding::question(contact, field)).and_ask(Some(Asked {
            field,
            first: false,
            held: None,
        })),
        Pressed::Language(new) => {
            profile::change(app, user_id, Change::Language(new)).await?;
            Effects::say(place, Outgoing::new(text(new, "language-set", &[])))
        }
        Pressed::Delete(true) => delete(app, bot, contact).await?,
        Pressed::Delete(false) => told("delete-cancelled"),
        Pressed::Link(None) => told("link-cancelled"),
        Pressed::Link(Some(code)) => match linking::join(app, &code, user_id).await {
            Ok(joined) => {
                // From here on they are who made the link.
                contact.user = joined.user;
                contact.lang = Lang::of(contact.user.language.as_deref());
                Effects::say(place, Outgoing::new(text(contact.lang, "link-done", &[]))).and_ask(None)
            }
            Err(linking::LinkError::Database(error)) => return Err(error.into()),
            Err(error) => told(link_key(&error)),
        },
        Pressed::Plan => Effects::say(place, plans::card(app, contact).await?),
        Pressed::Buy(plan) => plans::buy(app, bot, contact, &plan).await?,
        Pressed::Renew(on) => plans::renew(app, contact, Wish { auto_renew: Some(on), next_plan: None }).await?,
        Pressed::Switch(plan) => {
            plans::renew(app, contact, Wish { auto_renew: Some(false), next_plan: Some(Some(plan)) }).await?
        }
    })
}

/// Erases the person. The farewell is the one thing that is sent without being kept: there is nobody to keep it for.
async fn delete(app: &Shared, bot: &Arc<Bot>, contact: &Contact) -> Result<Effects, Unseen> {
    let place = contact.place(None);
    match erasure::erase(app, contact.user.id).await {
        Ok(()) | Err(erasure::EraseError::NotFound) => {
            let (bot, told) = (bot.clone(), text(contact.lang, "delete-done", &[]));
            app.tasks.spawn(async move {
                bot.pace.wait(place.chat_id).await;
                let params = bot_api::params::SendMessage { chat_id: place.chat_id, text: &told, ..Default::default() };
                if let Err(error) = bot.api.send_message(&params).await {
                    tracing::warn!(%error, "a farewell was not sent");
                }
            });
            Ok(Effects::default())
        }
        Err(erasure::EraseError::LastOwner) => {
            Ok(Effects::say(place, Outgoing::new(text(contact.lang, "delete-last-owner", &[]))))
        }
        Err(erasure::EraseError::Database(error)) => Err(error.into()),
    }
}

/// Tells Telegram that the button was heard, perhaps with a word shown above the chat.
fn answer(app: &Shared, bot: &Arc<Bot>, query: &CallbackQuery, told: Option<String>) {
    let params = AnswerCallbackQueryParams::builder().callback_query_id(&query.id).maybe_text(told).build();
    let bot = bot.clone();
    app.tasks.spawn(async move {
        if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, bot.api.answer_callback_query(&params)).await {
            tracing::debug!(%error, "a pressed button could not be answered");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ours_means_nothing() {
        for data in [
            "",
            "stop",
            "stop:x",
            "again:",
            "report:1",
            "gender:none",
            "link:yes",
            "delete:maybe",
            "drop:'; --",
            "why:x",
            "why:wrong:1",
        ] {
            assert_eq!(Pressed::parse(data), None, "{data}");
        }
        assert_eq!(Pressed::parse("link:yes:a:b"), Some(Pressed::Link(Some("a:b".into()))));
    }
}
