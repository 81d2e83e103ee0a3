//! What scripts add to the pages, and that the pages do without them.

use serde_json::{Value, json};
use testkit::{
    app::{Database, TestApp},
    model::FakeModel,
};

use crate::{
    chrome::Chrome,
    look::{barriers, faults, keep_picture},
    town::{BINARY, Town},
};

/// A town whose panel an owner has open.
async fn open() -> (Town, Chrome) {
    let town = Town::new().await;
    let chrome = Chrome::start().await;
    town.sign_in(&chrome, "owner").await;
    (town, chrome)
}

/// Goes to a page, and marks it: a page that is loaded anew has no mark.
async fn load(town: &Town, chrome: &Chrome, path: &str) {
    chrome.goto(&town.at(path)).await;
    chrome.evaluate("window.mark = true;").await;
}

/// Waits until the page of this path is there, put into the one that was loaded or loaded itself.
async fn arrive(chrome: &Chrome, path: &str, is_put: bool) {
    let there =
        format!("location.pathname + location.search === {} && document.readyState === 'complete'", json!(path));
    chrome.until(&format!("{there} && !document.querySelector('.loading')")).await;
    assert_eq!(chrome.evaluate("return window.mark === true;").await, is_put, "{path}");
}

/// What the page looks and sounds like is as it should be.
async fn is_well(chrome: &Chrome, name: &str) {
    keep_picture(chrome, name).await;
    let mut wrong = faults(chrome).await;
    wrong.extend(barriers(chrome).await);
    assert!(wrong.is_empty(), "{name}: {}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_puts_its_page_into_this_one() {
    let (town, chrome) = open().await;
    load(&town, &chrome, "/admin").await;
    chrome.press("nav.menu a[href='/admin/people']").await;
    arrive(&chrome, "/admin/people", true).await;
    let told = "return [document.activeElement.tagName, document.activeElement.textContent, document.title.split(' · ')[0], \
                document.querySelector('.menu [aria-current]').getAttribute('href'), scrollY];";
    let title = chrome.text("h1").await;
    assert_eq!(chrome.evaluate(told).await, json!(["H1", title, title, "/admin/people", 0]));
    is_well(&chrome, "scripts-people").await;
    let anna = format!("/admin/people/{}", town.anna.id);
    chrome.press(&format!("main table a[href='{anna}']")).await;
    arrive(&chrome, &anna, true).await;
    assert_eq!(chrome.text("h1").await, "Анна <b>Иванова</b>");
    chrome.evaluate("history.back();").await;
    // Nothing of what was shown is kept: it is asked for again.
    arrive(&chrome, "/admin/people", false).await;
    assert_eq!(chrome.text("h1").await, title);
    let kept = chrome.evaluate("return JSON.stringify({...localStorage, ...sessionStorage});").await;
    assert!(!kept.as_str().unwrap().contains("Анна") && !kept.as_str().unwrap().contains("table"), "{kept}");
    is_well(&chrome, "scripts-back").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn choosing_filters() {
    let (town, chrome) = open().await;
    load(&town, &chrome, "/admin/people").await;
    let rows = "return document.querySelectorAll('tbody tr').length;";
    let all = chrome.evaluate(rows).await;
    chrome.press("#channel option[value=app]").await;
    // Filters that are not set don't stand in the address.
    arrive(&chrome, "/admin/people?channel=app", true).await;
    assert_eq!(
        chrome.evaluate("return document.activeElement.id + ' ' + document.activeElement.value;").await,
        "channel app"
    );
    let some = chrome.evaluate(rows).await;
    assert!(some.as_i64() > Some(0) && some.as_i64() <= all.as_i64(), "{some} of {all}");
    let said = "document.getElementById('status').textContent";
    chrome.until(&format!("{said}.endsWith(' {some}')")).await;
    is_well(&chrome, "scripts-filtered").await;
    chrome.press("#blocked option[value=yes]").await;
    arrive(&chrome, "/admin/people?channel=app&blocked=yes", true).await;
    chrome.until(&format!("{said} === document.querySelector('.empty').textContent")).await;
    // By the button it goes on, and where it was pressed the focus stays.
    chrome.write("#q", "Анна").await;
    chrome.press("#blocked option[value='']").await;
    arrive(&chrome, &format!("/admin/people?q={}&channel=app", "%D0%90%D0%BD%D0%BD%D0%B0"), true).await;
    chrome.evaluate("window.pressed = document.querySelector('form.filters button');").await;
    chrome.press("form.filters button").await;
    let on_the_new = "document.activeElement.matches('form.filters button') && !window.pressed.isConnected";
    chrome.until(on_the_new).await;
    chrome.evaluate("history.back();").await;
    arrive(&chrome, "/admin/people?channel=app&blocked=yes", false).await;
    assert_eq!(chrome.evaluate("return document.getElementById('blocked').value;").await, "yes");
    is_well(&chrome, "scripts-filter-back").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_shown_and_who_is_signed_out_sees_it() {
    let (town, chrome) = open().await;
    load(&town, &chrome, "/admin/reports").await;
    let path = chrome.evaluate("return document.querySelector('main table a').getAttribute('href');").await;
    town.app.execute("DELETE FROM reports").await.unwrap();
    chrome.press("main table a").await;
    arrive(&chrome, path.as_str().unwrap(), true).await;
    assert_eq!(chrome.evaluate("return document.activeElement.tagName;").await, "H1");
    assert!(chrome.text("main .button").await.len() > 1, "it leads back");
    // The browser itself says that it was a refusal, and nothing else is wrong.
    is_well(&chrome, "scripts-failure").await;
    // A file is not put into the page.
    chrome.press("nav.menu a[href='/admin/people']").await;
    arrive(&chrome, "/admin/people", true).await;
    let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'downloaded'";
    chrome.press("a[download]").await;
    while town.app.query_i64(audited).await.unwrap() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    arrive(&chrome, "/admin/people", true).await;
    assert_eq!(town.app.query_i64(audited).await.unwrap(), 1);
    town.app.execute("DELETE FROM admin_sessions").await.unwrap();
    chrome.press("nav.menu a[href='/admin/audit']").await;
    arrive(&chrome, "/admin/audit", false).await;
    assert_eq!(chrome.evaluate("return document.querySelectorAll('nav.menu').length;").await, 0);
}

/// The front bars of the first plot have the colour that its legend has.
const AS_ITS_LEGEND: &str = "(() => { const canvas = document.querySelector('.live canvas'); \
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true }); \
    copy.drawImage(canvas, 0, 0); const { data } = copy.getImageData(0, 0, canvas.width, canvas.height); \
    const legend = document.querySelector('.plot .legend .s-two'); \
    const [r, g, b] = getComputedStyle(legend).fill.match(/\\d+/g).map(Number); \
    for (let i = 0; i < data.length; i += 4) \
      if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) return true; \
    return false; })()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plot_is_read_off_at_the_pointer_and_by_keys() {
    let (town, chrome) = open().await;
    town.run(&["demo-data", "--users", "30", "--messages", "300"]).await;
    chrome.goto(&town.at("/admin")).await;
    chrome
        .until("document.querySelectorAll('.live canvas').length === document.querySelectorAll('.plot').length")
        .await;
    assert_eq!(chrome.evaluate("return document.querySelector('svg.chart').checkVisibility();").await, false);
    let plot = "document.querySelector('.plot')";
    // What the table says of a day, counted from the newest.
    let row = async |back: usize| {
        let script = format!(
            "const row = {plot}.querySelectorAll('tbody tr')[{back}]; return [...row.cells].map(cell => cell.textContent);"
        );
        chrome.evaluate(&script).await.as_array().unwrap().clone()
    };
    let says = async |back: usize| {
        let line = chrome.evaluate(&format!("return {plot}.querySelector('.readout').textContent;")).await;
        let spoken = chrome.evaluate(&format!("return {plot}.querySelector('.live').ariaValueText;")).await;
        assert_eq!(line, spoken);
        let line = line.as_str().unwrap().to_owned();
        let cells = row(back).await;
        assert!(line.starts_with(cells[0].as_str().unwrap()), "{line}: {cells:?}");
        for cell in &cells[1..] {
            assert!(line.contains(&format!(": {}", cell.as_str().unwrap())), "{line}: {cells:?}");
        }
    };
    let summary = chrome.text(".plot .readout").await;
    chrome.evaluate(&format!("{plot}.querySelector('.live').focus();")).await;
    says(0).await;
    chrome.keys("\u{e012}").await;
    says(1).await;
    chrome.keys("\u{e00f}").await;
    says(8).await;
    chrome.keys("\u{e014}").await;
    says(7).await;
    is_well(&chrome, "scripts-plot").await;
    chrome.keys("\u{e011}").await;
    let last = chrome.evaluate(&format!("return {plot}.querySelectorAll('tbody tr').length - 1;")).await;
    says(usize::try_from(last.as_u64().unwrap()).unwrap()).await;
    chrome.evaluate("document.activeElement.blur();").await;
    assert_eq!(chrome.text(".plot .readout").await, summary);
    chrome.point(".live").await;
    chrome.until(&format!("{plot}.querySelector('.readout').textContent !== {}", json!(summary))).await;
    // Its colours and its size follow the window's.
    chrome.shape(1280, false).await;
    chrome.until(AS_ITS_LEGEND).await;
    chrome.shape(1280, true).await;
    chrome.until(AS_ITS_LEGEND).await;
    chrome.shape(390, true).await;
    let width = format!("{plot}.querySelector('canvas').getBoundingClientRect().width");
    chrome.until(&format!("{width} > 200 && {width} < 390")).await;
    is_well(&chrome, "scripts-plot-phone").await;
    // Another page and back: drawn anew, once.
    chrome.press("nav.menu a[href='/admin/usage']").await;
    arrive_at(&chrome, "/admin/usage").await;
    chrome.press("nav.menu a[href='/admin']").await;
    arrive_at(&chrome, "/admin").await;
    chrome
        .until("document.querySelectorAll('.live canvas').length === document.querySelectorAll('.plot').length")
        .await;
    is_well(&chrome, "scripts-plot-again").await;
}

async fn arrive_at(chrome: &Chrome, path: &str) {
    chrome.until(&format!("location.pathname === {} && !document.querySelector('.loading')", json!(path))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_be_copied_is_copied() {
    let (town, chrome) = open().await;
    chrome.lend_clipboard(town.app.base_url()).await;
    chrome.goto(&town.at("/admin/journal")).await;
    chrome.press("main table a").await;
    chrome.until("document.getElementById('read-reason')").await;
    chrome.write("#read-reason", "Жалоба").await;
    chrome.press("form[action$='/read'] button").await;
    let clipboard = async || {
        let script = "const [done] = arguments; navigator.clipboard.readText().then(done, done);";
        chrome.evaluate_later(script, &[]).await
    };
    for (button, source) in [("curl", "value"), ("request-json", "textContent"), ("response-json", "textContent")] {
        let selector = format!("button[data-copy={button}]");
        if chrome.evaluate(&format!("return document.getElementById('{button}');")).await == Value::Null {
            continue;
        }
        chrome.press(&selector).await;
        chrome.until(&format!("document.querySelector('{selector}').disabled")).await;
        let shown = chrome.evaluate(&format!("return document.getElementById('{button}').{source};")).await;
        assert_eq!(clipboard().await, shown);
        let told = chrome.text(&selector).await;
        chrome.until(&format!("document.getElementById('status').textContent === {}", json!(told))).await;
    }
    let command = chrome.evaluate("return document.getElementById('curl').value;").await;
    let command = command.as_str().unwrap();
    assert!(command.starts_with("curl ") && command.contains("Bearer $API_KEY"), "{command}");
    is_well(&chrome, "scripts-copied").await;
    // Where there is no clipboard, as over plain HTTP, it is selected and copied in the old way.
    chrome.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined});").await;
    chrome
        .evaluate("window.copied = ''; addEventListener('copy', () => window.copied = getSelection().toString());")
        .await;
    chrome.until("!document.querySelector('button[data-copy=curl]').disabled").await;
    chrome.press("button[data-copy=curl]").await;
    chrome.until("window.copied.startsWith('curl ')").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_in_progress_is_shown_as_it_goes() {
    // Without a bot it neither goes on nor ends by itself.
    let model = FakeModel::start().await.unwrap();
    let app = TestApp::builder(BINARY, Database::Sqlite).model(&model).start().await.unwrap();
    let link = app.run(&["admin", "grant", "--role", "owner", "--name", "Ольга"]).await.unwrap().stdout;
    let chrome = Chrome::start().await;
    chrome.goto(link.trim()).await;
    chrome.press("main button").await;
    let id = uuid::Uuid::from_u128(7);
    let values = format!("(x'{}', 1, 'Привет', 'Hello', 'running', 1, 10, 3, 2)", id.simple());
    let columns = "(id, created_at, text_ru, text_en, state, started_at, expected, taken, sent)";
    app.execute(&format!("INSERT INTO broadcasts {columns} VALUES {values}")).await.unwrap();
    chrome.goto(&format!("{}/admin/broadcasts/{id}", app.base_url())).await;
    chrome.evaluate("window.mark = true;").await;
    let progress = "document.getElementById('progress')";
    assert_eq!(chrome.evaluate(&format!("return {progress}.value;")).await, 3);
    app.execute("UPDATE broadcasts SET taken = 5, sent = 5").await.unwrap();
    chrome.until(&format!("{progress}.value === 5")).await;
    // Nothing is taken from under somebody's hands.
    chrome.press("#progress-card .confirm summary").await;
    chrome.write("#stop-reason", "Довольно").await;
    app.execute("UPDATE broadcasts SET taken = 7").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let typed = format!("return [document.getElementById('stop-reason').value, {progress}.value];");
    assert_eq!(chrome.evaluate(&typed).await, json!(["Довольно", 5]));
    chrome.press("#progress-card .confirm summary").await;
    chrome.evaluate("document.activeElement.blur();").await;
    app.execute("UPDATE broadcasts SET state = 'done', ended_at = 2").await.unwrap();
    chrome.until(&format!("!{progress} && !document.querySelector('[hx-get]')")).await;
    assert_eq!(chrome.evaluate("return window.mark;").await, true);
    is_well(&chrome, "scripts-progress").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_do_without_scripts() {
    let town = Town::new().await;
    let chrome = Chrome::start().await;
    chrome.stop_scripts().await;
    town.sign_in(&chrome, "owner").await;
    chrome.goto(&town.at("/admin")).await;
    let seen =
        "return [document.querySelector('svg.chart').checkVisibility(), document.querySelectorAll('canvas').length];";
    assert_eq!(chrome.evaluate(seen).await, json!([true, 0]));
    chrome.press("nav.menu a[href='/admin/people']").await;
    chrome.press("#channel option[value=app]").await;
    chrome.press("form.filters button").await;
    chrome.until("location.search.includes('channel=app')").await;
    assert!(chrome.text("main table").await.contains("Анна"));
    chrome.goto(&town.at("/admin/journal")).await;
    chrome.press("main table a").await;
    chrome.write("#read-reason", "Жалоба").await;
    chrome.press("form[action$='/read'] button").await;
    assert!(chrome.text("#curl").await.starts_with("curl "));
    let copy = "return document.querySelector('button[data-copy]').checkVisibility();";
    assert_eq!(chrome.evaluate(copy).await, false);
}
