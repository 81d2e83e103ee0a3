//! Looking at a page: what is wrong with it, and a picture to look at oneself.

use std::{path::Path, process::Command, sync::OnceLock};

use serde_json::{Value, json};

use crate::chrome::Chrome;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-output/pages");

/// The rules of WCAG 2.2 AA, and what is good practice beside them.
const RULES: [&str; 7] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/// axe-core's source, installed once by npm.
fn axe() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let mut npm = Command::new("npm");
        let output = npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(FOLDER).output();
        let output = output.expect("npm runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(Path::new(FOLDER).join("node_modules/axe-core/axe.min.js")).unwrap()
    })
}

/// Keeps a picture of the page that the browser shows.
pub(crate) async fn keep_picture(chrome: &Chrome, name: &str) {
    std::fs::create_dir_all(PICTURES).unwrap();
    std::fs::write(Path::new(PICTURES).join(format!("{name}.png")), chrome.picture().await).unwrap();
}

/// What is wrong with the page that the browser shows.
pub(crate) async fn faults(chrome: &Chrome) -> Vec<String> {
    let own = chrome.evaluate("return location.href;").await;
    // That the page itself is one of a refusal is no fault.
    let is_refusal =
        |message: &str| own.as_str().is_some_and(|own| message.starts_with(&format!("{own} - Failed to load")));
    let log = chrome.log().await.into_iter().filter(|(_, message)| !is_refusal(message));
    let mut found: Vec<String> = log.map(|(level, message)| format!("{level}: {message}")).collect();
    let wide = "const page = document.documentElement; return page.scrollWidth - page.clientWidth;";
    if let Some(beyond) = chrome.evaluate(wide).await.as_i64().filter(|beyond| *beyond > 0) {
        found.push(format!("it is {beyond} px too wide: {}", chrome.evaluate(WIDEST).await));
    }
    let elsewhere = "return performance.getEntriesByType('resource').map(entry => entry.name) \
                     .filter(name => !name.startsWith(location.origin + '/'));";
    for name in chrome.evaluate(elsewhere).await.as_array().into_iter().flatten() {
        found.push(format!("it loads {name}"));
    }
    found
}

/// Which elements stand out of the window.
const WIDEST: &str = "return [...document.querySelectorAll('body *')] \
    .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1) \
    .map(element => element.tagName + '.' + element.className).slice(0, 5);";

/// What of the page somebody could not use: rule, and where.
pub(crate) async fn barriers(chrome: &Chrome) -> Vec<String> {
    let script = format!(
        "const done = arguments[arguments.length - 1]; {}\n; axe.run(document, \
         {{runOnly: {{type: 'tag', values: {}}}, resultTypes: ['violations']}}).then(done, error => done(String(error)));",
        axe(),
        json!(RULES)
    );
    let result = chrome.evaluate_later(&script, &[]).await;
    let violations = result["violations"].as_array().unwrap_or_else(|| panic!("axe: {result}")).clone();
    let shown = |violation: &Value| {
        let nodes: Vec<_> = violation["nodes"].as_array().into_iter().flatten().map(|node| &node["html"]).collect();
        format!("{}: {} {}", violation["id"], violation["help"], json!(nodes))
    };
    violations.iter().map(shown).collect()
}
