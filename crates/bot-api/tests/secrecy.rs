//! The token stands in the path of a request, and nowhere else.
//!
//! One test in a binary of its own: what listens to the logs is of the whole process.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use bot_api::{Client, Config, params::SendMessage};
use common::*;
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

/// What one call leaves behind: the logs, its error and the client, shown in every way.
async fn traces(heard: &Heard, name: &str, config: Config) -> String {
    let client = Client::new(&config).unwrap();
    let result = client.send_message(&SendMessage { chat_id: 1, text: "Hi", ..SendMessage::default() }).await;
    let mut text = heard.take();
    write!(text, "{config:?} {config:#?} {client:?} {client:#?}").unwrap();
    if let Err(error) = &result {
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            write!(text, "{error} {error:?} {error:#?}").unwrap();
            cause = error.source();
        }
    }
    assert!(is_free_of_the_token(&text), "{name}: {text}");
    text
}

#[tokio::test]
async fn the_token_shows_nowhere() {
    let heard = Heard::default();
    tracing::subscriber::set_global_default(heard.clone()).unwrap();
    log::set_boxed_logger(Box::new(heard.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let ok = Reply::ok(r#"{"message_id":5,"date":1,"chat":{"id":1}}"#);
    let parrot = format!(r#"{{"ok":false,"error_code":400,"description":"Bad Request: /bot{TOKEN}/sendMessage?"}}"#);
    let encoded = parrot.replace("123456789:", "123456789%3A");
    let elsewhere = Server::start([ok.clone()]).await;
    let location = format!("Location: {}/bot{TOKEN}/sendMessage", elsewhere.url);
    for (name, reply) in [
        ("ok", ok),
        ("html", Reply::with(502, "text/html", parrot.as_bytes())),
        ("result", Reply::ok(&format!("\"{TOKEN}\""))),
        ("parrot", Reply::json(400, &parrot)),
        ("encoded parrot", Reply::json(400, &encoded)),
        ("failing parrot", Reply::json(500, &parrot.replace("400", "500"))),
        ("redirect", Reply::html(307).header(&location)),
        ("permanent redirect", Reply::html(301).header(&location)),
        ("no http", Reply::Bytes(format!("{TOKEN}\r\n\r\n").into_bytes())),
        ("cut", Reply::json(200, &parrot).cut(3)),
        ("empty", Reply::Bytes(Vec::new())),
        ("hang", Reply::Hang),
    ] {
        let server = Server::start([reply]).await;
        let call = if name == "hang" { Duration::from_secs(2) } else { Duration::from_secs(30) };
        let text = traces(&heard, name, Config { call, ..config(&server.url) }).await;
        // That the listening works, and that the token is where it belongs.
        assert!(text.contains("log ") && text.contains("event "), "{text}");
        assert_eq!(server.one().path(), format!("/bot{TOKEN}/sendMessage"));
    }
    assert_eq!(elsewhere.received().len(), 0, "redirects are not followed");

    for url in [format!("http://127.0.0.1:{}", closed_port().await), "https://no-such-host.invalid/x".to_owned()] {
        traces(&heard, &url, config(&url)).await;
    }

    // Nor does a wrong configuration repeat what it is wrong about.
    for wrong in [
        Config { api_url: format!("ftp://{TOKEN}@h"), ..config("") },
        Config { token: format!("{TOKEN}/..").into(), ..config("http://127.0.0.1") },
    ] {
        let error = Client::new(&wrong).unwrap_err();
        assert!(is_free_of_the_token(&format!("{error} {error:?} {wrong:?}")));
    }
    let basic = client("http://name:pass-word@127.0.0.1/path");
    assert_eq!(format!("{basic:?}"), "Client { server: \"http://127.0.0.1\", .. }");
}
