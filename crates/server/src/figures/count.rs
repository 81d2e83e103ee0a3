//! Counting, a slice of time after the other. Whoever is first to go on from where counting stood adds the slice: so
//! every node may count, and nothing is counted twice.

use std::{sync::Arc, time::Duration};

use super::calendar;
use crate::{
    app::{App, Shared},
    db::{
        Conn, Day, Result, Ts,
        figures::{self, Figure, POSITION},
        positions,
    },
};

/// The longest slice of what is new; of what is old it is a day.
const SLICE: Duration = Duration::from_secs(3600);
/// What is old.
const OLD: Duration = Duration::from_secs(2 * 86_400);
/// How long turns are given to end before they are counted.
const SETTLED: Duration = Duration::from_secs(15 * 60);
/// How long one that is still open is waited for.
const PATIENCE: Duration = Duration::from_secs(2 * 3600);
/// How many days back counting begins.
const DAYS: i32 = 30;
/// How long after its end the uses of a day are summed up: turns outlive midnight.
const DAY_SETTLED: Duration = Duration::from_secs(3 * 3600);

/// Counts what is settled and not counted yet.
pub async fn run(app: Shared) -> Result<()> {
    while !app.tasks.is_closing() && slice(&app).await? {}
    while !app.tasks.is_closing() && day(&app).await? {}
    Ok(())
}

/// Until when is counted.
pub(super) async fn until(conn: &mut Conn<'_>, app: &App, now: Ts) -> Result<Ts> {
    let position = positions::get(conn, POSITION).await?;
    if position > 0 {
        return Ok(Ts::from_micros(position));
    }
    let today = now.day(&app.zone);
    let first = figures::first_person(conn).await?.map_or(today, |at| at.day(&app.zone));
    Ok(calendar::begin(first.max(calendar::earlier(today, DAYS)), &app.zone))
}

/// Counts the next slice in which anything happened; false when there is none that is settled.
async fn slice(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let (began, mut from, mut to, mut counted) = {
        let from = until(&mut app.db.read().await?.conn(), app, now).await?;
        (from, from, from, Vec::new())
    };
    while counted.is_empty() {
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        let longest = if to < now.before(OLD) { OLD } else { SLICE };
        let end = calendar::stretch(to, longest, &app.zone);
        if end > now.before(SETTLED) || (end > now.before(PATIENCE) && figures::any_open(conn, to, end).await?) {
            break;
        }
        (from, to) = (to, end);
        counted = figures::count(conn, from, to).await?;
    }
    if to == began {
        return Ok(false);
    }
    let (day, more, counted) = (from.day(&app.zone), !counted.is_empty(), Arc::new(counted));
    let added = app.db.write(move |tx| {
        let counted = counted.clone();
        Box::pin(async move { add(tx, day, &counted, began, to).await })
    });
    // Whether somebody else was faster makes no difference: the next slice begins where they stand.
    added.await.map(|_| more)
}

async fn add(tx: &mut Conn<'_>, day: Day, counted: &[Figure], from: Ts, to: Ts) -> Result<bool> {
    if !positions::advance(tx, POSITION, from.as_micros(), to.as_micros()).await? {
        return Ok(false);
    }
    for figure in counted {
        figures::add(tx, day, figure).await?;
    }
    Ok(true)
}

/// Sums up the uses of the next day; false when it is not over yet.
async fn day(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let sums = {
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        let last = figures::last_usage_day(conn).await?;
        let Some(day) = figures::first_used_day(conn, last).await? else { return Ok(false) };
        if calendar::begin(calendar::next(day), &app.zone).after(DAY_SETTLED) > now {
            return Ok(false);
        }
        figures::sum_day(conn, day).await?
    };
    app.db.write(move |tx| Box::pin(async move { figures::keep_day(tx, &sums).await })).await.map(|()| true)
}
