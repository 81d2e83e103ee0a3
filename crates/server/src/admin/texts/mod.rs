//! What the panel says, in each language. The texts are in `ru.ftl` and `en.ftl` (Fluent); both have the same messages,
//! and pages use every one, which a test sees to.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::texts::{Catalogue, Lang, Value};

static TEXTS: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_str!("ru.ftl"), include_str!("en.ftl")));

/// A text with its variables filled in.
pub fn text(lang: Lang, key: &str, args: &[(&str, Value<'_>)]) -> String {
    TEXTS.text(lang, key, args)
}

/// The text of an optional key: none when there is no such text.
pub fn known(lang: Lang, key: &str) -> Option<String> {
    TEXTS.of(lang).has(key).then(|| text(lang, key, &[]))
}
