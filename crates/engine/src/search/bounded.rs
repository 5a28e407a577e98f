//! How much may be looked through in repositories for people's questions.

use crate::{Error, Result};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Questions of one kind under way at once; others wait for their turn.
const AT_ONCE: usize = 2;
/// Searches, by people who said who they are.
pub(crate) static SEARCHES: Semaphore = Semaphore::const_new(AT_ONCE);
/// Lists of languages, which anybody may ask for.
pub(crate) static LANGUAGES: Semaphore = Semaphore::const_new(AT_ONCE);
/// How long one may take, its wait included.
const LONGEST: Duration = Duration::from_secs(10);

/// Waits for a turn and ends what takes too long: dropping it ends its git. 503 then.
pub(crate) async fn bounded<T>(places: &Semaphore, question: impl Future<Output = Result<T>>) -> Result<T> {
    let turn = async {
        let _place = places.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
        question.await
    };
    let long =
        || Error::Busy("Looking through the repository took longer than 10 seconds. Try again later.".to_owned());
    tokio::time::timeout(LONGEST, turn).await.map_err(|_| long())?
}
