//! The case files of the service this machine agrees with. They are not part of this repository:
//! `PIPEWRIGHT_CASES` names a folder that holds `pipeline_processing/`.

use crate::scenario::run;
use std::path::{Path, PathBuf};

/// Beside a checkout of this repository, unless the environment says otherwise.
fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases");
    std::env::var_os("PIPEWRIGHT_CASES").map_or(beside, PathBuf::from).join("pipeline_processing")
}

#[test]
fn all_cases_of_pipeline_processing() {
    let folder = folder();
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "set PIPEWRIGHT_CASES: no {}", folder.display());
        println!("skipped: pipeline_processing, for there is no {} (set PIPEWRIGHT_CASES)", folder.display());
        return;
    }
    let (mut files, mut expectations, mut failed) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(&folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            files += 1;
            let text = std::fs::read_to_string(&path).expect("a readable file");
            match std::panic::catch_unwind(|| run(&text)) {
                Ok(count) => expectations += count,
                Err(_) => failed.push(path.file_name().map(|name| name.to_string_lossy().into_owned())),
            }
        }
    }
    println!("{files} files, {expectations} expectations");
    assert!(failed.is_empty(), "{} of {files} failed: {failed:?}", failed.len());
    assert!(files >= 40, "only {files} files in {}", folder.display());
}
