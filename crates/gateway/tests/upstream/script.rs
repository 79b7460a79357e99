//! A server that answers as it is told to, and remembers what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use gateway::upstream::Url;
use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// An answer.
    Json(u16, Value),
    /// An answer with one more header.
    With(u16, (&'static str, &'static str), Value),
    /// An answer that is no JSON.
    Text(u16, &'static str),
    /// The request is read, and the connection closed.
    HangUp,
    /// The request is read, and nothing ever comes.
    Silence,
    /// Half of an answer.
    BreakOff,
}

/// The running server; it ends with the test.
pub(crate) struct Script {
    pub(crate) url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Script {
    /// Answers every request as `reply` says.
    pub(crate) fn of(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Script {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}/v1", listener.local_addr().unwrap())).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (reply, notes) = (Arc::new(reply), Arc::clone(&seen));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (reply, notes) = (Arc::clone(&reply), Arc::clone(&notes));
                std::thread::spawn(move || serve(connection.unwrap(), &*reply, &notes));
            }
        });
        Script { url, seen }
    }

    /// Answers every request with the same.
    pub(crate) fn always(reply: Reply) -> Script {
        Script::of(move |_| reply.clone())
    }

    /// What it was asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(connection: TcpStream, reply: &dyn Fn(&Seen) -> Reply, notes: &Mutex<Vec<Seen>>) {
    let mut connection = BufReader::new(connection);
    let Some(request) = read(&mut connection) else { return };
    let reply = reply(&request);
    notes.lock().unwrap().push(request);
    let (status, more, body) = match reply {
        Reply::Json(status, body) => (status, String::new(), body.to_string()),
        Reply::With(status, (name, value), body) => {
            (status, format!("{name}: {value}\r\n"), body.to_string())
        }
        Reply::Text(status, text) => (status, String::new(), text.to_owned()),
        Reply::HangUp => return,
        // Until the client hangs up.
        Reply::Silence => {
            let _ = connection.read(&mut [0]);
            return;
        }
        Reply::BreakOff => {
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\":";
            let _ = connection.get_mut().write_all(head.as_bytes());
            return;
        }
    };
    let answer = format!(
        "HTTP/1.1 {status} Told\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = connection.get_mut().write_all(answer.as_bytes());
}

fn read(connection: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut line = String::new();
    connection.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, length)| length.parse().unwrap());
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    Some(Seen { method, path, headers, body })
}
