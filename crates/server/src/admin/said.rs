//! What was said, as safe HTML: text with the simplest of Markdown's forms. Nothing is loaded, no HTML of others gets
//! through, and a link shows where it leads.

use std::fmt::{self, Write as _};

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

/// A piece of HTML that was made here of what people or models wrote; everything of theirs in it is escaped.
#[derive(Clone, Debug, Default)]
pub struct Said {
    html: String,
    /// Whether the cells that come are a table's heads.
    is_head: bool,
}

impl Said {
    /// A text as it stands.
    pub fn plain(text: &str) -> Self {
        let mut said = Self::default();
        said.text(text);
        said
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                c => self.html.push(c),
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        self.html.push_str(tag);
    }

    /// An address in brackets: to be followed if it is of the web, else only to be read.
    fn address(&mut self, url: &str) {
        self.tag(" (");
        self.anchor(url);
        self.tag(")");
    }

    fn anchor(&mut self, url: &str) {
        if !is_web(url) {
            return self.text(url);
        }
        self.tag("<a rel=\"noopener noreferrer nofollow\" href=\"");
        self.text(url);
        self.tag("\">");
        self.text(url);
        self.tag("</a>");
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => self.tag("<p>"),
            // Not a heading of the page.
            Tag::Heading { .. } => self.tag("<p><strong>"),
            Tag::BlockQuote(_) => self.tag("<blockquote>"),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => self.tag("<pre><code>"),
            Tag::List(Some(first)) => drop(write!(self.html, "<ol start=\"{first}\">")),
            Tag::List(None) => self.tag("<ul>"),
            Tag::Item => self.tag("<li>"),
            Tag::Emphasis => self.tag("<em>"),
            Tag::Strong => self.tag("<strong>"),
            Tag::Strikethrough => self.tag("<s>"),
            // It may be wider than the page.
            Tag::Table(_) => self.tag("<div class=\"scroll\" tabindex=\"0\"><table>"),
            Tag::TableHead => {
                self.is_head = true;
                self.tag("<thead><tr>");
            }
            Tag::TableRow => self.tag("<tr>"),
            Tag::TableCell => self.tag(if self.is_head { "<th scope=\"col\">" } else { "<td>" }),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, ordered: bool) {
        match tag {
            TagEnd::Paragraph => self.tag("</p>"),
            TagEnd::Heading(_) => self.tag("</strong></p>"),
            TagEnd::BlockQuote(_) => self.tag("</blockquote>"),
            TagEnd::CodeBlock => self.tag("</code></pre>"),
            TagEnd::List(_) => self.tag(if ordered { "</ol>" } else { "</ul>" }),
            TagEnd::Item => self.tag("</li>"),
            TagEnd::Emphasis => self.tag("</em>"),
            TagEnd::Strong => self.tag("</strong>"),
            TagEnd::Strikethrough => self.tag("</s>"),
            TagEnd::Table => self.tag("</tbody></table></div>"),
            TagEnd::TableHead => {
                self.is_head = false;
                self.tag("</tr></thead><tbody>");
            }
            TagEnd::TableRow => self.tag("</tr>"),
            TagEnd::TableCell => self.tag(if self.is_head { "</th>" } else { "</td>" }),
            _ => {}
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.html)
    }
}

impl askama::filters::HtmlSafe for Said {}

/// A model's Markdown.
pub fn markdown(text: &str) -> Said {
    let mut said = Said::default();
    // Where the open links and images lead; none: the text is the address.
    let mut links: Vec<Option<String>> = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let is_itself = matches!(link_type, LinkType::Autolink | LinkType::Email);
                links.push((!is_itself).then(|| dest_url.into_string()));
            }
            Event::Start(Tag::Image { dest_url, .. }) => links.push(Some(dest_url.into_string())),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some(Some(url)) = links.pop() {
                    said.address(&url);
                }
            }
            Event::Start(tag) => said.start(&tag),
            Event::End(tag) => said.end(tag, matches!(tag, TagEnd::List(true))),
            Event::Text(text) if matches!(links.last(), Some(None)) => said.anchor(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => said.text(&text),
            Event::Code(text) => {
                said.tag("<code>");
                said.text(&text);
                said.tag("</code>");
            }
            Event::SoftBreak => said.tag("\n"),
            Event::HardBreak => said.tag("<br>"),
            Event::Rule => said.tag("<hr>"),
            _ => {}
        }
    }
    said
}

/// Whether an address is one of the web, with nothing in it that hides another.
fn is_web(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_forms_are_shown() {
        let shown = markdown("# Да\n\n1. *раз*\n2. **два** `x<y`\n\n> ~~нет~~\n\n```js\nalert(1)\n```").to_string();
        let expected = "<p><strong>Да</strong></p><ol start=\"1\"><li><em>раз</em></li><li><strong>два</strong> \
                        <code>x&lt;y</code></li></ol><blockquote><p><s>нет</s></p></blockquote>\
                        <pre><code>alert(1)\n</code></pre>";
        assert_eq!(shown, expected);
        let shown = markdown("|a|<b>|\n|-|-|\n|1|**2**|").to_string();
        let expected = "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">a</th>\
                        <th scope=\"col\">&lt;b&gt;</th></tr></thead><tbody><tr><td>1</td><td><strong>2</strong></td>\
                        </tr></tbody></table></div>";
        assert_eq!(shown, expected);
        assert_eq!(Said::plain("a<b>\n'\"&").to_string(), "a&lt;b&gt;\n&#39;&quot;&amp;");
    }

    #[test]
    fn links_show_where_they_lead_and_only_those_of_the_web_can_be_followed() {
        let shown = markdown("[банк](https://evil.example/?a=1&b=\"2) <https://one.example>").to_string();
        assert!(
            shown.contains("банк (<a rel=\"noopener noreferrer nofollow\" href=\"https://evil.example/?a=1&amp;b="),
            "{shown}"
        );
        assert!(shown.contains("href=\"https://one.example\">https://one.example</a>"), "{shown}");
        for hostile in [
            "[x](javascript:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "[x](vbscript:x)",
            "<javascript:alert(1)>",
            "[x](//evil.example)",
            "[x](\tjavascript:alert(1))",
        ] {
            let shown = markdown(hostile).to_string();
            assert!(!shown.contains("href"), "{hostile}: {shown}");
        }
    }

    #[test]
    fn nothing_is_loaded_and_no_html_gets_through() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "![x](https://evil.example/pixel.png)",
            "![x](https://evil.example/\"onload=alert(1))",
            "<svg/onload=alert(1)>",
            "<style>*{background:url(//evil)}</style>",
            "[a]: https://evil.example \"t\"\n\n![b][a]",
            "```<script>\n</code></pre><script>alert(1)</script>\n```",
        ] {
            let shown = markdown(hostile).to_string();
            for raw in ["<script", "<img", "<svg", "<style", " src=\"", "onload=\"", "<iframe"] {
                assert!(!shown.contains(raw), "{raw} of {hostile}: {shown}");
            }
        }
    }
}
