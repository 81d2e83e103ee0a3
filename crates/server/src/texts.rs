//! What the service says by itself, in each language: Fluent files that are built in. The bot's are in
//! `telegram/texts/`, the panel's in `admin/texts/`.

use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// Languages of people who read Russian sooner than English.
const NEAR_RUSSIAN: [&str; 20] = [
    "ru", "be", "uk", "kk", "ky", "tg", "tk", "uz", "hy", "az", "tt", "ba", "cv", "ce", "os", "av", "sah", "udm", "kv",
    "ab",
];

/// A language that the service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Ru, Self::En];

    /// The language for a person who prefers this one, a BCP 47 tag.
    pub fn of(user_language: Option<&str>) -> Self {
        let first = user_language.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
        if NEAR_RUSSIAN.iter().any(|near| first.eq_ignore_ascii_case(near)) { Self::Ru } else { Self::En }
    }

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Ru => Self::En,
            Self::En => Self::Ru,
        }
    }
}

/// What is put into a text: a text, or a number that words may agree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// As it is.
    Text(&'a str),
    /// In plain digits.
    Number(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<Value<'a>> for FluentValue<'a> {
    fn from(value: Value<'a>) -> Self {
        match value {
            Value::Text(text) => text.into(),
            Value::Number(number) => number.into(),
        }
    }
}

/// The texts of one part of the service, in both languages.
#[derive(Debug)]
pub struct Catalogue {
    russian: Texts,
    english: Texts,
}

impl Catalogue {
    /// Reads both files.
    pub fn read(russian: &str, english: &str) -> Self {
        Self { russian: Texts::read(Lang::Ru, russian), english: Texts::read(Lang::En, english) }
    }

    /// The texts of a language.
    pub const fn of(&self, lang: Lang) -> &Texts {
        match lang {
            Lang::Ru => &self.russian,
            Lang::En => &self.english,
        }
    }

    /// A text with its variables filled in. What can't be made in this language is told in the other one, else its key:
    /// a mistake of ours is no reason to be silent.
    pub fn text(&self, lang: Lang, key: &str, args: &[(&str, Value<'_>)]) -> String {
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
        for lang in [lang, lang.other()] {
            match self.of(lang).render(key, &args) {
                Ok(text) => return text,
                Err(error) => tracing::error!(key, lang = lang.tag(), %error, "a text can't be made"),
            }
        }
        key.to_owned()
    }
}

/// Why a text could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// Its key is nowhere.
    #[error("there is no such text")]
    Missing,
    /// A variable is missing, or it is badly written.
    #[error("{0:?}")]
    Fluent(Vec<FluentError>),
}

/// The texts of a language.
pub struct Texts(FluentBundle<FluentResource>);

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").finish_non_exhaustive()
    }
}

impl Texts {
    /// Reads a Fluent file that is built in.
    pub fn read(lang: Lang, source: &str) -> Self {
        let locale: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // The marks would be seen: a chat has no layout to protect, and a page says it in HTML.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, errors)| {
            tracing::error!(lang = lang.tag(), ?errors, "texts can't be read");
            rest
        });
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    /// Whether there is a text of this key.
    pub fn has(&self, key: &str) -> bool {
        self.0.has_message(key)
    }

    /// The text with its variables filled in.
    pub fn render(&self, key: &str, args: &FluentArgs<'_>) -> Result<String, TextError> {
        let pattern = self.0.get_message(key).and_then(|message| message.value()).ok_or(TextError::Missing)?;
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(args), &mut errors).into_owned();
        if errors.is_empty() { Ok(text) } else { Err(TextError::Fluent(errors)) }
    }
}
