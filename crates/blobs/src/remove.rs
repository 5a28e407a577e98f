//! Removing: one blob, or everything under a prefix.

use futures::{StreamExt, TryStreamExt};
use object_store::{ObjectStore, ObjectStoreExt};

use crate::Blobs;
use crate::error::Result;
use crate::key;

impl Blobs {
    /// Removes a blob. One that is not there counts as removed.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let path = key::parse(key)?;
        match self.store.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.error(key, error)),
        }
    }

    /// Removes every blob whose key begins with `prefix` and a slash; returns how many.
    pub async fn delete_prefix(&self, prefix: &str) -> Result<u64> {
        let path = key::parse(prefix)?;
        let keys = self.store.list(Some(&path)).map_ok(|meta| meta.location).boxed();
        let mut removed = self.store.delete_stream(keys);
        let mut count = 0;
        while let Some(result) = removed.next().await {
            match result {
                Ok(_) => count += 1,
                // Somebody else removed it between the listing and now.
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(self.error(prefix, error)),
            }
        }
        Ok(count)
    }
}
