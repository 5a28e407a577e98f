//! Bodies of requests that must move.

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// A client must send this much while it is waited for, or all there is: a byte now and then is no upload.
const LEAST: usize = 1024;

/// What reading a body that does not move ends with.
#[derive(Debug, thiserror::Error)]
#[error("the client sent less than {LEAST} bytes in {} seconds", .0.as_secs())]
pub(crate) struct Stalled(Duration);

/// A body that must bring at least [`LEAST`] bytes in each span of waiting for it. Only waiting counts: a
/// body nobody reads for a while is not late.
pub(super) struct Moving<B> {
    body: B,
    span: Duration,
    /// Set while it is waited for.
    until: Option<Pin<Box<Sleep>>>,
    /// Came since then.
    came: usize,
}

impl<B> Moving<B> {
    pub(super) fn new(body: B, span: Duration) -> Self {
        Self { body, span, until: None, came: 0 }
    }

    /// Notes what came; enough of it ends the span.
    fn note(&mut self, bytes: usize) {
        self.came = self.came.saturating_add(bytes);
        if self.came >= LEAST {
            self.until = None;
        }
    }

    /// Whether it is waited for too long.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let until = self.until.get_or_insert_with(|| {
            self.came = 0;
            Box::pin(sleep(self.span))
        });
        until.as_mut().poll(context).is_ready()
    }
}

impl<B> Body for Moving<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.note(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending if self.is_late(context) => Poll::Ready(Some(Err(Stalled(self.span).into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
