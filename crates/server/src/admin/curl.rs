//! A request to a model as a command for a shell, without the key.

use crate::config::Llm;

/// The command that sends this body to a provider again.
pub fn command(config: &Llm, provider: &str, body: &str) -> String {
    let url = endpoint(config, provider);
    let address = url.map_or_else(|| "\"$BASE_URL/chat/completions\"".to_owned(), |url| quoted(&url));
    format!(
        "curl {address} \\\n  -H \"Authorization: Bearer $API_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  \
         --data-raw {}",
        quoted(body)
    )
}

/// Where a provider of the configuration is asked. A password, and a parameter that may be a key, are left out.
fn endpoint(config: &Llm, provider: &str) -> Option<String> {
    let named = config.providers.iter().find(|one| one.name == provider).map(|one| one.base_url.as_str());
    let base = named.or_else(|| (provider == "default").then_some(config.base_url.as_str()))?;
    let mut url: reqwest::Url = base.trim().parse().ok()?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let version = url.query_pairs().find(|(name, _)| name == "api-version").map(|(_, value)| value.into_owned());
    url.set_query(None);
    url.path_segments_mut().ok()?.pop_if_empty().extend(["chat", "completions"]);
    if let Some(version) = version {
        url.query_pairs_mut().append_pair("api-version", &version);
    }
    Some(url.into())
}

/// As one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_one_word() {
        assert_eq!(quoted("it's $HOME `x`"), r"'it'\''s $HOME `x`'");
    }
}
