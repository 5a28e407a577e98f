//! All descriptions.

use super::Kind;
use super::operation::{Demands, Operation, Place};
use crate::Route;
use http::Method;
use std::panic::Location;

/// The descriptions of all routes, in the order of the document.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    pub(super) all: Vec<Operation>,
    pub(super) tags: Vec<(&'static str, &'static str)>,
}

impl Operations {
    /// Begins a group: what is described from here on belongs to it.
    pub fn tag(&mut self, name: &'static str, about: &'static str) {
        self.tags.push((name, about));
    }

    /// `GET path`, and HEAD with it, whose handler takes a `Call<R>`.
    #[track_caller]
    pub fn get<R: Route>(&mut self, path: &str, summary: &str) -> &mut Operation {
        self.add::<R>(Method::GET, path, summary)
    }

    /// `POST path`.
    #[track_caller]
    pub fn post<R: Route>(&mut self, path: &str, summary: &str) -> &mut Operation {
        self.add::<R>(Method::POST, path, summary)
    }

    /// `PUT path`.
    #[track_caller]
    pub fn put<R: Route>(&mut self, path: &str, summary: &str) -> &mut Operation {
        self.add::<R>(Method::PUT, path, summary)
    }

    /// `PATCH path`.
    #[track_caller]
    pub fn patch<R: Route>(&mut self, path: &str, summary: &str) -> &mut Operation {
        self.add::<R>(Method::PATCH, path, summary)
    }

    /// `DELETE path`.
    #[track_caller]
    pub fn delete<R: Route>(&mut self, path: &str, summary: &str) -> &mut Operation {
        self.add::<R>(Method::DELETE, path, summary)
    }

    #[track_caller]
    fn add<R: Route>(&mut self, method: Method, path: &str, summary: &str) -> &mut Operation {
        let mut operation = Operation {
            method,
            path: path.to_owned(),
            route: None,
            tag: self.tags.last().map_or("Other", |(name, _)| name),
            summary: summary.to_owned(),
            about: String::new(),
            parameters: Vec::new(),
            answers: Vec::new(),
            refusals: Vec::new(),
            demands: Demands::of::<R>(),
            total: None,
            keyset: false,
            takes: None,
            by_itself: false,
            example: None,
            at: Location::caller(),
        };
        for name in Operation::names_in(path) {
            let (kind, about) = path_parameter(path, name);
            operation.add(name, Place::Path, kind, true, &about);
        }
        let place = self.all.len();
        self.all.push(operation);
        &mut self.all[place]
    }

    /// Method and path of every description: as the router has it, then as the document has it, both below
    /// `/api/v4`.
    pub fn routes(&self) -> impl Iterator<Item = (&Method, &str, String)> {
        self.all.iter().map(|operation| (&operation.method, operation.template(), operation.path.replace("{*", "{")))
    }
}

/// What a path's parameter is, by its name.
fn path_parameter(path: &str, name: &str) -> (Kind, String) {
    let whose = |word: &str| format!("Id of the {word}, or its URL-encoded path.");
    match name {
        "id" if path.starts_with("/projects") => (Kind::IdOrPath, whose("project")),
        "id" if path.starts_with("/groups") => (Kind::IdOrPath, whose("group")),
        "id" if path.starts_with("/namespaces") => (Kind::IdOrPath, whose("namespace")),
        "id" => (Kind::Integer, "Its id.".to_owned()),
        _ => match name.strip_suffix("_id") {
            Some(noun) => (Kind::Integer, format!("Id of the {}.", noun.replace('_', " "))),
            None => (Kind::Text, format!("The {}, URL-encoded.", name.replace('_', " "))),
        },
    }
}
