//! Every page of the panel as each role sees it: on a phone and on a desk, in both languages, light and dark.

use rstest::rstest;

use crate::{
    chrome::Chrome,
    look::{barriers, faults, keep_picture},
    town::Town,
};

/// Width in CSS pixels, and whether it is dark.
const SHAPES: [(u32, bool); 4] = [(390, false), (1280, true), (390, true), (1280, false)];

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_looks_right_and_can_be_used_by_everybody(#[values("owner", "admin", "moderator")] role: &str) {
    let mut town = Town::new().await;
    town.run(&["demo-data", "--users", "60", "--messages", "2000"]).await;
    // What there is is counted at a start.
    town.app.restart().await.unwrap();
    let chrome = Chrome::start().await;
    town.sign_in(&chrome, role).await;
    if role != "moderator" {
        town.read(&chrome).await;
    }
    let mut found = Vec::new();
    for lang in ["ru", "en"] {
        chrome.cookie("beseda_language", lang).await;
        for (path, page) in town.pages().await {
            chrome.goto(&town.at(&path)).await;
            for (width, dark) in SHAPES {
                chrome.shape(width, dark).await;
                let name = format!("{role}-{page}-{width}-{lang}-{}", if dark { "dark" } else { "light" });
                // An owner sees most.
                if role == "owner" {
                    keep_picture(&chrome, &name).await;
                }
                let mut wrong = faults(&chrome).await;
                // Widths and colours each once: what axe looks at does not depend on the language.
                let is_phone = width == 390;
                if lang == "ru" && is_phone != dark && (role == "owner" || dark) {
                    wrong.extend(barriers(&chrome).await);
                }
                found.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
