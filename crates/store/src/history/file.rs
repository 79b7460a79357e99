//! A history file: JSON Lines. The first line says what the file is, in so many bytes that it
//! can be written when the rest is there; each other line is an occurrence.
//!
//! `key` holds Kalends' own integers, from which the occurrence can be read back whole; what
//! stands beside it is the same in words that need no Kalends to be read.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use async_trait::async_trait;
use engine::settlement::AwaitingKey;
use engine::{
    AccountId, InstallationId, Instant, Link, Occurrence, OccurrenceStatus, ScheduleId, Slot,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Leaving;
use crate::columns;

/// Bytes of the first line, its end included.
pub const HEADER_BYTES: usize = 1024;
/// Bytes of any other line, at most.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// The form of the lines that follow.
const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// `history`: what the file is to Kalends.
    pub kalends: String,
    /// The form of the other lines.
    pub version: u32,
    /// Of which installation they are, in hexadecimal.
    pub installation: String,
    /// Counts its files, from 1.
    pub number: u32,
    /// When it was written, by the wall clock.
    pub moved_at: String,
    /// The civil moment of the first slot.
    pub first_slot: String,
    /// That of the last.
    pub last_slot: String,
    /// How many lines follow.
    pub occurrences: u64,
    /// SHA-256 of all that follows the first line, in hexadecimal.
    pub sha256: String,
}

/// One occurrence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// The id under which clients know it.
    pub id: String,
    /// That of its schedule.
    pub schedule: String,
    /// That of what was paid, if anything was.
    pub payment: Option<String>,
    /// The civil moment that names its slot.
    pub slot: String,
    /// Which attempt at it, from 0.
    pub attempt: u8,
    /// How it ended.
    pub status: String,
    /// Why, where it did not succeed.
    pub message: Option<String>,
    /// When it was queued.
    pub queued_at: String,
    /// When it was settled.
    pub processed_at: String,
    /// The day on which it ran as a retry.
    pub retry_on: Option<Date>,
    /// The same in Kalends' own integers.
    pub key: LineKey,
}

/// Kalends' own integers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LineKey {
    account: i64,
    schedule: i64,
    slot: i64,
    queued_at: i64,
    processed_at: i64,
    payment: Option<(i64, i64)>,
    ordinal: Option<u32>,
    /// Due, slot and attempt of the run that it left queued.
    link: Option<(i64, i64, u8)>,
}

/// What clients call an occurrence and what belongs to it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Named {
    /// Itself.
    pub id: String,
    /// Its schedule.
    pub schedule: String,
    /// What was paid, if anything was.
    pub payment: Option<String>,
}

/// Knows what clients call things.
#[async_trait]
pub trait Naming: Send + Sync {
    /// The names of occurrences, in order.
    async fn names(&self, leaving: &[Leaving]) -> crate::Result<Vec<Named>>;
}

impl Line {
    /// An occurrence by its names.
    #[must_use]
    pub fn of(occurrence: &Occurrence, named: Named) -> Line {
        let Named { id, schedule, payment } = named;
        Line {
            id,
            schedule,
            payment,
            slot: occurrence.slot.moment().to_string(),
            attempt: occurrence.attempt,
            status: word(occurrence.status).to_owned(),
            message: occurrence.message.as_deref().map(str::to_owned),
            queued_at: occurrence.created_at.to_string(),
            processed_at: occurrence.processed_at.to_string(),
            retry_on: occurrence.retry_on,
            key: LineKey {
                account: occurrence.account.0,
                schedule: occurrence.schedule.0,
                slot: occurrence.slot.stored(),
                queued_at: occurrence.created_at.nanoseconds(),
                processed_at: occurrence.processed_at.nanoseconds(),
                payment: occurrence.result.map(columns::payment_columns),
                ordinal: occurrence.ordinal,
                link: occurrence
                    .link
                    .map(|it| (it.due.nanoseconds(), it.slot.stored(), it.attempt)),
            },
        }
    }

    /// Which attempt it is of.
    #[must_use]
    pub const fn attempt_key(&self) -> AwaitingKey {
        AwaitingKey {
            schedule: ScheduleId(self.key.schedule),
            slot: Slot::from_stored(self.key.slot),
            attempt: self.attempt,
        }
    }

    /// The occurrence; `None` where a word or a number stands for nothing.
    #[must_use]
    pub fn occurrence(&self) -> Option<Occurrence> {
        let AwaitingKey { schedule, slot, attempt } = self.attempt_key();
        let result = match self.key.payment {
            Some((kind, key)) => Some(columns::payment(kind, key).ok()?),
            None => None,
        };
        Some(Occurrence {
            schedule,
            slot,
            attempt,
            account: AccountId(self.key.account),
            created_at: Instant::from_nanoseconds(self.key.queued_at),
            processed_at: Instant::from_nanoseconds(self.key.processed_at),
            retry_on: self.retry_on,
            status: *STATUSES.iter().find(|status| word(**status) == self.status)?,
            message: self.message.as_deref().map(Into::into),
            result,
            ordinal: self.key.ordinal,
            link: self.key.link.map(|(due, slot, attempt)| Link {
                due: Instant::from_nanoseconds(due),
                slot: Slot::from_stored(slot),
                attempt,
            }),
        })
    }
}

const STATUSES: [OccurrenceStatus; 4] = [
    OccurrenceStatus::Successful,
    OccurrenceStatus::Failed,
    OccurrenceStatus::Skipped,
    OccurrenceStatus::Canceled,
];

const fn word(status: OccurrenceStatus) -> &'static str {
    match status {
        OccurrenceStatus::Successful => "successful",
        OccurrenceStatus::Failed => "failed",
        OccurrenceStatus::Skipped => "skipped",
        OccurrenceStatus::Canceled => "canceled",
    }
}

/// What a file is called.
#[must_use]
pub fn name(installation: InstallationId, number: u32) -> String {
    format!("history-{:08x}-{number:06}.jsonl", installation.0)
}

/// What cannot be read of a file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The disk's own words.
    #[error(transparent)]
    Disk(#[from] std::io::Error),
    /// It is no history file, or one of a later version.
    #[error("it does not begin as a history file that this version reads: {0}")]
    Header(String),
    /// A line is no occurrence.
    #[error("line {number} is no occurrence: {message}")]
    Line {
        /// Which, the first being 1.
        number: u64,
        /// Why not.
        message: String,
    },
    /// It does not hold what its first line says.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// A file in the making.
pub(super) struct Writer {
    out: BufWriter<File>,
    hasher: Sha256,
    text: Vec<u8>,
    occurrences: u64,
    span: Option<(Slot, Slot)>,
}

impl Writer {
    /// Begins anew in a file that is this writer's alone.
    pub(super) fn begin(file: File) -> std::io::Result<Writer> {
        file.set_len(0)?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&[b' '; HEADER_BYTES])?;
        Ok(Writer { out, hasher: Sha256::new(), text: Vec::new(), occurrences: 0, span: None })
    }

    pub(super) const fn occurrences(&self) -> u64 {
        self.occurrences
    }

    /// The first and the last slot, where there is any.
    pub(super) const fn span(&self) -> Option<(Slot, Slot)> {
        self.span
    }

    /// Appends an occurrence; they come by slot.
    pub(super) fn append(&mut self, line: &Line) -> std::io::Result<()> {
        self.text.clear();
        serde_json::to_writer(&mut self.text, line)?;
        self.text.push(b'\n');
        self.hasher.update(&self.text);
        self.out.write_all(&self.text)?;
        self.occurrences += 1;
        let slot = Slot::from_stored(line.key.slot);
        self.span = Some((self.span.map_or(slot, |(first, _)| first), slot));
        Ok(())
    }

    /// Writes the first line, and has all of it on the disk. The file, and the digest of what
    /// follows that line.
    pub(super) fn finish(
        mut self,
        installation: InstallationId,
        number: u32,
        moved_at: Instant,
    ) -> std::io::Result<(File, [u8; 32])> {
        let sha256: [u8; 32] = self.hasher.finalize().into();
        let (first, last) = self.span.unwrap_or((Slot::MIN, Slot::MIN));
        let header = Header {
            kalends: "history".to_owned(),
            version: VERSION,
            installation: format!("{:08x}", installation.0),
            number,
            moved_at: moved_at.to_string(),
            first_slot: first.moment().to_string(),
            last_slot: last.moment().to_string(),
            occurrences: self.occurrences,
            sha256: hex(&sha256),
        };
        let mut line = serde_json::to_vec(&header)?;
        line.resize(HEADER_BYTES - 1, b' ');
        line.push(b'\n');
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&line)?;
        let file = self.out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok((file, sha256))
    }
}

/// Hexadecimal digits, as `sha256sum` writes them.
#[must_use]
pub fn hex(sha256: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    sha256.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
        text
    })
}

fn read_header(from: &mut BufReader<File>) -> Result<Header, ReadError> {
    let mut line = vec![0; HEADER_BYTES];
    from.read_exact(&mut line).map_err(|error| ReadError::Header(error.to_string()))?;
    let header: Header =
        serde_json::from_slice(&line).map_err(|error| ReadError::Header(error.to_string()))?;
    if header.kalends == "history" && header.version == VERSION && line.ends_with(b"\n") {
        Ok(header)
    } else {
        let message = format!("{} of version {}", header.kalends, header.version);
        Err(ReadError::Header(message))
    }
}

/// Reads a whole file, each line in turn, and says at the end whether it holds what its first
/// line says: what was seen before is to be believed only then.
///
/// # Errors
/// Where it cannot be read, or is damaged.
pub fn read(path: &Path, mut see: impl FnMut(&Header, Line)) -> Result<Header, ReadError> {
    let mut from = BufReader::with_capacity(1 << 20, File::open(path)?);
    let header = read_header(&mut from)?;
    let mut hasher = Sha256::new();
    let mut text = Vec::new();
    let mut lines = 0_u64;
    loop {
        text.clear();
        let read = from.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut text)?;
        if read == 0 {
            break;
        }
        lines += 1;
        hasher.update(&text);
        let line = serde_json::from_slice(&text)
            .map_err(|error| ReadError::Line { number: lines + 1, message: error.to_string() })?;
        see(&header, line);
    }
    let sha256 = hex(&hasher.finalize().into());
    if sha256 != header.sha256 {
        let message = format!("its SHA-256 is {sha256}, and its first line says {}", header.sha256);
        return Err(ReadError::Damaged(message));
    }
    if lines != header.occurrences {
        let message = format!("it has {lines} lines, and its first says {}", header.occurrences);
        return Err(ReadError::Damaged(message));
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{ChargeId, PaymentId};

    fn occurrence(attempt: u8) -> Occurrence {
        Occurrence {
            schedule: ScheduleId(7),
            slot: Slot::of_date(Date::constant(2026, 1, 5)),
            attempt,
            account: AccountId(1),
            created_at: Instant::from_nanoseconds(1_767_000_000_000_000_001),
            processed_at: Instant::from_nanoseconds(1_767_000_000_000_000_002),
            retry_on: Some(Date::constant(2026, 1, 6)),
            status: OccurrenceStatus::Failed,
            message: Some("„nein“\n".into()),
            result: Some(PaymentId::Charge(ChargeId(-5))),
            ordinal: Some(3),
            link: Some(Link {
                due: Instant::from_nanoseconds(9),
                slot: Slot::of_date(Date::constant(2026, 1, 5)),
                attempt: attempt + 1,
            }),
        }
    }

    fn written(folder: &Path) -> std::path::PathBuf {
        let path = folder.join(name(InstallationId(0xbeef), 12));
        let file = File::options().create(true).truncate(false).write(true).open(&path).unwrap();
        let mut writer = Writer::begin(file).unwrap();
        for attempt in 0..2 {
            let named = Named { id: format!("occu_{attempt}"), ..Named::default() };
            writer.append(&Line::of(&occurrence(attempt), named)).unwrap();
        }
        writer.finish(InstallationId(0xbeef), 12, Instant::EPOCH).unwrap();
        path
    }

    #[test]
    fn what_was_written_reads_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        assert_eq!(path.file_name().unwrap(), "history-0000beef-000012.jsonl");
        let mut lines = Vec::new();
        let header = read(&path, |_, line| lines.push(line)).unwrap();
        let occurrences: Vec<_> = lines.iter().filter_map(Line::occurrence).collect();
        assert_eq!(occurrences, [occurrence(0), occurrence(1)]);
        assert_eq!(
            (header.occurrences, &*header.first_slot, &*header.installation),
            (2, "2026-01-05T00:00:00", "0000beef")
        );
    }

    #[test]
    fn every_line_is_json_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let text = std::fs::read_to_string(written(folder.path())).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines.len(), &lines[2]["id"]), (3, &serde_json::json!("occu_1")));
    }

    #[test]
    fn a_file_in_which_anything_was_changed_is_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let text = std::fs::read_to_string(&path).unwrap();
        for changed in [
            text.replace("nein", "nien"),
            text.split_inclusive('\n').take(2).collect(),
            text.get(1..).unwrap().to_owned(),
            String::new(),
        ] {
            std::fs::write(&path, changed).unwrap();
            assert!(read(&path, |_, _| {}).is_err());
        }
    }
}
