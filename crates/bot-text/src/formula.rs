//! LaTeX in `\( … \)` and `\[ … \]`.
//!
//! Models love these delimiters, Markdown doesn't know them: it would unescape the backslashes and
//! take the formula's `_` and `*` for emphasis. So formulas leave the source before it is parsed,
//! each for a placeholder, and come back when the text is written.

use std::borrow::Cow;

/// A placeholder is a formula's number between these two. They are no characters (Unicode, 23.7
/// "Noncharacters"), so `clean` has taken them out of the source.
const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';

/// A source without its formulas.
pub(crate) struct Hidden<'a> {
    pub(crate) source: Cow<'a, str>,
    formulas: Vec<&'a str>,
}

/// A piece of a text in which formulas were hidden.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// With its delimiters.
    Formula(&'a str),
}

/// Takes the formulas out.
pub(crate) fn hide(source: &str) -> Hidden<'_> {
    let mut hidden = String::new();
    let mut formulas = Vec::new();
    let (mut copied, mut at) = (0, 0);
    // Up to where no closing delimiter is found: of parentheses, of brackets. What stopped one
    // search stops all that begin before it, so each byte is searched once.
    let mut hopeless = [0; 2];
    while let Some(start) = source[at..].find('\\').map(|found| at + found) {
        let (kind, close) = match source.as_bytes().get(start + 1) {
            Some(b'(') => (0, b')'),
            Some(b'[') => (1, b']'),
            next => {
                at = start + 1 + usize::from(next.is_some_and(u8::is_ascii));
                continue;
            }
        };
        at = start + 2;
        if start < hopeless[kind] {
            continue;
        }
        match find_end(source, at, close) {
            Ok(end) if source[at..end - 2].trim().is_empty() => {}
            Ok(end) => {
                hidden.push_str(&source[copied..start]);
                hidden.push_str(&format!("{OPEN}{}{CLOSE}", formulas.len()));
                formulas.push(&source[start..end]);
                (copied, at) = (end, end);
            }
            Err(stop) => hopeless[kind] = stop,
        }
    }
    if formulas.is_empty() {
        return Hidden { source: Cow::Borrowed(source), formulas };
    }
    hidden.push_str(&source[copied..]);
    Hidden { source: Cow::Owned(hidden), formulas }
}

/// The end of the formula whose inside begins at `from`. A formula ends with its paragraph, and
/// holds no backtick (which would be of a code span about LaTeX) and no mark of a quotation.
fn find_end(source: &str, from: usize, close: u8) -> Result<usize, usize> {
    let bytes = source.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if bytes.get(at + 1) == Some(&close) => return Ok(at + 2),
            b'\\' => at += 1,
            b'`' => return Err(at),
            b'\n' => match source[at + 1..].trim_start_matches([' ', '\t']).bytes().next() {
                None | Some(b'\n' | b'>') => return Err(at),
                Some(_) => {}
            },
            _ => {}
        }
        at += 1;
    }
    Err(source.len())
}

impl<'a> Hidden<'a> {
    /// A text of the parsed source, in pieces.
    pub(crate) fn pieces<'b>(&'b self, mut text: &'b str) -> impl Iterator<Item = Piece<'b>> {
        std::iter::from_fn(move || {
            if text.is_empty() {
                return None;
            }
            if let Some((formula, rest)) = self.placeholder(text) {
                text = rest;
                return Some(Piece::Formula(formula));
            }
            let first = text.chars().next().map_or(0, char::len_utf8);
            let end = text[first..].find(OPEN).map_or(text.len(), |found| first + found);
            let (before, rest) = text.split_at(end);
            text = rest;
            Some(Piece::Text(before))
        })
    }

    /// A text of the parsed source as it was.
    pub(crate) fn literal<'b>(&self, text: &'b str) -> Cow<'b, str> {
        self.join(text, Cow::Borrowed)
    }

    /// A URL of the parsed source: in it, `\(` was only an escaped parenthesis.
    pub(crate) fn url<'b>(&self, url: &'b str) -> Cow<'b, str> {
        self.join(url, |formula| Cow::Owned(formula.replace('\\', "")))
    }

    fn join<'b>(&self, text: &'b str, show: impl Fn(&'a str) -> Cow<'a, str>) -> Cow<'b, str> {
        if !text.contains(OPEN) {
            return Cow::Borrowed(text);
        }
        let mut joined = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(found) = rest.find(OPEN) {
            joined.push_str(&rest[..found]);
            rest = &rest[found..];
            match self.placeholder(rest) {
                Some((formula, after)) => {
                    joined.push_str(&show(formula));
                    rest = after;
                }
                None => rest = &rest[OPEN.len_utf8()..],
            }
        }
        joined.push_str(rest);
        Cow::Owned(joined)
    }

    /// The formula whose placeholder the text begins with, and what follows.
    fn placeholder<'b>(&self, text: &'b str) -> Option<(&'a str, &'b str)> {
        let (number, rest) = text.strip_prefix(OPEN)?.split_once(CLOSE)?;
        Some((*self.formulas.get(number.parse::<usize>().ok()?)?, rest))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::both(r"a \(x_1\) b \[y_2\]", &[r"\(x_1\)", r"\[y_2\]"])]
    #[case::lines("\\[\na\n\\]", &["\\[\na\n\\]"])]
    #[case::escapes(r"\\(a\\) \(a \\ b\)", &[r"\(a \\ b\)"])]
    #[case::unclosed(r"\(a \[b\]", &[r"\[b\]"])]
    #[case::ends_with_its_paragraph("\\(a\n \nb\\)", &[])]
    #[case::code_about_latex(r"`\(` and `\)`", &[])]
    #[case::empty(r"\(\) \[ \]", &[])]
    #[case::at_the_end("a\\", &[])]
    #[case::multibyte("\\я \\(я\\)", &["\\(я\\)"])]
    fn formulas(#[case] source: &str, #[case] expected: &[&str]) {
        let hidden = hide(source);
        assert_eq!(hidden.formulas, expected);
        assert_eq!(hidden.literal(&hidden.source), source);
        let shown = hidden.pieces(&hidden.source).map(|piece| match piece {
            Piece::Text(text) | Piece::Formula(text) => text,
        });
        assert_eq!(shown.collect::<String>(), source);
    }
}
