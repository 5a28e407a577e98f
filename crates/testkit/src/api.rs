//! Callers: somebody with, or without, a token.

use crate::document;
use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;
use std::fmt;

/// Somebody who calls the API.
#[derive(Clone, Debug)]
pub struct Api {
    pub(crate) http: Client,
    /// The server's address, without a trailing slash.
    pub base: String,
    /// Header and value with which he says who he is.
    pub credentials: Option<(&'static str, String)>,
}

impl Api {
    /// Without credentials.
    pub(crate) fn anonymous(base: &str) -> Self {
        // A connection is not used again when a server that keeps them for a second may just be closing it.
        let idle = std::time::Duration::from_millis(500);
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).pool_idle_timeout(idle).build();
        let http = http.expect("an HTTP client");
        Self { http, base: base.to_owned(), credentials: None }
    }

    /// The same with other credentials, as header and value.
    #[must_use]
    pub fn with(&self, header: &'static str, value: &str) -> Self {
        Self { credentials: Some((header, value.to_owned())), ..self.clone() }
    }

    /// His token.
    pub fn token(&self) -> &str {
        self.credentials.as_ref().map_or("", |(_, value)| value.as_str())
    }

    /// A request; `path` is below `/api/v4`, or whole if it begins with `/-/` or `/api`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let whole = path.starts_with("/-/") || path.starts_with("/api");
        let prefix = if whole { "" } else { "/api/v4" };
        let request = self.http.request(method, format!("{}{prefix}{path}", self.base));
        match &self.credentials {
            Some((header, value)) => request.header(*header, value),
            None => request,
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    /// HEAD.
    pub async fn head(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::HEAD, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(&body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::PUT, path).json(&body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path)).await
    }

    /// Sends a request put together by the test.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        Reply::of(request).await
    }
}

/// An answer, read to its end.
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    asked: String,
}

impl Reply {
    async fn of(request: RequestBuilder) -> Self {
        let (http, request) = request.build_split();
        let request = request.expect("a request that can be sent");
        let asked = format!("{} {}", request.method(), request.url());
        let asked_for = (request.method().clone(), request.url().path().to_owned());
        let response = http.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_else(|error| panic!("{asked}: {error}")).to_vec();
        document::check(&asked_for, status, headers.get("content-type"), &body);
        Self { status, headers, body, asked }
    }

    /// Fails the test unless the status is this one.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Fails the test unless status and JSON body are these.
    #[track_caller]
    pub fn is(&self, status: u16, body: &Value) {
        assert_eq!((self.status, &self.json()), (status, body), "{self:?}");
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Ids of a list's items.
    #[track_caller]
    pub fn ids(&self) -> Vec<i64> {
        let list = self.json();
        let items = list.as_array().unwrap_or_else(|| panic!("no list: {self:?}"));
        items.iter().filter_map(|item| item["id"].as_i64()).collect()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {} {:?}\n{}", self.asked, self.status, self.headers, self.text())
    }
}
