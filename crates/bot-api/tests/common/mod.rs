//! A server of the Bot API that says what a test tells it to, byte by byte.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here fails the test")]

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use bot_api::{Client, Config};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// A token as Telegram gives them; no test may find it anywhere but in a request's path.
pub(crate) const TOKEN: &str = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0";

/// What a server does with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Writes this and closes the connection.
    Bytes(Vec<u8>),
    /// Never answers.
    Hang,
    /// Writes this, and then nothing more, with the connection open.
    BytesThenHang(Vec<u8>),
}

impl Reply {
    /// An answer with a body of JSON.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::with(status, "application/json", body.as_bytes())
    }

    /// A success.
    pub(crate) fn ok(result: &str) -> Self {
        Self::json(200, &format!(r#"{{"ok":true,"result":{result}}}"#))
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::with(status, "text/html", format!("<html><h1>{status} from nginx</h1></html>").as_bytes())
    }

    pub(crate) fn with(status: u16, kind: &str, body: &[u8]) -> Self {
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len(),
        );
        Self::Bytes([head.as_bytes(), body].concat())
    }

    /// The same answer with another line in its head.
    pub(crate) fn header(self, line: &str) -> Self {
        let Self::Bytes(bytes) = self else { panic!("only of an answer") };
        let end = bytes.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
        Self::Bytes([&bytes[..end], line.as_bytes(), b"\r\n", &bytes[end..]].concat())
    }

    /// The same answer without its last bytes.
    pub(crate) fn cut(self, missing: usize) -> Self {
        let Self::Bytes(mut bytes) = self else { panic!("only of an answer") };
        bytes.truncate(bytes.len() - missing);
        Self::Bytes(bytes)
    }

    /// The same answer, and the rest never comes.
    pub(crate) fn cut_and_hang(self, missing: usize) -> Self {
        let Self::Bytes(bytes) = self.cut(missing) else { unreachable!() };
        Self::BytesThenHang(bytes)
    }
}

/// A request that a server received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The first line and the headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The server; ends with the test.
pub(crate) struct Server {
    pub(crate) url: String,
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    received: Mutex<Vec<Received>>,
}

impl Server {
    /// Answers with `replies` in turn, and the last one for good.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared { replies: Mutex::new(replies.into_iter().collect()), ..Shared::default() });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&shared)));
        Self { url, shared, _accepting: accepting }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// The only request so far.
    pub(crate) fn one(&self) -> Received {
        let received = self.received();
        let [one] = received.as_slice() else { panic!("{received:?}") };
        one.clone()
    }

    pub(crate) fn client(&self) -> Client {
        client(&self.url)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move { drop(serve(socket, &shared).await) });
    }
}

async fn serve(mut socket: TcpStream, shared: &Shared) -> io::Result<()> {
    let received = receive(&mut socket).await?;
    shared.received.lock().unwrap().push(received);
    let reply = {
        let mut replies = shared.replies.lock().unwrap();
        if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
    };
    match reply {
        Some(Reply::Bytes(bytes)) => {
            socket.write_all(&bytes).await?;
            socket.shutdown().await
        }
        Some(Reply::BytesThenHang(bytes)) => {
            socket.write_all(&bytes).await?;
            std::future::pending().await
        }
        Some(Reply::Hang) => std::future::pending().await,
        None => Ok(()),
    }
}

async fn receive(socket: &mut TcpStream) -> io::Result<Received> {
    let mut bytes = Vec::new();
    loop {
        if socket.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let received = Received { head, body: bytes[end + 4..].to_vec() };
        let length = received.header("content-length").map_or(0, |length| length.parse().unwrap());
        if received.body.len() >= length {
            return Ok(received);
        }
    }
}

/// Limits that a test never meets.
pub(crate) fn config(url: &str) -> Config {
    let ample = Duration::from_secs(30);
    Config { api_url: url.to_owned(), connect: ample, call: ample, upload: ample, ..Config::new(TOKEN.into()) }
}

pub(crate) fn client(url: &str) -> Client {
    Client::new(&config(url)).unwrap()
}

/// A port of this machine on which nothing listens.
pub(crate) async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Says nothing of the token, nor of its secret half?
pub(crate) fn is_free_of_the_token(text: &str) -> bool {
    let secret = TOKEN.split_once(':').unwrap().1;
    !text.contains(TOKEN) && !text.contains(secret) && !text.contains("123456789%3A")
}
