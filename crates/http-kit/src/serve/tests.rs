//! In time that passes only while everybody waits: nothing here is a matter of speed.

use super::{Bounds, connection, serve};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures::stream;
use http::StatusCode;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const BOUNDS: Bounds = Bounds { connections: 1, idle: Duration::from_mins(1), stall: Duration::from_mins(2) };

fn routes() -> Router {
    let take = |body: Body| async move { crate::body::read(body, 1 << 20).await.map(|bytes| bytes.len().to_string()) };
    let wait = || async { sleep(Duration::from_hours(1)).await };
    // A log that is silent for long between its lines, and one that grows as fast as it is taken.
    let next = |line| async move {
        sleep(Duration::from_mins(10)).await;
        (line < 3).then(|| (Ok::<_, Infallible>(Bytes::from(format!("line {line}\n"))), line + 1))
    };
    let lines = move || async move { Body::from_stream(stream::unfold(0, next)) };
    let growing =
        || async { Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 4096])))) };
    Router::new()
        .route("/", get(|| async { "ok" }))
        .route("/take", post(take))
        .route("/wait", get(wait))
        .route("/lines", get(lines))
        .route("/growing", get(growing))
        .route("/much", get(|| async { vec![b'x'; 1 << 20] }))
}

/// A connection that is served, and its serving.
fn open() -> (DuplexStream, JoinHandle<()>) {
    let (ours, theirs) = duplex(16 << 10);
    let (keep, stopped) = watch::channel(false);
    let serving = tokio::spawn(async move {
        connection(theirs, routes(), BOUNDS, stopped).await;
        drop(keep);
    });
    (ours, serving)
}

/// What comes until the server ends the connection.
async fn rest(stream: &mut DuplexStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an end");
    String::from_utf8(bytes).expect("text")
}

#[tokio::test(start_paused = true)]
async fn half_a_head_is_waited_for_no_longer_than_an_idle_connection() {
    for sent in ["GET / HTTP/1.1\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ""] {
        let begun = Instant::now();
        let (mut stream, serving) = open();
        stream.write_all(sent.as_bytes()).await.expect("sent");
        let came = rest(&mut stream).await;
        serving.await.expect("served");
        assert_eq!(came.ends_with("\r\n\r\nok"), sent.ends_with("\r\n\r\n"), "{came}");
        assert!(begun.elapsed() >= BOUNDS.idle, "{sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_of_a_byte_a_minute_is_refused_and_its_connection_ends() {
    let (mut stream, serving) = open();
    stream.write_all(b"POST /take HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n").await.expect("sent");
    let (mut reads, mut writes) = tokio::io::split(stream);
    let drip = tokio::spawn(async move {
        while writes.write_all(b"x").await.is_ok() {
            sleep(Duration::from_mins(1)).await;
        }
    });
    let mut came = String::new();
    reads.read_to_string(&mut came).await.expect("an answer");
    assert!(came.starts_with("HTTP/1.1 408 "), "{came}");
    assert!(came.contains("less than 1024 bytes in 120 seconds"), "{came}");
    serving.await.expect("served");
    drip.await.expect("the connection is gone");
}

#[tokio::test(start_paused = true)]
async fn a_slow_upload_that_moves_and_a_long_wait_live_on() {
    let (mut stream, _serving) = open();
    stream.write_all(b"POST /take HTTP/1.1\r\nHost: h\r\nContent-Length: 20480\r\n\r\n").await.expect("sent");
    for _ in 0..10 {
        sleep(Duration::from_secs(110)).await;
        stream.write_all(&[b'x'; 2048]).await.expect("sent");
    }
    stream.write_all(b"GET /wait HTTP/1.1\r\nHost: h\r\n\r\n").await.expect("sent");
    let came = rest(&mut stream).await;
    assert!(came.starts_with("HTTP/1.1 200 ") && came.contains("20480HTTP/1.1 200 "), "{came}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_given_up() {
    let (mut stream, serving) = open();
    stream.write_all(b"GET /much HTTP/1.1\r\nHost: h\r\n\r\n").await.expect("sent");
    serving.await.expect("given up");
    assert!(rest(&mut stream).await.len() < 1 << 20);
}

#[tokio::test(start_paused = true)]
async fn who_follows_lives_on_however_long_nothing_is_said() {
    let begun = Instant::now();
    let (mut stream, _serving) = open();
    stream.write_all(b"GET /lines HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await.expect("sent");
    let came = rest(&mut stream).await;
    assert!(begun.elapsed() >= 10 * BOUNDS.idle && came.contains("line 0\n") && came.contains("line 2\n"), "{came}");
    assert!(came.ends_with("0\r\n\r\n"), "the answer is whole: {came}");
}

#[tokio::test(start_paused = true)]
async fn who_follows_and_takes_nothing_is_cut_off() {
    let (mut stream, serving) = open();
    stream.write_all(b"GET /growing HTTP/1.1\r\nHost: h\r\n\r\n").await.expect("sent");
    // For a while it is taken, however slowly; what there is at a time is small against what there is to come.
    let begun = Instant::now();
    for _ in 0..20 {
        sleep(BOUNDS.stall / 2).await;
        stream.read_exact(&mut vec![0; 32 << 10]).await.expect("more");
    }
    assert!(begun.elapsed() > 5 * BOUNDS.stall);
    serving.await.expect("given up");
    assert!(!rest(&mut stream).await.ends_with("0\r\n\r\n"), "the answer is cut off");
}

#[tokio::test(start_paused = true)]
async fn a_head_longer_than_any_is_refused_rather_than_held() {
    let (stream, serving) = open();
    let (mut reads, mut writes) = tokio::io::split(stream);
    let endless = tokio::spawn(async move {
        let mut sent = 0;
        let _ = writes.write_all(b"GET / HTTP/1.1\r\nX: ").await;
        while sent < 1 << 20 && writes.write_all(&[b'x'; 1024]).await.is_ok() {
            sent += 1024;
        }
        sent
    });
    let mut came = String::new();
    reads.read_to_string(&mut came).await.expect("an answer");
    assert!(came.starts_with(&format!("HTTP/1.1 {}", StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)), "{came}");
    serving.await.expect("served");
    assert!(endless.await.expect("the connection is gone") < 128 << 10);
}

/// Connects and asks.
async fn ask(address: std::net::SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

#[tokio::test]
async fn one_connection_too_many_waits_until_another_ends() {
    let (gate, entered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |name: &'static str| {
        let order = Arc::clone(&order);
        move || order.lock().expect("whole").push(name)
    };
    let (first, second) = (note("first"), note("second"));
    let (held, inside) = (Arc::clone(&gate), Arc::clone(&entered));
    let hold = move || async move {
        inside.notify_one();
        held.notified().await;
        first();
    };
    let router = Router::new().route("/hold", get(hold)).route("/", get(move || async move { second() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(serve(listener, router, BOUNDS, stopped));
    let mut streams = vec![ask(address, "/hold").await];
    entered.notified().await;
    streams.push(ask(address, "/").await);
    for _ in 0..1000 {
        // Every chance to be served too early.
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    for mut stream in streams {
        stream.read_to_end(&mut Vec::new()).await.expect("an answer");
    }
    assert_eq!(*order.lock().expect("whole"), ["first", "second"]);
    stop.send_replace(true);
    serving.await.expect("stopped");
}
