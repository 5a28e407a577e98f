//! Memory does not grow with the size of a blob. Alone in its file: it measures its own process.

use bytes::Bytes;
use futures::TryStreamExt;
use pipewright_blobs::{Blobs, BoxError};

/// The most memory this process ever held, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn two_hundred_megabytes_pass_through_sixteen() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path().to_str().unwrap()).unwrap();
    let before = peak();
    let body = (0..3200_u32).map(|i| Ok::<_, BoxError>(Bytes::from(vec![i as u8; 65536])));
    let stored = blobs.put_stream("big", futures::stream::iter(body), None).await.unwrap();
    let content = blobs.get_stream("big", None).await.unwrap();
    let read = content.stream.try_fold(0, async |sum, piece| Ok(sum + piece.len() as u64)).await;
    assert_eq!(read.unwrap(), stored.size);
    let grown = peak() - before;
    assert!(grown < 16 << 20, "{grown} bytes more");
}
