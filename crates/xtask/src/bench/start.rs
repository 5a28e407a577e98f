//! From nothing to the first answer, and what an idle server weighs.

use super::served::Served;
use super::{figure, mebibytes, spread};
use std::path::Path;
use std::time::{Duration, Instant};

const STARTS: usize = 10;
/// Until what a start leaves behind has settled.
const SETTLE: Duration = Duration::from_secs(2);

pub(crate) fn measure(binary: &Path) -> Result<(), String> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let server = Served::start(binary, &[])?;
        let answer = server.connect()?.get("/-/health")?;
        times.push(start.elapsed());
        if answer.status != 200 {
            return Err(format!("/-/health answered {}", answer.status));
        }
    }
    figure("serve --ephemeral: start to first 200", &spread(times), "under 100 ms");
    for (what, arguments) in
        [("resident memory, idle", &[][..]), ("resident memory, idle, with the shell runner", &["--runner", "shell"])]
    {
        let server = Served::start(binary, arguments)?;
        std::thread::sleep(SETTLE);
        let resident = server.resident().map_or("not known here".to_owned(), mebibytes);
        figure(what, &resident, "under 40 MB");
    }
    Ok(())
}
