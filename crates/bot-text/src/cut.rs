//! Cuts a rendering into messages.
//!
//! A cut is made where a reader would make it: between paragraphs, else lines, else sentences, else
//! words; of these, where it leaves the message at least half full. Only white space is lost at a
//! cut. What is formatted across one is so on both sides.

use std::ops::Range;

use unicode_segmentation::GraphemeCursor;

use crate::{
    Entity, Kind, Part,
    clean::has_visible,
    utf16,
    writer::{Rendering, Span, trim},
};

/// The longest text of a message, in UTF-16 units (Bot API: `sendMessage`, `text`).
const MOST_UNITS: usize = 4096;

/// The most entities of a message; Telegram drops the rest ("Formatting options").
const MOST_ENTITIES: usize = 100;

/// What ends a sentence before white space, and what ends one anywhere.
const SENTENCE_ENDS: [char; 5] = ['.', '!', '?', '…', ';'];
const WIDE_SENTENCE_ENDS: [char; 3] = ['。', '！', '？'];

/// The messages. A stretch in which nothing can be seen is left out: Telegram would refuse it.
pub(crate) fn cut(rendering: &Rendering) -> Vec<Part> {
    let mut cutter = Cutter::new(rendering);
    std::iter::from_fn(|| cutter.next_part()).filter(|part| has_visible(&part.text)).collect()
}

struct Cutter<'a> {
    text: &'a str,
    spans: &'a [Span],
    headings: &'a [Range<usize>],
    /// The blocks of monospace, in order.
    blocks: Vec<Range<usize>>,
    /// Where the next part begins: never at white space.
    start: usize,
    /// The spans that begin before `start` and end after it, and the first that begins later.
    carried: Vec<&'a Span>,
    next_span: usize,
}

impl<'a> Cutter<'a> {
    fn new(Rendering { text, spans, headings }: &'a Rendering) -> Self {
        let blocks = spans.iter().filter(|span| matches!(span.kind, Kind::Pre { .. }));
        let blocks = blocks.map(|span| span.range.clone()).collect();
        let text = text.trim_end();
        Self { text, spans, headings, blocks, start: after_space(text, 0), carried: Vec::new(), next_span: 0 }
    }

    fn next_part(&mut self) -> Option<Part> {
        if self.start >= self.text.len() {
            return None;
        }
        let limit = self.limit();
        let end = if limit == self.text.len() { limit } else { self.before_headings(self.choose(limit)) };
        let range = self.start..self.start + self.text[self.start..end].trim_end().len();
        let part = self.part(range);
        self.start = after_space(self.text, end);
        self.carried.retain(|span| span.range.end > self.start);
        Some(part)
    }

    /// The furthest end that keeps both of Telegram's limits.
    fn limit(&self) -> usize {
        let limit = self.start + utf16::prefix(&self.text[self.start..], MOST_UNITS);
        let mut entities = self.carried.iter().map(|span| span.cost).sum::<usize>();
        let begun = self.spans[self.next_span..].iter().take_while(|span| span.range.start < limit);
        for span in begun {
            entities += span.cost;
            // Only a handful can begin at one place, so this is never the part's beginning.
            if entities > MOST_ENTITIES && span.range.start > self.start {
                return span.range.start;
            }
        }
        limit
    }

    /// Where to cut: after `start`, and not after `limit` but for white space.
    fn choose(&self, limit: usize) -> usize {
        // White space after the limit is lost with the cut: a word, a line may end there.
        let space = self.text[limit..].chars().take(2).take_while(|char| char.is_whitespace());
        let window = self.start..limit + space.map(char::len_utf8).sum::<usize>();
        let half = self.text.floor_char_boundary(self.start + (limit - self.start) / 2);
        let full = &self.text[half..window.end];

        let paragraph = full.rmatch_indices("\n\n").map(|(at, _)| half + at).find(|&at| !self.is_in_block(at));
        let line = || {
            let lines = || full.rmatch_indices('\n').map(|(at, _)| half + at);
            // Rather not inside a function, nor inside an item of a list.
            let is_inner = |char: char| char.is_whitespace() || "})]".contains(char);
            let is_outer = |&at: &usize| !self.text[at + 1..].starts_with(is_inner);
            lines().find(is_outer).or_else(|| lines().next())
        };
        let sentence = || {
            let space = full.rmatch_indices(char::is_whitespace).map(|(at, _)| half + at);
            let mut ends = space.filter(|&at| self.text[..at].ends_with(SENTENCE_ENDS));
            let mut wide = full.rmatch_indices(WIDE_SENTENCE_ENDS).map(|(at, end)| half + at + end.len());
            let is_end = |&at: &usize| at <= limit && self.is_boundary(at);
            ends.find(is_end).max(wide.find(is_end))
        };
        let word = || {
            let space = self.text[window].rmatch_indices(char::is_whitespace).enumerate();
            // One of each run: the others would lead to the same place.
            let is_last = |&(number, (at, space)): &(usize, (usize, &str))| {
                number == 0 || !self.text[self.start + at + space.len()..].starts_with(char::is_whitespace)
            };
            space.filter(is_last).map(|(_, (at, _))| self.start + at).find(|&at| self.is_boundary(at))
        };
        paragraph.or_else(line).or_else(sentence).or_else(word).unwrap_or_else(|| self.cluster(limit))
    }

    /// The end of the last whole grapheme cluster: the limit itself if one fills the part.
    fn cluster(&self, limit: usize) -> usize {
        let rest = &self.text[self.start..];
        let mut cursor = GraphemeCursor::new(limit - self.start, rest.len(), true);
        match cursor.is_boundary(rest, 0) {
            Ok(true) => limit,
            _ => match cursor.prev_boundary(rest, 0) {
                Ok(Some(end)) if end > 0 => self.start + end,
                _ => limit,
            },
        }
    }

    /// Can a part end here, and the next one begin after the white space, without halving a cluster?
    fn is_boundary(&self, at: usize) -> bool {
        let rest = &self.text[self.start..];
        let next = after_space(self.text, at) - self.start;
        GraphemeCursor::new(next, rest.len(), true).is_boundary(rest, 0) == Ok(true)
    }

    fn is_in_block(&self, at: usize) -> bool {
        let index = self.blocks.partition_point(|block| block.end <= at);
        self.blocks.get(index).is_some_and(|block| block.start <= at)
    }

    /// The cut moved before the headings that would end the part, if that leaves anything of it.
    fn before_headings(&self, cut: usize) -> usize {
        let mut moved = cut;
        loop {
            let end = self.start + self.text[self.start..moved].trim_end().len();
            let index = self.headings.partition_point(|heading| heading.end < end);
            match self.headings.get(index) {
                Some(heading) if heading.start < end && after_space(self.text, heading.start) > self.start => {
                    moved = heading.start;
                }
                Some(heading) if heading.start < end => return cut,
                _ => return moved,
            }
        }
    }

    /// The part that has this range, and the spans of it.
    fn part(&mut self, range: Range<usize>) -> Part {
        let begun = self.spans[self.next_span..].iter().take_while(|span| span.range.start < range.end);
        let spans: Vec<&Span> = self.carried.iter().copied().chain(begun).collect();
        self.next_span += spans.len() - self.carried.len();

        let (mut at, mut units) = (range.start, 0);
        let mut entities = Vec::with_capacity(spans.len());
        for span in &spans {
            let within = span.range.start.max(range.start)..span.range.end.min(range.end);
            let within = trim(self.text, &span.kind, within);
            if within.is_empty() {
                continue;
            }
            units += utf16::utf16_len(&self.text[at..within.start]);
            at = within.start;
            let length = utf16::utf16_len(&self.text[within]);
            // Both are at most 4,096.
            entities.push(Entity { kind: span.kind.clone(), offset: units as u32, length: length as u32 });
        }
        self.carried = spans;
        Part { text: self.text[range].to_owned(), entities }
    }
}

/// The first place from `at` on that is not white space.
fn after_space(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start().len()
}
