//! The database goes away and comes back: callers are told so, and running turns are settled when it is there again.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::StatusCode;
use serde_json::json;
use testkit::{
    app::{Database, TestApp, id_of},
    model::{Behaviour, FakeModel},
};
use tokio::process::Command;

use crate::{
    books,
    support::{done, in_time, read, service, within},
};

/// A PostgreSQL server of this test's own, which it may stop.
struct Server {
    folder: PathBuf,
    url: String,
}

impl Server {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("beseda-outage-{}", std::process::id()));
        Self { folder, url: String::new() }
    }

    async fn start(&mut self) {
        self.url = script("start", &self.folder).await.trim().to_owned();
    }

    async fn stop(&self) {
        script("stop", &self.folder).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that it had not been started again.
        drop(command("stop", &self.folder).as_std_mut().status());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn command(verb: &str, folder: &Path) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres"));
    command.arg(verb).arg(folder);
    command
}

async fn script(verb: &str, folder: &Path) -> String {
    let output = command(verb, folder).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn is_ready(app: &TestApp) -> bool {
    app.get("/readyz").await.0 == StatusCode::OK
}

#[tokio::test]
async fn a_database_that_goes_away_is_waited_for() {
    let mut server = Server::new();
    server.start().await;
    let model = FakeModel::start().await.unwrap();
    let app = service(Database::Postgres, &model).database_url(&server.url).start().await.unwrap();
    let anna = app.register("Анна").await;
    let (session, other) = (anna.session().await, anna.session().await);
    model.next(Behaviour::tokens(10_000).chunk_delay(Duration::from_millis(20)));
    let mut long = anna.open_stream(session, "Длинно").await;
    let message = id_of(&long.until("accepted").await.json()["message_id"]);
    read(&mut long, 3).await;
    model.next(Behaviour::tokens(40).chunk_delay(Duration::from_millis(50)));
    let mut short = anna.open_stream(other, "Коротко").await;
    read(&mut short, 3).await;

    server.stop().await;
    within(20, "readyz says no", || async { !is_ready(&app).await }).await;
    assert_eq!(app.get("/healthz").await.0, StatusCode::OK);
    for path in ["/v1/me", "/v1/me/subscription", "/v1/sessions", "/v1/plans"] {
        let (status, _, body) = in_time(15, path, anna.get(path)).await;
        assert_eq!((status, &body["type"]), (StatusCode::SERVICE_UNAVAILABLE, &"unavailable".into()), "{path}: {body}");
    }
    let (status, _, body) = in_time(15, "a send", anna.send(session, "Слышно?")).await;
    assert_eq!((status, &body["type"]), (StatusCode::SERVICE_UNAVAILABLE, &"unavailable".into()), "{body}");
    // The model speaks on meanwhile, and its readers hear it.
    read(&mut long, 20).await;
    // Longer than a lease, which nobody could renew.
    tokio::time::sleep(Duration::from_secs(6)).await;

    server.start().await;
    within(15, "readyz says yes again", || is_ready(&app)).await;
    let events = in_time(20, "the answer that was over long ago is settled", short.rest()).await;
    assert_eq!(done(&events)["status"], "complete");
    let stop = format!("/v1/messages/{message}/stop");
    let (status, _, body) = in_time(20, "a stop", anna.post(&stop, &json!({}))).await;
    assert_eq!((status, &body["state"]), (StatusCode::OK, &"stopped".into()), "{body}");
    in_time(20, "the stream ends", long.rest()).await;
    model.always(Behaviour::answer("Слышно."));
    let (status, _, body) = in_time(20, "a send", anna.send(session, "А теперь?")).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    books::assert_balanced(&app).await;
}

#[tokio::test]
async fn connections_that_the_database_ends_are_replaced() {
    let model = FakeModel::start().await.unwrap();
    let app = service(Database::Postgres, &model).start().await.unwrap();
    let anna = app.register("Анна").await;
    let (session, other) = (anna.session().await, anna.session().await);
    model.next(Behaviour::tokens(100).chunk_delay(Duration::from_millis(40)));
    let long = anna.open_stream(session, "Длинно").await;
    model.always(Behaviour::answer("Да."));
    let mut refused = 0;
    for number in 0..20 {
        let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        app.query_i64(end).await.unwrap();
        // As a phone does: until it is taken.
        for _ in 0..50 {
            let (status, _, body) = anna.send_with_key(other, &format!("Раз {number}"), &number.to_string()).await;
            if status == StatusCode::CREATED {
                break;
            }
            assert_eq!((status, &body["type"]), (StatusCode::SERVICE_UNAVAILABLE, &"unavailable".into()), "{body}");
            refused += 1;
        }
    }
    println!("{refused} of 20 sends and their repetitions were refused");
    assert_eq!(done(&in_time(20, "the stream ends", long.rest()).await)["status"], "complete");
    assert_eq!(books::ends(&app).await, [("complete".to_owned(), 21)].into());
    books::assert_balanced(&app).await;
}
