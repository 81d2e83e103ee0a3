//! Keys and tokens stand in requests, and nowhere else.
//!
//! One test in a binary of its own: what listens to the logs is of the whole process.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use std::{
    error::Error,
    fmt::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use common::*;
use google::{Play, PlayConfig, ServiceAccount, Verifier};
use serde_json::{Value, json};
use testkit::google::{FakeGoogle, Fault, IdToken, Operation, Signature};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// All that was said, by `tracing` and by `log`, at every level.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

impl Heard {
    fn add(&self, text: fmt::Arguments<'_>) {
        self.0.lock().unwrap().write_fmt(format_args!("{text}\n")).unwrap();
    }

    fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Fields<'a>(&'a Heard);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.add(format_args!("{field} = {value:?}"));
    }
}

impl Subscriber for Heard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        self.add(format_args!("span {}", span.metadata().name()));
        span.record(&mut Fields(self));
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Fields(self));
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        self.add(format_args!("event {} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut Fields(self));
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl log::Log for Heard {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        self.add(format_args!("log {} {} {}", record.level(), record.target(), record.args()));
    }
    fn flush(&self) {}
}

/// An error and its causes, shown in every way.
fn shown(error: &dyn Error) -> String {
    let (mut text, mut cause) = (String::new(), Some(error));
    while let Some(error) = cause {
        write!(text, "{error} {error:?} {error:#?} ").unwrap();
        cause = error.source();
    }
    text
}

/// A purchase token that is changed on its way into a path.
const PURCHASE: &str = "hush/purchase:token+AO-J1O";
const ENCODED: &str = "hush%2Fpurchase%3Atoken%2BAO-J1O";

/// Says nothing of what is secret?
fn assert_free(google: &FakeGoogle, name: &str, text: &str) {
    let file: Value = serde_json::from_str(&google.service_account_json()).unwrap();
    let key = file["private_key"].as_str().unwrap();
    let mut secrets = vec![PURCHASE.to_owned(), ENCODED.to_owned(), "hush".to_owned()];
    secrets.extend(key.lines().filter(|line| !line.starts_with("-----")).map(str::to_owned));
    secrets.extend(google.access_tokens());
    for token in google.assertions().iter().filter(|token| !token.is_empty()) {
        secrets.extend(token.split('.').skip(1).map(str::to_owned));
    }
    for secret in secrets {
        assert!(!secret.is_empty() && !text.contains(&secret), "{name}: {secret} in {text}");
    }
}

/// What calls leave behind: the logs, their errors and the client.
async fn traces(heard: &Heard, google: &FakeGoogle, name: &str, play: &Play) -> String {
    let mut text = String::new();
    for result in [
        play.subscription(now(), PURCHASE).await.map(|_| ()),
        play.acknowledge(now(), "plus", PURCHASE).await,
        play.cancel(now(), PURCHASE).await,
        play.revoke(now(), PURCHASE).await,
    ] {
        // One is carried out, and answered by garbage.
        let Err(error) = result else { continue };
        assert!(error.to_string().len() <= 300 && !error.to_string().contains('\n'), "{error}");
        text += &shown(&error);
    }
    write!(text, "{play:?} {play:#?}").unwrap();
    text += &heard.take();
    assert_free(google, name, &text);
    text
}

#[tokio::test]
async fn no_secret_shows_anywhere() {
    let heard = Heard::default();
    tracing::subscriber::set_global_default(heard.clone()).unwrap();
    log::set_boxed_logger(Box::new(heard.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let google = FakeGoogle::start().await.unwrap();
    let elsewhere = FakeGoogle::start().await.unwrap();
    let config = PlayConfig { call: Duration::from_secs(2), ..play_config(&google) };
    let play = Play::new(&config).unwrap();
    let text = traces(&heard, &google, "unknown", &play).await;
    assert!(text.contains("log ") && text.contains("event "), "{text}");
    assert!(google.calls().iter().all(|call| call.purchase_token == PURCHASE));

    let deeds = [Operation::Get, Operation::Acknowledge, Operation::Cancel, Operation::Revoke];
    let redirect = format!("{}/androidpublisher/{ENCODED}", elsewhere.url());
    for status in [400, 401, 403, 404, 409, 410, 429, 500, 503] {
        // Twice the one that is asked again.
        for operation in deeds.into_iter().chain(deeds.into_iter().filter(|_| status == 401)) {
            google.next(operation, Fault::Echo(status));
        }
        traces(&heard, &google, &format!("echo {status}"), &play).await;
    }
    let faults = [
        Fault::Status(502),
        Fault::Garbage,
        Fault::Huge,
        Fault::CutAfter,
        Fault::ClosedBefore,
        Fault::HangBefore,
        Fault::Redirect(redirect.clone()),
    ];
    for fault in faults {
        google.next(Operation::Get, fault.clone());
        google.next(Operation::Cancel, fault.clone());
        traces(&heard, &google, &format!("{fault:?}"), &play).await;
    }

    // Nor on the way to an access token.
    for fault in [
        Fault::Status(500),
        Fault::ClosedAfter,
        Fault::Redirect(redirect),
        Fault::Json(200, json!({"access_token": "hush\n"}).to_string()),
        Fault::Echo(400),
        Fault::Echo(500),
    ] {
        google.expire_tokens();
        let anew = Play::new(&config).unwrap();
        google.next(Operation::Token, fault.clone());
        traces(&heard, &google, &format!("token {fault:?}"), &anew).await;
    }
    assert!(elsewhere.violations().is_empty(), "redirects are not followed");

    // Nor by a configuration, right or wrong.
    let json = google.service_account_json();
    let wrong = [json.replace("BEGIN", "hush"), json.replace("MII", "MIJ"), json.replace("\"token_uri\"", "\"x\"")];
    for json in wrong {
        let error = ServiceAccount::parse(&json).unwrap_err();
        assert_free(&google, "configuration", &shown(&error));
    }
    let account = ServiceAccount::parse(&json).unwrap();
    assert_free(&google, "account", &format!("{account:?} {account:#?} {config:?}"));
    let named = PlayConfig { api_url: "http://name:hush@127.0.0.1/hush".into(), ..config };
    assert_eq!(format!("{:?}", Play::new(&named).unwrap()), "Play { server: \"http://127.0.0.1\", .. }");

    // Nor by a verifier.
    let verifier: Verifier = verifier(&google);
    for signature in [Signature::Right, Signature::Impostor, Signature::Hs256, Signature::Unpublished] {
        let token = google.id_token(&IdToken::new("a", "hush", now()).email("hush@example.com").signed(signature));
        let mut text = match verifier.verify(&token, &["a"], now()).await {
            Ok(claims) => format!("{claims:?}"),
            Err(error) => shown(&error),
        };
        write!(text, "{verifier:?}").unwrap();
        text += &heard.take();
        assert!(token.split('.').all(|part| !text.contains(part)), "{text}");
        assert_free(&google, "verifier", &text);
    }
}
