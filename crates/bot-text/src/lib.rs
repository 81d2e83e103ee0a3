//! A model's Markdown as Telegram messages.
//!
//! [`messages`] gives the whole answer, [`draft`] what to show of it while it still streams. Both
//! come as [`Part`]s: a text with message entities, as the Bot API's methods `sendMessage` and
//! `sendMessageDraft` take them in `text` and `entities`. Every part keeps Telegram's rules, so none
//! is refused, and what the server stores is what was sent.
//!
//! ```text
//! Markdown → formula (hides LaTeX from the parser) → render (events → text with spans) → cut → parts
//! ```
//!
//! From the outside in: `render` walks the parser's events and writes them with a `writer`, which
//! knows about lines, lists and what may stand inside what; `table` lays out tables, `link` says
//! what can be one; `cut` divides the result into messages; `unfinished` mends the end of a draft;
//! `clean` and `utf16` are about characters.
//!
//! The rules come from the Bot API's "Formatting options", `MessageEntity` and `sendMessage`; where
//! these are silent, from the Bot API server's own source (tdlib, `MessageEntity.cpp`, `misc.cpp`).

mod clean;
mod cut;
mod formula;
mod link;
mod render;
mod table;
mod unfinished;
mod utf16;
mod writer;

use serde::Serialize;

pub use utf16::utf16_len;

use writer::Rendering;

/// One Telegram message's worth: 1 to 4,096 UTF-16 units without white space at either end, and at
/// most 100 entities (Bot API: `sendMessage`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The message's text.
    pub text: String,
    /// What of it is formatted. Any two are apart or one is inside the other, the outer one first.
    pub entities: Vec<Entity>,
}

/// A formatted stretch of a text (Bot API: `MessageEntity`), serialised as the Bot API wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// How it is formatted.
    #[serde(flatten)]
    pub kind: Kind,
    /// Where it begins, in UTF-16 units.
    pub offset: u32,
    /// How long it is, in UTF-16 units; never 0.
    pub length: u32,
}

/// The formatting of an [`Entity`] (Bot API: the field `type` of `MessageEntity`, and what belongs
/// to the type).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Kind {
    /// Bold text.
    Bold,
    /// Italic text.
    Italic,
    /// Underlined text. Markdown has none; it is here for texts made otherwise.
    Underline,
    /// Struck through text.
    Strikethrough,
    /// Text hidden until it is tapped. Markdown has none.
    Spoiler,
    /// Monospace in a line.
    Code,
    /// A monospace block.
    Pre {
        /// The language to highlight.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// A clickable text.
    TextLink {
        /// What it opens.
        url: String,
    },
    /// A quotation.
    Blockquote,
    /// A quotation that is shown folded. Markdown has none.
    ExpandableBlockquote,
}

/// The whole answer as messages, in order.
///
/// Joined, with white space between them, their texts are [`text`]. Empty only if the answer has no
/// visible character: what renders to nothing (an empty code block) is sent as it was written.
pub fn messages(markdown: &str) -> Vec<Part> {
    let parts = cut::cut(&render::render(markdown));
    if parts.is_empty() { plain(markdown) } else { parts }
}

/// What to show while the answer still streams: the newest of the [`messages`] of what is there so
/// far. What is begun and not finished at its end (bold, code, a link, a table) is shown as if it
/// were, or left out until it can be told what it is.
///
/// The text is empty as long as there is nothing to show; Telegram takes no such part.
pub fn draft(markdown: &str) -> Part {
    let mended = unfinished::mend(markdown);
    cut::cut(&render::render(&mended)).pop().unwrap_or_default()
}

/// A plain text as messages, cut like an answer: for when Telegram refuses the entities, and for
/// the service's own texts.
pub fn plain(text: &str) -> Vec<Part> {
    cut::cut(&plain_rendering(text))
}

/// The plain text of a whole answer, as [`messages`] shows it but uncut.
pub fn text(markdown: &str) -> String {
    let renderings = [render::render, plain_rendering].into_iter().map(|render| render(markdown).text);
    let shown = renderings.map(|text| text.trim().to_owned()).find(|text| clean::has_visible(text));
    shown.unwrap_or_default()
}

fn plain_rendering(text: &str) -> Rendering {
    Rendering { text: clean::expand_tabs(&clean::clean(text)).into_owned(), ..Rendering::default() }
}
