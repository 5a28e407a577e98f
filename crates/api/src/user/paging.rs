//! Pages between the surface and the engine.

use pipewright_engine::lists;
use pipewright_http_kit::Page;

/// The part of a list a page is.
pub(super) fn part(page: &Page) -> lists::Page {
    lists::Page { limit: page.per_page, offset: page.offset() }
}
