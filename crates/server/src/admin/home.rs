//! `/admin`: the dashboard, what goes on and what is wrong.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    Result,
    chart::{Chart, Series, Shape},
    extract::Allowed,
    page::{Page, render},
};
use crate::{
    figures::{
        overview::{DayFigures, Overview, Share},
        trouble::{MOST, Trouble},
    },
    http::Edge,
    staff::role::{Permission, Role, demand},
};

#[derive(Template)]
#[template(path = "admin/home.html")]
struct Home {
    page: Page,
    role: Role,
    /// What the role allows, in words.
    allowed: Vec<String>,
    zone: String,
    overview: std::sync::Arc<Overview>,
    trouble: Trouble,
    charts: Vec<Chart>,
    tables: Vec<Table>,
    shows_money: bool,
}

/// A table of models or plans.
struct Table {
    id: &'static str,
    title: String,
    /// What is counted.
    amount: String,
    rows: Vec<Row>,
    has_cost: bool,
}

struct Row {
    share: Share,
    /// Of a hundred of what is counted.
    percent: i64,
}

impl Home {
    /// How many there are, no further than was counted.
    fn bounded(&self, count: &i64) -> String {
        let plus = if *count >= MOST { "+" } else { "" };
        format!("{}{plus}", self.page.number(count))
    }

    fn today(&self) -> Option<&DayFigures> {
        self.overview.today()
    }

    fn sum(&self, of: fn(&DayFigures) -> i64, days: usize) -> i64 {
        self.overview.days.iter().rev().take(days).map(of).sum()
    }

    fn turns(&self, days: usize) -> String {
        self.page.number(&self.sum(|day| day.turns, days))
    }

    fn failed(&self, days: usize) -> String {
        self.page.number(&self.sum(|day| day.failed, days))
    }

    fn tokens(&self, days: usize) -> String {
        self.page.number(&self.sum(|day| day.tokens, days))
    }

    fn new_people(&self, days: usize) -> String {
        self.page.number(&self.sum(|day| day.new_people, days))
    }

    /// What the attempts of so many days cost.
    fn cost(&self, days: usize) -> String {
        amount(&self.page, self.sum(|day| day.cost.unwrap_or(0), days))
    }

    /// Three percentiles in words.
    fn three(&self, three: &[i64; 3]) -> String {
        let [half, most, nearly_all] = three.map(|ms| self.page.number(&ms));
        format!("p50 {half} · p95 {most} · p99 {nearly_all} {}", self.page.t("ms"))
    }

    fn share_cost(&self, micros: &i64) -> String {
        amount(&self.page, *micros)
    }
}

/// An amount of the configured prices' currency, which has no name here.
fn amount(page: &Page, micros: i64) -> String {
    page.money(&micros, "").trim_end().to_owned()
}

/// The dashboard.
pub(super) async fn show(State(edge): State<Edge>, staff: Allowed<demand::ViewPeople>) -> Result<Response> {
    let page = staff.page("menu-home");
    let may = Permission::ALL.iter().filter(|permission| staff.may(**permission));
    let allowed = may.map(|permission| page.word("permission", &permission.as_str().to_lowercase())).collect();
    let overview = Overview::now(&edge.app).await?;
    let trouble = Trouble::now(&edge.app).await?;
    let shows_money = staff.may(Permission::ViewMoney) && overview.has_prices();
    let charts = charts(&page, &overview, shows_money);
    let tables = vec![
        table(&page, "models", "by-model", "attempts", &overview.models, shows_money),
        table(&page, "plans", "by-plan", "turns", &overview.plans, false),
    ];
    let (role, zone) = (staff.who.role, edge.app.config.service.timezone.clone());
    render(&Home { page, role, allowed, zone, overview, trouble, charts, tables, shows_money })
}

fn charts(page: &Page, overview: &Overview, shows_money: bool) -> Vec<Chart> {
    let Some(first) = overview.days.first().map(|day| day.day) else { return Vec::new() };
    let series = |label: &str, class: &'static str, of: &dyn Fn(&DayFigures) -> Option<i64>| Series {
        label: page.t(label),
        class,
        values: overview.days.iter().map(of).collect(),
    };
    let number = |value: i64| page.number(&value);
    let chart = |id, title: &str, shape, series| Chart::new(page, id, title, first, shape, series, &number);
    let three = |at: usize| move |day: &DayFigures| day.first_token.three().map(|three| three[at]);
    let mut charts = vec![
        chart(
            "people",
            "chart-people",
            Shape::Bars,
            vec![
                series("active-people", "s-one", &|day| Some(day.people)),
                series("new-people", "s-two", &|day| Some(day.new_people)),
            ],
        ),
        chart(
            "turns",
            "chart-turns",
            Shape::Bars,
            vec![
                series("turns", "s-one", &|day| Some(day.turns)),
                series("failed-turns", "s-bad", &|day| Some(day.failed)),
            ],
        ),
        chart("tokens", "chart-tokens", Shape::Bars, vec![series("tokens", "s-one", &|day| Some(day.tokens))]),
        chart(
            "first-token",
            "chart-first-token",
            Shape::Line,
            vec![
                series("p99", "s-bad", &three(2)),
                series("p95", "s-two", &three(1)),
                series("p50", "s-one", &three(0)),
            ],
        ),
    ];
    if shows_money {
        let money = |value: i64| amount(page, value);
        let cost = vec![series("cost", "s-one", &|day| Some(day.cost.unwrap_or(0)))];
        charts.push(Chart::new(page, "cost", "chart-cost", first, Shape::Bars, cost, &money));
    }
    charts
}

fn table(page: &Page, id: &'static str, title: &str, amount: &str, shares: &[Share], has_cost: bool) -> Table {
    let all: i64 = shares.iter().map(|share| share.amount).sum();
    let rows = shares.iter().map(|share| Row { share: share.clone(), percent: share.amount * 100 / all.max(1) });
    Table { id, title: page.t(title), amount: page.t(amount), rows: rows.collect(), has_cost }
}
