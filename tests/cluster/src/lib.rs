//! A PostgreSQL of the tests' own: one for the whole process, on a free port, gone at its end.
//!
//! It is started by the first who asks for a database, from the newest server that is
//! installed, as another user than root.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "all of it is test"
)]

pub mod patroni;
pub mod pooler;

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use store::postgres::{LeaseClock, PostgresStore, Settings};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio_postgres::SimpleQueryMessage;

const PASSWORD: &str = "kept-in-the-test";

/// A running cluster. It is stopped and removed by a shell that waits until this process is
/// gone, however that ends.
struct Cluster {
    port: u16,
    /// Who vouches for the server, as PEM.
    authority: Vec<u8>,
    _warden: Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(start)
}

/// The folder of the newest PostgreSQL's own programs, which Debian keeps out of the path.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, path)| path.join("initdb").exists())
        .collect();
    found.sort();
    match found.pop() {
        Some((_, path)) => path,
        None => PathBuf::from(""), // as the path has them
    }
}

/// A command that the server takes: it refuses to be run by root.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", user(), "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("`id` tells who runs the tests");
    id.stdout.trim_ascii() == b"0"
}

/// Whom the cluster belongs to, where root runs the tests.
fn user() -> &'static str {
    let is_known = Command::new("id").arg("postgres").output().is_ok_and(|id| id.status.success());
    if is_known { "postgres" } else { "nobody" }
}

fn run(command: &mut Command) {
    let output = command.stderr(Stdio::piped()).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{command:?} cannot be started; install the Debian package `postgresql`: {error}")
    });
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {told}");
}

fn start() -> Cluster {
    let folder = tempfile::Builder::new().prefix("kalends-postgres-").tempdir().unwrap();
    let folder = folder.keep(); // the warden removes it
    let (data, password) = (folder.join("data"), folder.join("password"));
    fs::write(&password, PASSWORD).unwrap();
    let authority = certify(&folder);
    if is_root() {
        run(Command::new("chown").args(["-R", user()]).arg(&folder));
    }
    let programs = programs();
    run(command(&programs.join("initdb"), &folder)
        .arg("--pgdata")
        .arg(&data)
        .arg("--pwfile")
        .arg(&password)
        .args(["--username", "kalends", "--auth", "scram-sha-256", "--no-sync"])
        .args(["--encoding", "UTF8", "--locale", "C"]));
    // Taken by the system, so that nobody has it at the moment.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' \
         -c fsync=off -c max_connections=400 -c autovacuum=off \
         -c ssl=on -c ssl_cert_file='{}' -c ssl_key_file='{}'",
        folder.join("server.crt").display(),
        folder.join("server.key").display()
    );
    let pg_ctl = programs.join("pg_ctl");
    let warden = keep(&pg_ctl, &folder);
    run(command(&pg_ctl, &folder)
        .arg("start")
        .arg("--pgdata")
        .arg(&data)
        .arg("--log")
        .arg(folder.join("log"))
        .args(["--wait", "--options", &options]));
    Cluster { port, authority, _warden: warden }
}

/// Makes a certificate for the server's address, signed by an authority of its own.
fn certify(folder: &Path) -> Vec<u8> {
    let script = "set -e
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority \
            -keyout authority.key -out authority.crt
        openssl req -new -newkey rsa:2048 -nodes -subj /CN=server \
            -keyout server.key -out server.csr
        echo subjectAltName=IP:127.0.0.1 >server.ext
        openssl x509 -req -in server.csr -CA authority.crt -CAkey authority.key \
            -CAcreateserial -days 2 -extfile server.ext -out server.crt
        chmod 600 server.key";
    run(Command::new("sh").args(["-c", script]).current_dir(folder));
    fs::read(folder.join("authority.crt")).unwrap()
}

/// Starts what cleans up once this process is gone. Its script waits for that by reading from
/// a pipe that nobody ever writes to and that ends with us.
fn warden(script: &str) -> Child {
    Command::new("sh")
        .args(["-c", script])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0) // what interrupts the tests is not to interrupt it
        .spawn()
        .unwrap()
}

/// Stops the cluster once this process is gone.
fn keep(pg_ctl: &Path, folder: &Path) -> Child {
    let as_whom = if is_root() { format!("runuser -u {} --", user()) } else { String::new() };
    let script = format!(
        "read -r _; {as_whom} '{}' stop --pgdata '{}' --mode immediate >/dev/null 2>&1; rm -rf '{}'",
        pg_ctl.display(),
        folder.join("data").display(),
        folder.display()
    );
    warden(&script)
}

fn url(database: &str, sslmode: &str) -> String {
    format!("postgres://kalends@127.0.0.1:{}/{database}?sslmode={sslmode}", cluster().port)
}

/// The URL of a database, password included.
#[must_use]
pub fn url_with_password(database: &str) -> String {
    format!("postgres://kalends:{PASSWORD}@127.0.0.1:{}/{database}?sslmode=disable", cluster().port)
}

/// How a database is reached over TLS, by whoever trusts the server's authority.
#[must_use]
pub fn encrypted(database: &str, sslmode: &str) -> Settings {
    let authorities = Some(cluster().authority.clone());
    Settings { url: url(database, sslmode), authorities, ..settings(database) }
}

/// How a database of the cluster is reached.
#[must_use]
pub fn settings(database: &str) -> Settings {
    Settings {
        password: Some(PASSWORD.to_owned()),
        connections_max: 4,
        connect_timeout: std::time::Duration::from_mins(1),
        statement_timeout: std::time::Duration::from_mins(1),
        lease_clock: LeaseClock::Claimer,
        ..Settings::new(url(database, "disable"))
    }
}

async fn connect(
    database: &str,
) -> (tokio_postgres::Client, JoinHandle<Result<(), tokio_postgres::Error>>) {
    let mut config: tokio_postgres::Config = url(database, "disable").parse().unwrap();
    let (client, connection) =
        config.password(PASSWORD).connect(tokio_postgres::NoTls).await.unwrap();
    (client, tokio::spawn(connection))
}

/// Runs `work` while nobody else can read or write a table.
pub async fn while_locked<T>(database: &str, table: &str, work: impl Future<Output = T>) -> T {
    while_open(database, &format!("LOCK TABLE {table}"), work).await
}

/// Runs `work` while a transaction is open in which a statement was run, and takes that back.
pub async fn while_open<T>(database: &str, statement: &str, work: impl Future<Output = T>) -> T {
    let (client, connection) = connect(database).await;
    client.batch_execute(&format!("BEGIN; {statement}")).await.unwrap();
    let done = work.await;
    client.batch_execute("ROLLBACK").await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    done
}

/// Runs statements that no transaction can hold. The first value of what they answer.
pub async fn administer(database: &str, sql: &str) -> Option<String> {
    let (client, connection) = connect(database).await;
    let answers = client.simple_query(sql).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    answers.into_iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

/// Comes back once a condition holds in a database, for which the server waits: whoever asks
/// again and again keeps others from the processors.
pub async fn until(database: &str, condition: &str) {
    let wait = format!(
        "DO $$ BEGIN WHILE NOT ({condition}) LOOP
             PERFORM pg_sleep(0.005);
             PERFORM pg_stat_clear_snapshot();
         END LOOP; END $$"
    );
    administer(database, &wait).await;
}

/// A new database, without anything in it.
pub async fn empty_database() -> String {
    let name = fresh_name();
    administer("postgres", &format!("CREATE DATABASE {name}")).await;
    name
}

fn fresh_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A new database with the newest schema, copied from one that was migrated.
pub async fn database() -> String {
    static MIGRATED: OnceCell<()> = OnceCell::const_new();
    // One copy at a time: whoever copies a database has it to himself.
    static COPYING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _copying = COPYING.lock().await;
    MIGRATED
        .get_or_init(|| async {
            administer("postgres", "CREATE DATABASE migrated").await;
            let store = PostgresStore::open(&settings("migrated")).await.unwrap();
            store::Store::stop(&*store).await;
        })
        .await;
    let name = fresh_name();
    // The last connection to the original may take a moment to be gone from the list.
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'migrated'";
    administer("postgres", end).await;
    administer("postgres", &format!("CREATE DATABASE {name} TEMPLATE migrated")).await;
    name
}
