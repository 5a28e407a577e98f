//! A keeper and nothing else, for programs that embed the runner without being one themselves,
//! such as tests.

fn main() {
    if let Some(status) = pipewright_runner::keep_if_asked() {
        std::process::exit(status);
    }
    eprintln!("this program is started by the runner, not by people");
    std::process::exit(2);
}
