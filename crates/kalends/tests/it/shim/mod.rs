//! What stands between a sandbox and its machine: a disk that fails and a clock that is
//! set, by order.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// Files whose calls may fail: the data, and what lies beside it.
const FILES: &str = "kalends.db";

/// A kind of call that a disk can fail. The numbers are the shim's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Call {
    Sync = 1,
    Write = 2,
    Read = 3,
    Truncate = 4,
}

/// What the disk answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Error {
    /// `EIO`.
    Io = 5,
    /// `ENOSPC`.
    Full = 28,
}

/// A failure to come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Failure {
    pub(crate) call: Call,
    pub(crate) error: Error,
    /// Whether all that follow fail too.
    pub(crate) persistent: bool,
    /// Whether half of what is written first is written.
    pub(crate) part: bool,
}

/// The controls of one process's shim.
pub(crate) struct Shim {
    library: &'static Path,
    path: PathBuf,
    words: File,
}

impl Shim {
    /// A shim that does nothing yet.
    pub(crate) fn new(folder: &Path) -> Shim {
        let path = folder.join("shim");
        let words =
            File::options().create(true).truncate(true).read(true).write(true).open(&path).unwrap();
        words.set_len(8 * 8).unwrap();
        Shim { library: library(), path, words }
    }

    /// Stands before what is about to be started.
    pub(crate) fn put_before(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", self.library)
            .env("KALENDS_SHIM", &self.path)
            .env("KALENDS_SHIM_FILES", FILES);
    }

    /// After `left` more calls of its kind the next one fails.
    pub(crate) fn fail(&self, failure: Failure, left: i64) {
        self.heal();
        self.set(1, left);
        self.set(2, failure.error as i64);
        self.set(3, i64::from(failure.persistent));
        self.set(4, i64::from(failure.part));
        self.set(5, 0);
        self.set(0, failure.call as i64);
    }

    /// Nothing fails any more.
    pub(crate) fn heal(&self) {
        self.set(0, 0);
    }

    /// How many calls have failed since the failure was asked for.
    pub(crate) fn failed(&self) -> i64 {
        let mut word = [0; 8];
        self.words.read_exact_at(&mut word, 5 * 8).unwrap();
        i64::from_ne_bytes(word)
    }

    /// Sets the time of day off by so many seconds.
    pub(crate) fn shift_time_of_day(&self, seconds: i64) {
        self.set(6, seconds * 1_000_000_000);
    }

    /// Lets so much time have passed.
    pub(crate) fn pass(&self, time: Duration) {
        let nanoseconds = i64::try_from(time.as_nanos()).unwrap();
        self.set(6, nanoseconds);
        self.set(7, nanoseconds);
    }

    fn set(&self, word: u64, value: i64) {
        self.words.write_all_at(&value.to_ne_bytes(), word * 8).unwrap();
    }
}

/// The shim, compiled once by each run of the tests.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shim/shim.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Another run may have its own loaded: it is replaced whole.
        let fresh = folder.join(format!("shim-{}.so", std::process::id()));
        let library = folder.join("shim.so");
        let status = Command::new("cc")
            .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-o"])
            .arg(&fresh)
            .args([source, "-ldl"])
            .status()
            .expect("cc, which builds SQLite too, builds the shim");
        assert!(status.success(), "the shim does not compile");
        std::fs::rename(&fresh, &library).unwrap();
        library
    })
}
