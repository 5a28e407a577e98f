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

/// The one client of this server, made when it is first wanted.
#[derive(Default)]
pub(crate) struct Remote {
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
struct Outward;

impl Resolve for Outward {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One inward address among others is reason enough.
            match found.iter().find_map(|address| address::refusal(address.ip())) {
                Some(why) => Err(Refused(why).into()),
                None => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
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
            if anywhere { client } else { client.dns_resolver(Arc::new(Outward)) }.build().ok()
        });
        made.as_ref()
    }

    async fn fetch(&self, url: &str, limits: &Limits) -> Result<Vec<u8>, Failure> {
        let client = self.client(limits.local_includes).ok_or(Failure::Http)?;
        let mut url = Url::parse(url).map_err(|_| Failure::Address)?;
        for _ in 0..=MOST_REDIRECTS {
            judge(&url, limits.local_includes)?;
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

/// The scheme, and a host that is written as a number: it is never resolved.
fn judge(url: &Url, anywhere: bool) -> Result<(), Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::Address);
    }
    let host = url.host_str().ok_or(Failure::Address)?;
    let number: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    match number.and_then(address::refusal) {
        Some(why) if !anywhere => Err(Failure::Refused(why)),
        _ => Ok(()),
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
