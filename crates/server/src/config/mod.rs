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
    let read = |e: config::ConfigError| ConfigError::Read(without_values(&e));
    let config: Config = builder.add_source(environment).build().map_err(read)?.try_deserialize().map_err(read)?;
    config.validate().map_err(ConfigError::Invalid)?;
    if !config.llm.base_url.is_empty() && config.llm.model.is_empty() {
        return Err(ConfigError::Read("llm.model: must be set with llm.base_url".into()));
    }
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
        config::ConfigError::FileParse { uri, cause } => {
            // What follows the first line of the cause is the line of the file, which may hold a secret.
            let place = cause.to_string().lines().next().unwrap_or_default().to_owned();
            format!("{}: {place}", uri.as_deref().unwrap_or("the file"))
        }
        config::ConfigError::Message(_) | config::ConfigError::NotFound(_) | config::ConfigError::Foreign(_) => {
            error.to_string()
        }
        _ => "it is not well-formed".into(),
    }
}
