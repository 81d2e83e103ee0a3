//! Chromium without a window, driven by its own driver (Debian's `chromium` and `chromium-driver`) as WebDriver says
//! (W3C) and the driver's own additions for logs and DevTools.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Client, Method};
use serde_json::{Value, json};

/// How long the driver may take to start, and a page to come.
const PATIENCE: Duration = Duration::from_secs(30);
/// The name of an element's id (WebDriver, 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser; it ends with this.
pub(crate) struct Chrome {
    client: Client,
    /// The address of its session at the driver.
    session: String,
    process: Child,
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // The driver ends the browser with the session; killed, it would leave it behind. An error means that both have
        // ended by themselves.
        let (place, path) = self.session.trim_start_matches("http://").split_once('/').unwrap();
        if let Ok(mut driver) = TcpStream::connect(place) {
            drop(driver.set_read_timeout(Some(Duration::from_secs(10))));
            let request = format!("DELETE /{path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
            drop(driver.write_all(request.as_bytes()));
            drop(driver.read(&mut [0; 1024]));
        }
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Chrome {
    /// One that has been nowhere.
    pub(crate) async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/chromium installs the driver");
        let client = Client::builder().no_proxy().build().unwrap();
        let driver = format!("http://127.0.0.1:{port}");
        let begun = tokio::time::Instant::now();
        while client.get(format!("{driver}/status")).send().await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "the driver does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let arguments =
            ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let mut chrome = Self { client, session: format!("{driver}/session"), process };
        let session = chrome.ask(Method::POST, "", &wanted).await;
        chrome.session = format!("{}/{}", chrome.session, session["sessionId"].as_str().unwrap());
        chrome
    }

    /// What the driver answers.
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let value = self.try_to_ask(method, path, body).await;
        assert!(value["error"].is_null(), "{path} {body}: {value}");
        value
    }

    /// The same, or what is wrong: then it has an `error`.
    async fn try_to_ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = self.client.request(method, format!("{}{path}", self.session));
        // What is only asked for takes none.
        let request = if body.is_null() { request } else { request.json(body) };
        let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["value"].take()
    }

    async fn tell(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, &body).await
    }

    /// A command of the DevTools protocol.
    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.tell("/goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    /// A window of this width, in CSS pixels, in these colours; a narrow one is a phone's, and touched.
    pub(crate) async fn shape(&self, width: u32, dark: bool) {
        let is_phone = width < 600;
        let height = if is_phone { 844 } else { 900 };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let touch = json!({"enabled": is_phone, "maxTouchPoints": 5});
        self.devtools("Emulation.setTouchEmulationEnabled", touch).await;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
        // The page has been told, and what changes its colour by and by has changed it.
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(null)));";
        self.evaluate_later(frames, &[]).await;
        self.until("document.getAnimations().every(change => !(change instanceof CSSTransition))").await;
    }

    /// Answers for the person what the page asks for (Permissions, by name).
    pub(crate) async fn allow(&self, permission: &str) {
        let granted = json!({"descriptor": {"name": permission}, "state": "granted"});
        self.tell("/permissions", granted).await;
    }

    /// Hands the service worker of a site, the first that the browser has, a message of its push service.
    pub(crate) async fn be_pushed(&self, origin: &str, data: &str) {
        self.devtools("ServiceWorker.enable", json!({})).await;
        let message = json!({"origin": origin, "registrationId": "0", "data": data});
        self.devtools("ServiceWorker.deliverPushMessage", message).await;
    }

    /// Runs a script in every page from now on, before the page's own.
    pub(crate) async fn before_pages(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
    }

    /// Gives it a cookie of the site that it shows.
    pub(crate) async fn cookie(&self, name: &str, value: &str) {
        self.tell("/cookie", json!({"cookie": {"name": name, "value": value}})).await;
    }

    /// Asks for an address and waits until it is there.
    pub(crate) async fn goto(&self, url: &str) {
        self.tell("/url", json!({"url": url})).await;
    }

    /// Goes back to where it was before.
    pub(crate) async fn back(&self) {
        self.tell("/back", json!({})).await;
    }

    /// The path of what a selector finds, once the page has it.
    async fn find(&self, selector: &str) -> String {
        let begun = tokio::time::Instant::now();
        let wanted = json!({"using": "css selector", "value": selector});
        loop {
            let found = self.try_to_ask(Method::POST, "/element", &wanted).await;
            if let Some(id) = found[ELEMENT].as_str() {
                return format!("/element/{id}");
            }
            if found["error"] != "no such element" || begun.elapsed() > PATIENCE {
                let page = "return [location.href, document.readyState, document.body?.innerText];";
                panic!("{selector}: {} on {}", found["error"], self.evaluate(page).await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Presses what a selector finds.
    pub(crate) async fn press(&self, selector: &str) {
        self.tell(&format!("{}/click", self.find(selector).await), json!({})).await;
    }

    /// Touches the middle of what a selector finds, if nothing lies over it, and waits until the page has felt it.
    pub(crate) async fn tap(&self, selector: &str) {
        let place = format!(
            "const found = document.querySelector({}); found.scrollIntoView({{block: 'nearest'}}); \
             const box = found.getBoundingClientRect(); \
             const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]; \
             const hit = document.elementFromPoint(x, y); window.isTouched = false; \
             addEventListener('click', () => window.isTouched = true, {{capture: true, once: true}}); \
             return found.contains(hit) ? {{x, y}} : `under ${{hit && hit.outerHTML}}`;",
            json!(selector)
        );
        let place = self.evaluate(&place).await;
        assert!(place.is_object(), "{selector} can't be touched: {place}");
        for (kind, points) in [("touchStart", json!([place])), ("touchEnd", json!([]))] {
            self.devtools("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points})).await;
        }
        self.until("window.isTouched").await;
    }

    /// Writes into the field that a selector finds, in place of what stands there.
    pub(crate) async fn write(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        self.tell(&format!("{field}/clear"), json!({})).await;
        self.tell(&format!("{field}/value"), json!({"text": text})).await;
    }

    /// Does what the form with this action does, as a person would: opens it, fills it in, presses its button.
    pub(crate) async fn act(&self, action: &str, fields: &[(&str, &str)]) {
        let form = format!("form[action$='{action}']");
        let opener = format!(
            "const form = document.querySelector(\"{form}\"); if (!form) return 'no form'; \
             const closed = form.closest('details:not([open])'); if (closed) closed.querySelector('summary').click();"
        );
        assert_eq!(self.evaluate(&opener).await, Value::Null, "{action}");
        for (name, value) in fields {
            let field = format!("{form} [name='{name}']");
            let kind = self.evaluate(&format!("return document.querySelector(\"{field}\").type;")).await;
            // How a date is typed depends on the browser's language.
            if kind == "date" || kind == "select-one" {
                self.evaluate(&format!("document.querySelector(\"{field}\").value = '{value}';")).await;
            } else {
                self.write(&field, value).await;
            }
        }
        self.evaluate("window.isBefore = true;").await;
        self.press(&format!("{form} button")).await;
        let begun = tokio::time::Instant::now();
        while self.evaluate("return !window.isBefore && document.readyState === 'complete';").await != true {
            assert!(begun.elapsed() < PATIENCE, "{action}: no page comes of it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What a script in the page returns.
    pub(crate) async fn evaluate(&self, script: &str) -> Value {
        self.tell("/execute/sync", json!({"script": script, "args": []})).await
    }

    /// What a script in the page hands to its last argument, sooner or later.
    pub(crate) async fn evaluate_later(&self, script: &str, arguments: &[&str]) -> Value {
        self.tell("/execute/async", json!({"script": script, "args": arguments})).await
    }

    /// What an address of the panel answers, asked from within the page.
    pub(crate) async fn fetch(&self, path: &str) -> String {
        let script = "const [path, done] = arguments; fetch(path).then(answer => answer.text()).then(done, done);";
        let text = self.evaluate_later(script, &[path]).await;
        text.as_str().unwrap_or_else(|| panic!("{path}: {text:?}")).to_owned()
    }

    /// Waits until an expression in the page holds.
    pub(crate) async fn until(&self, expression: &str) {
        let begun = tokio::time::Instant::now();
        let script = format!("return Boolean({expression});");
        while self.evaluate(&script).await != true {
            assert!(begun.elapsed() < PATIENCE, "it never held: {expression}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What one sees of the text of what a selector finds.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let text = self.ask(Method::GET, &format!("{}/text", self.find(selector).await), &Value::Null).await;
        text.as_str().unwrap().to_owned()
    }

    /// Presses keys where the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        let active = self.ask(Method::GET, "/element/active", &Value::Null).await;
        let path = format!("/element/{}/value", active[ELEMENT].as_str().unwrap());
        self.tell(&path, json!({"text": keys})).await;
    }

    /// Moves the pointer over the middle of what a selector finds.
    pub(crate) async fn point(&self, selector: &str) {
        let found = self.tell("/element", json!({"using": "css selector", "value": selector})).await;
        let moves = json!([{"type": "pointerMove", "origin": found, "x": 0, "y": 0}]);
        self.tell("/actions", json!({"actions": [{"type": "pointer", "id": "mouse", "actions": moves}]})).await;
    }

    /// The tab that it shows.
    pub(crate) async fn tab(&self) -> String {
        self.ask(Method::GET, "/window", &Value::Null).await.as_str().unwrap().to_owned()
    }

    /// Shows another tab.
    pub(crate) async fn show_tab(&self, tab: &str) {
        self.tell("/window", json!({"handle": tab})).await;
    }

    /// Opens one more tab, shows it, and goes there.
    pub(crate) async fn open_tab(&self, url: &str) {
        let tab = self.tell("/window/new", json!({"type": "tab"})).await;
        self.show_tab(tab["handle"].as_str().unwrap()).await;
        self.goto(url).await;
    }

    /// Takes the network from the page, or gives it back.
    pub(crate) async fn be_offline(&self, offline: bool) {
        self.devtools("Network.enable", json!({})).await;
        let all = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.devtools("Network.emulateNetworkConditions", all).await;
    }

    /// Why the page can't be installed as an app.
    pub(crate) async fn hindrances(&self) -> Value {
        self.devtools("Page.getInstallabilityErrors", json!({})).await["installabilityErrors"].clone()
    }

    /// The page's manifest, as the browser reads it: `data` is its text, `errors` what is wrong with it.
    pub(crate) async fn manifest(&self) -> Value {
        self.devtools("Page.getAppManifest", json!({})).await
    }

    /// Puts what is downloaded into a folder, from now on.
    pub(crate) async fn download_to(&self, folder: &std::path::Path) {
        let to = json!({"behavior": "allow", "downloadPath": folder});
        self.devtools("Browser.setDownloadBehavior", to).await;
    }

    /// Lets the site of this address use the clipboard.
    pub(crate) async fn lend_clipboard(&self, origin: &str) {
        let rights = json!({"origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.devtools("Browser.grantPermissions", rights).await;
    }

    /// Gives it a keeper of passkeys, which makes sure of its owner by itself (WebAuthn, 11): gives its path.
    pub(crate) async fn keep_passkeys(&self) -> String {
        let keeper = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true,
        });
        let id = self.tell("/webauthn/authenticator", keeper).await;
        format!("/webauthn/authenticator/{}", id.as_str().unwrap())
    }

    /// Whether it makes sure of its owner from now on.
    pub(crate) async fn recognize(&self, keeper: &str, is_owner: bool) {
        self.tell(&format!("{keeper}/uv"), json!({"isUserVerified": is_owner})).await;
    }

    /// Runs no scripts of pages from now on.
    pub(crate) async fn stop_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    }

    /// What the page had to say to its developers since the last time: level and message.
    pub(crate) async fn log(&self) -> Vec<(String, String)> {
        let entries = self.tell("/se/log", json!({"type": "browser"})).await;
        let part = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
        entries.as_array().unwrap().iter().map(|entry| (part(entry, "level"), part(entry, "message"))).collect()
    }

    /// The whole page as a picture, PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        use base64::Engine as _;
        let how = json!({"format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true});
        let shot = self.devtools("Page.captureScreenshot", how).await;
        base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap()).unwrap()
    }
}
