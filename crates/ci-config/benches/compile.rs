//! How long it takes to compile a file of many jobs, each with a rule; whether that grows with their number.
//!
//! `cargo bench -p pipewright-ci-config`

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pipewright_ci_config::{Facts, NoFiles, SourceFile, compile};
use std::fmt::Write as _;

/// Jobs of a pipeline. The bounds: 1,000 in 30 ms, 5,000 in 150 ms.
const JOBS: [usize; 3] = [500, 1_000, 5_000];

fn many_jobs(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("compile");
    group.sample_size(20);
    let facts = Facts::branch("main", "push");
    for jobs in JOBS {
        let source = SourceFile::root(".gitlab-ci.yml", text(jobs));
        group.throughput(Throughput::Elements(jobs as u64));
        group.bench_with_input(BenchmarkId::from_parameter(jobs), &source, |bench, source| {
            bench.iter(|| {
                let plan = compile(source, &facts, &NoFiles).unwrap_or_else(|errors| panic!("{errors}"));
                assert_eq!(plan.jobs.len(), jobs);
                plan
            });
        });
    }
    group.finish();
}

fn text(jobs: usize) -> String {
    let mut text = String::from(
        "stages: [build, test]\n\
         default: { image: alpine, before_script: [echo before] }\n\
         variables: { A: one, B: $A-two }\n\
         .base: { script: [echo base], artifacts: { paths: [out/] } }\n",
    );
    for number in 0..jobs {
        let stage = if number % 2 == 0 { "build" } else { "test" };
        let _ = write!(
            text,
            "job-{number}:\n  extends: .base\n  stage: {stage}\n  variables:\n    N: \"{number}\"\n  \
             script:\n    - echo {number}\n    - make target-{number}\n  \
             rules:\n    - if: $CI_COMMIT_BRANCH == \"main\" && $N != \"x{number}\"\n      when: on_success\n    - when: never\n"
        );
    }
    text
}

criterion_group!(benches, many_jobs);
criterion_main!(benches);
