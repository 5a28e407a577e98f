//! Jobs: lists, one job, its log, what can be done with it, and a job's own view of itself.

use pipewright_engine::reading::{DEFAULT_WAIT_SECONDS, LONGEST_WAIT_SECONDS};
use pipewright_http_kit::describe::{Field, Kind, Operation, Operations, Total};
use pipewright_http_kit::{OpenOrJob, SignedIn, SignedInOrJob};
use pipewright_model::Status;
use pipewright_wire::jobs::{Bridge, Job};
use serde_json::Map;

const SCOPE: &str = "Only jobs in one of these statuses. A comma list in one text is one wrong word.";
const NOT_ALLOWED: &str = "The caller's role does not reach, or a protected ref or an archived job stands in the way.";
const VARIABLES: &[Field] = &[
    Field { name: "key", kind: Kind::Text, required: true, about: "Name: letters, digits and underscores." },
    Field { name: "value", kind: Kind::Text, required: true, about: "Value; may be empty." },
];

pub(super) fn describe(api: &mut Operations) {
    api.tag("Jobs", "Jobs of a project or pipeline, their logs, and what can be done with them.");
    lists(api);
    one(api);
    changes(api);
    api.tag("A job's own view", "What a running job learns of itself with its own token.");
    own(api);
}

fn lists(api: &mut Operations) {
    api.get::<SignedInOrJob>("/projects/{id}/jobs", "List a project's jobs")
        .about("Newest first, retried jobs included, bridges not. The list is never counted. By keyset every page costs the same, however deep.")
        .param("scope", Kind::WordOrWords(Status::WORDS), SCOPE)
        .param("ref", Kind::Text, "Only jobs of this branch or tag.")
        .also(filters)
        .page(Total::Uncounted)
        .keyset()
        .lists::<Job<'static>>("The jobs.")
        .refuses(429, "More than the instance's limit of calls within a minute, 600 unless set otherwise.")
        .example("?scope[]=pending&scope[]=running");
    api.get::<OpenOrJob>("/projects/{id}/pipelines/{pipeline_id}/jobs", "List a pipeline's jobs")
        .about("Newest first, the latest attempt of each name. Child pipelines have lists of their own.")
        .param("scope", Kind::WordOrWords(Status::WORDS), SCOPE)
        .param("include_retried", Kind::Boolean, "Earlier attempts too.")
        .default(false)
        .also(filters)
        .page(Total::Counted)
        .keyset()
        .lists::<Job<'static>>("The jobs.");
    for name in ["bridges", "trigger_jobs"] {
        let path = format!("/projects/{{id}}/pipelines/{{pipeline_id}}/{name}");
        let other = if name == "bridges" {
            "`…/trigger_jobs` is the newer name."
        } else {
            "`…/bridges` is the older name."
        };
        api.get::<OpenOrJob>(&path, "List a pipeline's bridges")
            .about("Jobs that start other pipelines. ")
            .about(other)
            .param("scope", Kind::WordOrWords(Status::WORDS), SCOPE)
            .also(filters)
            .page(Total::Counted)
            .lists::<Bridge<'static>>("The bridges.");
    }
}

/// What GitLab's lists cannot be narrowed by.
fn filters(list: &mut Operation) {
    list.param("name", Kind::Text, "Only jobs of this name. GitLab has no such parameter; nor the next five.")
        .param("search", Kind::Text, "Only jobs whose name contains this, in upper or lower case.")
        .param("stage", Kind::Text, "Only jobs of this stage.")
        .param("runner_id", Kind::Integer, "Only jobs this runner took.")
        .param("updated_after", Kind::Time, "Only jobs that changed at this time or later.")
        .param("updated_before", Kind::Time, "Only jobs that last changed at this time or before.");
}

/// A wait's parameter and header.
pub(super) fn wait(operation: &mut Operation) {
    let longest = Kind::Between(0, LONGEST_WAIT_SECONDS);
    operation
        .about("GitLab has no such call. Answered like the plain one, with the header `X-Pipewright-Ended`: `false` when the time was up first, or the server stops.")
        .param("timeout", longest, "Seconds to wait at most. Proxies on the way must be as patient.")
        .default(DEFAULT_WAIT_SECONDS)
        .example("?timeout=600");
}

fn one(api: &mut Operations) {
    api.get::<SignedIn>("/projects/{id}/jobs/{job_id}/wait", "Wait until a job has ended")
        .answers::<Job<'static>>(200, "The job.")
        .also(wait);
    api.get::<SignedIn>("/projects/{id}/jobs/{job_id}", "Get one job")
        .about("Retried jobs are found too; bridges are not.")
        .answers::<Job<'static>>(200, "The job.");
    api.get::<SignedIn>("/projects/{id}/jobs/{job_id}/trace", "Get a job's log")
        .about("The bytes as the runner sent them, ANSI codes and section markers included; of a running job, those that are there. A job without a log answers 200 with nothing.")
        .param("byte_offset", Kind::Between(0, i64::MAX), "The first byte to send.")
        .default(0)
        .param("byte_limit", Kind::Between(1, 512_000), "Most bytes to send.")
        .param("tail", Kind::Between(0, 100_000), "Only the last lines, as many. GitLab has no such parameter, nor the next.")
        .param("follow", Kind::Boolean, "Send what is added to the log as it comes, until the job has ended.")
        .default(false)
        .about("A `Range` of bytes is answered with 206, which GitLab does not: whoever polls asks for `bytes=SIZE-` and gets the new bytes, or 416 while there are none.")
        .sends(200, "text/plain", "The log.")
        .sends(206, "text/plain", "The part of it that `Range` asks for.")
        .refuses(304, "The log is the one the caller has.")
        .refuses(416, "Nothing of the range lies within the log. No body.")
        .refuses(403, "A job that ran with `CI_DEBUG_TRACE` shows its log to developers and above only.")
        .example("?byte_offset=4096");
}

fn changes(api: &mut Operations) {
    api.post::<SignedIn>("/projects/{id}/jobs/{job_id}/cancel", "Cancel a job")
        .about("A job that cannot be canceled is answered unchanged. With a runner that can cancel gracefully a running job goes to `canceling` first.")
        .param("force", Kind::Boolean, "End a job that hangs in `canceling`, and nothing else; for maintainers.")
        .default(false)
        .answers::<Job<'static>>(201, "The job as it stands now.")
        .refuses(403, NOT_ALLOWED);
    let retry = api.post::<SignedIn>("/projects/{id}/jobs/{job_id}/retry", "Retry a job");
    retry
        .about("Makes a new job with a new id; the old one keeps its status. Works for bridges too.")
        .answers::<Job<'static>>(201, "The new job.")
        .refuses(403, NOT_ALLOWED)
        .refuses(403, "Or the job cannot be retried: it has not ended or was retried before.");
    inputs(retry);
    api.post::<SignedIn>("/projects/{id}/jobs/{job_id}/erase", "Erase a job's log and artifacts")
        .about("Developers erase their own jobs on unprotected refs, maintainers any.")
        .answers::<Job<'static>>(201, "The job, with `erased_at`.")
        .refuses(403, NOT_ALLOWED)
        .refuses(403, "Or there is nothing to erase, or the job has not ended.");
    let play = api.post::<SignedIn>("/projects/{id}/jobs/{job_id}/play", "Start a manual or delayed job");
    play.about("A waiting job is enqueued under its own id; one that ended is retried under a new id. One wrong variable refuses the whole.")
        .param("job_variables_attributes", Kind::Items(VARIABLES), "Variables for this run.")
        .answers::<Job<'static>>(200, "The job.")
        .answers::<Bridge<'static>>(200, "The bridge.")
        .refuses(400, "The job cannot be played: `400 Bad request - Unplayable Job`.")
        .refuses(403, NOT_ALLOWED)
        .example(r#" --header "Content-Type: application/json" --data '{"job_variables_attributes":[{"key":"TARGET","value":"staging"}]}'"#);
    inputs(play);
}

fn inputs(operation: &mut Operation) {
    let about = "Values of the job's own inputs, by name; a name or value its file does not allow is refused.";
    operation.param("job_inputs", Kind::Object, about).default(Map::new());
    operation.param("inputs", Kind::Object, "Another name of `job_inputs`.").default(Map::new());
}

fn own(api: &mut Operations) {
    const ONLY: &str = "The caller is no job: an access token has no current job.";
    api.get::<SignedInOrJob>("/job", "Get the job whose token is used")
        .answers::<Job<'static>>(200, "The job.")
        .refuses(404, ONLY)
        .example(" --header \"JOB-TOKEN: $CI_JOB_TOKEN\"");
}
