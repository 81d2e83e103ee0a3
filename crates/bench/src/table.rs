//! The table: a line a party, and the targets under them.

use crate::first_token::FirstToken;
use crate::report::{Report, Row};
use crate::starts::Starts;
use crate::streams::Streams;

/// Less idle time than this before the run means that somebody else was at work.
const QUIET: f64 = 0.9;
/// More time than this spent by others during a part spoils it.
const FOREIGN: f64 = 0.1;
/// Columns, then what ours are to reach.
const HEAD: [&str; 5] =
    ["added time to first token, c=1", "turns of 50 tokens", "slow streams", "memory idle, start", "persists"];
const TARGETS: [&str; 5] = [
    "p50 ≤ 1 ms, p99 ≤ 5 ms",
    "SQLite: ≥ 50 % of the pass-through; none lost, no error",
    "≤ 50 KB each, no error",
    "≤ 40 MB, ready ≤ 200 ms, binary ≤ 40 MB",
    "every turn, durably",
];

impl Report {
    /// The conditions, the table and its details.
    pub(crate) fn markdown(&self) -> String {
        let mut lines = self.conditions();
        lines.push(String::new());
        lines.extend(head("", &HEAD));
        lines.push(cells("pass-through", &self.bare_cells()));
        let ours = self.rows.iter();
        lines.extend(ours.map(|row| cells(&row.party, &self.row_cells(row))));
        lines.push(cells("target", &TARGETS.map(str::to_owned)));
        for details in [self.growth(), self.times(), self.spent(), self.reasons()] {
            if !details.is_empty() {
                lines.push(String::new());
                lines.extend(details);
            }
        }
        lines.join("\n")
    }

    /// What has to be known to read the figures.
    fn conditions(&self) -> Vec<String> {
        let c = &self.conditions;
        let parts = self.rows.iter().chain([&self.bare]).flat_map(Row::spent);
        let measurable = parts.filter(|(_, _, spent)| spent.wall_seconds >= 1.0);
        let foreign = measurable.map(|(_, _, spent)| spent.foreign).fold(0.0, f64::max);
        let verdict = match c.idle_before >= QUIET && foreign <= FOREIGN {
            true => "a quiet run",
            false => "**a noisy run: measure again**",
        };
        let (idle, foreign) = (c.idle_before * 100.0, foreign * 100.0);
        let mut lines = vec![
            format!("- {} build, {}, a durable 4 KB write {:.2} ms", c.build, c.processors, c.sync_ms),
            format!(
                "- {idle:.0} % idle before; others took at most {foreign:.0} % of the machine during a part: {verdict}"
            ),
            format!(
                "- first token: {} rounds of one request directly, one through the pass-through, one to the service",
                c.requests
            ),
            format!(
                "- turns: c={} for {} s; slow streams: {} tokens, one every {} ms",
                c.clients, c.seconds, c.slow_tokens, c.slow_ms
            ),
        ];
        if c.build != "release" {
            lines.push("- **not a release build: the figures say nothing**".to_owned());
        }
        lines
    }

    /// The pass-through's speed is what was measured beside the service's, each time.
    fn bare_cells(&self) -> [String; 5] {
        let firsts = || self.rows.iter().filter_map(|row| row.first_token.as_ref());
        let loads = || self.rows.iter().filter_map(|row| row.bare_turns.as_ref());
        let p50 = range(firsts().map(|first| first.bare_added.p50), 2);
        let p99 = range(firsts().map(|first| first.bare_added.p99), 2);
        let first = p50.zip(p99);
        let rate = range(loads().map(|load| load.per_second), 0);
        let errors: usize = loads().map(|load| load.errors).sum();
        let idle = self.bare.idle_kb.map(|kb| format!("{:.0} MB", megabytes(kb)));
        [
            first.map_or(String::new(), |(p50, p99)| format!("p50 {p50} ms, p99 {p99} ms")),
            rate.map_or(String::new(), |rate| format!("{rate}/s, {errors} errors")),
            self.bare.streams.as_ref().map_or(String::new(), bare_streams_cell),
            idle.unwrap_or_default(),
            "nothing".to_owned(),
        ]
    }

    fn row_cells(&self, row: &Row) -> [String; 5] {
        let streams = row.streams.as_ref();
        [
            row.first_token.as_ref().map_or(String::new(), first_token_cell),
            turns_cell(row).unwrap_or_default(),
            streams.map_or(String::new(), |streams| self.streams_cell(streams)),
            row.starts.as_ref().map_or(String::new(), starts_cell),
            "every turn".to_owned(),
        ]
    }

    fn streams_cell(&self, streams: &Streams) -> String {
        let bare = self.bare.streams.as_ref();
        let ratio = bare.map_or(String::new(), |bare| format!(" (×{:.1})", streams.kb_each / bare.kb_each.max(0.1)));
        let sound = mark(streams.errors == 0 && streams.open_at_once == streams.asked);
        let memory = mark(streams.kb_each <= 50.0);
        format!("{}; memory {memory}{ratio}, streams {sound}", bare_streams_cell(streams))
    }
}

fn first_token_cell(first: &FirstToken) -> String {
    let (p50, p99) = (first.service_added.p50, first.service_added.p99);
    let ratio = p50 / first.bare_added.p50.max(0.01);
    let (middle, tail) = (mark(p50 <= 1.0), mark(p99 <= 5.0));
    format!("p50 {p50:.2} ms {middle} (×{ratio:.1}), p99 {p99:.2} ms {tail}")
}

fn turns_cell(row: &Row) -> Option<String> {
    let (load, share) = (row.turns.as_ref()?, row.share()?);
    // Only on SQLite is the rate a target.
    let reached = match row.database {
        "SQLite" => mark(share >= 0.5),
        _ => "of the pass-through",
    };
    let (lost, errors) = (load.lost, load.errors);
    let sound = mark(lost == 0 && errors == 0);
    let (rate, share) = (load.per_second, share * 100.0);
    Some(format!("{rate:.0}/s, {share:.0} % {reached}; {lost} lost, {errors} errors {sound}"))
}

fn bare_streams_cell(streams: &Streams) -> String {
    format!(
        "{} ({} at once), {} errors, first token p99 {:.0} ms, {:.0} MB: {:.0} KB each",
        streams.asked,
        streams.open_at_once,
        streams.errors,
        streams.first_token.p99,
        megabytes(streams.peak_kb),
        streams.kb_each,
    )
}

fn starts_cell(starts: &Starts) -> String {
    let (idle, binary) = (megabytes(starts.idle_kb), megabytes(starts.binary_bytes / 1024));
    format!(
        "{idle:.0} MB {}, ready {:.0} ms {} (fastest {:.0}, first ever {:.0}), binary {binary:.0} MB {}",
        mark(idle <= 40.0),
        starts.median_ms,
        mark(starts.median_ms <= 200.0),
        starts.fastest_ms,
        starts.first_ms,
        mark(binary <= 40.0),
    )
}

/// The first two lines of a table.
pub(crate) fn head(first: &str, columns: &[&str]) -> [String; 2] {
    let rule = "|---".repeat(columns.len() + 1) + "|";
    [format!("| {first} | {} |", columns.join(" | ")), rule]
}

/// A line of a table.
pub(crate) fn cells(first: &str, cells: &[String]) -> String {
    format!("| {first} | {} |", cells.join(" | "))
}

/// Whether a target was reached.
pub(crate) fn mark(reached: bool) -> &'static str {
    if reached { "✓" } else { "✗" }
}

/// The least and the most of the figures, or the only one.
fn range(figures: impl Iterator<Item = f64> + Clone, digits: usize) -> Option<String> {
    let least = figures.clone().reduce(f64::min)?;
    let most = figures.reduce(f64::max)?;
    let (least, most) = (format!("{least:.digits$}"), format!("{most:.digits$}"));
    Some(if least == most { least } else { format!("{least}–{most}") })
}

fn megabytes(kb: u64) -> f64 {
    f64::from(u32::try_from(kb).unwrap_or(u32::MAX)) / 1024.0
}
