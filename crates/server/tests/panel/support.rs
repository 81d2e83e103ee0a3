//! What every test needs: browsers that keep cookies.

use std::{collections::BTreeMap, sync::Mutex};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use testkit::{
    app::{Builder, Database, TestApp},
    model::FakeModel,
};
use uuid::Uuid;

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_beseda");

/// A service with a model behind it.
pub(crate) async fn start(database: Database) -> (FakeModel, TestApp) {
    start_with(database, |builder| builder).await
}

/// The same with what `change` changes.
pub(crate) async fn start_with(database: Database, change: impl FnOnce(Builder) -> Builder) -> (FakeModel, TestApp) {
    let model = FakeModel::start().await.unwrap();
    let builder = TestApp::builder(BINARY, database).model(&model).env("BESEDA__LIMITS__SIGN_INS_PER_MINUTE", 1000);
    let app = change(builder).start().await.unwrap();
    (model, app)
}

/// `beseda …` beside the service, which must succeed: what it prints.
pub(crate) async fn run(app: &TestApp, arguments: &[&str]) -> String {
    let ran = app.run(arguments).await.unwrap();
    assert!(ran.success, "{arguments:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

/// The same where it must fail: its last words.
pub(crate) async fn refused(app: &TestApp, arguments: &[&str]) -> String {
    let ran = app.run(arguments).await.unwrap();
    assert!(!ran.success && ran.stdout.is_empty(), "{arguments:?}: {}", ran.stdout);
    ran.stderr.lines().last().unwrap_or_default().to_owned()
}

/// Waits until something holds.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..3000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it never happened: {what}");
}

/// What a browser was answered.
pub(crate) struct Shown {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl Shown {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    /// The page without the tag of the panel's own script, which is a file.
    #[track_caller]
    pub(crate) fn without_own_script(&self) -> String {
        let own = "<script type=\"module\" src=\"/admin/assets/panel.";
        let (before, tag) = self.html.split_once(own).expect("the tag");
        let (_, behind) = tag.split_once("\"></script>").expect("nothing stands in it");
        format!("{before}{behind}")
    }

    /// The cookies that it sets, whole.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Asserts its status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.html);
        self
    }

    /// Asserts that it says something.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.html.contains(words), "{words}\n{}", self.html);
        self
    }
}

/// A browser with its cookies; it follows no redirection by itself.
pub(crate) struct Browser {
    client: Client,
    base_url: String,
    cookies: Mutex<BTreeMap<String, String>>,
    headers: Vec<(&'static str, String)>,
}

impl Browser {
    /// One that has been nowhere.
    pub(crate) fn new(app: &TestApp) -> Self {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, base_url: app.base_url().to_owned(), cookies: Mutex::default(), headers: Vec::new() }
    }

    /// One that sends this header with everything.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// One that uses up a link.
    pub(crate) async fn signed_in(app: &TestApp, link: &str) -> Self {
        let browser = Self::new(app);
        browser.post(path(link), &[]).await.is(303);
        browser
    }

    /// Another with the same cookies.
    pub(crate) fn copied(&self) -> Self {
        Self {
            client: self.client.clone(),
            base_url: self.base_url.clone(),
            cookies: Mutex::new(self.cookies.lock().unwrap().clone()),
            headers: self.headers.clone(),
        }
    }

    /// The same on a service that was started again, at another address.
    pub(crate) fn on(&self, app: &TestApp) -> Self {
        Self { base_url: app.base_url().to_owned(), ..self.copied() }
    }

    /// A cookie that it keeps.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub(crate) async fn get(&self, path: &str) -> Shown {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Shown {
        self.ask(Method::POST, path, Some(form)).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, form: Option<&[(&str, &str)]>) -> Shown {
        let mut request = self.client.request(method, format!("{}{path}", self.base_url));
        let cookies: Vec<_> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(form) = form.filter(|form| !form.is_empty()) {
            let body =
                form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let shown = Shown { status, headers, html: response.text().await.unwrap() };
        let mut kept = self.cookies.lock().unwrap();
        for cookie in shown.cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0;") {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        drop(kept);
        shown
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// The path of a link.
pub(crate) fn path(link: &str) -> &str {
    &link[link.find("/admin").unwrap_or_else(|| panic!("no link: {link}"))..]
}

/// Somebody new with a role, signed in.
pub(crate) async fn staff(app: &TestApp, role: &str, name: &str) -> (Uuid, Browser) {
    let link = run(app, &["admin", "grant", "--role", role, "--name", name]).await;
    (id_of(app, name).await, Browser::signed_in(app, &link).await)
}

/// The id of the person of this name.
pub(crate) async fn id_of(app: &TestApp, name: &str) -> Uuid {
    let ids: Vec<(Uuid,)> = app.sql(&format!("SELECT id FROM users WHERE name = '{name}'")).await.unwrap();
    assert_eq!(ids.len(), 1, "{name}");
    ids[0].0
}

/// The newest rows of the audit log: action, actor's name or where, reason.
pub(crate) async fn log(app: &TestApp, limit: usize) -> Vec<String> {
    let sql = format!(
        "SELECT COALESCE(actor_name, via) || ': ' || action || COALESCE(' (' || reason || ')', '') FROM audit_log \
         ORDER BY created_at DESC, id DESC LIMIT {limit}"
    );
    app.query_texts(&sql).await.unwrap()
}

/// Now, in microseconds.
#[expect(clippy::disallowed_methods, reason = "the clock of the tests is the system's, as the service's is")]
pub(crate) fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

/// The day that the service has now.
pub(crate) fn today() -> Date {
    Timestamp::from_microsecond(now()).unwrap().to_zoned(TimeZone::UTC).date()
}

/// Lets time pass for all that is signed in, for links and for challenges.
pub(crate) async fn minutes_pass(app: &TestApp, minutes: i64) {
    let earlier = |column: &&str| match app.database() {
        Database::Sqlite => format!("{column} = {column} - {}", minutes * 60_000_000),
        Database::Postgres => format!("{column} = {column} - interval '{minutes} minutes'"),
    };
    for (table, columns) in [
        ("admin_links", &["created_at", "expires_at"][..]),
        ("passkey_challenges", &["created_at", "expires_at"]),
        ("admin_sessions", &["created_at", "rotated_at", "last_seen_at", "expires_at"]),
    ] {
        let set: Vec<_> = columns.iter().map(earlier).collect();
        app.execute(&format!("UPDATE {table} SET {}", set.join(", "))).await.unwrap();
    }
}
