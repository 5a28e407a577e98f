//! Where the server is reached.

use super::File;
use crate::error::{Error, Result};
use std::net::SocketAddr;

const DEFAULT: &str = "127.0.0.1:8080";

/// As given.
#[derive(Debug, clap::Args)]
pub(crate) struct ListenOptions {
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "PIPEWRIGHT_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Address people and runners reach the server at [default: http:// and the address listened on]
    #[arg(long, env = "PIPEWRIGHT_EXTERNAL_URL", value_name = "URL")]
    pub(crate) external_url: Option<String>,
    /// Token of the administrator root on an empty server [default: one is made and printed once]
    #[arg(long, env = "PIPEWRIGHT_ROOT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) root_token: Option<String>,
}

/// As meant.
#[derive(Clone, Debug)]
pub(crate) struct ListenSettings {
    /// As given; [`ListenSettings::bind`] makes sense of it.
    pub(crate) address: String,
    /// Without a trailing slash.
    pub(crate) external_url: Option<String>,
    pub(crate) root_token: Option<String>,
}

impl ListenOptions {
    /// With what the file says.
    pub(crate) fn resolve(self, file: &File) -> Result<ListenSettings> {
        let external_url = self.external_url.or_else(|| file.external_url.clone());
        if let Some(url) = &external_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return Err(Error::Other(format!("--external-url {url}: it must begin with http:// or https://")));
        }
        let root_token = self.root_token.or_else(|| file.root_token.clone());
        Ok(ListenSettings {
            address: self.listen.or_else(|| file.listen.clone()).unwrap_or_else(|| DEFAULT.to_owned()),
            external_url: external_url.map(|url| url.trim_end_matches('/').to_owned()),
            root_token,
        })
    }
}

impl ListenSettings {
    /// Starts listening; `localhost:8080` works as well as numbers.
    pub(crate) async fn bind(&self) -> Result<tokio::net::TcpListener> {
        tokio::net::TcpListener::bind(&self.address)
            .await
            .map_err(|source| Error::Listen { address: self.address.clone(), source })
    }

    /// The address for links and clones, given what we listen on.
    pub(crate) fn url(&self, bound: SocketAddr) -> String {
        self.external_url.clone().unwrap_or_else(|| loopback_url(bound))
    }
}

/// An address on this machine that reaches a listener, also one on `0.0.0.0`.
pub(crate) fn loopback_url(bound: SocketAddr) -> String {
    let mut address = bound;
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => address.set_ip(std::net::Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => address.set_ip(std::net::Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let url = format!("http://{address}");
    // As clients write it: without the port that goes without saying.
    url.strip_suffix(":80").map_or_else(|| url.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::loopback_url;

    #[test]
    fn an_address_is_one_that_can_be_called_and_says_no_more_than_needed() {
        let url = |address: &str| loopback_url(address.parse().expect("an address"));
        assert_eq!(url("0.0.0.0:8080"), "http://127.0.0.1:8080");
        assert_eq!(url("127.0.0.1:80"), "http://127.0.0.1");
        assert_eq!(url("[::]:80"), "http://[::1]");
        assert_eq!(url("[::1]:8080"), "http://[::1]:8080");
    }
}
