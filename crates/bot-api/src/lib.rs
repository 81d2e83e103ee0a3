//! A thin, exact client of Telegram's Bot API.
