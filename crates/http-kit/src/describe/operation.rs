//! One route's description, put together call by call.

use super::Kind;
use super::schemas::{SchemaOf, of};
use crate::{Authenticate, Route};
use http::Method;
use pipewright_model::Scope;
use schemars::JsonSchema;
use serde_json::Value;
use std::panic::Location;

/// What one method of one path does.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(super) method: Method,
    /// As the document has it, below `/api/v4`.
    pub(super) path: String,
    /// As the router has it, where that differs.
    pub(super) route: Option<String>,
    pub(super) tag: &'static str,
    pub(super) summary: String,
    pub(super) about: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) answers: Vec<Given>,
    pub(super) refusals: Vec<(u16, String)>,
    pub(super) demands: Demands,
    pub(super) total: Option<Total>,
    pub(super) keyset: bool,
    /// The body is bytes of this type instead of parameters.
    pub(super) takes: Option<(&'static str, String)>,
    pub(super) by_itself: bool,
    /// What to put after the address in the example.
    pub(super) example: Option<String>,
    #[cfg_attr(not(debug_assertions), allow(dead_code, reason = "only debug builds hold the code to it"))]
    pub(super) at: &'static Location<'static>,
}

/// What a route asks of its caller, as its [`Route`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Demands {
    pub(super) authenticate: Authenticate,
    pub(super) job_tokens: bool,
    pub(super) scopes: &'static [Scope],
    pub(super) body_limit: usize,
}

impl Demands {
    pub(super) fn of<R: Route>() -> Self {
        Self { authenticate: R::AUTHENTICATE, job_tokens: R::JOB_TOKENS, scopes: R::SCOPES, body_limit: R::BODY_LIMIT }
    }
}

/// Where a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    /// In the query; a body may hold it just as well where there is one.
    Query,
    /// In the body: JSON or a form; the query may hold it just as well.
    Body,
    Header,
}

/// One parameter.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) default: Option<Value>,
    pub(super) about: String,
    /// Its handler asks for it by name, so that the debug build sees it read.
    pub(super) watched: bool,
}

/// One way in which it goes well.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) status: u16,
    pub(super) about: String,
    pub(super) content: Content,
}

/// What an answer's body is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Nothing,
    Json(SchemaOf),
    Bytes(&'static str),
}

/// What a list of pages tells of its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// `X-Total`, `X-Total-Pages` and `rel="last"`, for up to 10,000 rows.
    Counted,
    /// Nothing: counting would cost too much.
    Uncounted,
}

impl Operation {
    /// More than the summary says. May be called again for another paragraph.
    pub fn about(&mut self, text: &str) -> &mut Self {
        if !self.about.is_empty() {
            self.about.push_str("\n\n");
        }
        self.about.push_str(text);
        self
    }

    /// What several operations have in common.
    pub fn also(&mut self, add: impl FnOnce(&mut Self)) -> &mut Self {
        add(self);
        self
    }

    /// The route of the router that serves it, where its path is written otherwise in the document.
    pub fn on_route(&mut self, route: &str) -> &mut Self {
        self.route = Some(route.to_owned());
        self
    }

    /// A parameter that may be left out.
    pub fn param(&mut self, name: &str, kind: Kind, about: &str) -> &mut Self {
        let reads = self.method == Method::GET || self.method == Method::DELETE;
        self.add(name, if reads { Place::Query } else { Place::Body }, kind, false, about)
    }

    /// A parameter that must be there.
    pub fn required(&mut self, name: &str, kind: Kind, about: &str) -> &mut Self {
        self.param(name, kind, about);
        if let Some(last) = self.parameters.last_mut() {
            last.required = true;
        }
        self
    }

    /// A parameter of the query, whatever the method.
    pub fn query(&mut self, name: &str, kind: Kind, about: &str) -> &mut Self {
        self.add(name, Place::Query, kind, false, about)
    }

    /// A parameter that goes on to the engine with all others, unread by the handler.
    pub fn setting(&mut self, name: &str, kind: Kind, about: &str) -> &mut Self {
        self.param(name, kind, about);
        if let Some(last) = self.parameters.last_mut() {
            last.watched = false;
        }
        self
    }

    /// The handler reads the request by itself instead of through a `Call`: nothing watches what it reads.
    pub fn reads_by_itself(&mut self) -> &mut Self {
        self.by_itself = true;
        self
    }

    /// What holds if the parameter named last is left out.
    pub fn default(&mut self, value: impl Into<Value>) -> &mut Self {
        if let Some(last) = self.parameters.last_mut() {
            last.default = Some(value.into());
        }
        self
    }

    /// What a parameter of the path is, where its name does not say it.
    pub fn in_path(&mut self, name: &str, kind: Kind, about: &str) -> &mut Self {
        self.parameters.retain(|parameter| parameter.place != Place::Path || parameter.name != name);
        self.add(name, Place::Path, kind, true, about)
    }

    /// A header that means something here only.
    pub fn header(&mut self, name: &str, required: bool, about: &str) -> &mut Self {
        self.add(name, Place::Header, Kind::Text, required, about)
    }

    pub(super) fn add(&mut self, name: &str, place: Place, kind: Kind, required: bool, about: &str) -> &mut Self {
        let (name, about) = (name.to_owned(), about.to_owned());
        self.parameters.push(Parameter { name, place, kind, required, default: None, about, watched: true });
        self
    }

    /// The body is bytes of that type, not parameters.
    pub fn takes(&mut self, content_type: &'static str, about: &str) -> &mut Self {
        self.takes = Some((content_type, about.to_owned()));
        self
    }

    /// Comes in pages by number.
    pub fn page(&mut self, total: Total) -> &mut Self {
        self.total = Some(total);
        self.param("page", Kind::Between(1, i64::MAX), "Number of the page.").default(1);
        let about = "Rows of a page. More than 100 are silently cut to 100.";
        self.param("per_page", Kind::Between(1, i64::MAX), about).default(20)
    }

    /// Comes in pages by the last row seen as well.
    pub fn keyset(&mut self) -> &mut Self {
        self.keyset_by_own_order();
        self.param("order_by", Kind::Text, "With `pagination=keyset`: `id`, which is the only order.").default("id");
        self.param("sort", Kind::Text, "With `pagination=keyset`: `desc`, which is the only direction.");
        self.default("desc")
    }

    /// As [`Operation::keyset`], where `order_by` and `sort` mean something without it too.
    pub fn keyset_by_own_order(&mut self) -> &mut Self {
        self.keyset = true;
        let about = "`keyset` for pages by the last row seen, which cost the same however deep; anything else \
                     for pages by number.";
        self.param("pagination", Kind::Word(&["keyset"]), about);
        self.param("cursor", Kind::Text, "With `pagination=keyset`: where the page begins, out of the page before.");
        self.refuses(405, "An order that cannot be had by keyset.")
    }

    /// Answers JSON of a wire type. Several of one status: any of them.
    pub fn answers<T: JsonSchema>(&mut self, status: u16, about: &str) -> &mut Self {
        self.gives(status, about, Content::Json(of::<T>))
    }

    /// Answers 200 with a list of a wire type.
    pub fn lists<T: JsonSchema>(&mut self, about: &str) -> &mut Self {
        self.gives(200, about, Content::Json(of::<Vec<T>>))
    }

    /// Answers without a body.
    pub fn empty(&mut self, status: u16, about: &str) -> &mut Self {
        self.gives(status, about, Content::Nothing)
    }

    /// Answers bytes of that type.
    pub fn sends(&mut self, status: u16, content_type: &'static str, about: &str) -> &mut Self {
        self.gives(status, about, Content::Bytes(content_type))
    }

    fn gives(&mut self, status: u16, about: &str, content: Content) -> &mut Self {
        self.answers.push(Given { status, about: about.to_owned(), content });
        self
    }

    /// Refuses with a status for a reason worth telling. What every route refuses needs no telling: bad
    /// credentials, bad parameters, what is not there.
    pub fn refuses(&mut self, status: u16, about: &str) -> &mut Self {
        self.refusals.push((status, about.to_owned()));
        self
    }

    /// What the example's command line ends in, after the address: `?scope[]=failed`, or further flags.
    pub fn example(&mut self, tail: &str) -> &mut Self {
        self.example = Some(tail.to_owned());
        self
    }

    /// Names of the path's parameters.
    pub(super) fn names_in(path: &str) -> impl Iterator<Item = &str> {
        path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.trim_start_matches('*'))
    }

    /// As the router knows it, below `/api/v4`.
    pub(super) fn template(&self) -> &str {
        self.route.as_deref().unwrap_or(&self.path)
    }
}
