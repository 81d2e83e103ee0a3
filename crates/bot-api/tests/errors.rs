//! Every way in which a call goes wrong, and what a deliverer learns of it.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use std::time::Duration;

use bot_api::{
    Doubt, Error, Refusal,
    params::{GetUpdates, SendMessage},
};
use common::*;
use rstest::rstest;
use tokio::{io::AsyncWriteExt, net::TcpListener};

const MESSAGE: SendMessage<'static> = SendMessage {
    chat_id: 7,
    text: "Привет",
    message_thread_id: None,
    entities: &[],
    link_preview_options: None,
    disable_notification: false,
    reply_parameters: None,
    reply_markup: None,
};

/// An error in a word or two, for tables.
fn verdict(error: &Error) -> String {
    match error {
        Error::TooManyRequests { retry_after } => format!("TooMany {}", retry_after.as_secs()),
        Error::Refused { code, reason, .. } => format!("Refused {code} {reason:?}"),
        Error::NotSent { .. } => "NotSent".into(),
        Error::Unknown { doubt, .. } => format!("Unknown {doubt:?}"),
    }
}

async fn fails_with(reply: Reply) -> (String, Error) {
    let server = Server::start([reply]).await;
    let error = server.client().send_message(&MESSAGE).await.unwrap_err();
    assert_eq!(server.received().len(), 1, "nothing is retried");
    let shown = format!("{error} {error:?}");
    assert!(is_free_of_the_token(&shown) && error.to_string().len() < 400, "{shown}");
    assert_eq!(error.is_definite(), !error.may_have_acted());
    (verdict(&error), error)
}

const NOT_MODIFIED: &str = r#"{"ok":false,"error_code":400,"description":"Bad Request: message is not modified"}"#;
const BLOCKED: &str = r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#;
const MIGRATED: &str = r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234567890}}"#;
const RETRY: &str =
    r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":9}}"#;
const RETRY_IN_WORDS: &str = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7"}"#;
const RETRY_ODD: &str = r#"{"ok":false,"error_code":429,"description":"Slower","parameters":{"retry_after":"soon"}}"#;

#[rstest]
#[case::not_modified(Reply::json(400, NOT_MODIFIED), "Refused 400 MessageNotModified")]
#[case::blocked(Reply::json(403, BLOCKED), "Refused 403 ChatGone")]
#[case::migrated(Reply::json(400, MIGRATED), "Refused 400 Migrated { to_chat_id: -1001234567890 }")]
#[case::the_body_knows_better(Reply::json(200, BLOCKED), "Refused 403 ChatGone")]
#[case::no_code(
    Reply::json(400, r#"{"ok":false,"description":"Bad Request: chat not found"}"#),
    "Refused 400 ChatGone"
)]
#[case::no_description(Reply::json(400, r#"{"ok":false}"#), "Refused 400 Other")]
#[case::odd_fields(
    Reply::json(400, r#"{"ok":false,"error_code":"x","description":5,"parameters":[]}"#),
    "Refused 400 Other"
)]
#[case::unauthorized(
    Reply::json(401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#),
    "Refused 401 Unauthorized"
)]
#[case::no_such_token(
    Reply::json(404, r#"{"ok":false,"error_code":404,"description":"Not Found"}"#),
    "Refused 404 Unauthorized"
)]
#[case::conflict(
    Reply::json(
        409,
        r#"{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}"#
    ),
    "Refused 409 Conflict"
)]
#[case::a_proxys_403(Reply::html(403), "Refused 403 Other")]
#[case::a_proxys_404(Reply::html(404), "Refused 404 Other")]
#[case::a_4xx_cut_short(Reply::json(403, BLOCKED).cut(5), "Refused 403 Other")]
#[case::parameters(Reply::json(429, RETRY), "TooMany 9")]
#[case::without_parameters(Reply::json(429, RETRY_IN_WORDS), "TooMany 7")]
#[case::without_anything(Reply::json(429, RETRY_ODD), "TooMany 1")]
#[case::a_header(Reply::json(429, RETRY_ODD).header("Retry-After: 5"), "TooMany 5")]
#[case::a_proxys_429(Reply::html(429).header("Retry-After: 30"), "TooMany 30")]
#[case::a_proxys_429_without_more(Reply::html(429), "TooMany 1")]
#[case::internal(
    Reply::json(500, r#"{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}"#),
    "Unknown Server(500)"
)]
#[case::bad_gateway(Reply::html(502), "Unknown Server(502)")]
#[case::gateway_timeout(Reply::html(504).cut(3), "Unknown Server(504)")]
#[case::request_timeout(Reply::html(408), "Unknown Server(408)")]
#[case::redirect(Reply::html(302).header("Location: /elsewhere"), "Unknown Unreadable")]
#[case::html_ok(Reply::html(200), "Unknown Unreadable")]
#[case::not_json(Reply::json(200, "{\"ok\":tr"), "Unknown Unreadable")]
#[case::another_json(Reply::json(200, "[1]"), "Unknown Unreadable")]
#[case::empty(Reply::json(200, ""), "Unknown Unreadable")]
#[case::no_result(Reply::json(200, r#"{"ok":true}"#), "Unknown Unreadable")]
#[case::another_result(Reply::ok(r#"{"message_id":"no"}"#), "Unknown Unreadable")]
#[case::not_ok_without_code(Reply::json(200, r#"{"ok":false}"#), "Unknown Unreadable")]
#[case::cut_at_once(Reply::Bytes(Vec::new()), "Unknown Cut")]
#[case::cut_in_the_head(Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()), "Unknown Cut")]
#[case::cut_in_the_answer(Reply::ok(r#"{"message_id":5}"#).cut(4), "Unknown Cut")]
#[case::not_http(Reply::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec()), "Unknown Cut")]
#[tokio::test]
async fn an_answer_that_is_none(#[case] reply: Reply, #[case] expected: &str) {
    let (verdict, error) = fails_with(reply).await;
    assert_eq!(verdict, expected);
    assert_eq!(error.may_have_acted(), expected.starts_with("Unknown"));
    assert_eq!(error.retry_after().is_some(), expected.starts_with("TooMany"));
    assert_eq!(error.refusal().is_some(), expected.starts_with("Refused"));
}

#[tokio::test]
async fn a_refusal_says_why_in_telegrams_words() {
    let (_, error) = fails_with(Reply::json(403, BLOCKED)).await;
    assert_eq!(error.to_string(), "refused (403): Forbidden: bot was blocked by the user");
    assert_eq!(error.refusal(), Some(Refusal::ChatGone));
}

#[tokio::test]
async fn a_long_description_is_cut() {
    let body = format!(r#"{{"ok":false,"error_code":400,"description":"Bad Request: {}"}}"#, "я".repeat(5000));
    let (verdict, error) = fails_with(Reply::json(400, &body)).await;
    assert_eq!(verdict, "Refused 400 Other");
    assert!(error.to_string().len() < 330 && error.to_string().ends_with('…'), "{error}");
}

#[rstest]
#[case::told(true)]
#[case::untold(false)]
#[tokio::test]
async fn a_huge_answer_is_not_read(#[case] told: bool) {
    let body = "x".repeat(17 << 20);
    let length = if told { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
    let answer = format!("HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n{body}");
    let (verdict, _) = fails_with(Reply::Bytes(answer.into_bytes())).await;
    assert_eq!(verdict, "Unknown TooLarge");
}

#[rstest]
#[case::before_the_answer(Reply::Hang)]
#[case::in_the_answer(Reply::ok(r#"{"message_id":5}"#).cut_and_hang(4))]
#[tokio::test]
async fn a_time_out_is_of_unknown_end(#[case] reply: Reply) {
    let server = Server::start([reply]).await;
    let short = bot_api::Config { call: Duration::from_millis(200), ..config(&server.url) };
    let error = bot_api::Client::new(&short).unwrap().send_message(&MESSAGE).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { doubt: Doubt::Timeout, .. }), "{error:?}");
    assert!(is_free_of_the_token(&format!("{error} {error:?}")), "{error:?}");
}

#[tokio::test]
async fn what_could_not_be_sent_did_nothing() {
    // Nobody listens; no such name; no TLS on the other side.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    let mut accepting = tokio::task::JoinSet::new();
    accepting.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            drop(socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
        }
    });
    for url in [
        format!("http://127.0.0.1:{}", closed_port().await),
        "http://no-such-host.invalid".to_owned(),
        format!("https://{plain}"),
    ] {
        let error = client(&url).send_message(&MESSAGE).await.unwrap_err();
        assert!(matches!(error, Error::NotSent { .. }), "{url}: {error:?}");
        assert!(error.is_definite());
        assert!(is_free_of_the_token(&format!("{error} {error:?}")), "{error:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_never_accepted_did_nothing() {
    // TLS never begins: the system accepts the connection, and nobody answers on it.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let short = bot_api::Config { connect: Duration::from_millis(200), ..config(&url) };
    let error = bot_api::Client::new(&short).unwrap().send_message(&MESSAGE).await.unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }), "{error:?}");
}

#[tokio::test]
async fn parameters_that_are_no_json_are_not_sent() {
    let server = Server::start([Reply::ok("true")]).await;
    let params = std::collections::HashMap::from([(vec![1], 2)]);
    let result: Result<bool, _> = server.client().call("getMe", &params).await;
    assert!(matches!(result, Err(Error::NotSent { .. })), "{result:?}");
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn a_draft_may_be_unsupported() {
    for (status, description) in
        [(400, "Bad Request: TEXTDRAFT_PEER_INVALID"), (404, "Not Found: method not found"), (404, "Not Found")]
    {
        let body = format!(r#"{{"ok":false,"error_code":{status},"description":"{description}"}}"#);
        let server = Server::start([Reply::json(status, &body)]).await;
        let error =
            server.client().send_message_draft(&bot_api::params::SendMessageDraft::default()).await.unwrap_err();
        assert_eq!(error.refusal(), Some(Refusal::DraftsUnsupported), "{description}");
    }
}

#[tokio::test]
async fn a_poll_in_conflict_is_told() {
    let body = r#"{"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}"#;
    let server = Server::start([Reply::json(409, body)]).await;
    let error = server.client().get_updates(&GetUpdates::default()).await.unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::Conflict));
}

/// The server's keep-alive is used, and its end between two calls is nobody's fault.
#[tokio::test]
async fn a_client_survives_the_end_of_a_connection() {
    let server = Server::start([Reply::ok(r#"{"message_id":1}"#), Reply::ok(r#"{"message_id":2}"#)]).await;
    let client = server.client();
    assert_eq!(client.send_message(&MESSAGE).await.unwrap().message_id, 1);
    assert_eq!(client.send_message(&MESSAGE).await.unwrap().message_id, 2);
}
