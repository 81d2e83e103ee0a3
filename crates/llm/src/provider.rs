//! The servers that can be asked, and how each wants to be asked.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::{
    breaker::{Breaker, BreakerConfig},
    chat::Chat,
    error::ConfigError,
    request::{self, Request},
};

/// One OpenAI-compatible server.
#[derive(Clone)]
pub struct ProviderConfig {
    /// Names it in the journal, metrics and [`Request::providers`].
    pub name: String,
    /// The URL before `/chat/completions`, such as `https://api.openai.com/v1`. A query stays in
    /// place (Azure's `api-version`); a user name and password become basic authentication.
    pub base_url: String,
    /// Sent as a bearer token.
    pub api_key: Option<SecretString>,
    /// The model, unless the request names another.
    pub model: String,
    /// Further members of the body: `temperature`, `stream_options`, …
    pub parameters: Map<String, Value>,
    /// Ask for a stream? Without one, the answer comes whole, and of the limits only `connect` and
    /// `total` can apply.
    pub stream: bool,
    /// The time limits.
    pub limits: Limits,
    /// Further tries at this provider, after the others have been tried.
    pub retries: u32,
    /// Only carried; see [`Providers::price`].
    pub price: Option<Price>,
    /// What the server calls the answer's most tokens: `max_tokens` or `max_completion_tokens`.
    pub max_tokens_field: String,
}

impl ProviderConfig {
    /// A provider with no key, a stream, two retries and the default limits.
    pub fn new(name: impl Into<String>, base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            base_url: base_url.into(),
            api_key: None,
            model: model.into(),
            parameters: Map::new(),
            stream: true,
            limits: Limits::default(),
            retries: 2,
            price: None,
            max_tokens_field: "max_tokens".into(),
        }
    }
}

/// Without the base URL, which may hold a password.
impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderConfig")
            .field("name", &self.name)
            .field("model", &self.model)
            .field("parameters", &self.parameters)
            .field("stream", &self.stream)
            .field("limits", &self.limits)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// How long one attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Name look-up, TCP and TLS.
    pub connect: Duration,
    /// From the start of the attempt to the model's first token, be it text or reasoning.
    pub first_token: Duration,
    /// Between two tokens; comments and pings are none.
    pub silence: Duration,
    /// From the start of the attempt to its end.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(60),
            silence: Duration::from_secs(30),
            total: Duration::from_secs(300),
        }
    }
}

/// What a million tokens cost, in whatever money the operator reckons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// A million tokens of the prompt.
    pub prompt: f64,
    /// A million tokens of the answer.
    pub completion: f64,
}

/// The providers, in the order in which they are tried. Cheap to clone; clones share the
/// connections and the breakers.
#[derive(Clone)]
pub struct Providers(Arc<[Arc<Provider>]>);

impl Providers {
    /// Checks the configuration; connects to nothing.
    ///
    /// A proxy from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) is used for every
    /// host but this machine itself. Redirects are not followed: a key goes only where it was
    /// meant for.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn new(configs: Vec<ProviderConfig>, breaker: BreakerConfig) -> Result<Self, ConfigError> {
        let mut names = HashSet::new();
        // The time limit for connecting and the proxy are the client's, so those share who can.
        let mut clients = HashMap::new();
        let mut providers = Vec::with_capacity(configs.len());
        for config in configs {
            if !names.insert(config.name.clone()) {
                return Err(ConfigError::Duplicate(config.name));
            }
            providers.push(Arc::new(Provider::new(config, breaker, &mut clients)?));
        }
        if providers.is_empty() {
            return Err(ConfigError::Empty);
        }
        Ok(Self(providers.into()))
    }

    /// A chat; nothing is sent before its first [`Chat::next`].
    pub fn chat(&self, request: Request) -> Chat {
        let providers = match &request.providers {
            None => self.0.to_vec(),
            Some(names) => names.iter().filter_map(|name| self.find(name)).cloned().collect(),
        };
        Chat::new(providers, request)
    }

    /// The providers' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|provider| provider.config.name.as_str())
    }

    /// The names of those that rest after repeated failures.
    pub fn resting(&self) -> Vec<&str> {
        let resting = self.0.iter().filter(|provider| provider.breaker.is_resting());
        resting.map(|provider| provider.config.name.as_str()).collect()
    }

    /// The configured price of a provider's tokens.
    pub fn price(&self, name: &str) -> Option<Price> {
        self.find(name)?.config.price
    }

    fn find(&self, name: &str) -> Option<&Arc<Provider>> {
        self.0.iter().find(|provider| provider.config.name == name)
    }
}

/// Their names: an endpoint's URL may hold a password.
impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// The clients so far, by the limit for connecting and whether they pass the proxy by.
type Clients = HashMap<(Duration, bool), Client>;

/// A provider that is ready to be asked.
pub(crate) struct Provider {
    pub(crate) config: ProviderConfig,
    pub(crate) breaker: Breaker,
    client: Client,
    url: Url,
    headers: HeaderMap,
}

impl Provider {
    fn new(config: ProviderConfig, breaker: BreakerConfig, clients: &mut Clients) -> Result<Self, ConfigError> {
        for reserved in ["messages", "model", "stream"] {
            if config.parameters.contains_key(reserved) {
                return Err(ConfigError::Reserved { provider: config.name, parameter: reserved.into() });
            }
        }
        let Some(url) = endpoint(&config.base_url) else {
            return Err(ConfigError::BaseUrl(config.name));
        };
        let Some(headers) = headers(config.api_key.as_ref()) else {
            return Err(ConfigError::ApiKey(config.name));
        };
        let key = (config.limits.connect, is_local(&url));
        let client = match clients.get(&key) {
            Some(client) => client.clone(),
            None => clients.entry(key).or_insert(client(key.0, key.1)?).clone(),
        };
        Ok(Self { config, breaker: Breaker::new(breaker), client, url, headers })
    }

    /// The parameters of `request`, as this provider wants them.
    pub(crate) fn parameters(&self, request: &Request) -> Arc<str> {
        let ProviderConfig { parameters, model, stream, max_tokens_field, .. } = &self.config;
        let model = request.model.as_ref().unwrap_or(model);
        let most = request.max_tokens.map(|most| (max_tokens_field.as_str(), most));
        request::parameters(parameters, model, *stream, most).into()
    }

    pub(crate) fn post(&self, body: bytes::Bytes) -> reqwest::RequestBuilder {
        self.client.post(self.url.clone()).headers(self.headers.clone()).body(body)
    }

    /// `text` without the key, should a server repeat it.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let key = self.config.api_key.as_ref().map(|key| key.expose_secret().trim());
        let password = self.url.password();
        [key, password].into_iter().flatten().fold(Cow::Borrowed(text), |text, secret| {
            // A placeholder such as "ollama" is no secret, and a short one stands in every text.
            let found = secret.len() >= 8 && text.contains(secret);
            if found { text.replace(secret, "[redacted]").into() } else { text }
        })
    }
}

fn endpoint(base_url: &str) -> Option<Url> {
    let mut url = Url::parse(base_url.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.path_segments_mut().ok()?.pop_if_empty().extend(["chat", "completions"]);
    Some(url)
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn headers(api_key: Option<&SecretString>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
    let key = api_key.map(|key| key.expose_secret().trim()).unwrap_or_default();
    if !key.is_empty() {
        let mut value = HeaderValue::from_str(&format!("Bearer {key}")).ok()?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Some(headers)
}

fn client(connect: Duration, local: bool) -> reqwest::Result<Client> {
    let builder = Client::builder()
        .user_agent(concat!("beseda/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .redirect(redirect::Policy::none())
        .tcp_nodelay(true);
    if local { builder.no_proxy().build() } else { builder.build() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_follows_the_base_url() {
        let url = |base| endpoint(base).map(String::from);
        let expected = Some("https://h/v1/chat/completions".to_owned());
        assert_eq!(url("https://h/v1"), expected);
        assert_eq!(url(" https://h/v1/ "), expected);
        assert_eq!(url("https://h/o?api-version=1").unwrap(), "https://h/o/chat/completions?api-version=1");
        assert_eq!(url("h/v1"), None);
        assert_eq!(url("file:///v1"), None);
    }

    #[test]
    fn this_machine_is_local() {
        for (base, local) in [
            ("http://127.0.0.1:11434/v1", true),
            ("http://[::1]/v1", true),
            ("http://localhost/v1", true),
            ("https://api.openai.com/v1", false),
        ] {
            assert_eq!(is_local(&endpoint(base).unwrap()), local, "{base}");
        }
    }
}
