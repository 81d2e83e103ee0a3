//! `android/client` knows what the service has: each call of a person's, and each type of problem. Its own tests
//! (`android/test.sh`) need a Kotlin compiler.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

use crate::support::BINARY;

const CALLS: &str = include_str!("../../../../android/client/src/main/kotlin/app/beseda/client/Beseda.kt");
const REFRESH: &str = include_str!("../../../../android/client/src/main/kotlin/app/beseda/client/Account.kt");
const FOLLOWING: &str = include_str!("../../../../android/client/src/main/kotlin/app/beseda/client/Following.kt");
const PROBLEMS: &str = include_str!("../../../../android/client/src/main/kotlin/app/beseda/client/Problem.kt");

/// What only a browser needs.
const OF_BROWSERS: [&str; 4] =
    ["/v1/auth/telegram", "/v1/push", "/v1/me/push-subscriptions", "/v1/me/push-subscriptions/{}"];

/// The calls in a source: `"METHOD", "/v1/…"`, or the path alone, after `read(` and `array(` of what is read, after
/// others of what is sent.
fn calls(source: &str) -> impl Iterator<Item = String> {
    source.match_indices("\"/v1/").map(|(at, _)| {
        let (before, text) = (source[..at].trim_end(), &source[at + 1..]);
        let method = match before.strip_suffix("\",") {
            Some(before) => before.rsplit('"').next().unwrap(),
            None if before.ends_with("read(") || before.ends_with("array(") => "GET",
            None => "POST",
        };
        format!("{method} {}", path(text.split('"').next().unwrap()))
    })
}

/// A path with `{}` for what stands between its slashes by chance.
fn path(text: &str) -> String {
    let parts = text.split('/').map(|part| if part.starts_with(['$', '{']) { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn the_kotlin_library_is_complete() {
    let output = Command::new(BINARY).arg("openapi").output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut served = BTreeSet::new();
    for (text, methods) in document["paths"].as_object().unwrap().iter().filter(|(text, _)| text.starts_with("/v1/")) {
        let methods = methods.as_object().unwrap().keys().filter(|key| *key != "parameters");
        served.extend(methods.map(|method| format!("{} {}", method.to_uppercase(), path(text))));
    }
    served.retain(|call| !OF_BROWSERS.iter().any(|path| call.ends_with(path)));
    let called: BTreeSet<String> = [CALLS, REFRESH, FOLLOWING].into_iter().flat_map(calls).collect();
    assert_eq!(called, served);

    let source = include_str!("../../src/problem.rs");
    let types = source.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(" = \"")?.1.split_once("\", "));
    let types: BTreeSet<&str> = types.map(|(slug, _)| slug).collect();
    assert!(types.len() > 30);
    let known: BTreeSet<&str> = PROBLEMS
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.split_once("(\""))
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .map(|(_, rest)| rest.split('"').next().unwrap())
        .filter(|known| *known != "unknown")
        .collect();
    assert_eq!(known, types);
}
