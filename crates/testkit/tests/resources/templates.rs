//! The built-in pipeline files.

use pipewright_testkit::on_sqlite;
use serde_json::json;

#[tokio::test]
async fn anybody_may_read_the_built_in_pipeline_files() {
    on_sqlite(async |server| {
        let nobody = server.anonymous();
        let list = nobody.get("/templates/gitlab_ci_ymls?per_page=100").await.expect(200);
        let names = list.json();
        assert_eq!(list.header("x-total"), Some(names.as_array().expect("a list").len().to_string().as_str()));
        assert!(names.as_array().expect("a list").contains(&json!({ "key": "Nodejs", "name": "Nodejs" })), "{names}");
        for name in names.as_array().expect("a list") {
            let key = name["key"].as_str().expect("a key").replace('/', "%2F").replace('+', "%2B");
            let one = nobody.get(&format!("/templates/gitlab_ci_ymls/{key}")).await.expect(200).json();
            assert_eq!(one["name"], name["name"]);
            assert!(one["content"].as_str().is_some_and(|text| text.len() > 20), "{one}");
        }
        let second = nobody.get("/templates/gitlab_ci_ymls?per_page=1&page=2").await.expect(200).json();
        assert_eq!(second[0], names[1]);
        nobody.get("/templates/gitlab_ci_ymls/Nothing").await.is(404, &json!({ "message": "404 Template Not Found" }));
    })
    .await;
}
