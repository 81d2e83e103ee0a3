//! What stands under the table: whether figures grew, the raw times, who spent what, what failed.

use crate::quantiles::Quantiles;
use crate::report::{Report, Row};
use crate::table::{cells, head, mark};

/// A figure that is this many times another is still the same.
const GROWN: f64 = 1.2;
/// And so is one within this much of it.
const NOISE_MS: f64 = 0.1;

impl Report {
    /// What a full database and a long dialogue change: nothing, is the target. A rate is taken as
    /// its share of the pass-through's beside it, so that a slower moment changes nothing.
    pub(crate) fn growth(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &self.rows {
            let first = self.rows.iter().find(|first| first.database == row.database);
            let Some(base) = first.filter(|first| first.party != row.party) else {
                continue;
            };
            let mut words = Vec::new();
            if let (Some(was), Some(is)) = (&base.first_token, &row.first_token) {
                let (was, is) = (was.service_added.p50, is.service_added.p50);
                let same = mark(is <= was * GROWN + NOISE_MS);
                words.push(format!("added p50 {was:.2} → {is:.2} ms {same}"));
            }
            if let (Some(was), Some(is)) = (base.share(), row.share()) {
                let same = mark(is * GROWN >= was);
                words.push(format!("turns {:.0} → {:.0} % {same}", was * 100.0, is * 100.0));
            }
            lines.push(format!("- {} → {}: {}", base.party, row.party, words.join(", ")));
        }
        lines
    }

    /// The times as they were measured.
    pub(crate) fn times(&self) -> Vec<String> {
        let columns = [
            "directly",
            "pass-through",
            "service",
            "service, whole turn",
            "service, whole turn, loaded",
            "pass-through, whole turn, loaded",
        ];
        let mut lines = Vec::from(head("milliseconds, p50 / p99", &columns));
        let two = |times: Quantiles| format!("{:.2} / {:.2}", times.p50, times.p99);
        for row in &self.rows {
            let first = row.first_token.as_ref();
            let times = [
                first.map(|first| first.direct),
                first.map(|first| first.bare),
                first.map(|first| first.service),
                first.map(|first| first.service_turn),
                row.turns.as_ref().map(|load| load.turn),
                row.bare_turns.as_ref().map(|load| load.turn),
            ];
            let times = times.map(|times| times.map_or(String::new(), two));
            lines.push(cells(&row.party, &times));
        }
        lines
    }

    /// Processor time, by part and party.
    pub(crate) fn spent(&self) -> Vec<String> {
        let columns = ["processor time a turn", "idle", "others"];
        let mut lines = Vec::from(head("part", &columns));
        let parts = [&self.bare].into_iter().chain(&self.rows).flat_map(Row::spent);
        for (part, turns, spent) in parts {
            let turns = f64::from(u32::try_from(turns.max(1)).unwrap_or(u32::MAX));
            let each = spent.seconds.iter();
            let each = each.map(|(name, s)| format!("{name} {:.2} ms", s * 1000.0 / turns));
            let figures = [
                each.collect::<Vec<_>>().join(", "),
                format!("{:.0} %", spent.idle * 100.0),
                format!("{:.0} %", spent.foreign * 100.0),
            ];
            lines.push(cells(&part, &figures));
        }
        lines
    }

    /// Every reason for an error, and the parts that could not be measured.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for row in self.rows.iter().chain([&self.bare]) {
            let loads = [&row.bare_turns, &row.turns].into_iter().flatten();
            let loads = loads.map(|load| &load.reasons);
            let streams = row.streams.iter().map(|streams| &streams.reasons);
            for (reason, count) in loads.chain(streams).flatten() {
                lines.push(format!("- {}: {count} × {reason}", row.party));
            }
        }
        if self.locked > 0 {
            lines.push(format!("- {} log lines say `is locked` ✗", self.locked));
        }
        for failure in &self.failures {
            lines.push(format!("- not measured: {}", failure.replace('\n', "\n  ")));
        }
        lines
    }
}
