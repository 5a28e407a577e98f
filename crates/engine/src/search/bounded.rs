//! How much may be looked through in repositories for people's questions.

use crate::{Error, Result};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Questions under way at once; others wait for their turn.
static PLACES: Semaphore = Semaphore::const_new(2);
/// How long one may take, its wait included.
const LONGEST: Duration = Duration::from_secs(10);

/// Waits for a turn and ends what takes too long: dropping it ends its git.
pub(crate) async fn bounded<T>(question: impl Future<Output = Result<T>>) -> Result<T> {
    let turn = async {
        let _place = PLACES.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
        question.await
    };
    let long = || Error::Unavailable("looking through the repository took longer than 10 seconds".to_owned());
    tokio::time::timeout(LONGEST, turn).await.map_err(|_| long())?
}
