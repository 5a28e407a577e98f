//! What jobs leave behind: archives, single files out of them, keeping and deleting.

use pipewright_http_kit::describe::{Kind, Operation, Operations, Total};
use pipewright_http_kit::{OpenOrJob, SignedIn};
use pipewright_wire::instance::Message;
use pipewright_wire::jobs::{Job, TreeEntry};

/// The route the router has for both addresses by ref.
const BY_REF: &str = "/projects/{id}/jobs/artifacts/{*tail}";
const REF: &str = "Branch or tag; a slash in it may be escaped or not.";
const ACCESS: &str = "The caller may not read the project's jobs, or the job keeps its artifacts to others.";

pub(super) fn describe(api: &mut Operations) {
    api.tag("Artifacts", "Files that jobs keep.");
    archives(api);
    files(api);
    changes(api);
}

fn archives(api: &mut Operations) {
    let by_id = api.get::<OpenOrJob>("/projects/{id}/jobs/{job_id}/artifacts", "Download a job's archive");
    by_id.about("As it was uploaded, expired or not while it is there. A `Range` of bytes is answered with 206.");
    zip(by_id).example(" --output artifacts.zip");
    let by_ref = api.get::<OpenOrJob>(
        "/projects/{id}/jobs/artifacts/{ref_name}/download",
        "Download the archive of a ref's newest success",
    );
    by_ref
        .on_route(BY_REF)
        .in_path("ref_name", Kind::Text, REF)
        .about("Looks at the newest successful pipeline of the ref and its child pipelines, and at no older one.");
    newest(by_ref);
    zip(by_ref).example("?job=build --output artifacts.zip");
}

fn newest(operation: &mut Operation) {
    let about = "Look through the 100 newest successful pipelines of the ref instead; the job must have succeeded.";
    operation
        .required("job", Kind::Text, "Name of the job.")
        .param("search_recent_successful_pipelines", Kind::Boolean, about)
        .default(false);
}

fn zip(operation: &mut Operation) -> &mut Operation {
    operation
        .sends(200, "application/octet-stream", "The archive, a zip file.")
        .sends(206, "application/octet-stream", "The part of it that `Range` asks for.")
        .refuses(304, "The archive is the one the caller has.")
        .refuses(403, ACCESS)
        .refuses(416, "Nothing of the range lies within the archive. No body.")
}

fn files(api: &mut Operations) {
    let by_id = api.get::<OpenOrJob>(
        "/projects/{id}/jobs/{job_id}/artifacts/{*artifact_path}",
        "Download one file out of a job's archive",
    );
    by_id
        .in_path("artifact_path", Kind::Text, "Path inside the archive. Its ending is part of the name.")
        .about("Its type is guessed from the name; always an attachment. An expired archive answers 404 unless the pipeline's artifacts are locked.");
    file(by_id, "*/*");
    api.get::<OpenOrJob>("/projects/{id}/jobs/{job_id}/artifacts/tree", "List the files in a job's archive")
        .param("path", Kind::Text, "The folder to list; the root if left out.")
        .param("recursive", Kind::Boolean, "Folders below it too.")
        .default(false)
        .page(Total::Counted)
        .lists::<TreeEntry<'static>>("Folders first, then files.")
        .refuses(403, ACCESS);
    let by_ref = api.get::<OpenOrJob>(
        "/projects/{id}/jobs/artifacts/{ref_name}/raw/{*artifact_path}",
        "Download one file of a ref's newest success",
    );
    by_ref
        .on_route(BY_REF)
        .in_path("ref_name", Kind::Text, REF)
        .in_path("artifact_path", Kind::Text, "Path inside the archive.")
        .about("Chosen as the archive of a ref is. Its type is read off its first bytes, any text being plain text; always an attachment.");
    newest(by_ref);
    file(by_ref, "*/*");
    by_ref.example("?job=build");
}

fn file(operation: &mut Operation, kind: &'static str) {
    operation
        .sends(200, kind, "The file.")
        .sends(404, "text/plain; charset=utf-8", "The archive has no such file: `404 page not found`.")
        .refuses(304, "The file is the one the caller has.")
        .refuses(403, ACCESS);
}

fn changes(api: &mut Operations) {
    api.get::<OpenOrJob>(
        "/projects/{id}/jobs/{job_id}/artifacts/keep",
        "Download the file `keep` out of a job's archive",
    )
    .about("As any other file; its address is also the one to keep artifacts at.")
    .sends(200, "*/*", "The file.")
    .sends(404, "text/plain; charset=utf-8", "The archive has no such file: `404 page not found`.")
    .sends(404, "application/json", "There is no such job or archive.")
    .refuses(304, "The file is the one the caller has.")
    .refuses(403, ACCESS);
    api.post::<SignedIn>("/projects/{id}/jobs/{job_id}/artifacts/keep", "Keep a job's artifacts")
        .about("They do not expire any more.")
        .answers::<Job<'static>>(200, "The job, with `artifacts_expire_at` null.");
    api.delete::<SignedIn>("/projects/{id}/jobs/{job_id}/artifacts", "Delete a job's artifacts")
        .about("The log stays. For maintainers.")
        .empty(204, "They are gone, or there were none.");
    api.delete::<SignedIn>("/projects/{id}/artifacts", "Delete a project's artifacts")
        .about("All expire now and are swept soon, except those of the newest successful pipeline of each ref. Logs stay. For maintainers.")
        .answers::<Message>(202, "It will be done.");
}
