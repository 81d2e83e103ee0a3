//! Opening the Mini App: what Telegram hands the page
//! (<https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app>).

#![expect(clippy::expect_used, reason = "that a key signs is no question of a test")]

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    hmac::{self, HMAC_SHA256},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{FakeTelegram, Person, state::TOKEN};

/// A Mini App that is being opened. Whatever is changed about it, it is signed as it is then.
#[derive(Debug, Clone)]
pub struct Launch {
    fields: BTreeMap<String, String>,
    token: String,
}

impl FakeTelegram {
    /// The person opens the bot's Mini App, now.
    pub fn launch(&self, person: &Person) -> Launch {
        let (user, query) = {
            let mut state = self.shared.lock();
            (person.user(&state).to_string(), format!("AAFake{:08}", state.fresh()))
        };
        let launch = Launch { fields: BTreeMap::new(), token: TOKEN.into() };
        launch.with("user", user).with("query_id", query).ago(0)
    }

    /// The public half of the key with which this Telegram signs, in hexadecimal digits.
    pub fn init_data_key(&self) -> String {
        hex(key().public_key().as_ref())
    }
}

impl Launch {
    /// With another value of a field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.fields.insert(field.into(), value.into());
        self
    }

    /// Opened so many seconds ago, or later.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the outside world has the real time")]
    pub fn ago(self, seconds: i64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.with("auth_date", (i64::try_from(now).unwrap_or_default() - seconds).to_string())
    }

    /// Of another bot.
    #[must_use]
    pub fn of_bot(self, token: &str) -> Self {
        Self { token: token.into(), ..self }
    }

    /// `initData`, with both signatures.
    pub fn init_data(&self) -> String {
        let mut fields = self.fields.clone();
        fields.insert("signature".into(), self.signature());
        let secret = hmac::sign(&hmac::Key::new(HMAC_SHA256, b"WebAppData"), self.token.as_bytes());
        let hash = hmac::sign(&hmac::Key::new(HMAC_SHA256, secret.as_ref()), lines(&fields).as_bytes());
        fields.insert("hash".into(), hex(hash.as_ref()));
        encoded(&fields)
    }

    /// The same as those get it who have not the bot's token: with Telegram's signature alone.
    pub fn third_party(&self) -> String {
        let mut fields = self.fields.clone();
        fields.insert("signature".into(), self.signature());
        encoded(&fields)
    }

    /// The fragment with which the page is opened, in this version of Mini Apps and with these colours.
    pub fn fragment(&self, version: &str, theme: &Value) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("tgWebAppData", &self.init_data())
            .append_pair("tgWebAppVersion", version)
            .append_pair("tgWebAppPlatform", "android")
            .append_pair("tgWebAppThemeParams", &theme.to_string())
            .finish()
    }

    fn signature(&self) -> String {
        let bot = self.token.split(':').next().unwrap_or_default();
        let message = format!("{bot}:WebAppData\n{}", lines(&self.fields));
        URL_SAFE_NO_PAD.encode(key().sign(message.as_bytes()))
    }
}

fn key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key")
}

fn lines(fields: &BTreeMap<String, String>) -> String {
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}

fn encoded(fields: &BTreeMap<String, String>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
