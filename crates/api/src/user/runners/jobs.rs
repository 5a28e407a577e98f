//! `GET /runners/:id/jobs` (runner protocol §3): by page or by keyset, each job with its project.

use super::{ManagesRunners, runner_id};
use crate::shape::{self, job::Shown};
use http::StatusCode;
use pipewright_engine::reading::Start;
use pipewright_engine::runners::show::{RunnerJobQuery, RunnerJobs};
use pipewright_http_kit::keyset::Keyset;
use pipewright_http_kit::{Answer, Call, Check, Page, reply};
use pipewright_model::{JobId, RunnerId};
use serde_json::{Value, json};

/// What jobs show elsewhere and not here, where their runner is known.
const LEFT_OUT: [&str; 6] =
    ["artifacts", "artifacts_file", "artifacts_expire_at", "runner", "runner_manager", "tag_list"];

pub(super) async fn handle(call: Call<ManagesRunners>) -> Answer {
    let id = runner_id(&call)?;
    let mut check = call.check();
    let query = query(&mut check);
    if Keyset::is_wanted(&check) {
        let keyset = Keyset::read(&mut check);
        check.done()?;
        Keyset::check_order(&call)?;
        return by_keyset(&call, id, query, keyset).await;
    }
    let page = Page::read(&mut check);
    check.done()?;
    let start = Start::Offset(page.offset());
    let found = call.engine.runner_jobs(&call.caller, id, query, start, page.limit_plus_one()).await?;
    let mut jobs = shaped(&found, &call.engine.external_url);
    let rest = page.cut(&mut jobs);
    reply::page(&call, &page, rest, &jobs)
}

fn query(check: &mut Check<'_>) -> RunnerJobQuery {
    let word = |check: &mut Check<'_>, name: &str| check.text(name).filter(|word| !word.is_empty());
    if word(check, "order_by").is_some_and(|order| order != "id") {
        check.not_allowed::<()>("order_by");
    }
    let ascending = match word(check, "sort").as_deref() {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => check.not_allowed("sort"),
    };
    RunnerJobQuery { status: check.word("status"), system_id: word(check, "system_id"), ascending }
}

async fn by_keyset(call: &Call<ManagesRunners>, id: RunnerId, query: RunnerJobQuery, keyset: Keyset) -> Answer {
    let start = match keyset.cursor {
        None => Start::Offset(0),
        Some(cursor) if cursor.backward => Start::NewerThan(JobId(cursor.id)),
        Some(cursor) => Start::OlderThan(JobId(cursor.id)),
    };
    let mut found = call.engine.runner_jobs(&call.caller, id, query, start, keyset.per_page + 1).await?;
    let more = found.order.len() as i64 > keyset.per_page;
    let backward = keyset.cursor.is_some_and(|cursor| cursor.backward);
    if backward && more {
        found.order.remove(0);
    }
    found.order.truncate(keyset.per_page as usize);
    let newer = found.order.first().filter(|_| if backward { more } else { keyset.cursor.is_some() });
    let older = found.order.last().filter(|_| backward || more);
    let mut response = reply::json(StatusCode::OK, &shaped(&found, &call.engine.external_url))?;
    Keyset::put_headers(call, newer.map(|id| id.0), older.map(|id| id.0), response.headers_mut());
    Ok(response)
}

/// The jobs in order, whatever their projects.
fn shaped(found: &RunnerJobs, base: &str) -> Vec<Value> {
    let mut shown: std::collections::HashMap<i64, Value> = std::collections::HashMap::new();
    for (page, above) in &found.pages {
        let project = shape::project::basic(&page.project, above, base);
        let project = json!({
            "id": project.id, "description": project.description, "name": project.name,
            "name_with_namespace": project.name_with_namespace, "path": project.path,
            "path_with_namespace": project.path_with_namespace, "created_at": project.created_at,
        });
        for job in Shown::new(page, base).jobs() {
            let Ok(mut value) = serde_json::to_value(&job) else { continue };
            if let Some(members) = value.as_object_mut() {
                members.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
                members.insert("project".to_owned(), project.clone());
            }
            shown.insert(job.common.id, value);
        }
    }
    found.order.iter().filter_map(|id| shown.remove(&id.0)).collect()
}
