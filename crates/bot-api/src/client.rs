//! One call: its request, its limits, and what is made of its answer.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    RequestBuilder, Response, Url,
    header::{CONTENT_TYPE, RETRY_AFTER},
    multipart::Form,
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    answer::{self, Head},
    config::Config,
    error::{ConfigError, Doubt, Error, chain, clean},
    init_data::{self, BadInitData, InitData, InitDataKey},
};

/// The largest answer, in bytes: a hundred updates are less.
const LARGEST: usize = 16 * 1024 * 1024;

/// Longer than this, an idle connection is not used again: the other end might be closing it just
/// then, and a request lost in that moment is one of which nothing is known. (nginx: 75 s.)
const IDLE: Duration = Duration::from_secs(50);

/// A bot at a server of the Bot API. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    url: Url,
    token: SecretString,
    call: Duration,
    upload: Duration,
}

impl Client {
    /// Checks the configuration; connects to nothing.
    ///
    /// A proxy from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) is used for every
    /// host but this machine itself. Redirects are not followed: the token goes only where it was
    /// meant for.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let (url, token) = (config.url()?, config.token()?);
        let builder = reqwest::Client::builder()
            .user_agent(concat!("beseda/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.connect)
            .pool_idle_timeout(IDLE)
            .redirect(redirect::Policy::none())
            .referer(false)
            .tcp_nodelay(true);
        let http = if is_local(&url) { builder.no_proxy().build() } else { builder.build() };
        let http = http.map_err(ConfigError::Client)?;
        Ok(Self(Arc::new(Inner { http, url, token, call: config.call, upload: config.upload })))
    }

    /// Calls any method; the parameters go as JSON. The methods that the service uses have
    /// functions of their own.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn call<P, R>(&self, method: &str, params: &P) -> Result<R, Error>
    where
        P: Serialize + Sync + ?Sized,
        R: DeserializeOwned,
    {
        self.call_within(self.0.call, method, params).await
    }

    /// The same, with another limit for the whole call. Shorter than the one for connecting, it
    /// makes an [`Error::Unknown`] of what would be [`Error::NotSent`]. A call that is dropped
    /// before its end may have acted.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn call_within<P, R>(&self, limit: Duration, method: &str, params: &P) -> Result<R, Error>
    where
        P: Serialize + Sync + ?Sized,
        R: DeserializeOwned,
    {
        // Nothing that this crate sends can fail to be written as JSON; a caller's own type might.
        let body =
            serde_json::to_vec(params).map_err(|error| self.not_sent(method, &format!("the parameters: {error}")))?;
        let request = self.post(method, limit).header(CONTENT_TYPE, "application/json").body(Bytes::from(body));
        self.send(method, request).await
    }

    /// Who has opened the bot's Mini App, by the `initData` that it was given; `key` is Telegram's public key, by
    /// which data without a `hash` is judged. Connects to nothing.
    ///
    /// # Errors
    ///
    /// See [`BadInitData`].
    pub fn verify_init_data(&self, init_data: &str, key: &InitDataKey) -> Result<InitData, BadInitData> {
        init_data::verify(init_data, self.token(), key)
    }

    /// Calls a method with a file among its parameters.
    pub(crate) async fn upload<R: DeserializeOwned>(&self, method: &str, form: Form) -> Result<R, Error> {
        self.send(method, self.post(method, self.0.upload).multipart(form)).await
    }

    /// The only place where the token becomes part of anything.
    fn post(&self, method: &str, limit: Duration) -> RequestBuilder {
        let mut url = self.0.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&format!("bot{}", self.token())).push(method);
        }
        self.0.http.post(url).timeout(limit)
    }

    // Boxed, as it is awaited in many places and its state is large.
    fn send<R: DeserializeOwned>(
        &self,
        method: &str,
        request: RequestBuilder,
    ) -> impl Future<Output = Result<R, Error>> + Send {
        let sent = Box::pin(request.send());
        async move {
            let response = sent.await.map_err(|error| self.unsent(method, error))?;
            let head = head(&response);
            match body(response).await {
                Ok(body) => answer::read(method, self.token(), &head, &body),
                // An error's status says enough.
                Err(_) if head.status >= 400 => Err(answer::of_status(method, &head)),
                Err(Broken::TooLarge) => Err(self.unknown(Doubt::TooLarge, method, "more than 16 MiB")),
                Err(Broken::Transport(error)) => Err(self.lost(method, error)),
            }
        }
    }

    /// An error before the head of the answer came.
    fn unsent(&self, method: &str, error: reqwest::Error) -> Error {
        if error.is_connect() || error.is_builder() {
            return self.not_sent(method, &chain(error));
        }
        self.lost(method, error)
    }

    fn lost(&self, method: &str, error: reqwest::Error) -> Error {
        let doubt = if error.is_timeout() { Doubt::Timeout } else { Doubt::Cut };
        self.unknown(doubt, method, &chain(error))
    }

    fn not_sent(&self, method: &str, message: &str) -> Error {
        Error::NotSent { message: clean(&format!("{method}: {message}"), self.token()) }
    }

    fn unknown(&self, doubt: Doubt, method: &str, message: &str) -> Error {
        Error::Unknown { doubt, message: clean(&format!("{method}: {message}"), self.token()) }
    }

    fn token(&self) -> &str {
        self.0.token.expose_secret()
    }
}

/// The server without credentials and path, and no token.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.0.url.origin().ascii_serialization();
        f.debug_struct("Client").field("server", &origin).finish_non_exhaustive()
    }
}

/// Why a body is not whole.
enum Broken {
    TooLarge,
    Transport(reqwest::Error),
}

fn head(response: &Response) -> Head {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Head { status: response.status().as_u16(), retry_after }
}

async fn body(mut response: Response) -> Result<Vec<u8>, Broken> {
    // Telegram tells the length: then nothing is copied twice.
    let length = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if length > LARGEST {
        return Err(Broken::TooLarge);
    }
    let mut body = Vec::with_capacity(length.min(1024 * 1024));
    while let Some(chunk) = response.chunk().await.map_err(Broken::Transport)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}
