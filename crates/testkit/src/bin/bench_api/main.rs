//! What `cargo xtask bench api` runs: how fast the Jobs API answers over a million jobs, beside a bare
//! handler that answers the same bytes from memory, and what large logs and artifacts cost in memory.

mod bare;
mod load;
mod reads;
mod report;
mod seed;
mod served;
mod transfers;

use pipewright_store::DbOptions;
use std::path::PathBuf;

/// What a chore answers.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const USAGE: &str =
    "bench_api SERVER [--jobs N] [--keep FOLDER] [--postgres URL] [--only reads|transfers] [--rounds N]";

/// What was asked for.
struct Wanted {
    /// The release binary.
    binary: PathBuf,
    /// Jobs to store.
    jobs: i64,
    /// A data folder that stays and is used again; else a throwaway one.
    keep: Option<PathBuf>,
    /// A database on a PostgreSQL server, rather than SQLite.
    postgres: Option<String>,
    /// One half of the measurements only.
    only: Option<String>,
    /// How often ours and the bare handler take turns.
    rounds: usize,
}

impl Wanted {
    fn read(arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut arguments = arguments;
        let binary = arguments.next().ok_or(USAGE)?.into();
        let mut wanted = Self { binary, jobs: 1_000_000, keep: None, postgres: None, only: None, rounds: 5 };
        while let Some(flag) = arguments.next() {
            let value = arguments.next().ok_or(USAGE)?;
            match flag.as_str() {
                "--jobs" => wanted.jobs = value.parse()?,
                "--keep" => wanted.keep = Some(value.into()),
                "--postgres" => wanted.postgres = Some(value),
                "--only" => wanted.only = Some(value),
                "--rounds" => wanted.rounds = value.parse()?,
                _ => return Err(USAGE.into()),
            }
        }
        Ok(wanted)
    }

    fn does(&self, half: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == half)
    }
}

#[tokio::main]
async fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|first| first == "--bare").is_some() {
        return bare::run(&arguments.next().ok_or("--bare FILE")?).await;
    }
    let wanted = Wanted::read(arguments)?;
    let throwaway = tempfile::tempdir()?;
    let folder = wanted.keep.clone().unwrap_or_else(|| throwaway.path().to_owned());
    let place = served::Place { binary: wanted.binary.clone(), folder, postgres: wanted.postgres.clone() };
    if wanted.does("reads") {
        let seeded = seed::seeded(&place, &options(&place), wanted.jobs).await?;
        reads::measure(&place, &seeded, wanted.rounds).await?;
    }
    if wanted.does("transfers") {
        transfers::measure(&place).await?;
    }
    Ok(())
}

fn options(place: &served::Place) -> DbOptions {
    match &place.postgres {
        Some(url) => DbOptions::Postgres { url: url.clone(), workers: 1 },
        None => DbOptions::Sqlite { path: place.folder.join("pipewright.db"), durable: false },
    }
}
