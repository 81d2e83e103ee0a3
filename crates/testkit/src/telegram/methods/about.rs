//! What the bot says of itself and to whoever pressed a button: "answerCallbackQuery", "setMyCommands",
//! "setMyDescription", "setChatMenuButton", "leaveChat".

use serde_json::{Value, json};

use super::{Outcome, Params, Refusal};
use crate::telegram::state::State;

/// "answerCallbackQuery"
pub(super) fn answer_callback(state: &mut State, params: Params<'_>) -> Outcome {
    let life = state.settings.query_life;
    let id = params.text("callback_query_id").unwrap_or_default();
    let callback = state.callbacks.get_mut(id).filter(|query| query.answer.is_none() && query.at.elapsed() < life);
    let Some(callback) = callback else {
        return Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"));
    };
    callback.answer = Some(params.text("text").unwrap_or_default().into());
    if let Some(chat) = state.chats.get(&callback.chat) {
        chat.touch();
    }
    Ok(true.into())
}

/// "setMyCommands", "getMyCommands", "deleteMyCommands"
pub(super) fn commands(state: &mut State, method: &str, params: Params<'_>) -> Outcome {
    let scope = params.0.get("scope");
    if scope.is_some_and(|scope| scope["chat_id"].as_i64().is_some_and(|chat| !state.chats.contains_key(&chat))) {
        return Err(Refusal::bad("chat not found"));
    }
    let language = params.text("language_code").unwrap_or_default();
    let key = (scope_key(scope), language.to_owned());
    match method {
        "getMyCommands" => return Ok(state.commands.get(&key).cloned().unwrap_or_else(|| json!([]))),
        "setMyCommands" => drop(state.commands.insert(key, params.0.get("commands").cloned().unwrap_or_default())),
        _ => drop(state.commands.remove(&key)),
    }
    Ok(true.into())
}

/// `default`, `all_private_chats`, `chat:17` and so on.
fn scope_key(scope: Option<&Value>) -> String {
    let Some(scope) = scope else { return "default".into() };
    let parts = [&scope["chat_id"], &scope["user_id"]].into_iter().filter(|part| !part.is_null());
    parts.fold(scope["type"].as_str().unwrap_or("default").to_owned(), |key, part| format!("{key}:{part}"))
}

/// "setMyName", "setMyDescription", "setMyShortDescription"
pub(super) fn describe(state: &mut State, method: &str, params: Params<'_>) -> Value {
    let text = ["name", "description", "short_description"].into_iter().find_map(|name| params.text(name));
    let language = params.text("language_code").unwrap_or_default();
    state.texts.insert((method.into(), language.into()), text.unwrap_or_default().into());
    true.into()
}

/// "setChatMenuButton"
pub(super) fn menu_button(state: &mut State, params: Params<'_>) -> Outcome {
    let button = params.0.get("menu_button").cloned().unwrap_or_else(|| json!({"type": "default"}));
    let url = button["web_app"]["url"].as_str().unwrap_or("https://");
    if !url.starts_with("https://") {
        return Err(Refusal::bad(format!("menu button web app URL '{url}' is invalid: Only HTTPS links are allowed")));
    }
    state.menu_buttons.insert(params.int("chat_id"), button);
    Ok(true.into())
}

/// "leaveChat"
pub(super) fn leave(state: &mut State, params: Params<'_>) -> Outcome {
    let id = params.chat(state)?;
    match state.chats.get_mut(&id) {
        Some(chat) if chat.person.is_none() => {
            chat.left = true;
            chat.touch();
            Ok(true.into())
        }
        _ => Err(Refusal::bad("chat member status can't be changed in private chats")),
    }
}
