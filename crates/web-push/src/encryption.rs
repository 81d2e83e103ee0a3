//! Encryption for one browser (RFC 8291) in one record of `aes128gcm` (RFC 8188): the push service reads nothing.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand,
};
use base64::{Engine as _, alphabet, engine};

/// The size of a record, which is all of the message: push services take no more than 4096 bytes.
const RECORD: u32 = 4096;
/// The longest message, in bytes: what a record leaves beside salt, record size, key, delimiter and tag.
pub const LONGEST: usize = RECORD as usize - 16 - 4 - 1 - POINT - 1 - 16;
/// An uncompressed point of P-256, in bytes.
const POINT: usize = 65;
/// The secret that is shared with the browser, in bytes.
const AUTH: usize = 16;

/// Browsers write base64url without padding; some libraries with it.
const BASE64: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::URL_SAFE,
    engine::GeneralPurposeConfig::new().with_decode_padding_mode(engine::DecodePaddingMode::Indifferent),
);

/// Why keys are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// `p256dh`
    #[error("must be a point of P-256, 65 bytes as base64url")]
    P256dh,
    /// `auth`
    #[error("must be 16 bytes as base64url")]
    Auth,
}

/// A browser's keys: `PushSubscription.getKey()`.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// `p256dh`: its public key, an uncompressed point of P-256.
    p256dh: [u8; POINT],
    /// `auth`: a secret shared with it.
    auth: [u8; AUTH],
}

impl Keys {
    /// The keys as they come in `PushSubscription.toJSON()`: base64url.
    ///
    /// # Errors
    ///
    /// Which of them is none.
    pub fn parse(p256dh: &str, auth: &str) -> Result<Self, KeysError> {
        let p256dh = BASE64.decode(p256dh).map_err(|_| KeysError::P256dh)?;
        let auth = BASE64.decode(auth).map_err(|_| KeysError::Auth)?;
        Self::new(&p256dh, &auth)
    }

    /// The keys as bytes.
    ///
    /// # Errors
    ///
    /// Which of them is none.
    pub fn new(p256dh: &[u8], auth: &[u8]) -> Result<Self, KeysError> {
        let keys = Self {
            p256dh: p256dh.try_into().map_err(|_| KeysError::P256dh)?,
            auth: auth.try_into().map_err(|_| KeysError::Auth)?,
        };
        // Only a point of the curve can be agreed with.
        let own = PrivateKey::generate(&ECDH_P256).map_err(|_| KeysError::P256dh)?;
        agree(&own, UnparsedPublicKey::new(&ECDH_P256, keys.p256dh), KeysError::P256dh, |_| Ok(()))?;
        Ok(keys)
    }

    /// `p256dh`, as bytes.
    pub fn p256dh(&self) -> &[u8] {
        &self.p256dh
    }

    /// `auth`, as bytes.
    pub fn auth(&self) -> &[u8] {
        &self.auth
    }

    /// Encrypts up to [`LONGEST`] bytes, by a key pair and a salt made for this message alone.
    pub(crate) fn encrypt(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut salt = [0; 16];
        rand::fill(&mut salt)?;
        self.encrypt_by(&PrivateKey::generate(&ECDH_P256)?, &salt, message)
    }

    fn encrypt_by(&self, own: &PrivateKey, salt: &[u8; 16], message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        if message.len() > LONGEST {
            return Err(Unspecified);
        }
        let public = own.compute_public_key()?;
        let peer = UnparsedPublicKey::new(&ECDH_P256, self.p256dh);
        // RFC 8291, 3.4: the secret of both, with what the browser alone gave us.
        let shared = agree(own, peer, Unspecified, |secret| Ok(Salt::new(HKDF_SHA256, &self.auth).extract(secret)))?;
        let input: [u8; 32] = expand(&shared, &[b"WebPush: info\0", &self.p256dh, public.as_ref()])?;
        // RFC 8188, 2.2 and 2.3.
        let keying = Salt::new(HKDF_SHA256, salt).extract(&input);
        let key: [u8; 16] = expand(&keying, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce: [u8; 12] = expand(&keying, &[b"Content-Encoding: nonce\0"])?;
        // The delimiter of the last record, without further padding.
        let mut record = [message, &[2]].concat();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
        // RFC 8188, 2.1: salt, record size, the key's length, the key.
        Ok([&salt[..], &RECORD.to_be_bytes(), &[POINT as u8], public.as_ref(), &record].concat())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// So many bytes.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut bytes = [0; N];
    from.expand(info, Bytes(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use rstest::rstest;

    use super::*;

    const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let own = PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let message = b"When I grow up, I want to be a watermelon";
        let encrypted = Keys::parse(P256DH, AUTH).unwrap().encrypt_by(&own.unwrap(), &salt, message).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(encrypted),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A\
             _yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn the_longest_message_fills_the_record() {
        let keys = Keys::parse(P256DH, AUTH).unwrap();
        assert_eq!(keys.encrypt(&[0; LONGEST]).unwrap().len(), 4096);
        assert!(keys.encrypt(&[0; LONGEST + 1]).is_err());
        assert_ne!(keys.encrypt(b"same").unwrap(), keys.encrypt(b"same").unwrap());
    }

    #[rstest]
    #[case::none("", AUTH, KeysError::P256dh)]
    #[case::no_base64("!", AUTH, KeysError::P256dh)]
    #[case::short("BCVxsr7N", AUTH, KeysError::P256dh)]
    #[case::off_the_curve(&P256DH.replace("CVx", "CVy"), AUTH, KeysError::P256dh)]
    #[case::compressed("AyVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx", AUTH, KeysError::P256dh)]
    #[case::no_secret(P256DH, "", KeysError::Auth)]
    #[case::short_secret(P256DH, "BTBZ", KeysError::Auth)]
    fn what_are_no_keys_is_refused(#[case] p256dh: &str, #[case] auth: &str, #[case] error: KeysError) {
        assert_eq!(Keys::parse(p256dh, auth), Err(error));
    }

    #[test]
    fn padding_is_as_good_as_none() {
        assert_eq!(Keys::parse(&format!("{P256DH}="), &format!("{AUTH}==")), Keys::parse(P256DH, AUTH));
    }
}
