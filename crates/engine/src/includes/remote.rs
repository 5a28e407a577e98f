//! `include:remote`: files from elsewhere, over HTTP (CI YAML contract §5).
//!
//! A pipeline file is anybody's text, so where it sends the server is looked at: every address a name
//! resolves to is judged before it is connected to (and only judged addresses are), at each redirect again.

use super::address;
use crate::VERSION;
use crate::limits::Limits;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::LOCATION;
use reqwest::{Client, Response, Url, redirect};
use sha2::{Digest, Sha256};
use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Redirects followed from one address to the next.
const MOST_REDIRECTS: usize = 5;

/// Why an address is refused; `None` when the server may be sent there.
type Judge = fn(IpAddr) -> Option<&'static str>;

/// The one client of this server, made when it is first wanted.
pub(crate) struct Remote {
    judge: Judge,
    /// Goes anywhere but inward.
    outward: OnceLock<Option<Client>>,
    /// Goes anywhere.
    anywhere: OnceLock<Option<Client>>,
}

/// A place nobody's file may send the server to.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(&'static str);

/// The system's names, without those that lead inward.
struct Outward(Judge);

impl Resolve for Outward {
    fn resolve(&self, name: Name) -> Resolving {
        let judge = self.0;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One inward address among others is reason enough.
            match found.iter().find_map(|address| judge(address.ip())) {
                Some(why) => Err(Refused(why).into()),
                None => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
    }
}

impl Default for Remote {
    fn default() -> Self {
        Self { judge: address::refusal, outward: OnceLock::new(), anywhere: OnceLock::new() }
    }
}

impl Remote {
    /// The text at an address, or the sentence about why there is none.
    pub(crate) async fn get(&self, url: &str, integrity: Option<&str>, limits: &Limits) -> Result<String, String> {
        let patience = Duration::from_secs(limits.remote_include_seconds);
        let failed = |why: &str| format!("Remote file `{url}` could not be fetched because of {why}!");
        let fetched = tokio::time::timeout(patience, self.fetch(url, limits)).await;
        let bytes = match fetched.unwrap_or(Err(Failure::Timeout)) {
            Ok(bytes) => bytes,
            Err(Failure::Address) => return Err(format!("Remote file `{url}` does not have a valid address!")),
            Err(Failure::Refused(why)) => {
                return Err(format!("Remote file could not be fetched because URL is blocked: {why}!"));
            }
            Err(Failure::Unconnected) => {
                return Err("Remote file could not be fetched because Connection refused!".to_owned());
            }
            Err(Failure::Timeout) => return Err(failed("a timeout error")),
            Err(Failure::Socket) => return Err(failed("a socket error")),
            Err(Failure::Http) => return Err(failed("HTTP error")),
            Err(Failure::Code(code)) => return Err(failed(&format!("HTTP code `{code}` error"))),
            Err(Failure::Size) => {
                return Err(format!("Remote file `{url}` is larger than {} bytes!", limits.config_bytes));
            }
        };
        if let Some(expected) = integrity
            && !matches(&bytes, expected)
        {
            return Err(format!("Remote file `{url}` does not match its integrity `{expected}`!"));
        }
        String::from_utf8(bytes).map_err(|_| format!("Remote file `{url}` is not valid UTF-8!"))
    }

    fn client(&self, anywhere: bool) -> Option<&Client> {
        let place = if anywhere { &self.anywhere } else { &self.outward };
        let made = place.get_or_init(|| {
            // No proxy of the environment: what it connects to could not be judged here.
            let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).pool_max_idle_per_host(0);
            let client = client.user_agent(format!("pipewright/{VERSION}"));
            if anywhere { client } else { client.dns_resolver(Arc::new(Outward(self.judge))) }.build().ok()
        });
        made.as_ref()
    }

    async fn fetch(&self, url: &str, limits: &Limits) -> Result<Vec<u8>, Failure> {
        let client = self.client(limits.local_includes).ok_or(Failure::Http)?;
        let mut url = Url::parse(url).map_err(|_| Failure::Address)?;
        for _ in 0..=MOST_REDIRECTS {
            self.look_at(&url, limits.local_includes)?;
            let response = client.get(url.clone()).send().await?;
            let status = response.status();
            if status.is_client_error() || status.is_server_error() {
                return Err(Failure::Code(status.as_u16()));
            }
            match target(&response, &url) {
                Some(next) => url = next,
                None => return body(response, limits.config_bytes).await,
            }
        }
        Err(Failure::Http)
    }

    /// The scheme, and a host that is written as a number: it is never resolved.
    fn look_at(&self, url: &Url, anywhere: bool) -> Result<(), Failure> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Failure::Address);
        }
        let host = url.host_str().ok_or(Failure::Address)?;
        let number: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        match number.and_then(self.judge) {
            Some(why) if !anywhere => Err(Failure::Refused(why)),
            _ => Ok(()),
        }
    }
}

/// Why nothing came.
enum Failure {
    Address,
    Refused(&'static str),
    Unconnected,
    Timeout,
    Socket,
    Http,
    Code(u16),
    Size,
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let mut reason: Option<&(dyn StdError + 'static)> = Some(&error);
        while let Some(one) = reason {
            if let Some(Refused(why)) = one.downcast_ref() {
                return Self::Refused(why);
            }
            let refused = |io: &io::Error| io.kind() == io::ErrorKind::ConnectionRefused;
            if one.downcast_ref().is_some_and(refused) {
                return Self::Unconnected;
            }
            reason = one.source();
        }
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Socket
        } else {
            Self::Http
        }
    }
}

/// Where a redirect leads.
fn target(response: &Response, from: &Url) -> Option<Url> {
    let moved = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = response.headers().get(LOCATION).filter(|_| moved)?.to_str().ok()?;
    from.join(to).ok()
}

async fn body(mut response: Response, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(Failure::Size);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Whether the content has the digest `sha256-<base64>`.
fn matches(bytes: &[u8], expected: &str) -> bool {
    let digest = BASE64_STANDARD.encode(Sha256::digest(bytes));
    expected.strip_prefix("sha256-").is_some_and(|wanted| wanted == digest)
}

#[cfg(test)]
mod tests {
    use super::{IpAddr, Limits, OnceLock, Remote};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// For once the outside is one address of this machine, and its others are inside.
    fn outside_is_2(ip: IpAddr) -> Option<&'static str> {
        (ip.to_string() != "127.0.0.2").then_some("inside")
    }

    /// Answers every request on any address of this machine by sending it on; counts them.
    async fn sends_on(to: &'static str) -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 4096]).await;
                let to = to.replace("PORT", &port.to_string());
                let answer = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        (port, asked)
    }

    #[tokio::test]
    async fn a_redirect_inward_is_not_followed_whether_it_names_a_number_or_a_host() {
        for inward in ["http://127.0.0.1:PORT/a.yml", "http://localhost:PORT/a.yml", "http://[::1]:PORT/a.yml"] {
            let remote = Remote { judge: outside_is_2, outward: OnceLock::new(), anywhere: OnceLock::new() };
            let (port, asked) = sends_on(inward).await;
            let limits = Limits { remote_include_seconds: 60, ..Limits::default() };
            let got = remote.get(&format!("http://127.0.0.2:{port}/a.yml"), None, &limits).await;
            let blocked = "Remote file could not be fetched because URL is blocked: inside!";
            assert_eq!(got, Err(blocked.to_owned()), "{inward}");
            assert_eq!(asked.load(Ordering::SeqCst), 1, "{inward}: asked outside, and nothing more");
        }
    }

    #[tokio::test]
    async fn a_place_that_was_outside_is_judged_anew_at_each_request() {
        static MOVED: AtomicBool = AtomicBool::new(false);
        let judge = |_| MOVED.swap(true, Ordering::SeqCst).then_some("inside");
        let remote = Remote { judge, outward: OnceLock::new(), anywhere: OnceLock::new() };
        let (port, asked) = sends_on("/b.yml").await;
        let limits = Limits { remote_include_seconds: 60, ..Limits::default() };
        let got = remote.get(&format!("http://127.0.0.2:{port}/a.yml"), None, &limits).await;
        assert!(got.is_err_and(|why| why.contains("URL is blocked: inside")));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}
