//! The handler to compare with: one that answers bytes it has in memory, and nothing else.

use crate::Outcome;
use crate::served::Served;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::serve::ListenerExt;
use std::process::Command;

/// Serves the file's bytes at every address, until it is killed.
pub(crate) async fn run(file: &str) -> Outcome {
    let bytes = Bytes::from(std::fs::read(file)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let answer = move || {
        let bytes = bytes.clone();
        async move { ([(CONTENT_TYPE, "application/json")], bytes) }
    };
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, Router::new().fallback(answer)).await?)
}

/// Starts it in a process of its own, as the server has one.
pub(crate) fn start(bytes: &[u8]) -> Outcome<Served> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), bytes)?;
    Served::start(Command::new(std::env::current_exe()?).arg("--bare").arg(file.path()))
}
