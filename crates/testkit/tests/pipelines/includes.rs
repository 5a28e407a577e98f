//! Pipelines made of files from elsewhere: other projects, components, templates, addresses.

use pipewright_engine::limits::Limits;
use pipewright_testkit::{Project, TestOptions, TestServer, for_both, on_sqlite_with};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};

const SHARED: &str = "include:\n  - local: /ci/nested.yml\n\nbuild:\n  script: make\n";
const COMPONENT: &str = "spec:
  component: [name, sha, version, reference]
  inputs:
    word: { default: hello }
---
\"$[[ component.name ]] $[[ component.version ]] $[[ inputs.word ]]\":
  script: echo $[[ component.reference ]] $[[ component.sha ]]
";

/// Names of a pipeline's jobs, sorted.
async fn jobs(project: &Project<'_>, yaml: &str) -> Vec<String> {
    let pipeline = project.pipeline(yaml).await;
    let shown = project.owner.get(&project.at(&format!("/pipelines/{}", pipeline.id))).await.expect(200).json();
    assert_eq!(shown["yaml_errors"], json!(null));
    let jobs = project.owner.get(&project.at(&format!("/pipelines/{}/jobs", pipeline.id))).await.expect(200).json();
    let mut names: Vec<String> =
        jobs.as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// What is wrong with a pipeline.
async fn wrong(project: &Project<'_>, yaml: &str) -> String {
    let pipeline = project.pipeline(yaml).await;
    let shown = project.owner.get(&project.at(&format!("/pipelines/{}", pipeline.id))).await.expect(200).json();
    assert_eq!(shown["status"], "failed");
    shown["yaml_errors"].as_str().expect("errors").to_owned()
}

/// A project with a shared file and a component of three versions.
async fn library<'a>(server: &'a TestServer, owner: &pipewright_testkit::Api) -> Project<'a> {
    let library = server.project(owner, "Library").await;
    library.commit("main", "ci/nested.yml", "nested: { script: make nested }\n").await;
    library.commit("main", "ci/shared.yml", SHARED).await;
    library.commit("main", "templates/deep/template.yml", "deep: { script: make deep }\n").await;
    let sha = library.commit("main", "templates/check.yml", COMPONENT).await;
    for tag in ["1.2.9", "1.10.0", "2.0.0-rc.1", "nightly"] {
        let fields = json!({ "tag_name": tag, "ref": sha });
        let _ = library.owner.post(&library.at("/repository/tags"), fields).await.expect(201);
    }
    library.commit("main", "templates/check.yml", &COMPONENT.replace("hello", "newer")).await;
    library
}

#[tokio::test]
async fn a_pushed_file_takes_in_another_projects_file_components_and_a_template() {
    for_both(async |server| {
        let alice = server.user("alice").await;
        let library = library(server, &alice).await;
        let app = server.project(&alice, "app").await;
        let yaml = format!(
            "include:
  - project: {path}
    ref: $REF
    file: [/ci/shared.yml]
  - component: $CI_SERVER_FQDN/{path}/check@~latest
  - component: $CI_SERVER_FQDN/{path}/check@1.2
    inputs: {{ word: again }}
  - component: $CI_SERVER_FQDN/{path}/deep@main
  - template: Workflows/Branch-Pipelines.gitlab-ci.yml
build:
  script: make all
",
            path = library.path
        );
        let variable = json!({ "key": "REF", "value": "1.10.0" });
        let _ = alice.post(&app.at("/variables"), variable).await.expect(201);
        let expected = ["build", "check 1.10.0 hello", "check 1.2.9 again", "deep", "nested"];
        assert_eq!(jobs(&app, &yaml).await, expected);

        let by_api = alice.post(&app.at("/pipeline"), json!({ "ref": "main" })).await.expect(201).json();
        let found = alice.get(&app.at(&format!("/pipelines/{}/jobs", by_api["id"]))).await.expect(200);
        assert_eq!(found.ids().len(), expected.len());
    })
    .await;
}

#[tokio::test]
async fn versions_are_shas_tags_branches_and_beginnings_of_versions() {
    on_sqlite_with(TestOptions::default(), async |server| {
        let alice = server.user("alice").await;
        let library = library(server, &alice).await;
        let app = server.project(&alice, "app").await;
        let host = server.url.trim_start_matches("http://");
        let sha = alice.get(&library.at("/repository/commits/main")).await.expect(200).json()["id"].clone();
        let at = |version: &str| format!("include: [{{ component: '{host}/{}/check@{version}' }}]", library.path);
        for (version, shown) in [
            ("1", "check 1.10.0 hello"),
            ("1.10.0", "check 1.10.0 hello"),
            ("2.0.0-rc.1", "check 2.0.0-rc.1 hello"),
            ("nightly", "check  hello"),
            ("main", "check  newer"),
            (sha.as_str().unwrap(), "check  newer"),
        ] {
            assert_eq!(jobs(&app, &at(version)).await, [shown], "{version}");
        }
        let reference = |version: &str| format!("{host}/{}/check@{version}", library.path);
        for (version, why) in [("3", "content not found"), ("nowhere", "content not found")] {
            assert_eq!(wrong(&app, &at(version)).await, format!("Component '{}' - {why}", reference(version)));
        }
        for (named, why) in [
            ("elsewhere.example.com/a/b/c@1".to_owned(), "the component path is not supported"),
            (reference("").trim_end_matches('@').to_owned(), "the component path is not supported"),
            (format!("{host}/nobody/none/c@1"), "project does not exist or you don't have sufficient permissions"),
            (format!("{host}/{}/none@main", library.path), "content not found"),
        ] {
            let found = wrong(&app, &format!("include: [{{ component: '{named}' }}]")).await;
            assert_eq!(found, format!("Component '{named}' - {why}"));
        }
    })
    .await;
}

#[tokio::test]
async fn other_projects_are_read_with_the_eyes_of_whoever_pushes() {
    for_both(async |server| {
        let (alice, bob) = (server.user("alice").await, server.user("bob").await);
        let library = library(server, &alice).await;
        let app = server.project(&bob, "app").await;
        let path = library.path.to_lowercase();
        let yaml = format!("include: [{{ project: {}, file: ci/shared.yml }}]", library.path);
        let denied =
            "not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.";
        assert_eq!(wrong(&app, &yaml).await, format!("Project `{path}` {denied}"));
        let exists = format!(
            "a:\n  script: b\n  rules:\n    - exists: {{ paths: [ci/shared.yml], project: {} }}\n",
            library.path
        );
        let missing =
            format!("Failed to parse rule for a: rules:exists:project `{}` is not a valid project path", library.path);
        assert_eq!(wrong(&app, &exists).await, missing);

        library.add(&bob, 20).await;
        assert_eq!(jobs(&app, &yaml).await, ["build", "nested"]);
        assert_eq!(jobs(&app, &exists).await, ["a"]);
        let of = |rest: &str| format!("include: [{{ project: {}, {rest} }}]", library.path);
        for (rest, why) in [
            ("file: ci/none.yml", "file `ci/none.yml` does not exist!"),
            ("file: ci/shared.yml, ref: none", "reference `none` does not exist!"),
        ] {
            assert_eq!(wrong(&app, &of(rest)).await, format!("Project `{path}` {why}"));
        }
    })
    .await;
}

#[tokio::test]
async fn templates_are_those_of_the_collection() {
    on_sqlite_with(TestOptions::default(), async |server| {
        let alice = server.user("alice").await;
        let app = server.project(&alice, "app").await;
        for (name, why) in [
            ("None.gitlab-ci.yml", "Included file `None.gitlab-ci.yml` is empty or does not exist!"),
            ("Bash.yml", "Template file `Bash.yml` is not a valid location!"),
            ("Bash", "Included file `Bash` does not have YAML extension!"),
        ] {
            assert_eq!(wrong(&app, &format!("include: [{{ template: {name} }}]")).await, why);
        }
        assert_eq!(jobs(&app, "include: [{ template: Bash.gitlab-ci.yml }]").await, ["syntax", "tests"]);
    })
    .await;
}

/// A server that answers each path with what `answer` says, and nothing at all for `None`.
async fn elsewhere(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = std::sync::Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut asked = vec![0; 4096];
                let size = stream.read(&mut asked).await.unwrap_or(0);
                let line = String::from_utf8_lossy(&asked[..size]).into_owned();
                let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
                match answer(&path) {
                    Some(bytes) => drop(stream.write_all(&bytes).await),
                    // Held until the other side gives up.
                    None => drop(stream.read(&mut asked).await),
                }
            });
        }
    });
    url
}

fn ok(body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn to(place: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

const FAR: &[u8] = b"far: { script: make far }\n";
/// SHA-256 of that, base64.
const FAR_DIGEST: &str = "X7fBZIM7LPKeRrwF6MtML4Rv4QOtlDoqtxa7/kAIuAw=";

fn open(change: impl FnOnce(&mut Limits)) -> TestOptions {
    let mut options = TestOptions::default();
    options.limits.local_includes = true;
    change(&mut options.limits);
    options
}

#[tokio::test]
async fn remote_files_come_over_http_and_failures_are_named() {
    on_sqlite_with(open(|limits| limits.config_bytes = 10_000), async |server| {
        let far = elsewhere(|path| {
            Some(match path {
                "/far.yml" => ok(FAR),
                "/moved.yml" => to("/far.yml"),
                "/round.yml" => to("/round.yml"),
                "/away.yml" => to("ftp://example.com/a.yml"),
                "/latin.yml" => ok(b"a: \xe9"),
                "/large.yml" => ok(&[b'#'; 10_001]),
                "/empty.yml" => ok(b""),
                "/local.yml" => ok(b"include: { local: /ci/own.yml }\n"),
                _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
            })
        })
        .await;
        let alice = server.user("alice").await;
        let app = server.project(&alice, "app").await;
        let whole = format!("include: {far}/moved.yml?x=1\n");
        assert_eq!(jobs(&app, &whole.replace("?x=1", "")).await, ["far"]);
        let sealed = |digest: &str| format!("include: [{{ remote: '{far}/far.yml', integrity: 'sha256-{digest}' }}]\n");
        assert_eq!(jobs(&app, &sealed(FAR_DIGEST)).await, ["far"]);
        let other = FAR_DIGEST.to_lowercase();
        let expected = format!("Remote file `{far}/far.yml` does not match its integrity `sha256-{other}`!");
        assert_eq!(wrong(&app, &sealed(&other)).await, expected);
        let because = |what: &str| format!("Remote file `{{}}` could not be fetched because of {what}!");
        for (path, why) in [
            ("/none.yml", because("HTTP code `404` error")),
            ("/round.yml", because("HTTP error")),
            ("/away.yml", "Remote file `{}` does not have a valid address!".to_owned()),
            ("/latin.yml", "Remote file `{}` is not valid UTF-8!".to_owned()),
            ("/large.yml", "Remote file `{}` is larger than 10000 bytes!".to_owned()),
            ("/empty.yml", "Included file `{}` is empty or does not exist!".to_owned()),
            ("/far.txt", "Included file `{}` does not have YAML extension!".to_owned()),
            ("/local.yml", "Local file `ci/own.yml` does not have project!".to_owned()),
        ] {
            let found = wrong(&app, &format!("include: {far}{path}\n")).await;
            assert_eq!(found, why.replace("{}", &format!("{far}{path}")));
        }
        // A port that is taken, so that nobody else gets it, and at which nobody listens.
        let nobody = TcpSocket::new_v4().unwrap();
        nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = nobody.local_addr().unwrap();
        let refused = "Remote file could not be fetched because Connection refused!";
        assert_eq!(wrong(&app, &format!("include: http://{address}/a.yml")).await, refused);
    })
    .await;
}

#[tokio::test]
async fn a_remote_file_that_does_not_come_is_given_up() {
    // No file that comes is asked for here: however short the time, a busy machine may take longer.
    on_sqlite_with(open(|limits| limits.remote_include_seconds = 1), async |server| {
        let slow = elsewhere(|_| None).await;
        let app = server.project(&server.admin(), "app").await;
        let found = wrong(&app, &format!("include: {slow}/hangs.yml\n")).await;
        assert_eq!(found, format!("Remote file `{slow}/hangs.yml` could not be fetched because of a timeout error!"));
    })
    .await;
}

#[tokio::test]
async fn nobodys_file_sends_the_server_inward() {
    on_sqlite_with(TestOptions::default(), async |server| {
        let alice = server.user("alice").await;
        let app = server.project(&alice, "app").await;
        let port = server.url.rsplit(':').next().unwrap();
        for (host, why) in [
            (format!("127.0.0.1:{port}"), "localhost"),
            (format!("localhost:{port}"), "localhost"),
            (format!("2130706433:{port}"), "localhost"),
            (format!("[::ffff:127.0.0.1]:{port}"), "localhost"),
            ("127.8.9.1".to_owned(), "loopback addresses"),
            ("169.254.169.254".to_owned(), "the link local network"),
            ("10.1.2.3".to_owned(), "the local network"),
        ] {
            let found = wrong(&app, &format!("include: 'http://{host}/a.yml'\n")).await;
            let blocked =
                format!("Remote file could not be fetched because URL is blocked: Requests to {why} are not allowed!");
            assert_eq!(found, blocked, "{host}");
        }
    })
    .await;
}

#[tokio::test]
async fn all_includes_together_have_a_time() {
    // As above: nothing that comes.
    on_sqlite_with(open(|limits| limits.include_seconds = 1), async |server| {
        let slow = elsewhere(|_| None).await;
        let app = server.project(&server.admin(), "app").await;
        let found = wrong(&app, &format!("include: ['{slow}/1.yml', '{slow}/2.yml']\n")).await;
        let late = "Request timed out when fetching configuration files.";
        assert_eq!(found, format!("{late}\n{late}"));
    })
    .await;
}

#[tokio::test]
async fn all_includes_together_have_a_size() {
    on_sqlite_with(open(|limits| limits.includes_bytes = 150), async |server| {
        let alice = server.user("alice").await;
        let app = server.project(&alice, "app").await;
        app.commit("main", "a.yml", &format!("a: {{ script: b }}\n# {}\n", "x".repeat(100))).await;
        assert_eq!(jobs(&app, "include: a.yml\n").await, ["a"]);
        // The second time it is asked nothing, but merged again.
        let found = wrong(&app, "include: [a.yml, a.yml]\n").await;
        assert_eq!(found, "Total size of combined CI/CD configuration is too big");
    })
    .await;
}

#[tokio::test]
async fn a_child_is_made_of_another_projects_file_with_inputs() {
    for_both(async |server| {
        let alice = server.user("alice").await;
        let library = library(server, &alice).await;
        let app = server.project(&alice, "app").await;
        let yaml = format!(
            "down:
  trigger:
    include:
      - {{ project: {path}, file: ci/shared.yml, ref: main }}
      - {{ component: $CI_SERVER_FQDN/{path}/check@1.2, inputs: {{ word: child }} }}
",
            path = library.path
        );
        let parent = app.pipeline(&yaml).await;
        let bridges = app.at(&format!("/pipelines/{}/bridges", parent.id));
        let child = server.until("a child with its jobs", async || {
            let found = alice.get(&bridges).await.expect(200).json();
            found[0]["downstream_pipeline"]["id"].as_i64()
        });
        let child = child.await;
        let found = alice.get(&app.at(&format!("/pipelines/{child}/jobs"))).await.expect(200).json();
        let mut names: Vec<&str> = found.as_array().unwrap().iter().filter_map(|job| job["name"].as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["build", "check 1.2.9 child", "nested"]);
    })
    .await;
}
