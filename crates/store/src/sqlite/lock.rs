//! One process at a time has the data open, by whatever name it calls the file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::{Result, StoreError};

/// Held for as long as the data is open; the operating system gives it back
/// however the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    /// The data's own name, without links.
    pub(super) data: PathBuf,
}

impl Lock {
    /// Takes the lock beside the data, or says who has it.
    ///
    /// Symbolic links are followed first, so that every path to the file leads to the
    /// same lock. A second hard link is refused: SQLite's log lies beside the name by
    /// which the file was opened, so what was committed under one name would be
    /// missing, and then overwritten, under the other.
    pub(super) fn take(data: &Path) -> Result<Lock> {
        let data = own_name(data).map_err(|error| failed(data, error))?;
        let path = beside(&data);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| failed(&path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { path: data.display().to_string() });
            }
            Err(TryLockError::Error(error)) => return Err(failed(&path, error)),
        }
        let names = std::fs::metadata(&data).map_err(|error| failed(&data, error))?.nlink();
        if names != 1 {
            return Err(StoreError::HardLinked { path: data.display().to_string(), names });
        }
        Ok(Lock { _file: file, data })
    }
}

fn failed(path: &Path, error: impl std::fmt::Display) -> StoreError {
    StoreError::Database {
        during: "locking the data",
        message: format!("{}: {error}", path.display()),
    }
}

/// The path that is no link. A file that is not there yet is made, empty: a link may
/// lead to where there is none.
fn own_name(data: &Path) -> std::io::Result<PathBuf> {
    match data.canonicalize() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            OpenOptions::new().create(true).append(true).open(data)?;
            data.canonicalize()
        }
        found => found,
    }
}

fn beside(data: &Path) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn refusal(data: &Path) -> String {
        Lock::take(data).unwrap_err().to_string()
    }

    #[test]
    fn a_second_lock_is_refused_by_whatever_path_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let data = folder.join("kalends.db");
        std::fs::create_dir(folder.join("elsewhere")).unwrap();
        symlink(&data, folder.join("elsewhere/link.db")).unwrap();
        symlink(&folder, folder.join("elsewhere/folder")).unwrap();
        let lock = Lock::take(&folder.join("elsewhere/link.db")).unwrap();
        assert_eq!(lock.data, data);
        let in_use = format!(
            "{} is in use by another process; stop it, or start with another --data",
            data.display()
        );
        let paths = [
            "kalends.db",
            "./elsewhere/../kalends.db",
            "elsewhere/link.db",
            "elsewhere/folder/kalends.db",
        ];
        for path in paths {
            assert_eq!(refusal(&folder.join(path)), in_use);
        }
        drop(lock);
        assert!(Lock::take(&data).is_ok());
    }

    #[test]
    fn a_file_with_two_names_is_refused_under_both() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let (data, other) = (folder.join("kalends.db"), folder.join("other.db"));
        drop(Lock::take(&data).unwrap());
        std::fs::hard_link(&data, &other).unwrap();
        for path in [&data, &other] {
            assert_eq!(
                refusal(path),
                format!(
                    "{} has 2 names (hard links), and what is committed under one is missing under \
                     the other; leave it one name, or copy it while it is not in use",
                    path.display()
                )
            );
        }
        std::fs::remove_file(other).unwrap();
        assert!(Lock::take(&data).is_ok());
    }
}
