//! The project's own chores. `cargo xtask` lists them.

mod api_docs;
mod bench;
mod clients;
#[cfg(test)]
mod documents;
mod layers;
mod postgres;
mod process;
mod report;
mod schemathesis;
mod test;
mod tests_of_cargo;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <chore>

  api-docs          renew docs/API.md out of the routes' descriptions (crates/api/src/describe)
  layers            refuse dependencies between crates that docs/ARCHITECTURE.md does not allow
  test              everything: format, lints, layers, all tests on both databases, the clients' suite
                    (ARGS… are handed to `cargo test`)
  clients           the clients' suite alone, against a fresh build
  bench             figures of the release binary: start, memory, size, pick-up, log latency
  bench api         the Jobs API over a million jobs, beside a handler that answers from memory; large
                    logs and artifacts (--jobs N, --keep FOLDER, --postgres URL, --only reads|transfers)
  postgres COMMAND… run a command with a throwaway PostgreSQL, named in PIPEWRIGHT_TEST_POSTGRES:
                    cargo xtask postgres cargo test -p pipewright-store

With CI=true a suite whose tool is missing fails; elsewhere it is skipped, by name.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (chore, rest) = arguments.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let outcome = match chore {
        "api-docs" => api_docs::run(),
        "layers" => layers::run(),
        "test" => test::run(&rest),
        "clients" => clients::alone(),
        "bench" => bench::run(&rest),
        "postgres" => postgres::lend(&rest),
        "" | "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no chore `{other}`\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
