//! Both languages say the same, and pages use all of it.

use std::collections::BTreeSet;

use fluent_bundle::FluentResource;

use super::{Lang, Value, text};
use crate::{
    billing::plan_check::Fault,
    db::reports::{Category, ReportState},
    settings::Key,
    staff::{
        audit::{Action, Via},
        role::{Permission, Role},
    },
};

const SOURCES: [(Lang, &str); 2] = [(Lang::Ru, include_str!("ru.ftl")), (Lang::En, include_str!("en.ftl"))];

/// Texts that are asked for by a word: family and words.
fn families() -> Vec<(&'static str, Vec<String>)> {
    vec![
        ("role", Role::ALL.iter().map(|role| role.as_str().into()).collect()),
        ("permission", Permission::ALL.iter().map(|one| one.as_str().to_lowercase()).collect()),
        ("action", Action::ALL.iter().map(|action| action.as_str().into()).collect()),
        ("via", [Via::Panel, Via::Cli, Via::Bot, Via::System].map(|via| via.as_str().into()).into()),
        ("nobody", [Via::Panel, Via::Cli, Via::Bot, Via::System].map(|via| via.as_str().into()).into()),
        ("gender", words(["male", "female", "other"])),
        ("channel", words(["api", "telegram"])),
        ("turn", words(["waiting", "running", "complete", "stopped", "interrupted", "failed"])),
        ("category", Category::ALL.iter().map(|category| category.as_str().into()).collect()),
        ("report", ReportState::ALL.iter().map(|state| state.as_str().into()).collect()),
        ("unit", words(["requests", "tokens"])),
        ("period", words(["day", "week", "month", "year", "none"])),
        ("provider", words(["stars", "google_play", "grant"])),
        ("payment", words(["paid", "refunded", "canceled", "resumed", "failed", "observed", "extended", "revoked"])),
        ("payment-by", words(["provider", "person", "operator"])),
        ("refund-state", words(["asked", "done", "failed"])),
        ("plan-fault", plan_faults()),
        ("plan-typed", words(["number", "choice", "exists", "reason"])),
        ("broadcast-is", words(["draft", "running", "stopped", "done"])),
        ("jobs-state", words(["failing", "open", "failed", "ended"])),
        ("deliveries-state", words(["failing", "open", "refused", "ended"])),
        ("job-outcome", words(["done", "failed", "cancelled"])),
        ("delivery-outcome", words(["sent", "refused", "closed", "cancelled"])),
        (
            "job-kind",
            words(["plan-ended", "set-renewal", "refund", "give-back", "ask-google", "voided", "acknowledge", "push"]),
        ),
        ("theme", words(["auto", "light", "dark"])),
        ("setting", settings()),
        ("setting-fault", settings()),
    ]
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(String::from).into()
}

/// The keys that may be changed while the service runs.
fn settings() -> Vec<String> {
    Key::ALL.into_iter().map(crate::admin::settings::word).collect()
}

/// The words of a plan's faults, of which several say the same.
fn plan_faults() -> Vec<String> {
    let words: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.as_str()).collect();
    words.into_iter().map(String::from).collect()
}

fn keys(source: &str) -> BTreeSet<String> {
    let lines = source.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    lines.filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()).collect()
}

/// Every file that asks for texts: the panel's sources and templates.
fn asking() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut files = Vec::new();
    for folder in ["src/admin", "templates/admin"] {
        let entries = std::fs::read_dir(format!("{root}/{folder}")).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()));
    }
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn both_languages_have_the_same_texts() {
    let [(_, russian), (_, english)] = SOURCES;
    assert_eq!(keys(russian), keys(english));
    for (lang, source) in SOURCES {
        FluentResource::try_new(source.to_owned()).expect("the file is read whole");
        for key in keys(source) {
            let shown = text(lang, &key, &[("count", Value::Number(2)), ("name", "Анна".into())]);
            assert!(!shown.contains(['{', '}', '$']), "{key}: {shown}");
        }
    }
}

#[test]
fn every_text_is_used_and_every_word_has_one() {
    let asking = asking();
    let mut left = keys(SOURCES[0].1);
    for (family, words) in families() {
        for word in words {
            assert!(left.remove(&format!("{family}-{word}")), "{family}-{word} is missing");
        }
    }
    let is_used = |key: &String| {
        let said = key.strip_prefix("flash-").is_some_and(|key| asking.contains(&format!("saying(\"{key}\")")));
        said || asking.contains(&format!("\"{key}\""))
    };
    let unused: Vec<_> = left.iter().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_text_that_is_asked_for_is_there() {
    let (asking, known) = (asking(), keys(SOURCES[0].1));
    for (call, prefix) in [(".t(\"", ""), (".tn(\"", ""), (".tv(\"", ""), (".page(\"", ""), ("saying(\"", "flash-")] {
        for rest in asking.split(call).skip(1) {
            let key = format!("{prefix}{}", rest.split('"').next().unwrap());
            assert!(known.contains(&key), "{key}");
        }
    }
}
