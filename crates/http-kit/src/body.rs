//! Reading a request's body into parameters.

use crate::serve::Stalled;
use crate::{ApiError, Params};
use axum::body::{Body, Bytes};
use http::{HeaderMap, StatusCode, header};

/// Adds what the body says, as its content type says it.
pub(crate) async fn add(params: &mut Params, headers: &HeaderMap, body: Body, limit: usize) -> Result<(), ApiError> {
    let bytes = read(body, limit).await?;
    if bytes.is_empty() {
        return Ok(());
    }
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let added = match kind.as_str() {
        "application/json" => match serde_json::from_slice(&bytes) {
            Ok(value) => params.add_json(value),
            Err(error) => Err(format!("message body does not match declared format: {error}")),
        },
        "application/x-www-form-urlencoded" | "" => match std::str::from_utf8(&bytes) {
            Ok(text) => params.add_pairs(text),
            Err(_) => Err("the form is not UTF-8 text".to_owned()),
        },
        "multipart/form-data" => multipart(params, given, bytes).await,
        _ => {
            let text = format!("The provided content-type '{kind}' is not supported.");
            return Err(ApiError::Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
    };
    added.map_err(ApiError::Params)
}

/// The whole body, or 413.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let cause = std::error::Error::source(&error);
        let too_long = cause.is_some_and(|cause| cause.to_string().contains("limit"));
        if let Some(stalled) = stalled(&error) {
            ApiError::Refused(StatusCode::REQUEST_TIMEOUT, format!("408 Request Timeout: {stalled}"))
        } else if too_long {
            let text = format!("413 Request Entity Too Large: at most {limit} bytes are taken here");
            pipewright_engine::Error::TooLarge(text).into()
        } else {
            ApiError::Params("the body broke off".to_owned())
        }
    })
}

/// What a body that stood still ended with, if that is what it ended with.
fn stalled(error: &axum::Error) -> Option<&Stalled> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(stalled) = error.downcast_ref() {
            return Some(stalled);
        }
        next = error.source();
    }
    None
}

async fn multipart(params: &mut Params, given: &str, bytes: Bytes) -> Result<(), String> {
    let broken = |error: multer::Error| format!("the multipart body cannot be read: {error}");
    let boundary = multer::parse_boundary(given).map_err(broken)?;
    let whole = futures::stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let Some(name) = part.name().map(ToOwned::to_owned) else { continue };
        let value = part.bytes().await.map_err(broken)?;
        let value = String::from_utf8(value.to_vec()).map_err(|_| format!("{name} is invalid"))?;
        if name.contains('\0') || value.contains('\0') {
            return Err(format!("{} is invalid", name.replace('\0', "")));
        }
        params.add(&name, value)?;
    }
    Ok(())
}
