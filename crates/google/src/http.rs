//! What all requests have in common.

use std::{error::Error as _, net::IpAddr, time::Duration};

use reqwest::{Response, Url, header::RETRY_AFTER, redirect};

use crate::error::{ConfigError, Doubt};

/// The largest answer, in bytes: a purchase and a set of keys are a few thousand.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// Longer than this, an idle connection is not used again: the other end might be closing it just then, and a request
/// lost in that moment is one of which nothing is known.
const IDLE: Duration = Duration::from_secs(50);

/// An absolute http or https URL without a query.
pub(crate) fn url(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    (plain && !url.cannot_be_a_base()).then_some(url)
}

/// A client for the host of `url`. A proxy from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) is used for
/// every host but this machine itself. Redirects are not followed: a token goes only where it was meant for.
pub(crate) fn client(url: &Url, connect: Duration) -> Result<reqwest::Client, ConfigError> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("beseda/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .pool_idle_timeout(IDLE)
        .redirect(redirect::Policy::none())
        .referer(false)
        .tcp_nodelay(true);
    let http = if is_local(url) { builder.no_proxy().build() } else { builder.build() };
    http.map_err(ConfigError::Client)
}

/// Is it this machine itself?
pub(crate) fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// A segment of a path: all but what RFC 3986 calls unreserved is percent-encoded, colons too, as behind one Google
/// reads a verb. `None` for what cannot be a segment: nothing, and the two that mean another one.
pub(crate) fn segment(text: &str) -> Option<String> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if matches!(text, "" | "." | "..") {
        return None;
    }
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            segment.push(char::from(byte));
        } else {
            segment.push('%');
            segment.push(char::from(HEX[usize::from(byte >> 4)]));
            segment.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Some(segment)
}

/// What the head of an answer says.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// The header `Retry-After`, if it is a number of seconds.
    pub(crate) retry_after: Option<Duration>,
}

/// Why there is no whole answer.
pub(crate) enum Broken {
    /// The request was not sent.
    Unsent(String),
    /// It was, or may have been.
    Lost(Doubt, String),
}

/// An error before the head of the answer came.
pub(crate) fn unsent(error: reqwest::Error) -> Broken {
    if error.is_connect() || error.is_builder() { Broken::Unsent(chain(error)) } else { lost(error) }
}

fn lost(error: reqwest::Error) -> Broken {
    let doubt = if error.is_timeout() { Doubt::Timeout } else { Doubt::Cut };
    Broken::Lost(doubt, chain(error))
}

/// The head and the body. A body that is not whole is none if the status is an error: that says enough.
pub(crate) async fn read(mut response: Response) -> Result<(Head, Vec<u8>), Broken> {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let head = Head { status: response.status().as_u16(), retry_after: retry_after.map(Duration::from_secs) };
    match body(&mut response).await {
        Ok(body) => Ok((head, body)),
        Err(_) if head.status >= 400 => Ok((head, Vec::new())),
        Err(broken) => Err(broken),
    }
}

async fn body(response: &mut Response) -> Result<Vec<u8>, Broken> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(Broken::Lost(Doubt::TooLarge, "more than 1 MiB".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error of the transport with its causes, and without its URL, which may hold a purchase token.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_absolute_and_bare() {
        for text in ["https://androidpublisher.googleapis.com", "http://127.0.0.1:8081/", " https://h/a/path "] {
            assert!(url(text).is_some(), "{text}");
        }
        for text in ["", "oauth2.googleapis.com/token", "file:///etc", "https://h/?a=1", "https://h/#a", "mailto:a@b"] {
            assert!(url(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_segment_stays_one() {
        for (text, expected) in [
            ("abc.AO-J1O_x~", Some("abc.AO-J1O_x~")),
            ("a/../b", Some("a%2F..%2Fb")),
            ("a:cancel", Some("a%3Acancel")),
            ("?#%я\n\\", Some("%3F%23%25%D1%8F%0A%5C")),
            ("...", Some("...")),
            ("", None),
            (".", None),
            ("..", None),
        ] {
            assert_eq!(segment(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for (text, local) in [("http://localhost:1", true), ("http://127.0.0.1", true), ("http://[::1]:2", true)] {
            assert_eq!(is_local(&url(text).unwrap()), local, "{text}");
        }
        assert!(!is_local(&url("https://localhost.example.com").unwrap()));
    }
}
