//! The HTTP side: connections, and the faults around a request.

use std::{io, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{
        Method, Response,
        header::{AUTHORIZATION, LOCATION, RETRY_AFTER},
        request::Parts,
    },
};
use bytes::Bytes;
use futures_util::stream;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{
    call::Call,
    faults::{Fault, Operation},
    oauth,
    play::Request,
    reply::Reply,
    sign_in,
    state::Shared,
};

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((socket, _)) = accepted {
                connections.spawn(serve(socket, Arc::clone(&shared)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection; that it breaks off is part of the play.
async fn serve(socket: TcpStream, shared: Arc<Shared>) {
    let _ = socket.set_nodelay(true);
    let service = service_fn(|request| respond(request, Arc::clone(&shared)));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

/// Where a request goes.
enum Target {
    Token,
    Keys,
    SignIn,
    Play(Request),
}

impl Target {
    fn of(head: &Parts) -> Option<Self> {
        match (&head.method, head.uri.path()) {
            (&Method::POST, "/token") => Some(Self::Token),
            (&Method::GET, "/oauth2/v3/certs") => Some(Self::Keys),
            (&Method::GET, "/o/oauth2/v2/auth") => Some(Self::SignIn),
            _ => Request::read(head).map(Self::Play),
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Token => Operation::Token,
            Self::Keys => Operation::Keys,
            Self::SignIn => Operation::SignIn,
            Self::Play(request) => request.operation,
        }
    }

    /// Does what is asked for, and writes it down.
    fn carry_out(&self, shared: &Shared, head: &Parts, body: &Bytes, fault: Option<&Fault>) -> Reply {
        match self {
            Self::Token => oauth::token(shared, head, body),
            Self::Keys => oauth::keys(&mut shared.lock()),
            Self::SignIn => sign_in::authorize(shared, head),
            Self::Play(request) => {
                let mut state = shared.lock();
                let reply = request.perform(&mut state, head, body);
                state.calls.push(request.call(body, reply.status, fault));
                reply
            }
        }
    }

    /// Writes down what is not carried out.
    fn note(&self, shared: &Shared, body: &Bytes, fault: &Fault) {
        let mut state = shared.lock();
        match self {
            Self::Token => {
                let fields = form_urlencoded::parse(body).into_owned();
                let assertion = fields.filter(|(name, _)| name == "assertion").map(|(_, value)| value).next();
                state.assertions.push(assertion.unwrap_or_default());
            }
            Self::Keys => state.key_fetches += 1,
            Self::SignIn => {}
            Self::Play(request) => {
                let status = match fault {
                    Fault::Status(status) | Fault::Echo(status) => *status,
                    Fault::Refused(status, ..) | Fault::Json(status, _) => *status,
                    Fault::TooMany(_) => 429,
                    Fault::Redirect(_) => 307,
                    _ => 0,
                };
                state.calls.push(request.call(body, status, Some(fault)));
            }
        }
    }
}

impl Target {
    /// An error that repeats all that was sent, as it came and as it was meant.
    fn echo(&self, status: u16, head: &Parts, body: &Bytes) -> Reply {
        let meant = if let Self::Play(request) = self { request.token.as_str() } else { "" };
        let header = |name| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let authorization = header(AUTHORIZATION).unwrap_or_default();
        let sent = format!("{meant} {} {authorization} {}", head.uri, String::from_utf8_lossy(body));
        match self {
            Self::Token => Reply::json(status, &json!({"error": sent, "error_description": sent})),
            _ => Reply::error(status, &sent, &sent),
        }
    }
}

impl Request {
    fn call(&self, body: &Bytes, status: u16, fault: Option<&Fault>) -> Call {
        Call {
            operation: self.operation,
            purchase_token: self.token.clone(),
            product_id: self.product.clone(),
            body: serde_json::from_slice(body).unwrap_or(Value::Null),
            status,
            fault: fault.cloned(),
        }
    }
}

async fn respond(request: axum::http::Request<Incoming>, shared: Arc<Shared>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.map_err(io::Error::other)?;
    let Some(target) = Target::of(&head) else {
        shared.lock().violations.push(format!("there is no {} {}", head.method, head.uri));
        return Reply::page(404).response();
    };
    let fault = shared.lock().faults.draw(target.operation());
    match &fault {
        Some(fault @ Fault::Echo(status)) => {
            target.note(&shared, &body, fault);
            target.echo(*status, &head, &body).response()
        }
        Some(fault) if !fault.acts() => {
            target.note(&shared, &body, fault);
            spoil(fault, String::new()).await
        }
        Some(fault) => {
            let reply = target.carry_out(&shared, &head, &body, Some(fault));
            spoil(fault, reply.body).await
        }
        None => target.carry_out(&shared, &head, &body, None).response(),
    }
}

/// What comes in place of an answer.
async fn spoil(fault: &Fault, answer: String) -> io::Result<Response<Body>> {
    let broken = || io::Error::from(io::ErrorKind::ConnectionAborted);
    let json = |status, body| Reply::text(status, "application/json; charset=UTF-8", body).response();
    match fault {
        Fault::Status(status) | Fault::StatusAfter(status) => Reply::page(*status).response(),
        Fault::TooMany(seconds) => {
            let reply = Reply::error(429, "rateLimitExceeded", "Quota exceeded.");
            reply.header(RETRY_AFTER, seconds.to_string()).response()
        }
        Fault::Refused(status, reason, message) => Reply::error(*status, reason, message).response(),
        Fault::Json(status, body) => json(*status, body.clone()),
        Fault::Redirect(url) => Reply::page(307).header(LOCATION, url.clone()).response(),
        Fault::ClosedBefore | Fault::ClosedAfter => Err(broken()),
        Fault::CutAfter => {
            // One byte at least, so that a head comes; and never the whole.
            let half = Bytes::from(answer.get(..answer.len() / 2).unwrap_or_default().to_owned() + "{");
            Ok(Response::new(Body::from_stream(stream::iter([Ok(half), Err(broken())]))))
        }
        Fault::HangBefore | Fault::HangAfter => std::future::pending().await,
        Fault::Echo(status) => Reply::page(*status).response(),
        Fault::Garbage => json(200, "{\"kind\":\"androidpub".into()),
        Fault::Huge => json(200, " ".repeat(2_000_000)),
    }
}
