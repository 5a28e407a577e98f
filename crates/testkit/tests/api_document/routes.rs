//! Every route is described, and every description has a route.

use pipewright_testkit::{TestServer, on_sqlite};
use reqwest::Method;
use std::collections::BTreeSet;

/// Method and path of every route below `/api/v4`. The router shows its paths when it is printed; the
/// methods of each are asked of it with one it does not know.
async fn routes(server: &TestServer) -> BTreeSet<(String, String)> {
    let router = pipewright_api::router(server.engine.clone(), &pipewright_api::Options::default());
    let printed = format!("{router:?}");
    let paths: BTreeSet<&str> = printed.split("\"/api/v4").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(paths.len() > 50, "the router does not print its paths any more: {paths:?}");
    let mut found = BTreeSet::new();
    for path in paths {
        let address: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let unknown = Method::from_bytes(b"PROPFIND").expect("a method");
        let caller = server.anonymous();
        let answer = caller.send(caller.request(unknown, &address.join("/"))).await.expect(405);
        let allowed = answer.header("allow").expect("the methods allowed").to_owned();
        for method in allowed.split(',').filter(|method| *method != "HEAD") {
            found.insert((method.to_owned(), path.to_owned()));
        }
    }
    found
}

#[tokio::test]
async fn every_route_is_described_and_every_description_has_a_route() {
    on_sqlite(async |server| {
        let routes = routes(server).await;
        let operations = pipewright_api::describe::operations();
        let described: BTreeSet<(String, String)> =
            operations.routes().map(|(method, route, _)| (method.to_string(), route.to_owned())).collect();
        let not_yet: BTreeSet<&str> = pipewright_api::describe::NOT_YET.iter().copied().collect();
        let missing = routes.difference(&described).filter(|(_, path)| !not_yet.contains(path.as_str()));
        let missing: Vec<_> = missing.map(|(method, path)| format!("{method} {path}")).collect();
        assert!(
            missing.is_empty(),
            "these routes are not described; give each an entry in crates/api/src/describe, in the file of its \
             group:\n  {}",
            missing.join("\n  ")
        );
        let without: Vec<_> = described.difference(&routes).collect();
        assert!(without.is_empty(), "these are described and the router has no such route: {without:?}");
        let stale: Vec<_> =
            not_yet.iter().filter(|path| !routes.difference(&described).any(|(_, other)| other == *path)).collect();
        assert!(stale.is_empty(), "take these out of NOT_YET in crates/api/src/describe/mod.rs: {stale:?}");
    })
    .await;
}
