//! Who receives webhooks in tests: a socket on this machine that notes what comes, and
//! answers as it was told.
#![allow(dead_code, reason = "no one of the tests that use it uses all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test did not expect should end it there"
)]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::task::JoinHandle;

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// This status, with these further lines of the head.
    Status(u16, &'static str),
    /// Nothing, ever.
    Silence,
}

/// What came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("no {name}: {self:?}"), |(_, value)| value.as_str())
    }
}

/// A socket that is listened on.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    script: Arc<Mutex<VecDeque<Reply>>>,
    received: AsyncMutex<mpsc::UnboundedReceiver<Received>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// One that answers with these, and with 204 from then on.
    pub(crate) async fn answering(replies: impl IntoIterator<Item = Reply>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let (told, received) = mpsc::unbounded_channel();
        let replies = Arc::clone(&script);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(serve(stream, Arc::clone(&replies), told.clone()));
            }
        });
        Receiver { address, script, received: AsyncMutex::new(received), task }
    }

    pub(crate) async fn new() -> Receiver {
        Receiver::answering([]).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers with these next.
    pub(crate) fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().extend(replies);
    }

    /// What comes next; waits for it.
    pub(crate) async fn next(&self) -> Received {
        self.received.lock().await.recv().await.unwrap()
    }

    /// What has come and was not asked for.
    pub(crate) async fn rest(&self) -> Vec<Received> {
        let mut received = self.received.lock().await;
        std::iter::from_fn(|| received.try_recv().ok()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Mutex<VecDeque<Reply>>>,
    told: mpsc::UnboundedSender<Received>,
) {
    while let Some(received) = read(&mut stream).await {
        let reply = script.lock().unwrap().pop_front().unwrap_or(Reply::Status(204, ""));
        let _ = told.send(received);
        match reply {
            Reply::Status(status, lines) => {
                let length = if status == 204 { "" } else { "content-length: 0\r\n" };
                let answer = format!("HTTP/1.1 {status} So\r\n{length}{lines}\r\n");
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// One request; `None` at the end of the connection.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        fill(stream, &mut bytes).await?;
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < head + 4 + length {
        fill(stream, &mut bytes).await?;
    }
    let body = String::from_utf8(bytes[head + 4..].to_vec()).unwrap();
    Some(Received { path, headers, body })
}

async fn fill(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 4096];
    let length = stream.read(&mut chunk).await.ok().filter(|length| *length > 0)?;
    bytes.extend_from_slice(&chunk[..length]);
    Some(())
}
