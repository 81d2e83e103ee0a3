//! The three questions of the first contact, and the same questions asked again from the profile.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Bot,
    contact::Contact,
    inbox::{Effects, Unseen},
    outgoing::{Button, Outgoing},
    profile, talk,
    texts::{Lang, text},
};
use crate::{
    account::profile::Name,
    app::Shared,
    db::{Result, users::Gender},
};

/// What the bot has asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) field: Field,
    /// Asked at the first contact: the next question follows.
    #[serde(default)]
    pub(super) first: bool,
    /// What the person wrote before they were asked: it is answered afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) held: Option<Held>,
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    Name,
    Gender,
    Age,
}

/// A message that waits for the questions to be over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) message_id: i64,
    pub(super) text: String,
}

impl Asked {
    /// As it is kept.
    pub(super) fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// What a chat waits to be told.
    pub(super) fn of(contact: &Contact) -> Option<Self> {
        serde_json::from_str(contact.chat.asked.as_deref()?).ok()
    }
}

/// Greets a person and asks the first question.
pub(super) fn begin(contact: &Contact, held: Option<Held>) -> Effects {
    let place = contact.place(None);
    let name = contact.user.name.as_deref().unwrap_or_default();
    let hello = Outgoing::new(text(contact.lang, "start-hello", &[("name", name.into())]));
    Effects::say(place, hello).and_say(place, question(contact, Field::Name)).and_ask(Some(Asked {
        field: Field::Name,
        first: true,
        held,
    }))
}

/// A question with its buttons.
pub(super) fn question(contact: &Contact, field: Field) -> Outgoing {
    let lang = contact.lang;
    let skip = Button::new(lang, "button-skip", "ask:skip");
    match field {
        Field::Name => {
            let suggested = contact.user.name.as_deref().unwrap_or_default();
            let label = text(lang, "button-use-name", &[("name", suggested.into())]);
            let asked = text(lang, "ask-name", &[("suggested", suggested.into())]);
            Outgoing::new(asked).row([Button::labelled(label, "ask:name"), skip])
        }
        Field::Gender => Outgoing::new(text(lang, "ask-gender", &[]))
            .row([
                Button::new(lang, "button-female", "gender:female"),
                Button::new(lang, "button-male", "gender:male"),
                Button::new(lang, "button-other", "gender:other"),
            ])
            .row([skip]),
        Field::Age => Outgoing::new(text(lang, "ask-age", &[])).row([skip]),
    }
}

/// A text: the answer to a question, if one was asked and it answers it, else something for the model.
pub(super) async fn or_talk(
    app: &Shared,
    bot: &Arc<Bot>,
    contact: &Contact,
    message_id: i64,
    words: String,
) -> Result<Effects, Unseen> {
    let Some(asked) = Asked::of(contact) else {
        let knows = contact.user.gender.is_some() || contact.user.age.is_some();
        if contact.chat.is_private() && contact.is_new && !knows {
            return Ok(begin(contact, Some(Held { message_id, text: words })));
        }
        return talk::say(app, bot, contact, message_id, words).await;
    };
    match read(&asked, &words) {
        Some(change) => {
            profile::change(app, contact.user.id, change).await?;
            next(app, bot, contact, asked).await
        }
        None if asked.field == Field::Name && !asked.first => {
            let told = Outgoing::new(text(contact.lang, "profile-name-wrong", &[]));
            Ok(Effects::say(contact.place(None), told))
        }
        // A number that is no age is a mistake; anything else is the beginning of the talk.
        None if asked.field == Field::Age && words.trim().parse::<i64>().is_ok() => {
            let told = Outgoing::new(text(contact.lang, "ask-age-wrong", &[]));
            Ok(Effects::say(contact.place(None), told))
        }
        None => {
            let mut said = Effects::default();
            if let Some(held) = asked.held {
                said.say.extend(talk::say(app, bot, contact, held.message_id, held.text).await?.say);
            }
            said.say.extend(talk::say(app, bot, contact, message_id, words).await?.say);
            Ok(said.and_ask(None))
        }
    }
}

/// What a text changes in the profile, if it answers the question.
fn read(asked: &Asked, words: &str) -> Option<profile::Change> {
    let words = words.trim();
    match asked.field {
        Field::Name => {
            // A question, or more than a line, is no name but the beginning of a talk.
            let talks = asked.first && (words.contains(['?', '\n']) || words.split_whitespace().count() > 4);
            Name::parse(words).ok().filter(|_| !talks).map(profile::Change::Name)
        }
        Field::Gender => gender(words).map(|gender| profile::Change::Gender(Some(gender))),
        Field::Age => {
            words.parse().ok().filter(|age| (1..=120).contains(age)).map(|age| profile::Change::Age(Some(age)))
        }
    }
}

fn gender(words: &str) -> Option<Gender> {
    let word = words.trim_end_matches(['.', '!']).to_lowercase();
    match word.as_str() {
        "м" | "муж" | "мужской" | "мужчина" | "парень" | "мальчик" | "m" | "male" | "man" | "masculine" | "boy" => {
            Some(Gender::Male)
        }
        "ж" | "жен" | "женский" | "женщина" | "девушка" | "девочка" | "f" | "female" | "woman" | "feminine"
        | "girl" => Some(Gender::Female),
        "другой" | "другое" | "иное" | "other" => Some(Gender::Other),
        word if [Lang::Ru, Lang::En].iter().any(|l| text(*l, "button-male", &[]).to_lowercase() == word) => {
            Some(Gender::Male)
        }
        word if [Lang::Ru, Lang::En].iter().any(|l| text(*l, "button-female", &[]).to_lowercase() == word) => {
            Some(Gender::Female)
        }
        _ => None,
    }
}

/// The next question, or the end of them.
pub(super) async fn next(app: &Shared, bot: &Arc<Bot>, contact: &Contact, asked: Asked) -> Result<Effects, Unseen> {
    let place = contact.place(None);
    if !asked.first {
        let saved = Outgoing::new(text(contact.lang, "profile-saved", &[]));
        return Ok(Effects::say(place, saved).and_ask(None));
    }
    let following = match asked.field {
        Field::Name => Some(Field::Gender),
        Field::Gender => Some(Field::Age),
        Field::Age => None,
    };
    if let Some(field) = following {
        return Ok(Effects::say(place, question(contact, field)).and_ask(Some(Asked { field, ..asked })));
    }
    let user = app.people.find(app, contact.user.id).await?;
    let name = user.as_ref().and_then(|user| user.name.clone()).unwrap_or_else(|| "none".into());
    let mut done = Effects::say(place, Outgoing::new(text(contact.lang, "onboarded", &[("name", (&name).into())])));
    if let Some(held) = asked.held {
        done.say.extend(talk::say(app, bot, contact, held.message_id, held.text).await?.say);
    }
    Ok(done.and_ask(None))
}
