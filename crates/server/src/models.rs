//! Who answers: configured providers, what is found on this machine, or the built-in companion.

use std::{env, time::Duration};

use llm::{BreakerConfig, ConfigError, Limits, Price, ProviderConfig, Providers};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::{
    config::{Llm, seconds},
    db::{ai_requests::AiRequest, plans::Plan},
};

const OLLAMA: &str = "http://127.0.0.1:11434";
const OPENAI: &str = "https://api.openai.com/v1";
const OPENAI_MODEL: &str = "gpt-4o-mini";

/// The source of answers.
#[derive(Debug, Clone)]
pub enum Models {
    /// OpenAI-compatible servers, tried in order.
    Providers(Providers),
    /// The built-in companion, which says that it is a demonstration.
    Offline,
}

impl Models {
    /// Configured providers, else `OPENAI_API_KEY`, else an Ollama on this machine, else the built-in companion.
    pub async fn choose(config: &Llm) -> Result<Self, ConfigError> {
        let providers = match configured(config) {
            some if !some.is_empty() => some,
            _ => match found(config).await {
                Some(provider) => vec![provider],
                None => {
                    tracing::warn!(
                        "no model is configured: the built-in demonstration answers (see the README, Models)"
                    );
                    return Ok(Self::Offline);
                }
            },
        };
        let breaker = BreakerConfig { failures: config.rest_after_failures, rest: seconds(config.rest_seconds) };
        let providers = Providers::new(providers, breaker)?;
        tracing::info!(providers = ?providers.names().collect::<Vec<_>>(), "models");
        Ok(Self::Providers(providers))
    }
}

impl Models {
    /// What an attempt cost, in the currency of the configured prices; none where no price is configured.
    pub fn cost(&self, attempt: &AiRequest) -> Option<f64> {
        let Self::Providers(providers) = self else { return None };
        let price = providers.price(&attempt.provider)?;
        let (prompt, completion) = (attempt.prompt_tokens?, attempt.completion_tokens?);
        Some((prompt as f64 * price.prompt + completion as f64 * price.completion) / 1e6)
    }
}

/// Warns of a plan's providers that are not configured: its turns would have nobody to ask.
pub fn warn_of_unknown(config: &Llm, plan: &Plan) {
    for name in unknown_providers(config, plan) {
        tracing::warn!(plan = plan.name, provider = name, "a plan names a provider that is not configured");
    }
}

/// A plan's providers that are not configured.
pub fn unknown_providers<'p>(config: &Llm, plan: &'p Plan) -> Vec<&'p str> {
    let known: Vec<String> = configured(config).into_iter().map(|provider| provider.name).collect();
    let is_known = |name: &str| match known.is_empty() {
        true => ["openai", "ollama"].contains(&name),
        false => known.iter().any(|known| known == name),
    };
    let named = plan.providers.iter().flat_map(|names| names.split(',')).map(str::trim);
    named.filter(|name| !is_known(name)).collect()
}

/// A plan's model, if it is none of those in the configuration: its providers may not have it.
pub fn unknown_model<'p>(config: &Llm, plan: &'p Plan) -> Option<&'p str> {
    let known = configured(config);
    let is_known = |model: &str| known.is_empty() || known.iter().any(|provider| provider.model == model);
    plan.model.as_deref().filter(|model| !is_known(model))
}

fn configured(config: &Llm) -> Vec<ProviderConfig> {
    let mut providers = Vec::new();
    if !config.base_url.is_empty() {
        providers.push(provider(config, "default", &config.base_url, &config.api_key, &config.model));
    }
    for p in &config.providers {
        let limit = |own: Option<u64>, common: u64| seconds(own.unwrap_or(common));
        let price = p.prompt_price.zip(p.completion_price);
        providers.push(ProviderConfig {
            parameters: p.parameters.clone(),
            stream: p.stream,
            max_tokens_field: p.max_tokens_field.clone(),
            retries: p.retries.unwrap_or(config.retries),
            price: price.map(|(prompt, completion)| Price { prompt, completion }),
            limits: Limits {
                connect: limit(p.connect_seconds, config.connect_seconds),
                first_token: limit(p.first_token_seconds, config.first_token_seconds),
                silence: limit(p.silence_seconds, config.silence_seconds),
                total: limit(p.total_seconds, config.total_seconds),
            },
            ..provider(config, &p.name, &p.base_url, &p.api_key, &p.model)
        });
    }
    providers
}

fn provider(config: &Llm, name: &str, base_url: &str, key: &SecretString, model: &str) -> ProviderConfig {
    ProviderConfig {
        api_key: (!key.expose_secret().is_empty()).then(|| key.clone()),
        retries: config.retries,
        limits: Limits {
            connect: seconds(config.connect_seconds),
            first_token: seconds(config.first_token_seconds),
            silence: seconds(config.silence_seconds),
            total: seconds(config.total_seconds),
        },
        ..ProviderConfig::new(name, base_url, model)
    }
}

/// What can be used without configuration.
async fn found(config: &Llm) -> Option<ProviderConfig> {
    let model = |default: &str| if config.model.is_empty() { default.to_owned() } else { config.model.clone() };
    if let Some(key) = env::var("OPENAI_API_KEY").ok().filter(|key| !key.is_empty()) {
        return Some(provider(config, "openai", OPENAI, &key.into(), &model(OPENAI_MODEL)));
    }
    let first = ollama_model().await?;
    Some(provider(config, "ollama", &format!("{OLLAMA}/v1"), &SecretString::default(), &model(&first)))
}

/// The first model of an Ollama on this machine, if one answers.
async fn ollama_model() -> Option<String> {
    #[derive(Deserialize)]
    struct Tags {
        models: Vec<Tag>,
    }
    #[derive(Deserialize)]
    struct Tag {
        name: String,
    }
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(500)).build().ok()?;
    let tags: Tags = client.get(format!("{OLLAMA}/api/tags")).send().await.ok()?.json().await.ok()?;
    tags.models.into_iter().next().map(|tag| tag.name)
}
