//! A full disk is told apart from every other failure, and costs nothing that was stored before.

use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use pipewright_blobs::{Blobs, BoxError, Error};

/// A file system of one megabyte, unmounted on drop.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let options = ["-t", "tmpfs", "-o", "size=1m", "none"];
        let mount = Command::new("mount").args(options).arg(at).output().ok()?;
        mount.status.success().then_some(Self(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

#[tokio::test]
async fn a_full_disk_is_named_and_keeps_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_small) = Small::mount(folder.path()) else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let blobs = Blobs::open(folder.path().to_str().unwrap()).unwrap();
    blobs.put("before", Bytes::from_static(b"kept")).await.unwrap();
    for pieces in [1, 32] {
        let body = (0..pieces).map(|_| Ok::<_, BoxError>(Bytes::from(vec![7; (2 << 20) / pieces])));
        let error = blobs.put_stream("big", futures::stream::iter(body), None).await.unwrap_err();
        assert!(matches!(error, Error::NoSpace { .. }), "{error:?}");
    }
    assert_eq!(blobs.get_range("before", 0..4).await.unwrap(), "kept");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["before"]);
    blobs.put("after", Bytes::from_static(b"room again")).await.unwrap();
}
