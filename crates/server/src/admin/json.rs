//! JSON made readable: indented, and in pieces that a page colours. The text is taken as it is, to the character.

/// A piece of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is: the class that colours it.
    pub class: &'static str,
    /// As it is shown.
    pub text: String,
}

/// The pieces of a JSON text. What is no JSON comes out as it is.
pub fn pieces(json: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut depth = 0_usize;
    let mut rest = json.trim();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_end(rest),
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            _ => rest.find(['"', '{', '}', '[', ']', ',', ':']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        rest = after.trim_start();
        let (class, text) = match first {
            '"' if rest.starts_with(':') => ("j-key", token.to_owned()),
            '"' => ("j-text", token.to_owned()),
            '{' | '[' if rest.starts_with(['}', ']']) => {
                let (end, after) = rest.split_at(1);
                rest = after.trim_start();
                ("j-mark", format!("{token}{end}"))
            }
            '{' | '[' => {
                depth += 1;
                ("j-mark", format!("{token}{}", line(depth)))
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                ("j-mark", format!("{}{token}", line(depth)))
            }
            ',' => ("j-mark", format!(",{}", line(depth))),
            ':' => ("j-mark", ": ".to_owned()),
            _ => ("j-value", token.trim_end().to_owned()),
        };
        pieces.push(Piece { class, text });
    }
    pieces
}

/// The length of the string at the beginning.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

fn line(depth: usize) -> String {
    // Deeper than this nothing is any clearer.
    format!("\n{}", "  ".repeat(depth.min(40)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        pieces(json).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn it_is_indented_and_nothing_is_lost() {
        let json = r#"{"a":[1, -2.5e3,true],"б\"":{"c":[],"d":{}} , "e":"{x:[y],}"}"#;
        let expected = "{\n  \"a\": [\n    1,\n    -2.5e3,\n    true\n  ],\n  \"б\\\"\": {\n    \"c\": [],\n    \"d\": {}\n  },\n  \
                        \"e\": \"{x:[y],}\"\n}";
        assert_eq!(shown(json), expected);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(expected), value(json));
        let classes: Vec<_> = pieces(r#"{"k":"v","n":null}"#).into_iter().map(|piece| piece.class).collect();
        let expected = ["j-mark", "j-key", "j-mark", "j-text", "j-mark", "j-key", "j-mark", "j-value", "j-mark"];
        assert_eq!(classes, expected);
    }

    #[test]
    fn what_is_no_json_comes_out_as_well() {
        for text in ["", "\"open \\", "}}]]", "<html>", "{\"a\":", "ёж"] {
            assert_eq!(shown(text).split_whitespace().collect::<String>(), text.split_whitespace().collect::<String>());
        }
        assert!(shown(&"[".repeat(10_000)).len() < 2_000_000);
    }
}
