//! Every quirk and fault of real servers, and what a chat makes of it.

mod common;

use std::time::Duration;

use common::*;
use llm::Usage;
use proptest::{collection::vec, prelude::*};
use rstest::rstest;
use testkit::model::{Behaviour, FakeModel};

const TEXT: &str = "Привет! Hello, 世界 👋 и всё.";

fn answer() -> Behaviour {
    Behaviour::answer(TEXT).usage(11, 22)
}

/// The whole text comes, at the first attempt, and with it the usage.
#[rstest]
#[case::plain(answer())]
#[case::crlf(answer().crlf())]
#[case::byte_order_mark(answer().bom())]
#[case::comments_and_pings(answer().with_comments())]
#[case::several_data_lines(answer().multi_data_lines())]
#[case::several_data_lines_crlf(answer().multi_data_lines().crlf())]
#[case::split_at_every_byte(answer().split_every(1))]
#[case::split_every_7(answer().split_every(7).crlf())]
#[case::all_in_one_read(answer().split_every(usize::MAX))]
#[case::no_done(answer().without_done())]
#[case::usage_in_its_own_last_chunk(answer().usage_in_own_last_chunk())]
#[case::usage_with_the_finish_reason(answer().usage_with_finish())]
#[case::usage_in_each(answer().usage_in_each())]
#[case::reasoning(answer().reasoning("Думаю, think"))]
#[case::empty_and_role_only_deltas(answer().empty_deltas())]
#[case::everything(answer().bom().crlf().with_comments().multi_data_lines().empty_deltas().reasoning("a b").split_every(3))]
#[case::slow(answer().chunk_delay(Duration::from_millis(5)).first_delay(Duration::from_millis(20)))]
#[case::whole_though_a_stream_was_asked(Behaviour::json(TEXT).usage(11, 22))]
#[tokio::test]
async fn a_quirk_changes_nothing(#[case] behaviour: Behaviour) {
    let model = FakeModel::start().await.unwrap();
    model.always(behaviour);
    let (text, transcript) = ask(&provider(&model, |_| {})).await;
    assert_eq!((text.as_str(), verdict(&transcript.end).as_str()), (TEXT, "Finished Stop"));
    let [attempt] = transcript.attempts.as_slice() else { panic!("{transcript:?}") };
    assert_eq!(attempt.usage, Some(Usage { prompt_tokens: 11, completion_tokens: 22 }));
    assert_eq!((attempt.status_code, attempt.failure, &attempt.error), (Some(200), None, &None));
    assert!(attempt.time_to_first_token.unwrap() <= attempt.response_time);
    assert_eq!(attempt.response.as_ref().unwrap().id.as_deref(), Some("chatcmpl-fake"));
}

#[rstest]
#[case::without_usage(answer().without_usage(), "Finished Stop")]
#[case::length(answer().without_usage().finish_reason("length"), "Finished Length")]
#[case::content_filter(answer().without_usage().finish_reason("content_filter"), "Finished ContentFilter")]
#[case::another_reason(answer().without_usage().finish_reason("tool_calls"), r#"Finished Other("tool_calls")"#)]
#[case::done_without_reason(answer().without_usage().finish_reason(""), "Finished Stop")]
#[case::neither_done_nor_reason(answer().without_usage().finish_reason("").without_done(), "BrokeOff Cut")]
#[tokio::test]
async fn how_it_ends(#[case] behaviour: Behaviour, #[case] expected: &str) {
    let model = FakeModel::start().await.unwrap();
    model.always(behaviour);
    let (text, transcript) = ask(&provider(&model, |_| {})).await;
    assert_eq!((text.as_str(), verdict(&transcript.end).as_str()), (TEXT, expected));
    assert_eq!(transcript.attempts[0].usage, None);
}

/// (the behaviour, the text, the end, the status, a part of the message)
#[rstest]
#[case::bad_request(
    Behaviour::error(400, r#"{"error":{"message":"too long"}}"#),
    "",
    "Failed Status(400)",
    400,
    "HTTP 400: too long"
)]
#[case::unauthorized(Behaviour::error(401, r#"{"error":{"message":"no"}}"#), "", "Failed Status(401)", 401, "no")]
#[case::payment_required(Behaviour::error(402, "{}"), "", "Failed Status(402)", 402, "HTTP 402")]
#[case::not_found(
    Behaviour::error(404, r#"{"detail":"no such model"}"#),
    "",
    "Failed Status(404)",
    404,
    "no such model"
)]
#[case::rate_limited(Behaviour::error(429, r#"{"error":"slower"}"#), "", "Failed RateLimited", 429, "slower")]
#[case::server_error(Behaviour::error(500, ""), "", "Failed Status(500)", 500, "HTTP 500")]
#[case::html(Behaviour::html(502), "", "Failed Status(502)", 502, "502 from the proxy")]
#[case::html_ok(Behaviour::html(200), "", "Failed Protocol", 200, "HTML")]
#[case::redirect(Behaviour::error(302, ""), "", "Failed Status(302)", 302, "HTTP 302")]
#[case::error_object(Behaviour::ok_with_error_object(), "", "Failed Reported", 200, "overloaded")]
#[case::error_object_with_code(
    Behaviour::error(200, r#"{"error":{"message":"x","code":429}}"#),
    "",
    "Failed RateLimited",
    200,
    "x"
)]
#[case::error_object_of_the_request(
    Behaviour::error(200, r#"{"error":{"message":"x","type":"invalid_request_error"}}"#),
    "",
    "Failed Refused",
    200,
    "x"
)]
#[case::error_event(
    Behaviour::raw("text/event-stream", "event: error\ndata: it fell over\n\n"),
    "",
    "Failed Reported",
    200,
    "it fell over"
)]
#[case::error_first(Behaviour::tokens(5).error_after(0), "", "Failed Status(500)", 200, "fell over")]
#[case::error_in_midstream(Behaviour::tokens(5).error_after(2), "слово1 слово2 ", "BrokeOff Status(500)", 200, "fell over")]
#[case::abort_at_once(Behaviour::tokens(5).abort_after(0), "", "Failed Cut", 0, "")]
#[case::abort_in_midstream(Behaviour::tokens(5).abort_after(2), "слово1 слово2 ", "BrokeOff Cut", 200, "")]
#[case::abort_in_json(Behaviour::json(TEXT).abort_after(1), "", "Failed Cut", 200, "")]
#[case::end_at_once(Behaviour::tokens(5).end_after(0), "", "Failed Cut", 200, "before the answer did")]
#[case::end_in_midstream(Behaviour::tokens(5).end_after(2), "слово1 слово2 ", "BrokeOff Cut", 200, "before the answer did")]
#[case::garbage(Behaviour::garbage(), "", "Failed Protocol", 200, "not a chat completion")]
#[case::garbage_json(Behaviour::raw("application/json", "[1"), "", "Failed Protocol", 200, "not a chat completion")]
#[case::empty(Behaviour::answer(""), "", "Failed Empty", 200, "no text")]
#[case::empty_json(Behaviour::json(""), "", "Failed Empty", 200, "no text")]
#[case::only_thoughts(Behaviour::answer("").reasoning("hm hm"), "", "Failed Empty", 200, "no text")]
#[case::all_filtered(Behaviour::answer("").finish_reason("content_filter"), "", "Failed Filtered", 200, "content filter")]
#[tokio::test]
async fn a_fault(
    #[case] behaviour: Behaviour,
    #[case] text: &str,
    #[case] end: &str,
    #[case] status: u16,
    #[case] message: &str,
    #[values(1, 1000)] cut: usize,
) {
    let model = FakeModel::start().await.unwrap();
    model.always(behaviour.split_every(cut));
    let (read, transcript) = ask(&provider(&model, |_| {})).await;
    assert_eq!((read.as_str(), verdict(&transcript.end).as_str()), (text, end));
    let [attempt] = transcript.attempts.as_slice() else { panic!("{transcript:?}") };
    assert_eq!(attempt.status_code.unwrap_or(0), status);
    assert!(attempt.error.as_ref().unwrap().contains(message), "{:?}", attempt.error);
    assert_eq!(attempt.response.is_some(), status != 0);
    assert_eq!(attempt.time_to_first_token.is_some(), !text.is_empty());
}

/// Before the first token, a healthy second provider answers in its place.
#[rstest]
#[case::bad_request(Behaviour::error(400, "{}"))]
#[case::unauthorized(Behaviour::error(401, "{}"))]
#[case::payment_required(Behaviour::error(402, "{}"))]
#[case::not_found(Behaviour::error(404, "{}"))]
#[case::rate_limited(Behaviour::error(429, "{}").retry_after(3600))]
#[case::server_error(Behaviour::error(500, "{}"))]
#[case::html(Behaviour::html(503))]
#[case::html_ok(Behaviour::html(200))]
#[case::error_object(Behaviour::ok_with_error_object())]
#[case::error_first(Behaviour::tokens(5).error_after(0))]
#[case::abort(Behaviour::tokens(5).abort_after(0))]
#[case::end(Behaviour::tokens(5).end_after(0))]
#[case::end_after_thoughts(Behaviour::tokens(5).reasoning("hm").end_after(0))]
#[case::hang(Behaviour::tokens(5).hang_after(0))]
#[case::garbage(Behaviour::garbage())]
#[case::empty(Behaviour::answer(""))]
#[case::filtered(Behaviour::answer("").finish_reason("content_filter"))]
#[tokio::test]
async fn a_second_provider_answers(#[case] behaviour: Behaviour) {
    let (first, second) = (FakeModel::start().await.unwrap(), FakeModel::start().await.unwrap());
    first.always(behaviour);
    second.always(Behaviour::answer(TEXT));
    let mut broken = config("first", &first);
    broken.limits.first_token = Duration::from_millis(200);
    broken.retries = 3;
    let (text, transcript) = ask(&providers([broken, config("second", &second)])).await;
    assert_eq!((text.as_str(), verdict(&transcript.end).as_str()), (TEXT, "Finished Stop"));
    assert_eq!(asked(&transcript), ["first", "second"]);
    assert!(transcript.attempts[0].failure.is_some() && transcript.attempts[1].failure.is_none());
}

/// After the first text there is no other try, whatever happens.
#[rstest]
#[case::error(Behaviour::tokens(5).error_after(1))]
#[case::abort(Behaviour::tokens(5).abort_after(1))]
#[case::end(Behaviour::tokens(5).end_after(1))]
#[case::hang(Behaviour::tokens(5).hang_after(1))]
#[tokio::test]
async fn what_was_said_stands(#[case] behaviour: Behaviour) {
    let (first, second) = (FakeModel::start().await.unwrap(), FakeModel::start().await.unwrap());
    first.always(behaviour);
    let mut broken = config("first", &first);
    broken.limits.silence = Duration::from_millis(200);
    broken.retries = 3;
    let (text, transcript) = ask(&providers([broken, config("second", &second)])).await;
    assert_eq!(text, "слово1 ");
    assert!(verdict(&transcript.end).starts_with("BrokeOff"), "{:?}", transcript.end);
    assert_eq!((first.request_count(), second.request_count()), (1, 0));
}

#[tokio::test]
async fn a_whole_answer_can_be_asked_for() {
    let model = FakeModel::start().await.unwrap();
    model.always(Behaviour::answer(TEXT).reasoning("hm"));
    let (text, transcript) = ask(&provider(&model, |config| config.stream = false)).await;
    assert_eq!((text.as_str(), verdict(&transcript.end).as_str()), (TEXT, "Finished Stop"));
    assert_eq!(&*transcript.attempts[0].parameters, r#"{"model":"test-model","stream":false}"#);
    assert_eq!(transcript.attempts[0].response.as_ref().unwrap().reasoning.as_deref(), Some("hm"));
}

#[tokio::test]
async fn reasoning_is_kept_apart_and_the_response_rebuilt() {
    let model = FakeModel::start().await.unwrap();
    model.always(answer().reasoning("Так, so"));
    let (text, transcript) = ask(&provider(&model, |_| {})).await;
    let response = transcript.attempts[0].response.as_ref().unwrap();
    let rendered: serde_json::Value = serde_json::from_str(&response.render(&text)).unwrap();
    assert_eq!(
        rendered,
        serde_json::json!({
            "id": "chatcmpl-fake", "object": "chat.completion", "created": 1_700_000_000, "model": "test-model",
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": TEXT, "reasoning_content": "Так, so"},
                "finish_reason": "stop",
            }],
            "usage": {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33},
        }),
    );
}

#[tokio::test]
async fn an_errors_body_is_kept_up_to_16_kib() {
    let model = FakeModel::start().await.unwrap();
    model.always(Behaviour::error(500, format!("<html>{}", "я".repeat(20_000))));
    let (_, transcript) = ask(&provider(&model, |_| {})).await;
    let kept = transcript.attempts[0].response.as_ref().unwrap().error.as_ref().unwrap();
    assert!((16_000..=16_384).contains(&kept.len()), "{}", kept.len());
}

#[tokio::test]
async fn an_endless_event_is_cut_short() {
    let model = FakeModel::start().await.unwrap();
    model.always(Behaviour::raw("text/event-stream", format!("data: {}", "x".repeat(2 << 20))));
    let (_, transcript) = ask(&provider(&model, |_| {})).await;
    assert_eq!(verdict(&transcript.end), "Failed TooLarge");
}

#[tokio::test]
async fn more_than_4_mib_breaks_off() {
    let model = FakeModel::start().await.unwrap();
    model.always(Behaviour::deltas(vec!["я".repeat(250_000); 12]));
    let (text, transcript) = ask(&provider(&model, |_| {})).await;
    assert_eq!((text.len(), verdict(&transcript.end).as_str()), (4_000_000, "BrokeOff TooLarge"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text, in any deltas, in any network chunks, with any quirks, comes out as it went in.
    #[test]
    fn any_text_comes_out_equal(
        deltas in vec(".{0,20}", 0..12),
        cuts in vec(1..40_usize, 1..6),
        quirks in any::<u16>(),
    ) {
        let text = deltas.concat();
        let quirk = |bit: u16| quirks & (1 << bit) != 0;
        let mut behaviour = Behaviour::deltas(deltas).split_by(cuts);
        if quirk(0) { behaviour = behaviour.crlf(); }
        if quirk(1) { behaviour = behaviour.bom(); }
        if quirk(2) { behaviour = behaviour.with_comments(); }
        if quirk(3) { behaviour = behaviour.multi_data_lines(); }
        if quirk(4) { behaviour = behaviour.empty_deltas(); }
        if quirk(5) { behaviour = behaviour.reasoning("раз два"); }
        if quirk(6) { behaviour = behaviour.without_done(); }
        if quirk(7) { behaviour = behaviour.usage_in_each(); }
        if quirk(8) { behaviour = behaviour.without_usage(); }
        if quirk(9) { behaviour = behaviour.usage_with_finish(); }

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (read, transcript) = runtime.block_on(async {
            let model = FakeModel::start().await.unwrap();
            model.always(behaviour);
            ask(&provider(&model, |_| {})).await
        });
        let end = if text.is_empty() { "Failed Empty" } else { "Finished Stop" };
        prop_assert_eq!((read, verdict(&transcript.end)), (text.replace('\0', "\u{FFFD}"), end.to_owned()));
    }
}
