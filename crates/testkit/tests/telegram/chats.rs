//! Chats, and the people in them.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::telegram::{FakeTelegram, Payment};

use super::{done, refused, updates, with_anna};

fn keyboard(label: &str, data: &str) -> Value {
    json!({"inline_keyboard": [[{"text": label, "callback_data": data}]]})
}

#[tokio::test]
async fn who_cannot_be_written_to_is_told() {
    let telegram = FakeTelegram::start().await.unwrap();
    let anna = telegram.person("Анна", "ru");
    let hello = || json!({"chat_id": anna.id(), "text": "Привет"});
    assert_eq!(
        refused(&telegram, "sendMessage", json!({"chat_id": 1, "text": "a"})).await,
        "Bad Request: chat not found"
    );
    assert_eq!(
        refused(&telegram, "sendMessage", hello()).await,
        "Forbidden: bot can't initiate conversation with a user"
    );
    anna.says("/start").await;
    done(&telegram, "sendMessage", hello()).await;
    anna.blocks_bot().await;
    let forbidden = "Forbidden: bot was blocked by the user";
    for (method, field, value) in [("sendMessage", "text", "a"), ("sendChatAction", "action", "typing")] {
        assert_eq!(refused(&telegram, method, json!({"chat_id": anna.id(), field: value})).await, forbidden);
    }
    let draft = json!({"chat_id": anna.id(), "draft_id": 1, "text": "a"});
    assert_eq!(refused(&telegram, "sendMessageDraft", draft).await, forbidden);
    anna.unblocks_bot().await;
    done(&telegram, "sendMessage", hello()).await;
    let statuses: Vec<_> = updates(&telegram, 0).await[1..]
        .iter()
        .map(|update| update["my_chat_member"]["new_chat_member"]["status"].clone())
        .collect();
    assert_eq!(statuses, ["kicked", "member"]);
    assert!(telegram.violations().is_empty());
}

#[tokio::test]
async fn messages_are_sent_answered_edited_and_deleted() {
    let (telegram, anna) = with_anna().await;
    let hers = anna.says("Который час?").await;
    let reply = json!({"chat_id": anna.id(), "text": "Полдень", "reply_parameters": {"message_id": hers}});
    let sent = done(&telegram, "sendMessage", reply).await;
    assert_eq!((&sent["reply_to_message"]["text"], &sent["from"]["is_bot"]), (&json!("Который час?"), &json!(true)));
    let id = sent["message_id"].as_i64().unwrap();
    let lost = json!({"chat_id": anna.id(), "text": "a", "reply_parameters": {"message_id": 99}});
    assert_eq!(refused(&telegram, "sendMessage", lost).await, "Bad Request: message to be replied not found");
    let thread = json!({"chat_id": anna.id(), "text": "a", "message_thread_id": 5});
    assert_eq!(refused(&telegram, "sendMessage", thread).await, "Bad Request: message thread not found");

    let edit = |id: i64, text: &str| json!({"chat_id": anna.id(), "message_id": id, "text": text});
    let words = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same \
                 as a current content and reply markup of the message";
    assert_eq!(refused(&telegram, "editMessageText", edit(id, "Полдень ")).await, words);
    assert_eq!(refused(&telegram, "editMessageText", edit(99, "a")).await, "Bad Request: message to edit not found");
    assert_eq!(refused(&telegram, "editMessageText", edit(hers, "a")).await, "Bad Request: message can't be edited");
    done(&telegram, "editMessageText", edit(id, "Час")).await;
    let markup = json!({"chat_id": anna.id(), "message_id": id, "reply_markup": keyboard("Ещё", "again:1")});
    done(&telegram, "editMessageReplyMarkup", markup.clone()).await;
    assert_eq!(refused(&telegram, "editMessageReplyMarkup", markup).await, words);
    let shown = anna.last().unwrap();
    assert_eq!((shown.text.as_str(), shown.edits, shown.buttons[0][0].data.as_deref()), ("Час", 2, Some("again:1")));
    // Without a keyboard an edit takes it away.
    done(&telegram, "editMessageText", edit(id, "Два")).await;
    assert!(anna.last().unwrap().buttons.is_empty());

    let delete = json!({"chat_id": anna.id(), "message_id": id});
    done(&telegram, "deleteMessage", delete.clone()).await;
    assert_eq!(refused(&telegram, "deleteMessage", delete).await, "Bad Request: message to delete not found");
    assert_eq!(anna.last().unwrap().message_id, hers);
    assert_eq!(telegram.sendings().len(), 1);
}

#[tokio::test]
async fn a_draft_is_seen_until_it_is_sent_or_forgotten() {
    let (telegram, anna) = with_anna().await;
    telegram.draft_life(Duration::from_millis(200));
    let draft = |id: i64, text: &str| json!({"chat_id": anna.id(), "draft_id": id, "text": text, "can_stop": true});
    assert_eq!(refused(&telegram, "sendMessageDraft", draft(0, "a")).await, "Bad Request: RANDOM_ID_INVALID");
    done(&telegram, "sendMessageDraft", draft(7, "")).await;
    done(&telegram, "sendMessageDraft", draft(7, "При")).await;
    assert_eq!(anna.draft().unwrap().text, "При");
    done(&telegram, "sendMessage", json!({"chat_id": anna.id(), "text": "Привет"})).await;
    assert!(anna.draft().is_none());
    done(&telegram, "sendMessageDraft", draft(8, "Сно")).await;
    assert!(anna.draft().is_some());
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert!(anna.draft().is_none());
    assert_eq!(anna.drafts().len(), 3);

    done(&telegram, "sendMessageDraft", draft(9, "Сно")).await;
    anna.stops_draft().await;
    assert!(anna.draft().is_none());
    assert_eq!(updates(&telegram, 0).await.last().unwrap()["stopped_message_generation"]["draft_id"], "9");

    let group = telegram.group("Друзья", &[&anna]);
    let there = json!({"chat_id": group.id(), "draft_id": 1, "text": "a"});
    assert_eq!(refused(&telegram, "sendMessageDraft", there).await, "Bad Request: TEXTDRAFT_PEER_INVALID");
    telegram.refuse_drafts(true);
    assert_eq!(refused(&telegram, "sendMessageDraft", draft(1, "a")).await, "Not Found");
    assert!(telegram.violations().is_empty());
}

#[tokio::test]
async fn a_button_is_answered_once() {
    let (telegram, anna) = with_anna().await;
    let sent = done(
        &telegram,
        "sendMessage",
        json!({"chat_id": anna.id(), "text": "?", "reply_markup": keyboard("Да", "yes:7")}),
    )
    .await;
    let bot = async {
        let query = loop {
            if let Some(query) = updates(&telegram, -1).await.pop().filter(|update| !update["callback_query"].is_null())
            {
                break query["callback_query"].clone();
            }
        };
        assert_eq!((&query["data"], &query["message"]["message_id"]), (&json!("yes:7"), &sent["message_id"]));
        let answer = json!({"callback_query_id": query["id"], "text": "Хорошо"});
        done(&telegram, "answerCallbackQuery", answer.clone()).await;
        refused(&telegram, "answerCallbackQuery", answer).await
    };
    let (text, again) = tokio::join!(anna.presses(sent["message_id"].as_i64().unwrap(), "yes"), bot);
    assert_eq!(text, "Хорошо");
    assert_eq!(again, "Bad Request: query is too old and response timeout expired or query ID is invalid");
}

#[tokio::test]
async fn what_people_send_arrives_whole() {
    let (telegram, anna) = with_anna().await;
    let first = anna.taps_link("https://t.me/beseda_test_bot?start=link_abc").await;
    anna.edits(first, "/start другое").await;
    anna.sends_voice().await;
    anna.sends_photo().await;
    anna.sends_document().await;
    anna.sends_sticker().await;
    anna.says(&"слово ".repeat(1000)).await;
    let updates = updates(&telegram, 0).await;
    let message = &updates[1]["message"];
    assert_eq!(message["text"], "/start link_abc");
    assert_eq!(message["entities"], json!([{"type": "bot_command", "offset": 0, "length": 6}]));
    assert_eq!((&message["from"]["language_code"], &message["chat"]["type"]), (&json!("ru"), &json!("private")));
    assert_eq!(updates[2]["edited_message"]["text"], "/start другое");
    let kinds = ["voice", "photo", "document", "sticker"];
    assert!(kinds.iter().zip(&updates[3..]).all(|(kind, update)| !update["message"][kind].is_null()));
    assert_eq!(updates[7..].len(), 2);
}

#[tokio::test]
async fn groups_have_people_topics_and_privacy() {
    let (telegram, anna) = with_anna().await;
    let boris = telegram.person("Борис", "ru");
    let group = telegram.group("Друзья", &[&anna, &boris]);
    let topic = group.topic("Работа").await;
    anna.says_in(&group, "Привет, @beseda_test_bot!", None, Some(topic)).await;
    let sent =
        done(&telegram, "sendMessage", json!({"chat_id": group.id(), "text": "Привет", "message_thread_id": topic}))
            .await;
    boris.says_in(&group, "И тебе", sent["message_id"].as_i64(), Some(topic)).await;
    let missing = json!({"chat_id": group.id(), "text": "a", "message_thread_id": 777});
    assert_eq!(refused(&telegram, "sendMessage", missing).await, "Bad Request: message thread not found");
    telegram.privacy_mode(true);
    boris.says_in(&group, "Это не боту", None, Some(topic)).await;
    boris.says_in(&group, "/help", None, None).await;
    let updates = updates(&telegram, 0).await;
    let messages: Vec<_> = updates.iter().map(|update| &update["message"]).collect();
    assert_eq!(updates[1]["my_chat_member"]["chat"]["type"], "supergroup");
    assert_eq!(messages[3]["entities"][0], json!({"type": "mention", "offset": 8, "length": 16}));
    // What answers nothing in a topic answers, in the real one too, the message that opened it.
    assert!(!messages[3]["reply_to_message"]["forum_topic_created"].is_null());
    assert_eq!(messages[4]["reply_to_message"]["from"]["is_bot"], true);
    assert_eq!((&messages[5]["text"], messages.len()), (&json!("/help"), 6));
    done(&telegram, "leaveChat", json!({"chat_id": group.id()})).await;
    assert!(group.is_left());
    let words = refused(&telegram, "sendMessage", json!({"chat_id": group.id(), "text": "a"})).await;
    assert_eq!(words, "Forbidden: bot is not a member of the supergroup chat");
}

#[tokio::test]
async fn subscriptions_are_paid_renewed_and_refunded() {
    let (telegram, anna) = with_anna().await;
    let invoice = json!({
        "title": "Premium", "description": "На месяц", "payload": "premium:1", "currency": "XTR",
        "prices": [{"label": "Premium", "amount": 300}], "subscription_period": 2_592_000,
    });
    let link = done(&telegram, "createInvoiceLink", invoice).await;
    let link = link.as_str().unwrap();
    let answering = async |ok: bool| {
        let query = loop {
            if let Some(update) =
                updates(&telegram, -1).await.pop().filter(|update| !update["pre_checkout_query"].is_null())
            {
                break update["pre_checkout_query"].clone();
            }
        };
        assert_eq!((&query["invoice_payload"], &query["total_amount"]), (&json!("premium:1"), &json!(300)));
        let mut answer = json!({"pre_checkout_query_id": query["id"], "ok": ok});
        if !ok {
            answer["error_message"] = "Не сейчас".into();
        }
        done(&telegram, "answerPreCheckoutQuery", answer).await;
    };
    assert_eq!(tokio::join!(anna.pays(link), answering(false)).0, Payment::Refused("Не сейчас".into()));
    let (paid, ()) = tokio::join!(anna.pays(link), answering(true));
    let renewed = anna.renews(paid.charge_id()).await;
    let queue = updates(&telegram, 0).await;
    let payments: Vec<_> = queue.iter().rev().take(2).map(|update| &update["message"]["successful_payment"]).collect();
    assert_eq!((&payments[1]["is_recurring"], &payments[1]["is_first_recurring"]), (&json!(true), &json!(true)));
    assert_eq!((&payments[0]["is_recurring"], &payments[0]["is_first_recurring"]), (&json!(true), &Value::Null));
    assert_ne!(paid.charge_id(), renewed.charge_id());
    let charge = json!({"user_id": anna.id(), "telegram_payment_charge_id": paid.charge_id()});
    done(&telegram, "refundStarPayment", charge.clone()).await;
    assert_eq!(refused(&telegram, "refundStarPayment", charge.clone()).await, "Bad Request: CHARGE_ALREADY_REFUNDED");
    let mut cancel = charge;
    cancel["is_canceled"] = true.into();
    done(&telegram, "editUserStarSubscription", cancel).await;
    assert!(anna.was_refunded(paid.charge_id()) && anna.was_canceled(paid.charge_id()));
}

#[tokio::test]
async fn the_bot_reacts_to_messages() {
    let (telegram, anna) = with_anna().await;
    let hers = anna.says("Привет").await;
    let react = |id: i64, reaction: Value| json!({"chat_id": anna.id(), "message_id": id, "reaction": reaction});
    let emoji = |emoji: &str| json!({"type": "emoji", "emoji": emoji});
    done(&telegram, "setMessageReaction", react(hers, json!([emoji("👀")]))).await;
    assert_eq!(anna.message(hers).unwrap().reactions, ["👀"]);
    assert!(anna.printed().contains("Привет (👀)"));
    done(&telegram, "setMessageReaction", react(hers, json!([]))).await;
    assert!(anna.message(hers).unwrap().reactions.is_empty());
    let lost = refused(&telegram, "setMessageReaction", react(99, json!([]))).await;
    assert_eq!(lost, "Bad Request: message to react not found");
    assert!(telegram.violations().is_empty());
    for (reaction, told) in [
        (json!([emoji("🐈")]), "Bad Request: REACTION_INVALID"),
        (json!([emoji("👀"), emoji("👍")]), "Bad Request: REACTIONS_TOO_MANY"),
    ] {
        assert_eq!(refused(&telegram, "setMessageReaction", react(hers, reaction)).await, told);
    }
    assert_eq!(telegram.violations().len(), 2);
}

#[tokio::test]
async fn what_the_bot_says_of_itself_is_kept() {
    let (telegram, anna) = with_anna().await;
    let commands = json!([{"command": "start", "description": "Начать"}]);
    let scope = json!({"type": "all_private_chats"});
    done(&telegram, "setMyCommands", json!({"commands": commands, "scope": scope, "language_code": "ru"})).await;
    assert_eq!(telegram.commands("ru", "all_private_chats"), [("start".to_owned(), "Начать".to_owned())]);
    assert_eq!(done(&telegram, "getMyCommands", json!({"scope": scope, "language_code": "ru"})).await, commands);
    assert_eq!(done(&telegram, "getMyCommands", json!({})).await, json!([]));
    let own = json!({"commands": commands, "scope": {"type": "chat", "chat_id": anna.id()}});
    done(&telegram, "setMyCommands", own).await;
    assert_eq!(telegram.commands("", &format!("chat:{}", anna.id())).len(), 1);
    done(&telegram, "deleteMyCommands", json!({"scope": scope, "language_code": "ru"})).await;
    assert!(telegram.commands("ru", "all_private_chats").is_empty());
    done(&telegram, "setMyDescription", json!({"description": "Бот", "language_code": "ru"})).await;
    assert_eq!(telegram.described("setMyDescription", "ru").as_deref(), Some("Бот"));
    done(&telegram, "setChatMenuButton", json!({"menu_button": {"type": "commands"}})).await;
    assert_eq!(telegram.menu_button(None), Some(json!({"type": "commands"})));
}

#[tokio::test]
#[should_panic(expected = "waited 50ms in vain for the moon")]
async fn a_wait_in_vain_shows_the_chat() {
    let (telegram, anna) = with_anna().await;
    telegram.patience(Duration::from_millis(50));
    anna.wait_for("the moon", |messages| messages.len() > 1).await;
}
