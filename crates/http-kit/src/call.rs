//! One request as a handler sees it: who calls, with which parameters.

use crate::{ApiError, Authenticate, Check, Params, Route, body, credentials, path};
use axum::extract::{FromRef, FromRequest, MatchedPath, OriginalUri, Request};
use http::{HeaderMap, Method, Uri, header, request::Parts};
use pipewright_engine::{Caller, Engine, Error, Unchanged, access::ProjectRef};
use pipewright_model::{ProjectId, Timestamp};
use std::marker::PhantomData;

/// Most bytes of a body read of somebody whose credentials are not in the headers or the query.
const STRANGERS_BODY: usize = 4 << 20;

/// A request whose credentials were good enough for its route `R` and whose parameters were read.
pub struct Call<R> {
    /// Where use cases are.
    pub engine: Engine,
    /// Who calls.
    pub caller: Caller,
    /// Path, query and body in one.
    pub params: Params,
    /// As sent.
    pub headers: HeaderMap,
    /// As sent.
    pub method: Method,
    uri: Uri,
    template: Option<MatchedPath>,
    route: PhantomData<fn() -> R>,
}

impl<R: Route, S: Send + Sync> FromRequest<S> for Call<R>
where
    Engine: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let engine = Engine::from_ref(state);
        let template = parts.extensions.remove::<MatchedPath>();
        let uri = match parts.extensions.remove::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri,
            None => parts.uri.clone(),
        };
        let mut params = Params::default();
        let mut wrong = params.add_pairs(uri.query().unwrap_or_default()).map_err(ApiError::Params);
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if !reads && wrong.is_ok() {
            // A token may be in the body, but nobody unknown is given more memory than that takes.
            let known = R::BODY_LIMIT <= STRANGERS_BODY
                || matches!(identify::<R>(&engine, &parts, &params, reads).await, Ok(caller) if caller.user().is_some());
            let limit = if known { R::BODY_LIMIT } else { STRANGERS_BODY };
            wrong = body::add(&mut params, &parts.headers, body, limit).await;
        }
        // Bad parameters are refused only after bad credentials (Jobs API contract §3.5).
        let caller = identify::<R>(&engine, &parts, &params, reads).await?;
        wrong?;
        if let Some(template) = &template {
            for segment in path::segments(template.as_str(), uri.path()) {
                let text = String::from_utf8_lossy(&segment.bytes()).into_owned();
                params.tree.insert(segment.name.to_owned(), text.into());
            }
        }
        #[cfg(debug_assertions)]
        if let Some(template) = &template {
            params.watched = crate::describe::watch::met::<R>(&parts.method, template.as_str());
        }
        let Parts { headers, method, .. } = parts;
        Ok(Self { engine, caller, params, headers, method, uri, template, route: PhantomData })
    }
}

async fn identify<R: Route>(engine: &Engine, parts: &Parts, params: &Params, reads: bool) -> Result<Caller, ApiError> {
    if R::AUTHENTICATE == Authenticate::Never {
        return Ok(Caller::Anonymous);
    }
    let caller = engine.authenticate(&credentials::read::<R>(&parts.headers, params, reads)).await?;
    let must = match R::AUTHENTICATE {
        Authenticate::Always => true,
        Authenticate::ToChange => !reads,
        Authenticate::Optional | Authenticate::Never => false,
    };
    if must && matches!(caller, Caller::Anonymous) {
        return Err(Error::Unauthorized.into());
    }
    Ok(caller)
}

impl<R> Call<R> {
    /// Begins reading parameters.
    pub fn check(&self) -> Check<'_> {
        Check::new(&self.params)
    }

    /// The project the path parameter `id` addresses. A word without a slash is nobody's path, so it is
    /// simply not found (Jobs API contract §1).
    pub fn project(&self) -> ProjectRef {
        project_ref(self.params.text("id").unwrap_or_default())
    }

    /// The address of this request without its query, as callers outside see it.
    pub fn address(&self) -> String {
        format!("{}{}", self.engine.external_url, self.uri.path())
    }

    /// The address as it was sent.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// A path parameter as it was sent, still percent-encoded.
    pub fn raw_segment(&self, name: &str) -> &str {
        let template = self.template.as_ref().map(MatchedPath::as_str).unwrap_or_default();
        let mut segments = path::segments(template, self.uri.path()).into_iter();
        segments.find(|segment| segment.name == name).map(|segment| segment.raw).unwrap_or_default()
    }

    /// The header `If-Unmodified-Since`; one that cannot be read is no condition.
    pub fn unchanged(&self) -> Unchanged {
        let value = self.headers.get(header::IF_UNMODIFIED_SINCE).and_then(|value| value.to_str().ok());
        Unchanged(value.and_then(Timestamp::parse_header))
    }

    /// Whether the body of the answer will be thrown away.
    pub fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }
}

/// Reads the `:id` of a project, decoded already.
pub(crate) fn project_ref(id: &str) -> ProjectRef {
    let digits = id.strip_prefix('-').unwrap_or(id);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return ProjectRef::Id(ProjectId(id.parse().unwrap_or(i64::MAX)));
    }
    // A NUL is in no path, and PostgreSQL would not even compare it.
    ProjectRef::Path(id.replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::project_ref;
    use pipewright_engine::access::ProjectRef;
    use pipewright_model::ProjectId;

    #[test]
    fn digits_are_an_id_and_the_rest_is_a_path() {
        assert_eq!(project_ref("12"), ProjectRef::Id(ProjectId(12)));
        assert_eq!(project_ref("-3"), ProjectRef::Id(ProjectId(-3)));
        assert_eq!(project_ref("99999999999999999999"), ProjectRef::Id(ProjectId(i64::MAX)));
        assert_eq!(project_ref("a/b"), ProjectRef::Path("a/b".to_owned()));
    }
}
