//! `POST /api/graphql`.

use pipewright_testkit::{Api, for_both, on_sqlite};
use serde_json::{Value, json};

async fn ask(api: &Api, query: &str) -> Value {
    api.post("/api/graphql", json!({ "query": query })).await.expect(200).json()
}

#[tokio::test]
async fn clients_learn_who_they_are() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        assert_eq!(ask(&ana, "query {currentUser {active}}").await, json!({ "data": { "currentUser": { "active": true } } }));
        let named = "query Who($more: Boolean!) { me: currentUser { ...Names id @include(if: $more) name @skip(if: true) } } \
                     fragment Names on CurrentUser { username __typename }";
        let body = json!({ "query": named, "operationName": "Who", "variables": { "more": true } });
        let whole = ana.post("/api/graphql", body).await.expect(200).json();
        let me = &whole["data"]["me"];
        assert_eq!((&me["username"], &me["__typename"], &me["name"]), (&json!("ana"), &json!("CurrentUser"), &Value::Null));
        assert!(me["id"].as_str().is_some_and(|id| id.starts_with("gid://gitlab/User/")), "{me}");
        let version = ana.get("/version").await.expect(200).json();
        let metadata = ask(&ana, "{ metadata { version revision kas { enabled } } }").await;
        assert_eq!(metadata["data"]["metadata"]["version"], version["version"]);
        let nobody = ask(&server.anonymous(), "{ currentUser { username } metadata { version } }").await;
        assert_eq!(nobody, json!({ "data": { "currentUser": null, "metadata": null } }));
        let wrong = ana.with("private-token", "glpat-nobody-has-this-one").post("/api/graphql", json!({ "query": "{x}" })).await;
        wrong.is(401, &json!({ "errors": [{ "message": "Invalid token" }] }));
        // Reading is enough.
        let bob = server.make_user(json!({ "username": "bob", "name": "Bob", "email": "bob@example.com" })).await;
        let reader = server.token_of(bob, &["read_api"]).await;
        assert_eq!(ask(&reader, "{ currentUser { name } }").await["data"]["currentUser"]["name"], "Bob");
        let profile = server.token_of(bob, &["read_user"]).await;
        let refused = profile.post("/api/graphql", json!({ "query": "{ currentUser { name } }" })).await.expect(403);
        assert!(refused.json()["errors"][0]["message"].is_string());
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_said_with_its_place() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let unknown = ask(&ana, "{\n  currentUser { username shoeSize }\n}").await;
        let expected = json!({ "errors": [{
            "message": "Field 'shoeSize' doesn't exist on type 'CurrentUser'",
            "locations": [{ "line": 2, "column": 26 }],
            "path": ["query", "currentUser", "shoeSize"],
            "extensions": { "code": "undefinedField", "typeName": "CurrentUser", "fieldName": "shoeSize" },
        }] });
        assert_eq!(unknown, expected);
        let deep = format!("{}{}", "{a".repeat(1000), "}".repeat(1000));
        let looping = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
        let many = format!("{{ {} }}", "currentUser { id } ".repeat(400));
        let bombs = ["a", "b", "c", "d"].map(|name| format!("fragment {name} on Query {{ {} }}", "...z ".repeat(100)));
        let bomb = format!(
            "{{ ...a ...b ...c ...d }} {} fragment z on Query {{ {} }}",
            bombs.join(" "),
            "__typename ".repeat(50)
        );
        for bad in [
            "",
            "{",
            "mutation { x }",
            "subscription { x }",
            "{ currentUser }",
            "{ currentUser { id { a } } }",
            "{ currentUser(id: 1) { id } }",
            "{ currentUser { id @include } }",
            "{ currentUser { id @x } }",
            "{ ...Nowhere }",
            "query A { currentUser { id } } query B { currentUser { id } }",
            &deep,
            looping,
            &bomb,
            &"x".repeat(20_000),
        ] {
            let answer = ask(&ana, bad).await;
            assert!(answer["errors"][0]["message"].is_string() && answer.get("data").is_none(), "{bad}: {answer}");
        }
        assert!(ask(&ana, &many).await["data"]["currentUser"]["id"].is_string());
    })
    .await;
}
