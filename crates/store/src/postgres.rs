//! PostgreSQL: the same closures on a pool of worker threads, each with a connection of its own.

use crate::{
    Error, Result, TxError,
    tx::{Client, Tx},
};
use postgres::{Config, IsolationLevel, NoTls};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

/// How often a closure is run again after an interleaving was refused.
const ATTEMPTS: u32 = 50;
/// Longest pause before it is.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

type Connection = (postgres::Client, HashMap<String, postgres::Statement>);
type Request = Box<dyn FnOnce(&mut Option<Connection>, &Config) + Send>;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reading, on one snapshot.
    Read,
    /// Changing something, as if alone.
    Write,
    /// Changing the schema. Each statement sees what was committed before it, so that whoever waited for
    /// its turn sees what the one before it did.
    Migrate,
}

/// The pool.
pub(crate) struct Postgres {
    requests: mpsc::Sender<Request>,
}

impl Postgres {
    /// Starts `workers` threads; connections are made when first needed and again when lost.
    pub(crate) fn open(url: &str, workers: usize) -> Result<Self> {
        let config: Config = url
            .parse()
            .map_err(|error| Error::Unavailable(format!("the database's address is not usable: {error}")))?;
        drop(connect(&config)?);
        let (requests, queue) = mpsc::channel::<Request>();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..workers {
            let (queue, config) = (Arc::clone(&queue), config.clone());
            std::thread::Builder::new()
                .name(format!("postgres-{number}"))
                .spawn(move || {
                    let mut connection = None;
                    loop {
                        let request = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
                        match request {
                            Ok(request) => request(&mut connection, &config),
                            Err(_) => break,
                        }
                    }
                })
                .map_err(|error| Error::Unavailable(error.to_string()))?;
        }
        Ok(Self { requests })
    }

    /// Runs a closure in a transaction, again where PostgreSQL asks for it.
    pub(crate) fn run<T: Send + 'static, E: TxError>(
        &self,
        purpose: Purpose,
        f: impl Fn(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>> {
        let (answer, receiver) = oneshot::channel();
        let request: Request = Box::new(move |connection, config| {
            let outcome =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| retry(connection, config, purpose, &f)))
                    .unwrap_or_else(|_| {
                        *connection = None;
                        Err(Error::Other("a transaction's code panicked".to_owned()).into())
                    });
            let _ = answer.send(outcome);
        });
        let _ = self.requests.send(request);
        receiver
    }
}

fn connect(config: &Config) -> Result<Connection> {
    let client = config.connect(NoTls).map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Error::Unavailable(format!("{error} {cause}"))
    })?;
    Ok((client, HashMap::new()))
}

fn retry<T, E: TxError>(
    connection: &mut Option<Connection>,
    config: &Config,
    purpose: Purpose,
    f: &impl Fn(&Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        // A connection that is found dead is made anew once: what was done on it has not happened.
        let fresh = connection.is_none();
        let (client, statements) = match connection {
            Some(connection) => connection,
            None => connection.insert(connect(config)?),
        };
        let outcome = once(client, statements, purpose, f);
        let closed = client.is_closed();
        let (again, dead) = match outcome.as_ref().err().and_then(TxError::store) {
            Some(Error::Retry) => (true, closed),
            // The server's word that it ends the connection may come before the end of the connection.
            Some(Error::Unavailable(_)) => (!fresh, true),
            _ => (false, closed),
        };
        if dead {
            *connection = None;
        }
        if !again || attempt == ATTEMPTS {
            return outcome;
        }
        std::thread::sleep(pause(attempt));
    }
}

/// How long to wait after so many attempts: not at all, then for a time that differs by chance and grows, so that
/// those who are in each other's way do not go on being it.
fn pause(attempts: u32) -> Duration {
    if attempts < 2 {
        return Duration::ZERO;
    }
    let most = Duration::from_millis(1 << attempts.min(10)).min(LONGEST_PAUSE);
    most * u32::from(u8::from_ne_bytes(pipewright_model::random::bytes())) / 255
}

/// One attempt. A commit whose connection broke is reported, not repeated: it may have happened.
fn once<T, E: TxError>(
    client: &mut postgres::Client,
    statements: &mut HashMap<String, postgres::Statement>,
    purpose: Purpose,
    f: &impl Fn(&Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let level = match purpose {
        Purpose::Read => IsolationLevel::RepeatableRead,
        Purpose::Write => IsolationLevel::Serializable,
        Purpose::Migrate => IsolationLevel::ReadCommitted,
    };
    let transaction = client
        .build_transaction()
        .isolation_level(level)
        .read_only(purpose == Purpose::Read)
        .start()
        .map_err(Error::from)?;
    let tx = Tx::postgres(Client { transaction, statements });
    let value = f(&tx)?;
    tx.commit().map_err(|error| match error {
        Error::Unavailable(reason) => Error::Other(format!("the connection was lost while committing: {reason}")),
        other => other,
    })?;
    Ok(value)
}
