//! `/admin/preferences`: language and colours, kept in cookies of the browser.

use axum::Form;
use serde::Deserialize;

use super::visit::{Cookie, Done, LANGUAGE, THEME, Theme};
use crate::texts::Lang;

/// A choice, and where it was made.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    language: Option<String>,
    theme: Option<String>,
    back: Option<String>,
}

/// Keeps a choice.
pub(super) async fn set(Form(chosen): Form<Chosen>) -> Done {
    let back = chosen.back.as_deref().filter(|path| is_here(path)).unwrap_or("/admin");
    let mut done = Done::see(back);
    let language = Lang::ALL.into_iter().find(|lang| chosen.language.as_deref() == Some(lang.tag()));
    if let Some(lang) = language {
        done = done.with(Cookie::Choice(LANGUAGE, lang.tag()));
    }
    let theme = Theme::ALL.into_iter().find(|theme| chosen.theme.as_deref() == Some(theme.as_str()));
    if let Some(theme) = theme {
        done = done.with(Cookie::Choice(THEME, theme.as_str()));
    }
    done
}

/// Whether a path is one of the panel's: nobody is sent elsewhere.
fn is_here(path: &str) -> bool {
    let rest = path.strip_prefix("/admin");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        && path.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for path in ["/admin", "/admin/audit?actor=1", "/admin?x"] {
            assert!(is_here(path), "{path}");
        }
        for path in ["//evil.example", "https://evil.example", "/administrator", "/", "", "/admin/\r\nx: y", "/admin x"]
        {
            assert!(!is_here(path), "{path:?}");
        }
    }
}
