//! A fake push service and the browsers that are subscribed at it: a real server on loopback that takes messages
//! (RFC 8030), checks who sends them (RFC 8292) and decrypts them as a browser does (RFC 8291).
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use testkit::push::FakePush;
//!
//! let push = FakePush::start().await?;
//! let browser = push.browser(); // subscription() goes to the service
//! push.next(503);               // the next message is not taken
//! let told = browser.told();    // what has come since, decrypted
//! # Ok(()) }
//! ```

#![expect(clippy::expect_used, clippy::panic, reason = "a message that no browser could read fails the test")]

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
};

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

/// The server. It stops when it is dropped.
pub struct FakePush {
    origin: String,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

struct Shared {
    /// What messages are answered otherwise.
    always: AtomicU16,
    /// What the next messages are answered.
    next: Mutex<VecDeque<u16>>,
    /// Messages as they came, those that were not taken too.
    received: Mutex<Vec<Received>>,
}

#[derive(Clone)]
struct Received {
    browser: String,
    headers: HeaderMap,
    body: Bytes,
    status: u16,
}

/// A browser that is subscribed.
#[derive(Clone)]
pub struct Browser {
    id: String,
    origin: String,
    private: Arc<PrivateKey>,
    auth: [u8; 16],
    shared: Arc<Shared>,
}

/// What a browser was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The message.
    pub body: Value,
    /// For how many seconds the push service was to keep it.
    pub ttl: u64,
    /// How soon it was to be shown.
    pub urgency: String,
    /// What it replaces.
    pub topic: String,
    /// The public key of whoever sent it.
    pub key: String,
    /// Whom to turn to.
    pub subject: Option<String>,
}

impl FakePush {
    /// A server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When no port can be bound.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let always = AtomicU16::new(201);
        let shared = Arc::new(Shared { always, next: Mutex::default(), received: Mutex::default() });
        let router = Router::new().route("/push/{browser}", post(take)).with_state(shared.clone());
        let mut serving = JoinSet::new();
        // It ends with the test.
        serving.spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self { origin, shared, _serving: serving })
    }

    /// A browser that subscribes.
    pub fn browser(&self) -> Browser {
        Browser {
            id: URL_SAFE_NO_PAD.encode(random()),
            origin: self.origin.clone(),
            private: Arc::new(PrivateKey::generate(&ECDH_P256).expect("a key can be made")),
            auth: random(),
            shared: self.shared.clone(),
        }
    }

    /// Answers the next message with this status, after those already queued.
    pub fn next(&self, status: u16) {
        lock(&self.shared.next).push_back(status);
    }

    /// Answers all messages with this status from now on, but for those already queued.
    pub fn always(&self, status: u16) {
        self.shared.always.store(status, Ordering::Relaxed);
    }

    /// How many messages came, those that were not taken too.
    pub fn count(&self) -> usize {
        lock(&self.shared.received).len()
    }
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).expect("there is randomness");
    bytes
}

async fn take(
    State(shared): State<Arc<Shared>>,
    Path(browser): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let queued = lock(&shared.next).pop_front();
    let status = queued.unwrap_or_else(|| shared.always.load(Ordering::Relaxed));
    lock(&shared.received).push(Received { browser, headers, body, status });
    StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT).into_response()
}

impl Browser {
    /// Where it is told.
    pub fn endpoint(&self) -> String {
        format!("{}/push/{}", self.origin, self.id)
    }

    /// `PushSubscription.toJSON()`.
    pub fn subscription(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let keys = json!({"p256dh": text(&self.public()), "auth": text(&self.auth)});
        json!({"endpoint": self.endpoint(), "expirationTime": null, "keys": keys})
    }

    fn public(&self) -> Vec<u8> {
        self.private.compute_public_key().expect("it has a public key").as_ref().to_vec()
    }

    /// What it was told so far: the messages that the push service took.
    ///
    /// # Panics
    ///
    /// When a message is not one that a browser takes: not signed for this push service, or not for this browser.
    pub fn told(&self) -> Vec<Told> {
        let received = lock(&self.shared.received).clone();
        let own = received.iter().filter(|message| message.browser == self.id && message.status < 300);
        own.map(|message| self.read(message)).collect()
    }

    fn read(&self, message: &Received) -> Told {
        let header = |name: &str| {
            let value = message.headers.get(name).unwrap_or_else(|| panic!("a message has {name}"));
            value.to_str().expect("a header is text").to_owned()
        };
        assert_eq!(header("content-encoding"), "aes128gcm");
        let (key, subject) = self.sender(&header("authorization"));
        let body = self.decrypt(&message.body).expect("the message is for this browser");
        Told {
            body: serde_json::from_slice(&body).expect("the message is JSON"),
            ttl: header("ttl").parse().expect("a number of seconds"),
            urgency: header("urgency"),
            topic: header("topic"),
            key,
            subject,
        }
    }

    /// RFC 8292: who sends, by a token that is signed for this push service and ends within a day.
    fn sender(&self, authorization: &str) -> (String, Option<String>) {
        let parameters = authorization.strip_prefix("vapid ").expect("the scheme is vapid");
        let find = |name: &str| {
            let mut parts = parameters.split(',').filter_map(|part| part.trim().split_once('='));
            parts.find(|(found, _)| *found == name).expect("t and k are there").1
        };
        let (token, key) = (find("t"), find("k"));
        let point = URL_SAFE_NO_PAD.decode(key).expect("k is base64url");
        assert_eq!((point.len(), point[0]), (65, 4), "k is an uncompressed point");
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[&self.origin]);
        validation.set_required_spec_claims(&["aud", "exp"]);
        let verified = DecodingKey::from_ec_components(&x, &y)
            .and_then(|decoding| jsonwebtoken::decode::<Value>(token, &decoding, &validation));
        let claims = verified.expect("the token is signed for this push service").claims;
        let left = claims["exp"].as_u64().expect("a time").saturating_sub(jsonwebtoken::get_current_timestamp());
        assert!(left <= 86_400, "a token ends within a day: {left}");
        (key.to_owned(), claims["sub"].as_str().map(str::to_owned))
    }

    /// RFC 8291 and the one record of RFC 8188.
    fn decrypt(&self, body: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let (salt, rest) = body.split_at_checked(16).ok_or(Unspecified)?;
        let (head, rest) = rest.split_at_checked(5).ok_or(Unspecified)?;
        assert_eq!((head, body.len() <= 4096), (&[0, 0, 16, 0, 65][..], true), "one record of 4096 bytes");
        let (sender, record) = rest.split_at_checked(65).ok_or(Unspecified)?;
        let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
        let shared =
            agree(&self.private, peer, Unspecified, |secret| Ok(Salt::new(HKDF_SHA256, &self.auth).extract(secret)))?;
        let input: [u8; 32] = expand(&shared, &[b"WebPush: info\0", &self.public(), sender])?;
        let keying = Salt::new(HKDF_SHA256, salt).extract(&input);
        let key: [u8; 16] = expand(&keying, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce: [u8; 12] = expand(&keying, &[b"Content-Encoding: nonce\0"])?;
        let mut record = record.to_vec();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
        let plain = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
        let end = plain.iter().rposition(|byte| *byte != 0).ok_or(Unspecified)?;
        assert_eq!(plain[end], 2, "the delimiter of the last record");
        Ok(plain[..end].to_vec())
    }
}

/// So many bytes.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut bytes = [0; N];
    from.expand(info, Length(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
