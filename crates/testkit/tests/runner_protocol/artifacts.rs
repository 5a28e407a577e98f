//! Artifacts up and down, and what dotenv reports hand on (runner protocol §8).

use crate::support::{Job, Reply, Server, chunked, for_both, for_both_with, gzip, patiently, streamed_zip, zip};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Something that makes, and something that uses.
const PAIR: &str = "make:\n  stage: build\n  script: [make]\n  artifacts: {paths: [out], reports: {dotenv: build.env}}\n\
                    use:\n  stage: test\n  script: [echo]\n  variables: {A: of the file}\n";
const ONE: &str = "make:\n  script: [make]\n  artifacts: {paths: [out], expire_in: 3 days}\n";

async fn job<'s>(server: &'s Server, ci: &str) -> Job<'s> {
    let runner = server.runner().await;
    server.project(ci).await;
    runner.take().await
}

/// The archive as the API gives it to the administrator.
async fn archive(job: &Job<'_>) -> Reply {
    job.server.get(&job.project().at(&format!("/jobs/{}/artifacts", job.id))).await
}

/// One file out of it.
async fn file(job: &Job<'_>, path: &str) -> Reply {
    job.server.get(&job.project().at(&format!("/jobs/{}/artifacts/{path}", job.id))).await
}

/// What the API lists of one type.
fn listed(shown: &Value, file_type: &str) -> Option<Value> {
    shown["artifacts"].as_array().unwrap().iter().find(|artifact| artifact["file_type"] == file_type).cloned()
}

/// Every stored file.
fn stored(server: &Server) -> BTreeSet<PathBuf> {
    fn walk(folder: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.insert(path);
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&server.folder.join("objects"), &mut found);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_34_fields_in_the_query_and_after_the_file_are_the_same() {
    let bytes = zip(&[("out/", b""), ("out/a.txt", b"hi\n")]);
    for_both(async |server| {
        let official = job(&server, ONE).await;
        let query = "?artifact_format=zip&artifact_type=archive&expire_in=3+days";
        official.upload(query, "artifacts.zip", &bytes).await.expect(201);
        let crate_like = job(&server, ONE).await;
        let form = Form::new()
            .part("file", chunked("artifacts.zip", &bytes))
            .text("artifact_format", "zip")
            .text("artifact_type", "archive")
            .text("expire_in", "3 days");
        Reply::of(crate_like.uploading("", form)).await.expect(201);
        let before = job(&server, ONE).await;
        let form = Form::new()
            .text("artifact_type", "archive")
            .text("expire_in", "3 days")
            .part("file", Part::bytes(bytes.clone()).file_name("artifacts.zip"));
        Reply::of(before.uploading("", form)).await.expect(201);
        let [one, two, three] = [official.show().await, crate_like.show().await, before.show().await];
        for key in ["artifacts", "artifacts_file", "artifacts_expire_at"] {
            assert_eq!((&one[key], &one[key]), (&two[key], &three[key]), "{key}");
        }
        let record = listed(&one, "archive").unwrap();
        assert_eq!((&record["file_format"], &record["filename"]), (&json!("zip"), &json!("artifacts.zip")));
        assert_eq!(record["size"], bytes.len());
        assert_eq!(one["artifacts_expire_at"], "2026-03-04T12:00:00.000Z");
        for job in [&official, &crate_like, &before] {
            assert_eq!(archive(job).await.expect(200).body, bytes);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_34_types_and_formats_after_the_file_count() {
    for_both(async |server| {
        let job = job(&server, "make:\n  script: [make]\n  artifacts: {reports: {junit: report.xml}}\n").await;
        let form = Form::new()
            .part("file", chunked("junit.xml.gz", &gzip(&[("report.xml", "<testsuites/>")])))
            .text("artifact_format", "gzip")
            .text("artifact_type", "junit");
        Reply::of(job.uploading("", form)).await.expect(201);
        let shown = job.show().await;
        assert_eq!(listed(&shown, "junit").expect("a junit report")["file_format"], "gzip");
        assert!(listed(&shown, "archive").is_none());
        archive(&job).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expiry_is_what_the_runner_says_else_the_default() {
    let day = |day: &str| json!(format!("2026-{day}T12:00:00.000Z"));
    let table = [
        ("?expire_in=1+week+2+days", day("03-10")),
        ("?expire_in=never", Value::Null),
        ("", day("03-31")),
        ("?expire_in=", day("03-31")),
    ];
    for_both(async |server| {
        for (query, expected) in &table {
            let job = job(&server, "make:\n  script: [make]\n  artifacts: {paths: [out]}\n").await;
            job.upload(query, "artifacts.zip", &zip(&[("a", b"a")])).await.expect(201);
            assert_eq!(&job.show().await["artifacts_expire_at"], expected, "{query}");
        }
    })
    .await;
}

/// Sends an upload that never ends until the server answers; returns the answer's head, and how much of the
/// file had been taken by then.
async fn endless_upload(job: &Job<'_>, most: usize) -> (String, usize) {
    let address = job.server.url.strip_prefix("http://").unwrap();
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let head = format!(
        "POST /api/v4/jobs/{}/artifacts?artifact_type=archive&artifact_format=zip HTTP/1.1\r\nHost: {address}\r\n\
         JOB-TOKEN: {}\r\nContent-Type: multipart/form-data; boundary=frontier\r\nTransfer-Encoding: chunked\r\n\r\n",
        job.id, job.token
    );
    let part = "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"artifacts.zip\"\r\n\r\n";
    writer.write_all(format!("{head}{:x}\r\n{part}\r\n", part.len()).as_bytes()).await.unwrap();
    let mut sent = 0;
    let sending = async {
        let chunk = [b"10000\r\n".as_slice(), &vec![b'z'; 0x10000], b"\r\n"].concat();
        while sent < most && writer.write_all(&chunk).await.is_ok() {
            sent += 0x10000;
        }
        // The connection is closed under us, or we have sent enough: the answer tells.
        std::future::pending::<()>().await;
    };
    let answering = async {
        let mut answer = Vec::new();
        let mut piece = [0; 1024];
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            match reader.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(read) => answer.extend_from_slice(&piece[..read]),
            }
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    let answer = patiently("an answer to the upload", async {
        tokio::select! { () = sending => unreachable!(), answer = answering => answer }
    });
    (answer.await, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_35_an_upload_over_the_limit_is_cut_off_with_413() {
    const LIMIT: usize = 1 << 20;
    // What sockets and pipes may hold while the server has stopped reading.
    const SLACK: usize = 64 << 20;
    for_both_with(
        |limits| limits.artifact_bytes = LIMIT as u64,
        async |server| {
            let job = job(&server, ONE).await;
            let before = stored(&server);
            let (answer, sent) = endless_upload(&job, LIMIT + SLACK).await;
            assert!(answer.starts_with("HTTP/1.1 413 "), "{answer:?} after {sent} bytes");
            assert!(sent < LIMIT + SLACK, "the server goes on reading");
            assert!(listed(&job.show().await, "archive").is_none());
            server.until("the bytes to go", async || (stored(&server) == before).then_some(())).await;
            // The job may still upload something smaller, up to the limit itself.
            job.upload_archive(&vec![b'z'; LIMIT]).await.expect(201);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_35_one_byte_over_the_limit_is_over() {
    for_both_with(
        |limits| limits.artifact_bytes = 1000,
        async |server| {
            let job = job(&server, ONE).await;
            let reply = job.upload_archive(&[b'z'; 1001]).await.expect(413);
            assert!(reply.text().contains("file size has reached maximum size limit"), "{}", reply.text());
            job.upload_archive(&[b'z'; 1000]).await.expect(201);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_36_the_first_of_two_archives_stays() {
    for_both(async |server| {
        let job = job(&server, ONE).await;
        let first = zip(&[("out/a.txt", b"first")]);
        job.upload_archive(&first).await.expect(201);
        let kept = stored(&server);
        job.upload_archive(&first).await.expect(201);
        let reply = job.upload_archive(&zip(&[("out/a.txt", b"second")])).await.expect(400);
        assert_eq!(reply.json(), json!({ "message": "another artifact of the same type already exists" }));
        assert_eq!(archive(&job).await.expect(200).body, first);
        server.until("the spare bytes to go", async || (stored(&server) == kept).then_some(())).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_36_the_same_archive_many_times_at_once_is_kept_once() {
    for_both(async |server| {
        let job = job(&server, ONE).await;
        let bytes = zip(&[("out/a.txt", b"one and the same")]);
        let replies = futures::future::join_all((0..5).map(|_| job.upload_archive(&bytes))).await;
        assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
        let shown = job.show().await;
        let archives = shown["artifacts"].as_array().unwrap().iter().filter(|one| one["file_type"] == "archive");
        assert_eq!(archives.count(), 1);
        assert_eq!(archive(&job).await.expect(200).body, bytes);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_37_an_upload_answers_201() {
    for_both(async |server| {
        let job = job(&server, ONE).await;
        let reply = job.upload_archive(&zip(&[("out/a.txt", b"a")])).await;
        assert_eq!((reply.status, reply.text().trim()), (201, "201"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_38_concatenated_gzip_members_are_all_read() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project(PAIR).await;
        let make = runner.take().await;
        let packed = gzip(&[("one.env", "FIRST=1\n"), ("two.env", "SECOND=2\n")]);
        make.upload("?artifact_format=gzip&artifact_type=dotenv", ".env", &packed).await.expect(201);
        make.succeed().await;
        let user = runner.take().await;
        assert_eq!((user.variable("FIRST"), user.variable("SECOND")), (Some("1"), Some("2")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_38_archives_are_read_through_their_central_directory() {
    for_both(async |server| {
        let job = job(&server, ONE).await;
        let long = "a line of a longer file\n".repeat(5000).into_bytes();
        let bytes = streamed_zip(&[("out/", b""), ("out/a.txt", b"hi\n"), ("out/long.txt", &long), ("ä/ö.txt", b"oe")]);
        job.upload_archive(&bytes).await.expect(201);
        assert_eq!(file(&job, "out/a.txt").await.expect(200).body, b"hi\n");
        assert!(file(&job, "out/long.txt").await.expect(200).body == long);
        assert_eq!(file(&job, "%C3%A4/%C3%B6.txt").await.expect(200).body, b"oe");
        file(&job, "out/none.txt").await.expect(404);
        assert_eq!(archive(&job).await.expect(200).body, bytes);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_39_a_dotenv_with_one_blank_line_is_refused_whole() {
    let bad = ["A=1\n\nB=2\n", "A=1\n# comment\n", "A=1\nno sign\n", "A-B=1\n", "=1\n", "A=1\n \n"];
    for_both(async |server| {
        for text in bad {
            let runner = server.runner().await;
            server.project(PAIR).await;
            let make = runner.take().await;
            let reply = make.upload_dotenv(text).await;
            assert_eq!(reply.status, 400, "{text:?}: {}", reply.text());
            assert!(reply.json()["message"].is_string(), "{}", reply.text());
            assert!(listed(&make.show().await, "dotenv").is_none(), "{text:?}");
            make.succeed().await;
            let user = runner.take().await;
            assert_eq!((user.variable("A"), user.variable("B")), (Some("of the file"), None), "{text:?}");
            user.succeed().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_39_a_dotenv_is_read_as_it_is() {
    let text = "\u{feff}QUOTED=\"x y\"\nSIGNS=b=c\n SPACED = around \nTWICE=1\nTWICE=2\nEMPTY=\nDOLLAR=$HOME\n";
    let expected = [
        ("QUOTED", "\"x y\""),
        ("SIGNS", "b=c"),
        ("SPACED", "around"),
        ("TWICE", "2"),
        ("EMPTY", ""),
        ("DOLLAR", "$HOME"),
    ];
    for_both(async |server| {
        let runner = server.runner().await;
        server.project(PAIR).await;
        let make = runner.take().await;
        make.upload_dotenv("A=1\n\n").await.expect(400);
        // Nothing was kept of the bad one, so the good one is the first.
        make.upload_dotenv(text).await.expect(201);
        make.succeed().await;
        let user = runner.take().await;
        for (key, value) in expected {
            assert_eq!(user.variable(key), Some(value), "{key}");
        }
        let variables = user.payload["variables"].as_array().unwrap();
        let quoted = variables.iter().find(|variable| variable["key"] == "QUOTED").unwrap();
        assert_eq!((&quoted["public"], &quoted["masked"]), (&json!(false), &json!(false)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dotenv_has_bounds() {
    let lines = |count: usize| (0..count).fold(String::new(), |text, number| text + &format!("KEY_{number}=value\n"));
    // Text that does not pack well.
    let noise: String =
        (0..20_000_u64).map(|n| char::from(b'a' + (n.wrapping_mul(n * 2_654_435_761) >> 13) as u8 % 26)).collect();
    for_both(async |server| {
        let named = format!("{}=1\n", &noise[..3000]);
        for (text, status) in [(lines(20), 201), (lines(21), 400), (format!("A={noise}\n"), 400), (named, 400)] {
            let job = job(&server, PAIR).await;
            let reply = job.upload_dotenv(&text).await;
            assert_eq!(reply.status, status, "{} bytes: {}", text.len(), reply.text());
            job.fail("script_failure").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_40_dotenv_beats_the_file_and_loses_to_the_project() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.empty_project(&json!({})).await;
        project.variable("B", "of the project", &json!({})).await;
        project.commit("main", &[(".gitlab-ci.yml", PAIR)]).await;
        let make = runner.take().await;
        make.upload_dotenv("A=of dotenv\nB=of dotenv\nC=of dotenv\n").await.expect(201);
        make.succeed().await;
        let user = runner.take().await;
        let seen = ["A", "B", "C"].map(|key| user.variable(key).unwrap().to_owned());
        assert_eq!(seen, ["of dotenv", "of the project", "of dotenv"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dotenv_goes_to_those_who_get_the_artifacts() {
    let ci = "make:\n  stage: build\n  script: [make]\n  artifacts: {reports: {dotenv: build.env}}\n\
              wanted:\n  stage: test\n  script: [echo]\n  needs: [make]\n\
              unwanted:\n  stage: test\n  script: [echo]\n  needs: [{job: make, artifacts: false}]\n\
              none:\n  stage: test\n  script: [echo]\n  dependencies: []\n";
    for_both(async |server| {
        let runner = server.runner().await;
        server.project(ci).await;
        let make = runner.take().await;
        make.upload_dotenv("A=1\n").await.expect(201);
        make.succeed().await;
        for _ in 0..3 {
            let job = runner.take().await;
            let expected = (job.name() == "wanted").then_some("1");
            assert_eq!(job.variable("A"), expected, "{}", job.name());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_41_the_dependencys_archive_comes_by_the_token_of_the_running_job() {
    let bytes = zip(&[("out/a.txt", b"for the next")]);
    for_both(async |server| {
        let runner = server.runner().await;
        server.project(PAIR).await;
        let make = runner.take().await;
        make.upload_archive(&bytes).await.expect(201);
        make.succeed().await;
        let user = runner.take().await;
        let dependency = &user.payload["dependencies"][0];
        assert_eq!((&dependency["id"], &dependency["name"]), (&json!(make.id), &json!("make")));
        assert_eq!(dependency["artifacts_file"], json!({ "filename": "artifacts.zip", "size": bytes.len() }));
        let token = dependency["token"].as_str().unwrap();
        for query in ["?direct_download=true", "?", ""] {
            let request = server.bare(Method::GET, &format!("/jobs/{}/artifacts{query}", make.id));
            let reply = Reply::of(request.header("JOB-TOKEN", token)).await.expect(200);
            assert_eq!(reply.body, bytes, "{query}");
        }
        // There is nothing to download of the job itself; nor for nobody, nor for somebody else.
        user.download(user.id).await.expect(404);
        Reply::of(server.bare(Method::GET, &format!("/jobs/{}/artifacts", make.id))).await.expect(401);
        Job { token: "glcbt-nobodys".to_owned(), ..user.clone() }.download(make.id).await.expect(401);
        server.project("stranger:\n  script: [echo]\n").await;
        let stranger = runner.take().await;
        let refused = stranger.download(make.id).await;
        assert!([403, 404].contains(&refused.status), "{} {}", refused.status, refused.text());

        user.succeed().await;
        let late = user.download(make.id).await;
        assert!([401, 403].contains(&late.status), "{} {}", late.status, late.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_42_a_dependency_without_an_archive_has_no_artifacts_file() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project(PAIR).await;
        runner.take().await.succeed().await;
        let user = runner.take().await;
        for dependency in user.payload["dependencies"].as_array().unwrap() {
            assert!(dependency.get("artifacts_file").is_none(), "{dependency}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_42_a_job_whose_needed_archive_expired_fails_before_it_is_given_out() {
    let ci = "make:\n  stage: build\n  script: [make]\n  artifacts: {paths: [out], expire_in: 30 minutes}\n\
              use:\n  stage: test\n  script: [echo]\n  dependencies: [make]\n\
              spare:\n  stage: test\n  script: [echo]\n  needs: [{job: make, artifacts: false}]\n";
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(ci).await;
        let make = runner.take().await;
        let query = "?artifact_format=zip&artifact_type=archive&expire_in=30+minutes";
        make.upload(query, "artifacts.zip", &zip(&[("out/a", b"a")])).await.expect(201);
        make.succeed().await;
        project.until("use", "pending").await;
        server.clock.advance(31 * 60);
        let given = runner.take().await;
        assert_eq!(given.name(), "spare");
        runner.ask().await.expect(204);
        let failed = project.until("use", "failed").await;
        assert_eq!(failed["failure_reason"], "missing_dependency_failure");
        // What ended cannot be downloaded either.
        given.download(make.id).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_43_the_index_of_an_archive_has_parents_and_no_zeros() {
    for_both(async |server| {
        let job = job(&server, ONE).await;
        let before = stored(&server);
        job.upload_archive(&zip(&[("deep/out/a.txt", b"hi\n"), ("empty.txt", b"")])).await.expect(201);
        let metadata = listed(&job.show().await, "metadata").expect("an index");
        assert_eq!((&metadata["file_format"], &metadata["filename"]), (&json!("gzip"), &json!("metadata.gz")));
        let new: Vec<PathBuf> = stored(&server).difference(&before).cloned().collect();
        let index = new.iter().find_map(|path| {
            let mut plain = Vec::new();
            let packed = std::fs::read(path).unwrap();
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut plain).ok().map(|_| plain)
        });
        let index = index.expect("the index is a gzip stream");
        assert_eq!(index[..4], [0, 0, 0, 0x26]);
        let mut records = Vec::new();
        let mut rest = &index[..];
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (record, after) = after.split_at(u32::from_be_bytes(*length) as usize);
            records.push(String::from_utf8(record.to_vec()).unwrap());
            rest = after;
        }
        assert_eq!(records[..2], ["GitLab Build Artifacts Metadata 0.0.2\n", "{}"]);
        let pairs: Vec<(&str, &str)> =
            records[2..].chunks(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        let paths: Vec<&str> = pairs.iter().map(|(path, _)| *path).collect();
        assert_eq!(paths, ["deep/", "deep/out/", "deep/out/a.txt", "empty.txt"]);
        assert_eq!((pairs[0].1, pairs[1].1), ("{}\n", "{}\n"));
        let of = |number: usize| serde_json::from_str::<Value>(pairs[number].1).unwrap();
        assert_eq!(
            (&of(2)["size"], &of(2)["crc"], &of(2)["mode"]),
            (&json!(3), &json!(3_983_506_042_u32), &json!("644"))
        );
        assert!(of(3).get("size").is_none() && of(3).get("crc").is_none(), "{}", pairs[3].1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_none_are_400_and_keep_nothing() {
    for_both(async |server| {
        let job = job(&server, ONE).await;
        let before = stored(&server);
        let bytes = || Part::bytes(zip(&[("a", b"a")])).file_name("artifacts.zip");
        let none = Form::new().text("artifact_type", "archive");
        Reply::of(job.uploading("", none)).await.expect(400);
        Reply::of(job.uploading("?artifact_type=trace", Form::new().part("file", bytes()))).await.expect(400);
        Reply::of(job.uploading("?artifact_format=rar", Form::new().part("file", bytes()))).await.expect(400);
        let path = format!("/jobs/{}/artifacts", job.id);
        let plain = server.bare(Method::POST, &path).header("JOB-TOKEN", &job.token).body("no multipart");
        let reply = Reply::of(plain).await;
        assert!([400, 415].contains(&reply.status), "{} {}", reply.status, reply.text());
        server.until("the bytes to go", async || (stored(&server) == before).then_some(())).await;
        assert_eq!(job.show().await["artifacts"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_keeps_nothing() {
    for_both(async |server| {
        let job = job(&server, ONE).await;
        let before = stored(&server);
        let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
            vec![Ok(vec![b'z'; 100_000]), Err(std::io::Error::other("the runner died"))];
        let broken = Part::stream(reqwest::Body::wrap_stream(futures::stream::iter(pieces))).file_name("artifacts.zip");
        let form = Form::new().part("file", broken);
        job.uploading("?artifact_type=archive&artifact_format=zip", form).send().await.unwrap_err();
        server.until("the bytes to go", async || (stored(&server) == before).then_some(())).await;
        assert_eq!(job.show().await["artifacts"], json!([]));
        job.upload_archive(&zip(&[("a", b"a")])).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_jobs_token_uploads_nothing() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("make:\n  script: [make]\n  parallel: 2\n").await;
        let (one, two) = (runner.take().await, runner.take().await);
        let stranger = Job { token: two.token.clone(), ..one.clone() };
        stranger.upload_archive(&zip(&[("a", b"a")])).await.expect(403);
        Job { token: "glcbt-nobodys".to_owned(), ..one.clone() }.upload_archive(&zip(&[("a", b"a")])).await.expect(403);
        assert_eq!((&one.show().await["artifacts"], &two.show().await["artifacts"]), (&json!([]), &json!([])));
    })
    .await;
}
