//! What Telegram is told about the bot: how it wants its updates, its commands and descriptions in both languages, and
//! the Mini App behind its menu button.

use std::{sync::Arc, time::Duration};

use bot_api::{
    Error, Incoming,
    frankenstein::{
        methods::{SetMyCommandsParams, SetMyDescriptionParams, SetMyShortDescriptionParams},
        types::{BotCommand, BotCommandScope, MenuButton, MenuButtonWebApp, WebAppInfo},
    },
    params::SetWebhook,
};
use tokio_util::sync::CancellationToken;

use super::{
    Bot,
    commands::{IN_GROUPS, MENU},
    texts::{Lang, text},
    webhook,
};
use crate::{app::Shared, config::TelegramMode};

/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Asks Telegram who the bot is, on every node: links name it.
pub(super) fn ask_who(app: &Shared, bot: Arc<Bot>) {
    let ended = app.tasks.ended.clone();
    app.tasks.spawn(async move {
        let bot = &bot;
        let ask = || async move {
            // Asked once, so it is not set before.
            let _ = bot.me.set(bot.api.get_me().await?);
            tracing::info!(username = bot.username(), "the bot is known");
            Ok(())
        };
        until_done(&ended, "getMe", ask).await;
    });
}

/// Tells Telegram how updates are wanted, then the rest.
pub(super) async fn run(app: &Shared, bot: &Arc<Bot>, over: &CancellationToken) {
    match bot.mode {
        TelegramMode::Polling => {
            until_done(over, "deleteWebhook", || bot.api.delete_webhook(false)).await;
        }
        TelegramMode::Webhook => {
            let url = format!("{}{}", app.config.http.public_url.trim_end_matches('/'), webhook::PATH);
            let params = SetWebhook {
                url: &url,
                secret_token: Some(&bot.secret),
                allowed_updates: Some(Incoming::KINDS),
                ..SetWebhook::default()
            };
            until_done(over, "setWebhook", || bot.api.set_webhook(&params)).await;
        }
    }
    until_done(over, "setMyCommands", || describe(bot)).await;
    // Telegram opens nothing else; without it the button is left as it is.
    if app.config.http.is_secure() {
        let button = menu_button(app);
        until_done(over, "setChatMenuButton", || bot.api.set_chat_menu_button(None, &button)).await;
    }
}

/// The button beside the message field, in every private chat: it opens the web client as a Mini App.
fn menu_button(app: &Shared) -> MenuButton {
    let url = format!("{}/", app.config.http.base_url());
    // One for all languages: the name that the service goes by.
    let text = app.config.companion.name.clone();
    MenuButton::WebApp(MenuButtonWebApp { text, web_app: WebAppInfo { url } })
}

async fn describe(bot: &Bot) -> Result<(), Error> {
    for lang in Lang::ALL {
        // English is what everybody else sees.
        let code = (lang != Lang::En).then(|| lang.tag().to_owned());
        for (scope, names) in
            [(BotCommandScope::AllPrivateChats, &MENU[..]), (BotCommandScope::AllGroupChats, &IN_GROUPS[..])]
        {
            let command = |name: &&str| {
                let description = text(lang, &format!("command-{name}"), &[]);
                BotCommand::builder().command(*name).description(description).build()
            };
            let params = SetMyCommandsParams::builder()
                .commands(names.iter().map(command).collect::<Vec<_>>())
                .scope(scope)
                .maybe_language_code(code.clone())
                .build();
            bot.api.set_my_commands(&params).await?;
        }
        let description = SetMyDescriptionParams::builder()
            .description(text(lang, "bot-description", &[]))
            .maybe_language_code(code.clone())
            .build();
        bot.api.set_my_description(&description).await?;
        let short = SetMyShortDescriptionParams::builder()
            .short_description(text(lang, "bot-short-description", &[]))
            .maybe_language_code(code)
            .build();
        bot.api.set_my_short_description(&short).await?;
    }
    Ok(())
}

/// Makes a call until it succeeds or is refused for good.
async fn until_done<F, Call>(over: &CancellationToken, what: &str, call: F)
where
    F: Fn() -> Call,
    Call: Future<Output = Result<(), Error>>,
{
    let mut pause = Duration::from_secs(1);
    loop {
        let error = tokio::select! {
            () = over.cancelled() => return,
            called = call() => match called {
                Ok(()) => return,
                Err(error) => error,
            },
        };
        tracing::warn!(what, %error, "Telegram could not be told yet");
        tokio::select! {
            () = over.cancelled() => return,
            () = tokio::time::sleep(error.retry_after().unwrap_or(pause)) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
