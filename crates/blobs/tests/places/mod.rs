//! The two places every test runs on: a folder, and an S3 server that really answers.

use std::path::{Path, PathBuf};

use hyper_util::rt::TokioIo;
use pipewright_blobs::Blobs;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A place, and the folder in which its bytes end up.
pub(crate) struct Place {
    pub(crate) blobs: Blobs,
    pub(crate) disk: PathBuf,
    _folder: TempDir,
}

impl Place {
    /// Every file below the place's folder that could be (part of) a blob.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(&self.disk, &mut found);
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    // What is removed meanwhile is not missed.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

pub(crate) fn folder() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("objects");
    let blobs = Blobs::open(disk.to_str().unwrap()).unwrap();
    Place { blobs, disk, _folder: folder }
}

pub(crate) async fn s3() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("bucket");
    std::fs::create_dir(&disk).unwrap();
    let address = serve(folder.path()).await;
    let place = format!("s3://bucket/some/prefix?endpoint=http://{address}&region=us-east-1");
    let blobs = Blobs::open_with_env(&place, credentials("secret")).unwrap();
    // The server keeps the parts of unfinished uploads beside the bucket.
    let disk = folder.path().to_owned();
    Place { blobs, disk, _folder: folder }
}

pub(crate) fn credentials(secret: &str) -> [(String, String); 2] {
    [("AWS_ACCESS_KEY_ID".to_owned(), "key".to_owned()), ("AWS_SECRET_ACCESS_KEY".to_owned(), secret.to_owned())]
}

pub(crate) async fn serve(folder: &Path) -> std::net::SocketAddr {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single("key", "secret"));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let http = hyper::server::conn::http1::Builder::new();
                drop(http.serve_connection(TokioIo::new(socket), service).await);
            });
        }
    });
    address
}
