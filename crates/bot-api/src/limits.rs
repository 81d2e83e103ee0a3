//! Limits of Bot API 10.3, each from the description of the field or method that is named.
//!
//! Where Telegram says "characters" without saying of what, count UTF-16 units, as entities do:
//! that is never less than what the server counts.

/// `sendMessage.text`, `editMessageText.text`, `sendMessageDraft.text`: characters after entities.
pub const MAX_TEXT: usize = 4096;

/// `sendDocument.caption`: characters after entities.
pub const MAX_CAPTION: usize = 1024;

/// Entities of one message; what exceeds them is dropped (<https://limits.tginfo.me/en>).
pub const MAX_ENTITIES: usize = 100;

/// `answerCallbackQuery.text`: characters.
pub const MAX_CALLBACK_ANSWER: usize = 200;

/// `InlineKeyboardButton.callback_data`: bytes, at least one.
pub const MAX_CALLBACK_DATA: usize = 64;

/// `setMyCommands.commands`: their number.
pub const MAX_COMMANDS: usize = 100;

/// `BotCommand.command`: lower-case letters, digits and underscores.
pub const MAX_COMMAND: usize = 32;

/// `BotCommand.description`: characters, at least one.
pub const MAX_COMMAND_DESCRIPTION: usize = 256;

/// `setMyDescription.description`: characters.
pub const MAX_DESCRIPTION: usize = 512;

/// `setMyShortDescription.short_description`: characters.
pub const MAX_SHORT_DESCRIPTION: usize = 120;

/// The parameter of a deep link, `https://t.me/<bot>?start=<parameter>`: A-Z, a-z, 0-9, _ and -
/// (<https://core.telegram.org/bots/features#deep-linking>).
pub const MAX_START_PARAMETER: usize = 64;

/// `createInvoiceLink.title`: characters, at least one.
pub const MAX_INVOICE_TITLE: usize = 32;

/// `createInvoiceLink.description`: characters, at least one.
pub const MAX_INVOICE_DESCRIPTION: usize = 255;

/// `createInvoiceLink.payload`: bytes, at least one.
pub const MAX_INVOICE_PAYLOAD: usize = 128;

/// `createInvoiceLink.subscription_period`: seconds; the only one there is, 30 days.
pub const SUBSCRIPTION_PERIOD: u32 = 2_592_000;

/// The currency of Telegram Stars (`createInvoiceLink.currency`).
pub const STARS: &str = "XTR";

/// `setWebhook.secret_token`: characters, at least one.
pub const MAX_SECRET_TOKEN: usize = 256;

/// `getUpdates.limit`, and its default.
pub const MAX_UPDATES: u8 = 100;

/// `getStarTransactions.limit`, and its default.
pub const MAX_TRANSACTIONS: u8 = 100;

/// `sendDocument`: bytes of an uploaded file, at Telegram's own server (a local one takes 2000 MB).
pub const MAX_DOCUMENT: usize = 50_000_000;

/// `sendMessageDraft`: seconds that a draft stays visible.
pub const DRAFT_SECONDS: u64 = 30;

/// `sendChatAction`: seconds that an action stays visible.
pub const CHAT_ACTION_SECONDS: u64 = 5;

/// `answerPreCheckoutQuery`: seconds within which it must be answered.
pub const PRE_CHECKOUT_SECONDS: u64 = 10;
