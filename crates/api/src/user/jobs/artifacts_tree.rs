//! `GET /projects/:id/jobs/:job_id/artifacts/tree` (Jobs API contract §7.8).

use pipewright_engine::archives::TreeItem;
use pipewright_http_kit::{Answer, Call, OpenOrJob, Page, Rest, reply};
use pipewright_model::JobId;
use pipewright_wire::jobs::TreeEntry;

pub(super) async fn handle(call: Call<OpenOrJob>) -> Answer {
    let mut check = call.check();
    let id = JobId(check.id("job_id"));
    let path = check.text("path").unwrap_or_default();
    let recursive = check.boolean("recursive").unwrap_or(false);
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.archive_tree(&call.caller, &call.project(), id, &path, recursive).await?;
    let shown = found.iter().skip(page.offset() as usize).take(page.per_page as usize);
    reply::page(&call, &page, Rest::Counted(found.len() as i64), &shown.map(entry).collect::<Vec<_>>())
}

fn entry(item: &TreeItem) -> TreeEntry<'_> {
    let folder = item.size.is_none();
    TreeEntry {
        name: item.name(),
        path: &item.path,
        kind: if folder { "directory" } else { "file" },
        size: item.size,
        mode: if folder { "040755" } else { "100644" },
    }
}
