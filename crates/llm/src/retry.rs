//! When to try again.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The longest wait that a server's `Retry-After` may ask of a person.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// The pause after the `tries`-th failure (from 1): doubling from 200 ms to 5 s, of which a random
/// half is cut off so that many clients do not come back together.
pub(crate) fn backoff(tries: u32) -> Duration {
    let doubled = FIRST.saturating_mul(1 << tries.saturating_sub(1).min(10));
    doubled.min(LONGEST).mul_f64(rand::random_range(0.5..1.0))
}

/// The server's wish: seconds, or a date, which is measured against the server's own `Date`, so
/// that a wrong clock on either side does no harm (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let wish = text(RETRY_AFTER)?;
    if let Ok(seconds) = wish.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let then = httpdate::parse_http_date(wish).ok()?;
    let now = httpdate::parse_http_date(text(DATE)?).ok()?;
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        for (tries, least, most) in [(1, 100, 200), (2, 200, 400), (5, 1600, 3200), (40, 2500, 5000)] {
            let pause = backoff(tries);
            assert!((least..=most).contains(&pause.as_millis()), "{tries}: {pause:?}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let headers = |retry: &'static str| {
            HeaderMap::from_iter([
                (DATE, "Wed, 21 Oct 2015 07:28:00 GMT".parse().unwrap()),
                (RETRY_AFTER, retry.parse().unwrap()),
            ])
        };
        let seconds = |retry| retry_after(&headers(retry)).map(|wait| wait.as_secs_f64());
        assert_eq!(seconds("7"), Some(7.0));
        assert_eq!(seconds("0.5"), Some(0.5));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:09 GMT"), Some(9.0));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:27:00 GMT"), Some(0.0));
        assert_eq!(seconds("-3"), None);
        assert_eq!(seconds("soon"), None);
    }
}
