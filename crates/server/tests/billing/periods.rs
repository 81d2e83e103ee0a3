//! Calendar periods in every time zone, over ten years: they follow each other without a gap, and each contains what it
//! should.

use beseda::{
    billing::period,
    db::{Ts, plans::Period},
};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::reference::nth;

const PERIODS: [Period; 4] = [Period::Day, Period::Week, Period::Month, Period::Year];

pub(crate) fn zones() -> Vec<String> {
    jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect()
}

fn ts(text: &str) -> Ts {
    Ts::from_timestamp(text.parse().unwrap())
}

#[test]
fn periods_follow_each_other_in_every_zone_for_ten_years() {
    let zones = zones();
    assert!(zones.len() > 500, "{} zones", zones.len());
    // The last days of months, a leap day, and hours that a change of clocks may skip or repeat.
    let anchors =
        ["2026-01-31T00:30:00Z", "2028-02-29T12:00:00Z", "2027-03-28T01:30:00Z", "2026-10-25T00:59:59.999999Z"];
    let last = ts("2038-06-01T00:00:00Z").as_micros();
    for name in &zones {
        let zone = TimeZone::get(name).unwrap();
        for anchor in anchors.map(ts) {
            for kind in PERIODS {
                let (mut number, mut start) = (0, anchor.as_micros());
                while start < last {
                    let end = nth(anchor.as_micros(), kind, number + 1, &zone).unwrap();
                    assert!(start <= end, "{name} {kind:?} {number}");
                    if start < end {
                        let expected = (Ts::from_micros(start), Some(Ts::from_micros(end)));
                        let middle = start + (end - start) / 2;
                        for now in [start, middle, end - 1] {
                            let found = period::containing(anchor, kind, Ts::from_micros(now), &zone);
                            assert_eq!(found, expected, "{name} {kind:?} from {anchor} at {}", Ts::from_micros(now));
                        }
                    }
                    (number, start) = (number + 1, end);
                    // Days are many: every one of a quarter, which has a change of clocks in it, then every thirtieth.
                    if kind == Period::Day && number > 92 {
                        number += 29;
                        start = nth(anchor.as_micros(), kind, number, &zone).unwrap();
                    }
                }
            }
        }
    }
}

#[test]
fn the_thirty_first_comes_back_after_a_february() {
    let zone = TimeZone::get("Europe/Moscow").unwrap();
    let anchor = ts("2027-01-31T09:00:00+03");
    let ends: Vec<String> = (1..=14)
        .map(|month| {
            let end = Ts::from_micros(nth(anchor.as_micros(), Period::Month, month, &zone).unwrap());
            let now = Ts::from_micros(end.as_micros() - 1);
            assert_eq!(period::containing(anchor, Period::Month, now, &zone).1, Some(end));
            end.to_timestamp().to_zoned(zone.clone()).strftime("%d.%m").to_string()
        })
        .collect();
    let expected = "28.02 31.03 30.04 31.05 30.06 31.07 31.08 30.09 31.10 30.11 31.12 31.01 29.02 31.03";
    assert_eq!(ends.join(" "), expected);
}

proptest! {
    #[test]
    fn any_moment_is_in_exactly_one_period(
        anchor in 1_700_000_000_000_000_i64..2_100_000_000_000_000,
        later in -100_000_000_000_i64..400_000_000_000_000,
        zone in 0_usize..500,
        kind in 0_usize..4,
    ) {
        let zone = TimeZone::get(&zones()[zone]).unwrap();
        let now = Ts::from_micros(anchor + later);
        let (start, end) = period::containing(Ts::from_micros(anchor), PERIODS[kind], now, &zone);
        prop_assert!(end.is_some_and(|end| now < end));
        prop_assert!(start <= now || start == Ts::from_micros(anchor));
    }
}
