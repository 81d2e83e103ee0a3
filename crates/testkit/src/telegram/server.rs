//! The HTTP side: connections, the faults around a call, and the long poll.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout_at},
};

use super::{
    call::{Call, Violation},
    faults::Fault,
    methods::{self, Done, Outcome, Refusal},
    request::Request,
    state::{Shared, TOKEN},
};

/// The longest poll, whatever the bot asks for.
const LONGEST_POLL: Duration = Duration::from_secs(50);

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

async fn respond(request: axum::http::Request<Incoming>, shared: Arc<Shared>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.map_err(io::Error::other)?;
    let request = match Request::read(&head, &body) {
        None => return answer(&Err(Refusal::unknown_method())),
        Some(Ok(request)) if request.token != TOKEN => return answer(&Err(Refusal::new(401, "Unauthorized"))),
        Some(Ok(request)) => request,
        Some(Err(description)) => {
            let method = head.uri.path().rsplit('/').next().unwrap_or_default().into();
            let violation = Violation { method, description, params: Default::default() };
            let refusal = Refusal::new(400, violation.description.clone());
            shared.lock().violations.push(violation);
            return answer(&Err(refusal));
        }
    };
    let (fault, silence) = {
        let mut state = shared.lock();
        (state.faults.draw(&request.method), state.faults.silence)
    };
    match &fault {
        Some(fault) if !fault.acts() => {
            note(&shared, &request, fault.clone());
            spoil(fault, silence).await
        }
        Some(fault) => {
            // Nobody hears how it went.
            drop(carry_out(&shared, &request, Some(fault)).await);
            spoil(fault, silence).await
        }
        None => {
            let (outcome, sent) = carry_out(&shared, &request, None).await;
            if let Some(sending) = sent {
                shared.lock().tell(sending);
            }
            answer(&outcome)
        }
    }
}

/// Does what the call asks for, and writes it down.
async fn carry_out(shared: &Shared, request: &Request, fault: Option<&Fault>) -> (Outcome, Option<usize>) {
    let at = Instant::now();
    let Done { mut outcome, violation, sent } = methods::perform(&mut shared.lock(), request);
    if request.method == "getUpdates" && outcome.is_ok() {
        outcome = poll(shared, &request.params).await;
    }
    let (code, description) = match &outcome {
        Ok(_) => (200, String::new()),
        Err(refusal) => (refusal.code, refusal.description.clone()),
    };
    let Request { method, params, .. } = request.clone();
    let mut state = shared.lock();
    if violation {
        let (method, description, params) = (method.clone(), description.clone(), params.clone());
        state.violations.push(Violation { method, description, params });
    }
    state.record(Call { method, params, code, description, at, fault: fault.cloned() });
    (outcome, sent)
}

/// Writes down a call that is not carried out.
fn note(shared: &Shared, request: &Request, fault: Fault) {
    let Request { method, params, .. } = request.clone();
    let (code, description) = match &fault {
        Fault::TooMany(_) => (429, "Too Many Requests".into()),
        Fault::Status(status) => (*status, String::new()),
        Fault::Refused(code, description) => (*code, description.clone()),
        _ => (0, String::new()),
    };
    let call = Call { method, params, code, description, at: Instant::now(), fault: Some(fault) };
    shared.lock().record(call);
}

/// What the bot gets in place of an answer.
async fn spoil(fault: &Fault, silence: Option<Duration>) -> io::Result<Response<Body>> {
    let broken = || io::Error::from(io::ErrorKind::ConnectionAborted);
    match fault {
        Fault::TooMany(seconds) => answer(&Err(Refusal::too_many(*seconds))),
        Fault::Refused(code, description) => answer(&Err(Refusal::new(*code, description.clone()))),
        Fault::Status(status) | Fault::StatusAfter(status) => page(
            *status,
            "text/html",
            format!(
                "<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center><hr>nginx</body></html>"
            ),
        ),
        Fault::Garbage => page(200, "application/json", "{\"ok\":true,\"resu".into()),
        Fault::ClosedBefore | Fault::ClosedAfter => Err(broken()),
        Fault::HangBefore | Fault::HangAfter => match silence {
            Some(silence) => {
                sleep(silence).await;
                Err(broken())
            }
            None => std::future::pending().await,
        },
    }
}

/// "Making requests": `ok`, and `result` or `error_code`, `description` and `parameters`.
fn answer(outcome: &Outcome) -> io::Result<Response<Body>> {
    let (code, body) = match outcome {
        Ok(result) => (200, json!({"ok": true, "result": result})),
        Err(Refusal { code, description, retry_after }) => {
            let mut body = json!({"ok": false, "error_code": code, "description": description});
            if let Some(seconds) = retry_after {
                body["parameters"] = json!({"retry_after": seconds});
            }
            (*code, body)
        }
    };
    page(code, "application/json", body.to_string())
}

fn page(status: u16, kind: &'static str, body: String) -> io::Result<Response<Body>> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).map_err(io::Error::other)?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// "getUpdates": waits for updates. A newer poll, or a webhook, ends it.
async fn poll(shared: &Shared, params: &serde_json::Map<String, Value>) -> Outcome {
    let number = |name: &str| params.get(name).and_then(Value::as_i64);
    let limit = number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100);
    let timeout = Duration::from_secs(number("timeout").and_then(|seconds| seconds.try_into().ok()).unwrap_or(0));
    let deadline = tokio::time::Instant::now() + timeout.min(LONGEST_POLL);
    let (poll, mut changes) = {
        let mut state = shared.lock();
        state.updates.allow(params.get("allowed_updates"));
        (state.updates.begin_poll(number("offset")), state.updates.subscribe())
    };
    loop {
        changes.mark_unchanged();
        {
            let mut state = shared.lock();
            if !state.updates.is_newest(poll) {
                return Err(Refusal::conflict(match state.updates.webhook {
                    Some(_) => "terminated by setWebhook request",
                    None => "terminated by other getUpdates request; make sure that only one bot instance is running",
                }));
            }
            let batch = state.updates.batch(limit);
            if !batch.is_empty() || tokio::time::Instant::now() >= deadline {
                return Ok(batch.into());
            }
        }
        // Whether it was a change or the deadline is seen above.
        let _ = timeout_at(deadline, changes.changed()).await;
    }
}
