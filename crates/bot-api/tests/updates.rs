//! Whatever comes in, the rest of it survives.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here fails the test")]

mod common;

use bot_api::{
    Incoming, NotAnUpdate, Update, Updates,
    incoming::{ChatKind, EntityKind, Media, MemberStatus, Message, SubscriptionState},
    params::GetUpdates,
};
use common::*;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

fn kind(json: &Value) -> Incoming {
    Update::parse(json.to_string().as_bytes()).unwrap().kind()
}

/// Of an update with this message.
fn message(message: &Value) -> Message {
    match kind(&json!({"update_id": 1, "message": message})) {
        Incoming::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

/// What a message cannot do without, and `more`.
fn with(more: &Value) -> Value {
    let mut message = json!({"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private", "first_name": "A"}});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

#[tokio::test]
async fn no_update_fails_the_others() {
    let result = json!([
        {"update_id": 10, "message": with(&json!({"text": "one"}))},
        {"update_id": 11, "a_kind_of_2031": {"x": [1, 2]}},
        {"update_id": "12", "message": with(&json!({}))},
        {"no": "id"}, 17, null, "text", [],
        {"update_id": 13, "message": {"text": "without a chat"}},
        {"update_id": 14, "message": with(&json!({"text": 5, "from": "x", "entities": 7, "new_field": {}}))},
        {"update_id": 15},
        {"update_id": 16, "message": null, "poll": {"id": "1"}},
    ]);
    let server = Server::start([Reply::ok(&result.to_string())]).await;
    let updates = server.client().get_updates(&GetUpdates::default()).await.unwrap();
    assert_eq!((updates.unusable, updates.next_offset()), (6, Some(17)));
    let [one, new, malformed, odd, empty, poll] = &updates.updates[..] else { panic!("{updates:?}") };
    assert!(matches!(one.kind(), Incoming::Message(message) if message.text.as_deref() == Some("one")));
    assert_eq!(new.kind(), Incoming::Unknown("a_kind_of_2031".into()));
    assert_eq!((new.kind().name(), new.id()), ("other", 11));
    assert!(matches!(malformed.kind(), Incoming::Malformed { kind: "message", .. }));
    let Incoming::Message(odd) = odd.kind() else { panic!("{odd:?}") };
    assert_eq!((odd.text, odd.from, odd.entities.len(), odd.chat.id), (None, None, 0, 5));
    assert_eq!(empty.kind(), Incoming::Unknown(String::new()));
    assert_eq!(poll.kind(), Incoming::Unknown("poll".into()));
}

#[tokio::test]
async fn what_is_no_list_is_no_result() {
    let server = Server::start([Reply::ok("{}")]).await;
    let error = server.client().get_updates(&GetUpdates::default()).await.unwrap_err();
    assert!(error.may_have_acted(), "{error:?}");
}

#[test]
fn a_webhooks_body_is_an_update() {
    for body in ["", "{}", "[]", "{\"update_id\":1", "{\"update_id\":1.5}", "{\"update_id\":null}", "\u{feff}{}"] {
        assert_eq!(Update::parse(body.as_bytes()).unwrap_err(), NotAnUpdate, "{body}");
    }
    let body = br#"{"update_id": 9007199254740991, "x": 1}"#;
    let update = Update::parse(body).unwrap();
    assert_eq!((update.id(), update.raw().as_bytes()), (9_007_199_254_740_991, &body[..]));
    assert_eq!(Update::parse(b"\xff{}").unwrap_err(), NotAnUpdate);
}

#[test]
fn a_message_of_a_group() {
    let message = message(&json!({
        "message_id": 77, "message_thread_id": 3, "is_topic_message": true, "date": 1_700_000_000,
        "edit_date": 1_700_000_001, "media_group_id": "g",
        "from": {"id": 6_000_000_000_i64, "is_bot": false, "first_name": "Аня", "last_name": "К", "username": "anya", "language_code": "ru", "is_premium": true},
        "sender_chat": {"id": -2, "type": "channel", "title": "C"},
        "chat": {"id": -1_001_234_567_890_i64, "type": "supergroup", "title": "G", "username": "g", "is_forum": true},
        "text": "/ask@my_bot Аня",
        "entities": [
            {"type": "bot_command", "offset": 0, "length": 11},
            {"type": "text_mention", "offset": 12, "length": 3, "user": {"id": 9, "is_bot": false, "first_name": "X"}},
            {"type": "of_2031", "offset": 100_000, "length": 1},
            {"type": "bold", "offset": -1, "length": 1},
            "odd",
        ],
        "reply_to_message": with(&json!({"text": "Earlier", "from": {"id": 1, "is_bot": true, "first_name": "B"}})),
        "quote": {"text": "lier", "position": 3},
    }));
    assert_eq!((message.message_id, message.message_thread_id, message.is_topic_message), (77, Some(3), true));
    assert_eq!((message.date, message.edit_date), (1_700_000_000, Some(1_700_000_001)));
    let from = message.from.as_ref().unwrap();
    assert_eq!((from.id, from.first_name.as_str(), from.language_code.as_deref()), (6_000_000_000, "Аня", Some("ru")));
    assert_eq!((&message.chat.kind, message.chat.is_forum), (&ChatKind::Supergroup, true));
    assert_eq!(message.sender_chat.as_ref().unwrap().kind.as_str(), "channel");
    let (text, entities) = message.words().unwrap();
    let entities: Vec<_> = entities.iter().map(|entity| (&entity.kind, entity.of(text))).collect();
    assert_eq!(
        entities,
        [
            (&EntityKind::BotCommand, Some("/ask@my_bot")),
            (&EntityKind::TextMention, Some("Аня")),
            (&EntityKind::Other("of_2031".into()), None),
        ],
    );
    assert_eq!(message.entities[1].user.as_ref().unwrap().id, 9);
    let reply = message.reply_to_message.as_ref().unwrap();
    assert_eq!((reply.text.as_deref(), reply.from.as_ref().unwrap().is_bot), (Some("Earlier"), true));
    assert_eq!(message.quote.unwrap().text, "lier");
    assert_eq!(message.media, None);
}

#[rstest]
#[case(json!({"voice": {"file_id": "x"}}), Media::Voice)]
#[case(json!({"photo": [{"file_id": "x"}], "caption": "c"}), Media::Photo)]
#[case(json!({"animation": {}, "document": {}}), Media::Animation)]
#[case(json!({"document": {}}), Media::Document)]
#[case(json!({"location": {}, "venue": {}}), Media::Venue)]
#[case(json!({"video_note": "odd"}), Media::VideoNote)]
#[case(json!({"rich_message": {"blocks": []}}), Media::RichMessage)]
fn media_is_told_by_its_presence(#[case] fields: Value, #[case] media: Media) {
    let message = message(&with(&fields));
    assert_eq!(message.media, Some(media));
    assert_eq!(message.words().map(|(text, _)| text), fields["caption"].as_str());
}

#[test]
fn service_messages() {
    let text = message(&with(&json!({"text": "t", "voice": null})));
    assert_eq!(text.media, None);
    let came = message(&with(&json!({"new_chat_members": [{"id": 1}, {"no": "id"}, {"id": 2}]})));
    assert_eq!(came.new_chat_members.iter().map(|user| user.id).collect::<Vec<_>>(), [1, 2]);
    let left = message(&with(&json!({"left_chat_member": {"id": 3}})));
    assert_eq!(left.left_chat_member.unwrap().id, 3);
    let moved = message(&with(&json!({"migrate_to_chat_id": -100})));
    assert_eq!((moved.migrate_to_chat_id, moved.migrate_from_chat_id), (Some(-100), None));
}

#[test]
fn money_is_never_overlooked() {
    let paid = json!({
        "currency": "XTR", "total_amount": 100, "invoice_payload": "plan:1", "telegram_payment_charge_id": "c",
        "provider_payment_charge_id": "", "subscription_expiration_date": 1_702_592_000, "is_recurring": true,
        "is_first_recurring": true, "of_2031": 1,
    });
    let payment = message(&with(&json!({"successful_payment": paid}))).successful_payment.unwrap();
    assert_eq!((payment.total_amount, payment.telegram_payment_charge_id.as_str()), (100, "c"));
    assert_eq!(payment.subscription_expiration_date, Some(1_702_592_000));
    assert!(payment.is_recurring && payment.is_first_recurring);

    let refund =
        json!({"currency": "XTR", "total_amount": 1, "invoice_payload": "p", "telegram_payment_charge_id": "c"});
    let refund = message(&with(&json!({"refunded_payment": refund}))).refunded_payment.unwrap();
    assert_eq!(refund.total_amount, 1);

    for field in ["successful_payment", "refunded_payment"] {
        let odd = with(&json!({field: {"currency": "XTR", "total_amount": "100"}}));
        let odd = kind(&json!({"update_id": 1, "message": odd}));
        assert!(matches!(odd, Incoming::Malformed { kind: "message", .. }), "{odd:?}");
    }
}

#[test]
fn callbacks_and_checkouts() {
    let from = json!({"id": 7, "is_bot": false, "first_name": "A"});
    let callback = json!({
        "id": "q", "from": from, "chat_instance": "i", "data": "stop:1",
        "message": {"message_id": 3, "date": 0, "chat": {"id": 7, "type": "private"}},
    });
    let Incoming::CallbackQuery(callback) = kind(&json!({"update_id": 1, "callback_query": callback})) else {
        panic!()
    };
    let message = callback.message.unwrap();
    assert_eq!((callback.id.as_str(), callback.data.as_deref()), ("q", Some("stop:1")));
    assert_eq!((message.message_id, message.is_accessible(), message.chat.is_private()), (3, false, true));

    let inline = json!({"update_id": 1, "callback_query": {"id": "q", "from": from, "inline_message_id": "i"}});
    assert!(matches!(kind(&inline), Incoming::CallbackQuery(callback) if callback.message.is_none()));

    let query = json!({
        "id": "p", "from": from, "currency": "XTR", "total_amount": 100, "invoice_payload": "plan:1",
        "order_info": {"name": "N"},
    });
    let Incoming::PreCheckoutQuery(query) = kind(&json!({"update_id": 1, "pre_checkout_query": query})) else {
        panic!()
    };
    assert_eq!((query.id.as_str(), query.total_amount, query.order_info), ("p", 100, Some(json!({"name": "N"}))));
}

#[test]
fn membership_subscription_and_stop() {
    let (chat, user) = (json!({"id": 7, "type": "private"}), json!({"id": 7, "is_bot": false, "first_name": "A"}));
    let changed = |new: Value| {
        let changed = json!({"chat": chat, "from": user, "date": 1, "old_chat_member": {"status": "member", "user": user}, "new_chat_member": new});
        match kind(&json!({"update_id": 1, "my_chat_member": changed})) {
            Incoming::MyChatMember(changed) => *changed,
            other => panic!("{other:?}"),
        }
    };
    let blocked = changed(json!({"status": "kicked", "user": user, "until_date": 0}));
    assert_eq!(blocked.new_chat_member.status, MemberStatus::Kicked);
    assert!(blocked.old_chat_member.is_in() && !blocked.new_chat_member.is_in());
    assert!(changed(json!({"status": "restricted", "is_member": true})).new_chat_member.is_in());
    let strange = changed(json!({"status": "of_2031"}));
    assert_eq!(strange.new_chat_member.status, MemberStatus::Other("of_2031".into()));

    for (state, expected) in [
        ("canceled", SubscriptionState::Canceled),
        ("active", SubscriptionState::Active),
        ("failed", SubscriptionState::Failed),
        ("paused", SubscriptionState::Other("paused".into())),
    ] {
        let update = json!({"update_id": 1, "subscription": {"user": user, "invoice_payload": "p", "state": state}});
        assert!(matches!(kind(&update), Incoming::Subscription(changed) if changed.state == expected), "{state}");
    }

    // Documented as a number, written as text.
    for draft_id in [json!(1_i64 << 50), json!("1125899906842624")] {
        let stopped = json!({"update_id": 1, "stopped_message_generation": {"chat": chat, "draft_id": draft_id}});
        assert!(matches!(kind(&stopped), Incoming::StoppedMessageGeneration(stopped) if stopped.draft_id == 1 << 50));
    }
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let name = prop_oneof![".{0,6}", "id|type|chat|from|message_id|text|user|offset|length|status"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever one field of a message is, the message stays a message.
    #[test]
    fn an_odd_field_fails_nothing(
        name in "text|entities|caption|caption_entities|from|sender_chat|reply_to_message|quote|via_bot|voice|photo\
            |new_chat_members|left_chat_member|migrate_to_chat_id|is_topic_message|message_thread_id|date|of_2031",
        value in any_json(),
    ) {
        let message = message(&with(&json!({name: value})));
        prop_assert_eq!((message.message_id, message.chat.id), (1, 5));
    }

    /// Whatever an update is, those beside it survive.
    #[test]
    fn an_odd_update_fails_no_other(odd in any_json(), kind in prop::sample::select(Incoming::KINDS)) {
        let good = json!({"update_id": 2, "message": with(&json!({"text": "good"}))});
        let batch = json!([odd.clone(), {"update_id": 1, kind: odd}, good]);
        let updates: Updates = serde_json::from_str(&batch.to_string()).unwrap();
        for update in &updates.updates {
            update.kind();
        }
        let last = updates.updates.last().unwrap().kind();
        prop_assert!(matches!(last, Incoming::Message(message) if message.text.as_deref() == Some("good")));
    }
}
