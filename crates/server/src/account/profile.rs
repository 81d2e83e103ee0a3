//! The front's model, {name, gender, age}, for the person and for the companion.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    config,
    db::{
        Result, Ts,
        sessions::Session,
        users::{self, Gender, User},
    },
};

/// The longest name, in characters.
const NAME_CHARS: usize = 64;

/// From this age on a person is an adult: under it the model is given a stricter text.
pub const ADULT: i16 = 18;

/// A name: trimmed, 1 to 64 characters of any script, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Checks a name; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err("must not be empty"),
            n if n > NAME_CHARS => Err("must be at most 64 characters"),
            _ if text.chars().any(is_forbidden) => Err("must not contain control characters"),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The name that somebody is known by elsewhere, without what none may have; none if nothing is left of it.
    pub fn nearest(text: &str) -> Option<Self> {
        let clean: String = text.chars().filter(|c| !is_forbidden(*c)).collect();
        Self::parse(&clean.trim().chars().take(NAME_CHARS).collect::<String>()).ok()
    }

    /// The name.
    pub fn into_inner(self) -> String {
        self.0
    }
}

/// Control characters, line separators, and the marks that turn the direction of the text around them. The joiners of
/// emoji and of Persian or Indic names are none of them.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Checked {name, gender, age}.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: Name,
    /// The grammatical gender, if stated.
    pub gender: Option<Gender>,
    /// The age in years, 1 to 120, if stated.
    pub age: Option<i16>,
}

/// Who the AI is in a dialogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Companion {
    /// Its name.
    #[schema(example = "Беседа")]
    pub name: String,
    /// The grammatical gender in which it speaks of itself.
    pub gender: Option<Gender>,
    /// Its age in years.
    pub age: Option<i16>,
}

impl Companion {
    /// The dialogue's own companion, else the person's, else the configured one.
    pub fn of(session: &Session, user: &User, config: &config::Companion) -> Self {
        if let Some(name) = session.companion_name.clone() {
            Self { name, gender: session.companion_gender, age: session.companion_age }
        } else if let Some(name) = user.companion_name.clone() {
            Self { name, gender: user.companion_gender, age: user.companion_age }
        } else {
            Self { name: config.name.clone(), gender: Some(config.gender), age: (config.age > 0).then_some(config.age) }
        }
    }
}

/// For how long another node may go on with a profile that was changed.
const CACHED: Duration = Duration::from_secs(5);

/// People whom turns asked for a moment ago.
#[derive(Debug)]
pub struct People(Cache<Uuid, Arc<User>>);

impl Default for People {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(10_000).time_to_live(CACHED).build())
    }
}

impl People {
    /// The person, as they were at most a few seconds ago.
    pub async fn find(&self, app: &App, user_id: Uuid) -> Result<Option<Arc<User>>> {
        if let Some(user) = self.0.get(&user_id) {
            return Ok(Some(user));
        }
        let user = users::find(&mut app.db.read().await?.conn(), user_id).await?.map(Arc::new);
        if let Some(user) = &user {
            self.0.insert(user_id, user.clone());
        }
        Ok(user)
    }

    /// Forgets a person who was changed or erased.
    pub fn forget(&self, user_id: Uuid) {
        self.0.invalidate(&user_id);
    }
}

/// A change of what a person may leave alone, clear or set.
#[derive(Clone, Debug, Default)]
pub enum Change<T> {
    /// As it was.
    #[default]
    Keep,
    /// Cleared.
    Clear,
    /// Set.
    Set(T),
}

impl<T> Change<T> {
    /// The value after the change.
    pub fn over(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }
}

/// What `PUT /v1/me/profile` sets: the front's three fields, and what else it names.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The person: what is absent is cleared.
    pub person: Person,
    /// The default companion.
    pub companion: Change<Person>,
    /// The preferred language, a BCP 47 tag.
    pub language: Change<String>,
    /// The IANA time zone.
    pub time_zone: Change<String>,
}

/// The age in whole years at `now`: as stated, and the years since.
pub fn current_age(user: &User, now: Ts) -> Option<i16> {
    const YEAR_MICROS: i64 = 365 * 86_400_000_000 + 86_400_000_000 / 4;
    let stated = user.age_stated_at.map_or(now, |at| at);
    let years = (now.as_micros() - stated.as_micros()).max(0) / YEAR_MICROS;
    user.age.map(|age| age.saturating_add(i16::try_from(years).unwrap_or(0)).min(120))
}

/// Sets a person's profile; none when the person is gone.
pub async fn set(app: &App, user_id: Uuid, profile: Profile) -> Result<Option<User>> {
    let now = app.clock.now();
    let user = app
        .db
        .write(move |tx| {
            let profile = profile.clone();
            Box::pin(async move {
                let Some(mut user) = users::find(tx, user_id).await? else { return Ok(None) };
                profile.apply(&mut user, now);
                Ok::<_, sqlx::Error>(users::update_profile(tx, &user).await?.then_some(user))
            })
        })
        .await?;
    app.people.forget(user_id);
    Ok(user)
}

impl Profile {
    fn apply(self, user: &mut User, now: Ts) {
        // An age sent again as it is now counted was not stated anew.
        if self.person.age != current_age(user, now) {
            user.age = self.person.age;
            user.age_stated_at = user.age.map(|_| now);
        }
        user.name = Some(self.person.name.into_inner());
        user.gender = self.person.gender;
        user.language = self.language.over(user.language.take());
        user.time_zone = self.time_zone.over(user.time_zone.take());
        match self.companion {
            Change::Keep => {}
            Change::Clear => (user.companion_name, user.companion_gender, user.companion_age) = (None, None, None),
            Change::Set(companion) => {
                user.companion_name = Some(companion.name.into_inner());
                user.companion_gender = companion.gender;
                user.companion_age = companion.age;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Name;

    #[rstest]
    #[case("Анна")]
    #[case("  José María  ")]
    #[case("李小龍")]
    #[case("محمد")]
    #[case("नमस्ते")]
    #[case("می‌خواهم")]
    #[case("👩‍👩‍👧‍👦")]
    #[case("O'Brien-Šmídová")]
    fn names_of_every_script_are_taken(#[case] name: &str) {
        assert_eq!(Name::parse(name).map(Name::into_inner), Ok(name.trim().to_owned()));
    }

    #[rstest]
    #[case("")]
    #[case("  \n ")]
    #[case("a\u{0}b")]
    #[case("a\nb")]
    #[case("\u{202e}txt")]
    #[case(&"я".repeat(65))]
    fn others_are_refused(#[case] name: &str) {
        assert!(Name::parse(name).is_err());
    }
}
