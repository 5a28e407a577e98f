//! A throwaway PostgreSQL cluster for the length of a test run.

use crate::process;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to accept connections.
const START: Duration = Duration::from_mins(2);
/// How many ports are tried.
const TRIES: u32 = 3;

/// Speed instead of safety: the data lives as long as the tests.
const SETTINGS: [&str; 11] = [
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=64MB",
    "wal_level=minimal",
    "min_wal_size=32MB",
    "max_wal_size=128MB",
    "max_wal_senders=0",
    "log_min_messages=fatal",
];

/// A running cluster; dropping it stops the server and removes its folder.
pub(crate) struct Cluster {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// Where PostgreSQL's server programs are, if anywhere.
    pub(crate) fn programs() -> Option<PathBuf> {
        let mut packaged: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
            .filter(|(_, bin)| process::is_program(&bin.join("initdb")))
            .collect();
        packaged.sort();
        let on_path =
            || process::find("initdb").and_then(|file| file.canonicalize().ok()?.parent().map(Path::to_owned));
        packaged.pop().map(|(_, bin)| bin).or_else(on_path)
    }

    /// Makes a cluster and waits until it answers.
    pub(crate) fn start(programs: &Path) -> Result<Self, String> {
        let mut tries = 1;
        loop {
            match Self::start_once(programs) {
                // Somebody else may take the port between our finding it free and the server's taking it.
                Err(why) if tries < TRIES => eprintln!("{why}; trying another port"),
                made => return made,
            }
            tries += 1;
        }
    }

    fn start_once(programs: &Path) -> Result<Self, String> {
        let user = server_user()?;
        let folder = std::env::temp_dir().join(format!("pipewright-postgres-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))
            .and_then(|()| user.map_or(Ok(()), |(uid, gid)| std::os::unix::fs::chown(&folder, Some(uid), Some(gid))))
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let made = Self::serve(programs, user, &folder);
        if made.is_err() {
            let _ = std::fs::remove_dir_all(&folder);
        }
        made
    }

    fn serve(programs: &Path, user: Option<(u32, u32)>, folder: &Path) -> Result<Self, String> {
        let data = folder.join("data");
        let mut initdb = as_user(user, &programs.join("initdb"));
        initdb.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        process::output(initdb.current_dir(folder))?;

        let port = free_port()?;
        let mut command = as_user(user, &programs.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(folder).args(["-p", &port.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let server = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("postgres could not be started: {error}"))?;
        let mut cluster = Self { server, folder: folder.to_owned(), port };
        cluster.wait_until_ready(&programs.join("pg_isready"))?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, pg_isready: &Path) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let mut ask = Command::new(pg_isready);
            ask.args(["-q", "-U", "postgres", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ask.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(format!("postgres ended with {status} before it was ready"));
            }
            if start.elapsed() > START {
                return Err(format!("postgres is not ready after {} s", START.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `postgres://…` of the maintenance database, for a superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT is PostgreSQL's immediate shutdown: nothing here is worth a checkpoint.
        let _ = Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// `cargo xtask postgres COMMAND…`: the command, with a cluster for as long as it runs.
pub(crate) fn lend(command: &[&str]) -> Result<(), String> {
    let (program, arguments) = command.split_first().ok_or("which command is to have a PostgreSQL?")?;
    let programs = Cluster::programs().ok_or("PostgreSQL's server programs (initdb, postgres) are not installed")?;
    let cluster = Cluster::start(&programs)?;
    process::run(Command::new(program).args(arguments).env("PIPEWRIGHT_TEST_POSTGRES", cluster.url()))
}

/// PostgreSQL refuses to run as root, so root lends it another user: `(uid, gid)`.
fn server_user() -> Result<Option<(u32, u32)>, String> {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !root {
        return Ok(None);
    }
    let number =
        |flag: &str, user: &str| process::output(Command::new("id").args([flag, user])).ok()?.trim().parse().ok();
    ["postgres", "nobody"]
        .iter()
        .find_map(|user| Some((number("-u", user)?, number("-g", user)?)))
        .map(Some)
        .ok_or_else(|| "PostgreSQL does not run as root, and there is no user `postgres` or `nobody`".into())
}

/// The program under that user, ended with us should we be killed.
fn as_user(user: Option<(u32, u32)>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if let Some((uid, gid)) = user {
        command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".into()]);
    }
    command.arg(program);
    command
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
