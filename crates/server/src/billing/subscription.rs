//! Subscriptions: the first one, and the roll-over of a period that ended.

use jiff::{Span, tz::TimeZone};
use uuid::Uuid;

use crate::{
    db::{
        Conn, Result, Ts,
        plans::{self, FREE, Period, Plan},
        subscriptions::{self, Subscription},
    },
    ids,
};

/// What a new period begins with.
fn begin(plan: &Plan, user_id: Uuid, start: Ts, end: Option<Ts>, anchor: Ts, now: Ts) -> Subscription {
    Subscription {
        id: ids::new_id(now),
        user_id,
        plan_name: plan.name.clone(),
        is_active: true,
        start_date: start,
        end_date: end,
        usage_limit: plan.usage_limit,
        used_requests: 0,
        auto_renew: plan.auto_renew,
        unit: plan.unit,
        used_tokens: 0,
        reserved: 0,
        anchor_date: anchor,
    }
}

/// Gives a person the free plan, from now on.
pub async fn begin_free(conn: &mut Conn<'_>, user_id: Uuid, now: Ts, zone: &TimeZone) -> Result<Subscription> {
    let plan = plans::find(conn, FREE).await?.ok_or(sqlx::Error::RowNotFound)?;
    let subscription = begin(&plan, user_id, now, period_after(now, plan.period, now, zone).1, now, now);
    subscriptions::insert(conn, &subscription).await?;
    Ok(subscription)
}

/// The person's subscription as it counts at `now`; a period that has ended is rolled over first, and its row kept as
/// history. Free renews whatever `auto_renew` says; anything else ends, and free begins.
pub async fn current(conn: &mut Conn<'_>, user_id: Uuid, now: Ts, zone: &TimeZone) -> Result<Option<Subscription>> {
    let mut active = subscriptions::lock_active(conn, user_id).await?;
    if active.is_none() {
        // Whoever held the lock has rolled it over meanwhile: the new row was not there when the look began.
        active = subscriptions::lock_active(conn, user_id).await?;
    }
    let Some(old) = active else { return Ok(None) };
    if !old.has_ended(now) {
        return Ok(Some(old));
    }
    subscriptions::close(conn, old.id).await?;
    let plan = plans::find(conn, FREE).await?.ok_or(sqlx::Error::RowNotFound)?;
    let renews = old.plan_name == FREE;
    // A renewal keeps the rhythm of the first period; another plan begins when the old one ended.
    let anchor = if renews { old.anchor_date } else { old.end_date.unwrap_or(now) };
    let (start, end) = period_after(anchor, plan.period, now, zone);
    let mut new = begin(&plan, user_id, start, end, anchor, now);
    if renews {
        new.auto_renew = old.auto_renew;
    }
    subscriptions::insert(conn, &new).await?;
    Ok(Some(new))
}

/// The period that contains `now`, of those that follow each other from `anchor` on: its start and end.
///
/// Calendar periods are counted from the anchor in the service's zone, so the 31st comes back after a February.
pub fn period_after(anchor: Ts, period: Period, now: Ts, zone: &TimeZone) -> (Ts, Option<Ts>) {
    let nth = |n: i64| -> Option<Ts> {
        let span = match period {
            Period::Day => Span::new().try_days(n),
            Period::Week => Span::new().try_weeks(n),
            Period::Month => Span::new().try_months(n),
            Period::Year => Span::new().try_years(n),
            Period::None => return None,
        };
        let start = anchor.to_timestamp().to_zoned(zone.clone());
        start.checked_add(span.ok()?).ok().map(|end| Ts::from_timestamp(end.timestamp()))
    };
    let hours = (now.as_micros() - anchor.as_micros()).max(0) / 3_600_000_000;
    // At most this many whole periods have passed; start a little lower and step up to the one that contains now.
    let longest = match period {
        Period::Day => 25,
        Period::Week => 7 * 24 + 1,
        Period::Month => 31 * 24 + 1,
        Period::Year => 366 * 24 + 1,
        Period::None => return (anchor, None),
    };
    let mut n = hours / longest;
    let mut start = nth(n).unwrap_or(anchor);
    loop {
        match nth(n + 1) {
            Some(end) if end <= now => {
                n += 1;
                start = end;
            }
            end => return (start, end),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn ts(text: &str) -> Ts {
        Ts::from_timestamp(text.parse().unwrap())
    }

    #[rstest]
    #[case::first("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z")]
    #[case::short("2026-01-31T10:00:00Z", "2026-03-01T00:00:00Z", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z")]
    #[case::leap("2027-12-31T10:00:00Z", "2028-02-15T00:00:00Z", "2028-01-31T10:00:00Z", "2028-02-29T10:00:00Z")]
    #[case::years_later("2026-01-31T10:00:00Z", "2036-01-31T10:00:00Z", "2036-01-31T10:00:00Z", "2036-02-29T10:00:00Z")]
    fn months_are_counted_from_the_anchor(
        #[case] anchor: &str,
        #[case] now: &str,
        #[case] start: &str,
        #[case] end: &str,
    ) {
        let period = period_after(ts(anchor), Period::Month, ts(now), &TimeZone::UTC);
        assert_eq!(period, (ts(start), Some(ts(end))));
    }

    #[test]
    fn a_month_follows_the_calendar_of_the_zone_over_daylight_saving() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let (start, end) = period_after(ts("2026-03-15T09:00:00Z"), Period::Month, ts("2026-03-20T00:00:00Z"), &zone);
        assert_eq!((start, end), (ts("2026-03-15T09:00:00Z"), Some(ts("2026-04-15T08:00:00Z"))));
    }

    #[test]
    fn a_period_without_an_end_has_none() {
        let now = ts("2026-03-20T00:00:00Z");
        assert_eq!(period_after(now, Period::None, now, &TimeZone::UTC), (now, None));
    }
}
