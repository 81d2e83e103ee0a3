//! What the field list alone does not say of a call: formats, ranges, and what excludes what.

use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// The actions of "sendChatAction".
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// What a button of an inline keyboard can do: exactly one of these.
const BUTTON_KINDS: [&str; 11] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
];

/// "ReactionTypeEmoji": what bots may react with.
const REACTIONS: &str = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u{200D}🔥 \
                         🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u{200D}💻 👀 🎃 🙈 😇 😨 \
                         🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u{200D}♂ 🤷 🤷\u{200D}♀ 😡";

/// The rules of a method.
pub(super) fn call(method: &str, params: &Object) -> Result<(), String> {
    if params.contains_key("parse_mode") {
        return Err("parse_mode is not what this bot was to use: the fake reads entities only".into());
    }
    match method {
        "setWebhook" => webhook(params),
        "setMyCommands" => commands(params).and_then(|()| language(params)),
        "deleteMyCommands" | "getMyCommands" => language(params),
        "setMyDescription" => at_most(params, "description", 512).and_then(|()| language(params)),
        "setMyShortDescription" => at_most(params, "short_description", 120).and_then(|()| language(params)),
        "setMyName" => at_most(params, "name", 64).and_then(|()| language(params)),
        "sendChatAction" => match text(params, "action") {
            action if ACTIONS.contains(&action) => Ok(()),
            _ => Err("wrong parameter action in request".into()),
        },
        "setMessageReaction" => match params.get("reaction").and_then(Value::as_array).map(Vec::len) {
            Some(2..) => Err("REACTIONS_TOO_MANY".into()),
            _ => Ok(()),
        },
        "getUpdates" => match params.get("limit").and_then(Value::as_i64) {
            Some(limit) if !(1..=100).contains(&limit) => Err("limit must be 1-100".into()),
            _ => Ok(()),
        },
        "createInvoiceLink" | "sendInvoice" => invoice(params),
        "answerPreCheckoutQuery"
            if params.get("ok") == Some(&false.into()) && text(params, "error_message").is_empty() =>
        {
            Err("error_message must be non-empty".into())
        }
        "editMessageText" | "editMessageReplyMarkup" if !params.contains_key("inline_message_id") => {
            let missing = ["chat_id", "message_id"].into_iter().find(|name| !params.contains_key(*name));
            missing.map_or(Ok(()), |name| Err(format!("{name} is not specified")))
        }
        _ => Ok(()),
    }
}

/// The rules of a type, wherever it stands in a call.
pub(super) fn object(name: &str, object: &Object) -> Result<(), String> {
    match name {
        "InlineKeyboardMarkup" => {
            let rows = object.get("inline_keyboard").and_then(Value::as_array);
            let buttons: usize = rows.into_iter().flatten().filter_map(Value::as_array).map(Vec::len).sum();
            if buttons > 100 { Err("reply markup is too long".into()) } else { Ok(()) }
        }
        "InlineKeyboardButton" => button(object),
        "BotCommand" => command(object),
        "ReactionTypeEmoji" if !REACTIONS.split(' ').any(|known| known == text(object, "emoji")) => {
            Err("REACTION_INVALID".into())
        }
        "WebAppInfo" if !text(object, "url").starts_with("https://") => {
            let url = text(object, "url");
            Err(format!("inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"))
        }
        "LabeledPrice" if text(object, "label").is_empty() => Err("price label must be non-empty".into()),
        _ => Ok(()),
    }
}

/// "InlineKeyboardButton"
fn button(button: &Object) -> Result<(), String> {
    let fault = |reason: &str| Err(format!("can't parse inline keyboard button: {reason}"));
    if text(button, "text").trim().is_empty() {
        return fault("Text must be non-empty");
    }
    match BUTTON_KINDS.iter().filter(|kind| button.contains_key(**kind)).count() {
        0 => return fault("Text buttons are unallowed in the inline keyboard"),
        1 => {}
        _ => return fault("exactly one action must be given"),
    }
    if button.contains_key("callback_data") && !(1..=64).contains(&text(button, "callback_data").len()) {
        return Err("BUTTON_DATA_INVALID".into());
    }
    match button.get("url").and_then(Value::as_str) {
        Some(address) => {
            url(address).map_err(|why| format!("inline keyboard button URL '{address}' is invalid: {why}"))
        }
        None => Ok(()),
    }
}

/// Whether Telegram takes this for a link: of HTTP with a dot in its host, or of its own.
pub(super) fn url(url: &str) -> Result<(), &'static str> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return if url.contains('.') && !url.contains(char::is_whitespace) { Ok(()) } else { Err("Wrong HTTP URL") };
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match scheme.to_ascii_lowercase().as_str() {
        "tg" | "ton" | "tonsite" => Ok(()),
        "http" | "https" if host.contains('.') && !url.contains(char::is_whitespace) => Ok(()),
        "http" | "https" => Err("Wrong HTTP URL"),
        _ => Err("Unsupported URL protocol"),
    }
}

/// "BotCommand"
fn command(command: &Object) -> Result<(), String> {
    let allowed = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '_');
    let name = text(command, "command");
    if !(1..=32).contains(&name.len()) || !name.chars().all(allowed) {
        return Err("BOT_COMMAND_INVALID".into());
    }
    match text(command, "description").encode_utf16().count() {
        1..=256 => Ok(()),
        _ => Err("BOT_COMMAND_DESCRIPTION_INVALID".into()),
    }
}

/// "setMyCommands"
fn commands(params: &Object) -> Result<(), String> {
    match params.get("commands").and_then(Value::as_array).map(Vec::len) {
        Some(101..) => Err("BOT_COMMANDS_TOO_MUCH".into()),
        _ => Ok(()),
    }
}

fn language(params: &Object) -> Result<(), String> {
    match text(params, "language_code") {
        "" => Ok(()),
        code if code.len() == 2 && code.chars().all(|letter| letter.is_ascii_lowercase()) => Ok(()),
        _ => Err("invalid language code specified".into()),
    }
}

/// "setWebhook"
fn webhook(params: &Object) -> Result<(), String> {
    let secret = text(params, "secret_token");
    if !secret.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-')) {
        return Err("secret token contains unallowed characters".into());
    }
    if params.get("max_connections").and_then(Value::as_i64).is_some_and(|most| !(1..=100).contains(&most)) {
        return Err("max_connections must be 1-100".into());
    }
    match text(params, "url") {
        url if url.is_empty() || url.starts_with("http://127.0.0.1:") || url.starts_with("https://") => Ok(()),
        _ => Err("bad webhook: An HTTPS URL must be provided for webhook".into()),
    }
}

/// "createInvoiceLink", "sendInvoice"
fn invoice(params: &Object) -> Result<(), String> {
    at_most(params, "title", 32)?;
    if text(params, "title").is_empty() {
        return Err("title must be non-empty".into());
    }
    if text(params, "currency") != "XTR" {
        return Err("CURRENCY_INVALID".into());
    }
    if !text(params, "provider_token").is_empty() {
        return Err("STARS_INVOICE_INVALID".into());
    }
    let prices = params.get("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let amounts: Vec<_> = prices.iter().filter_map(|price| price["amount"].as_i64()).collect();
    if !matches!(amounts[..], [amount] if amount >= 1) {
        return Err("STARS_INVOICE_INVALID".into());
    }
    match params.get("subscription_period").and_then(Value::as_i64) {
        None => Ok(()),
        Some(2_592_000) if amounts.iter().all(|amount| *amount <= 10_000) => Ok(()),
        Some(_) => Err("SUBSCRIPTION_PERIOD_INVALID".into()),
    }
}

fn at_most(params: &Object, name: &str, most: usize) -> Result<(), String> {
    match text(params, name).encode_utf16().count() {
        length if length > most => Err(format!("{name} is too long: at most {most}")),
        _ => Ok(()),
    }
}

fn text<'a>(object: &'a Object, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}
