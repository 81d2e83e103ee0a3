//! The calls of the Play Developer API that concern subscriptions.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::{
    Client, Method, Url,
    header::{ACCEPT, CONTENT_TYPE},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    access::Access,
    answer,
    config::PlayConfig,
    error::{ConfigError, Doubt, Error, clean},
    http::{self, Broken, Head},
    subscription::Subscription,
};

/// The longest purchase token that is asked about, in bytes. Google says that one may have 1950 characters.
pub const MAX_PURCHASE_TOKEN: usize = 4096;

/// The longest id of a product that is asked about, in bytes. Google's have up to 40 characters.
const MAX_PRODUCT_ID: usize = 256;

/// An app in Google Play. Cheap to clone; clones share their connections and their access token.
#[derive(Clone)]
pub struct Play(Arc<Inner>);

struct Inner {
    http: Client,
    url: Url,
    /// Of the URL, up to `/purchases`.
    path: String,
    call: Duration,
    access: Access,
}

/// One call.
struct Request<'a> {
    /// For errors.
    method: &'static str,
    purchase_token: &'a str,
    /// Below `/purchases`, encoded.
    path: String,
    /// `None` of a question.
    body: Option<&'static str>,
}

impl Play {
    /// Checks the configuration; connects to nothing.
    ///
    /// A proxy from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) is used for every host but this machine
    /// itself. Redirects are not followed: a token goes only where it was meant for.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn new(config: &PlayConfig) -> Result<Self, ConfigError> {
        let (url, package) = (config.url()?, config.package()?);
        let account = config.service_account.clone();
        let http = http::client(&url, config.connect)?;
        // Making a client is slow, so there is a second one only where it is another.
        let token_http = if http::is_local(&url) == http::is_local(account.token_uri()) {
            http.clone()
        } else {
            http::client(account.token_uri(), config.connect)?
        };
        let base = url.path().trim_end_matches('/');
        let path = format!("{base}/androidpublisher/v3/applications/{package}/purchases");
        let access = Access::new(token_http, account, config.call);
        Ok(Self(Arc::new(Inner { http, url, path, call: config.call, access })))
    }

    /// `purchases.subscriptionsv2.get`: the subscription as it is now. After a notification, and whatever a device says,
    /// this is the truth.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn subscription(&self, now: Timestamp, purchase_token: &str) -> Result<Subscription, Error> {
        const METHOD: &str = "subscriptionsv2.get";
        let path = format!("subscriptionsv2/tokens/{}", token_segment(purchase_token)?);
        let body = self.ask(now, Request { method: METHOD, purchase_token, path, body: None }).await?;
        let unreadable =
            || Error::Unknown { doubt: Doubt::Unreadable, message: format!("{METHOD}: no subscription in it") };
        String::from_utf8(body).ok().and_then(Subscription::read).ok_or_else(unreadable)
    }

    /// `purchases.subscriptions.acknowledge`: the purchase has arrived. Google gives the money of a new one back that is
    /// not acknowledged within three days; renewals need it not. It may be repeated.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn acknowledge(&self, now: Timestamp, product_id: &str, purchase_token: &str) -> Result<(), Error> {
        let product = Some(product_id).filter(|id| id.len() <= MAX_PRODUCT_ID).and_then(http::segment);
        let product = product.ok_or(Error::BadArgument("the product's id is empty or too long"))?;
        let path = format!("subscriptions/{product}/tokens/{}:acknowledge", token_segment(purchase_token)?);
        self.act(now, Request { method: "subscriptions.acknowledge", purchase_token, path, body: Some("{}") }).await
    }

    /// `purchases.subscriptionsv2.cancel`, as the person wishes: there is no further renewal, and what was paid for
    /// remains until its end. They may restore it in Google Play meanwhile. One that does not renew is refused.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn cancel(&self, now: Timestamp, purchase_token: &str) -> Result<(), Error> {
        const BODY: &str = r#"{"cancellationContext":{"cancellationType":"USER_REQUESTED_STOP_RENEWALS"}}"#;
        let path = format!("subscriptionsv2/tokens/{}:cancel", token_segment(purchase_token)?);
        self.act(now, Request { method: "subscriptionsv2.cancel", purchase_token, path, body: Some(BODY) }).await
    }

    /// `purchases.subscriptionsv2.revoke`: ends it at once, and gives the whole of the latest payment back.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn revoke(&self, now: Timestamp, purchase_token: &str) -> Result<(), Error> {
        const BODY: &str = r#"{"revocationContext":{"fullRefund":{}}}"#;
        let path = format!("subscriptionsv2/tokens/{}:revoke", token_segment(purchase_token)?);
        self.act(now, Request { method: "subscriptionsv2.revoke", purchase_token, path, body: Some(BODY) }).await
    }

    /// A call whose result is of no interest.
    async fn act(&self, now: Timestamp, request: Request<'_>) -> Result<(), Error> {
        self.ask(now, request).await.map(|_| ())
    }

    /// Makes a call; once more with a new access token if the one it had was refused. The body of a success.
    async fn ask(&self, now: Timestamp, request: Request<'_>) -> Result<Vec<u8>, Error> {
        let refused = self.0.access.token(now).await?;
        let (head, body) = self.send(&request, &refused).await?;
        if head.status != 401 {
            return request.read(&refused, head, body);
        }
        self.0.access.drop_token(&refused).await;
        let token = self.0.access.token(now).await?;
        let (head, body) = self.send(&request, &token).await?;
        request.read(&token, head, body)
    }

    async fn send(&self, request: &Request<'_>, token: &SecretString) -> Result<(Head, Vec<u8>), Error> {
        let mut url = self.0.url.clone();
        url.set_path(&format!("{}/{}", self.0.path, request.path));
        let method = if request.body.is_some() { Method::POST } else { Method::GET };
        let mut sent = self.0.http.request(method, url).timeout(self.0.call).header(ACCEPT, "application/json");
        sent = sent.bearer_auth(token.expose_secret());
        if let Some(body) = request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(Bytes::from_static(body.as_bytes()));
        }
        // Boxed, as its state is large.
        let answer = match Box::pin(sent.send()).await {
            Ok(response) => http::read(response).await,
            Err(error) => Err(http::unsent(error)),
        };
        answer.map_err(|broken| match broken {
            Broken::Unsent(message) => Error::NotSent { message: request.clean(token, &message) },
            Broken::Lost(doubt, message) => Error::Unknown { doubt, message: request.clean(token, &message) },
        })
    }
}

/// The server without credentials and path, and no token.
impl fmt::Debug for Play {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.0.url.origin().ascii_serialization();
        f.debug_struct("Play").field("server", &origin).finish_non_exhaustive()
    }
}

impl Request<'_> {
    fn read(&self, token: &SecretString, head: Head, body: Vec<u8>) -> Result<Vec<u8>, Error> {
        if (200..300).contains(&head.status) {
            return Ok(body);
        }
        let encoded = http::segment(self.purchase_token).unwrap_or_default();
        let secrets = [token.expose_secret(), self.purchase_token, encoded.as_str()];
        Err(answer::failure(self.method, head, &body, &secrets))
    }

    fn clean(&self, token: &SecretString, message: &str) -> String {
        clean(&format!("{}: {message}", self.method), &[token.expose_secret(), self.purchase_token])
    }
}

/// A purchase token in a path. Devices send them, so anything may come.
fn token_segment(purchase_token: &str) -> Result<String, Error> {
    let token = Some(purchase_token).filter(|token| token.len() <= MAX_PURCHASE_TOKEN).and_then(http::segment);
    token.ok_or(Error::BadArgument("the purchase token is empty or too long"))
}
