//! What Telegram's refusals mean.
//!
//! The Bot API has no codes finer than the HTTP status: the reason is in the description, an
//! English sentence, or a name in capitals that the server passes on from inside. Both have
//! changed over time; old wordings are still known here. A wording that is not known is
//! [`Refusal::Other`], which stays a definite refusal.

/// Why a call was refused, as far as a deliverer may act upon it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The message already is what the edit would make it.
    MessageNotModified,
    /// The entities are wrong: outside the text, of an unknown kind, with an invalid link. The
    /// plain text may pass.
    CantParseEntities,
    /// The text or the caption is too long.
    MessageTooLong,
    /// The topic (`message_thread_id`) does not exist.
    ThreadNotFound,
    /// The message to reply to does not exist.
    ReplyNotFound,
    /// The message to edit or delete does not exist, or may not be edited or deleted any more.
    MessageNotFound,
    /// Nobody is to be reached in this chat: the bot was blocked or kicked, the person's account
    /// or the chat is gone, or the chat was never known to the bot.
    ChatGone,
    /// The group became a supergroup (`parameters.migrate_to_chat_id`): the same call to the new
    /// chat may pass.
    Migrated {
        /// The supergroup's id.
        to_chat_id: i64,
    },
    /// The callback or pre-checkout query can no longer be answered.
    QueryTooOld,
    /// The token is not, or is no longer, that of a bot (401; 404 if it does not even look so).
    Unauthorized,
    /// Another getUpdates runs, or a webhook is set (409).
    Conflict,
    /// Drafts cannot be streamed to this chat, or not by this bot or server.
    DraftsUnsupported,
    /// Another reason: see the description.
    Other,
}

/// The meaning of a refusal; `description` is Telegram's, so it is trusted to be in English.
pub(crate) fn classify(method: &str, code: u16, description: &str, migrate_to_chat_id: Option<i64>) -> Refusal {
    if let Some(to_chat_id) = migrate_to_chat_id {
        return Refusal::Migrated { to_chat_id };
    }
    let text = description.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let draft = method.ends_with("Draft");
    match code {
        401 => return Refusal::Unauthorized,
        409 => return Refusal::Conflict,
        // An old server; or the token looks like none, which then shows in the next call.
        404 if draft => return Refusal::DraftsUnsupported,
        // Not "method not found", which is another's.
        404 if text == "not found" => return Refusal::Unauthorized,
        // "Request Entity Too Large" is not about entities of a text.
        413 => return Refusal::Other,
        _ => {}
    }
    if draft && says(&["textdraft_", "peer_", "draft_", "not supported", "unsupported", "not available", "forum"]) {
        return Refusal::DraftsUnsupported;
    }
    TABLE.iter().find(|(_, parts)| says(parts)).map_or(Refusal::Other, |(refusal, _)| *refusal)
}

/// What is said, in lower case, by reason. The first that fits wins.
const TABLE: [(Refusal, &[&str]); 8] = [
    (Refusal::MessageNotModified, &["message is not modified", "message_not_modified"]),
    (
        Refusal::QueryTooOld,
        &["query is too old", "query id is invalid", "query_id_invalid", "query is already answered"],
    ),
    (
        Refusal::ChatGone,
        &[
            "bot was blocked",
            "bot was kicked",
            "user is deactivated",
            "user_deactivated",
            "user_is_blocked",
            "chat not found",
            "user not found",
            "chat was deleted",
            "chat was deactivated",
            "chat is deactivated",
            "bot is not a member",
            "can't initiate conversation",
            "can't send messages to bots",
            "peer_id_invalid",
            "chat_id_invalid",
            "channel_private",
        ],
    ),
    (
        Refusal::ReplyNotFound,
        &[
            "message to be replied not found",
            "message to reply not found",
            "replied message not found",
            "reply message not found",
            "reply_message_id_invalid",
            "reply_to_message_id_invalid",
            "reply_to_invalid",
        ],
    ),
    (
        Refusal::ThreadNotFound,
        &[
            "thread not found",
            "topic not found",
            "topic_deleted",
            "topic_id_invalid",
            "thread_invalid",
            "thread_id_invalid",
        ],
    ),
    (
        Refusal::MessageNotFound,
        &[
            "message to edit not found",
            "message to delete not found",
            "message not found",
            "message can't be edited",
            "message can't be deleted",
            "message_id_invalid",
            "message_edit_time_expired",
            "message_delete_forbidden",
        ],
    ),
    (
        Refusal::MessageTooLong,
        &[
            "message is too long",
            "message_too_long",
            "text is too long",
            "text_too_long",
            "caption is too long",
            "caption_too_long",
        ],
    ),
    (
        Refusal::CantParseEntities,
        &[
            "parse entit",
            "parse messageentit",
            "parse message entit",
            "entity_",
            "entities_",
            "entity at",
            "entity beginning",
            "entity end",
            "entities json",
            "invalid entit",
            "entity out",
            "entity is out",
            "entity off",
            "entity len",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use Refusal::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        MessageNotModified,
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
    )]
    #[case(
        CantParseEntities,
        400,
        "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 3"
    )]
    #[case(CantParseEntities, 400, "Bad Request: can't parse MessageEntity: Can't find field \"length\"")]
    #[case(CantParseEntities, 400, "Bad Request: ENTITY_BOUNDS_INVALID")]
    #[case(CantParseEntities, 400, "Bad Request: entity_mention_user_invalid")]
    #[case(Other, 400, "Bad Request: can't parse reply keyboard markup JSON object")]
    #[case(MessageTooLong, 400, "Bad Request: message is too long")]
    #[case(MessageTooLong, 400, "Bad Request: MESSAGE_TOO_LONG")]
    #[case(MessageTooLong, 400, "Bad Request: message caption is too long")]
    #[case(ThreadNotFound, 400, "Bad Request: message thread not found")]
    #[case(ThreadNotFound, 400, "Bad Request: TOPIC_DELETED")]
    #[case(Other, 400, "Bad Request: TOPIC_CLOSED")]
    #[case(ReplyNotFound, 400, "Bad Request: message to be replied not found")]
    #[case(ReplyNotFound, 400, "Bad Request: reply message not found")]
    #[case(ReplyNotFound, 400, "Bad Request: replied message not found")]
    #[case(MessageNotFound, 400, "Bad Request: message to edit not found")]
    #[case(MessageNotFound, 400, "Bad Request: message to delete not found")]
    #[case(MessageNotFound, 400, "Bad Request: message can't be edited")]
    #[case(MessageNotFound, 400, "Bad Request: MESSAGE_ID_INVALID")]
    #[case(ChatGone, 403, "Forbidden: bot was blocked by the user")]
    #[case(ChatGone, 403, "Forbidden: bot was kicked from the supergroup chat")]
    #[case(ChatGone, 403, "Forbidden: user is deactivated")]
    #[case(ChatGone, 403, "Forbidden: bot is not a member of the channel chat")]
    #[case(ChatGone, 403, "Forbidden: bot can't initiate conversation with a user")]
    #[case(ChatGone, 403, "Forbidden: the group chat was deleted")]
    #[case(ChatGone, 400, "Bad Request: chat not found")]
    #[case(ChatGone, 400, "Bad Request: PEER_ID_INVALID")]
    #[case(QueryTooOld, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid")]
    #[case(QueryTooOld, 400, "Bad Request: QUERY_ID_INVALID")]
    #[case(Unauthorized, 401, "Unauthorized")]
    #[case(Unauthorized, 404, "Not Found")]
    #[case(Other, 404, "Not Found: method not found")]
    #[case(
        Conflict,
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )]
    #[case(
        Conflict,
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )]
    #[case(Other, 413, "Request Entity Too Large")]
    #[case(Other, 400, "Bad Request: not enough rights to send text messages to the chat")]
    #[case(Other, 400, "")]
    fn a_description_has_a_meaning(#[case] meaning: Refusal, #[case] code: u16, #[case] description: &str) {
        assert_eq!(classify("editMessageText", code, description, None), meaning);
    }

    #[rstest]
    #[case(DraftsUnsupported, 400, "Bad Request: TEXTDRAFT_PEER_INVALID")]
    #[case(DraftsUnsupported, 400, "Bad Request: PEER_ID_INVALID")]
    #[case(DraftsUnsupported, 400, "Bad Request: method is not supported")]
    #[case(DraftsUnsupported, 404, "Not Found: method not found")]
    #[case(DraftsUnsupported, 404, "Not Found")]
    #[case(ChatGone, 403, "Forbidden: bot was blocked by the user")]
    #[case(CantParseEntities, 400, "Bad Request: ENTITY_BOUNDS_INVALID")]
    #[case(ThreadNotFound, 400, "Bad Request: message thread not found")]
    fn a_draft_has_reasons_of_its_own(#[case] meaning: Refusal, #[case] code: u16, #[case] description: &str) {
        assert_eq!(classify("sendMessageDraft", code, description, None), meaning);
    }

    #[test]
    fn a_supergroup_is_named() {
        let description = "Bad Request: group chat was upgraded to a supergroup chat";
        assert_eq!(classify("sendMessage", 400, description, Some(-1001)), Migrated { to_chat_id: -1001 });
        assert_eq!(classify("sendMessage", 400, description, None), Other);
    }
}
