//! "sendMessageDraft" and "sendChatAction": what is seen only while it lasts.

use std::time::Instant;

use super::{Outcome, Params, Refusal, messages};
use crate::telegram::{shown::Draft, state::State};

/// How many chat actions are remembered.
const MOST_ACTIONS: usize = 1000;

/// "sendMessageDraft"
pub(super) fn send(state: &mut State, params: Params<'_>) -> Outcome {
    let text = messages::text(params)?;
    let id = params.chat(state)?;
    let thread = params.thread(state, id)?;
    let draft_id = params.int("draft_id").unwrap_or_default();
    let chat = state.chats.get_mut(&id).ok_or_else(|| Refusal::bad("chat not found"))?;
    if chat.person.is_none() {
        return Err(Refusal::bad("TEXTDRAFT_PEER_INVALID"));
    }
    if draft_id == 0 {
        return Err(Refusal::bad("RANDOM_ID_INVALID"));
    }
    chat.drafts.push(Draft {
        draft_id,
        text: text.text,
        entities: text.entities,
        thread,
        can_stop: params.flag("can_stop"),
        keep_on_stop: params.flag("keep_on_stop"),
        at: Instant::now(),
    });
    chat.draft_shown = true;
    chat.touch();
    Ok(true.into())
}

/// "sendChatAction"
pub(super) fn act(state: &mut State, params: Params<'_>) -> Outcome {
    let id = params.chat(state)?;
    params.thread(state, id)?;
    let chat = state.chats.get_mut(&id).ok_or_else(|| Refusal::bad("chat not found"))?;
    if chat.actions.len() < MOST_ACTIONS {
        chat.actions.push((params.text("action").unwrap_or_default().into(), Instant::now()));
    }
    chat.touch();
    Ok(true.into())
}
