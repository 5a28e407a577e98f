//! What several stories look at.

use pipewright_testkit::Claimed;
use std::io::Write;

/// What a job sees: of two variables of one name the later one.
pub(super) fn value(job: &Claimed<'_>, key: &str) -> Option<String> {
    let all = job.payload["variables"].as_array().unwrap();
    all.iter().rev().find(|v| v["key"] == key).map(|v| v["value"].as_str().unwrap().to_owned())
}

/// A packed report.
pub(super) fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}
