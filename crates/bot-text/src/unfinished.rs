//! The end of an answer that still streams.
//!
//! The parser closes blocks by itself (a fence ends with the document). What is begun within the last
//! line is not seen as what it will be: it is closed here, or left out as long as nobody can tell.

use std::borrow::Cow;

/// Closes or leaves out what the last line begins.
pub(crate) fn mend(markdown: &str) -> Cow<'_, str> {
    let mut lines = markdown.trim_end();
    if is_in_fence(lines) {
        // All that can be unfinished here is the closing fence.
        let last = last_line(lines);
        let is_fence = !last.is_empty() && last.trim().trim_matches(['`', '~']).is_empty();
        return Cow::Borrowed(if is_fence { &lines[..lines.len() - last.len()] } else { lines });
    }
    while is_undecided(lines) {
        lines = lines[..lines.len() - last_line(lines).len()].trim_end();
    }
    let last = last_line(lines);
    let before = &lines[..lines.len() - last.len()];
    Cow::Owned(format!("{before}{}", close(last)))
}

/// Is the end inside a fenced code block?
fn is_in_fence(markdown: &str) -> bool {
    let mut fence: Option<&str> = None;
    for line in markdown.lines() {
        let line = line.trim_start_matches(|char: char| char.is_whitespace() || "-*+>.0123456789".contains(char));
        let length = line.len() - line.trim_start_matches(['`', '~']).len();
        let (run, info) = line.split_at(length);
        match fence {
            None if length >= 3 && !info.contains('`') => fence = Some(run),
            Some(open) if run.starts_with(open) && info.trim().is_empty() => fence = None,
            _ => {}
        }
    }
    fence.is_some()
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default()
}

/// May the last line become something else? It does if it is nothing but marks (of a list, a box to
/// tick, a heading, a rule), or the first row of what may become a table.
fn is_undecided(text: &str) -> bool {
    let last = last_line(text).trim();
    let before = text.rsplit('\n').nth(1).unwrap_or_default().trim_start();
    let has_box = last.contains('[');
    let is_mark = |char: char| {
        char.is_whitespace() || "-=*_#>+~`|:[]!.()\\<$".contains(char) || has_box && char.eq_ignore_ascii_case(&'x')
    };
    let is_number =
        last.strip_suffix(['.', ')']).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let is_first_row = last.starts_with('|') && !before.starts_with('|');
    !last.is_empty() && (is_first_row || is_number || last.chars().all(is_mark))
}

/// The line with everything in it closed.
fn close(line: &str) -> String {
    // The runs that are open (of which character, how many), and the brackets (where).
    let mut styles: Vec<(char, usize)> = Vec::new();
    let mut brackets: Vec<usize> = Vec::new();
    // What is shown of the line, but for `hidden` places, and what closes a code span.
    let (mut end, mut hidden, mut backticks) = (line.len(), Vec::new(), "");
    let mut at = 0;
    while at < end {
        let rest = &line[at..];
        let Some(char) = rest.chars().next() else { break };
        at += char.len_utf8();
        match char {
            '\\' => at += line[at..].chars().next().map_or(0, char::len_utf8),
            '`' => {
                let run = run(rest, char);
                match find_run(&rest[run.len()..], run.len()) {
                    Some(length) => at += run.len() - 1 + length,
                    None if run.len() == rest.len() => end -= run.len(),
                    None => (at, backticks) = (end, run),
                }
            }
            '*' | '_' | '~' => {
                let run = run(rest, char);
                let before = line[..at - 1].chars().next_back();
                at += run.len() - 1;
                match style(&mut styles, run, before, line[at..].chars().next()) {
                    Seen::Whole => {}
                    Seen::Half => end -= run.len(),
                }
            }
            '[' => brackets.push(at - 1),
            ']' => {
                let bracket = brackets.pop();
                let target = line[at..].strip_prefix('(').map(|target| target.find(')'));
                match (bracket, target) {
                    (Some(_), Some(Some(length))) => at += 1 + length + 1,
                    // Half a URL: only the link's text is shown.
                    (Some(bracket), Some(None)) => {
                        hidden.push(bracket);
                        end = at - 1;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    hidden.extend(brackets);
    hidden.sort_unstable();
    let mut closed = String::with_capacity(end + 8);
    let mut copied = 0;
    for bracket in hidden {
        closed.push_str(&line[copied..bracket]);
        if closed.ends_with('!') {
            closed.pop();
        }
        copied = bracket + 1;
    }
    closed.push_str(&line[copied.min(end)..end]);
    closed.truncate(closed.trim_end().len());
    closed.push_str(backticks);
    closed.extend(styles.iter().rev().flat_map(|&(char, count)| std::iter::repeat_n(char, count)));
    closed
}

/// What a run of `*`, `_` or `~` is.
enum Seen {
    /// It opened, closed or meant nothing.
    Whole,
    /// It ends the line, and more of it may come.
    Half,
}

/// Opens or closes a style (after CommonMark, 6.2: left-flanking runs open, right-flanking ones
/// close, and underscores inside a word do neither).
fn style(styles: &mut Vec<(char, usize)>, run: &str, before: Option<char>, after: Option<char>) -> Seen {
    let Some(char) = run.chars().next() else { return Seen::Whole };
    let is_word = |side: Option<char>| char == '_' && side.is_some_and(char::is_alphanumeric);
    let touches = |side: Option<char>| side.is_some_and(|char| !char.is_whitespace());
    match styles.last_mut() {
        Some((open, left)) if *open == char && touches(before) && !is_word(after) => {
            if after.is_none() && run.len() < *left {
                return Seen::Half;
            }
            *left = left.saturating_sub(run.len());
            if *left == 0 {
                styles.pop();
            }
            Seen::Whole
        }
        _ if touches(after) && !is_word(before) => {
            styles.push((char, run.len().min(3)));
            Seen::Whole
        }
        _ if after.is_none() => Seen::Half,
        _ => Seen::Whole,
    }
}

/// The run of one character that the text begins with.
fn run(text: &str, char: char) -> &str {
    &text[..text.len() - text.trim_start_matches(char).len()]
}

/// The end of the next run of exactly so many backticks.
fn find_run(text: &str, count: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let run = run(&text[at + found..], '`').len();
        at += found + run;
        if run == count {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::finished("a **b** `c` [d](https://e.f) *g*.", "a **b** `c` [d](https://e.f) *g*.")]
    #[case::bold("a **bo", "a **bo**")]
    #[case::bold_opens("a **", "a")]
    #[case::bold_half_closed("a **bold*", "a **bold**")]
    #[case::nested("**a _b", "**a _b_**")]
    #[case::bold_italic("***a", "***a***")]
    #[case::code("a `b *c", "a `b *c`")]
    #[case::code_in_bold("**a `b", "**a `b`**")]
    #[case::code_opens("a `", "a")]
    #[case::link_text("a [li", "a li")]
    #[case::link("a [link]", "a [link]")]
    #[case::link_url("a [link](https://ex", "a link")]
    #[case::image("a ![im", "a im")]
    #[case::words("snake_case 2 * 3", "snake_case 2 * 3")]
    #[case::escaped(r"\*a \[b", r"\*a \[b")]
    #[case::list("a\n- b\n-", "a\n- b")]
    #[case::number("a\n2.", "a")]
    #[case::tick("a\n- [x", "a")]
    #[case::underline("a\n--", "a")]
    #[case::first_row("a\n\n| b | c", "a")]
    #[case::half_a_rule("a\n\n| b | c |\n|--", "a")]
    #[case::table("| b |\n|---|\n| c", "| b |\n|---|\n| c")]
    #[case::in_a_fence("```\n**a [b", "```\n**a [b")]
    #[case::half_a_fence("```\na\n``", "```\na\n")]
    #[case::after_a_fence("```\na\n```\n**b", "```\na\n```\n**b**")]
    #[case::marks_only("**", "")]
    fn mended(#[case] source: &str, #[case] expected: &str) {
        assert_eq!(mend(source), expected);
    }
}
