//! Order, retries, rests, and the four time limits.

mod common;

use std::time::{Duration, Instant};

use common::*;
use llm::{BreakerConfig, End, Error, Failure, Limit, ProviderConfig, Providers, Request};
use rstest::rstest;
use testkit::model::{Behaviour, FakeModel};

fn unavailable() -> Behaviour {
    Behaviour::error(503, "{}")
}

/// A port where nobody listens.
fn nowhere(name: &str) -> ProviderConfig {
    ProviderConfig { limits: AMPLE, retries: 0, ..ProviderConfig::new(name, "http://127.0.0.1:1/v1", "m") }
}

#[rstest]
#[case::unavailable(unavailable(), "Status(503)")]
#[case::conflict(Behaviour::error(409, "{}"), "Status(409)")]
#[case::request_timeout(Behaviour::error(408, "{}"), "Status(408)")]
#[case::rate_limited(Behaviour::error(429, "{}"), "RateLimited")]
#[case::aborted(Behaviour::answer("x").abort_after(0), "Cut")]
#[case::hangs(Behaviour::answer("x").hang_after(0), "Timeout(FirstToken)")]
#[tokio::test]
async fn a_passing_fault_is_tried_again(#[case] fault: Behaviour, #[case] failure: &str) {
    let model = FakeModel::start().await.unwrap();
    model.next(fault.clone());
    model.next(fault);
    let providers = provider(&model, |config| {
        config.retries = 2;
        config.limits.first_token = Duration::from_millis(300);
    });
    let (text, transcript) = ask(&providers).await;
    assert_eq!(text, "Привет! Hello.");
    assert_eq!(failures(&transcript), [failure, failure, "ok"]);
    // 200 ms and 400 ms, of which up to a half is cut off.
    assert!(transcript.attempts[2].started >= Duration::from_millis(300));
    assert!(transcript.attempts.is_sorted_by_key(|attempt| attempt.started));
}

#[rstest]
#[case::bad_request(Behaviour::error(400, "{}"))]
#[case::unauthorized(Behaviour::error(401, "{}"))]
#[case::garbage(Behaviour::garbage())]
#[tokio::test]
async fn another_is_not(#[case] fault: Behaviour) {
    let model = FakeModel::start().await.unwrap();
    model.next(fault);
    let (_, transcript) = ask(&provider(&model, |config| config.retries = 5)).await;
    assert!(matches!(transcript.end, End::Failed(_)));
    assert_eq!(model.request_count(), 1);
}

#[tokio::test]
async fn everybody_is_tried_once_before_anybody_twice() {
    let (first, second) = (FakeModel::start().await.unwrap(), FakeModel::start().await.unwrap());
    first.always(unavailable());
    second.always(unavailable());
    let again = |name, model| ProviderConfig { retries: 1, ..config(name, model) };
    let (_, transcript) = ask(&providers([again("first", &first), nowhere("gone"), again("second", &second)])).await;
    assert_eq!(asked(&transcript)[..3], ["first", "gone", "second"]);
    // Then whose pause, which is partly random, ends first.
    assert!(matches!(asked(&transcript)[3..], ["first", "second"] | ["second", "first"]));
    assert_eq!(transcript.attempts[1].failure, Some(Failure::Connect));
    assert_eq!(transcript.attempts[1].status_code, None);
    assert_eq!(verdict(&transcript.end), "Failed Status(503)");
}

#[rstest]
#[case::seconds("1")]
#[case::a_date("Wed, 21 Oct 2015 07:28:01 GMT")]
#[tokio::test]
async fn retry_after_is_honoured(#[case] wish: &str) {
    let model = FakeModel::start().await.unwrap();
    model.next(Behaviour::error(429, "{}").retry_after_text(wish));
    let (text, transcript) = ask(&provider(&model, |config| config.retries = 1)).await;
    assert_eq!(text, "Привет! Hello.");
    assert!(transcript.attempts[1].started >= Duration::from_secs(1));
}

#[rstest]
#[case::beyond_patience(11, 20_000)]
#[case::beyond_the_total_limit(2, 1_500)]
#[tokio::test]
async fn a_longer_wish_ends_the_tries(#[case] seconds: u64, #[case] total: u64) {
    let model = FakeModel::start().await.unwrap();
    model.next(unavailable().retry_after(seconds));
    let providers = provider(&model, |config| {
        config.retries = 5;
        config.limits.total = Duration::from_millis(total);
    });
    let began = Instant::now();
    let (_, transcript) = ask(&providers).await;
    assert_eq!(failures(&transcript), ["Status(503)"]);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_request_chooses_its_providers_and_model() {
    let (first, second) = (FakeModel::start().await.unwrap(), FakeModel::start().await.unwrap());
    let providers = providers([config("first", &first), config("second", &second)]);
    assert_eq!(providers.names().collect::<Vec<_>>(), ["first", "second"]);

    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let model = Some("other".to_owned());
    let chosen = Request { providers: names(&["unknown", "second"]), model, max_tokens: Some(9), ..request() };
    let (_, transcript) = read(providers.chat(chosen)).await;
    assert_eq!((asked(&transcript), &*transcript.attempts[0].model), (vec!["second"], "other"));
    assert_eq!(
        &*transcript.attempts[0].parameters,
        r#"{"max_tokens":9,"model":"other","stream":true,"stream_options":{"include_usage":true}}"#,
    );

    let (_, transcript) = read(providers.chat(Request { providers: names(&["unknown"]), ..request() })).await;
    assert_eq!(transcript.end, End::Failed(Error::NoProvider));
}

#[tokio::test]
async fn a_provider_that_keeps_failing_rests_and_comes_back() {
    let model = FakeModel::start().await.unwrap();
    model.always(unavailable());
    let breaker = BreakerConfig { failures: 3, rest: Duration::from_millis(300) };
    let providers = Providers::new(vec![config("first", &model)], breaker).unwrap();
    for _ in 0..3 {
        assert!(providers.resting().is_empty());
        ask(&providers).await;
    }
    assert_eq!(providers.resting(), ["first"]);
    let (_, transcript) = ask(&providers).await;
    assert_eq!(transcript.end, End::Failed(Error::AllResting));
    assert!(transcript.attempts.is_empty());
    assert_eq!(model.request_count(), 3);

    // The trial fails: it rests again.
    tokio::time::sleep(Duration::from_millis(350)).await;
    assert_eq!(failures(&ask(&providers).await.1), ["Status(503)"]);
    assert_eq!(ask(&providers).await.1.end, End::Failed(Error::AllResting));

    // The trial is passed.
    tokio::time::sleep(Duration::from_millis(350)).await;
    model.always(Behaviour::answer("Снова здесь"));
    assert_eq!(ask(&providers).await.0, "Снова здесь");
    assert!(providers.resting().is_empty());
}

#[tokio::test]
async fn the_requests_own_fault_makes_nobody_rest() {
    let (first, second) = (FakeModel::start().await.unwrap(), FakeModel::start().await.unwrap());
    let breaker = BreakerConfig { failures: 2, rest: Duration::from_secs(60) };
    let providers = Providers::new(vec![config("first", &first), config("second", &second)], breaker).unwrap();
    first.always(Behaviour::error(400, "{}"));
    for _ in 0..5 {
        ask(&providers).await;
    }
    assert!(providers.resting().is_empty());

    first.always(Behaviour::error(401, "{}"));
    for _ in 0..5 {
        ask(&providers).await;
    }
    assert_eq!(providers.resting(), ["first"]);
    assert_eq!((first.request_count(), second.request_count()), (7, 10));
}

#[rstest]
#[case::first_token(Behaviour::tokens(3).hang_after(0), Limit::FirstToken, "")]
#[case::first_token_after_the_head(Behaviour::tokens(3).first_delay(Duration::from_secs(60)), Limit::FirstToken, "")]
#[case::silence(Behaviour::tokens(3).hang_after(2), Limit::Silence, "слово1 слово2 ")]
#[case::silence_after_thoughts(Behaviour::tokens(3).reasoning("hm").hang_after(0), Limit::FirstToken, "")]
#[case::total(Behaviour::tokens(1000).chunk_delay(Duration::from_millis(100)), Limit::Total, "слово1 ")]
#[case::total_for_a_whole_answer(Behaviour::json("x").hang_after(1), Limit::Total, "")]
#[tokio::test]
async fn a_time_limit(#[case] behaviour: Behaviour, #[case] limit: Limit, #[case] beginning: &str) {
    let model = FakeModel::start().await.unwrap();
    model.always(behaviour);
    let providers = provider(&model, |config| {
        config.limits.first_token = Duration::from_millis(400);
        config.limits.silence = Duration::from_millis(300);
        config.limits.total = Duration::from_millis(900);
    });
    let (text, transcript) = ask(&providers).await;
    assert!(text.starts_with(beginning), "{text}");
    let (End::Failed(error) | End::BrokeOff(error)) = &transcript.end else { panic!("{transcript:?}") };
    assert_eq!(error.failure(), Some(Failure::Timeout(limit)));
    assert!(error.is_timeout() && !error.is_own_fault());
    assert_eq!(matches!(transcript.end, End::BrokeOff(_)), !beginning.is_empty());
    let took = transcript.attempts[0].response_time;
    assert!((Duration::from_millis(290)..Duration::from_millis(1500)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn thoughts_are_tokens_too() {
    let model = FakeModel::start().await.unwrap();
    let slow = Behaviour::deltas(["", "", "", "Да"]).chunk_delay(Duration::from_millis(150)).empty_deltas();
    model.next(slow);
    let providers = provider(&model, |config| config.limits.first_token = Duration::from_millis(300));
    assert_eq!(verdict(&ask(&providers).await.1.end), "Failed Timeout(FirstToken)");

    model.next(Behaviour::answer("Да").reasoning("hm").hang_after(1));
    let providers = provider(&model, |config| config.limits.silence = Duration::from_millis(200));
    assert_eq!(verdict(&ask(&providers).await.1.end), "BrokeOff Timeout(Silence)");
}

#[tokio::test]
async fn the_limit_for_connecting() {
    // A listener whose queue is full: what comes next is never accepted.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await
    {
        queue.push(stream);
    }
    let mut config = ProviderConfig::new("first", format!("http://{address}/v1"), "m");
    config.limits = AMPLE;
    config.limits.connect = Duration::from_millis(300);
    config.retries = 0;
    let (_, transcript) = ask(&providers([config])).await;
    assert_eq!(verdict(&transcript.end), "Failed Timeout(Connect)");
}

/// After the finish reason a hang and a cut are no faults, and `[DONE]` is not waited for long.
#[rstest]
#[case::nothing("")]
#[case::done("data: [DONE]\n\n")]
#[case::done_without_an_empty_line("data: [DONE]")]
#[case::an_error("data: {\"error\":\"late\"}\n\n")]
#[case::garbage_after_done("data: [DONE]\n\ndata: {\n\n")]
#[case::half_a_frame("data: {\"usa")]
#[tokio::test]
async fn nothing_is_lost_after_the_finish_reason(#[case] ending: &str) {
    let finish = r#"data: {"choices":[{"delta":{"content":"да"},"finish_reason":"stop"}]}"#;
    let stream = Behaviour::raw("text/event-stream", format!("{finish}\n\n{ending}"));
    let model = FakeModel::start().await.unwrap();
    let providers = provider(&model, |config| config.limits.silence = Duration::from_millis(200));
    for behaviour in [stream.clone(), stream.clone().then_hang(), stream.then_abort()] {
        model.next(behaviour);
        let (text, transcript) = ask(&providers).await;
        assert_eq!((text.as_str(), verdict(&transcript.end).as_str()), ("да", "Finished Stop"));
        assert!(transcript.attempts[0].response_time < Duration::from_millis(600));
    }
}
