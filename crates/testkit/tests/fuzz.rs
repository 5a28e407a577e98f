//! The fuzz targets of `fuzz/`, each for a bounded while: samples as they come, then damaged in thousands of
//! ways. `PIPEWRIGHT_FUZZ_ROUNDS` makes it longer (docs/TESTING.md).

use pipewright_engine::archives;
use pipewright_http_kit::fuzzing;
use pipewright_testkit::{Mutations, zip};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Damaged inputs of each target.
const ROUNDS: usize = 20_000;
/// Of the one that writes files.
const ROUNDS_ON_DISK: usize = 1000;

fn bytes(samples: &[&str]) -> Vec<Vec<u8>> {
    samples.iter().map(|sample| sample.as_bytes().to_vec()).collect()
}

/// Gives the target the samples and what damage makes of them; shows the input it panicked over.
fn drive(samples: &[Vec<u8>], words: &[&[u8]], rounds: usize, target: impl Fn(&[u8])) {
    let more = std::env::var("PIPEWRIGHT_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse::<usize>().ok());
    let seed = more.map_or(7, |rounds| rounds as u64);
    let rounds = more.map_or(rounds, |more| more * rounds / ROUNDS);
    for input in samples.iter().cloned().chain(Mutations::new(samples, words, seed).take(rounds)) {
        let held = catch_unwind(AssertUnwindSafe(|| target(&input)));
        assert!(held.is_ok(), "the target panicked over b\"{}\"", input.escape_ascii());
    }
}

#[test]
fn any_query_is_read_or_refused_and_links_repeat_it() {
    let samples = bytes(&[
        "scope[]=pending&scope[]=running&per_page=2&page=3",
        "job_variables_attributes[][key]=A&job_variables_attributes[][value]=1&job_variables_attributes[][key]=B",
        "a[b][c]=1&a[b][d]=%F0%9F%92%A9&x=a+b%2Bc&pagination=keyset&cursor=eyJpZCI6IjI2IiwiX2tkIjoibiJ9",
        "id=99999999999999999999&force=yes&after=2024-02-03T04:05:06Z&private_token=x&&=&[]=1&[x]=2&e",
    ]);
    let words: [&[u8]; 10] = [b"[", b"]", b"[]", b"][", b"&", b"=", b"%", b"%00", b"%5B%5D", b"[a]"];
    drive(&samples, &words, ROUNDS, fuzzing::query);
}

#[test]
fn any_json_is_read_or_refused() {
    let samples = bytes(&[
        r#"{"job_variables_attributes":[{"key":"A","value":"1"}],"force":true,"n":1.5e300,"x":null}"#,
        r#"{"variables":{"A":{"value":"\u0000"}},"ids":[1,2,99999999999999999999],"deep":[[[[{}]]]]}"#,
    ]);
    let words: [&[u8]; 8] = [b"{", b"}", b"[", b"]", b"\"", b"\\u", b"[[[[[[[[[[[[[[[[[[[[[[[[[[", b"1e999"];
    drive(&samples, &words, ROUNDS, fuzzing::json);
}

#[test]
fn any_multipart_body_is_read_or_refused() {
    let part = |head: &str, body: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let whole = [
        part("name=\"key\"", "A"),
        part("name=\"file\"; filename=\"x.txt\"\r\nContent-Type: text/plain", "text"),
        part("name=\"list[][key]\"", "\u{e9}"),
        "--b--\r\n".to_owned(),
    ];
    let words: [&[u8]; 7] = [b"--b", b"--b--", b"\r\n", b"\r\n\r\n", b"Content-Disposition", b"name=", b"\""];
    drive(&[whole.concat().into_bytes()], &words, ROUNDS, fuzzing::multipart);
}

#[test]
fn any_path_gives_its_parameters() {
    let samples = bytes(&[
        "/api/v4/projects/group%2Fproject/jobs/12",
        "/api/v4/projects/-5/jobs/artifacts/feature/x/raw/a%20b/%2e%2e/c.txt",
        "//%2F%00/%zz/\u{e9}%C3/",
    ]);
    let words: [&[u8]; 6] = [b"/", b"%2F", b"%00", b"%", b"..", b"%FF"];
    drive(&samples, &words, ROUNDS, fuzzing::path);
}

/// Archives of every make: packed and not, folders, links, names that climb, a comment, one inside another.
fn archives() -> Vec<Vec<u8>> {
    let plain = zip(&[("a/b.txt", &[b'x'; 3000]), ("c/", b""), ("d", b"short"), ("empty", b"")]);
    let climbing = zip(&[("../evil", b"1"), ("/evil", b"2"), ("a/../../evil", b"3"), ("./a//b", b"4")]);
    let options = ::zip::write::SimpleFileOptions::default();
    let mut links = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    links.add_symlink("door", "..", options).expect("a link");
    links.start_file("door/evil", options.large_file(true)).expect("a file");
    links.write_all(b"evil").expect("its content");
    links.add_symlink("door/deep", "/etc/passwd", options).expect("a link");
    links.set_comment("PK\u{5}\u{6} is how an end begins").expect("a comment");
    let links = links.finish().expect("an archive").into_inner();
    let stored = options.compression_method(::zip::CompressionMethod::Stored);
    let mut nested = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    nested.start_file("inner.zip", stored).expect("a file");
    nested.write_all(&plain).expect("its content");
    let nested = nested.finish().expect("an archive").into_inner();
    vec![plain, climbing, links, nested]
}

const ZIP_WORDS: [&[u8]; 7] =
    [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"../", b"\x01\x00\x10\x00"];

#[test]
fn any_archive_is_read_within_its_bounds() {
    drive(&archives(), &ZIP_WORDS, ROUNDS, archives::fuzz);
}

#[test]
fn a_few_long_names_do_not_make_millions_of_folders() {
    // Each name is a folder in a folder in a folder …, none of them in two names.
    let names: Vec<String> = (0..60).map(|number| format!("{number}/{}x", "a/".repeat(30_000))).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    archives::fuzz(&zip(&files));
}

#[test]
fn nothing_of_any_archive_is_unpacked_outside() {
    drive(&archives(), &ZIP_WORDS, ROUNDS_ON_DISK, |data| {
        let folder = tempfile::tempdir().expect("a throwaway folder");
        pipewright_runner::fuzzing::extract(folder.path(), data);
    });
}
