//! Writes an answer's text and its formatting: lines and indentation, and what Telegram allows
//! inside what.

use std::ops::Range;

use crate::{Kind, clean};

/// A formatted stretch of a rendering, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
    /// How many of Telegram's 100 entities it counts for: see [`cost`].
    pub(crate) cost: usize,
}

/// A whole answer before it is cut.
#[derive(Debug, Default)]
pub(crate) struct Rendering {
    pub(crate) text: String,
    /// In the order of their beginnings, the outer of two first; none is empty, and none begins or
    /// ends with white space but a `pre`, whose first line may be indented.
    pub(crate) spans: Vec<Span>,
    /// The headings, which are to stay with what follows them.
    pub(crate) headings: Vec<Range<usize>>,
}

/// See the module. Elements open and close like the parser's events, one inside the other.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    rendering: Rendering,
    /// For each open element: does it format, or is it inside another of its kind?
    elements: Vec<bool>,
    /// The spans of the elements that do, from the outside in. A handful at most: one of each kind.
    open: Vec<usize>,
    /// Line ends that are due before the next text, and whether no more can be asked for.
    gap: usize,
    is_gap_settled: bool,
    /// Spaces that begin a line.
    indent: usize,
    /// The bullet or number that begins the next line, and its line's indentation.
    marker: String,
    marker_indent: usize,
}

impl Writer {
    pub(crate) fn finish(mut self) -> Rendering {
        for span in &mut self.rendering.spans {
            span.range = trim(&self.rendering.text, &span.kind, span.range.clone());
        }
        self.rendering.spans.retain(|span| !span.range.is_empty());
        self.rendering
    }

    /// Where the next text comes.
    pub(crate) fn position(&self) -> usize {
        self.rendering.text.len()
    }

    pub(crate) fn since(&self, position: usize) -> &str {
        self.rendering.text[position..].trim()
    }

    /// Asks for at least so many line ends before the next text. What follows a bullet stays on its
    /// line.
    pub(crate) fn gap(&mut self, lines: usize) {
        if self.marker.is_empty() && !self.is_gap_settled {
            self.gap = self.gap.max(lines);
        }
    }

    /// The next text follows at the distance asked for so far, whatever block it is in.
    pub(crate) fn settle_gap(&mut self) {
        self.is_gap_settled = true;
    }

    /// Sets the spaces that begin a line.
    pub(crate) fn indent(&mut self, spaces: usize) {
        self.indent = spaces;
    }

    /// Asks for a bullet or a number before the next text.
    pub(crate) fn marker(&mut self, marker: &str) {
        if self.marker.is_empty() {
            self.marker_indent = self.indent;
        }
        self.marker.push_str(marker);
    }

    /// Makes the bullet that is due a box to tick. A number keeps its place before the box.
    pub(crate) fn tick(&mut self, checked: bool) {
        if let Some(outer) = self.marker.strip_suffix(BULLET) {
            self.marker.truncate(outer.len());
        }
        self.marker(if checked { "☑ " } else { "☐ " });
    }

    /// Writes the bullet if it is still due, on a line of its own.
    pub(crate) fn end_marker(&mut self) {
        if !self.marker.is_empty() {
            self.marker.truncate(self.marker.trim_end().len());
            self.begin_text();
            self.gap(1);
        }
    }

    /// Opens a quotation, a style or a link. Inside one of its own kind it changes nothing: Telegram
    /// merges styles and has no nested links or quotations.
    pub(crate) fn open(&mut self, kind: Kind) {
        if kind != Kind::Blockquote {
            self.begin_text();
        }
        let formats = !self.open.iter().any(|&open| same(&self.rendering.spans[open].kind, &kind));
        self.elements.push(formats);
        if formats {
            self.push_open(kind);
        }
    }

    /// Closes what was opened last.
    pub(crate) fn close(&mut self) {
        if self.elements.pop() == Some(true)
            && let Some(index) = self.open.pop()
        {
            self.rendering.spans[index].range.end = self.position();
        }
    }

    pub(crate) fn is_in_link(&self) -> bool {
        self.open.iter().any(|&open| matches!(self.rendering.spans[open].kind, Kind::TextLink { .. }))
    }

    /// Writes running text.
    pub(crate) fn text(&mut self, text: &str) {
        for (number, line) in clean::clean(text).split('\n').enumerate() {
            if number > 0 {
                self.gap(1);
            }
            if !line.is_empty() {
                self.begin_text();
                self.push(&line.replace('\t', " "));
            }
        }
    }

    /// Writes monospace in a line. It gives way to a link, which would be torn apart.
    pub(crate) fn code(&mut self, text: &str) {
        if self.is_in_link() {
            return self.text(text);
        }
        self.begin_text();
        self.monospace(Kind::Code, text);
    }

    /// Writes a monospace block.
    pub(crate) fn pre(&mut self, language: Option<String>, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.end_marker();
        self.begin_line();
        let first_line = text.len() - text.trim_start().len();
        let blank = text[..first_line].rfind('\n').map_or(0, |end| end + 1);
        self.monospace(Kind::Pre { language }, text[blank..].trim_end());
        self.gap(1);
    }

    /// Telegram allows no style at the place of monospace, so styles pause for it. A quotation may hold
    /// it: the documentation is silent on that, its server's `are_entities_valid` says so.
    fn monospace(&mut self, kind: Kind, text: &str) {
        let is_quote = |open: &usize| self.rendering.spans[*open].kind == Kind::Blockquote;
        let outer = self.open.iter().take_while(|open| is_quote(open)).count();
        let end = self.position();
        let mut paused = Vec::new();
        for index in self.open.drain(outer..) {
            let span = &mut self.rendering.spans[index];
            span.range.end = end;
            paused.push(span.kind.clone());
        }
        self.push_open(kind);
        self.push(&clean::expand_tabs(&clean::clean(text)));
        if let Some(index) = self.open.pop() {
            self.rendering.spans[index].range.end = self.position();
        }
        paused.into_iter().for_each(|kind| self.push_open(kind));
    }

    /// Writes what another writer wrote.
    pub(crate) fn append(&mut self, inner: &Rendering) {
        self.begin_text();
        let offset = self.position();
        self.rendering.text.push_str(&inner.text);
        self.rendering.spans.extend(inner.spans.iter().map(|span| {
            let range = span.range.start + offset..span.range.end + offset;
            Span { range, ..span.clone() }
        }));
    }

    /// Keeps what was written since `start` with what will follow.
    pub(crate) fn end_heading(&mut self, start: usize) {
        let end = self.rendering.text.trim_end().len();
        if start < end {
            self.rendering.headings.push(start..end);
        }
    }

    /// Writes the line ends, the indentation and the bullet that are due.
    pub(crate) fn begin_text(&mut self) {
        if self.begin_line() {
            let indent = if self.marker.is_empty() { self.indent } else { self.marker_indent };
            self.rendering.text.extend(std::iter::repeat_n(' ', indent));
        }
        self.rendering.text.push_str(&std::mem::take(&mut self.marker));
    }

    /// Writes the line ends that are due. Were there any?
    fn begin_line(&mut self) -> bool {
        let lines = if self.rendering.text.is_empty() { 0 } else { self.gap };
        self.rendering.text.extend(std::iter::repeat_n('\n', lines));
        (self.gap, self.is_gap_settled) = (0, false);
        lines > 0
    }

    fn push(&mut self, text: &str) {
        // One mark of direction is left of several in a row: `clean` cannot see what came before.
        let both = self.rendering.text.ends_with(clean::is_mark) && text.starts_with(clean::is_mark);
        self.rendering.text.push_str(if both { text.trim_start_matches(clean::is_mark) } else { text });
    }

    fn push_open(&mut self, kind: Kind) {
        let cost = cost(self.open.iter().map(|&open| &self.rendering.spans[open].kind));
        let start = self.position();
        self.open.push(self.rendering.spans.len());
        self.rendering.spans.push(Span { kind, range: start..start, cost });
    }
}

/// The bullet of a list.
pub(crate) const BULLET: &str = "• ";

fn same(one: &Kind, other: &Kind) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Telegram splits bold, italic and the like around whatever they contain (tdlib: `split_entities`),
/// and it may be the pieces that it counts: each of these turns into three.
fn cost<'a>(outer: impl Iterator<Item = &'a Kind>) -> usize {
    use Kind::{Bold, Italic, Spoiler, Strikethrough, Underline};
    1 + 2 * outer.filter(|kind| matches!(kind, Bold | Italic | Underline | Strikethrough | Spoiler)).count()
}

/// The range without white space at its ends, which Telegram trims or dislikes. A block keeps the
/// indentation of its first line.
pub(crate) fn trim(text: &str, kind: &Kind, range: Range<usize>) -> Range<usize> {
    let inside = text[range.clone()].trim_end();
    let end = range.start + inside.len();
    let inside = match kind {
        Kind::Pre { .. } => inside.trim_start_matches('\n'),
        _ => inside.trim_start(),
    };
    end - inside.len()..end
}
