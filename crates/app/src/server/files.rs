//! How many files this process may have open, and how many connections that is enough for.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Held back for the database, for bytes on their way, and for the commands that read repositories.
const RESERVED: u64 = 256;
/// A connection's socket, and a file its answer comes from or its body goes to.
const PER_CONNECTION: u64 = 2;

/// The limit of open files.
pub(crate) struct Files {
    /// Now.
    pub(crate) now: u64,
    /// What it was; jobs of the built-in runner have it still: some programs close as many files as they may have,
    /// one by one.
    pub(crate) before: u64,
}

/// Raises the limit to what so many connections take, as far as the system lets it; `None` where nobody knows what
/// it is.
pub(crate) fn raise(connections: usize) -> Option<Files> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let connections = u64::try_from(connections).unwrap_or(u64::MAX);
    let wanted = connections.saturating_mul(PER_CONNECTION).saturating_add(RESERVED).min(hard);
    if soft >= wanted {
        return Some(Files { now: soft, before: soft });
    }
    match setrlimit(Resource::RLIMIT_NOFILE, wanted, hard) {
        Ok(()) => {
            tracing::debug!(from = soft, to = wanted, "the limit of open files was raised");
            Some(Files { now: wanted, before: soft })
        }
        Err(error) => {
            tracing::warn!(%error, soft, wanted, "the limit of open files could not be raised");
            Some(Files { now: soft, before: soft })
        }
    }
}

/// As many connections as were asked for, or as fit into so many open files; the log says where they do not.
pub(crate) fn fit(connections: usize, files: u64) -> usize {
    let room = (files.saturating_sub(RESERVED) / PER_CONNECTION).max(1);
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    if room < connections {
        tracing::warn!(
            asked = connections,
            connections = room,
            files,
            "fewer connections are served at a time than --limit connections says: the limit of open files (ulimit -n) \
             is too low"
        );
    }
    room.min(connections)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn there_are_as_many_connections_as_files_allow() {
        assert_eq!(fit(1024, 2304), 1024);
        assert_eq!(fit(1024, 1_048_576), 1024);
        assert_eq!(fit(1024, 1024), 384);
        assert_eq!(fit(1024, 100), 1);
        assert_eq!(fit(5, u64::MAX), 5);
    }
}
