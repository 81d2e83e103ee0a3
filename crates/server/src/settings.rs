//! What an owner may change while the service runs: a few keys of the configuration, by their names. What was changed is
//! kept in the database and counts over the configuration, on every node; all else takes a restart.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use garde::Validate as _;
use serde_json::{Map, Value, json};

use crate::{
    app::{App, Shared},
    config::{self, Config},
    db::{Conn, Result, Ts, settings, users::Gender},
    staff::{
        Actor,
        audit::{self, Action, Entry},
    },
};

/// How often it is looked what another node was told.
const LOOK: Duration = Duration::from_secs(2);
/// The longest text before all conversations, in characters.
const MOST_SYSTEM_TEXT: usize = 20_000;
/// The longest address, in characters.
const MOST_ADDRESS: usize = 500;

/// A key that may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// What every conversation begins with.
    SystemText,
    /// Who the AI is: name.
    CompanionName,
    /// Who the AI is: gender.
    CompanionGender,
    /// Who the AI is: age.
    CompanionAge,
    /// Whom people turn to about payments.
    Support,
    /// Where the terms stand.
    TermsUrl,
}

impl Key {
    /// Every key, as the panel shows them.
    pub const ALL: [Self; 6] = [
        Self::CompanionName,
        Self::CompanionGender,
        Self::CompanionAge,
        Self::SystemText,
        Self::Support,
        Self::TermsUrl,
    ];

    /// Its name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SystemText => "llm.system_text",
            Self::CompanionName => "companion.name",
            Self::CompanionGender => "companion.gender",
            Self::CompanionAge => "companion.age",
            Self::Support => "service.support",
            Self::TermsUrl => "service.terms_url",
        }
    }
}

/// The values of all keys, as texts.
pub type Values = BTreeMap<Key, String>;

/// What counts now.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What every conversation begins with, before what is known of the person.
    pub system_text: String,
    /// Who the AI is, unless a person or a dialogue says otherwise.
    pub companion: config::Companion,
    /// Whom people turn to about payments; empty: nobody was named.
    pub support: String,
    /// Where the terms stand in full; empty: nowhere.
    pub terms_url: String,
}

impl Settings {
    /// What the configuration says.
    pub fn configured(config: &Config) -> Self {
        Self {
            system_text: config.llm.system_text.clone(),
            companion: config.companion.clone(),
            support: config.service.support.clone(),
            terms_url: config.service.terms_url.clone(),
        }
    }

    /// As texts.
    pub fn values(&self) -> Values {
        let value = |key| match key {
            Key::SystemText => self.system_text.clone(),
            Key::CompanionName => self.companion.name.clone(),
            Key::CompanionGender => self.companion.gender.as_str().to_owned(),
            Key::CompanionAge => self.companion.age.to_string(),
            Key::Support => self.support.clone(),
            Key::TermsUrl => self.terms_url.clone(),
        };
        Key::ALL.into_iter().map(|key| (key, value(key))).collect()
    }

    /// Sets a value, if it is one.
    fn set(&mut self, key: Key, value: &str) -> bool {
        let line = |most: usize| !value.chars().any(char::is_control) && value.chars().count() <= most;
        let mut companion = self.companion.clone();
        match key {
            Key::SystemText => {
                let fits = value.chars().count() <= MOST_SYSTEM_TEXT;
                let is_text = !value.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
                fits && is_text && replace(&mut self.system_text, value)
            }
            Key::CompanionName => {
                value.clone_into(&mut companion.name);
                line(MOST_ADDRESS) && self.take(companion)
            }
            Key::CompanionGender => gender(value).is_some_and(|gender| {
                companion.gender = gender;
                self.take(companion)
            }),
            Key::CompanionAge => value.parse().is_ok_and(|age| {
                companion.age = age;
                age >= 0 && self.take(companion)
            }),
            Key::Support => line(MOST_ADDRESS) && replace(&mut self.support, value),
            Key::TermsUrl => {
                let is_address = value.is_empty() || value.starts_with("https://") || value.starts_with("http://");
                line(MOST_ADDRESS) && is_address && replace(&mut self.terms_url, value)
            }
        }
    }

    fn take(&mut self, companion: config::Companion) -> bool {
        let is_one = companion.validate().is_ok();
        if is_one {
            self.companion = companion;
        }
        is_one
    }
}

fn replace(text: &mut String, value: &str) -> bool {
    value.clone_into(text);
    true
}

fn gender(word: &str) -> Option<Gender> {
    serde_json::from_value(Value::from(word)).ok()
}

/// What counts now, for everybody who asks.
#[derive(Debug)]
pub struct Live(RwLock<Known>);

#[derive(Debug)]
struct Known {
    settings: Arc<Settings>,
    /// What was changed, as it was read last.
    changed: Vec<(String, String)>,
}

impl Live {
    /// What the configuration says, until the database is asked.
    pub fn new(config: &Config) -> Self {
        Self(RwLock::new(Known { settings: Arc::new(Settings::configured(config)), changed: Vec::new() }))
    }

    /// What counts now.
    pub fn now(&self) -> Arc<Settings> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).settings.clone()
    }

    /// Takes over what was changed; if that is known, there is nothing to be done, or to be warned of again.
    fn take(&self, config: &Config, changed: Vec<(String, String)>) {
        if self.0.read().unwrap_or_else(PoisonError::into_inner).changed == changed {
            return;
        }
        let settings = Arc::new(overlaid(config, &changed));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Known { settings, changed };
    }
}

/// Reads what was changed, and looks again for as long as the service runs.
pub async fn keep(app: &Shared) -> Result<()> {
    refresh(app).await?;
    let looking = app.clone();
    app.tasks.every("settings", LOOK, move || {
        let app = looking.clone();
        async move { refresh(&app).await }
    });
    Ok(())
}

async fn refresh(app: &App) -> Result<()> {
    let changed = settings::list(&mut app.db.read().await?.conn()).await?;
    app.settings.take(&app.config, changed);
    Ok(())
}

/// The configuration with what was changed. What another version wrote, and this one does not know, does not count.
fn overlaid(config: &Config, changed: &[(String, String)]) -> Settings {
    let mut settings = Settings::configured(config);
    for (name, value) in changed {
        let key = Key::ALL.into_iter().find(|key| key.as_str() == name);
        if !key.is_some_and(|key| settings.set(key, value)) {
            tracing::warn!(name, "a setting in the database is not known or not valid");
        }
    }
    settings
}

/// Why nothing is changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// These keys cannot have these values.
    #[error("not valid: {0:?}")]
    Invalid(Vec<Key>),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Changes the keys to these values; one that is as the configuration says follows the configuration from then on. Counts
/// at once on this node, and within seconds on others.
pub async fn change(app: &App, actor: Actor, wanted: Values, reason: String) -> Result<(), SettingsError> {
    let configured = Settings::configured(&app.config).values();
    let mut tried = Settings::configured(&app.config);
    let wrong: Vec<Key> = wanted.iter().filter(|(key, value)| !tried.set(**key, value)).map(|(key, _)| *key).collect();
    if !wrong.is_empty() {
        return Err(SettingsError::Invalid(wrong));
    }
    let (before, now) = (app.settings.now().values(), app.clock.now());
    let changes: Vec<(Key, String)> =
        wanted.into_iter().filter(|(key, value)| before.get(key) != Some(value)).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let told: Map<String, Value> =
        changes.iter().map(|(key, value)| (key.as_str().to_owned(), json!([before.get(key), value]))).collect();
    let entry = Entry::new(actor, Action::SettingsChanged).because(Some(reason)).with(json!({ "changed": told }));
    let work = Arc::new((changes, configured, entry));
    let written = app.db.write(move |tx| {
        let work = work.clone();
        Box::pin(async move { write(tx, &work.0, &work.1, &work.2, now).await })
    });
    written.await?;
    Ok(refresh(app).await?)
}

async fn write(
    tx: &mut Conn<'_>,
    changes: &[(Key, String)],
    configured: &Values,
    entry: &Entry,
    now: Ts,
) -> Result<()> {
    for (key, value) in changes {
        if configured.get(key) == Some(value) {
            settings::delete(tx, key.as_str()).await?;
        } else {
            settings::put(tx, key.as_str(), value, now).await?;
        }
    }
    audit::record(tx, entry, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured() -> Settings {
        let companion = config::Companion { name: "Беседа".into(), gender: Gender::Female, age: 0 };
        Settings { system_text: String::new(), companion, support: String::new(), terms_url: String::new() }
    }

    #[test]
    fn values_are_checked() {
        let mut settings = configured();
        let long = "я".repeat(MOST_SYSTEM_TEXT);
        let good: [(Key, &str); 8] = [
            (Key::SystemText, &long),
            (Key::SystemText, "Кратко.\n\tИ по делу."),
            (Key::CompanionName, "Аристарх"),
            (Key::CompanionGender, "male"),
            (Key::CompanionAge, "40"),
            (Key::Support, "@help"),
            (Key::TermsUrl, ""),
            (Key::TermsUrl, "https://example.org/terms"),
        ];
        for (key, value) in good {
            assert!(settings.set(key, value), "{key:?} {value}");
            assert_eq!(settings.values()[&key], value);
        }
        let kept = settings.values();
        let longer = "я".repeat(MOST_SYSTEM_TEXT + 1);
        let bad: [(Key, &str); 10] = [
            (Key::SystemText, &longer),
            (Key::SystemText, "a\0b"),
            (Key::CompanionName, ""),
            (Key::CompanionName, "a\nb"),
            (Key::CompanionGender, "robot"),
            (Key::CompanionAge, "-1"),
            (Key::CompanionAge, "121"),
            (Key::CompanionAge, "forty"),
            (Key::Support, "a\u{7}b"),
            (Key::TermsUrl, "javascript:alert(1)"),
        ];
        for (key, value) in bad {
            assert!(!settings.set(key, value), "{key:?} {value}");
        }
        assert_eq!(settings.values(), kept, "what is not valid changes nothing");
    }
}
