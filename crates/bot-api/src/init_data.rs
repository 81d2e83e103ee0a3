//! What Telegram hands a Mini App about who has opened it: `initData`
//! (<https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app>).
//!
//! It is signed twice. `hash` is an HMAC under the bot's token. `signature` is Telegram's own, with Ed25519, for those
//! who have not the token; data without a `hash` is judged by that. Whether it is new enough is the caller's to decide,
//! who knows the time.

use std::fmt;

use aws_lc_rs::{
    digest::{self, SHA256},
    hmac,
    signature::{ED25519, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::incoming::User;

/// The longest data that is looked at, in bytes. Telegram's has about a thousand.
pub const MAX_INIT_DATA: usize = 16 * 1024;

/// What Telegram's own servers sign with.
const PRODUCTION: &str = "e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d";
/// What its test servers sign with.
const TEST: &str = "40055058a4ee38156a06562e52eece92a771bcd8346a8c4615cb7376eddf72ec";

/// Who has opened the Mini App, and when: verified.
#[derive(Clone, PartialEq, Eq)]
pub struct InitData {
    /// The person.
    pub user: User,
    /// When it was opened, in seconds since 1970.
    pub auth_date: i64,
    /// SHA-256 of what is signed: the same for the same data, whichever of its signatures is shown.
    pub digest: [u8; 32],
}

/// Without what says who it is.
impl fmt::Debug for InitData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitData").field("auth_date", &self.auth_date).finish_non_exhaustive()
    }
}

/// Why data is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInitData {
    /// More than [`MAX_INIT_DATA`] bytes.
    #[error("too long")]
    TooLong,
    /// A field is there twice, or could be taken for several.
    #[error("not the fields that Telegram sends")]
    Malformed,
    /// It has neither of the two.
    #[error("without hash and signature")]
    Unsigned,
    /// The one by which it is judged is that of something else.
    #[error("the signature is wrong")]
    Signature,
    /// It is Telegram's, but of no person, or without a time.
    #[error("without a person or a time")]
    Nobody,
}

/// The public key with which Telegram signs `initData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InitDataKey([u8; 32]);

/// A key that is neither `production` nor `test` nor 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of a Mini App's data must be production, test, or 64 hexadecimal digits")]
pub struct BadInitDataKey;

impl InitDataKey {
    /// `production` or `test` for Telegram's own, or the digits of another.
    ///
    /// # Errors
    ///
    /// [`BadInitDataKey`].
    pub fn parse(text: &str) -> Result<Self, BadInitDataKey> {
        let digits = match text.trim() {
            "production" => PRODUCTION,
            "test" => TEST,
            digits => digits,
        };
        bytes(digits).map(Self).ok_or(BadInitDataKey)
    }
}

/// Verifies `initData` as Telegram gave it to the Mini App of the bot with this token.
pub(crate) fn verify(text: &str, token: &str, key: &InitDataKey) -> Result<InitData, BadInitData> {
    if text.len() > MAX_INIT_DATA {
        return Err(BadInitData::TooLong);
    }
    let mut fields: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    fields.sort();
    // A line break would make several lines of one.
    let is_line = |(name, value): &(String, String)| !name.contains(['\n', '=']) && !value.contains('\n');
    if !fields.iter().all(is_line) || fields.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(BadInitData::Malformed);
    }
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let signed_by_telegram = lines(&fields, &["hash", "signature"]);
    match (field("hash"), field("signature")) {
        (Some(hash), _) => verify_hash(&lines(&fields, &["hash"]), hash, token)?,
        (None, Some(signature)) => verify_signature(&signed_by_telegram, signature, token, key)?,
        (None, None) => return Err(BadInitData::Unsigned),
    }
    let user: Option<User> = field("user").and_then(|user| serde_json::from_str(user).ok());
    let user = user.filter(|user| user.id > 0 && !user.is_bot).ok_or(BadInitData::Nobody)?;
    let auth_date = field("auth_date").and_then(|date| date.parse().ok()).ok_or(BadInitData::Nobody)?;
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&SHA256, signed_by_telegram.as_bytes()).as_ref());
    Ok(InitData { user, auth_date, digest: hash })
}

/// `name=value`, a line each, by name.
fn lines(fields: &[(String, String)], without: &[&str]) -> String {
    let lines = fields.iter().filter(|(name, _)| !without.contains(&name.as_str()));
    lines.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}

/// Takes as long for a wrong one as for the right one.
fn verify_hash(lines: &str, hash: &str, token: &str) -> Result<(), BadInitData> {
    let hash = bytes::<32>(hash).ok_or(BadInitData::Signature)?;
    let secret = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"WebAppData"), token.as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref());
    hmac::verify(&key, lines.as_bytes(), &hash).map_err(|_| BadInitData::Signature)
}

fn verify_signature(lines: &str, signature: &str, token: &str, key: &InitDataKey) -> Result<(), BadInitData> {
    let signature = URL_SAFE_NO_PAD.decode(signature.trim_end_matches('=')).map_err(|_| BadInitData::Signature)?;
    // What stands before the colon is the bot's id.
    let bot = token.split(':').next().unwrap_or_default();
    let message = format!("{bot}:WebAppData\n{lines}");
    let key = UnparsedPublicKey::new(&ED25519, key.0);
    key.verify(message.as_bytes(), &signature).map_err(|_| BadInitData::Signature)
}

/// So many bytes, written in hexadecimal digits.
fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    const TOKEN: &str = "7342037359:AAFZ-some_token";
    const USER: &str = r#"{"id":5000000001,"first_name":"Анна","username":"anna","language_code":"ru","photo":{}}"#;

    /// Data with both signatures, as Telegram sends it.
    fn signed(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        fields.sort();
        let message = format!("7342037359:WebAppData\n{}", lines(&fields, &[]));
        let signature = URL_SAFE_NO_PAD.encode(pair().sign(message.as_bytes()));
        fields.push(("signature".into(), signature));
        fields.sort();
        let secret = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"WebAppData"), TOKEN.as_bytes());
        let hash = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref()), lines(&fields, &[]).as_bytes());
        fields.push(("hash".into(), hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()));
        fields
    }

    fn pair() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
    }

    fn key() -> InitDataKey {
        InitDataKey(pair().public_key().as_ref().try_into().unwrap())
    }

    fn text(fields: &[(String, String)]) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    }

    fn right() -> Vec<(String, String)> {
        signed(&[("user", USER), ("auth_date", "1772366400"), ("query_id", "AAH"), ("start_param", "a=b")])
    }

    /// The right one with a field changed, or taken away.
    fn changed(field: &str, value: Option<&str>) -> Vec<(String, String)> {
        let mut fields = right();
        fields.retain(|(name, _)| name != field);
        fields.extend(value.map(|value| (field.to_owned(), value.to_owned())));
        fields
    }

    fn judged(fields: &[(String, String)]) -> Result<InitData, BadInitData> {
        verify(&text(fields), TOKEN, &key())
    }

    #[test]
    fn a_right_one_says_who_and_when() {
        let data = judged(&right()).unwrap();
        assert_eq!((data.user.id, data.auth_date), (5_000_000_001, 1_772_366_400));
        assert_eq!((data.user.first_name.as_str(), data.user.username.as_deref()), ("Анна", Some("anna")));
        assert!(!format!("{data:?}").contains("Анна"));
        // By the one signature as by the other, and in any order.
        let third = changed("hash", None);
        assert_eq!(judged(&third), Ok(data.clone()));
        assert_eq!(judged(&third.into_iter().rev().collect::<Vec<_>>()), Ok(data));
    }

    #[test]
    fn whatever_was_changed_is_refused() {
        let other = USER.replace("5000000001", "5000000002");
        for by_hash in [true, false] {
            for (field, value) in [
                ("user", Some(other.as_str())),
                ("auth_date", Some("1772366401")),
                ("query_id", None),
                ("more", Some("x")),
                ("query_id", Some("")),
            ] {
                let mut fields = changed(field, value);
                fields.retain(|(name, _)| by_hash || name != "hash");
                assert_eq!(judged(&fields), Err(BadInitData::Signature), "{field} {value:?}");
            }
        }
        for hash in ["", "00", &"0".repeat(64), &"я".repeat(32)] {
            // A right signature beside it changes nothing.
            assert_eq!(judged(&changed("hash", Some(hash))), Err(BadInitData::Signature), "{hash}");
        }
        let mut third = changed("hash", None);
        third.retain(|(name, _)| name != "signature");
        assert_eq!(judged(&third), Err(BadInitData::Unsigned));
        third.push(("signature".into(), "AAAA".into()));
        assert_eq!(judged(&third), Err(BadInitData::Signature));
    }

    #[test]
    fn another_token_or_key_is_not_this_one() {
        assert_eq!(verify(&text(&right()), "7342037359:AAFZ-other", &key()), Err(BadInitData::Signature));
        let third = text(&changed("hash", None));
        assert!(verify(&third, "7342037359:AAFZ-other", &key()).is_ok(), "only the bot's id is signed there");
        assert_eq!(verify(&third, "7342037358:AAFZ-some_token", &key()), Err(BadInitData::Signature));
        for name in ["production", "test"] {
            assert_eq!(verify(&third, TOKEN, &InitDataKey::parse(name).unwrap()), Err(BadInitData::Signature));
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let right = text(&right());
        assert_eq!(verify(&format!("{right}&user=x"), TOKEN, &key()), Err(BadInitData::Malformed));
        // Two fields made one: the lines would be the same.
        let folded = right.replace("&query_id=", "%0Aquery_id%3D");
        assert_ne!(folded, right);
        assert_eq!(verify(&folded, TOKEN, &key()), Err(BadInitData::Malformed));
        assert_eq!(
            verify(&format!("{right}&x={}", "y".repeat(MAX_INIT_DATA)), TOKEN, &key()),
            Err(BadInitData::TooLong)
        );
        assert_eq!(verify("", TOKEN, &key()), Err(BadInitData::Unsigned));
    }

    #[test]
    fn there_must_be_a_person_and_a_time() {
        for fields in [
            &[("auth_date", "1772366400")][..],
            &[("user", USER)],
            &[("user", USER), ("auth_date", "soon")],
            &[("user", "{}"), ("auth_date", "1")],
            &[("user", r#"{"id":"5"}"#), ("auth_date", "1")],
            &[("user", r#"{"id":-5}"#), ("auth_date", "1")],
            &[("user", r#"{"id":5,"is_bot":true}"#), ("auth_date", "1")],
        ] {
            assert_eq!(judged(&signed(fields)), Err(BadInitData::Nobody), "{fields:?}");
        }
    }

    #[test]
    fn a_key_is_named_or_written() {
        assert_ne!(InitDataKey::parse("production"), InitDataKey::parse("test"));
        assert_eq!(InitDataKey::parse(&PRODUCTION.to_uppercase()), InitDataKey::parse(" production "));
        for text in ["", "prod", &PRODUCTION[2..], &"g".repeat(64), &"я".repeat(32)] {
            assert_eq!(InitDataKey::parse(text), Err(BadInitDataKey), "{text}");
        }
    }
}
