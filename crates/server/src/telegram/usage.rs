//! `/usage`: what was used, in figures and as a small picture made of letters.

use jiff::ToSpan as _;

use super::{
    contact::Contact,
    outgoing::Outgoing,
    texts::{Lang, text},
};
use crate::{
    app::App,
    billing::{subscription, usage},
    db::{Result, subscriptions::Subscription},
};

/// How many days the picture shows.
const DAYS: i64 = 14;
/// Bars from the least to the most.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// How wide the bar of a limit is.
const WIDTH: i64 = 10;

/// What was used today, in this calendar month and on the last days, and how much of the plan.
pub(super) async fn card(app: &App, contact: &Contact) -> Result<Outgoing> {
    let lang = contact.lang;
    let today = app.clock.now().day(&app.zone).0;
    let shown_from = today.saturating_sub((DAYS - 1).days());
    let month_from = today.first_of_month();
    let used = {
        let mut reader = app.db.read().await?;
        usage::between(&mut reader.conn(), contact.user.id, shown_from.min(month_from), today).await?
    };
    let (day, month, shown) = (used.since(today), used.since(month_from), used.since(shown_from));
    let arguments = [
        ("today_requests", day.requests_count.into()),
        ("today_tokens", day.tokens_used.into()),
        ("month_requests", month.requests_count.into()),
        ("month_tokens", month.tokens_used.into()),
        ("sessions", month.session_count.into()),
    ];
    let mut told = text(lang, "usage", &arguments);
    if shown.requests_count > 0 {
        let counts: Vec<i64> =
            used.days.iter().filter(|day| day.date.0 >= shown_from).map(|day| day.requests_count).collect();
        let bars = bars(&counts);
        let arguments = [("days", DAYS.into()), ("bars", (&bars).into())];
        told = format!("{told}\n\n{}", text(lang, "usage-picture", &arguments));
    }
    if let Some(current) = subscription::look(app, contact.user.id).await? {
        told = format!("{told}\n\n{}", of_plan(lang, &current));
    }
    Ok(Outgoing::new(told))
}

/// How much of a subscription is used.
pub(super) fn of_plan(lang: Lang, current: &Subscription) -> String {
    let share = share(current.used(), current.usage_limit);
    let bar = bar(share);
    let arguments = [
        ("used", current.used().into()),
        ("limit", current.usage_limit.into()),
        ("unit", current.unit.as_str().into()),
        ("percent", share.into()),
        ("bar", (&bar).into()),
    ];
    text(lang, "plan-used", &arguments)
}

/// A picture of numbers, as high as the highest.
fn bars(counts: &[i64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &i64| {
        // Anything at all is more than nothing.
        let height = if *count == 0 { 0 } else { 1 + (*count * 6 + most / 2) / most };
        BARS[usize::try_from(height).unwrap_or(0).min(BARS.len() - 1)]
    };
    counts.iter().map(bar).collect()
}

/// In whole percent, 100 only when nothing is left.
fn share(used: i64, limit: i64) -> i64 {
    if limit <= 0 {
        return 100;
    }
    let percent = i128::from(used) * 100 / i128::from(limit);
    i64::try_from(percent).unwrap_or(100).clamp(0, 100)
}

fn bar(percent: i64) -> String {
    let full = (percent * WIDTH / 100).max(i64::from(percent > 0));
    (0..WIDTH).map(|place| if place < full { '▰' } else { '▱' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_as_high_as_its_highest_bar() {
        assert_eq!(bars(&[0, 1, 5, 10]), "▁▃▅█");
        assert_eq!(bars(&[0, 0, 0]), "▁▁▁");
        assert_eq!(bars(&[1, 1_000_000]), "▂█");
    }

    #[test]
    fn a_limit_is_full_when_nothing_is_left() {
        assert_eq!((share(49, 50), share(50, 50), share(60, 50), share(0, 50), share(0, 0)), (98, 100, 100, 0, 100));
        assert_eq!(share(i64::MAX, i64::MAX), 100);
        assert_eq!(
            (bar(0), bar(1), bar(98), bar(100)),
            ("▱".repeat(10), "▰▱▱▱▱▱▱▱▱▱".into(), "▰▰▰▰▰▰▰▰▰▱".into(), "▰".repeat(10))
        );
    }
}
