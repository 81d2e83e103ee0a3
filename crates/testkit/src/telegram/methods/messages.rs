//! "sendMessage", "sendDocument", "sendInvoice", "editMessageText", "editMessageReplyMarkup", "deleteMessage",
//! "setMessageReaction".

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::{Outcome, Params, Refusal};
use crate::telegram::{
    call::Sending,
    request::Request,
    state::{self, BOT_ID, State},
    text::{Formatted, LONGEST_CAPTION, LONGEST_TEXT},
};

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the \
                            same as a current content and reply markup of the message";

/// What is wrong with the text of a call, whatever the chat.
pub(super) fn check(method: &str, params: &Map<String, Value>) -> Result<(), String> {
    let params = Params(params);
    let read = match method {
        "sendMessage" => visible(params),
        "editMessageText" if !params.0.contains_key("rich_message") => visible(params),
        "sendMessageDraft" => text(params),
        _ if params.0.contains_key("caption") => caption(params),
        _ => return Ok(()),
    };
    read.map(drop).map_err(|refusal| refusal.description)
}

/// The text of a call, which may be empty.
pub(super) fn text(params: Params<'_>) -> Result<Formatted, Refusal> {
    let text = params.text("text").unwrap_or_default();
    Formatted::read(text, params.0.get("entities"), LONGEST_TEXT).map_err(Refusal::bad)
}

fn visible(params: Params<'_>) -> Result<Formatted, Refusal> {
    match text(params)? {
        _ if params.text("text").is_none_or(str::is_empty) => Err(Refusal::bad("message text is empty")),
        text if text.is_blank() => Err(Refusal::bad("text must be non-empty")),
        text => Ok(text),
    }
}

fn caption(params: Params<'_>) -> Result<Formatted, Refusal> {
    let caption = params.text("caption").unwrap_or_default();
    Formatted::read(caption, params.0.get("caption_entities"), LONGEST_CAPTION).map_err(Refusal::bad)
}

/// "sendMessage"
pub(super) fn send(state: &mut State, params: Params<'_>) -> Outcome {
    let text = visible(params)?;
    let chat = params.chat(state)?;
    let message = put(state, params, chat, text.fields("text", "entities"))?;
    Ok(sent(state, chat, message, text.text))
}

/// "sendDocument"
pub(super) fn send_document(state: &mut State, params: Params<'_>, request: &Request) -> Outcome {
    let caption = caption(params)?;
    let chat = params.chat(state)?;
    let named = params.text("document").unwrap_or_default();
    let (file, kind) = match named.strip_prefix("attach://") {
        Some(part) => {
            let file = request.files.get(part).ok_or_else(|| Refusal::bad("there is no document in the request"))?;
            if file.bytes.is_empty() {
                return Err(Refusal::bad("file must be non-empty"));
            }
            ((file.name.clone(), file.bytes.clone()), file.kind.clone())
        }
        None => {
            let file = state.files.get(named).cloned();
            let unknown = || Refusal::bad("wrong file identifier/HTTP URL specified");
            (file.ok_or_else(unknown)?, String::new())
        }
    };
    let id = format!("BQACAgIAAx{}", state.fresh());
    let mut document = json!({"file_id": id, "file_unique_id": id, "file_name": file.0, "file_size": file.1.len()});
    if !kind.is_empty() {
        document["mime_type"] = kind.into();
    }
    let mut content = if caption.text.is_empty() { Map::new() } else { caption.fields("caption", "caption_entities") };
    content.insert("document".into(), document);
    let message = put(state, params, chat, content)?;
    state.files.insert(id, file.clone());
    let text = if caption.text.is_empty() { file.0.clone() } else { caption.text };
    if let Some(stored) =
        message["message_id"].as_i64().and_then(|id| state.chats.get_mut(&chat)?.messages.get_mut(&id))
    {
        stored.file = Some(file);
    }
    Ok(sent(state, chat, message, text))
}

/// "sendInvoice"
pub(super) fn send_invoice(state: &mut State, params: Params<'_>) -> Outcome {
    let chat = params.chat(state)?;
    let invoice = super::payments::invoice(params);
    let shown = json!({
        "title": params.text("title"), "description": params.text("description"), "start_parameter": "",
        "currency": "XTR", "total_amount": invoice.amount,
    });
    let message = put(state, params, chat, Map::from_iter([("invoice".into(), shown)]))?;
    let key = format!("{chat}/{}", message["message_id"]);
    state.payments.invoices.insert(key, invoice);
    Ok(sent(state, chat, message, params.text("title").unwrap_or_default().into()))
}

/// Puts a message of the bot into the chat. A draft ends by it.
fn put(state: &mut State, params: Params<'_>, chat: i64, content: Map<String, Value>) -> Outcome {
    let mut content = content;
    if let Some(thread) = params.thread(state, chat)? {
        content.insert("message_thread_id".into(), thread.into());
        content.insert("is_topic_message".into(), true.into());
    }
    let reply = params.0.get("reply_parameters");
    let wanted = reply.and_then(|reply| reply["message_id"].as_i64()).or(params.int("reply_to_message_id"));
    let lenient = reply.is_some_and(|reply| reply["allow_sending_without_reply"] == true);
    if let Some(wanted) = wanted {
        match state.quoted(chat, wanted) {
            Some(quoted) => drop(content.insert("reply_to_message".into(), quoted)),
            None if lenient || params.flag("allow_sending_without_reply") => {}
            None => return Err(Refusal::bad("message to be replied not found")),
        }
    }
    if let Some(markup) = params.0.get("reply_markup").filter(|markup| is_keyboard(markup)) {
        content.insert("reply_markup".into(), markup.clone());
    }
    if let Some(place) = state.chats.get_mut(&chat) {
        place.draft_shown = false;
    }
    Ok(state.add_message(chat, state::bot_user(), content))
}

/// Writes down that a message was sent.
fn sent(state: &mut State, chat: i64, message: Value, text: String) -> Value {
    let id = message["message_id"].as_i64().unwrap_or_default();
    let place = state.sendings.len();
    if let Some(stored) = state.chats.get_mut(&chat).and_then(|chat| chat.messages.get_mut(&id)) {
        stored.sending = Some(place);
    }
    state.sendings.push(Sending { chat_id: chat, message_id: id, text, at: Instant::now(), told: false });
    message
}

/// An inline keyboard with any buttons: the only markup that messages show, and that can be edited.
fn is_keyboard(markup: &Value) -> bool {
    markup["inline_keyboard"].as_array().is_some_and(|rows| !rows.is_empty())
}

/// "editMessageText"
pub(super) fn edit_text(state: &mut State, params: Params<'_>) -> Outcome {
    let text = visible(params)?;
    let (chat, id, message) = own(state, params)?;
    if !message.as_object().is_some_and(|fields| fields.contains_key("text")) {
        return Err(Refusal::bad("there is no text in the message to edit"));
    }
    edit(state, params, (chat, id, message), &["text", "entities"], text.fields("text", "entities"))
}

/// "editMessageReplyMarkup"
pub(super) fn edit_markup(state: &mut State, params: Params<'_>) -> Outcome {
    let own = own(state, params)?;
    edit(state, params, own, &[], Map::new())
}

fn edit(
    state: &mut State,
    params: Params<'_>,
    (chat, id, message): (i64, i64, Value),
    gone: &[&str],
    content: Map<String, Value>,
) -> Outcome {
    let mut content = content;
    if let Some(markup) = params.0.get("reply_markup").filter(|markup| is_keyboard(markup)) {
        content.insert("reply_markup".into(), markup.clone());
    }
    let replaced: Vec<_> = gone.iter().copied().chain(["reply_markup"]).collect();
    if replaced.iter().all(|name| message.get(*name) == content.get(*name)) {
        return Err(Refusal::bad(NOT_MODIFIED));
    }
    state.edit_message(chat, id, &replaced, content).ok_or_else(|| Refusal::bad("message to edit not found"))
}

/// The message to edit, if it is the bot's own.
fn own(state: &State, params: Params<'_>) -> Result<(i64, i64, Value), Refusal> {
    let chat = params.chat(state)?;
    let id = params.int("message_id").unwrap_or_default();
    let message = state.chats.get(&chat).and_then(|chat| chat.messages.get(&id));
    match message {
        None => Err(Refusal::bad("message to edit not found")),
        Some(message) if message.json["from"]["id"] != BOT_ID => Err(Refusal::bad("message can't be edited")),
        Some(message) => Ok((chat, id, message.json.clone())),
    }
}

/// "deleteMessage"
pub(super) fn delete(state: &mut State, params: Params<'_>) -> Outcome {
    let chat = params.chat(state)?;
    let id = params.int("message_id").unwrap_or_default();
    let missing = || Refusal::bad("message to delete not found");
    let chat = state.chats.get_mut(&chat).ok_or_else(missing)?;
    let message = chat.messages.get(&id).ok_or_else(missing)?;
    if chat.person.is_none() && message.json["from"]["id"] != BOT_ID {
        return Err(Refusal::bad("message can't be deleted"));
    }
    chat.messages.remove(&id);
    chat.touch();
    Ok(true.into())
}

/// "setMessageReaction": in place of the bot's reactions so far.
pub(super) fn react(state: &mut State, params: Params<'_>) -> Outcome {
    let chat = params.chat(state)?;
    let id = params.int("message_id").unwrap_or_default();
    let given = params.0.get("reaction").and_then(Value::as_array);
    let emoji = given.into_iter().flatten().filter_map(|reaction| reaction["emoji"].as_str().map(str::to_owned));
    let chat = state.chats.get_mut(&chat).ok_or_else(|| Refusal::bad("chat not found"))?;
    let message = chat.messages.get_mut(&id).ok_or_else(|| Refusal::bad("message to react not found"))?;
    message.reactions = emoji.collect();
    chat.touch();
    Ok(true.into())
}
