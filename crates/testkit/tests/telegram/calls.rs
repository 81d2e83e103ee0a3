//! How strict it is.

use rstest::rstest;
use serde_json::{Value, json};

use super::{CLIENT, call, calling, done, refused, with_anna};

#[rstest]
#[case::unknown_field("sendMessage", json!({"text": "a", "txet": "b"}), "sendMessage has no field \"txet\"")]
#[case::missing("sendMessage", json!({}), "message text is empty")]
#[case::empty("sendMessage", json!({"text": ""}), "message text is empty")]
#[case::blank("sendMessage", json!({"text": " \n\u{200b}"}), "text must be non-empty")]
#[case::long("sendMessage", json!({"text": "🙂".repeat(2049)}), "message is too long")]
#[case::wrong_type("sendMessage", json!({"text": 7}), "text must be")]
#[case::null("sendMessage", json!({"text": "a", "entities": null}), "entities must be")]
#[case::parse_mode("sendMessage", json!({"text": "a", "parse_mode": "HTML"}), "parse_mode")]
#[case::nested_field("sendMessage", json!({"text": "a", "reply_parameters": {"message": 1}}), "ReplyParameters has no such field")]
#[case::nested_type("sendMessage", json!({"text": "a", "link_preview_options": {"is_disabled": "yes"}}), "is_disabled must be")]
#[case::draft_id("sendMessageDraft", json!({"text": "a"}), "needs the field \"draft_id\"")]
#[case::action("sendChatAction", json!({"action": "dancing"}), "wrong parameter action in request")]
#[case::button("sendMessage", json!({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b"}]]}}),
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")]
#[case::data("sendMessage", json!({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "ы".repeat(33)}]]}}),
    "BUTTON_DATA_INVALID")]
#[case::button_field("sendMessage", json!({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "data": "c"}]]}}),
    "InlineKeyboardButton has no such field")]
#[case::web_app("sendMessage", json!({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "web_app": {"url": "http://a.b"}}]]}}),
    "Only HTTPS links are allowed")]
#[case::url("sendMessage", json!({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "url": "http://localhost"}]]}}),
    "Wrong HTTP URL")]
#[tokio::test]
async fn a_malformed_call_is_refused_and_remembered(#[case] method: &str, #[case] params: Value, #[case] words: &str) {
    let (telegram, anna) = with_anna().await;
    let mut params = params;
    params["chat_id"] = anna.id().into();
    let description = refused(&telegram, method, params).await;
    assert!(description.starts_with("Bad Request: ") && description.contains(words), "{description}");
    assert_eq!(telegram.violations().len(), 1);
    assert_eq!(anna.answers().len(), 0);
}

#[rstest]
#[case::zero(&[("bold", 0, 0)], "ENTITY_BOUNDS_INVALID")]
#[case::negative(&[("bold", -1, 2)], "ENTITY_BOUNDS_INVALID")]
#[case::beyond(&[("bold", 5, 10)], "entity beginning at UTF-16 offset 5 ends after the end of the text at UTF-16 offset 15")]
#[case::begins_in_a_character(&[("bold", 1, 3)], "entity begins in a middle of a UTF-16 symbol")]
#[case::ends_in_a_character(&[("bold", 0, 1)], "ends in a middle of a UTF-16 symbol")]
#[case::crossing(&[("bold", 2, 4), ("italic", 4, 4)], "can't parse entities")]
#[case::in_pre(&[("pre", 2, 6), ("bold", 3, 2)], "can't parse entities")]
#[case::around_code(&[("bold", 2, 6), ("code", 3, 2)], "can't parse entities")]
#[case::the_same_as_code(&[("bold", 2, 6), ("code", 2, 6)], "can't parse entities")]
#[case::quote_in_quote(&[("blockquote", 2, 6), ("expandable_blockquote", 3, 2)], "can't parse entities")]
#[case::twice(&[("bold", 2, 6), ("bold", 2, 6)], "can't parse entities")]
#[case::unknown(&[("sparkle", 2, 6)], "can't parse MessageEntity: Unsupported type specified")]
#[case::bare_link(&[("text_link", 2, 6)], "Can't find field \"url\"")]
#[tokio::test]
async fn bad_entities_are_refused(#[case] entities: &[(&str, i64, i64)], #[case] words: &str) {
    let (telegram, anna) = with_anna().await;
    let entities: Vec<_> = entities
        .iter()
        .map(|(kind, offset, length)| json!({"type": kind, "offset": offset, "length": length}))
        .collect();
    for method in ["sendMessage", "sendMessageDraft"] {
        let mut params = json!({"chat_id": anna.id(), "text": "🙂 234567", "entities": entities});
        if method == "sendMessageDraft" {
            params["draft_id"] = 1.into();
        }
        let description = refused(&telegram, method, params).await;
        assert!(description.contains(words), "{description}");
    }
    assert_eq!(telegram.violations().len(), 2);
}

#[tokio::test]
async fn good_entities_are_kept() {
    let (telegram, anna) = with_anna().await;
    let entities = json!([
        {"type": "blockquote", "offset": 0, "length": 8},
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "italic", "offset": 0, "length": 2},
        {"type": "code", "offset": 3, "length": 2},
        {"type": "text_link", "offset": 6, "length": 2, "url": "https://example.org"},
        {"type": "pre", "offset": 8, "length": 1, "language": "rust"},
    ]);
    done(&telegram, "sendMessage", json!({"chat_id": anna.id(), "text": "🙂 23 67x\n", "entities": entities})).await;
    let shown = anna.last().unwrap();
    assert_eq!((shown.text.as_str(), shown.entities.len()), ("🙂 23 67x", 6));
    assert_eq!((shown.parts("bold"), shown.parts("text_link")), (vec!["🙂".to_owned()], vec!["67".to_owned()]));
    let many: Vec<_> = (0..101).map(|offset| json!({"type": "bold", "offset": 2 * offset, "length": 1})).collect();
    let text = "a ".repeat(101);
    let description =
        refused(&telegram, "sendMessage", json!({"chat_id": anna.id(), "text": text, "entities": many})).await;
    assert!(description.contains("ENTITIES_TOO_LONG"), "{description}");
}

#[rstest]
#[case("setMyCommands", json!({"commands": [{"command": "Start", "description": "x"}]}), "BOT_COMMAND_INVALID")]
#[case("setMyCommands", json!({"commands": [{"command": "start", "description": ""}]}), "BOT_COMMAND_DESCRIPTION_INVALID")]
#[case("setMyCommands", json!({"commands": [{"command": "start"}]}), "can't find field \"description\"")]
#[case("setMyCommands", json!({"commands": [], "scope": {"type": "everywhere"}}), "scope.type must be")]
#[case("setMyCommands", json!({"commands": [], "language_code": "русский"}), "language code")]
#[case("setMyDescription", json!({"description": "x".repeat(513)}), "too long")]
#[case("setWebhook", json!({"url": "https://a.b", "secret_token": "a b"}), "secret token contains unallowed characters")]
#[case("setWebhook", json!({"url": "http://example.org"}), "An HTTPS URL must be provided")]
#[case("answerCallbackQuery", json!({"callback_query_id": "1", "text": "x".repeat(201)}), "too long")]
#[case("createInvoiceLink", json!({"title": "T", "description": "D", "payload": "P", "currency": "RUB", "prices": [{"label": "L", "amount": 1}]}), "CURRENCY_INVALID")]
#[case("getUpdates", json!({"limit": 0}), "limit")]
#[tokio::test]
async fn values_out_of_range_are_refused(#[case] method: &str, #[case] params: Value, #[case] words: &str) {
    let (telegram, _anna) = with_anna().await;
    let description = refused(&telegram, method, params).await;
    assert!(description.contains(words), "{description}");
    assert_eq!(telegram.violations().len(), 1);
}

#[tokio::test]
async fn every_form_of_a_call_is_read() {
    let (telegram, anna) = with_anna().await;
    let url = format!("{}/bot{}/sendMessage", telegram.url(), telegram.token());
    let keyboard = json!({"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}).to_string();
    let pairs = format!("chat_id={}&text=%D0%B0+%26&disable_notification=true&reply_markup={keyboard}", anna.id());
    let by_query = CLIENT.get(format!("{url}?{pairs}")).send().await.unwrap();
    assert_eq!(by_query.status(), 200);
    let form =
        calling(&telegram, "sendMessage").header("content-type", "application/x-www-form-urlencoded").body(pairs);
    assert_eq!(form.send().await.unwrap().status(), 200);
    let texts: Vec<_> = anna.answers().into_iter().map(|message| (message.text, message.buttons.len())).collect();
    assert_eq!(texts, [("а &".to_owned(), 1), ("а &".to_owned(), 1)]);
    assert_eq!(telegram.calls_of("sendMessage")[0].params["disable_notification"], true);
}

#[tokio::test]
async fn unknown_methods_and_tokens_are_refused() {
    let (telegram, anna) = with_anna().await;
    assert_eq!(
        call(&telegram, "sendMassage", &json!({})).await,
        (404, json!({"ok": false, "error_code": 404, "description": "Not Found"}))
    );
    let url = format!("{}/bot1:wrong/getMe", telegram.url());
    assert_eq!(CLIENT.get(url).send().await.unwrap().status(), 401);
    assert_eq!(done(&telegram, "getMe", json!({})).await["username"], telegram.bot_username());
    assert_eq!(done(&telegram, "pinChatMessage", json!({"chat_id": anna.id(), "message_id": 1})).await, true);
    assert_eq!(telegram.violations().len(), 1);
}

/// A multipart body by hand, as the client has no such feature here.
async fn upload(telegram: &testkit::telegram::FakeTelegram, chat: i64, disposition: &str) -> (u16, Value) {
    let body = format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n{chat}\r\n\
         --xyz\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\nВот\r\n\
         --xyz\r\nContent-Disposition: form-data; name=\"document\"; {disposition}\r\n\
         Content-Type: application/json\r\n\r\n{{\"a\":\r\n1}}\r\n--xyz--\r\n"
    );
    let request = calling(telegram, "sendDocument").header("content-type", "multipart/form-data; boundary=xyz");
    let response = request.body(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn files_are_kept() {
    let (telegram, anna) = with_anna().await;
    let (status, answer) = upload(&telegram, anna.id(), "filename=\"данные.json\"").await;
    assert_eq!(status, 200, "{answer}");
    let shown = anna.last().unwrap();
    let document = shown.document.clone().unwrap();
    assert_eq!((document.name.as_str(), &document.bytes[..]), ("данные.json", &b"{\"a\":\r\n1}"[..]));
    assert_eq!(shown.text, "Вот");
    let again = json!({"chat_id": anna.id(), "document": answer["result"]["document"]["file_id"]});
    done(&telegram, "sendDocument", again).await;
    assert_eq!(anna.last().unwrap().document.unwrap(), document);
    // What HTTP clients make of such a name by default is not read by the real server.
    let (status, answer) = upload(&telegram, anna.id(), "filename*=utf-8''%D0%B0.json").await;
    assert_eq!(status, 400, "{answer}");
    assert_eq!(telegram.violations().len(), 1);
}
