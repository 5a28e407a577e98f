//! `release`.

use super::field::{Field, attribute, known_keys};
use crate::plan::{Release, ReleaseLink};
use crate::yaml::Map;

const KEYS: &[&str] = &["tag_name", "tag_message", "name", "description", "ref", "released_at", "milestones", "assets"];

/// Reads the block.
pub(super) fn release(field: &Field<'_>) -> Option<Release> {
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, KEYS);
    let text = |key: &'static str| attribute(report, at, map, key).and_then(|own| own.string());
    let (tag_name, description) = (required(field, map, "tag_name"), required(field, map, "description"));
    let milestones = attribute(report, at, map, "milestones").and_then(|own| own.strings_or_string());
    Some(Release {
        tag_name: tag_name?,
        tag_message: text("tag_message"),
        name: text("name"),
        description: description?,
        ref_name: text("ref"),
        milestones: milestones.unwrap_or_default(),
        released_at: attribute(report, at, map, "released_at").and_then(|own| released_at(&own)),
        links: links(field, map),
    })
}

fn required(field: &Field<'_>, map: &Map, key: &'static str) -> Option<String> {
    match attribute(field.report, &field.at, map, key).filter(|own| !own.node.is_blank()) {
        Some(own) => own.string(),
        None => {
            Field { attribute: key, ..*field }.fail("can't be blank");
            None
        }
    }
}

/// The shape of an ISO 8601 date; variables are looked at later.
fn released_at(field: &Field<'_>) -> Option<String> {
    let text = field.string()?;
    let bytes = text.as_bytes();
    let dated = bytes.len() >= 10
        && bytes[..10]
            .iter()
            .enumerate()
            .all(|(at, b)| if at == 4 || at == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if !dated && !text.contains('$') {
        Field { attribute: "released at", ..*field }.fail("must be a valid datetime");
        return None;
    }
    Some(text)
}

fn links(field: &Field<'_>, map: &Map) -> Vec<ReleaseLink> {
    let assets_at = field.at.child("assets");
    let Some(assets) = attribute(field.report, &field.at, map, "assets") else { return Vec::new() };
    let Some(inner) = assets.node.as_map() else {
        field.report.entry(&assets_at, assets.node.span, "config", "should be a hash");
        return Vec::new();
    };
    known_keys(field.report, &assets_at, inner, &["links"]);
    let Some(list) = inner.get("links").filter(|node| !node.is_null()) else {
        field.report.entry(&assets_at, assets.node.span, "links", "can't be blank");
        return Vec::new();
    };
    let links_at = assets_at.child("links");
    let Some(items) = list.as_seq() else {
        field.report.entry(&links_at, list.span, "config", "should be an array of hashes");
        return Vec::new();
    };
    let at = links_at.child("link");
    items
        .iter()
        .filter_map(|node| {
            let own = Field { report: field.report, at, attribute: "config", node };
            let map = own.map()?;
            known_keys(own.report, &own.at, map, &["name", "url", "filepath", "link_type"]);
            let text = |key: &'static str| attribute(own.report, &own.at, map, key).and_then(|part| part.string());
            let (name, url) = (required(&own, map, "name"), required(&own, map, "url"));
            Some(ReleaseLink { name: name?, url: url?, filepath: text("filepath"), link_type: text("link_type") })
        })
        .collect()
}
