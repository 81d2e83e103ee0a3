//! The keys of the configuration; `config.default.toml` explains each.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use garde::Validate;
use ipnet::IpNet;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    billing::plan,
    db::{
        plans::{Period, Unit},
        users::Gender,
    },
};

/// The whole configuration. Serialises with its secrets hidden.
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Config {
    #[garde(dive)]
    pub http: Http,
    #[garde(dive)]
    pub database: Database,
    #[garde(dive)]
    pub service: Service,
    #[garde(dive)]
    pub auth: Auth,
    #[garde(dive)]
    pub limits: Limits,
    #[garde(dive, custom(known_plans))]
    pub plans: BTreeMap<String, PlanSeed>,
    #[garde(dive)]
    pub companion: Companion,
    #[garde(dive)]
    pub llm: Llm,
    #[garde(dive)]
    pub telegram: Telegram,
    #[garde(skip)]
    pub google: Google,
    #[garde(skip)]
    pub google_play: GooglePlay,
    #[garde(dive)]
    pub web_push: WebPush,
    #[garde(dive)]
    pub journal: Journal,
    #[garde(skip)]
    pub metrics: Metrics,
    #[garde(skip)]
    pub log: Log,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Http {
    #[garde(skip)]
    pub listen: SocketAddr,
    #[garde(skip)]
    pub public_url: String,
    #[garde(skip)]
    pub internal_url: String,
    #[garde(skip)]
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    #[garde(skip)]
    #[serde(deserialize_with = "list")]
    pub cors_origins: Vec<String>,
    #[garde(range(min = 1024, max = 67_108_864))]
    pub max_body_bytes: usize,
    #[garde(range(max = 3600))]
    pub shutdown_seconds: u64,
}

impl Http {
    /// The address under which people reach the service, without a slash at its end.
    pub fn base_url(&self) -> String {
        match self.public_url.trim_end_matches('/') {
            "" => format!("http://{}", self.listen),
            url => url.to_owned(),
        }
    }

    /// Whether people reach the service by https alone.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// `[database]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Database {
    #[garde(skip)]
    #[serde(serialize_with = "hide_password")]
    pub url: SecretString,
    #[garde(range(min = 2, max = 1000))]
    pub connections: u32,
}

/// `[service]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Service {
    #[garde(custom(known_zone))]
    pub timezone: String,
    #[garde(skip)]
    pub support: String,
    #[garde(skip)]
    pub terms_url: String,
}

impl Service {
    /// The service's time zone.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.timezone).unwrap_or(TimeZone::UTC)
    }
}

/// `[auth]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Auth {
    #[garde(range(min = 1, max = 1440))]
    pub access_token_minutes: u64,
    #[garde(range(min = 1, max = 3650))]
    pub refresh_token_days: u64,
    #[garde(range(max = 3600))]
    pub refresh_grace_seconds: u64,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Limits {
    #[garde(range(min = 1))]
    pub registrations_per_minute: u32,
    #[garde(range(min = 1))]
    pub sign_ins_per_minute: u32,
    #[garde(range(min = 1))]
    pub calls_per_minute: u32,
    #[garde(range(min = 1))]
    pub calls_at_once: usize,
    #[garde(range(min = 1))]
    pub streams: usize,
    #[garde(range(min = 1))]
    pub turns: usize,
    #[garde(skip)]
    pub waiting_per_session: usize,
    #[garde(range(min = 1, max = 1_000_000))]
    pub message_chars: usize,
}

/// `[plans.NAME]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct PlanSeed {
    #[garde(skip)]
    pub unit: Unit,
    #[garde(range(min = 0))]
    pub usage_limit: i64,
    #[garde(skip)]
    pub period: Period,
    #[garde(range(min = 0, max = 10_000))]
    #[serde(default)]
    pub price_stars: i64,
    #[garde(skip)]
    #[serde(default)]
    pub model: String,
    #[garde(skip)]
    pub auto_renew: bool,
    #[garde(skip)]
    #[serde(default)]
    pub title_ru: String,
    #[garde(skip)]
    #[serde(default)]
    pub title_en: String,
    #[garde(skip)]
    #[serde(default)]
    pub description_ru: String,
    #[garde(skip)]
    #[serde(default)]
    pub description_en: String,
    #[garde(skip)]
    #[serde(default)]
    pub providers: String,
    #[garde(range(min = 0))]
    #[serde(default)]
    pub max_answer_tokens: i64,
    #[garde(skip)]
    #[serde(default)]
    pub google_product_id: String,
}

/// `[companion]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Companion {
    #[garde(length(chars, min = 1, max = 64))]
    pub name: String,
    #[garde(skip)]
    pub gender: Gender,
    #[garde(range(max = 120))]
    pub age: i16,
}

/// `[llm]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Llm {
    #[garde(skip)]
    #[serde(serialize_with = "hide_credentials")]
    pub base_url: String,
    #[garde(skip)]
    #[serde(serialize_with = "hide")]
    pub api_key: SecretString,
    #[garde(skip)]
    pub model: String,
    #[garde(range(min = 256, max = 10_000_000))]
    pub context_tokens: u64,
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_answer_tokens: u32,
    #[garde(skip)]
    pub system_text: String,
    #[garde(range(min = 1))]
    pub connect_seconds: u64,
    #[garde(range(min = 1))]
    pub first_token_seconds: u64,
    #[garde(range(min = 1))]
    pub silence_seconds: u64,
    #[garde(range(min = 1))]
    pub total_seconds: u64,
    #[garde(range(max = 10))]
    pub retries: u32,
    #[garde(range(min = 1))]
    pub rest_after_failures: u32,
    #[garde(skip)]
    pub rest_seconds: u64,
    #[garde(dive)]
    #[serde(default)]
    pub providers: Vec<Provider>,
}

/// `[[llm.providers]]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Provider {
    #[garde(length(min = 1, max = 64))]
    pub name: String,
    #[garde(length(min = 1))]
    #[serde(serialize_with = "hide_credentials")]
    pub base_url: String,
    #[garde(skip)]
    #[serde(default, serialize_with = "hide")]
    pub api_key: SecretString,
    #[garde(length(min = 1))]
    pub model: String,
    #[garde(skip)]
    #[serde(default)]
    pub parameters: serde_json::Map<String, serde_json::Value>,
    #[garde(skip)]
    #[serde(default = "yes")]
    pub stream: bool,
    #[garde(skip)]
    #[serde(default = "max_tokens")]
    pub max_tokens_field: String,
    #[garde(inner(range(min = 0.0)))]
    pub prompt_price: Option<f64>,
    #[garde(inner(range(min = 0.0)))]
    pub completion_price: Option<f64>,
    #[garde(skip)]
    pub connect_seconds: Option<u64>,
    #[garde(skip)]
    pub first_token_seconds: Option<u64>,
    #[garde(skip)]
    pub silence_seconds: Option<u64>,
    #[garde(skip)]
    pub total_seconds: Option<u64>,
    #[garde(skip)]
    pub retries: Option<u32>,
}

/// `[telegram]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Telegram {
    #[garde(skip)]
    #[serde(serialize_with = "hide")]
    pub token: SecretString,
    #[garde(length(min = 1))]
    #[serde(serialize_with = "hide_credentials")]
    pub api_url: String,
    #[garde(skip)]
    pub mode: TelegramMode,
    #[garde(skip)]
    #[serde(serialize_with = "hide")]
    pub secret_token: SecretString,
    #[garde(range(min = 60, max = 86_400))]
    pub init_data_seconds: u64,
    #[garde(skip)]
    pub init_data_key: String,
}

/// How the bot gets its updates.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum TelegramMode {
    /// It asks for them.
    Polling,
    /// Telegram calls `http.public_url`.
    Webhook,
}

/// `[google]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Google {
    #[serde(deserialize_with = "list")]
    pub client_ids: Vec<String>,
    pub authorization_url: String,
    #[serde(serialize_with = "hide_credentials")]
    pub keys_url: String,
}

/// `[google_play]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct GooglePlay {
    pub package_name: String,
    #[serde(serialize_with = "hide")]
    pub service_account: SecretString,
    #[serde(serialize_with = "hide_credentials")]
    pub api_url: String,
    pub push_audience: String,
    pub push_email: String,
    #[serde(serialize_with = "hide_credentials")]
    pub keys_url: String,
}

/// `[web_push]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct WebPush {
    #[garde(skip)]
    pub enabled: bool,
    #[garde(skip)]
    #[serde(serialize_with = "hide")]
    pub private_key: SecretString,
    #[garde(custom(contact))]
    pub subject: String,
    #[garde(skip)]
    pub allow_private: bool,
}

/// `[journal]`
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Journal {
    #[garde(range(max = 36_500))]
    pub payload_days: u64,
}

/// `[metrics]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Metrics {
    #[serde(deserialize_with = "address_or_off", serialize_with = "address_or_empty")]
    pub listen: Option<SocketAddr>,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config.default.toml")]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
    /// Pretty on a terminal, else JSON.
    Auto,
}

/// Whole seconds as a duration.
pub const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn yes() -> bool {
    true
}

fn max_tokens() -> String {
    "max_tokens".into()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn known_zone(name: &str, (): &()) -> garde::Result {
    TimeZone::get(name).map(drop).map_err(|_| garde::Error::new("is not an IANA time zone"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn contact(address: &str, (): &()) -> garde::Result {
    match address.is_empty() || address.starts_with("mailto:") || address.starts_with("https://") {
        true => Ok(()),
        false => Err(garde::Error::new("must begin with mailto: or https://")),
    }
}

fn known_plans(plans: &BTreeMap<String, PlanSeed>, (): &()) -> garde::Result {
    plan::check_seeds(plans).map_err(garde::Error::new)
}

/// A list, or from the environment a text with commas between.
fn list<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List {
        Many(Vec<String>),
        Text(String),
    }
    Ok(match List::deserialize(deserializer)? {
        List::Many(texts) => texts,
        List::Text(text) => text.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect(),
    })
}

fn networks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = list(deserializer)?;
    let parse = |text: &String| {
        let network = text.parse().or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into()));
        network.map_err(|_| serde::de::Error::custom("expected an address or a network"))
    };
    texts.iter().filter(|text| !text.is_empty()).map(parse).collect()
}

fn address_or_off<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| serde::de::Error::custom("expected an address and a port")),
    }
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn address_or_empty<S: Serializer>(address: &Option<SocketAddr>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.map(|a| a.to_string()).unwrap_or_default())
}

fn hide<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() { "" } else { "(hidden)" })
}

fn hide_credentials<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_credentials(url))
}

/// An address without a name and a password in it, and without what stands behind a question mark: keys may.
fn without_credentials(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let (place, hidden) = rest.split_once('?').map_or((rest, ""), |(place, _)| (place, "?(hidden)"));
    let end = place.find('/').unwrap_or(place.len());
    let (host, path) = place.split_at(end);
    let host = host.rsplit_once('@').map_or_else(|| host.to_owned(), |(_, host)| format!("(hidden)@{host}"));
    format!("{scheme}://{host}{path}{hidden}")
}

/// A database URL without the password: everything between the scheme and the last `@` goes.
fn hide_password<S: Serializer>(url: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    let url = url.expose_secret();
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => {
            let place = place.split('?').next().unwrap_or_default();
            serializer.serialize_str(&format!("{scheme}://(hidden)@{place}"))
        }
        _ => serializer.serialize_str(url.split('?').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_their_secrets() {
        assert_eq!(without_credentials("https://user:pw@h:1/v1?api-key=x"), "https://(hidden)@h:1/v1?(hidden)");
        assert_eq!(without_credentials("sqlite://data/x@y.db"), "sqlite://data/x@y.db");
        assert_eq!(without_credentials("not an address"), "not an address");
    }
}
