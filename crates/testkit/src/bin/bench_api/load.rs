//! A load driver: so many kept-alive connections, each asking again as soon as it was answered. It does
//! as little as it can, because it shares the processors with what it measures.

use crate::Outcome;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections, all asking at once.
pub(crate) const CONNECTIONS: usize = 64;

/// What a run came to.
pub(crate) struct Figures {
    /// Answers in a second.
    pub(crate) rate: f64,
    /// Half of the answers came within this.
    pub(crate) median: Duration,
    /// 99 of 100 did.
    pub(crate) p99: Duration,
}

/// Asks for these paths in turn, for so long. Any answer but 200 is an error.
pub(crate) async fn drive(address: &str, token: &str, paths: &[String], time: Duration) -> Outcome<Figures> {
    let requests: Vec<Vec<u8>> = paths.iter().map(|path| request(address, token, path)).collect();
    let requests = std::sync::Arc::new(requests);
    let start = Instant::now();
    let until = start + time;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..CONNECTIONS {
        let (address, requests) = (address.to_owned(), std::sync::Arc::clone(&requests));
        tasks.spawn(async move { ask(&address, &requests, number, until).await });
    }
    let mut times = Vec::new();
    while let Some(asked) = tasks.join_next().await {
        times.extend(asked??);
    }
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    Ok(Figures { rate, median: at(0.5), p99: at(0.99) })
}

/// One answer, its body only.
pub(crate) async fn once(address: &str, token: &str, path: &str) -> Outcome<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(&request(address, token, path)).await?;
    let mut buffer = Vec::new();
    let (head, length) = answer(&mut stream, &mut buffer).await?;
    Ok(buffer[head..head + length].to_vec())
}

fn request(address: &str, token: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nPRIVATE-TOKEN: {token}\r\nAccept: */*\r\n\r\n").into_bytes()
}

async fn ask(
    address: &str,
    requests: &[Vec<u8>],
    first: usize,
    until: Instant,
) -> Result<Vec<Duration>, std::io::Error> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut times, mut buffer, mut number) = (Vec::with_capacity(1 << 16), Vec::with_capacity(1 << 17), first * 7919);
    while Instant::now() < until {
        let asked = Instant::now();
        stream.write_all(&requests[number % requests.len()]).await?;
        number += 1;
        let (head, length) = answer(&mut stream, &mut buffer).await?;
        buffer.drain(..head + length);
        times.push(asked.elapsed());
    }
    Ok(times)
}

/// Reads an answer to its end; the lengths of its head and its body.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(usize, usize), std::io::Error> {
    let mut lengths = None;
    loop {
        if lengths.is_none() {
            lengths = head(buffer)?;
        }
        if let Some((head, length)) = lengths
            && buffer.len() >= head + length
        {
            return Ok((head, length));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::Error::other("the server closed the connection"));
        }
    }
}

/// The lengths of head and body, once the head is whole.
fn head(buffer: &[u8]) -> Result<Option<(usize, usize)>, std::io::Error> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = String::from_utf8_lossy(&buffer[..end]);
    if !text.starts_with("HTTP/1.1 200") {
        return Err(std::io::Error::other(format!("an answer was {}", text.lines().next().unwrap_or_default())));
    }
    let named = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    named.map(|length| Some((end + 4, length))).ok_or_else(|| std::io::Error::other("an answer has no length"))
}
