//! What the bot says by itself, in each language. The texts are in `ru.ftl` and `en.ftl` (Fluent); both have the same
//! messages with the same variables, which a test sees to.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::texts::Catalogue;
pub use crate::texts::{Lang, Value};

static TEXTS: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_str!("ru.ftl"), include_str!("en.ftl")));

/// A text with its variables filled in.
pub fn text(lang: Lang, key: &str, args: &[(&str, Value<'_>)]) -> String {
    TEXTS.text(lang, key, args)
}
