//! The methods that the service calls, by their names in the Bot API.
//!
//! Every one of them fails with [`Error`]. What a method returns is read only as far as anybody
//! needs it; where that is nothing, whatever stands there is taken for success.

use std::time::Duration;

use frankenstein::{
    methods::{
        AnswerCallbackQueryParams, AnswerPreCheckoutQueryParams, CreateInvoiceLinkParams, DeleteMyCommandsParams,
        SetMyCommandsParams, SetMyDescriptionParams, SetMyShortDescriptionParams,
    },
    types::{ChatAction, InlineKeyboardMarkup, MenuButton},
};
use reqwest::multipart::{Form, Part};
use serde::{Serialize, de::IgnoredAny};
use serde_json::{Value, json};

use crate::{
    Client,
    error::Error,
    params::{
        EditMessageText, GetStarTransactions, GetUpdates, SendDocument, SendMessage, SendMessageDraft, SetWebhook,
    },
    results::{Me, Sent, StarTransaction, StarTransactions, WebhookInfo},
    update::Updates,
};

/// How much longer than its poll a `getUpdates` may take.
const POLL_SLACK: Duration = Duration::from_secs(10);

#[expect(clippy::missing_errors_doc, reason = "the module's page says it of all")]
impl Client {
    /// `getMe`: who the bot is, and whether the token is right.
    pub async fn get_me(&self) -> Result<Me, Error> {
        self.call("getMe", &json!({})).await
    }

    /// `getUpdates`: waits for updates. No element fails the others, see [`Updates`].
    pub async fn get_updates(&self, params: &GetUpdates<'_>) -> Result<Updates, Error> {
        let limit = Duration::from_secs(params.seconds.into()) + POLL_SLACK;
        self.call_within(limit, "getUpdates", params).await
    }

    /// `setWebhook`.
    pub async fn set_webhook(&self, params: &SetWebhook<'_>) -> Result<(), Error> {
        self.act("setWebhook", params).await
    }

    /// `deleteWebhook`.
    pub async fn delete_webhook(&self, drop_pending_updates: bool) -> Result<(), Error> {
        self.act("deleteWebhook", &json!({ "drop_pending_updates": drop_pending_updates })).await
    }

    /// `getWebhookInfo`.
    pub async fn get_webhook_info(&self) -> Result<WebhookInfo, Error> {
        self.call("getWebhookInfo", &json!({})).await
    }

    /// `sendMessage`.
    pub async fn send_message(&self, params: &SendMessage<'_>) -> Result<Sent, Error> {
        self.call("sendMessage", params).await
    }

    /// `sendMessageDraft`.
    pub async fn send_message_draft(&self, params: &SendMessageDraft<'_>) -> Result<(), Error> {
        self.act("sendMessageDraft", params).await
    }

    /// `editMessageText`.
    pub async fn edit_message_text(&self, params: &EditMessageText<'_>) -> Result<(), Error> {
        self.act("editMessageText", params).await
    }

    /// `editMessageReplyMarkup`; without buttons, those that are there are removed.
    pub async fn edit_message_reply_markup(
        &self,
        chat_id: i64,
        message_id: i64,
        reply_markup: Option<&InlineKeyboardMarkup>,
    ) -> Result<(), Error> {
        let params = object([
            ("chat_id", Some(chat_id.into())),
            ("message_id", Some(message_id.into())),
            ("reply_markup", reply_markup.map(|markup| json!(markup))),
        ]);
        self.act("editMessageReplyMarkup", &params).await
    }

    /// `deleteMessage`.
    pub async fn delete_message(&self, chat_id: i64, message_id: i64) -> Result<(), Error> {
        self.act("deleteMessage", &json!({ "chat_id": chat_id, "message_id": message_id })).await
    }

    /// `sendChatAction`: "typing…", for [`CHAT_ACTION_SECONDS`](crate::CHAT_ACTION_SECONDS).
    pub async fn send_chat_action(
        &self,
        chat_id: i64,
        message_thread_id: Option<i64>,
        action: ChatAction,
    ) -> Result<(), Error> {
        let params = object([
            ("chat_id", Some(chat_id.into())),
            ("message_thread_id", message_thread_id.map(Value::from)),
            ("action", Some(json!(action))),
        ]);
        self.act("sendChatAction", &params).await
    }

    /// `answerCallbackQuery`: ends the button's waiting.
    pub async fn answer_callback_query(&self, params: &AnswerCallbackQueryParams) -> Result<(), Error> {
        self.act("answerCallbackQuery", params).await
    }

    /// `sendDocument`, uploaded as `multipart/form-data`.
    pub async fn send_document(&self, params: SendDocument<'_>) -> Result<Sent, Error> {
        self.upload("sendDocument", document(params)).await
    }

    /// `setMyCommands`.
    pub async fn set_my_commands(&self, params: &SetMyCommandsParams) -> Result<(), Error> {
        self.act("setMyCommands", params).await
    }

    /// `deleteMyCommands`.
    pub async fn delete_my_commands(&self, params: &DeleteMyCommandsParams) -> Result<(), Error> {
        self.act("deleteMyCommands", params).await
    }

    /// `setMyDescription`.
    pub async fn set_my_description(&self, params: &SetMyDescriptionParams) -> Result<(), Error> {
        self.act("setMyDescription", params).await
    }

    /// `setMyShortDescription`.
    pub async fn set_my_short_description(&self, params: &SetMyShortDescriptionParams) -> Result<(), Error> {
        self.act("setMyShortDescription", params).await
    }

    /// `setChatMenuButton`, of one private chat or the default of all.
    pub async fn set_chat_menu_button(&self, chat_id: Option<i64>, menu_button: &MenuButton) -> Result<(), Error> {
        let params = object([("chat_id", chat_id.map(Value::from)), ("menu_button", Some(json!(menu_button)))]);
        self.act("setChatMenuButton", &params).await
    }

    /// `answerPreCheckoutQuery`, within [`PRE_CHECKOUT_SECONDS`](crate::PRE_CHECKOUT_SECONDS).
    pub async fn answer_pre_checkout_query(&self, params: &AnswerPreCheckoutQueryParams) -> Result<(), Error> {
        self.act("answerPreCheckoutQuery", params).await
    }

    /// `createInvoiceLink`: the link.
    pub async fn create_invoice_link(&self, params: &CreateInvoiceLinkParams) -> Result<String, Error> {
        self.call("createInvoiceLink", params).await
    }

    /// `refundStarPayment`.
    pub async fn refund_star_payment(&self, user_id: i64, telegram_payment_charge_id: &str) -> Result<(), Error> {
        let params = json!({ "user_id": user_id, "telegram_payment_charge_id": telegram_payment_charge_id });
        self.act("refundStarPayment", &params).await
    }

    /// `editUserStarSubscription`: cancels the renewal, or allows it again.
    pub async fn edit_user_star_subscription(
        &self,
        user_id: i64,
        telegram_payment_charge_id: &str,
        is_canceled: bool,
    ) -> Result<(), Error> {
        let params = json!({
            "user_id": user_id,
            "telegram_payment_charge_id": telegram_payment_charge_id,
            "is_canceled": is_canceled,
        });
        self.act("editUserStarSubscription", &params).await
    }

    /// `getStarTransactions`, oldest first.
    pub async fn get_star_transactions(&self, params: &GetStarTransactions) -> Result<Vec<StarTransaction>, Error> {
        let StarTransactions { transactions } = self.call("getStarTransactions", params).await?;
        Ok(transactions)
    }

    /// `leaveChat`.
    pub async fn leave_chat(&self, chat_id: i64) -> Result<(), Error> {
        self.act("leaveChat", &json!({ "chat_id": chat_id })).await
    }

    /// A call whose result is of no interest.
    async fn act<P: Serialize + Sync + ?Sized>(&self, method: &str, params: &P) -> Result<(), Error> {
        self.call::<P, IgnoredAny>(method, params).await.map(|_| ())
    }
}

/// An object of those that are there.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn document(params: SendDocument<'_>) -> Form {
    let SendDocument { chat_id, message_thread_id, file_name, content, caption, reply_parameters, reply_markup } =
        params;
    let fields = object([
        ("chat_id", Some(chat_id.into())),
        ("message_thread_id", message_thread_id.map(Value::from)),
        ("caption", Some(caption).filter(|caption| !caption.is_empty()).map(Value::from)),
        ("reply_parameters", reply_parameters.map(|reply| json!(reply))),
        ("reply_markup", reply_markup.map(|markup| json!(markup))),
    ]);
    // Telegram's server reads `filename` and not `filename*`; so the name goes as it is.
    let mut form = Form::new().percent_encode_noop();
    if let Value::Object(fields) = fields {
        for (name, value) in fields {
            // A string is sent as it is, anything else as JSON.
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            form = form.text(name, text);
        }
    }
    form.part("document", Part::stream(content).file_name(safe_name(file_name)))
}

/// A file's name that can stand between quotation marks in a header.
fn safe_name(name: &str) -> String {
    let is_bad = |char: char| char.is_control() || matches!(char, '"' | '\\' | '/' | ':' | '*' | '?' | '<' | '>' | '|');
    let name: String = name.chars().map(|char| if is_bad(char) { '_' } else { char }).take(120).collect();
    if name.trim_matches(['.', ' ', '_']).is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_stays_in_its_place() {
        assert_eq!(safe_name("Беседа 2026.json"), "Беседа 2026.json");
        assert_eq!(safe_name("a\"\r\nX: y/../z"), "a___X_ y_.._z");
        assert_eq!(safe_name(".."), "file");
        assert_eq!(safe_name(&"я".repeat(500)).chars().count(), 120);
    }
}
