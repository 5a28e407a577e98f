//! Pages of a list by the last row seen (Jobs API contract §4.2): newest first, by id.

use crate::{ApiError, Call, Check, link, page::MAX_PER_PAGE};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

/// Which page a caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyset {
    /// Rows of the page.
    pub per_page: i64,
    /// Where it begins; `None` at the newest row.
    pub cursor: Option<Cursor>,
}

/// A place between two rows, and which way to go from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The row it is next to.
    pub id: i64,
    /// Towards newer rows.
    pub backward: bool,
}

#[derive(Serialize, Deserialize)]
struct Packed {
    id: String,
    #[serde(rename = "_kd", default)]
    direction: String,
}

impl Cursor {
    /// As it is handed out.
    pub fn encode(self) -> String {
        let direction = if self.backward { "p" } else { "n" };
        URL_SAFE.encode(format!(r#"{{"id":"{}","_kd":"{direction}"}}"#, self.id))
    }

    fn decode(text: &str) -> Option<Self> {
        let packed: Packed = serde_json::from_slice(&URL_SAFE.decode(text).ok()?).ok()?;
        Some(Self { id: packed.id.parse().ok()?, backward: packed.direction == "p" })
    }
}

impl Keyset {
    /// Whether the caller asks for it.
    pub fn is_wanted(check: &Check<'_>) -> bool {
        check.value("pagination").and_then(|value| value.as_str()) == Some("keyset")
    }

    /// Reads `per_page` and `cursor`.
    pub fn read(check: &mut Check<'_>) -> Self {
        let asked = check.integer("per_page").unwrap_or(20);
        if asked < 1 {
            check.fault("per_page has a value not allowed");
        }
        let text = check.text("cursor").filter(|text| !text.is_empty());
        let cursor = text.as_deref().and_then(Cursor::decode);
        if text.is_some() && cursor.is_none() {
            check.invalid::<()>("cursor");
        }
        Self { per_page: asked.clamp(1, MAX_PER_PAGE), cursor }
    }

    /// Refuses orders that cannot be had: 405 under `error`, after permissions were checked.
    pub fn check_order<R>(call: &Call<R>) -> Result<(), ApiError> {
        let is = |name: &str, only: &str| call.params.text(name).is_none_or(|given| given.is_empty() || given == only);
        if is("order_by", "id") && is("sort", "desc") {
            return Ok(());
        }
        let text = "Keyset pagination is not yet available for this type of request";
        Err(ApiError::Refused(StatusCode::METHOD_NOT_ALLOWED, text.to_owned()))
    }

    /// Puts the headers of a page from row `first` to row `last`, with rows beyond either end or not.
    pub fn put_headers<R>(call: &Call<R>, newer: Option<i64>, older: Option<i64>, headers: &mut HeaderMap) {
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        if let Some(id) = newer {
            set("x-prev-cursor", &Cursor { id, backward: true }.encode());
        }
        let Some(id) = older else { return };
        let cursor = Cursor { id, backward: false }.encode();
        set("x-next-cursor", &cursor);
        let url = link::address(&call.address(), &call.params, &[("cursor", &cursor)]);
        if let Ok(value) = HeaderValue::from_str(&format!(r#"<{url}>; rel="next""#)) {
            headers.insert(header::LINK, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn a_cursor_is_the_last_id_and_a_direction() {
        let cursor = Cursor { id: 26, backward: false };
        assert_eq!(cursor.encode(), "eyJpZCI6IjI2IiwiX2tkIjoibiJ9");
        assert_eq!(Cursor::decode("eyJpZCI6IjI2IiwiX2tkIjoibiJ9"), Some(cursor));
        assert_eq!(Cursor::decode("gibberish"), None);
    }
}
