//! Server-sent events (HTML standard, 9.2), from network chunks cut anywhere.
//!
//! Written here because `eventsource-stream` 0.2.3 panics on a byte order mark (it slices the
//! three-byte character at 1), stalls and grows without bound after one invalid byte, bounds
//! nothing, and drops a last event that lacks its empty line.

use std::{borrow::Cow, mem};

use bytes::{Buf, Bytes};

/// The largest event, in bytes.
const LARGEST: usize = 1024 * 1024;

const BOM: &[u8] = "\u{FEFF}".as_bytes();

/// One event.
#[derive(Debug, PartialEq)]
pub(crate) struct Event<'a> {
    /// The `event:` field; empty if there was none.
    pub(crate) name: Cow<'a, str>,
    /// The `data:` lines, joined by line feeds. Invalid UTF-8 is replaced.
    pub(crate) data: Cow<'a, str>,
}

/// An event exceeds 1 MiB.
#[derive(Debug, PartialEq)]
pub(crate) struct TooLarge;

/// Takes chunks in, gives events out.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// What has not been looked at.
    chunk: Bytes,
    /// The line that is being read.
    line: Vec<u8>,
    /// The last line ended with CR: a LF that follows belongs to it.
    after_cr: bool,
    /// The first line, which may begin with a byte order mark, has been read.
    begun: bool,
    name: Vec<u8>,
    data: Vec<u8>,
    /// There was a `data` field, if only an empty one.
    has_data: bool,
    /// The event was given out: begin a new one.
    given: bool,
}

impl Events {
    /// Adds what came next. Everything before it must have been read with [`next`](Self::next).
    pub(crate) fn push(&mut self, chunk: Bytes) {
        debug_assert!(self.chunk.is_empty(), "events are read before more is pushed");
        self.chunk = chunk;
    }

    /// The next whole event; `None` when more must be pushed first.
    pub(crate) fn next(&mut self) -> Result<Option<Event<'_>>, TooLarge> {
        self.clear();
        while !self.chunk.is_empty() {
            if mem::take(&mut self.after_cr) && self.chunk[0] == b'\n' {
                self.chunk.advance(1);
                continue;
            }
            let end = self.chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let length = end.unwrap_or(self.chunk.len());
            if self.line.len() + self.data.len() + length > LARGEST {
                return Err(TooLarge);
            }
            self.line.extend_from_slice(&self.chunk[..length]);
            self.after_cr = end.is_some_and(|end| self.chunk[end] == b'\r');
            self.chunk.advance(length + usize::from(end.is_some()));
            if end.is_some() && self.end_line() {
                return Ok(Some(self.event()));
            }
        }
        // Even empty, it would keep the connection from using its buffer again.
        self.chunk = Bytes::new();
        Ok(None)
    }

    /// The event that the stream's end completes: lenient, for servers that omit the empty line.
    pub(crate) fn last(&mut self) -> Option<Event<'_>> {
        self.clear();
        (self.end_line() || self.end_line()).then(|| self.event())
    }

    /// Takes the line in. Was it the empty one after an event with data?
    fn end_line(&mut self) -> bool {
        let mut line = self.line.as_slice();
        if !mem::replace(&mut self.begun, true) {
            line = line.strip_prefix(BOM).unwrap_or(line);
        }
        if line.is_empty() {
            self.given = true;
            self.line.clear();
            return self.has_data || {
                self.clear();
                false
            };
        }
        let (field, value) = match line.iter().position(|&byte| byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            // A comment has no name; `id` and `retry` are for clients that reconnect.
            _ => {}
        }
        self.line.clear();
        false
    }

    fn event(&self) -> Event<'_> {
        Event { name: String::from_utf8_lossy(&self.name), data: String::from_utf8_lossy(&self.data) }
    }

    fn clear(&mut self) {
        if mem::take(&mut self.given) {
            self.name.clear();
            self.data.clear();
            self.has_data = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(bytes: &[u8], cut: usize) -> Vec<(String, String)> {
        let mut events = Events::default();
        let mut read = Vec::new();
        let mut keep = |event: Event<'_>| read.push((event.name.to_string(), event.data.to_string()));
        for chunk in bytes.chunks(cut) {
            events.push(Bytes::copy_from_slice(chunk));
            while let Some(event) = events.next().unwrap() {
                keep(event);
            }
        }
        if let Some(event) = events.last() {
            keep(event);
        }
        read
    }

    #[rstest]
    #[case::plain("data: a\n\ndata: b\n\n", &[("", "a"), ("", "b")])]
    #[case::crlf("data: a\r\n\r\ndata: b\r\n\r\n", &[("", "a"), ("", "b")])]
    #[case::cr("data: a\r\rdata: b\r\r", &[("", "a"), ("", "b")])]
    #[case::byte_order_mark("\u{FEFF}data: a\n\n", &[("", "a")])]
    #[case::comments(": ping\n\ndata: a\n: ping\n\n:\n\n", &[("", "a")])]
    #[case::named("event: ping\n\nevent: e\ndata: a\n\ndata: b\n\n", &[("e", "a"), ("", "b")])]
    #[case::several_lines("data: {\ndata:  1\ndata:}\n\n", &[("", "{\n 1\n}")])]
    #[case::other_fields("id: 1\nretry: 5\ndata\nnonsense\n\n", &[("", "")])]
    #[case::no_space("data:a:b\n\n", &[("", "a:b")])]
    #[case::no_empty_line_at_the_end("data: a\n\ndata: b\n", &[("", "a"), ("", "b")])]
    #[case::no_line_end_at_the_end("data: a\n\ndata: b", &[("", "a"), ("", "b")])]
    #[case::unicode("data: Привет 👋 世界\n\n", &[("", "Привет 👋 世界")])]
    fn events(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
        for cut in 1..=text.len() {
            let read = read(text.as_bytes(), cut);
            let read: Vec<_> = read.iter().map(|(name, data)| (name.as_str(), data.as_str())).collect();
            assert_eq!(read, expected, "cut every {cut} bytes");
        }
    }

    #[test]
    fn invalid_utf8_is_replaced_where_it_stands() {
        assert_eq!(read(b"data: a\xFFb\n\ndata: c\n\n", 3).len(), 2);
        assert_eq!(read(b"data: a\xFFb\n\n", 3)[0].1, "a\u{FFFD}b");
    }

    #[test]
    fn an_event_is_bounded_however_it_is_cut() {
        let mut events = Events::default();
        let line = Bytes::from([b"data: ", vec![b'x'; 1000].as_slice(), b"\n"].concat());
        let refused = (0..2000).position(|_| {
            events.push(line.clone());
            events.next().is_err()
        });
        assert!((1000..1100).contains(&refused.unwrap()));
    }
}
