//! What the methods do. A file each for messages, buttons and commands, payments.

mod about;
mod drafts;
mod messages;
mod payments;

use serde_json::{Map, Value};

use super::{call::Call, request::Request, schema::SCHEMA, state::State, updates::Webhook};

/// What a call is answered: `result`, or an error.
pub(super) type Outcome = Result<Value, Refusal>;

/// An error of the Bot API.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) description: String,
    pub(super) retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None }
    }

    /// 400
    pub(super) fn bad(description: impl std::fmt::Display) -> Self {
        Self::new(400, format!("Bad Request: {description}"))
    }

    /// 403
    pub(super) fn forbidden(description: &str) -> Self {
        Self::new(403, format!("Forbidden: {description}"))
    }

    /// 409
    pub(super) fn conflict(description: &str) -> Self {
        Self::new(409, format!("Conflict: {description}"))
    }

    /// 429
    pub(super) fn too_many(seconds: u64) -> Self {
        let description = format!("Too Many Requests: retry after {seconds}");
        Self { code: 429, description, retry_after: Some(seconds) }
    }

    pub(super) fn unknown_method() -> Self {
        Self::new(404, "Not Found")
    }
}

/// What was done.
pub(super) struct Done {
    pub(super) outcome: Outcome,
    /// The call offends against the documentation.
    pub(super) violation: bool,
    /// The message that it sent, as its place in the list of sendings.
    pub(super) sent: Option<usize>,
}

/// Carries a call out. "getUpdates" is checked here only.
pub(super) fn perform(state: &mut State, request: &Request) -> Done {
    let drafts = ["sendMessageDraft", "sendRichMessageDraft"];
    let Request { method, params, .. } = request;
    if !SCHEMA.has(method) {
        return Done { outcome: Err(Refusal::unknown_method()), violation: true, sent: None };
    }
    if state.settings.drafts_refused && drafts.contains(&method.as_str()) {
        return Done { outcome: Err(Refusal::unknown_method()), violation: false, sent: None };
    }
    let checked = SCHEMA.check(method, params).and_then(|()| messages::check(method, params));
    let checked = match method.as_str() {
        "createInvoiceLink" | "sendInvoice" => checked.and_then(|()| payments::check(params)),
        _ => checked,
    };
    if let Err(description) = checked {
        return Done { outcome: Err(Refusal::new(400, description)), violation: true, sent: None };
    }
    let before = state.sendings.len();
    let outcome = flood(state, method, params).and_then(|()| act(state, request));
    let sent = (state.sendings.len() > before).then_some(before);
    Done { outcome, violation: false, sent }
}

fn act(state: &mut State, request: &Request) -> Outcome {
    let params = Params(&request.params);
    match request.method.as_str() {
        "getMe" => Ok(state.bot()),
        "getUpdates" if state.updates.webhook.is_some() => Err(Refusal::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        )),
        "setWebhook" => Ok(set_webhook(state, params)),
        "deleteWebhook" => {
            state.updates.set_webhook(None, params.flag("drop_pending_updates"));
            Ok(true.into())
        }
        "getWebhookInfo" => Ok(state.updates.info()),
        "sendMessage" => messages::send(state, params),
        "sendDocument" => messages::send_document(state, params, request),
        "sendInvoice" => messages::send_invoice(state, params),
        "editMessageText" => messages::edit_text(state, params),
        "editMessageReplyMarkup" => messages::edit_markup(state, params),
        "deleteMessage" => messages::delete(state, params),
        "setMessageReaction" => messages::react(state, params),
        "sendMessageDraft" => drafts::send(state, params),
        "sendChatAction" => drafts::act(state, params),
        "answerCallbackQuery" => about::answer_callback(state, params),
        "setMyCommands" | "deleteMyCommands" | "getMyCommands" => about::commands(state, &request.method, params),
        "setMyDescription" | "setMyShortDescription" | "setMyName" => {
            Ok(about::describe(state, &request.method, params))
        }
        "setChatMenuButton" => about::menu_button(state, params),
        "leaveChat" => about::leave(state, params),
        "createInvoiceLink" => Ok(payments::create_link(state, params)),
        "answerPreCheckoutQuery" => payments::answer_checkout(state, params),
        "refundStarPayment" => payments::refund(state, params),
        "editUserStarSubscription" => payments::edit_subscription(state, params),
        "getStarTransactions" => Ok(payments::transactions(state, params)),
        _ => Ok(true.into()),
    }
}

/// "setWebhook"; with an empty URL it is deleted.
fn set_webhook(state: &mut State, params: Params<'_>) -> Value {
    let most = params.int("max_connections").and_then(|most| usize::try_from(most).ok()).unwrap_or(40);
    let secret = params.text("secret_token").map(str::to_owned);
    let url = params.text("url").unwrap_or_default().to_owned();
    let webhook = Some(url).filter(|url| !url.is_empty()).map(|url| Webhook {
        url,
        secret,
        most,
        registration: 0,
        last_error: None,
    });
    state.updates.allow(params.0.get("allowed_updates"));
    state.updates.set_webhook(webhook, params.flag("drop_pending_updates"));
    true.into()
}

/// Flood control, if it is on.
fn flood(state: &mut State, method: &str, params: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(flood) = &mut state.flood else { return Ok(()) };
    let chat = params.get("chat_id").and_then(Value::as_i64);
    match chat {
        Some(chat) if Call::sends(method) || method.starts_with("editMessage") => {
            flood.take(chat).map_err(Refusal::too_many)
        }
        _ => Ok(()),
    }
}

/// Reads parameters that have been checked.
#[derive(Clone, Copy)]
pub(super) struct Params<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Params<'a> {
    pub(super) fn int(self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn flag(self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The id of the chat, if it is one that the bot may write to.
    pub(super) fn chat(self, state: &State) -> Result<i64, Refusal> {
        let value = self.0.get("chat_id");
        let id = value.and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()));
        let chat = id.and_then(|id| state.chats.get(&id)).ok_or_else(|| Refusal::bad("chat not found"))?;
        match chat {
            chat if chat.blocked => Err(Refusal::forbidden("bot was blocked by the user")),
            chat if chat.left => Err(Refusal::forbidden("bot is not a member of the supergroup chat")),
            chat if chat.person.is_some() && !chat.started => {
                Err(Refusal::forbidden("bot can't initiate conversation with a user"))
            }
            chat => Ok(chat.id),
        }
    }

    /// The topic, if the chat has it.
    pub(super) fn thread(self, state: &State, chat: i64) -> Result<Option<i64>, Refusal> {
        match self.int("message_thread_id") {
            None | Some(0) => Ok(None),
            Some(topic) if state.chats.get(&chat).is_some_and(|chat| chat.topics.contains(&topic)) => Ok(Some(topic)),
            Some(_) => Err(Refusal::bad("message thread not found")),
        }
    }
}
