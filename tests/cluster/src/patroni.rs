//! Two servers that stand in for each other, as users run them: a PostgreSQL and its
//! synchronous standby, under Patroni, which agrees on who is which in etcd.
//!
//! Everything listens on the loopback interface, on free ports, belongs to another user than
//! root, and is gone with this process, however that ends.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use store::postgres::Settings;

use crate::{PASSWORD, is_root, programs, run, user, warden};

/// How often something is looked at that a process is awaited to do: Patroni, which is asked,
/// is slow to answer, and answers with the same processor that is to do what is awaited.
const POLL: Duration = Duration::from_millis(200);
/// How long a process is awaited.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a Patroni says with each look at how things stand that is stuck, and in how many of
/// its last lines.
const STUCK: &str = "Synchronous replication key updated by someone else";
const STUCK_WITHIN: usize = 6;

/// What is read of an answer of Patroni's.
const ANSWER_BYTES_MAX: u64 = 65_536;

/// What Patroni is told of time, in seconds, and how many members etcd has.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long whoever leads may say nothing.
    pub ttl: u32,
    /// How often everybody looks at how things stand.
    pub loop_wait: u32,
    /// How long is asked again of etcd and of PostgreSQL before that counts as a failure.
    pub retry_timeout: u32,
    /// Members of etcd.
    pub members: u32,
    /// Whether PostgreSQL and etcd wait for the disk.
    pub fsync: bool,
}

impl Pace {
    /// As short as works on a busy machine.
    pub const SHORT: Pace =
        Pace { ttl: 8, loop_wait: 1, retry_timeout: 3, members: 1, fsync: false };
    /// What the documentation recommends.
    pub const DOCUMENTED: Pace =
        Pace { ttl: 20, loop_wait: 5, retry_timeout: 7, members: 3, fsync: true };
}

/// What dies, without a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Victim {
    /// The machine: PostgreSQL with all its processes, and its Patroni.
    Machine,
    /// PostgreSQL's first process; its Patroni lives on.
    Postmaster,
    /// Patroni; its PostgreSQL lives on, and nobody watches it.
    Patroni,
}

/// One of the two.
struct Node {
    name: &'static str,
    port: u16,
    /// Where its Patroni tells how it stands.
    told_at: u16,
    patroni: Option<Child>,
}

/// A primary and its standby, and who of them is which may change.
pub struct Pair {
    folder: PathBuf,
    members: Vec<Child>,
    nodes: [Node; 2],
    _warden: Child,
}

impl Pair {
    /// Starts both, and answers when the standby has all that the primary has committed.
    pub async fn start(pace: Pace) -> Pair {
        let folder = tempfile::Builder::new().prefix("kalends-patroni-").tempdir().unwrap();
        let folder = folder.keep(); // the warden removes it
        if is_root() {
            run(Command::new("chown").arg(user()).arg(&folder));
        }
        let warden = keep(&folder);
        let count = usize::try_from(pace.members).unwrap();
        let ports = free_ports(4 + 2 * count);
        let (of_nodes, of_members) = ports.split_at(4);
        let members = etcd(&folder, of_members, pace.fsync);
        let node = |name, place: usize| Node {
            name,
            port: of_nodes[2 * place],
            told_at: of_nodes[2 * place + 1],
            patroni: None,
        };
        let mut pair =
            Pair { folder, members, nodes: [node("one", 0), node("two", 1)], _warden: warden };
        let etcd: Vec<String> =
            of_members.chunks(2).map(|ports| format!("127.0.0.1:{}", ports[0])).collect();
        for place in 0..2 {
            pair.write_configuration(place, pace, &etcd);
        }
        pair.start_patroni(0);
        pair.eventually("a primary", |pair| pair.says(0, "/primary").then_some(())).await;
        pair.start_patroni(1);
        pair.await_standby().await;
        pair
    }

    /// How a database is reached, wherever the primary is.
    #[must_use]
    pub fn settings(&self, database: &str) -> Settings {
        Settings { password: Some(PASSWORD.to_owned()), ..Settings::new(self.url(database)) }
    }

    /// The URL of a database, with both hosts and without the password.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let [one, other] = &self.nodes;
        format!(
            "postgres://kalends@127.0.0.1:{},127.0.0.1:{}/{database}\
             ?sslmode=disable&target_session_attrs=read-write",
            one.port, other.port
        )
    }

    /// The same, password included.
    #[must_use]
    pub fn url_with_password(&self, database: &str) -> String {
        self.url(database).replace("kalends@", &format!("kalends:{PASSWORD}@"))
    }

    /// Runs a statement at the primary.
    pub async fn administer(&self, sql: &str) {
        let mut config: tokio_postgres::Config = self.url("postgres").parse().unwrap();
        let (client, connection) =
            config.password(PASSWORD).connect(tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }

    /// Who is the primary, by what their Patronis say.
    #[must_use]
    pub fn primary(&self) -> Option<usize> {
        (0..2).find(|place| self.says(*place, "/primary"))
    }

    /// Answers with who is the primary, once there is a standby that has all it has
    /// committed and would be promoted.
    pub async fn await_standby(&mut self) -> usize {
        let look = |pair: &Pair| {
            let primary = pair.primary()?;
            pair.says(1 - primary, "/synchronous").then_some(primary)
        };
        if let Some(primary) = self.within(PATIENCE / 2, look).await {
            return primary;
        }
        self.restart_stuck();
        self.eventually("a synchronous standby", look).await
    }

    /// Starts the primary's Patroni again, as the documentation says, where it takes what it
    /// remembers of etcd for what stands there, and cannot write down who its standby is.
    fn restart_stuck(&mut self) {
        let Some(primary) = self.primary() else { return };
        let log = fs::read_to_string(self.log_of(self.nodes[primary].name)).unwrap_or_default();
        if log.lines().rev().take(STUCK_WITHIN).any(|line| line.contains(STUCK)) {
            println!("the primary's Patroni is stuck, and is started again");
            self.kill(primary, Victim::Patroni);
            self.revive(primary);
        }
    }

    /// Answers when the other is the primary.
    pub async fn await_promotion(&mut self, of: usize) {
        self.eventually("a promotion", |pair| pair.says(of, "/primary").then_some(())).await;
    }

    /// Kills one, or a part of it.
    pub fn kill(&mut self, place: usize, victim: Victim) {
        if victim != Victim::Postmaster
            && let Some(mut patroni) = self.nodes[place].patroni.take()
        {
            patroni.kill().unwrap();
            patroni.wait().unwrap();
        }
        if victim == Victim::Patroni {
            return;
        }
        let Some(postmaster) = self.postmaster(place) else { return };
        if victim == Victim::Machine {
            // It stands still first, so that none of its processes outlives the look at them.
            signal("STOP", std::slice::from_ref(&postmaster));
            let mut all = children_of(&postmaster);
            all.push(postmaster);
            signal("KILL", &all);
        } else {
            signal("KILL", &[postmaster]);
        }
    }

    /// Has one stand still, or go on, with all its processes.
    pub fn signal(&self, place: usize, name: &str) {
        let mut all: Vec<String> =
            self.nodes[place].patroni.iter().map(|patroni| patroni.id().to_string()).collect();
        if let Some(postmaster) = self.postmaster(place) {
            all.extend(children_of(&postmaster));
            all.push(postmaster);
        }
        signal(name, &all);
    }

    /// Starts what was killed; it becomes the other's standby. A PostgreSQL that outlived its
    /// Patroni is stopped first, as the documentation has the service do: a Patroni that
    /// finds one running has it wait for no standby any more, before it knows who leads.
    pub fn revive(&mut self, place: usize) {
        if self.nodes[place].patroni.is_none() {
            if let Some(postmaster) = self.postmaster(place) {
                signal("QUIT", std::slice::from_ref(&postmaster));
                while is_alive(&postmaster) {
                    std::thread::sleep(POLL);
                }
            }
            self.start_patroni(place);
        }
    }

    /// Has the standby take the primary's place, as for maintenance. Where Patroni says that it
    /// could not, because something has just changed, it is asked again.
    pub async fn switch_over(&mut self) {
        let primary = self.primary().expect("there is a primary to switch from");
        self.eventually("a switchover", |pair| {
            let is_done = pair.says(1 - primary, "/primary") || pair.asks_to_switch(primary);
            is_done.then_some(())
        })
        .await;
    }

    /// Whether Patroni says that it has had the standby take this primary's place. Its command
    /// ends well whatever becomes of it.
    fn asks_to_switch(&self, primary: usize) -> bool {
        let mut command = owned(Command::new("patronictl"));
        command
            .args(["-c"])
            .arg(self.folder.join(format!("{}.yml", self.nodes[primary].name)))
            .args(["switchover", "kalends", "--force"])
            .args(["--master", self.nodes[primary].name])
            .args(["--candidate", self.nodes[1 - primary].name])
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        let output = command.output().expect("patronictl is installed with Patroni");
        let told = String::from_utf8_lossy(&output.stdout);
        let is_done = told.contains("Successfully switched over");
        if !is_done {
            let why = told.lines().rev().find(|line| line.contains("failed")).unwrap_or(&told);
            println!("{why}{}", String::from_utf8_lossy(&output.stderr));
        }
        is_done
    }

    /// The number of a PostgreSQL's first process. One that was killed leaves its number, which
    /// may be another's by now.
    fn postmaster(&self, place: usize) -> Option<String> {
        let data = self.folder.join(self.nodes[place].name);
        let noted = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let process = noted.lines().next()?.to_owned();
        let words = fs::read_to_string(format!("/proc/{process}/cmdline")).ok()?;
        words.contains(data.to_str()?).then_some(process)
    }

    fn write_configuration(&self, place: usize, pace: Pace, etcd: &[String]) {
        let Node { name, port, told_at, .. } = &self.nodes[place];
        let folder = self.folder.display();
        let Pace { ttl, loop_wait, retry_timeout, fsync, .. } = pace;
        // Whoever waits for no disk does not wait for what a new server is made of either.
        let no_sync = if fsync { "" } else { ", no-sync" };
        let (etcd, programs) = (etcd.join(","), programs());
        let programs = programs.display();
        let text = format!(
            "scope: kalends
name: {name}
restapi: {{listen: '127.0.0.1:{told_at}', connect_address: '127.0.0.1:{told_at}'}}
etcd3: {{hosts: '{etcd}'}}
bootstrap:
  dcs:
    ttl: {ttl}
    loop_wait: {loop_wait}
    retry_timeout: {retry_timeout}
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters: {{max_connections: 200, fsync: {fsync}, synchronous_commit: 'on'}}
  initdb: [{{encoding: UTF8}}, {{locale: C}}, data-checksums{no_sync}]
postgresql:
  listen: 127.0.0.1:{port}
  connect_address: 127.0.0.1:{port}
  data_dir: {folder}/{name}
  bin_dir: {programs}
  basebackup: [{{checkpoint: fast}}{no_sync}]
  pgpass: {folder}/{name}.pgpass
  authentication:
    superuser: {{username: kalends, password: {PASSWORD}}}
    replication: {{username: replicator, password: {PASSWORD}}}
    rewind: {{username: rewinder, password: {PASSWORD}}}
  pg_hba:
    - host all all 127.0.0.1/32 scram-sha-256
    - host replication replicator 127.0.0.1/32 scram-sha-256
  parameters:
    unix_socket_directories: ''
    password_encryption: scram-sha-256
    wal_retrieve_retry_interval: 500ms
watchdog: {{mode: 'off'}}
"
        );
        // Whoever runs it reads its folder; what it holds is a password of the test's own.
        fs::write(self.folder.join(format!("{name}.yml")), text).unwrap();
    }

    fn start_patroni(&mut self, place: usize) {
        let node = &mut self.nodes[place];
        let configuration = self.folder.join(format!("{}.yml", node.name));
        let command = [Path::new("patroni"), &configuration];
        node.patroni = Some(noted(&self.folder, &format!("{}.patroni", node.name), &command));
    }

    /// Whether a node's Patroni says yes to one of its health checks.
    fn says(&self, place: usize, path: &str) -> bool {
        let ask = || -> std::io::Result<bool> {
            let address = ([127, 0, 0, 1], self.nodes[place].told_at).into();
            let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            write!(stream, "GET {path} HTTP/1.0\r\n\r\n")?;
            // To its end: Patroni logs at length whoever hangs up before.
            let mut answer = Vec::new();
            stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
            Ok(answer.get(8..12) == Some(&b" 200"[..]))
        };
        ask().unwrap_or(false)
    }

    /// Starts a Patroni again that has ended by itself, as the service does: it gives up where
    /// etcd does not answer it at its start.
    fn restart_ended(&mut self) {
        for place in 0..2 {
            let patroni = self.nodes[place].patroni.as_mut();
            if patroni.is_some_and(|patroni| patroni.try_wait().unwrap().is_some()) {
                self.nodes[place].patroni = None;
                self.revive(place);
            }
        }
    }

    async fn eventually<T>(&mut self, what: &str, look: impl Fn(&Pair) -> Option<T>) -> T {
        match self.within(PATIENCE, look).await {
            Some(found) => found,
            None => panic!("waited in vain for {what}; the logs:\n{}", self.logs()),
        }
    }

    async fn within<T>(
        &mut self,
        patience: Duration,
        look: impl Fn(&Pair) -> Option<T>,
    ) -> Option<T> {
        for _ in 0..patience.as_millis() / POLL.as_millis() {
            self.restart_ended();
            let found = look(self);
            if found.is_some() {
                return found;
            }
            tokio::time::sleep(POLL).await;
        }
        None
    }

    fn log_of(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.patroni.log"))
    }

    /// The ends of what everybody logged.
    fn logs(&self) -> String {
        let mut told = String::new();
        for Node { name, .. } in &self.nodes {
            let log = fs::read_to_string(self.log_of(name)).unwrap_or_default();
            // What Patroni says with each look at which there is nothing to do tells nothing.
            let lines: Vec<&str> = log.lines().filter(|line| !line.contains("no action")).collect();
            let end = &lines[lines.len().saturating_sub(20)..];
            told.extend(["--- ", name, "\n", &end.join("\n"), "\n"]);
        }
        told
    }
}

impl Drop for Pair {
    /// Kills what it started itself; the warden ends PostgreSQL and removes the folder.
    fn drop(&mut self) {
        let patronis = self.nodes.iter_mut().filter_map(|node| node.patroni.as_mut());
        for child in patronis.chain(&mut self.members) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ports that nobody has at the moment, all of them different.
fn free_ports(count: usize) -> Vec<u16> {
    let taken: Vec<TcpListener> =
        (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    taken.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

/// Starts the members of one etcd, each with a port for clients and one for the others.
fn etcd(folder: &Path, ports: &[u16], fsync: bool) -> Vec<Child> {
    let name = |place: usize| format!("etcd{place}");
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let all: Vec<String> = ports
        .chunks(2)
        .enumerate()
        .map(|(place, ports)| format!("{}={}", name(place), url(ports[1])))
        .collect();
    let all = all.join(",");
    ports
        .chunks(2)
        .enumerate()
        .map(|(place, ports)| {
            let (clients, peers) = (url(ports[0]), url(ports[1]));
            let data = folder.join(name(place)).display().to_string();
            let own = name(place);
            let mut words = vec![
                "etcd",
                "--name",
                &own,
                "--data-dir",
                &data,
                "--listen-client-urls",
                &clients,
                "--advertise-client-urls",
                &clients,
                "--listen-peer-urls",
                &peers,
                "--initial-advertise-peer-urls",
                &peers,
                "--initial-cluster",
                &all,
                "--initial-cluster-state",
                "new",
            ];
            if !fsync {
                words.push("--unsafe-no-fsync"); // no member comes back after it has died
            }
            noted(folder, &own, &words)
        })
        .collect()
}

/// Starts a program that leaves its number in a file, where the warden finds it.
fn noted(folder: &Path, name: &str, words: &[impl AsRef<std::ffi::OsStr>]) -> Child {
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(format!("{name}.log")))
        .unwrap();
    let mut command = owned(Command::new("sh"));
    command
        .args(["-c", "echo $$ >\"$0\"; exec \"$@\""])
        .arg(folder.join(format!("{name}.pid")))
        .args(words)
        .current_dir(folder)
        .process_group(0) // what interrupts the tests is not to interrupt it
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log);
    command.spawn().unwrap_or_else(|error| {
        panic!(
            "{command:?} cannot be started; install the Debian packages `patroni` and \
             `etcd-server`: {error}"
        )
    })
}

/// A command that its own user runs, where root runs the tests.
fn owned(mut command: Command) -> Command {
    if is_root() {
        let number = |which: &str| -> u32 {
            let id = Command::new("id").args([which, user()]).output().unwrap();
            String::from_utf8(id.stdout).unwrap().trim().parse().unwrap()
        };
        command.uid(number("-u")).gid(number("-g"));
    }
    command.env("HOME", "/nonexistent").env("LC_ALL", "C.UTF-8");
    command
}

/// Starts what ends everything once this process is gone: it reads from a pipe that nobody
/// ever writes to and that ends with us. Patronis go first, so that they start nothing anew.
fn keep(folder: &Path) -> Child {
    let script = format!(
        "read -r _; cd '{}' || exit
         for file in *.patroni.pid etcd*.pid; do kill -KILL \"$(cat \"$file\")\"; done
         for file in */postmaster.pid; do kill -QUIT \"$(head -n 1 \"$file\")\"; done
         for _ in 1 2 3 4 5 6 7 8 9 10; do
             ls */postmaster.pid && sleep 0.3
         done
         for file in */postmaster.pid; do kill -KILL \"$(head -n 1 \"$file\")\"; done
         cd / && rm -rf '{0}'",
        folder.display()
    );
    warden(&script)
}

/// All processes below one, by their parents' numbers.
fn children_of(parent: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|entry| {
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name may hold anything; what follows it does not.
            let mut rest = stat.rsplit_once(") ")?.1.split(' ');
            (rest.nth(1)? == parent).then(|| entry.file_name().to_str().map(str::to_owned))?
        })
        .collect()
}

/// Whether a process is there, and more than what its parent has not looked at yet.
fn is_alive(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn signal(name: &str, processes: &[String]) {
    // One that has ended meanwhile is as it should be.
    let _ = Command::new("kill").args(["-s", name]).args(processes).stderr(Stdio::null()).status();
}
