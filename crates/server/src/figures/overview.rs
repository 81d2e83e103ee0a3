//! The overview: the last thirty days, by day, by model and by plan. A node makes it at most once a minute.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{calendar, count, percentile::Counts, usage};
use crate::{
    app::{App, Shared},
    db::{
        Conn, Day, Result, Ts,
        figures::{self, Figure, Part},
    },
    models::Models,
};

/// Days that it shows, today included.
pub const DAYS: i32 = 30;
/// How old it gets.
const AGE: Duration = Duration::from_secs(60);
/// From what age on the next one is made beside it.
const FRESH: Duration = Duration::from_secs(30);
/// What is not counted yet is counted when it is looked at, unless it is longer.
const TAIL: Duration = Duration::from_secs(6 * 3600);

/// A day.
#[derive(Clone, Debug)]
pub struct DayFigures {
    /// Which.
    pub day: Day,
    /// People who used anything.
    pub people: i64,
    /// People who came.
    pub new_people: i64,
    /// Turns begun.
    pub turns: i64,
    /// Turns that failed or were cut off.
    pub failed: i64,
    /// Tokens of turns.
    pub tokens: i64,
    /// Milliseconds to the first text.
    pub first_token: Counts,
    /// What its attempts cost, in millionths; none without prices.
    pub cost: Option<i64>,
}

/// A model or a plan, over all the days.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// The model's or the plan's name.
    pub name: String,
    /// Of a model: the provider.
    pub provider: String,
    /// Attempts or turns.
    pub amount: i64,
    /// Those that failed or were cut off.
    pub failed: i64,
    /// Tokens.
    pub tokens: i64,
    /// Milliseconds to the first text.
    pub first_token: Counts,
    /// What it cost, in millionths; none without a price.
    pub cost: Option<i64>,
}

/// The whole.
#[derive(Clone, Debug)]
pub struct Overview {
    /// As of when.
    pub at: Ts,
    /// People who used anything today, in the last 7 days, and in the last 30.
    pub active: [i64; 3],
    /// The days, the oldest first, none left out.
    pub days: Vec<DayFigures>,
    /// By model, the most used first.
    pub models: Vec<Share>,
    /// By plan, the most used first.
    pub plans: Vec<Share>,
    /// Until when is counted, if counting lies far behind.
    pub behind: Option<Ts>,
}

impl Overview {
    /// The overview of this minute.
    pub async fn now(app: &Shared) -> Result<Arc<Self>> {
        let kept = |longest| app.figures.get().filter(|kept| app.clock.now().since(kept.at) < longest);
        if let Some(kept) = kept(AGE) {
            // Nobody waits for the next one who need not.
            if app.clock.now().since(kept.at) >= FRESH
                && let Ok(making) = app.figures.making.clone().try_lock_owned()
            {
                let shared = app.clone();
                app.tasks.spawn(async move {
                    if let Err(error) = refresh(&shared).await {
                        tracing::warn!(%error, "the overview can't be made");
                    }
                    drop(making);
                });
            }
            return Ok(kept);
        }
        // Whoever comes while it is made waits for it, and makes none of their own.
        let _making = app.figures.making.lock().await;
        match kept(AGE) {
            Some(kept) => Ok(kept),
            None => refresh(app).await,
        }
    }

    /// Today.
    pub fn today(&self) -> Option<&DayFigures> {
        self.days.last()
    }

    /// Milliseconds to the first text, over all the days.
    pub fn first_token(&self) -> Option<[i64; 3]> {
        let mut all = Counts::default();
        self.days.iter().for_each(|day| all.merge(&day.first_token));
        all.three()
    }

    /// Whether anything has a price.
    pub fn has_prices(&self) -> bool {
        self.models.iter().any(|model| model.cost.is_some())
    }
}

async fn refresh(app: &App) -> Result<Arc<Overview>> {
    let now = app.clock.now();
    let mut reader = app.db.read().await?;
    let made = Arc::new(make(&mut reader.conn(), app, now).await?);
    app.figures.set(made.clone());
    Ok(made)
}

/// Models (true) and plans, by their names: a model's is that of its provider and its own, with a space between.
type Shares = BTreeMap<(bool, String), Share>;

async fn make(conn: &mut Conn<'_>, app: &App, now: Ts) -> Result<Overview> {
    let today = now.day(&app.zone);
    let first = calendar::earlier(today, DAYS - 1);
    let mut days: BTreeMap<Day, DayFigures> = BTreeMap::new();
    let mut day = first;
    while day <= today {
        days.insert(day, DayFigures::new(day));
        day = calendar::next(day);
    }
    let mut shares = Shares::new();
    let kept = figures::since(conn, first).await?;
    for row in kept {
        add(&app.models, &mut days, &mut shares, row.day, row.figure);
    }
    let until = count::until(conn, app, now).await?;
    let behind = (until < now.before(TAIL)).then_some(until);
    let mut from = if behind.is_some() { now } else { until };
    while from < now {
        let to = calendar::stretch(from, TAIL, &app.zone).min(now.after(Duration::from_millis(1)));
        for figure in figures::count(conn, from, to).await? {
            add(&app.models, &mut days, &mut shares, from.day(&app.zone), figure);
        }
        from = to;
    }
    for used in usage::days(conn, app, first, today).await?.0 {
        if let Some(day) = days.get_mut(&used.day) {
            day.people = used.people;
        }
    }
    let active = [
        days.get(&today).map_or(0, |day| day.people),
        figures::active_since(conn, calendar::earlier(today, 6)).await?,
        figures::active_since(conn, first).await?,
    ];
    let (models, plans) =
        shares.into_iter().filter(|(_, share)| share.amount > 0).partition::<Vec<_>, _>(|((is_model, _), _)| *is_model);
    let sorted = |shares: Vec<(_, Share)>| {
        let mut shares: Vec<Share> = shares.into_iter().map(|(_, share)| share).collect();
        shares.sort_by_key(|share| std::cmp::Reverse(share.amount));
        shares
    };
    Ok(Overview {
        at: now,
        active,
        days: days.into_values().collect(),
        models: sorted(models),
        plans: sorted(plans),
        behind,
    })
}

impl DayFigures {
    fn new(day: Day) -> Self {
        let first_token = Counts::default();
        Self { day, people: 0, new_people: 0, turns: 0, failed: 0, tokens: 0, first_token, cost: None }
    }
}

fn add(models: &Models, days: &mut BTreeMap<Day, DayFigures>, shares: &mut Shares, day: Day, figure: Figure) {
    let Some(day) = days.get_mut(&day) else { return };
    let (is_model, key) = match figure.part {
        Part::People => {
            day.new_people += figure.amount;
            return;
        }
        Part::Plan => (false, figure.name.clone()),
        Part::Model => (true, format!("{} {}", figure.detail, figure.name)),
        Part::FirstToken => (false, figure.detail.clone()),
        Part::ModelFirstToken => (true, figure.detail.clone()),
    };
    let share = shares.entry((is_model, key)).or_default();
    if matches!(figure.part, Part::FirstToken | Part::ModelFirstToken) {
        let ms = figure.name.parse().unwrap_or(0);
        share.first_token.add(ms, figure.amount);
        if figure.part == Part::FirstToken {
            day.first_token.add(ms, figure.amount);
        }
        return;
    }
    share.amount += figure.amount;
    share.failed += figure.failed;
    share.tokens += figure.tokens + figure.prompt_tokens;
    if is_model {
        let cost = price(models, &figure);
        day.cost = sum(day.cost, cost);
        share.cost = sum(share.cost, cost);
    } else {
        day.turns += figure.amount;
        day.failed += figure.failed;
        day.tokens += figure.tokens;
    }
    (share.name, share.provider) = (figure.name, figure.detail);
}

fn sum(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(0) + other.unwrap_or(0)),
    }
}

/// What attempts cost in millionths of the configured prices' currency: prices are of a million tokens.
fn price(models: &Models, figure: &Figure) -> Option<i64> {
    let Models::Providers(providers) = models else { return None };
    let price = providers.price(&figure.detail)?;
    Some((figure.prompt_tokens as f64 * price.prompt + figure.tokens as f64 * price.completion).round() as i64)
}
