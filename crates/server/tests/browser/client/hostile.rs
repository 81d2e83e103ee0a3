//! Hundreds of hostile texts as questions and answers: nothing of them runs, nothing is fetched from elsewhere, and what
//! becomes of them is text and links.

use std::sync::atomic::Ordering::SeqCst;

use serde_json::{Value, json};
use testkit::{
    app::Database,
    model::Behaviour,
    payloads::{MARK, payloads},
};

use super::visitor::Visitor;
use crate::{hostile::elsewhere, look::faults};

/// How many texts stand in a message that was sent before, and in one that is seen being written.
const AT_ONCE: usize = 4;
const STREAMED: usize = 60;

/// What no answer may become: kinds of elements, attributes, addresses.
const STRANGE: &str = "const kinds = 'A ARTICLE B BLOCKQUOTE BR BUTTON CODE DEL DIV EM FIGCAPTION FIGURE H2 H3 H4 H5 H6 \
    HR I LI OL P PRE SPAN STRONG SVG PATH TABLE TBODY TD TH THEAD TIME TR UL'.split(' '); \
    const names = 'aria-busy aria-hidden aria-label class d datetime dir disabled focusable href rel role scope start \
    tabindex target title type viewBox'.split(' '); \
    return [...document.querySelectorAll('.said .answer, .said .asked')].flatMap(said => [...said.querySelectorAll('*')]) \
    .filter(element => !kinds.includes(element.tagName.toUpperCase()) \
    || [...element.attributes].some(({name}) => !names.includes(name)) \
    || (element.hasAttribute('href') && !/^(https?:\\/\\/|mailto:)/.test(element.getAttribute('href')))) \
    .map(element => element.outerHTML.slice(0, 200)).slice(0, 5);";

/// What was wrong with the page.
async fn misdeeds(visitor: &Visitor) -> Vec<String> {
    let mut found = faults(&visitor.chrome).await;
    if visitor.chrome.evaluate(&format!("return typeof window.{MARK};")).await != "undefined" {
        found.push("something ran".into());
    }
    if visitor.chrome.evaluate(STRANGE).await != json!([]) {
        found.push(format!("strange: {}", visitor.chrome.evaluate(STRANGE).await));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_an_answer_does_anything() {
    let (address, asked) = elsewhere().await;
    let all = payloads(&address);
    assert!(all.len() >= 500);
    let mut visitor = Visitor::begun(Database::Sqlite).await;
    let mut found = Vec::new();
    for (count, some) in (1..).zip(all.chunks(STREAMED)) {
        visitor.model.next(Behaviour::answer(&some.join("\n\n")));
        visitor.say("Дальше").await;
        visitor.has_answers(count).await;
    }
    found.extend(misdeeds(&visitor).await);

    // Few at once, so that none hides another, and said by the person, too; the first is also the title.
    visitor.model.always(Behaviour::echo());
    let person = visitor.person().await;
    let session = person.session().await;
    for some in all.chunks(AT_ONCE) {
        let (status, _, body) = person.send(session, &some.join("\n\n")).await;
        assert_eq!(status, 201, "{some:?}: {body}");
    }
    visitor.go(&format!("d/{session}")).await;
    let count = all.len().div_ceil(AT_ONCE);
    let shown = "document.querySelectorAll('.answer').length";
    // A page of the history at a time.
    for pages in 1.. {
        let so_far = count.min(pages * 25);
        visitor.chrome.until(&format!("{shown} >= {so_far}")).await;
        if so_far == count {
            break;
        }
        visitor.press("Earlier messages").await;
    }
    assert_eq!(visitor.chrome.evaluate(&format!("return {shown};")).await, count);
    // Whatever waits for a pointer or a key gets it.
    let events = "for (const element of document.querySelectorAll('.said *')) { \
                  if (element.closest('a, button')) continue; \
                  for (const name of ['mouseover', 'pointerenter', 'click', 'focus', 'animationstart', 'wheel', 'toggle']) \
                  element.dispatchEvent(new Event(name, {bubbles: true})); }";
    assert_eq!(visitor.chrome.evaluate(events).await, Value::Null);
    found.extend(misdeeds(&visitor).await);
    visitor.go("").await;
    visitor.chrome.until("document.querySelectorAll('.list .row').length === 2").await;
    found.extend(misdeeds(&visitor).await);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(asked.load(SeqCst), 0, "something was fetched from elsewhere");
}
