//! Uploads and downloads stream: memory does not grow with their size (design, invariant 7). In a program
//! of its own, because what is measured is the whole process, which here is server and runner at once.

#[path = "runner_protocol/support/mod.rs"]
mod support;

use futures::StreamExt;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use support::{for_both_with, patiently};

const PIECE: usize = 64 << 10;
const TOTAL: usize = 320 << 20;
/// Far below the total, far above what buffers on the way hold.
const ROOM: usize = 64 << 20;

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches([':', ' ', '\t', 'k', 'B']).parse::<usize>().unwrap() << 10
}

/// The peak since the last call becomes what is in use now.
fn forget_the_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_35_memory_stays_flat_while_an_archive_passes_in_and_out() {
    const CI: &str =
        "make:\n  stage: build\n  script: [make]\n  artifacts: {paths: [out]}\nuse:\n  stage: test\n  script: [echo]\n";
    for_both_with(
        |limits| limits.artifact_bytes = 2 * TOTAL as u64,
        async |server| {
            let runner = server.runner().await;
            server.project(CI).await;
            let make = runner.take().await;
            forget_the_peak();
            let before = status("VmRSS");
            let pieces =
                futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0x5a; PIECE])).take(TOTAL / PIECE);
            let part = Part::stream(Body::wrap_stream(pieces)).file_name("artifacts.zip");
            let upload = make.uploading("?artifact_type=archive&artifact_format=zip", Form::new().part("file", part));
            let answer = patiently("the upload", upload.send()).await.unwrap();
            assert_eq!(answer.status(), 201);
            let peak = status("VmHWM");
            assert!(peak < before + ROOM, "uploading took {} MiB", (peak - before) >> 20);
            make.succeed().await;

            let user = runner.take().await;
            forget_the_peak();
            let before = status("VmRSS");
            let request = server.bare(Method::GET, &format!("/jobs/{}/artifacts", make.id));
            let answer = request.header("JOB-TOKEN", &user.token).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let mut body = answer.bytes_stream();
            let mut received = 0;
            while let Some(piece) = patiently("the download", body.next()).await {
                let piece = piece.unwrap();
                assert!(piece.iter().all(|byte| *byte == 0x5a));
                received += piece.len();
            }
            assert_eq!(received, TOTAL);
            let peak = status("VmHWM");
            assert!(peak < before + ROOM, "downloading took {} MiB", (peak - before) >> 20);
        },
    )
    .await;
}
