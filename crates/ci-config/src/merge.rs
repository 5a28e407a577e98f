//! Deep merge: maps key by key, everything else is replaced (CI YAML contract §4).

use crate::yaml::{Map, Node};

/// `over` on top of `base`. An explicit null replaces, which is how a child removes a value.
pub(crate) fn deep(base: &Node, over: &Node) -> Node {
    match (base.as_map(), over.as_map()) {
        (Some(below), Some(above)) => {
            if above.is_empty() {
                return base.clone();
            }
            Node::map(maps(below, above), over.span)
        }
        _ => over.clone(),
    }
}

/// The same for two maps.
pub(crate) fn maps(below: &Map, above: &Map) -> Map {
    let mut merged = below.clone();
    for (key, value) in above.iter() {
        let value = match below.get(&key.text) {
            Some(under) if key.is_text => deep(under, value),
            _ => value.clone(),
        };
        merged.set(key.clone(), value);
    }
    merged
}
