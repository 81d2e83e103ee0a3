//! A fake model: a real server on loopback that speaks OpenAI's chat completions, and every quirk
//! and fault of the servers that say they do.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use testkit::model::{Behaviour, FakeModel};
//!
//! let model = FakeModel::start().await?;
//! model.next(Behaviour::error(503, r#"{"error":{"message":"overloaded"}}"#)); // one request
//! model.always(Behaviour::answer("Привет!").crlf().without_done());           // all others
//! # Ok(()) }
//! ```
//!
//! A last message of the user that begins with `!fake ` chooses the behaviour of its own request,
//! whatever was set: `!fake tokens=20 delay_ms=50` (see [`Behaviour::parse`]).

mod behaviour;
mod script;
mod spec;

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, StatusCode},
};
use bytes::Bytes;
use futures_util::stream;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::sleep,
};

pub use self::behaviour::Behaviour;
use self::script::{Conversation, Step};

/// The server. It stops when it is dropped, and its open connections break off.
pub struct FakeModel {
    address: SocketAddr,
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The exact body.
    pub body: Bytes,
    /// The headers.
    pub headers: HeaderMap,
    /// The path.
    pub path: String,
}

struct Shared {
    always: Mutex<Behaviour>,
    next: Mutex<VecDeque<Behaviour>>,
    requests: Mutex<Vec<Received>>,
    /// A permit for each answer that may go on.
    releases: Semaphore,
    connections: AtomicUsize,
    disconnects: AtomicUsize,
}

impl FakeModel {
    /// A server on a free port of 127.0.0.1 that answers everything with a short greeting.
    ///
    /// # Errors
    ///
    /// When no port can be bound.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            always: Mutex::new(Behaviour::answer("Привет! Hello.")),
            next: Mutex::default(),
            requests: Mutex::default(),
            releases: Semaphore::new(0),
            connections: AtomicUsize::new(0),
            disconnects: AtomicUsize::new(0),
        });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, _accepting: accepting })
    }

    /// `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What every request gets from now on.
    pub fn always(&self, behaviour: Behaviour) {
        *lock(&self.shared.always) = behaviour;
    }

    /// What one request gets, after those already queued, in place of [`always`](Self::always).
    pub fn next(&self, behaviour: Behaviour) {
        lock(&self.shared.next).push_back(behaviour);
    }

    /// Lets one answer go on that is [held](Behaviour::held_after), or the next that will be.
    pub fn release(&self) {
        self.shared.releases.add_permits(1);
    }

    /// The requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Received> {
        lock(&self.shared.requests).clone()
    }

    /// How many requests came since the start, or since [`forget`](Self::forget).
    pub fn request_count(&self) -> usize {
        lock(&self.shared.requests).len()
    }

    /// Drops the recorded requests, for long runs.
    pub fn forget(&self) {
        lock(&self.shared.requests).clear();
    }

    /// How many connections were made: fewer than requests, if clients keep them.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many clients went away before the end of their response.
    pub fn disconnects(&self) -> usize {
        self.shared.disconnects.load(Ordering::SeqCst)
    }
}

impl Shared {
    async fn released(&self) {
        // It is never closed.
        if let Ok(permit) = self.releases.acquire().await {
            permit.forget();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
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
    shared.connections.fetch_add(1, Ordering::SeqCst);
    let _ = socket.set_nodelay(true);
    let service = service_fn(|request| respond(request, Arc::clone(&shared)));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

async fn respond(request: Request<Incoming>, shared: Arc<Shared>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.map_err(io::Error::other)?;
    let conversation = Conversation::read(&body);
    let path = head.uri.path().to_owned();
    let known = path.ends_with("/chat/completions");
    lock(&shared.requests).push(Received { body, headers: head.headers, path });
    let behaviour = match conversation.last_user_message.strip_prefix("!fake ") {
        _ if !known => Behaviour::error(404, r#"{"error":{"message":"no such path"}}"#),
        Some(spec) => Behaviour::parse(spec),
        None => lock(&shared.next).pop_front().unwrap_or_else(|| lock(&shared.always).clone()),
    };
    perform(behaviour.script(&conversation), Watch { shared, ended: false }).await
}

/// Performs the steps before the head, and hands the rest to the response's body.
async fn perform(mut steps: VecDeque<Step>, mut watch: Watch) -> io::Result<Response<Body>> {
    let mut response = Response::new(());
    while let Some(step) = steps.pop_front() {
        match step {
            Step::Sleep(pause) => sleep(pause).await,
            Step::Held => watch.shared.released().await,
            Step::Hang => std::future::pending().await,
            Step::Abort => {
                watch.end();
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            Step::Head(status, headers) => {
                *response.status_mut() = StatusCode::from_u16(status).map_err(io::Error::other)?;
                *response.headers_mut() = headers;
                break;
            }
            Step::Chunk(_) => return Err(io::Error::other("a body without a head")),
        }
    }
    watch.ended = steps.is_empty();
    let body = stream::unfold((steps, watch), |(mut steps, mut watch)| async move {
        while let Some(step) = steps.pop_front() {
            // A client leaves silence before its end, however long it lasts.
            watch.ended = steps.is_empty() && step != Step::Hang;
            match step {
                Step::Sleep(pause) => sleep(pause).await,
                Step::Held => watch.shared.released().await,
                Step::Hang => std::future::pending().await,
                Step::Chunk(bytes) => return Some((Ok(bytes), (steps, watch))),
                Step::Abort | Step::Head(..) => {
                    // Lets hyper flush what was said before.
                    tokio::task::yield_now().await;
                    watch.end();
                    return Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), (steps, watch)));
                }
            }
        }
        watch.end();
        None
    });
    Ok(response.map(|()| Body::from_stream(body)))
}

/// Dropped before the script has ended, it counts a client that went away.
struct Watch {
    shared: Arc<Shared>,
    ended: bool,
}

impl Watch {
    fn end(&mut self) {
        self.ended = true;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended {
            self.shared.disconnects.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
