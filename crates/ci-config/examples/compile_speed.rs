//! How long it takes to compile a file of many jobs, each with a rule.
//!
//! `cargo run --release -p pipewright-ci-config --example compile_speed [JOBS]`

use pipewright_ci_config::{Facts, NoFiles, SourceFile, compile};
use std::fmt::Write as _;
use std::time::Instant;

#[allow(clippy::disallowed_methods)] // a measurement is what the clock is for here
fn main() {
    let jobs: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1000);
    let source = SourceFile::root(".gitlab-ci.yml", text(jobs));
    let facts = Facts::branch("main", "push");
    let mut times: Vec<f64> = (0..21)
        .map(|_| {
            let start = Instant::now();
            let plan = compile(&source, &facts, &NoFiles);
            let time = start.elapsed().as_secs_f64() * 1000.0;
            assert_eq!(plan.map(|plan| plan.jobs.len()).map_err(|errors| errors.to_string()), Ok(jobs));
            time
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{jobs} jobs, {} bytes: median {:.2} ms, best {:.2} ms", source.text.len(), times[10], times[0]);
}

fn text(jobs: usize) -> String {
    let mut text = String::from(
        "stages: [build, test]\ndefault:\n  image: alpine\n  before_script: [echo before]\nvariables:\n  A: one\n  B: $A-two\n.base:\n  script: [echo base]\n  artifacts:\n    paths: [out/]\n",
    );
    for number in 0..jobs {
        let stage = if number % 2 == 0 { "build" } else { "test" };
        let _ = write!(
            text,
            "job-{number}:\n  extends: .base\n  stage: {stage}\n  variables:\n    N: \"{number}\"\n  script:\n    - echo {number}\n    - make target-{number}\n  rules:\n    - if: $CI_COMMIT_BRANCH == \"main\" && $N != \"x{number}\"\n      when: on_success\n    - when: never\n"
        );
    }
    text
}
