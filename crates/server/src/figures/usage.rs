//! What all people used, by day.

use super::calendar;
use crate::{
    app::App,
    db::{Conn, Day, Result, figures, figures::UsageDay},
};

/// Days that are summed up when they are looked at: today, and what is not kept yet of the days before.
const LIVE: i32 = 2;

/// The days from `first` to `last`, those without use left out. False beside them: older ones are still being counted.
pub async fn days(conn: &mut Conn<'_>, app: &App, first: Day, last: Day) -> Result<(Vec<UsageDay>, bool)> {
    let mut days = figures::usage_days(conn, first, last).await?;
    let kept = figures::last_usage_day(conn).await?;
    let today = app.clock.now().day(&app.zone);
    let oldest = calendar::earlier(today, LIVE);
    let next = figures::first_used_day(conn, kept).await?;
    let complete = next.is_none_or(|next| next >= oldest);
    let mut day = next.unwrap_or(today).max(oldest).max(first);
    while day <= last.min(today) {
        days.push(figures::sum_day(conn, day).await?);
        day = calendar::next(day);
    }
    days.retain(|day| day.people > 0);
    Ok((days, complete))
}
