//! The wire between a browser and the service: it can be cut, and it can swallow what the service answers.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
    task::JoinSet,
};

/// What it does with what it carries.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Whole,
    /// Nothing comes back.
    Swallowing,
    /// Nothing goes through.
    Cut,
}

#[derive(Clone, Copy)]
struct State {
    mode: Mode,
    /// How often it was cut: each time what is open is closed, however soon it is mended.
    cuts: usize,
    /// Where new connections lead.
    end: SocketAddr,
}

/// An address that leads to a service. It stops when it is dropped.
pub(super) struct Wire {
    address: SocketAddr,
    state: watch::Sender<State>,
    _accepting: JoinSet<()>,
}

impl Wire {
    /// Leads to a service at `http://HOST:PORT`.
    pub(super) async fn to(service: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = watch::Sender::new(State { mode: Mode::Whole, cuts: 0, end: place(service) });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, state.subscribe()));
        Self { address, state, _accepting: accepting }
    }

    /// `http://127.0.0.1:PORT`.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn cut(&self) {
        self.state.send_modify(|state| {
            state.mode = Mode::Cut;
            state.cuts += 1;
        });
    }

    /// From now on the service hears everything, and nobody hears the service.
    pub(super) fn swallow(&self) {
        self.state.send_modify(|state| state.mode = Mode::Swallowing);
    }

    pub(super) fn mend(&self) {
        self.state.send_modify(|state| state.mode = Mode::Whole);
    }

    /// Leads elsewhere from now on.
    pub(super) fn lead_to(&self, service: &str) {
        self.cut();
        self.state.send_modify(|state| state.end = place(service));
        self.mend();
    }
}

fn place(service: &str) -> SocketAddr {
    service.trim_start_matches("http://").parse().unwrap()
}

async fn accept(listener: TcpListener, state: watch::Receiver<State>) {
    let mut open = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        open.spawn(carry(socket, state.clone()));
    }
}

/// Carries one connection until an end closes it, or it is cut.
async fn carry(browser: TcpStream, mut state: watch::Receiver<State>) {
    let State { mode, cuts, end } = *state.borrow();
    if mode == Mode::Cut {
        return;
    }
    // The service is away: so is whoever asks for it here.
    let Ok(service) = TcpStream::connect(end).await else { return };
    drop(browser.set_nodelay(true));
    drop(service.set_nodelay(true));
    let (mut from_browser, to_browser) = browser.into_split();
    let (from_service, mut to_service) = service.into_split();
    tokio::select! {
        _ = copy(&mut from_browser, &mut to_service) => {}
        () = bring_back(from_service, to_browser, state.clone()) => {}
        _ = state.wait_for(|state| state.cuts != cuts) => {}
    }
}

async fn bring_back(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, state: watch::Receiver<State>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if state.borrow().mode == Mode::Whole && to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
