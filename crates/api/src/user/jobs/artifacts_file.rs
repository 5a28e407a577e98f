//! `GET /projects/:id/jobs/:job_id/artifacts/*artifact_path` (Jobs API contract §7.3): one file out of the
//! archive. A name's ending is a name's ending, never a format that is asked for.

use super::download::{content_path, file, no_such_entry};
use http::HeaderValue;
use pipewright_http_kit::{Answer, Call, OpenOrJob};
use pipewright_model::JobId;

pub(super) async fn handle(call: Call<OpenOrJob>) -> Answer {
    one(call, None).await
}

/// The file named `keep` in the archive's root, whose address the route for keeping shares.
pub(super) async fn named_keep(call: Call<OpenOrJob>) -> Answer {
    one(call, Some("keep".to_owned())).await
}

async fn one(call: Call<OpenOrJob>, name: Option<String>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    check.done()?;
    let path = name.or_else(|| content_path(call.raw_segment("artifact_path")));
    match call.engine.archive_file(&call.caller, &call.project(), id, path).await? {
        Some(found) => {
            let kind = by_extension(&found.name);
            Ok(file(found, kind))
        }
        None => Ok(no_such_entry()),
    }
}

fn by_extension(name: &str) -> HeaderValue {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if guess.type_() == "text" { format!("{guess}; charset=utf-8") } else { guess.to_string() };
    HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
