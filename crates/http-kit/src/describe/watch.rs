//! Debug builds compare what handlers do with what their descriptions say. Not in release builds.

use super::Operations;
use super::operation::{Demands, Operation};
use crate::Route;
use http::Method;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

type Routes = HashMap<(Method, String), Arc<Watched>>;

static KNOWN: OnceLock<Routes> = OnceLock::new();

/// The descriptions of one route, of which there are several where the router tells less apart than people do.
#[derive(Debug)]
pub(crate) struct Watched {
    described: Vec<Operation>,
    read: Mutex<BTreeSet<String>>,
}

/// Begins to watch the routes described; once for the process, whose routers are all alike.
pub fn begin(operations: &Operations) {
    KNOWN.get_or_init(|| {
        let mut by_route: HashMap<(Method, String), Vec<Operation>> = HashMap::new();
        for operation in &operations.all {
            let route = (operation.method.clone(), operation.template().to_owned());
            by_route.entry(route).or_default().push(operation.clone());
        }
        let watched = |described| Arc::new(Watched { described, read: Mutex::default() });
        by_route.into_iter().map(|(route, described)| (route, watched(described))).collect()
    });
}

/// The descriptions of the route met. Panics if its handler's demands are others.
pub(crate) fn met<R: Route>(method: &Method, template: &str) -> Option<Arc<Watched>> {
    let method = if method == Method::HEAD { Method::GET } else { method.clone() };
    let path = template.strip_prefix("/api/v4").unwrap_or(template).to_owned();
    let watched = KNOWN.get()?.get(&(method, path))?;
    for operation in &watched.described {
        assert_eq!(
            operation.demands,
            Demands::of::<R>(),
            "`{} {}` is described at {} with other demands on its caller than its handler makes",
            operation.method,
            operation.path,
            operation.at,
        );
    }
    Some(Arc::clone(watched))
}

impl Watched {
    /// Notes that the handler reads a parameter. Panics if no description names it.
    pub(crate) fn read(&self, name: &str) {
        let named = |operation: &Operation| {
            operation.parameters.iter().any(|parameter| parameter.name == name)
                || Operation::names_in(operation.template()).any(|other| other == name)
        };
        if let Some(first) = self.described.first()
            && !self.described.iter().any(named)
        {
            panic!(
                "`{} {}` reads the parameter `{name}`, which its description does not name: add it at {}",
                first.method, first.path, first.at,
            );
        }
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }
}

/// Parameters that are described and that no handler has read since the process began, each as a sentence.
pub fn never_read() -> Vec<String> {
    let mut found = Vec::new();
    for watched in KNOWN.get().into_iter().flat_map(HashMap::values) {
        let read = watched.read.lock().unwrap_or_else(PoisonError::into_inner);
        for operation in &watched.described {
            for parameter in operation.parameters.iter().filter(|parameter| parameter.watched && !operation.by_itself) {
                use super::operation::Place::{Header, Path};
                if !matches!(parameter.place, Header | Path) && !read.contains(&parameter.name) {
                    let (method, path, at) = (&operation.method, &operation.path, operation.at);
                    found.push(format!(
                        "`{method} {path}` is described at {at} with `{}`, which nothing reads",
                        parameter.name
                    ));
                }
            }
        }
    }
    found.sort();
    found
}
