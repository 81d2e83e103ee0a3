//! The end of a dialogue stays in sight while an answer grows, and nobody who reads further up is taken away from there.

use serde_json::Value;
use testkit::{app::Database, model::Behaviour};

use super::visitor::Visitor;

/// More than a phone shows at once.
const WORDS: usize = 600;

/// How many pixels of the dialogue are below what is shown.
const BELOW: &str = "(() => { const box = document.querySelector('.scroller'); \
    return box.scrollHeight - box.scrollTop - box.clientHeight; })()";

/// Grows, and grows again between being shown to its end and the browser's telling that it was scrolled; gives what is
/// below in the end.
const GROW_TWICE: &str = "const done = arguments[0]; const said = document.querySelector('.said'); \
    const grow = () => { const more = document.createElement('p'); more.style.height = '200px'; said.append(more); }; \
    const wait = frames => frames ? requestAnimationFrame(() => wait(frames - 1)) : done(BELOW); \
    const watch = new ResizeObserver(() => { watch.disconnect(); setTimeout(() => { grow(); wait(10); }); }); \
    requestAnimationFrame(() => { grow(); watch.observe(said); });";

/// Somebody whose answer is half there.
async fn in_the_middle() -> Visitor {
    let visitor = Visitor::begun(Database::Sqlite).await;
    visitor.model.next(Behaviour::tokens(WORDS).held_after(WORDS / 2));
    visitor.say("Расскажи").await;
    let half = format!("/слово{}/.test(document.querySelector('.answer[aria-busy=true]')?.innerText)", WORDS / 2);
    visitor.chrome.until(&half).await;
    visitor
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_stays_in_sight() {
    let mut visitor = in_the_middle().await;
    visitor.chrome.until(&format!("{BELOW} <= 1")).await;
    let grown = visitor.chrome.evaluate_later(&GROW_TWICE.replace("BELOW", BELOW), &[]).await;
    assert!(grown.as_f64().unwrap() <= 1.0, "{grown} px are below");
    visitor.model.release();
    visitor.is_answered().await;
    visitor.chrome.until(&format!("{BELOW} <= 1")).await;
    assert_eq!(visitor.chrome.evaluate("return document.querySelector('.to-end');").await, Value::Null);
    visitor.is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_further_up_stays_there() {
    let mut visitor = in_the_middle().await;
    visitor.chrome.until(&format!("{BELOW} <= 1")).await;
    visitor.chrome.evaluate("document.querySelector('.scroller').scrollTop -= 300;").await;
    visitor.chrome.until("document.querySelector('.to-end')").await;
    let before = visitor.chrome.evaluate("return document.querySelector('.scroller').scrollTop;").await;
    visitor.model.release();
    visitor.is_answered().await;
    assert_eq!(visitor.chrome.evaluate("return document.querySelector('.scroller').scrollTop;").await, before);
    visitor.press("To the newest message").await;
    visitor.chrome.until(&format!("{BELOW} <= 1")).await;

    // Back down by hand, and up again: the end is where it is now.
    let scroll = async |by: &str| {
        visitor.chrome.evaluate(&format!("document.querySelector('.scroller').scrollTop {by};")).await;
    };
    scroll("= 0").await;
    visitor.chrome.until("document.querySelector('.to-end')").await;
    let grow = "const more = document.createElement('p'); more.style.height = '2000px'; \
                document.querySelector('.said').append(more);";
    visitor.chrome.evaluate(grow).await;
    scroll("= 1e6").await;
    visitor.chrome.until("!document.querySelector('.to-end')").await;
    scroll("-= 900").await;
    visitor.chrome.until("document.querySelector('.to-end')").await;
    visitor.is_well().await;
}
