//! Being told to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM or SIGINT. They are caught from the call on, not only once it is awaited. Where
/// handlers cannot be installed the wait never ends and the signals keep their usual effect.
pub(crate) fn told() -> impl Future<Output = &'static str> {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        match signals {
            (Ok(terminate), Ok(interrupt)) => either(terminate, interrupt).await,
            _ => std::future::pending().await,
        }
    }
}

async fn either(mut terminate: Signal, mut interrupt: Signal) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
