//! Web Push: a browser is told of an answer that nobody was reading, and of nothing else.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Answer, Database, Person, TestApp},
    model::{Behaviour, FakeModel},
    push::{Browser, FakePush},
};
use uuid::Uuid;

use crate::support::{assert_shows, eventually, fields, problem, rests, service, start_with};

/// A service that may call the fake push service.
struct Stage {
    app: TestApp,
    model: FakeModel,
    push: FakePush,
}

impl Stage {
    async fn start(database: Database) -> Self {
        let (model, push) = (FakeModel::start().await.unwrap(), FakePush::start().await.unwrap());
        let app = service(database, &model)
            .env("BESEDA__WEB_PUSH__ALLOW_PRIVATE", true)
            .env("BESEDA__WEB_PUSH__SUBJECT", "mailto:push@beseda.example");
        Self { app: app.start().await.unwrap(), model, push }
    }

    /// Somebody whose browser is to be told.
    async fn subscribed(&self) -> (Person, Browser) {
        let (anna, browser) = (self.app.register("Анна").await, self.push.browser());
        subscribe(&anna, &browser).await;
        (anna, browser)
    }

    /// How many subscriptions are kept.
    async fn kept(&self) -> i64 {
        self.app.query_i64("SELECT COUNT(*) FROM push_subscriptions").await.unwrap()
    }
}

async fn try_to_subscribe(person: &Person, subscription: &Value) -> Answer {
    person.post("/v1/me/push-subscriptions", subscription).await
}

/// Gives the subscription's id.
async fn subscribe(person: &Person, browser: &Browser) -> String {
    let (status, _, body) = try_to_subscribe(person, &browser.subscription()).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

/// Asks without reading the answer, and waits until it is there; gives the question.
async fn unread(person: &Person, session: Uuid, text: &str) -> Uuid {
    let message = person.send_later(session, text).await;
    answered(person, session, message).await;
    message
}

async fn answered(person: &Person, session: Uuid, message: Uuid) {
    let path = format!("/v1/sessions/{session}/messages");
    let is_answer = |item: &Value| item["answers_id"] == message.to_string();
    eventually("it is answered", || async {
        person.get(&path).await.2["items"].as_array().unwrap().iter().any(is_answer)
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_browser_is_told_once_of_an_answer(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, browser) = stage.subscribed().await;
    let key = anna.get("/v1/push").await.2["public_key"].as_str().unwrap().to_owned();
    let session = anna.session().await;
    let message = unread(&anna, session, "Что скажешь?").await;
    eventually("the browser is told", || async { !browser.told().is_empty() }).await;
    rests(&stage.app).await;

    let told = browser.told();
    assert_eq!(told.len(), 1);
    // Where the answer is, and no word of it.
    assert_eq!(told[0].body, json!({"session_id": session, "message_id": message}));
    assert_eq!((&told[0].key, told[0].subject.as_deref()), (&key, Some("mailto:push@beseda.example")));
    assert_eq!((told[0].urgency.as_str(), told[0].topic.len()), ("normal", 32));
    assert!((86_000..=86_400).contains(&told[0].ttl), "{}", told[0].ttl);

    // Another answer of the dialogue takes the place of the first, one of another dialogue does not.
    unread(&anna, session, "А ещё?").await;
    unread(&anna, anna.session().await, "А здесь?").await;
    eventually("the browser is told", || async { browser.told().len() == 3 }).await;
    let topics: Vec<_> = browser.told().into_iter().map(|told| told.topic).collect();
    assert_eq!(topics[0], topics[1]);
    assert_ne!(topics[0], topics[2]);
    let secret = browser.endpoint();
    assert!(!stage.app.log().contains(&secret), "endpoints are secrets");
}

#[rstest]
#[tokio::test]
async fn whoever_reads_is_not_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, browser) = stage.subscribed().await;
    let session = anna.session().await;
    // Waiting for the whole, streaming, and coming back to a stream.
    assert_eq!(anna.send(session, "Целиком").await.0, 201);
    anna.stream(session, "По частям").await;
    stage.model.next(Behaviour::tokens(10).hang_after(3));
    let message = anna.send_later(session, "Потом").await;
    let mut stream = anna.resume(message, None).await;
    stream.until("delta").await;
    // Stopping is being there, too, whoever reads.
    drop(stream);
    assert_eq!(anna.post(&format!("/v1/messages/{message}/stop"), &json!({})).await.0, 200);
    // What failed is no answer.
    stage.model.always(Behaviour::error(500, "{}"));
    anna.send_later(session, "Без ответа").await;
    eventually("all is over", || async {
        stage.app.query_i64("SELECT COUNT(*) FROM turns WHERE ended_at IS NULL").await.unwrap() == 0
    })
    .await;
    rests(&stage.app).await;
    assert_eq!((browser.told().len(), stage.push.count()), (0, 0));
}

#[rstest]
#[tokio::test]
async fn whoever_went_away_is_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, browser) = stage.subscribed().await;
    let session = anna.session().await;
    // Five seconds in which the service can notice that nobody reads any more.
    stage.model.next(Behaviour::tokens(50).chunk_delay(std::time::Duration::from_millis(100)));
    let mut stream = anna.open_stream(session, "Рассказывай").await;
    stream.until("delta").await;
    drop(stream);
    eventually("the browser is told", || async { browser.told().len() == 1 }).await;
}

#[rstest]
#[tokio::test]
async fn what_is_gone_is_forgotten(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    for status in [404, 410] {
        let (anna, _) = stage.subscribed().await;
        stage.push.next(status);
        unread(&anna, anna.session().await, "Привет").await;
        eventually("it is forgotten", || async { stage.kept().await == 0 }).await;
    }
    assert_eq!(stage.push.count(), 2);
}

#[rstest]
#[tokio::test]
async fn what_fails_is_tried_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, browser) = stage.subscribed().await;
    for status in [503, 429] {
        stage.push.next(status);
    }
    unread(&anna, anna.session().await, "Привет").await;
    eventually("the browser is told", || async { browser.told().len() == 1 }).await;
    rests(&stage.app).await;
    assert_eq!((stage.push.count(), stage.kept().await), (3, 1));
    // What is refused for another reason would be refused again.
    stage.push.next(403);
    unread(&anna, anna.session().await, "Привет").await;
    eventually("it was refused", || async { stage.push.count() == 4 }).await;
    rests(&stage.app).await;
    assert_eq!((stage.push.count(), stage.kept().await), (4, 1));
    let (_, _, metrics) = testkit::app::answer(stage.app.client().get(stage.app.metrics_url())).await;
    for counted in ["sent\"} 1", "later\"} 2", "refused\"} 1"] {
        let line = format!("beseda_pushes_total{{outcome=\"{counted}");
        assert!(metrics.as_str().unwrap().lines().any(|found| found == line), "{line} is not in {metrics}");
    }
}

#[rstest]
#[tokio::test]
async fn nobody_is_told_after_signing_out(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    // By the device itself, from the list of devices, with the account, by hand.
    let (anna, _) = stage.subscribed().await;
    assert_eq!(anna.post("/v1/auth/logout", &json!(null)).await.0, 204);
    assert_eq!(stage.kept().await, 0);
    let (boris, _) = stage.subscribed().await;
    let device = boris.get("/v1/me/devices").await.2[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(boris.delete(&format!("/v1/me/devices/{device}")).await.0, 204);
    assert_eq!(stage.kept().await, 0);
    let (vera, _) = stage.subscribed().await;
    assert_eq!(vera.delete("/v1/me").await.0, 204);
    assert_eq!(stage.kept().await, 0);
    let (galja, browser) = (stage.app.register("Галя").await, stage.push.browser());
    let id = subscribe(&galja, &browser).await;
    let path = format!("/v1/me/push-subscriptions/{id}");
    assert_eq!(problem(&stage.app.register("Дима").await.delete(&path).await), "404 not-found");
    assert_eq!(galja.delete(&path).await.0, 204);
    assert_eq!(problem(&galja.delete(&path).await), "404 not-found");
    unread(&galja, galja.session().await, "Привет").await;

    assert_eq!(stage.push.count(), 0);
}

#[rstest]
#[tokio::test]
async fn nobody_is_told_who_may_not_sign_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    // Blocked; and all tokens have ended.
    for change in ["UPDATE users SET blocked_at = created_at", "UPDATE refresh_tokens SET expires_at = created_at"] {
        let (anna, browser) = stage.subscribed().await;
        stage.push.always(503);
        let before = stage.push.count();
        unread(&anna, anna.session().await, "Привет").await;
        eventually("it is tried", || async { stage.push.count() > before }).await;
        stage.app.execute(change).await.unwrap();
        stage.push.always(201);
        rests(&stage.app).await;
        assert_eq!(browser.told(), [], "{change}");
    }
}

#[rstest]
#[tokio::test]
async fn a_kill_between_commit_and_sending_loses_nothing(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let mut stage = Stage::start(database).await;
    let (anna, browser) = stage.subscribed().await;
    // It is kept, and can't be told yet.
    stage.push.always(503);
    let session = anna.session().await;
    let message = unread(&anna, session, "Привет").await;
    eventually("it was tried", || async { stage.push.count() > 0 }).await;
    stage.app.kill9().await;
    assert_eq!(browser.told(), []);
    stage.push.always(201);
    stage.app.restart().await.unwrap();
    // A claim of the killed process has to end first.
    let soon = stage.app.sql_time(1);
    stage
        .app
        .execute(&format!("UPDATE jobs SET run_at = {soon}, lease_until = NULL WHERE kind = 'push'"))
        .await
        .unwrap();
    eventually("the browser is told", || async { browser.told().len() == 1 }).await;
    assert_eq!(browser.told()[0].body, json!({"session_id": session, "message_id": message}));
}

#[rstest]
#[tokio::test]
async fn a_device_has_one_subscription_and_an_endpoint_one_device(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let (anna, boris) = (stage.app.register("Анна").await, stage.app.register("Борис").await);
    let (first, second) = (stage.push.browser(), stage.push.browser());
    let (_, _, made) = try_to_subscribe(&anna, &first.subscription()).await;
    assert_shows!(made, @r#"
    {
      "created_at": "[time]",
      "device_id": "[id]",
      "id": "[id]"
    }
    "#);
    let id = made["id"].as_str().unwrap();
    assert_eq!(subscribe(&anna, &second).await, id);
    assert_eq!(stage.kept().await, 1);
    let export = anna.get("/v1/me/export").await.2;
    assert_eq!(export["push_subscriptions"][0]["endpoint"], second.endpoint());
    assert!(!export.to_string().contains(second.subscription()["keys"]["auth"].as_str().unwrap()));
    // The same browser, with another account: it is told of that one's alone.
    subscribe(&boris, &second).await;
    assert_eq!(stage.kept().await, 1);
    unread(&anna, anna.session().await, "Привет").await;
    let message = unread(&boris, boris.session().await, "Привет").await;
    eventually("the browser is told", || async { second.told().len() == 1 }).await;
    rests(&stage.app).await;
    assert_eq!((second.told()[0].body["message_id"].clone(), first.told().len()), (json!(message), 0));
}

#[rstest]
#[tokio::test]
async fn the_key_stays(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut stage = Stage::start(database).await;
    let anna = stage.app.register("Анна").await;
    let key = anna.get("/v1/push").await.2;
    stage.app.restart().await.unwrap();
    assert_eq!(anna.get("/v1/push").await.2, key);

    // The pair of RFC 8291, appendix A.
    let own = |builder: testkit::app::Builder| {
        builder.env("BESEDA__WEB_PUSH__PRIVATE_KEY", "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    };
    let (_model, app) = start_with(database, own).await;
    let (_, _, body) = app.register("Анна").await.get("/v1/push").await;
    let public = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    assert_eq!(body, json!({"public_key": public}));
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM service_keys").await.unwrap(), 0);
    let shown = app.run(&["check-config"]).await.unwrap().stdout;
    assert!(shown.contains("(hidden)") && !shown.contains("yfWPiYE"), "{shown}");
}

#[rstest]
#[tokio::test]
async fn hostile_endpoints_are_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |builder| builder).await;
    let anna = app.register("Анна").await;
    let push = FakePush::start().await.unwrap();
    let good = push.browser().subscription();
    let with = |member: &str, value: &str| {
        let mut body = good.clone();
        *body.pointer_mut(member).unwrap() = value.into();
        body
    };
    for endpoint in [
        push.browser().endpoint().as_str(),
        "https://127.0.0.1/push",
        "https://localhost/push",
        "https://[::1]/push",
        "https://[::ffff:10.0.0.1]/push",
        "https://169.254.169.254/latest/meta-data",
        "https://0x7f.1/push",
        "http://push.example/push",
        "https://user:password@push.example/push",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        &format!("https://push.example/{}", "x".repeat(2000)),
    ] {
        let refused = try_to_subscribe(&anna, &with("/endpoint", endpoint)).await;
        assert_eq!((problem(&refused).as_str(), fields(&refused)), ("422 invalid", vec!["endpoint"]), "{endpoint}");
    }
    for (member, field, value) in
        [("/keys/p256dh", "keys.p256dh", "BBBB"), ("/keys/auth", "keys.auth", "short"), ("/keys/auth", "keys.auth", "")]
    {
        let refused = try_to_subscribe(&anna, &with(member, value)).await;
        assert_eq!((problem(&refused).as_str(), fields(&refused)), ("422 invalid", vec![field]));
    }
    assert_eq!(fields(&try_to_subscribe(&anna, &json!({"endpoint": "x"})).await), ["keys"]);
    assert_eq!(problem(&app.post("/v1/me/push-subscriptions", &good).await), "401 unauthorized");
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM push_subscriptions").await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn it_can_be_turned_off(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |builder| builder.env("BESEDA__WEB_PUSH__ENABLED", false)).await;
    let anna = app.register("Анна").await;
    let push = FakePush::start().await.unwrap();
    assert_eq!(problem(&anna.get("/v1/push").await), "409 push-off");
    assert_eq!(problem(&try_to_subscribe(&anna, &push.browser().subscription()).await), "409 push-off");
    unread(&anna, anna.session().await, "Привет").await;
}
