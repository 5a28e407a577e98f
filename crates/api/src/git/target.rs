//! What a request of git's is about, by its address.

use super::asks;
use http::{Method, Uri};
use pipewright_git::http::Service;
use pipewright_http_kit::percent;

/// What git wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Hear which refs there are.
    Advertise(Service),
    /// Read files by name, as gits from before 2010 do.
    Dumb,
    /// Fetch or push.
    Run(Service),
}

/// A project's repository and what is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Address of the project.
    pub(super) path: String,
    pub(super) operation: Operation,
}

impl Target {
    /// Reads `/<project's path>[.git]/<operation>`; `None` if it is not git that asks.
    pub(super) fn parse(method: &Method, uri: &Uri) -> Option<Self> {
        if !asks(method) {
            return None;
        }
        let path = uri.path().strip_prefix('/')?;
        let (project, operation) =
            if let Some(project) = path.strip_suffix("/info/refs").filter(|_| method == Method::GET) {
                let service = uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("service="));
                (project, service.and_then(Service::parse).map_or(Operation::Dumb, Operation::Advertise))
            } else {
                let (project, name) = path.rsplit_once('/').filter(|_| method == Method::POST)?;
                (project, Operation::Run(Service::parse(name)?))
            };
        let project = String::from_utf8(percent::decode(project, false)).ok()?;
        let path = project.strip_suffix(".git").unwrap_or(&project).to_owned();
        (path.contains('/') && !path.contains('\0')).then_some(Self { path, operation })
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, Target};
    use http::Method;
    use pipewright_git::http::Service;

    fn parse(method: &Method, uri: &str) -> Option<(String, Operation)> {
        Target::parse(method, &uri.parse().unwrap()).map(|target| (target.path, target.operation))
    }

    #[test]
    fn groups_nest_and_the_ending_may_be_left_out() {
        let advertise = Operation::Advertise(Service::UploadPack);
        let refs = "/info/refs?service=git-upload-pack";
        assert_eq!(parse(&Method::GET, &format!("/a/b/c.git{refs}")), Some(("a/b/c".to_owned(), advertise)));
        assert_eq!(parse(&Method::GET, &format!("/a/b{refs}")), Some(("a/b".to_owned(), advertise)));
        assert_eq!(
            parse(&Method::POST, "/a/b.git/git-receive-pack"),
            Some(("a/b".to_owned(), Operation::Run(Service::ReceivePack)))
        );
        assert_eq!(parse(&Method::GET, "/a/b.git/info/refs"), Some(("a/b".to_owned(), Operation::Dumb)));
    }

    #[test]
    fn everything_else_is_not_git() {
        for (method, uri) in [
            (Method::GET, "/a/b.git/git-upload-pack"),
            (Method::POST, "/a/b.git/info/refs?service=git-upload-pack"),
            (Method::GET, "/a/info/refs?service=git-upload-pack"),
            (Method::POST, "/a/b.git/git-other"),
            (Method::GET, "/"),
            (Method::DELETE, "/a/b.git/git-upload-pack"),
        ] {
            assert_eq!(parse(&method, uri), None, "{method} {uri}");
        }
    }
}
