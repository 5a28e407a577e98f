//! What runners call.

use super::runners::settings;
use crate::runner::caller::ByRunner;
use pipewright_http_kit::describe::{Field, Kind, Operations};
use pipewright_wire::runner::RunnerToken;
use serde_json::{Map, Value};

const TOKEN: &str = "The runner's token; the header `RUNNER-TOKEN` may hold it instead.";
const JOB_TOKEN: &str = "The job's token; the body may hold it as `token` instead.";
const OVER: &str = "Wrong token, or the job is over: `Job-Status` says how it stands.";
const INFO: &[Field] = &[
    Field { name: "name", kind: Kind::Text, required: false, about: "Program." },
    Field { name: "version", kind: Kind::Text, required: false, about: "Its version." },
    Field { name: "revision", kind: Kind::Text, required: false, about: "Its revision." },
    Field { name: "platform", kind: Kind::Text, required: false, about: "Operating system." },
    Field { name: "architecture", kind: Kind::Text, required: false, about: "Processor." },
    Field { name: "executor", kind: Kind::Text, required: false, about: "How it runs jobs." },
    Field { name: "features", kind: Kind::Object, required: false, about: "What it can do." },
];

pub(super) fn describe(api: &mut Operations) {
    api.tag("Runner protocol", "What runners call, with tokens of their own instead of a person's.");
    runners(api);
    jobs(api);
    artifacts(api);
}

fn runners(api: &mut Operations) {
    let register = api.post::<ByRunner>("/runners", "Register a runner with a registration token");
    register
        .required("token", Kind::Text, "The registration token.")
        .refuses(410, "The instance does not register runners this way any more: `410 Gone`, and a `reason`.");
    settings(register)
        .answers::<RunnerToken>(201, "The runner's token; it is shown this once.")
        .refuses(403, "Wrong token.");
    api.post::<ByRunner>("/runners/verify", "Ask whether a runner's token is good")
        .about("Also a sign of life of the machine.")
        .required("token", Kind::Text, TOKEN)
        .param("system_id", Kind::Text, "The machine.")
        .param("info", Kind::Members(INFO), "What the machine is.")
        .answers::<RunnerToken>(200, "It is good.")
        .refuses(403, "It is not.");
    api.post::<ByRunner>("/runners/reset_authentication_token", "Replace one's own token")
        .required("token", Kind::Text, TOKEN)
        .answers::<RunnerToken>(201, "The new token; it is shown this once.")
        .refuses(403, "Wrong token.");
    api.delete::<ByRunner>("/runners", "Remove oneself")
        .required("token", Kind::Text, TOKEN)
        .empty(204, "The runner is gone.")
        .refuses(403, "Wrong token.");
    api.delete::<ByRunner>("/runners/managers", "Remove one machine of oneself")
        .required("token", Kind::Text, TOKEN)
        .required("system_id", Kind::Text, "The machine.")
        .empty(204, "The machine is gone.")
        .refuses(403, "Wrong token.")
        .refuses(404, "There is no such machine.");
    api.get::<ByRunner>("/runners/router/discovery", "Ask for the job router")
        .about("There is none: always 501.")
        .refuses(501, "There is no job router.");
}

fn jobs(api: &mut Operations) {
    api.post::<ByRunner>("/jobs/request", "Ask for a job")
        .about("Waits a while if there is none.")
        .reads_by_itself()
        .param("token", Kind::Text, TOKEN)
        .param("system_id", Kind::Text, "The machine.")
        .param("info", Kind::Members(INFO), "What the machine is and can do.")
        .param("last_update", Kind::Text, "`X-GitLab-Last-Update` of the last answer.")
        .answers::<Map<String, Value>>(201, "The job, with everything needed to run it.")
        .empty(204, "There is none; `X-GitLab-Last-Update` is for the next time.")
        .refuses(403, "Wrong token.")
        .refuses(409, "Another runner was faster.");
    api.put::<ByRunner>("/jobs/{job_id}", "Tell how a job stands")
        .reads_by_itself()
        .header("JOB-TOKEN", false, JOB_TOKEN)
        .param("token", Kind::Text, "The job's token.")
        .param("state", Kind::Word(&["running", "success", "failed"]), "How it stands.")
        .param("failure_reason", Kind::Text, "Why it failed.")
        .param("exit_code", Kind::Integer, "The script's.")
        .param("checksum", Kind::Text, "Of the whole log: `crc32:` and eight hexadecimal digits.")
        .sends(200, "text/plain", "It is noted; `Job-Status` says how the job stands.")
        .sends(202, "text/plain", "The log is not whole yet.")
        .refuses(403, OVER);
    api.patch::<ByRunner>("/jobs/{job_id}/trace", "Send a part of a job's log")
        .reads_by_itself()
        .header("JOB-TOKEN", true, "The job's token.")
        .header("Content-Range", true, "Which bytes they are: `0-99`.")
        .query("debug_trace", Kind::Boolean, "The log tells secrets.")
        .takes("text/plain", "The bytes.")
        .sends(202, "text/plain", "They are kept; `Range` says how much there is.")
        .refuses(403, OVER)
        .refuses(416, "The part does not fit what is there; `Range` says what is.");
}

fn artifacts(api: &mut Operations) {
    const FORMAT: &[&str] = &["zip", "gzip", "raw"];
    api.post::<ByRunner>("/jobs/{job_id}/artifacts", "Send a file of a job")
        .reads_by_itself()
        .header("JOB-TOKEN", false, JOB_TOKEN)
        .param("file", Kind::File, "The file.")
        .param("token", Kind::Text, "The job's token.")
        .query("artifact_type", Kind::Text, "What it is; `archive` if left out.")
        .query("artifact_format", Kind::Word(FORMAT), "How it is packed; `zip` if left out.")
        .query("expire_in", Kind::Text, "How long to keep it: `3 days`.")
        .query("accessibility", Kind::Word(pipewright_model::artifact::Accessibility::WORDS), "Who may have it.")
        .sends(201, "text/plain", "It is kept.")
        .refuses(403, OVER);
    api.get::<ByRunner>("/jobs/{job_id}/artifacts", "Get the archive of a job needed")
        .reads_by_itself()
        .header("JOB-TOKEN", false, "The job's token.")
        .param("token", Kind::Text, "The same.")
        .sends(200, "application/zip", "The archive.")
        .refuses(401, "No token, or a wrong one.")
        .refuses(403, "The token does not reach.");
    api.post::<ByRunner>("/jobs/{job_id}/artifacts/authorize", "Ask whether a file may be sent")
        .about("GitLab's front end asks so; no client does. Always refused.")
        .reads_by_itself()
        .refuses(403, "Always.");
}
