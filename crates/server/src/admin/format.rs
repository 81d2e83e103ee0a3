//! Times, numbers and money as a reader of the language expects them.

use std::fmt;

use jiff::tz::TimeZone;

use crate::{db::Ts, texts::Lang};

/// Millionths of a currency's unit.
const MICROS: i64 = 1_000_000;

/// A piece of HTML that was made here and holds nothing of people's.
#[derive(Clone, Debug)]
pub struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

/// A moment in the service's time zone, to the minute; `<time>` says it exactly.
pub fn time(lang: Lang, at: Ts, zone: &TimeZone) -> Html {
    element(lang, at, zone, "%-d %b %Y, %H:%M", "%d.%m.%Y %H:%M")
}

/// The day of a moment in the service's time zone.
pub fn day(lang: Lang, at: Ts, zone: &TimeZone) -> Html {
    element(lang, at, zone, "%-d %b %Y", "%d.%m.%Y")
}

/// The month of a day.
pub fn month(lang: Lang, day: jiff::civil::Date) -> String {
    let format = match lang {
        Lang::En => "%b %Y",
        Lang::Ru => "%m.%Y",
    };
    day.strftime(format).to_string()
}

fn element(lang: Lang, at: Ts, zone: &TimeZone, english: &str, russian: &str) -> Html {
    let moment = at.to_timestamp();
    let zoned = moment.to_zoned(zone.clone());
    let shown = zoned.strftime(match lang {
        Lang::En => english,
        Lang::Ru => russian,
    });
    Html(format!("<time datetime=\"{:.0}\" title=\"{}\">{shown}</time>", moment, zoned.strftime("%F %T %Z")))
}

/// A whole number, its thousands apart.
pub fn number(lang: Lang, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let gap = match lang {
        Lang::En => ',',
        // A narrow space that does not break.
        Lang::Ru => '\u{202f}',
    };
    let mut shown = String::from(if number < 0 { "−" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(gap);
        }
        shown.push(digit);
    }
    shown
}

/// An amount in millionths of a currency; XTR are Telegram Stars.
pub fn money(lang: Lang, micros: i64, currency: &str) -> String {
    let whole = number(lang, micros / MICROS);
    let cents = (micros % MICROS).unsigned_abs() / 10_000;
    let point = if lang == Lang::En { '.' } else { ',' };
    let sign = if micros < 0 && micros > -MICROS { "−" } else { "" };
    match currency {
        "XTR" => format!("{whole}\u{a0}⭐"),
        _ => format!("{sign}{whole}{point}{cents:02}\u{a0}{currency}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_service_s_zone() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let at = Ts::from_micros(1_767_225_599_123_456);
        let expected = "<time datetime=\"2025-12-31T23:59:59Z\" title=\"2026-01-01 02:59:59 MSK\">";
        assert_eq!(time(Lang::En, at, &zone).to_string(), format!("{expected}1 Jan 2026, 02:59</time>"));
        assert_eq!(day(Lang::Ru, at, &zone).to_string(), format!("{expected}01.01.2026</time>"));
    }

    #[test]
    fn numbers_and_money() {
        assert_eq!(number(Lang::En, 1_234_567), "1,234,567");
        assert_eq!(number(Lang::Ru, -12_345), "−12\u{202f}345");
        assert_eq!(number(Lang::En, 0), "0");
        assert_eq!(money(Lang::En, 500 * MICROS, "XTR"), "500\u{a0}⭐");
        assert_eq!(money(Lang::Ru, 1_499_990_000, "RUB"), "1\u{202f}499,99\u{a0}RUB");
        assert_eq!(money(Lang::En, -990_000, "EUR"), "−0.99\u{a0}EUR");
    }
}
