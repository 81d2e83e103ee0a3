//! The bytes that are sent, the key that is not shown, the connection that is closed.

mod common;

use std::{pin::pin, time::Duration};

use common::*;
use llm::{BreakerConfig, ConfigError, End, ProviderConfig, Providers, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::model::{Behaviour, FakeModel};

const KEY: &str = "sk-secret-0123456789";

#[tokio::test]
async fn the_journal_can_rebuild_what_was_sent() {
    let model = FakeModel::start().await.unwrap();
    model.next(Behaviour::error(503, "{}"));
    let providers = provider(&model, |config| {
        config.retries = 1;
        config.parameters = json!({"temperature": 0.7, "top_p": 1, "user": "«я»"}).as_object().unwrap().clone();
    });
    let (_, transcript) = ask(&providers).await;
    let received = model.requests();
    assert_eq!((received.len(), transcript.attempts.len()), (2, 2));
    for (attempt, received) in transcript.attempts.iter().zip(&received) {
        assert_eq!(received.path, "/v1/chat/completions");
        assert_eq!(encode(&attempt.parameters, &dialogue()), received.body);
        assert_eq!(attempt.body_sha256[..], Sha256::digest(&received.body)[..]);
    }
    assert_eq!(
        serde_json::from_slice::<Value>(&received[0].body).unwrap(),
        json!({
            "messages": [
                {"role": "system", "content": "Отвечай \"кратко\".\n"},
                {"role": "user", "content": "Привет!\u{0} 👋"},
                {"role": "assistant", "content": "Здравствуйте."},
                {"role": "user", "content": "Как дела?"},
            ],
            "model": "test-model", "stream": true, "stream_options": {"include_usage": true},
            "temperature": 0.7, "top_p": 1, "user": "«я»",
        }),
    );
}

#[tokio::test]
async fn the_headers_are_those_of_the_protocol() {
    let model = FakeModel::start().await.unwrap();
    ask(&provider(&model, |config| config.api_key = Some(format!("{KEY}\n").into()))).await;
    ask(&provider(&model, |_| {})).await;
    let [with, without] = model.requests().try_into().unwrap();
    assert_eq!(with.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(with.headers["content-type"], "application/json");
    assert_eq!(with.headers["accept"], "text/event-stream, application/json");
    assert!(!without.headers.contains_key("authorization"));
}

/// A server that repeats the key, in an error's body, in a stream, at the border of what is kept.
#[tokio::test]
async fn the_key_is_shown_nowhere() {
    let model = FakeModel::start().await.unwrap();
    model.next(Behaviour::error(401, format!(r#"{{"error":{{"message":"Incorrect key: {KEY}"}}}}"#)));
    model.next(Behaviour::error(500, format!("<title>{}{KEY}</title>", "x".repeat(495))));
    model.next(Behaviour::error(500, format!("<html>{}{KEY}", "x".repeat(16 * 1024 - 16))));
    model.next(Behaviour::error(200, format!(r#"{{"error":"what is {KEY}?"}}"#)));
    model.next(Behaviour::raw("text/event-stream", format!("data: {{\"error\":\"{KEY}\"}}\n\n")));
    model.next(Behaviour::raw("text/event-stream", format!("data: {KEY}\n\n")));
    model.next(Behaviour::raw("text/event-stream", format!("data: {}{KEY}\n\n", "x".repeat(90))));
    let mut config = config("first", &model);
    config.api_key = Some(KEY.into());
    config.base_url = config.base_url.replace("http://", "http://anna:password1@");
    let shown = format!("{config:?}");
    let providers = providers([config]);
    let mut shown = vec![shown, format!("{providers:?}")];
    for _ in 0..7 {
        let (_, transcript) = ask(&providers).await;
        assert!(matches!(transcript.end, End::Failed(_)), "{transcript:?}");
        let response = transcript.attempts[0].response.clone().unwrap();
        shown.extend([format!("{transcript:?}"), response.render("")]);
    }
    model.always(Behaviour::answer("x").abort_after(0));
    shown.push(format!("{:?}", ask(&providers).await.1));
    drop(model);
    shown.push(format!("{:?}", ask(&providers).await.1));
    for text in shown {
        assert!(!text.contains("sk-sec") && !text.contains("password1"), "{text}");
    }
}

#[test]
fn a_wrong_configuration_is_refused_without_its_secrets() {
    let base = || ProviderConfig::new("a", "http://anna:password1@localhost/v1", "m");
    let refused = |configs: Vec<ProviderConfig>| Providers::new(configs, BreakerConfig::default()).unwrap_err();
    assert!(matches!(refused(vec![]), ConfigError::Empty));
    assert!(matches!(refused(vec![base(), base()]), ConfigError::Duplicate(_)));
    let wrong = [
        ProviderConfig { base_url: "anna:password1@localhost".into(), ..base() },
        ProviderConfig { api_key: Some("sk-secret-\u{7}".to_owned().into()), ..base() },
        ProviderConfig { parameters: json!({"stream": true}).as_object().unwrap().clone(), ..base() },
    ];
    for config in wrong {
        let error = refused(vec![config]);
        let text = format!("{error:?} {error}");
        assert!(!text.contains("password1") && !text.contains("sk-secret"), "{text}");
    }
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_poll() {
    let model = FakeModel::start().await.unwrap();
    let providers = provider(&model, |_| {});
    let chat = providers.chat(request());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let transcript = chat.finish();
    assert!(transcript.attempts.is_empty() && transcript.end == End::Cancelled);
    assert_eq!(model.request_count(), 0);
}

async fn disconnected(model: &FakeModel, expected: usize) {
    for _ in 0..200 {
        if model.disconnects() == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(model.disconnects(), expected);
}

#[tokio::test]
async fn cancelling_closes_the_connection() {
    let model = FakeModel::start().await.unwrap();
    let providers = provider(&model, |_| {});

    // In mid-stream.
    model.next(Behaviour::tokens(1000).chunk_delay(Duration::from_millis(20)));
    let mut chat = providers.chat(request());
    assert_eq!(chat.next().await.as_deref(), Some("слово1 "));
    assert_eq!(chat.next().await.as_deref(), Some("слово2 "));
    let transcript = chat.finish();
    assert_eq!(transcript.end, End::Cancelled);
    let attempt = &transcript.attempts[0];
    assert_eq!((attempt.error.as_deref(), attempt.failure, attempt.status_code), (Some("cancelled"), None, Some(200)));
    disconnected(&model, 1).await;

    // Before the head.
    model.next(Behaviour::tokens(1).hang_after(0));
    let mut chat = providers.chat(request());
    tokio::time::timeout(Duration::from_millis(100), chat.next()).await.unwrap_err();
    drop(chat);
    disconnected(&model, 2).await;

    // A whole answer counts as none.
    assert_eq!(ask(&providers).await.0, "Привет! Hello.");
    assert_eq!(model.disconnects(), 2);
}

/// `next` is dropped and called again all the time, as `select!` does it.
#[tokio::test]
async fn no_piece_is_lost_when_next_is_dropped() {
    let model = FakeModel::start().await.unwrap();
    model.next(Behaviour::error(503, "{}"));
    model.always(Behaviour::tokens(50).chunk_delay(Duration::from_millis(2)).split_every(5));
    let providers = provider(&model, |config| config.retries = 1);
    let mut chat = providers.chat(request());
    let mut text = String::new();
    loop {
        let piece = {
            let next = pin!(chat.next());
            tokio::time::timeout(Duration::from_millis(1), next).await
        };
        match piece {
            Ok(Some(piece)) => text.push_str(&piece),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!(text, (1..=50).map(|n| format!("слово{n} ")).collect::<String>());
    assert_eq!(failures(&chat.finish()), ["Status(503)", "ok"]);
}

#[tokio::test]
async fn many_chats_at_once() {
    let model = FakeModel::start().await.unwrap();
    let providers = provider(&model, |_| {});
    let chats = (0..200).map(|n| {
        let mut request = request();
        request.messages.last_mut().unwrap().content = format!("!fake tokens={} delay_ms=1", n % 20 + 1);
        read(providers.chat(request))
    });
    let mut tasks = tokio::task::JoinSet::new();
    for (index, chat) in chats.enumerate() {
        tasks.spawn(async move { (index, chat.await) });
    }
    while let Some(done) = tasks.join_next().await {
        let (index, (text, transcript)) = done.unwrap();
        assert_eq!(text.split_whitespace().count(), index % 20 + 1);
        assert_eq!(verdict(&transcript.end), "Finished Stop");
    }
    assert_eq!(model.disconnects(), 0);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_chat() {
    let model = FakeModel::start().await.unwrap();
    let providers = provider(&model, |_| {});
    let behaviours = [
        Behaviour::answer("a b c"),
        Behaviour::answer("a").split_every(4),
        Behaviour::answer("a").without_done(),
        Behaviour::json("a"),
        Behaviour::error(429, "{}"),
        Behaviour::html(502),
    ];
    for behaviour in behaviours.iter().cycle().take(30) {
        model.next(behaviour.clone());
        ask(&providers).await;
    }
    assert_eq!((model.request_count(), model.connections()), (30, 1));
}
