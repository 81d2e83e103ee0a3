//! What can be a link in a Telegram message.

/// The longest URL that is made a link; a longer one is shown.
const LONGEST: usize = 2048;

/// Does Telegram accept this URL for a `text_link`?
///
/// The Bot API server (tdlib: `LinkManager::check_link`, `parse_url`) knows `http`, `https` and
/// `tg`. It wants a dot in a host (so not `localhost`), and makes `http://mailto:…` of `mailto:…`;
/// an address that is shown as text it links by itself.
pub(crate) fn is_linkable(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = url.len() <= LONGEST && !url.contains(|char: char| char.is_whitespace() || char.is_control());
    let known = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => is_host(host),
        "tg" => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
        _ => false,
    };
    known && fits
}

/// A name with a dot, perhaps a port. Users, passwords and IPv6 addresses are left to be shown.
fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let is_name =
        |part: &str| !part.is_empty() && part.chars().all(|char| char.is_alphanumeric() || "-_".contains(char));
    name.contains('.') && name.trim_end_matches('.').split('.').all(is_name) && port.parse::<u16>().is_ok_and(|n| n > 0)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://example.com", true)]
    #[case("HTTP://пример.рф:8080/путь?q=1#x", true)]
    #[case("tg://resolve?domain=durov", true)]
    #[case("https://localhost/x", false)]
    #[case("https://", false)]
    #[case("https://a..b/", false)]
    #[case("https://user:secret@example.com/", false)]
    #[case("https://example.com:99999/", false)]
    #[case("https://example.com/a b", false)]
    #[case("mailto:a@example.com", false)]
    #[case("javascript://example.com/%0aalert(1)", false)]
    #[case("/docs", false)]
    #[case("", false)]
    fn linkable(#[case] url: &str, #[case] expected: bool) {
        assert_eq!(is_linkable(url), expected);
    }
}
