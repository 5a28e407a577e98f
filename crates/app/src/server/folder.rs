//! The data folder: one server at a time, throwaway ones cleaned up.

use crate::error::{Error, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = "lock";
/// Throwaway folders are called `pipewright-ephemeral-<process>-<random>`.
const EPHEMERAL: &str = "pipewright-ephemeral-";

/// How long the lock of a process that is gone may outlive it: a program it was about to start when it was
/// killed shares the lock until it runs.
const LAST_BREATH: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A data folder that is ours until this is dropped. A throwaway one is removed then.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    throwaway: bool,
    /// The system releases it when the process ends, however it ends.
    _lock: File,
}

impl DataFolder {
    /// Takes the folder, making it if it is not there.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        // A folder somebody made for us keeps the mode he gave it.
        if !path.exists() {
            std::fs::create_dir_all(path).map_err(Error::path(path))?;
            private(path)?;
        }
        let path = path.canonicalize().map_err(Error::path(path))?;
        let lock = lock(&path)?;
        Ok(Self { path, throwaway: false, _lock: lock })
    }

    /// Makes a throwaway folder, and removes those that killed processes left behind.
    pub(crate) fn ephemeral() -> Result<Self> {
        let parent = std::env::temp_dir();
        remove_stale(&parent);
        let random = pipewright_model::random::hex::<4>();
        let path = parent.join(format!("{EPHEMERAL}{}-{random}", std::process::id()));
        std::fs::create_dir(&path).map_err(Error::path(&path))?;
        private(&path)?;
        let lock = lock(&path)?;
        Ok(Self { path, throwaway: true, _lock: lock })
    }

    /// The folder, as an absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made if it is not there: ours alone, whoever may look into the folder around it.
    pub(crate) fn inside(&self, name: &str) -> Result<PathBuf> {
        use std::os::unix::fs::DirBuilderExt;
        let path = self.path.join(name);
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(Error::path(&path))?;
        Ok(path)
    }

    /// A file inside, made empty if it is not there: ours alone too.
    pub(crate) fn file(&self, name: &str) -> Result<PathBuf> {
        use std::os::unix::fs::OpenOptionsExt;
        let path = self.path.join(name);
        OpenOptions::new().append(true).create(true).mode(0o600).open(&path).map_err(Error::path(&path))?;
        Ok(path)
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        if self.throwaway
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(folder = %self.path.display(), %error, "the throwaway folder could not be removed");
        }
    }
}

/// Nobody but us looks into a folder we made: it holds private code, logs and artifacts.
fn private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(Error::path(path))
}

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    let mut file =
        options.read(true).write(true).create(true).truncate(false).open(&path).map_err(Error::path(&path))?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => {
                // The number is for the message of whoever comes second; the lock itself is the system's.
                let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
                written.map_err(Error::path(&path))?;
                return Ok(file);
            }
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let _ = file.rewind().and_then(|()| file.read_to_string(&mut text));
                let by: Option<u32> = text.trim().parse().ok();
                if by.is_none_or(is_there) || waited >= LAST_BREATH {
                    return Err(Error::InUse { path: folder.to_owned(), by });
                }
            }
            Err(TryLockError::Error(source)) => return Err(Error::Path { path, source }),
        }
        std::thread::sleep(LOOK_AGAIN);
        waited += LOOK_AGAIN;
    }
}

fn is_there(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

/// Removes throwaway folders whose process is gone: no such process, and nobody holds the lock (the
/// number alone would be fooled by containers that share a temporary folder).
fn remove_stale(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process =
            name.to_str().and_then(|name| name.strip_prefix(EPHEMERAL)?.split('-').next()?.parse::<u32>().ok());
        if process.is_some_and(|process| !is_there(process)) {
            let folder = entry.path();
            let held = File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_err());
            if !held {
                let _ = std::fs::remove_dir_all(&folder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DataFolder, EPHEMERAL, LOOK_AGAIN, remove_stale};
    use crate::error::Error;

    #[test]
    fn a_folder_we_make_is_for_our_eyes_only() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::take(&parent.path().join("data")).unwrap();
        let mode = std::fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn what_we_make_in_somebody_elses_folder_is_for_our_eyes_only() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        std::fs::set_permissions(parent.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let folder = DataFolder::take(parent.path()).unwrap();
        let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.path().to_owned()), 0o755);
        assert_eq!(mode(folder.inside("repositories").unwrap()), 0o700);
        assert_eq!(mode(folder.file("pipewright.db").unwrap()), 0o600);
    }

    #[test]
    fn the_second_to_come_is_told_who_was_first() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        let first = DataFolder::take(&folder).unwrap();
        let second = DataFolder::take(&folder).unwrap_err();
        assert!(matches!(second, Error::InUse { by: Some(pid), .. } if pid == std::process::id()), "{second}");
        drop(first);
        DataFolder::take(&folder).unwrap();
    }

    #[test]
    fn the_lock_of_a_process_that_is_gone_is_waited_for() {
        let parent = tempfile::tempdir().unwrap();
        let first = DataFolder::take(parent.path()).unwrap();
        // As if the first had been killed while it started a program, which has not let go of the lock yet.
        std::fs::write(parent.path().join("lock"), "4194305\n").unwrap();
        let second = std::thread::scope(|threads| {
            let second = threads.spawn(|| DataFolder::take(parent.path()));
            // It is refused a few times meanwhile; did it not wait, it would have ended.
            std::thread::sleep(10 * LOOK_AGAIN);
            assert!(!second.is_finished());
            drop(first);
            second.join().unwrap()
        });
        second.unwrap();
    }

    #[test]
    fn a_throwaway_folder_goes_with_its_owner_and_an_orphan_with_the_next() {
        let parent = tempfile::tempdir().unwrap();
        // No process has this number: it is above the kernel's limit.
        let orphan = parent.path().join(format!("{EPHEMERAL}4194305-aa"));
        let living = parent.path().join(format!("{EPHEMERAL}{}-bb", std::process::id()));
        for folder in [&orphan, &living] {
            std::fs::create_dir(folder).unwrap();
        }
        remove_stale(parent.path());
        assert!(!orphan.exists() && living.exists());

        let own = DataFolder::ephemeral().unwrap();
        let path = own.path().to_owned();
        assert!(path.exists());
        drop(own);
        assert!(!path.exists());
    }
}
