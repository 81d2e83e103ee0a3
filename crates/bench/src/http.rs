//! As much of an HTTP/1.1 client as a load generator needs, and no more: it shares the cores with
//! what it measures, so a request is one write of ready bytes and an answer is read as it comes.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::{Buf as _, BytesMut};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest head that is read.
const MOST_HEAD: usize = 68 * 1024;
/// Room for what one read brings. Small: there may be thousands of connections.
const READ: usize = 8 * 1024;
/// Longest wait for an answer that is read whole.
const PATIENCE: Duration = Duration::from_secs(60);

/// The bytes of a request.
pub(crate) fn request(method: &str, path: &str, address: SocketAddr, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}

/// What remains of the body that is being read.
#[derive(Clone, Copy, Debug)]
enum Rest {
    /// So many bytes.
    Length(usize),
    /// A chunk's size line comes next.
    Size,
    /// So many bytes of a chunk, then its line end.
    Chunk(usize),
    /// The line end that closes a chunk.
    ChunkEnd,
    /// The empty line after the last chunk.
    LastLine,
    /// All that comes until the other side closes.
    UntilClosed,
    /// Nothing.
    Nothing,
}

/// A connection, kept open for the next request.
pub(crate) struct Connection {
    socket: TcpStream,
    buffer: BytesMut,
    rest: Rest,
}

impl Connection {
    /// Connects, and sends small writes at once.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let socket = timeout(PATIENCE, TcpStream::connect(address)).await.context("connecting took too long")??;
        socket.set_nodelay(true)?;
        Ok(Self { socket, buffer: BytesMut::new(), rest: Rest::Nothing })
    }

    /// Sends a request and reads the head of its answer: the status.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<u16> {
        self.socket.write_all(request).await?;
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if self.buffer.len() > MOST_HEAD {
                bail!("the head has no end");
            }
            self.read().await?;
        };
        let head = self.buffer.split_to(end + 4);
        let head = std::str::from_utf8(&head)?.to_ascii_lowercase();
        let status: u16 = head.get(9..12).context("no status line")?.parse()?;
        self.rest = if let Some((_, after)) = head.split_once("\r\ncontent-length:") {
            let length = after.split("\r\n").next().unwrap_or_default();
            Rest::Length(length.trim().parse()?)
        } else if head.contains("\r\ntransfer-encoding: chunked") {
            Rest::Size
        } else if status == 204 || status == 304 {
            Rest::Nothing
        } else {
            Rest::UntilClosed
        };
        Ok(status)
    }

    /// The next bytes of the body, as they came; none at its end.
    pub(crate) async fn piece(&mut self) -> Result<Option<BytesMut>> {
        loop {
            match self.rest {
                Rest::Nothing | Rest::Length(0) => return Ok(None),
                Rest::Length(left) if !self.buffer.is_empty() => {
                    let piece = self.take(left);
                    self.rest = Rest::Length(left - piece.len());
                    return Ok(Some(piece));
                }
                Rest::Chunk(0) => self.rest = Rest::ChunkEnd,
                Rest::Chunk(left) if !self.buffer.is_empty() => {
                    let piece = self.take(left);
                    self.rest = Rest::Chunk(left - piece.len());
                    return Ok(Some(piece));
                }
                Rest::ChunkEnd if self.buffer.len() >= 2 => {
                    self.buffer.advance(2);
                    self.rest = Rest::Size;
                }
                Rest::LastLine if self.buffer.len() >= 2 => {
                    self.buffer.advance(2);
                    self.rest = Rest::Nothing;
                }
                Rest::Size => match find(&self.buffer, b"\r\n") {
                    Some(end) => self.size(end)?,
                    None => self.read().await?,
                },
                Rest::UntilClosed if !self.buffer.is_empty() => {
                    return Ok(Some(self.buffer.split()));
                }
                Rest::UntilClosed => {
                    if self.socket.read_buf(&mut self.buffer).await? == 0 {
                        return Ok(None);
                    }
                }
                Rest::Length(_) | Rest::Chunk(_) | Rest::ChunkEnd | Rest::LastLine => {
                    self.read().await?;
                }
            }
        }
    }

    /// All that is left of the body.
    pub(crate) async fn rest(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// A whole exchange: the status and the body, as JSON if it is any.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Result<(u16, Value)> {
        let exchange = async {
            let status = self.send(request).await?;
            let body = self.rest().await?;
            Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
        };
        timeout(PATIENCE, exchange).await.context("no answer")?
    }

    /// Reads a chunk's size line, which ends there.
    fn size(&mut self, end: usize) -> Result<()> {
        let line = std::str::from_utf8(&self.buffer[..end])?;
        let digits = line.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(digits.trim(), 16).context("not a chunk's size")?;
        self.buffer.advance(end + 2);
        self.rest = if size > 0 { Rest::Chunk(size) } else { Rest::LastLine };
        Ok(())
    }

    fn take(&mut self, most: usize) -> BytesMut {
        self.buffer.split_to(most.min(self.buffer.len()))
    }

    async fn read(&mut self) -> Result<()> {
        self.buffer.reserve(READ);
        if self.socket.read_buf(&mut self.buffer).await? == 0 {
            bail!("closed in the middle of an answer");
        }
        Ok(())
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that reads one request, sends each piece of its answer by itself, then closes. (Closing with the
    /// request unread would reset the connection, and with it what the client has not read yet.)
    async fn answered(pieces: &'static [&'static str]) -> Connection {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                std::io::Read::read_exact(&mut socket, &mut byte).unwrap();
                request.extend(byte);
            }
            for piece in pieces {
                std::io::Write::write_all(&mut socket, piece.as_bytes()).unwrap();
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        Connection::open(address).await.unwrap()
    }

    #[tokio::test]
    async fn chunks_cut_anywhere_are_joined() {
        let mut connection = answered(&[
            "HTTP/1.1 200 OK\r\nTransfer-Enco",
            "ding: chunked\r\n\r\n3\r\n[1,\r",
            "\n3;x=y\r\n2,3",
            "\r\n1\r\n]\r\n0\r\n",
            "\r\n",
        ])
        .await;
        let (status, body) = connection.call(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!((status, body), (200, serde_json::json!([1, 2, 3])));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error() {
        let mut connection = answered(&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[1,"]).await;
        assert!(connection.call(b"GET / HTTP/1.1\r\n\r\n").await.is_err());
    }
}
