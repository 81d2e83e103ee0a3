//! Tables: aligned in monospace if they are narrow enough for a phone, else as a list.

use pulldown_cmark::Alignment;
use unicode_width::UnicodeWidthStr;

use crate::{
    Kind,
    writer::{BULLET, Rendering, Writer},
};

/// The widest table that is shown as one, in columns of monospace. A phone shows about 40 before it
/// wraps the lines, which makes a table unreadable.
const WIDEST: usize = 44;

/// The indentation of a row's lines after the first, which has the bullet.
pub(crate) const INDENT: usize = 3;

/// A table as it is read: rows of cells, the header first.
#[derive(Debug)]
pub(crate) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Rendering>>,
    /// The indentation of the lines around it.
    indent: usize,
}

impl Table {
    pub(crate) fn new(alignments: Vec<Alignment>, indent: usize) -> Self {
        Self { alignments, rows: Vec::new(), indent }
    }

    pub(crate) fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(crate) fn cell(&mut self, cell: Rendering) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self.aligned() {
            Some(text) => writer.pre(None, &text),
            None => self.write_list(writer),
        }
    }

    /// The table in monospace, if it fits and nothing is lost by it.
    fn aligned(&self) -> Option<String> {
        let plain = |cell: &Rendering| {
            !cell.text.contains('\n') && !cell.spans.iter().any(|span| matches!(span.kind, Kind::TextLink { .. }))
        };
        if !self.rows.iter().flatten().all(plain) {
            return None;
        }
        let widths = self.widths()?;
        let mut lines: Vec<String> = self.rows.iter().map(|row| self.line(row, &widths)).collect();
        lines.insert(1, widths.iter().map(|&width| "-".repeat(width)).collect::<Vec<_>>().join("-+-"));
        // Telegram trims what a message begins with, so no line may begin with a space.
        let (first, rule) = if lines.iter().any(|line| line.starts_with(' ')) { ("| ", "|-") } else { ("", "") };
        let framed = lines.iter().enumerate().map(|(number, line)| {
            let frame = if number == 1 { rule } else { first };
            format!("{frame}{line}").trim_end().to_owned()
        });
        Some(framed.collect::<Vec<_>>().join("\n"))
    }

    /// The columns' widths, if together they fit.
    fn widths(&self) -> Option<Vec<usize>> {
        let mut widths = vec![0; self.rows.first()?.len()];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.text.width().max(*width);
            }
        }
        let whole = widths.iter().map(|width| width + " | ".len()).sum::<usize>();
        (whole <= WIDEST + " | ".len()).then_some(widths)
    }

    fn line(&self, row: &[Rendering], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            let space = width.saturating_sub(cell.text.width());
            let left = match self.alignments.get(column) {
                Some(Alignment::Right) => space,
                Some(Alignment::Center) => space / 2,
                _ => 0,
            };
            format!("{}{}{}", " ".repeat(left), cell.text, " ".repeat(space - left))
        });
        cells.collect::<Vec<_>>().join(" | ")
    }

    /// Each row as lines "header: value". An empty cell is left out but in the first row, so that
    /// every header is shown.
    fn write_list(&self, writer: &mut Writer) {
        let Some((headers, rows)) = self.rows.split_first() else { return };
        if rows.is_empty() {
            let shown = headers.iter().filter(|header| !header.text.is_empty());
            shown.for_each(|header| write_item(writer, header));
        }
        for (number, row) in rows.iter().enumerate() {
            writer.indent(self.indent);
            writer.gap(1);
            writer.marker(BULLET);
            writer.indent(self.indent + INDENT);
            for (header, value) in headers.iter().zip(row) {
                if value.text.is_empty() && number > 0 {
                    continue;
                }
                writer.gap(1);
                match (header.text.is_empty(), value.text.is_empty()) {
                    (true, true) => continue,
                    (true, false) => {}
                    (false, _) => {
                        writer.append(header);
                        writer.text(": ");
                    }
                }
                match value.text.is_empty() {
                    true => writer.text("—"),
                    false => writer.append(value),
                }
            }
            writer.end_marker();
        }
        writer.indent(self.indent);
        writer.gap(1);
    }
}

fn write_item(writer: &mut Writer, item: &Rendering) {
    writer.gap(1);
    writer.marker(BULLET);
    writer.append(item);
}
