//! Connections: how many there are, and how long one may keep the server waiting.
//!
//! Who sends nothing and who takes nothing holds a connection for a bounded time: a head must be there
//! in time ([`Bounds::idle`], which bounds kept-alive connections, too), a body must move
//! ([`body::Moving`]), and so must an answer ([`stream::Watched`]). Waiting *for the server* is not
//! bounded here: long polls and logs that are followed live on.

mod body;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use body::Stalled;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;

/// Longest head of a request, and most bytes read ahead of whoever reads the body.
const BUFFER: usize = 64 << 10;
/// Until the next attempt after no connection could be accepted (no file handles left).
const PAUSE: Duration = Duration::from_secs(1);

/// What one client may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at a time; more wait until one ends.
    pub connections: usize,
    /// Until the next request's head must be there whole.
    pub idle: Duration,
    /// Within which some of a body, or of an answer, must pass.
    pub stall: Duration,
}

impl Bounds {
    /// As the instance's limits have it.
    pub fn of(limits: &pipewright_engine::limits::Limits) -> Self {
        Self {
            connections: limits.connections,
            idle: Duration::from_secs(limits.idle_seconds),
            stall: Duration::from_secs(limits.stall_seconds),
        }
    }
}

/// Serves until told to stop, then lets the requests that are under way end.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, mut stopped: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(bounds.connections));
    let ending = stopped.clone();
    let accept = async {
        loop {
            // Never closed, so there is always a place in the end.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let stream = accept(&listener).await;
            let serving = connection(stream, router.clone(), bounds, ending.clone());
            tokio::spawn(async move {
                serving.await;
                drop(place);
            });
        }
    };
    tokio::select! {
        () = accept => {}
        () = told(&mut stopped) => {}
    }
    drop(listener);
    let all = u32::try_from(bounds.connections).unwrap_or(u32::MAX);
    let _ = places.acquire_many(all).await;
}

/// Ends when the server is told to stop.
async fn told(stopped: &mut watch::Receiver<bool>) {
    // An error means the server is gone, which is as good a reason.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written whole: waiting for more to send only delays them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// Answers the requests of one connection until either side ends it.
async fn connection<S>(stream: S, router: Router, bounds: Bounds, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let answer = service_fn(move |request: Request<Incoming>| {
        router.clone().call(request.map(|body| body::Moving::new(body, bounds.stall)))
    });
    let stream = TokioIo::new(stream::Watched::new(stream, bounds.stall));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(bounds.idle).max_buf_size(BUFFER);
    let mut serving = std::pin::pin!(builder.serve_connection(stream, answer));
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = told(&mut stopped) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}
