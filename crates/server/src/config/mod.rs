//! Configuration: `config.default.toml`, then a file, then the environment.

mod model;

use std::path::Path;

use config::{Environment, File, FileFormat};
use garde::Validate as _;
pub use model::*;

const DEFAULTS: &str = include_str!("../../../../config.default.toml");

/// Why the configuration cannot be used. Never carries a value, which could be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file or variable cannot be read into the keys.
    #[error("the configuration cannot be read: {0}")]
    Read(String),
    /// A value is out of its range.
    #[error("the configuration is not usable:\n{0}")]
    Invalid(garde::Report),
}

/// Reads the configuration: defaults, `file` if given, then `BESEDA__SECTION__KEY` from the environment.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    let mut builder = config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(file) = file {
        builder = builder.add_source(File::from(file).format(FileFormat::Toml).required(true));
    }
    let environment = Environment::with_prefix("BESEDA").prefix_separator("__").separator("__");
    // Lists from the environment are separated by commas.
    let environment = environment
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("http.trusted_proxies")
        .with_list_parse_key("http.cors_origins");
    let read = |e: config::ConfigError| ConfigError::Read(without_values(&e));
    let config: Config = builder.add_source(environment).build().map_err(read)?.try_deserialize().map_err(read)?;
    config.validate().map_err(ConfigError::Invalid)?;
    Ok(config)
}

/// Says which key is wrong and what was expected there, but not what was found.
fn without_values(error: &config::ConfigError) -> String {
    match error {
        config::ConfigError::Type { expected, key, .. } => {
            format!("{}: expected {expected}", key.as_deref().unwrap_or("a key"))
        }
        config::ConfigError::At { error, key, .. } => {
            format!("{}: {}", key.as_deref().unwrap_or("a key"), without_values(error))
        }
        other => other.to_string(),
    }
}
