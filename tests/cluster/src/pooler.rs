//! A `PgBouncer` in front of the cluster, which lends a connection of its own to each session.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use crate::{PASSWORD, cluster, is_root, run, user, warden};

/// How often, and in which pauses, is looked whether it listens.
const LOOKS_MAX: u32 = 1_000;
const POLL: Duration = Duration::from_millis(20);

/// A running `PgBouncer`, which ends with the process that started it.
pub struct Pooler {
    port: u16,
    _warden: Child,
}

impl Pooler {
    /// Starts one that has at most so many connections to each database.
    #[must_use]
    pub fn start(connections_max: u32) -> Pooler {
        let folder = tempfile::Builder::new().prefix("kalends-pgbouncer-").tempdir().unwrap();
        let folder = folder.keep(); // the warden removes it
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let users = folder.join("users");
        fs::write(&users, format!("\"kalends\" \"{PASSWORD}\"\n")).unwrap();
        let configuration = format!(
            "[databases]\n* = host=127.0.0.1 port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\n\
             auth_file = {users}\npool_mode = session\ndefault_pool_size = {connections_max}\n",
            server = cluster().port,
            users = users.display(),
        );
        let file = folder.join("pgbouncer.ini");
        fs::write(&file, configuration).unwrap();
        let warden = keep(&folder, &file);
        let pooler = Pooler { port, _warden: warden };
        pooler.await_listening(&folder.join("log"));
        pooler
    }

    fn await_listening(&self, log: &Path) {
        for _ in 0..LOOKS_MAX {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(POLL);
        }
        let told = fs::read_to_string(log).unwrap_or_default();
        panic!("pgbouncer does not listen; is the Debian package `pgbouncer` installed? {told}");
    }

    /// The URL of one of the cluster's databases through it, password included.
    #[must_use]
    pub fn url_with_password(&self, database: &str) -> String {
        format!("postgres://kalends:{PASSWORD}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

/// Starts it, and stops it once this process is gone. It refuses to be root.
fn keep(folder: &Path, file: &Path) -> Child {
    let mut as_whom = String::new();
    if is_root() {
        run(Command::new("chown").args(["-R", user()]).arg(folder));
        as_whom = format!("--user={}", user());
    }
    let script = format!(
        "PATH=\"$PATH:/usr/sbin\" pgbouncer {as_whom} '{file}' 2>'{folder}/log' & \
         read -r _; kill -INT $!; wait; rm -rf '{folder}'",
        file = file.display(),
        folder = folder.display(),
    );
    warden(&script)
}
