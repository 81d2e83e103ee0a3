//! Markdown to a rendering: walks the parser's events.
//!
//! Everything the source says is there to be read: what Telegram has no formatting for is written
//! out (raw HTML, formulas, URLs that cannot be linked, link definitions that nothing uses). The
//! exceptions are the titles of links, which other renderers hide too, and what follows the language
//! of a code block.

use std::{borrow::Cow, iter::Peekable, ops::Range, vec};

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, RefDefs, Tag, TagEnd};

use crate::{
    Kind, clean,
    formula::{Hidden, Piece, hide},
    link::is_linkable,
    table::{self, Table},
    writer::{BULLET, Rendering, Writer},
};

/// Spaces that a nested list is indented by, and how often: a message is narrow, and the lists of a
/// hostile answer are deep.
const INDENT: usize = 3;
const DEEPEST: usize = 6;

const RULE: &str = "———";

/// The longest name of a language that is passed on.
const LONGEST_LANGUAGE: usize = 32;

/// Renders a whole answer.
pub(crate) fn render(markdown: &str) -> Rendering {
    let cleaned = clean::clean(markdown);
    let hidden = hide(&cleaned);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let mut parser = Parser::new_ext(&hidden.source, options).into_offset_iter();
    let events: Vec<_> = parser.by_ref().collect();
    let unused = unused_definitions(parser.reference_definitions(), &events);
    let mut renderer = Renderer {
        hidden: &hidden,
        writer: Writer::default(),
        unused: unused.into_iter().peekable(),
        lists: Vec::new(),
        links: Vec::new(),
        heading: 0,
        code: None,
        table: None,
    };
    let mut events = events.into_iter().peekable();
    while let Some((event, range)) = events.next() {
        renderer.definitions(if matches!(event, Event::End(_)) { range.end } else { range.start });
        // A list is loose if its items hold paragraphs: the parser says nothing else of it.
        let is_loose = matches!(events.peek(), Some((Event::Start(Tag::Paragraph), _)));
        renderer.event(event, is_loose);
    }
    renderer.definitions(hidden.source.len());
    renderer.writer.finish()
}

/// The link definitions that no link uses, in order: the parser is silent about them.
fn unused_definitions(definitions: &RefDefs<'_>, events: &[(Event<'_>, Range<usize>)]) -> Vec<Range<usize>> {
    let used = events.iter().filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) => Some(definitions.get(id)?.span.start),
        _ => None,
    });
    let used: std::collections::HashSet<usize> = used.collect();
    let all = definitions.iter().map(|(_, definition)| definition.span.clone());
    let mut unused: Vec<_> = all.filter(|span| !used.contains(&span.start)).collect();
    unused.sort_by_key(|span| span.start);
    unused
}

struct Renderer<'a> {
    hidden: &'a Hidden<'a>,
    /// Writes the answer, or a cell while a table is read.
    writer: Writer,
    unused: Peekable<vec::IntoIter<Range<usize>>>,
    /// The open lists' next numbers.
    lists: Vec<Option<u64>>,
    links: Vec<Link>,
    /// Where the heading began.
    heading: usize,
    /// The code block that is read: its language and its text.
    code: Option<(Option<String>, String)>,
    /// The table that is read, and the writer of what is around it.
    table: Option<(Table, Writer)>,
}

/// An open link or image.
struct Link {
    url: String,
    /// Where its text began.
    start: usize,
    is_linked: bool,
}

impl Renderer<'_> {
    fn event(&mut self, event: Event<'_>, is_loose: bool) {
        match event {
            Event::Start(tag) => self.start(tag, is_loose),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.writer.code(&self.hidden.literal(&code)),
            Event::InlineMath(formula) => self.math(&format!("${formula}$")),
            Event::DisplayMath(formula) => self.math(&format!("$${formula}$$")),
            Event::InlineHtml(html) | Event::Html(html) => self.html(&html),
            Event::FootnoteReference(label) => self.text(&format!("[{label}]")),
            Event::SoftBreak | Event::HardBreak => self.writer.gap(1),
            Event::Rule => {
                self.block();
                self.writer.text(RULE);
                self.writer.gap(1);
            }
            Event::TaskListMarker(checked) => self.writer.tick(checked),
        }
    }

    fn start(&mut self, tag: Tag<'_>, is_loose: bool) {
        match tag {
            // Only a loose list has paragraphs, so they are set apart in lists too.
            Tag::Paragraph => self.writer.gap(2),
            Tag::Heading { .. } => {
                self.block();
                self.heading = self.writer.position();
                self.writer.open(Kind::Bold);
            }
            Tag::BlockQuote(kind) => self.start_quote(kind),
            Tag::CodeBlock(kind) => {
                self.block();
                self.code = Some((language(&kind), String::new()));
            }
            Tag::List(number) => {
                self.block();
                self.lists.push(number);
            }
            Tag::Item => self.start_item(is_loose),
            Tag::FootnoteDefinition(label) => {
                self.block();
                self.writer.marker(&format!("[{}] ", self.hidden.literal(&label)));
            }
            Tag::Table(alignments) => {
                self.block();
                let outer = std::mem::take(&mut self.writer);
                self.table = Some((Table::new(alignments, self.indentation()), outer));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some((table, _)) = &mut self.table {
                    table.row();
                }
            }
            Tag::Emphasis => self.writer.open(Kind::Italic),
            Tag::Strong => self.writer.open(Kind::Bold),
            Tag::Strikethrough => self.writer.open(Kind::Strikethrough),
            Tag::Link { dest_url, link_type, .. } => self.start_link(&dest_url, link_type),
            Tag::Image { dest_url, link_type, .. } => self.start_link(&dest_url, link_type),
            Tag::HtmlBlock => self.block(),
            Tag::TableCell => self.writer.indent(self.indentation() + table::INDENT),
            // These are not asked of the parser.
            Tag::Superscript
            | Tag::Subscript
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.writer.close();
                self.writer.end_heading(self.heading);
                self.writer.gap(1);
            }
            TagEnd::BlockQuote(_) => {
                self.writer.close();
                self.writer.gap(1);
            }
            TagEnd::CodeBlock => {
                if let Some((language, code)) = self.code.take() {
                    self.writer.pre(language, &code);
                }
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.writer.indent(self.indentation());
                self.writer.gap(1);
            }
            TagEnd::Item | TagEnd::FootnoteDefinition => {
                self.writer.end_marker();
                self.writer.gap(1);
            }
            TagEnd::TableCell => {
                if let Some((table, _)) = &mut self.table {
                    table.cell(std::mem::take(&mut self.writer).finish());
                }
            }
            TagEnd::Table => {
                if let Some((table, outer)) = self.table.take() {
                    self.writer = outer;
                    table.write(&mut self.writer);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.writer.close(),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.writer.gap(1),
            TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// A block begins: an empty line is before it, but not in lists.
    fn block(&mut self) {
        self.writer.gap(if self.lists.is_empty() { 2 } else { 1 });
    }

    /// The spaces before a line of the list that is open.
    fn indentation(&self) -> usize {
        INDENT * self.lists.len().min(DEEPEST)
    }

    fn start_quote(&mut self, kind: Option<BlockQuoteKind>) {
        self.writer.end_marker();
        self.block();
        self.writer.open(Kind::Blockquote);
        let title = match kind {
            None => return self.writer.settle_gap(),
            Some(BlockQuoteKind::Note) => "NOTE",
            Some(BlockQuoteKind::Tip) => "TIP",
            Some(BlockQuoteKind::Important) => "IMPORTANT",
            Some(BlockQuoteKind::Warning) => "WARNING",
            Some(BlockQuoteKind::Caution) => "CAUTION",
        };
        self.writer.open(Kind::Bold);
        self.writer.text(title);
        self.writer.close();
        self.writer.gap(1);
        self.writer.settle_gap();
    }

    fn start_item(&mut self, is_loose: bool) {
        self.writer.gap(if is_loose { 2 } else { 1 });
        self.writer.indent(INDENT * self.lists.len().saturating_sub(1).min(DEEPEST));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.writer.marker(&format!("{number}. "));
                *number = number.saturating_add(1);
            }
            _ => self.writer.marker(BULLET),
        }
        self.writer.indent(self.indentation());
    }

    fn start_link(&mut self, url: &str, kind: LinkType) {
        self.writer.begin_text();
        let url = clean::clean(&self.hidden.url(url)).into_owned();
        // A bare address is linked by Telegram itself.
        let is_bare = matches!(kind, LinkType::Autolink | LinkType::Email);
        let is_linked = !is_bare && !self.writer.is_in_link() && is_linkable(&url);
        if is_linked {
            self.writer.open(Kind::TextLink { url: url.clone() });
        }
        self.links.push(Link { url, start: self.writer.position(), is_linked });
    }

    /// Nothing of a link is lost: if it has no text or cannot be a link, its URL is shown.
    fn end_link(&mut self) {
        let Some(Link { url, start, is_linked }) = self.links.pop() else { return };
        let shown = self.writer.since(start);
        if shown.is_empty() {
            self.writer.text(&url);
        } else if !is_linked && !url.is_empty() && url.strip_prefix("mailto:").unwrap_or(&url) != shown {
            self.writer.text(&format!(" ({})", url.strip_prefix("mailto:").unwrap_or(&url)));
        }
        if is_linked {
            self.writer.close();
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            return code.push_str(&self.hidden.literal(text));
        }
        for piece in self.hidden.pieces(text) {
            match piece {
                Piece::Text(text) => self.writer.text(text),
                Piece::Formula(formula) => self.writer.code(formula),
            }
        }
    }

    /// A formula keeps its source. What looks like two sums of money is none.
    fn math(&mut self, formula: &str) {
        let formula = self.hidden.literal(formula);
        let is_money = formula.trim_start_matches('$').starts_with(|char: char| char.is_ascii_digit())
            && !formula.contains(['\\', '^', '_', '=', '{', '+', '<', '>']);
        match is_money {
            true => self.writer.text(&formula),
            false => self.writer.code(&formula),
        }
    }

    /// HTML is shown as it is, but for the line break, which models use in tables.
    fn html(&mut self, html: &str) {
        match html.trim().to_ascii_lowercase().as_str() {
            "<br>" | "<br/>" | "<br />" => self.writer.gap(1),
            _ => self.writer.text(&self.hidden.literal(html)),
        }
    }

    /// Shows the unused definitions before this place of the source.
    fn definitions(&mut self, place: usize) {
        while let Some(span) = self.unused.next_if(|span| span.start < place) {
            self.block();
            let definition: Cow<'_, str> = self.hidden.literal(&self.hidden.source[span]);
            self.writer.text(definition.trim());
            self.writer.gap(1);
        }
    }
}

/// The language of a code block: the first word of what follows the fence, if it can be one.
fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let is_part = |char: char| char.is_ascii_alphanumeric() || "+-#._".contains(char);
    let info = CowStr::as_ref(info).trim_start_matches(['{', '.']);
    let language = info.split(|char| !is_part(char)).next().unwrap_or_default();
    (!language.is_empty() && language.len() <= LONGEST_LANGUAGE).then(|| language.to_owned())
}
