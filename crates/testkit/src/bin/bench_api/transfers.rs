//! A log of 100 MB and an archive of 1 GB, in and out: how long, and how much memory.

use crate::Outcome;
use crate::report::{figure, megabytes, middle};
use crate::served::{Place, Served, number, text};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;
/// Bytes of the log, which runners send in parts.
const LOG: usize = 100 * 1_000_000;
/// Bytes of the one file in the archive.
const ARCHIVE: usize = 1_000_000_000;
/// Between two looks at the server's memory.
const LOOK: Duration = Duration::from_millis(20);
/// Looks at a log while it grows.
const POLLS: usize = 200;
/// Until a started pipeline's job can be had.
const PATIENCE: Duration = Duration::from_millis(50);

/// Measures what is carried.
pub(crate) async fn measure(place: &Place) -> Outcome {
    let folder = tempfile::tempdir()?;
    let archive = folder.path().join("artifacts.zip");
    big_archive(&archive)?;
    let server = place.serve(&["--limit", "artifact-bytes=2000000000"])?;
    let job = Taken::take(&server).await?;
    watch(&server, "a log of 100 MB in", send_log(&server, &job)).await?;
    watch(&server, "a log of 100 MB out, while it grows", read(&server, &format!("{}/trace", job.path))).await?;
    watch(&server, "an archive of 1 GB in", upload(&server, &job, &archive)).await?;
    job.finish(&server).await?;
    watch(&server, "a log of 100 MB out, its job ended", read(&server, &format!("{}/trace", job.path))).await?;
    watch(&server, "an archive of 1 GB out", read(&server, &format!("{}/artifacts", job.path))).await?;
    watch(&server, "a file of 1 kB out of it", read(&server, &format!("{}/artifacts/small.txt", job.path))).await?;
    Ok(())
}

/// Runs it, looking at the server's memory all the time.
async fn watch(server: &Served, what: &str, work: impl Future<Output = Outcome>) -> Outcome {
    let start = Instant::now();
    let mut work = std::pin::pin!(work);
    let mut most = 0;
    loop {
        tokio::select! {
            done = &mut work => {
                done?;
                break;
            }
            () = tokio::time::sleep(LOOK) => most = most.max(server.resident().map_or(0, |(_, now)| now)),
        }
    }
    let ever = server.resident().map_or(0, |(ever, _)| ever);
    let seconds = start.elapsed().as_secs_f64();
    let value = format!("{seconds:.2} s, resident {} (since the start {})", megabytes(most), megabytes(ever));
    figure(what, &value, "under 100 MB");
    Ok(())
}

/// A job in a runner's hands.
struct Taken {
    id: i64,
    token: String,
    /// Its address.
    path: String,
}

impl Taken {
    async fn take(server: &Served) -> Outcome<Self> {
        let name = format!("transfers-{}", std::process::id());
        let project = number(&server.post("/projects", &json!({ "name": name })).await?, "id")?;
        let ci = json!({ "big": { "script": ["true"], "tags": [name], "artifacts": { "paths": ["big"] } } });
        let commit = json!({ "branch": "main", "commit_message": "Big", "actions": [
            { "action": "create", "file_path": ".gitlab-ci.yml", "content": ci.to_string() } ] });
        server.post(&format!("/projects/{project}/repository/commits"), &commit).await?;
        let runner = json!({ "runner_type": "instance_type", "tag_list": name, "run_untagged": false });
        let runner = text(&server.post("/user/runners", &runner).await?, "token")?;
        let ask = json!({ "token": runner, "system_id": "s_bench", "info": {
            "features": { "artifacts": true, "upload_multiple_artifacts": true } } });
        loop {
            let answer = server.anonymous(Method::POST, "/jobs/request").json(&ask).send().await?;
            if answer.status() == StatusCode::CREATED {
                let job: Value = answer.json().await?;
                let id = number(&job, "id")?;
                let path = format!("/projects/{project}/jobs/{id}");
                return Ok(Self { id, token: text(&job, "token")?, path });
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }

    async fn append(&self, server: &Served, from: usize, part: &[u8]) -> Outcome {
        let request = server.anonymous(Method::PATCH, &format!("/jobs/{}/trace", self.id));
        let range = format!("{from}-{}", from + part.len() - 1);
        let request = request.header("JOB-TOKEN", &self.token).header("Content-Range", range);
        expect(request.body(part.to_vec()).send().await?, StatusCode::ACCEPTED)
    }

    async fn finish(&self, server: &Served) -> Outcome {
        let body = json!({ "token": self.token, "state": "success" });
        let path = format!("/jobs/{}", self.id);
        expect(server.anonymous(Method::PUT, &path).json(&body).send().await?, StatusCode::OK)
    }
}

/// Sends the log in parts of a mebibyte; on the way, at its beginning and near its end, polls for what is new.
async fn send_log(server: &Served, job: &Taken) -> Outcome {
    let line = b"a line of a log, as long as lines of logs are on the average, which is about 80\n";
    let part: Vec<u8> = line.iter().copied().cycle().take(MIB).collect();
    let mut sent = 0;
    while sent < LOG {
        let part = &part[..MIB.min(LOG - sent)];
        job.append(server, sent, part).await?;
        sent += part.len();
        if sent == MIB || sent >= LOG {
            poll(server, job, sent).await?;
        }
    }
    Ok(())
}

/// What asking for the last 100 bytes costs.
async fn poll(server: &Served, job: &Taken, size: usize) -> Outcome {
    let mut times = Vec::new();
    let from = size - 100;
    let mut how = "byte_offset";
    for number in 0..POLLS * 2 {
        let ranged = number % 2 == 0;
        let path =
            if ranged { format!("{}/trace", job.path) } else { format!("{}/trace?byte_offset={from}", job.path) };
        let mut request = server.request(Method::GET, &path);
        if ranged {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let asked = Instant::now();
        let answer = request.send().await?;
        if ranged && answer.status() != StatusCode::PARTIAL_CONTENT {
            continue;
        }
        if ranged {
            how = "Range and byte_offset";
        }
        let got = answer.bytes().await?.len();
        if got != 100 {
            return Err(format!("{got} bytes came instead of 100").into());
        }
        times.push(asked.elapsed());
    }
    let value = format!("{:.2} ms in the median, by {how}", middle(times.into_iter()));
    figure(&format!("the last 100 bytes of a log of {}", megabytes(size as u64)), &value, "the new bytes only");
    Ok(())
}

async fn upload(server: &Served, job: &Taken, archive: &Path) -> Outcome {
    let file = tokio::fs::File::open(archive).await?;
    let length = file.metadata().await?.len();
    let part = multipart::Part::stream_with_length(file, length).file_name("artifacts.zip");
    let path = format!("/jobs/{}/artifacts?artifact_type=archive&artifact_format=zip", job.id);
    let request = server.anonymous(Method::POST, &path).header("JOB-TOKEN", &job.token);
    let form = multipart::Form::new().part("file", part);
    expect(request.multipart(form).send().await?, StatusCode::CREATED)
}

async fn read(server: &Served, path: &str) -> Outcome {
    let mut answer = server.request(Method::GET, path).send().await?;
    let length = answer.content_length();
    let mut got = 0;
    while let Some(piece) = answer.chunk().await? {
        got += piece.len() as u64;
    }
    let whole = answer.status() == StatusCode::OK && length.is_none_or(|length| length == got);
    if whole { Ok(()) } else { Err(format!("GET {path}: {} with {got} bytes", answer.status()).into()) }
}

fn expect(answer: reqwest::Response, status: StatusCode) -> Outcome {
    if answer.status() == status { Ok(()) } else { Err(format!("{}: {}", answer.url().path(), answer.status()).into()) }
}

fn big_archive(path: &Path) -> Outcome {
    let mut archive = zip::ZipWriter::new(std::io::BufWriter::new(std::fs::File::create(path)?));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("small.txt", options)?;
    archive.write_all(&[b'x'; 1000])?;
    archive.start_file("big", options)?;
    let piece = vec![7; MIB];
    let mut left = ARCHIVE;
    while left > 0 {
        let part = left.min(MIB);
        archive.write_all(&piece[..part])?;
        left -= part;
    }
    archive.finish()?.flush()?;
    Ok(())
}
