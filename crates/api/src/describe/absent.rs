//! Resources this server does not have, whose lists are empty.

use crate::user::absent::{OF_INSTANCE, OF_PROJECT};
use pipewright_http_kit::describe::{Operations, Total};
use pipewright_http_kit::{Open, SignedIn};
use pipewright_wire::instance::Nothing;

pub(super) fn describe(api: &mut Operations) {
    api.tag("Absent", "What GitLab has and this server has not: clients that ask on their way find nothing there.");
    for path in OF_INSTANCE {
        let summary = format!("List {}", path.trim_start_matches('/').replace('_', " "));
        api.get::<SignedIn>(path, &summary).page(Total::Counted).lists::<Nothing>("Always empty.");
    }
    for name in OF_PROJECT {
        let summary = format!("List a project's {}", name.replace('_', " "));
        api.get::<Open>(&format!("/projects/{{id}}/{name}"), &summary)
            .page(Total::Counted)
            .lists::<Nothing>("Always empty.");
    }
}
