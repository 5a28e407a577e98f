//! What a push moved, for the rare client that asks for no report: the refs themselves tell.

use std::collections::HashMap;

use super::push::RefUpdate;
use crate::repository::Repository;

/// The updates whose refs are now where the push wanted them.
pub(super) async fn made(repository: &Repository, wanted: &[RefUpdate]) -> Vec<RefUpdate> {
    let now: HashMap<String, String> = match repository.all_refs().await {
        Ok(refs) => refs.into_iter().map(|found| (found.name, found.id)).collect(),
        Err(error) => {
            tracing::warn!(%error, "cannot tell which refs a push moved");
            return Vec::new();
        }
    };
    let moved = |update: &&RefUpdate| {
        let new = now.get(&update.name).map_or(crate::ZERO, String::as_str);
        new == update.new && update.old != update.new
    };
    wanted.iter().filter(moved).cloned().collect()
}
