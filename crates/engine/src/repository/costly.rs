//! Git commands that may cost much: a clone, an archive, whose each line is. They read as much of a repository's history
//! as its pushers put there, for anybody who may read it. So there are only so many at a time, each has only so much
//! time, and one whose client goes away ends.

use crate::{Caller, Engine, Error, Result};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use pipewright_git::{Body, BoxError, Repository};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// The places of all costly commands.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    /// Half of them: who does not say who he is must not keep everybody else out.
    strangers: Arc<Semaphore>,
}

impl Places {
    pub(crate) fn new(most: usize) -> Self {
        let places = |most: usize| Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        Self { all: places(most), strangers: places(most / 2) }
    }
}

/// A costly command's place; free again when this is dropped.
pub(super) struct Place {
    _permits: (Option<OwnedSemaphorePermit>, OwnedSemaphorePermit),
    /// For git's own work.
    work: Duration,
    /// Until when the answer must have been taken.
    until: Instant,
}

impl Engine {
    /// A place, which is waited for in turn; 503 where none is free in time.
    pub(super) async fn place(&self, caller: &Caller) -> Result<Place> {
        let wait = Duration::from_secs(self.limits.git_wait_seconds);
        let Places { all, strangers } = &self.inner.places;
        let asked = async {
            let stranger = match caller {
                Caller::Anonymous => Some(Arc::clone(strangers).acquire_owned().await?),
                Caller::User(_) | Caller::Job(_) => None,
            };
            Ok::<_, AcquireError>((stranger, Arc::clone(all).acquire_owned().await?))
        };
        // Never closed.
        let Ok(Ok(permits)) = timeout(wait, asked).await else {
            return Err(Error::Busy(
                "Too many repositories are being read at the same time. Try again later.".to_owned(),
            ));
        };
        let until = Instant::now() + Duration::from_secs(self.limits.git_transfer_seconds);
        Ok(Place { _permits: permits, work: Duration::from_secs(self.limits.git_seconds), until })
    }

    /// Answers `POST …/git-upload-pack` (runner protocol §9) as [`Repository::upload_pack`] does.
    pub async fn upload_pack<S, E>(
        &self,
        caller: &Caller,
        repository: &Repository,
        protocol: Option<&str>,
        gzip: bool,
        body: S,
    ) -> Result<Body>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let place = self.place(caller).await?;
        Ok(place.stream(repository.upload_pack(protocol, gzip, body)?))
    }
}

impl Place {
    /// Waits for a command; 503 where it takes too long, and then it is ended.
    pub(super) async fn run<T>(self, command: impl Future<Output = pipewright_git::Result<T>>) -> Result<T> {
        match timeout(self.work, command).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(Error::Busy(too_long(self.work))),
        }
    }

    /// A command's output, cut off where git works on it for too long, or the client takes too long over it. A client
    /// that is slow costs git nothing, so the time it takes is counted apart.
    pub(super) fn stream(self, output: Body) -> Body {
        let state = Some((output, self));
        futures::stream::unfold(state, |state| async {
            let (mut output, mut place) = state?;
            let begun = Instant::now();
            let most = place.work.min(place.until.saturating_duration_since(begun));
            let Ok(piece) = timeout(most, output.next()).await else {
                tracing::warn!("a clone or an archive took too long and was cut off");
                return Some((Err(io::Error::other("the answer took too long")), None));
            };
            place.work = place.work.saturating_sub(begun.elapsed());
            Some((piece?, Some((output, place))))
        })
        .boxed()
    }
}

fn too_long(most: Duration) -> String {
    format!("It took longer than {} seconds and was given up. Try again later.", most.as_secs())
}

#[cfg(test)]
mod tests {
    use super::{Place, Places};
    use bytes::Bytes;
    use futures::{StreamExt, TryStreamExt, stream};
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    const MINUTE: Duration = Duration::from_mins(1);

    async fn place(places: &Places) -> Place {
        let permit = Arc::clone(&places.all).acquire_owned().await.expect("a place");
        Place { _permits: (None, permit), work: 10 * MINUTE, until: Instant::now() + 60 * MINUTE }
    }

    /// An output whose pieces each take git so long.
    fn output(each: Duration, pieces: usize) -> pipewright_git::Body {
        stream::iter(0..pieces)
            .then(move |_| async move {
                sleep(each).await;
                Ok(Bytes::from_static(b"x"))
            })
            .boxed()
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_cut_off_and_its_place_is_free_again() {
        let places = Places::new(1);
        let whole: Vec<_> = place(&places).await.stream(output(MINUTE, 9)).try_collect().await.expect("in time");
        assert_eq!(whole.len(), 9);
        let pieces: Vec<_> = place(&places).await.stream(output(MINUTE, 11)).collect().await;
        assert!(pieces.len() <= 11 && pieces.last().expect("an end").is_err(), "{}", pieces.len());
        // Taken slowly, but made fast.
        let mut slow = place(&places).await.stream(output(Duration::from_secs(1), 40));
        for _ in 0..20 {
            sleep(2 * MINUTE).await;
            slow.next().await.expect("a piece").expect("in time");
        }
        for _ in 0..15 {
            sleep(2 * MINUTE).await;
        }
        assert!(slow.next().await.expect("an end").is_err(), "there is an end to that, too");
        assert!(slow.next().await.is_none());
        drop(slow);
        let blame = place(&places).await.run(async {
            sleep(11 * MINUTE).await;
            Ok(())
        });
        let refused = blame.await.expect_err("too long").to_string();
        assert_eq!(refused, "It took longer than 600 seconds and was given up. Try again later.");
        assert_eq!(places.all.available_permits(), 1);
    }
}
