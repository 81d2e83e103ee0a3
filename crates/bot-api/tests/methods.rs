//! What Telegram receives of each method: the path, the fields, and none that are not there.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use bot_api::{
    Client, Error, SecretToken,
    frankenstein::{
        methods::{
            AnswerCallbackQueryParams, AnswerPreCheckoutQueryParams, CreateInvoiceLinkParams, DeleteMyCommandsParams,
            SetMyCommandsParams, SetMyDescriptionParams, SetMyShortDescriptionParams,
        },
        payments::LabeledPrice,
        types::{
            BotCommand, BotCommandScope, ChatAction, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions,
            MenuButton, MessageEntity, MessageEntityType, ReplyMarkup,
        },
    },
    params::*,
};
use common::*;
use serde_json::{Value, json};

/// Makes one call, which is answered with `result`; gives what was sent and what came of it.
async fn sent<T>(result: &str, call: impl AsyncFnOnce(Client) -> Result<T, Error>) -> (Received, T) {
    let server = Server::start([Reply::ok(result)]).await;
    let value = call(server.client()).await.unwrap();
    (server.one(), value)
}

/// The same, of a call that returns `true`.
async fn acts(method: &str, fields: Value, call: impl AsyncFnOnce(Client) -> Result<(), Error>) {
    let (request, ()) = sent("true", call).await;
    assert_eq!(request.path(), format!("/bot{TOKEN}/{method}"));
    assert_eq!(request.json(), fields, "{method}");
}

fn buttons() -> InlineKeyboardMarkup {
    let button = InlineKeyboardButton::builder().text("Stop").callback_data("stop").build();
    InlineKeyboardMarkup::builder().inline_keyboard(vec![vec![button]]).build()
}

fn bold() -> MessageEntity {
    MessageEntity::builder().type_field(MessageEntityType::Bold).offset(0).length(2).build()
}

#[tokio::test]
async fn a_request_is_a_post_of_json_below_the_bots_path() {
    let server = Server::start([Reply::ok(r#"{"id":1,"is_bot":true,"first_name":"B","username":"b_bot"}"#)]).await;
    for (base, path) in [("", "/botT/getMe"), ("/", "/botT/getMe"), ("/a/b", "/a/b/botT/getMe")] {
        let me = client(&format!("{}{base}", server.url)).get_me().await.unwrap();
        assert_eq!((me.id, me.username.as_deref()), (1, Some("b_bot")));
        let request = server.received().pop().unwrap();
        assert!(request.head.starts_with("POST "));
        assert_eq!(request.path(), path.replace('T', TOKEN));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.json(), json!({}));
    }
}

#[tokio::test]
async fn a_message_has_only_what_was_given() {
    let result = r#"{"message_id":5,"date":1700000000,"chat":{"id":-7,"type":"new"},"text":"ok","novelty":{"a":1}}"#;
    let (request, message) = sent(result, async |client| {
        client.send_message(&SendMessage { chat_id: -7, text: "ok", ..SendMessage::default() }).await
    })
    .await;
    assert_eq!(request.json(), json!({"chat_id": -7, "text": "ok"}));
    assert_eq!((message.message_id, message.date, message.chat_id), (5, 1_700_000_000, -7));

    let markup = ReplyMarkup::InlineKeyboardMarkup(buttons());
    let preview = LinkPreviewOptions::builder().is_disabled(true).build();
    let (request, message) = sent(r#"{"message_id":6}"#, async |client| {
        client
            .send_message(&SendMessage {
                chat_id: 1 << 40,
                message_thread_id: Some(3),
                text: "ok",
                entities: &[bold()],
                link_preview_options: Some(&preview),
                disable_notification: true,
                reply_parameters: Some(ReplyTo { message_id: 4, allow_sending_without_reply: true }),
                reply_markup: Some(&markup),
            })
            .await
    })
    .await;
    assert_eq!(message.message_id, 6);
    assert_eq!(
        request.json(),
        json!({
            "chat_id": 1_099_511_627_776_i64, "message_thread_id": 3, "text": "ok",
            "entities": [{"type": "bold", "offset": 0, "length": 2}],
            "link_preview_options": {"is_disabled": true},
            "disable_notification": true,
            "reply_parameters": {"message_id": 4, "allow_sending_without_reply": true},
            "reply_markup": {"inline_keyboard": [[{"text": "Stop", "callback_data": "stop"}]]},
        }),
    );
}

#[tokio::test]
async fn a_draft_and_edits() {
    let draft = SendMessageDraft { chat_id: 1, draft_id: 1 << 50, ..SendMessageDraft::default() };
    let fields = json!({"chat_id": 1, "draft_id": 1_125_899_906_842_624_i64, "text": ""});
    acts("sendMessageDraft", fields, async |client| client.send_message_draft(&draft).await).await;

    let draft = SendMessageDraft {
        message_thread_id: Some(2),
        text: "Hi",
        entities: &[bold()],
        can_stop: true,
        keep_on_stop: true,
        ..draft
    };
    let fields = json!({
        "chat_id": 1, "draft_id": 1_125_899_906_842_624_i64, "message_thread_id": 2, "text": "Hi",
        "entities": [{"type": "bold", "offset": 0, "length": 2}], "can_stop": true, "keep_on_stop": true,
    });
    acts("sendMessageDraft", fields, async |client| client.send_message_draft(&draft).await).await;

    let edit = EditMessageText { chat_id: 1, message_id: 2, text: "Hi", ..EditMessageText::default() };
    let fields = json!({"chat_id": 1, "message_id": 2, "text": "Hi"});
    acts("editMessageText", fields, async |client| client.edit_message_text(&edit).await).await;

    // What is returned is a message where the test says true: neither is looked at.
    let (buttons, fields) = (buttons(), json!({"chat_id": 1, "message_id": 2}));
    acts("editMessageReplyMarkup", fields.clone(), async |c| c.edit_message_reply_markup(1, 2, None).await).await;
    let with = json!({"chat_id": 1, "message_id": 2, "reply_markup": {"inline_keyboard": [[{"text": "Stop", "callback_data": "stop"}]]}});
    acts("editMessageReplyMarkup", with, async |c| c.edit_message_reply_markup(1, 2, Some(&buttons)).await).await;
    acts("deleteMessage", fields, async |client| client.delete_message(1, 2).await).await;
}

#[tokio::test]
async fn the_webhook_and_the_poll() {
    let secret = SecretToken::new("hush_hush".into()).unwrap();
    let hook = SetWebhook { url: "https://h/hook", ..SetWebhook::default() };
    acts("setWebhook", json!({"url": "https://h/hook"}), async |client| client.set_webhook(&hook).await).await;
    let hook = SetWebhook {
        secret_token: Some(&secret),
        max_connections: Some(40),
        ip_address: Some("127.0.0.1"),
        allowed_updates: Some(bot_api::Incoming::KINDS),
        drop_pending_updates: Some(false),
        ..hook
    };
    assert!(!format!("{hook:?}").contains("hush"));
    let fields = json!({
        "url": "https://h/hook", "secret_token": "hush_hush", "max_connections": 40, "ip_address": "127.0.0.1",
        "allowed_updates": [
            "message", "edited_message", "callback_query", "pre_checkout_query", "my_chat_member", "subscription",
            "stopped_message_generation",
        ],
        "drop_pending_updates": false,
    });
    acts("setWebhook", fields, async |client| client.set_webhook(&hook).await).await;
    let fields = json!({"drop_pending_updates": true});
    acts("deleteWebhook", fields, async |client| client.delete_webhook(true).await).await;

    let info = r#"{"url":"u","has_custom_certificate":false,"pending_update_count":3,"allowed_updates":["message","new_kind",5]}"#;
    let (_, info) = sent(info, async |client| client.get_webhook_info().await).await;
    assert_eq!((info.url.as_str(), info.pending_update_count), ("u", 3));
    assert_eq!(info.allowed_updates, ["message", "new_kind"]);

    let (request, _) = sent("[]", async |client| client.get_updates(&GetUpdates::default()).await).await;
    assert_eq!(request.json(), json!({"timeout": 0}));
    let poll = GetUpdates { offset: Some(-1), limit: Some(100), seconds: 25, allowed_updates: Some(&["message"]) };
    let (request, updates) = sent("[]", async |client| client.get_updates(&poll).await).await;
    assert_eq!(request.json(), json!({"offset": -1, "limit": 100, "timeout": 25, "allowed_updates": ["message"]}));
    assert_eq!((updates.updates.len(), updates.next_offset()), (0, None));
}

#[tokio::test]
async fn small_calls() {
    let typing = json!({"chat_id": 1, "action": "typing"});
    acts("sendChatAction", typing, async |c| c.send_chat_action(1, None, ChatAction::Typing).await).await;
    let upload = json!({"chat_id": 1, "message_thread_id": 2, "action": "upload_document"});
    acts("sendChatAction", upload, async |c| c.send_chat_action(1, Some(2), ChatAction::UploadDocument).await).await;

    let answer = AnswerCallbackQueryParams::builder().callback_query_id("q").build();
    let fields = json!({"callback_query_id": "q"});
    acts("answerCallbackQuery", fields, async |client| client.answer_callback_query(&answer).await).await;
    let answer = AnswerCallbackQueryParams::builder().callback_query_id("q").text("t").show_alert(true).build();
    let fields = json!({"callback_query_id": "q", "text": "t", "show_alert": true});
    acts("answerCallbackQuery", fields, async |client| client.answer_callback_query(&answer).await).await;

    acts("leaveChat", json!({"chat_id": -5}), async |client| client.leave_chat(-5).await).await;
}

#[tokio::test]
async fn the_bots_profile() {
    let command = BotCommand::builder().command("start").description("Начать").build();
    let commands = SetMyCommandsParams::builder()
        .commands(vec![command])
        .scope(BotCommandScope::AllPrivateChats)
        .language_code("ru")
        .build();
    let fields = json!({
        "commands": [{"command": "start", "description": "Начать"}],
        "scope": {"type": "all_private_chats"}, "language_code": "ru",
    });
    acts("setMyCommands", fields, async |client| client.set_my_commands(&commands).await).await;
    let none = DeleteMyCommandsParams::builder().build();
    acts("deleteMyCommands", json!({}), async |client| client.delete_my_commands(&none).await).await;
    let about = SetMyDescriptionParams::builder().description("D").build();
    acts("setMyDescription", json!({"description": "D"}), async |c| c.set_my_description(&about).await).await;
    let about = SetMyShortDescriptionParams::builder().short_description("S").language_code("ru").build();
    let fields = json!({"short_description": "S", "language_code": "ru"});
    acts("setMyShortDescription", fields, async |client| client.set_my_short_description(&about).await).await;
    let fields = json!({"menu_button": {"type": "commands"}});
    acts("setChatMenuButton", fields, async |c| c.set_chat_menu_button(None, &MenuButton::Commands).await).await;
    let fields = json!({"chat_id": 9, "menu_button": {"type": "default"}});
    acts("setChatMenuButton", fields, async |c| c.set_chat_menu_button(Some(9), &MenuButton::Default).await).await;
}

#[tokio::test]
async fn money() {
    let answer = AnswerPreCheckoutQueryParams::builder().pre_checkout_query_id("p").ok(true).build();
    let fields = json!({"pre_checkout_query_id": "p", "ok": true});
    acts("answerPreCheckoutQuery", fields, async |client| client.answer_pre_checkout_query(&answer).await).await;

    let invoice = CreateInvoiceLinkParams::builder()
        .title("Premium")
        .description("A month")
        .payload("plan:1")
        .currency(bot_api::STARS)
        .prices(vec![LabeledPrice::builder().label("Premium").amount(100).build()])
        .subscription_period(bot_api::SUBSCRIPTION_PERIOD)
        .build();
    let (request, link) =
        sent(r#""https://t.me/$abc""#, async |client| client.create_invoice_link(&invoice).await).await;
    assert_eq!(link, "https://t.me/$abc");
    assert_eq!(
        request.json(),
        json!({
            "title": "Premium", "description": "A month", "payload": "plan:1", "currency": "XTR",
            "prices": [{"label": "Premium", "amount": 100}], "subscription_period": 2_592_000,
        }),
    );

    let fields = json!({"user_id": 7, "telegram_payment_charge_id": "c"});
    acts("refundStarPayment", fields, async |client| client.refund_star_payment(7, "c").await).await;
    let fields = json!({"user_id": 7, "telegram_payment_charge_id": "c", "is_canceled": true});
    acts("editUserStarSubscription", fields, async |c| c.edit_user_star_subscription(7, "c", true).await).await;

    let result = r#"{"transactions":[
        {"id":"a","amount":100,"date":1,"source":{"type":"user","transaction_type":"invoice_payment","user":{"id":7},"invoice_payload":"plan:1","subscription_period":2592000,"x":1}},
        {"id":"b","amount":5,"nanostar_amount":3,"date":2,"receiver":{"type":"of_a_new_kind"},"source":7}
    ]}"#;
    let params = GetStarTransactions { offset: Some(10), limit: None };
    let (request, found) = sent(result, async |client| client.get_star_transactions(&params).await).await;
    assert_eq!(request.json(), json!({"offset": 10}));
    let source = found[0].source.as_ref().unwrap();
    assert_eq!((found[0].amount, source.kind.as_str(), source.user.as_ref().unwrap().id), (100, "user", 7));
    assert_eq!(found[1].receiver.as_ref().unwrap().kind, "of_a_new_kind");
    assert_eq!(found[1].source, None);
}

/// By the letter: Telegram's server reads `name` and `filename` in quotation marks, and no more.
#[tokio::test]
async fn a_document_is_uploaded() {
    let markup = ReplyMarkup::InlineKeyboardMarkup(buttons());
    let content: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let document = SendDocument {
        chat_id: -1001,
        message_thread_id: Some(4),
        file_name: "Беседа \"1\".json",
        content: content.clone().into(),
        caption: "Ваши данные",
        reply_parameters: Some(ReplyTo { message_id: 3, allow_sending_without_reply: false }),
        reply_markup: Some(&markup),
    };
    let (request, message) = sent(r#"{"message_id":8}"#, async |client| client.send_document(document).await).await;
    assert_eq!((message.message_id, request.path()), (8, format!("/bot{TOKEN}/sendDocument").as_str()));
    assert_eq!(request.header("content-length"), Some(request.body.len().to_string().as_str()));

    let parts = parts(&request);
    let text = |name: &str| {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        parts.iter().find(|(found, _)| *found == head).map(|(_, body)| String::from_utf8(body.clone()).unwrap())
    };
    assert_eq!(text("chat_id").unwrap(), "-1001");
    assert_eq!(text("message_thread_id").unwrap(), "4");
    assert_eq!(text("caption").unwrap(), "Ваши данные");
    assert_eq!(text("reply_parameters").unwrap(), r#"{"message_id":3}"#);
    let markup: Value = serde_json::from_str(&text("reply_markup").unwrap()).unwrap();
    assert_eq!(markup, json!({"inline_keyboard": [[{"text": "Stop", "callback_data": "stop"}]]}));
    let (head, body) = &parts[parts.len() - 1];
    assert_eq!(head, "Content-Disposition: form-data; name=\"document\"; filename=\"Беседа _1_.json\"");
    assert!(*body == content);
    assert_eq!(parts.len(), 6);

    let bare = SendDocument { chat_id: 1, file_name: "a.txt", content: "x".into(), ..SendDocument::default() };
    let (request, _) = sent(r#"{"message_id":8}"#, async |client| client.send_document(bare).await).await;
    assert_eq!(self::parts(&request).len(), 2, "absent options are not sent");
}

/// Splits a multipart body into the heads and the bodies of its parts.
fn parts(request: &Received) -> Vec<(String, Vec<u8>)> {
    let kind = request.header("content-type").unwrap();
    let boundary = format!("--{}", kind.strip_prefix("multipart/form-data; boundary=").unwrap());
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    let mut rest = request.body.strip_prefix(boundary.as_bytes()).unwrap();
    let mut parts = Vec::new();
    while rest != b"--\r\n" {
        rest = rest.strip_prefix(b"\r\n").unwrap();
        let head = find(rest, b"\r\n\r\n").unwrap();
        let end = find(rest, format!("\r\n{boundary}").as_bytes()).unwrap();
        parts.push((String::from_utf8(rest[..head].to_vec()).unwrap(), rest[head + 4..end].to_vec()));
        rest = &rest[end + 2 + boundary.len()..];
    }
    parts
}
