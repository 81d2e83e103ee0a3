//! What the bot says by itself, in each language. The texts are in `ru.ftl` and `en.ftl` (Fluent); both have the same
//! messages with the same variables, which a test sees to.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// Languages of people who read Russian sooner than English.
const NEAR_RUSSIAN: [&str; 20] = [
    "ru", "be", "uk", "kk", "ky", "tg", "tk", "uz", "hy", "az", "tt", "ba", "cv", "ce", "os", "av", "sah", "udm", "kv",
    "ab",
];

static RUSSIAN: LazyLock<Texts> = LazyLock::new(|| Texts::read(Lang::Ru, include_str!("ru.ftl")));
static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Lang::En, include_str!("en.ftl")));

/// A language that the bot speaks.
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

    const fn other(self) -> Self {
        match self {
            Self::Ru => Self::En,
            Self::En => Self::Ru,
        }
    }

    fn texts(self) -> &'static Texts {
        match self {
            Self::Ru => &RUSSIAN,
            Self::En => &ENGLISH,
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

/// A text with its variables filled in. What can't be made in this language is told in the other one, else its key:
/// a mistake of ours is no reason to be silent.
pub fn text(lang: Lang, key: &str, args: &[(&str, Value<'_>)]) -> String {
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
    for lang in [lang, lang.other()] {
        match lang.texts().render(key, &args) {
            Ok(text) => return text,
            Err(error) => tracing::error!(key, lang = lang.tag(), %error, "a text of the bot can't be made"),
        }
    }
    key.to_owned()
}

/// Why a text could not be made.
#[derive(Debug, thiserror::Error)]
enum TextError {
    #[error("there is no such text")]
    Missing,
    #[error("{0:?}")]
    Fluent(Vec<FluentError>),
}

/// The texts of a language.
struct Texts(FluentBundle<FluentResource>);

impl Texts {
    fn read(lang: Lang, source: &str) -> Self {
        let locale: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // A chat has no layout of its own to protect, and the marks would be sent.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, errors)| {
            tracing::error!(lang = lang.tag(), ?errors, "texts of the bot can't be read");
            rest
        });
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    fn render(&self, key: &str, args: &FluentArgs<'_>) -> Result<String, TextError> {
        let pattern = self.0.get_message(key).and_then(|message| message.value()).ok_or(TextError::Missing)?;
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(args), &mut errors).into_owned();
        if errors.is_empty() { Ok(text) } else { Err(TextError::Fluent(errors)) }
    }
}
