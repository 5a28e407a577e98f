//! The job's own scripts.

use std::time::Duration;

use tokio::time::sleep;

use pipewright_wire::runner::Step;

use super::Job;
use super::failure::Failure;

/// Longest time that "no limit" stands for.
const FOREVER: Duration = Duration::from_hours(365 * 24);

/// Runs `before_script` and `script` in one shell. When the job is cancelled meanwhile its
/// processes are gone when this returns.
pub(super) async fn script(job: &Job) -> Result<(), Failure> {
    let Some(step) = step(job, "script") else {
        return Ok(());
    };
    let heading = "Executing \"step_script\" stage of the job script";
    let _section = job.section("step_script", heading);
    let limit = limit(job, "RUNNER_SCRIPT_TIMEOUT").unwrap_or(FOREVER);
    let result = tokio::select! {
        biased;
        () = job.control.canceling() => Err(Failure::Canceled),
        status = run(job, step, "running") => status,
        () = sleep(limit) => Err(Failure::ScriptTimeout(limit)),
    };
    match result {
        Ok(0) => Ok(()),
        Ok(status) => Err(Failure::Script(status)),
        Err(failure) => {
            job.shells.close().await;
            Err(failure)
        }
    }
}

/// Runs `after_script` in a new shell. Whatever becomes of it, the job's result stays.
pub(super) async fn after_script(job: &Job, result: &Result<(), Failure>) {
    let Some(step) = step(job, "after_script") else {
        return;
    };
    let status = match result {
        Ok(()) => "success",
        Err(Failure::Canceled) => "canceled",
        Err(_) => "failed",
    };
    let _section = job.section("after_script", "Running after_script");
    job.log.line("Running after script...");
    let usual = job.config.after_script_timeout;
    let limit = limit(job, "RUNNER_AFTER_SCRIPT_TIMEOUT").unwrap_or(usual);
    let ended = tokio::select! {
        status = run(job, step, status) => Some(status),
        () = sleep(limit) => None,
    };
    match ended {
        Some(Ok(0)) => {}
        Some(Ok(status)) => {
            job.log.warn(&format!("after_script failed with exit code {status}; the job's result stays"));
        }
        Some(Err(failure)) => job.log.warn(&format!("after_script: {}", failure.sentence())),
        None => {
            job.log.warn(&format!("after_script took longer than {} seconds and is stopped", limit.as_secs()));
            job.shells.close().await;
        }
    }
}

fn step<'a>(job: &'a Job, name: &str) -> Option<&'a Step> {
    let mut steps = job.payload.steps.iter();
    steps.find(|step| step.name == name && !step.script.is_empty())
}

async fn run(job: &Job, step: &Step, status: &str) -> Result<i32, Failure> {
    let text = job.shell.script(&step.script, job.flag("CI_DEBUG_TRACE"));
    let more = [("CI_JOB_STATUS", status.to_owned())];
    job.shell_text(&step.name, &text, &job.place.project, &more).await
}

/// A limit from a variable, as `1h30m`, `90s` or plain seconds; `None` if absent or unreadable.
fn limit(job: &Job, key: &str) -> Option<Duration> {
    duration(job.variables.filled(key)?).filter(|limit| !limit.is_zero())
}

fn duration(text: &str) -> Option<Duration> {
    let mut total = 0_u64;
    let mut number = String::new();
    for c in text.trim().chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        let count: u64 = std::mem::take(&mut number).parse().ok()?;
        total = total.checked_add(count.checked_mul(unit)?)?;
    }
    if !number.is_empty() {
        total = total.checked_add(number.parse().ok()?)?;
    }
    Some(Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn limits_are_read_with_and_without_units() {
        assert_eq!(duration("1h30m5s"), Some(Duration::from_secs(5405)));
        assert_eq!(duration("90"), Some(Duration::from_secs(90)));
        assert_eq!(duration("soon"), None);
        assert_eq!(duration("h"), None);
    }
}
