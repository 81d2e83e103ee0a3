//! Plots by day: drawn on the server as SVG that needs neither script nor inline style, with the same figures as a
//! table.

use super::page::Page;
use crate::{db::Day, figures::calendar};

/// The drawing's size, in its own units: as wide as a phone, so that its letters stay readable there.
const WIDTH: i64 = 360;
const HEIGHT: i64 = 190;
/// Where the plot itself stands in it.
const LEFT: i64 = 62;
const RIGHT: i64 = 344;
const TOP: i64 = 10;
const BOTTOM: i64 = 164;
/// Lines that values are read off by.
const LINES: i64 = 4;
/// A label stands below each so many days.
const LABELLED: usize = 7;

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Bars from the ground; those of a later series stand before those of an earlier one, and are half as wide: neither
    /// hides the other.
    Bars,
    /// A line.
    Line,
}

impl Shape {
    /// As scripts know it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Line => "line",
        }
    }
}

/// One figure of each day.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it is.
    pub label: String,
    /// The class that colours it.
    pub class: &'static str,
    /// Its figures; none where there is none.
    pub values: Vec<Option<i64>>,
}

/// A bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The class that colours it.
    pub class: &'static str,
    /// Left edge, upper edge, width, height.
    pub at: [String; 4],
    /// What it says when it is pointed at.
    pub words: String,
}

/// A figure in the table.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The number, for scripts; none where there is none.
    pub value: Option<i64>,
    /// As it is read.
    pub words: String,
}

/// A plot.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Stands in ids of its page.
    pub id: &'static str,
    /// The word for how its series are drawn.
    pub shape: &'static str,
    /// What it shows.
    pub title: String,
    /// Its highest figure in words.
    pub summary: String,
    /// `0 0 width height`.
    pub view_box: String,
    /// What its series are called, and their classes.
    pub legend: Vec<(String, &'static str)>,
    /// Horizontal lines: y, what it stands for, the label.
    pub lines: Vec<(i64, i64, String)>,
    /// Labels below: x, the number of the day, the label.
    pub days: Vec<(String, usize, String)>,
    /// Bars.
    pub bars: Vec<Bar>,
    /// Lines: class, points.
    pub curves: Vec<(&'static str, String)>,
    /// The table: the day and its figures, the newest first.
    pub rows: Vec<(String, Vec<Cell>)>,
}

impl Chart {
    /// Draws series of the days from `first` on. `show` writes a figure in words.
    pub fn new(
        page: &Page,
        id: &'static str,
        title: &str,
        first: Day,
        shape: Shape,
        series: Vec<Series>,
        show: &dyn Fn(i64) -> String,
    ) -> Self {
        let count = series.iter().map(|one| one.values.len()).max().unwrap_or(0);
        let days: Vec<Day> = std::iter::successors(Some(first), |day| Some(calendar::next(*day))).take(count).collect();
        let names: Vec<String> = days.iter().map(|day| day_words(page.lang(), *day)).collect();
        let top = ceiling(series.iter().flat_map(|one| one.values.iter().flatten()).copied().max().unwrap_or(0));
        let x = |index: usize| LEFT as f64 + (RIGHT - LEFT) as f64 * (index as f64 + 0.5) / count.max(1) as f64;
        let y = |value: i64| BOTTOM as f64 - (BOTTOM - TOP) as f64 * value as f64 / top as f64;
        let (mut bars, mut curves) = (Vec::new(), Vec::new());
        let mut width = (RIGHT - LEFT) as f64 / count.max(1) as f64 * 0.72;
        for one in &series {
            let points = one.values.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?)));
            match shape {
                Shape::Bars => bars.extend(points.filter(|(_, value)| *value > 0).map(|(index, value)| Bar {
                    class: one.class,
                    at: [x(index) - width / 2.0, y(value), width, BOTTOM as f64 - y(value)].map(|n| format!("{n:.1}")),
                    words: format!("{}: {} ({})", names[index], show(value), one.label),
                })),
                Shape::Line => {
                    let points: Vec<_> =
                        points.map(|(index, value)| format!("{:.1},{:.1}", x(index), y(value))).collect();
                    curves.push((one.class, points.join(" ")));
                }
            }
            width /= 2.0;
        }
        let highest = series.first().and_then(|one| {
            let points = one.values.iter().enumerate().filter_map(|(index, value)| Some(((*value)?, index)));
            points.max().filter(|(value, _)| *value > 0).map(|(value, index)| (value, index, &one.label))
        });
        let summary = match highest {
            Some((value, index, label)) => {
                format!("{label}, {}: {} ({})", page.t("chart-highest"), show(value), names[index])
            }
            None => page.t("chart-nothing"),
        };
        let lines = (0..=LINES).map(|n| top / LINES * n).map(|value| (y(value).round() as i64, value, show(value)));
        let labelled = names.iter().enumerate().rev().step_by(LABELLED);
        let days = labelled.map(|(index, name)| (format!("{:.1}", x(index)), index, short(name).to_owned()));
        let rows = names.iter().enumerate().rev().map(|(index, name)| {
            let cell = |one: &Series| {
                let value = one.values.get(index).copied().flatten();
                Cell { value, words: value.map_or_else(|| "—".to_owned(), show) }
            };
            (name.clone(), series.iter().map(cell).collect())
        });
        Self {
            id,
            shape: shape.as_str(),
            title: page.t(title),
            summary,
            view_box: format!("0 0 {WIDTH} {HEIGHT}"),
            lines: lines.collect(),
            days: days.collect(),
            bars,
            curves,
            rows: rows.collect(),
            legend: series.into_iter().map(|one| (one.label, one.class)).collect(),
        }
    }
}

/// A day in words.
pub fn day_words(lang: &str, day: Day) -> String {
    day.0.strftime(if lang == "ru" { "%d.%m.%Y" } else { "%-d %b %Y" }).to_string()
}

/// Without the year.
fn short(day: &str) -> &str {
    day.get(..day.len().saturating_sub(5)).unwrap_or(day)
}

/// The least number of few digits that is not below the highest figure and that the lines divide.
fn ceiling(highest: i64) -> i64 {
    let mut scale = LINES;
    loop {
        for step in [1, 2, 5] {
            if let Some(top) = scale.checked_mul(step).filter(|top| *top >= highest) {
                return top;
            }
        }
        match scale.checked_mul(10) {
            Some(next) => scale = next,
            None => return i64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_at_round_numbers() {
        for (highest, top) in [(0, 4), (4, 4), (5, 8), (17, 20), (21, 40), (1_900, 2_000), (2_001, 4_000)] {
            assert_eq!(ceiling(highest), top, "{highest}");
        }
        assert!(ceiling(i64::MAX) >= i64::MAX / 2);
        assert_eq!((short("05.03.2026"), short("5 Mar 2026")), ("05.03", "5 Mar"));
    }
}
