//! `/admin/settings`: what may be changed while it runs, what is configured, with its secrets hidden, and what runs.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Failure, Result,
    extract::{Allowed, Staff},
    form::reason,
    page::{Page, render},
    visit::Done,
};
use crate::{
    app::App,
    db::{
        Ts, dialect,
        nodes::{self, Row},
        open, roles,
        users::Gender,
    },
    figures::trouble::{self, Provider},
    http::Edge,
    settings::{self, Key, SettingsError, Values},
    staff::role::demand,
};

const PATH: &str = "/admin/settings";

/// A key that may be changed while the service runs, as a field of the form.
struct Field {
    key: Key,
    /// Its name in families of texts, and the id of its element.
    word: String,
    /// What it is, or what was typed.
    value: String,
    /// What the configuration says.
    configured: String,
    is_wrong: bool,
}

impl Field {
    fn new(key: Key, configured: &Values, shown: &Values, wrong: &[Key]) -> Self {
        let value = |values: &Values| values.get(&key).cloned().unwrap_or_default();
        Self {
            key,
            word: word(key),
            value: value(shown),
            configured: value(configured),
            is_wrong: wrong.contains(&key),
        }
    }

    fn is_changed(&self) -> bool {
        self.value != self.configured
    }

    fn is_long(&self) -> bool {
        self.key == Key::SystemText
    }

    /// What may be chosen; nothing: it is typed.
    fn choices(&self) -> &'static [Gender] {
        const GENDERS: [Gender; 3] = [Gender::Male, Gender::Female, Gender::Other];
        if self.key == Key::CompanionGender { &GENDERS } else { &[] }
    }
}

/// A key's name in families of texts.
pub(super) fn word(key: Key) -> String {
    key.as_str().replace(['.', '_'], "-")
}

/// What the form is shown with after it was refused.
#[derive(Default)]
struct Refused {
    typed: Option<Values>,
    reason: String,
    wrong: Vec<Key>,
    /// Whether the reason is none.
    without_reason: bool,
}

/// A section of the configuration.
struct Section {
    name: String,
    keys: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct Settings {
    page: Page,
    fields: Vec<Field>,
    refused: Refused,
    version: &'static str,
    database: &'static str,
    schema: i64,
    known_schema: i64,
    now: Ts,
    own: Uuid,
    nodes: Vec<Row>,
    roles: Vec<(String, Uuid, Ts)>,
    providers: Vec<Provider>,
    sections: Vec<Section>,
}

impl Settings {
    /// The schema of the database, and the newest that the program knows.
    fn schemas(&self) -> String {
        format!("{} / {}", self.schema, self.known_schema)
    }
}

/// The settings.
pub(super) async fn show(State(edge): State<Edge>, staff: Allowed<demand::Settings>) -> Result<Response> {
    page(&edge.app, &staff, Refused::default()).await
}

/// Changes what may be changed.
pub(super) async fn change(
    State(edge): State<Edge>,
    staff: Allowed<demand::Settings>,
    Form(mut typed): Form<HashMap<String, String>>,
) -> Result<Response> {
    // Browsers end lines of a form with both.
    let mut field = |name: &str| typed.remove(name).unwrap_or_default().trim().replace("\r\n", "\n");
    let wanted: Values = Key::ALL.into_iter().map(|key| (key, field(key.as_str()))).collect();
    let said = field("reason");
    let wrong = match reason(&said) {
        Err(_) => Vec::new(),
        Ok(reason) => match settings::change(&edge.app, staff.actor(), wanted.clone(), reason).await {
            Ok(()) => return Ok(Done::see(PATH).saying("settings-changed").into_response()),
            Err(SettingsError::Invalid(wrong)) => wrong,
            Err(SettingsError::Database(error)) => return Err(error.into()),
        },
    };
    let without_reason = wrong.is_empty();
    let refused = Refused { typed: Some(wanted), reason: said, wrong, without_reason };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&edge.app, &staff, refused).await?).into_response())
}

async fn page(app: &App, staff: &Staff, refused: Refused) -> Result<Response> {
    let now = app.clock.now();
    let (configured, counting) = (settings::Settings::configured(&app.config).values(), app.settings.now().values());
    let shown = refused.typed.as_ref().unwrap_or(&counting);
    let fields = Key::ALL.into_iter().map(|key| Field::new(key, &configured, shown, &refused.wrong)).collect();
    let providers = trouble::lately(app, now).await?;
    let mut reader = app.db.read().await?;
    let conn = &mut reader.conn();
    let config = serde_json::to_value(&app.config).map_err(|_| Failure::Internal)?;
    render(&Settings {
        page: staff.page("menu-settings"),
        fields,
        refused,
        version: env!("CARGO_PKG_VERSION"),
        database: if app.db.is_sqlite() { "SQLite" } else { "PostgreSQL" },
        schema: dialect::schema_version(conn).await?,
        known_schema: open::schema_version(),
        now,
        own: app.node.id,
        nodes: nodes::list(conn).await?,
        roles: roles::list(conn).await?,
        providers,
        sections: sections(&config),
    })
}

/// The sections with their keys, as `check-config` prints them.
fn sections(config: &Value) -> Vec<Section> {
    let Value::Object(members) = config else { return Vec::new() };
    let section = |(name, value): (&String, &Value)| {
        let mut keys = Vec::new();
        flatten("", value, &mut keys);
        Section { name: name.clone(), keys }
    };
    members.iter().map(section).collect()
}

fn flatten(name: &str, value: &Value, keys: &mut Vec<(String, String)>) {
    let below = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(part, value)| flatten(&below(part), value, keys));
        }
        Value::Array(items) if items.iter().any(|item| item.is_object()) => {
            items.iter().enumerate().for_each(|(n, value)| flatten(&below(&(n + 1).to_string()), value, keys));
        }
        Value::String(text) => keys.push((name.to_owned(), text.clone())),
        Value::Null => keys.push((name.to_owned(), String::new())),
        value => keys.push((name.to_owned(), value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_whole() {
        let config =
            serde_json::json!({"llm": {"retries": 2, "providers": [{"name": "a"}], "parameters": {}}, "x": []});
        let told: Vec<String> = sections(&config)
            .into_iter()
            .flat_map(|section| {
                section.keys.into_iter().map(move |(key, value)| format!("{}/{key}={value}", section.name))
            })
            .collect();
        assert_eq!(told, ["llm/parameters={}", "llm/providers.1.name=a", "llm/retries=2", "x/=[]"]);
    }
}
