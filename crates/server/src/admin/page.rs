//! What every template needs, and making an answer of one.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html as Body, IntoResponse as _, Response},
};

use super::{
    Failure, Result, assets,
    format::{self, Html},
    router::MENU,
    texts,
    visit::{Theme, Visit},
};
use crate::{
    db::Ts,
    staff::role::{Permission, Role},
    texts::{Lang, Value},
};

/// The page around what a template shows: `page` in every template.
#[derive(Clone, Debug)]
pub struct Page {
    visit: Visit,
    title: String,
}

/// A line of the menu.
#[derive(Clone, Debug)]
pub struct MenuItem {
    /// Where it leads.
    pub path: &'static str,
    /// What it is called.
    pub label: String,
    /// Whether it is where we are.
    pub is_current: bool,
}

/// A choice among few.
#[derive(Clone, Debug)]
pub struct Choice {
    /// As the form sends it.
    pub value: &'static str,
    /// What it is called.
    pub label: String,
    /// Whether it is the present one.
    pub is_current: bool,
}

impl Page {
    /// A page under the title of this key.
    pub fn new(visit: Visit, title: &str) -> Self {
        let title = texts::text(visit.lang, title, &[]);
        Self { visit, title }
    }

    /// The same under a title that is no text of ours: somebody's name.
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// A text.
    pub fn t(&self, key: &str) -> String {
        texts::text(self.visit.lang, key, &[])
    }

    /// A text with the number `$count` in it.
    pub fn tn(&self, key: &str, count: &i64) -> String {
        texts::text(self.visit.lang, key, &[("count", Value::Number(*count))])
    }

    /// A text with a variable in it.
    pub fn tv(&self, key: &str, name: &str, value: &str) -> String {
        texts::text(self.visit.lang, key, &[(name, Value::Text(value))])
    }

    /// The text `family-word`, or the word itself: rows of other versions have words that this one does not know.
    pub fn word(&self, family: &str, word: &str) -> String {
        texts::known(self.visit.lang, &format!("{family}-{word}")).unwrap_or_else(|| word.to_owned())
    }

    /// A moment.
    pub fn time(&self, at: &Ts) -> Html {
        format::time(self.visit.lang, *at, &self.visit.zone)
    }

    /// The day of a moment.
    pub fn day(&self, at: &Ts) -> Html {
        format::day(self.visit.lang, *at, &self.visit.zone)
    }

    /// A whole number.
    pub fn number(&self, number: &i64) -> String {
        format::number(self.visit.lang, *number)
    }

    /// An amount in millionths of a currency.
    pub fn money(&self, micros: &i64, currency: &str) -> String {
        format::money(self.visit.lang, *micros, currency)
    }

    /// The name of a role.
    pub fn role(&self, role: &Role) -> String {
        self.word("role", role.as_str())
    }

    /// Whether the reader has the permission: `page.may(Permission::ViewMoney)`, with `Permission` in scope of the handler.
    pub fn may(&self, permission: Permission) -> bool {
        self.visit.staff.as_ref().is_some_and(|staff| staff.role.may(permission))
    }

    /// The language's tag.
    pub fn lang(&self) -> &'static str {
        self.visit.lang.tag()
    }

    /// The chosen colours.
    pub fn theme(&self) -> &'static str {
        self.visit.theme.as_str()
    }

    /// The path and query of this page.
    pub fn here(&self) -> &str {
        &self.visit.here
    }

    /// The address of a file that pages load.
    pub fn asset(&self, source: &str) -> String {
        assets::url(source)
    }

    /// Whether there are scripts: not in a build without Node.
    pub fn has_scripts(&self) -> bool {
        assets::has_scripts()
    }

    /// What is said once, after something was done.
    pub fn flash(&self) -> Option<String> {
        texts::known(self.visit.lang, self.visit.flash.as_deref()?)
    }

    /// What the reader is called, if somebody is signed in.
    pub fn reader(&self) -> Option<String> {
        let staff = self.visit.staff.as_ref()?;
        Some(staff.name.clone().unwrap_or_else(|| self.role(&staff.role)))
    }

    /// The lines of the menu that the reader may follow.
    pub fn menu(&self) -> Vec<MenuItem> {
        let here = self.visit.path.as_str();
        let is_current = |path: &str| {
            here == path || (path != "/admin" && here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
        };
        let seen = MENU.iter().filter(|(_, _, permission)| permission.is_none_or(|permission| self.may(permission)));
        let seen = seen.filter(|_| self.visit.staff.is_some());
        seen.map(|(path, key, _)| MenuItem { path, label: self.t(key), is_current: is_current(path) }).collect()
    }

    /// The languages to choose from.
    pub fn languages(&self) -> Vec<Choice> {
        let choice = |lang: Lang| Choice {
            value: lang.tag(),
            label: if lang == Lang::Ru { "Русский" } else { "English" }.into(),
            is_current: lang == self.visit.lang,
        };
        Lang::ALL.map(choice).into()
    }

    /// The colours to choose from.
    pub fn themes(&self) -> Vec<Choice> {
        let choice = |theme: Theme| Choice {
            value: theme.as_str(),
            label: self.word("theme", theme.as_str()),
            is_current: theme == self.visit.theme,
        };
        Theme::ALL.map(choice).into()
    }
}

/// The answer that a template makes.
pub fn render(template: &impl Template) -> Result<Response> {
    Ok(Body(template.render()?).into_response())
}

/// The page of something that can't be shown.
#[derive(Template)]
#[template(path = "admin/failure.html")]
struct Failed {
    page: Page,
    words: String,
    /// How to sign in: for who is nobody.
    how: bool,
    /// Whether by a passkey too.
    by_passkey: bool,
}

/// The page of a failure. `has_passkeys`: whether they can be signed in by.
pub(super) fn failure(visit: &Visit, failure: &Failure, has_passkeys: bool) -> Response {
    let (title, key) = failure.keys();
    let words = match failure {
        Failure::TooMany(seconds) => {
            let count = i64::try_from(*seconds).unwrap_or(i64::MAX);
            texts::text(visit.lang, key, &[("count", Value::Number(count))])
        }
        _ => texts::text(visit.lang, key, &[]),
    };
    let how = matches!(failure, Failure::SignIn | Failure::Link | Failure::Passkey);
    let failed = Failed { page: Page::new(visit.clone(), title), words, how, by_passkey: how && has_passkeys };
    let mut response = match failed.render() {
        Ok(html) => (failure.status(), Body(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page of a failure can't be made");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    if let Failure::TooMany(seconds) = failure {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}
