//! Pipeline triggers.

use crate::user::route::ByToken;
use pipewright_http_kit::SignedIn;
use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_wire::pipelines::PipelineDetail;
use pipewright_wire::triggers::Trigger;

pub(super) fn describe(api: &mut Operations) {
    api.tag("Pipeline triggers", "Tokens that start pipelines in their owner's name, without a person.");
    api.get::<SignedIn>("/projects/{id}/triggers", "List a project's triggers")
        .about("For maintainers. Only its owner is shown a token whole.")
        .page(Total::Counted)
        .lists::<Trigger>("The triggers.");
    api.get::<SignedIn>("/projects/{id}/triggers/{trigger_id}", "Get one trigger")
        .about("For maintainers.")
        .answers::<Trigger>(200, "The trigger.");
    api.post::<SignedIn>("/projects/{id}/triggers", "Make a trigger")
        .about("For maintainers. What it starts is started in the name of whoever made it.")
        .required("description", Kind::Text, "Purpose for people.")
        .param("expires_at", Kind::Time, "When it ends; never if left out.")
        .answers::<Trigger>(201, "The trigger, with its token.");
    api.put::<SignedIn>("/projects/{id}/triggers/{trigger_id}", "Describe a trigger anew")
        .about("For its owner.")
        .param("description", Kind::Text, "Purpose for people.")
        .answers::<Trigger>(200, "The trigger.");
    api.delete::<SignedIn>("/projects/{id}/triggers/{trigger_id}", "Delete a trigger")
        .about("For maintainers.")
        .also(super::unchanged)
        .empty(204, "Its token is good for nothing any more.");
    for path in ["/projects/{id}/trigger/pipeline", "/projects/{id}/ref/{ref}/trigger/pipeline"] {
        let start = api.post::<ByToken>(path, "Start a pipeline by a token");
        start.about("The token of a trigger of the project, or of a running job, is all it needs. Jobs find what the call came with in the file `TRIGGER_PAYLOAD`.");
        if !path.contains("{ref}") {
            start.required("ref", Kind::Text, "Branch or tag.");
        }
        start
            .required("token", Kind::Text, "The trigger's token, or a running job's.")
            .param("variables", Kind::Object, "Variables for it: an object of names and texts.")
            .answers::<PipelineDetail>(201, "The pipeline.")
            .refuses(403, "The call is a webhook about a pipeline.")
            .refuses(404, "No such project, or no token for it.");
    }
}
