//! Clone, fetch and push with the git command over a real socket.

mod common;

use common::{Client, Server, beside, files_below, fixture, fixture_with};
use pipewright_git::ZERO;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_told_and_a_clone_reads_it_back_in_every_protocol() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    let first = client.commit("a.txt", "one\n");
    client.ok(&["push", "-q", "origin", "main"]);
    let second = client.commit("a.txt", "two\n");
    client.ok(&["push", "-q", "origin", "main"]);
    let pushes = std::mem::take(&mut server.rules().pushes);
    let seen: Vec<_> = pushes.iter().flatten().map(|u| (&*u.old, &*u.new, &*u.name)).collect();
    assert_eq!(seen, [(ZERO, &*first, "refs/heads/main"), (&*first, &*second, "refs/heads/main")]);
    for version in ["0", "1", "2"] {
        let protocol = format!("protocol.version={version}");
        let target = format!("../clone{version}");
        client.ok(&["-c", &protocol, "clone", "-q", &server.url(), &target]);
        let copy = Client { folder: fixture.folder.path().join(format!("clone{version}")) };
        assert_eq!(copy.head(), second, "version {version}");
        assert_eq!(copy.ok(&["status", "--porcelain"]), "");
    }
    let protocols = server.rules().protocols.clone();
    assert!(protocols.contains(&"version=2".to_owned()) && protocols.contains(&"version=1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_brings_what_is_new_with_a_gzipped_request() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "old\n");
    client.ok(&["push", "-q", "origin", "main"]);
    client.ok(&["clone", "-q", &server.url(), "../copy"]);
    let copy = Client { folder: fixture.folder.path().join("copy") };
    // A list of wants past a kilobyte is sent zipped.
    for i in 0..40 {
        client.commit("a.txt", &format!("{i}\n"));
        client.ok(&["branch", &format!("b{i}")]);
    }
    client.ok(&["push", "-q", "origin", "--all"]);
    copy.ok(&["-c", "protocol.version=0", "fetch", "-q", "origin"]);
    assert_eq!(copy.ok(&["rev-parse", "origin/b39"]), client.head());
    assert!(server.rules().gzipped > 0, "no request was zipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn shallow_and_partial_clones_and_unshallow_work() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    for i in 0..5 {
        client.commit("a.txt", &format!("{i}\n"));
    }
    client.ok(&["push", "-q", "origin", "main"]);
    for version in ["0", "2"] {
        let protocol = format!("protocol.version={version}");
        let target = format!("shallow{version}");
        client.ok(&["-c", &protocol, "clone", "-q", "--depth", "2", &server.url(), &format!("../{target}")]);
        let copy = Client { folder: fixture.folder.path().join(target) };
        assert_eq!(copy.ok(&["rev-list", "--count", "HEAD"]), "2");
        copy.ok(&["-c", &protocol, "fetch", "-q", "--unshallow"]);
        assert_eq!(copy.ok(&["rev-list", "--count", "HEAD"]), "5");
        // A push out of a clone that was shallow, and out of one that is.
        copy.commit(&format!("b{version}.txt"), "x\n");
        copy.ok(&["push", "-q", "origin", &format!("HEAD:refs/heads/from{version}")]);
    }
    client.ok(&["clone", "-q", "--filter=blob:none", "--no-checkout", &server.url(), "../partial"]);
    client.ok(&["clone", "-q", "--depth", "1", &server.url(), "../one"]);
    let one = Client { folder: fixture.folder.path().join("one") };
    let head = one.commit("c.txt", "x\n");
    one.ok(&["push", "-q", "origin", "HEAD:refs/heads/from-shallow"]);
    assert_eq!(fixture.repository.branch("from-shallow").await.unwrap(), Some(head));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_44_a_pipeline_ref_is_fetched_after_its_branch_is_gone() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "base\n");
    client.ok(&["push", "-q", "origin", "main"]);
    client.ok(&["checkout", "-q", "-b", "topic"]);
    let sha = client.commit("a.txt", "topic\n");
    client.ok(&["push", "-q", "origin", "topic"]);
    fixture.repository.set_ref("refs/pipelines/7", &sha).await.unwrap();
    client.ok(&["push", "-q", "origin", "--delete", "topic"]);
    let runner = Client::new(&fixture, "runner", &server.url());
    let refspec = "+refs/pipelines/7:refs/pipelines/7";
    runner.ok(&["fetch", "origin", "--no-recurse-submodules", refspec, "--depth", "1", "--prune", "--quiet"]);
    runner.ok(&["checkout", "-f", "-q", &sha]);
    assert_eq!(std::fs::read_to_string(runner.folder.join("a.txt")).unwrap(), "topic\n");
    // The other way the protocol allows: by object id.
    let other = Client::new(&fixture, "other", &server.url());
    for version in ["0", "2"] {
        let protocol = format!("protocol.version={version}");
        let refspec = format!("+{sha}:refs/pipelines/8");
        other.ok(&["-c", &protocol, "fetch", "-q", "origin", &refspec, "--depth", "1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_own_refs_are_not_pushed() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    let sha = client.commit("a.txt", "one\n");
    let stderr = client.fails(&["push", "origin", "main:refs/pipelines/1"]);
    assert!(stderr.contains("[remote rejected]") && stderr.contains("hidden ref"), "{stderr}");
    client.fails(&["push", "origin", "main:refs/keep-around/x"]);
    assert_eq!(fixture.repository.all_refs().await.unwrap(), []);
    assert_eq!(server.rules().pushes.len(), 0);
    client.ok(&["push", "-q", "origin", "main", "main:refs/tags/v1", "main:refs/notes/x"]);
    let refs = fixture.repository.all_refs().await.unwrap();
    assert_eq!(refs.iter().map(|r| &*r.name).collect::<Vec<_>>(), ["refs/heads/main", "refs/notes/x", "refs/tags/v1"]);
    assert!(refs.iter().all(|found| found.id == sha));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_push_says_why_and_changes_nothing() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    server.rules().refuse.push(("refs/heads/main".to_owned(), "protected branch".to_owned()));
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "one\n");
    let stderr = client.fails(&["push", "origin", "main", "main:other"]);
    assert!(stderr.contains("remote: You are not allowed to do that."), "{stderr}");
    assert!(stderr.contains("[remote rejected] main -> main (protected branch)"), "{stderr}");
    assert!(stderr.contains("main -> other (another ref of this push was refused)"), "{stderr}");
    assert_eq!(fixture.repository.all_refs().await.unwrap(), []);
    // A push larger than git's buffer is sent in chunks, and its refusal is read all the same.
    std::fs::write(client.folder.join("big"), vec![0xa5; 3 << 20]).unwrap();
    client.ok(&["add", "big"]);
    client.ok(&["-c", "core.compression=0", "commit", "-q", "-m", "Big"]);
    let stderr = client.fails(&["-c", "pack.compression=0", "push", "origin", "main"]);
    assert!(stderr.contains("(protected branch)"), "{stderr}");
    assert_eq!(fixture.repository.all_refs().await.unwrap(), []);
    client.ok(&["push", "-q", "origin", "main:other"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_kept_where_the_caller_says_so() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    server.rules().keep_history.push("refs/heads/main".to_owned());
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "one\n");
    let kept = client.commit("a.txt", "two\n");
    client.ok(&["push", "-q", "origin", "main", "main:free"]);
    client.ok(&["reset", "-q", "--hard", "HEAD~1"]);
    let rewritten = client.commit("a.txt", "three\n");
    let stderr = client.fails(&["push", "--force", "origin", "main"]);
    assert!(stderr.contains("not allowed to force push code to a protected branch"), "{stderr}");
    assert_eq!(fixture.repository.branch("main").await.unwrap(), Some(kept.clone()));
    client.ok(&["push", "-q", "--force", "origin", "main:free"]);
    assert_eq!(fixture.repository.branch("free").await.unwrap(), Some(rewritten.clone()));
    assert!(!fixture.repository.is_ancestor(&kept, &rewritten).await.unwrap());
    // Forward is no force.
    client.ok(&["reset", "-q", "--hard", &kept]);
    client.commit("a.txt", "four\n");
    client.ok(&["push", "-q", "origin", "main"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_kept_however_many_branches_are_named() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    // More than one string of an environment may hold, and than all of them together.
    let name = |number: usize| format!("refs/heads/{number}-{}", "x".repeat(180));
    server.rules().keep_history.extend((0..20_000).map(name).chain(["refs/heads/main".to_owned()]));
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "one\n");
    client.ok(&["push", "-q", "origin", "main", "main:mai", "main:main2"]);
    client.ok(&["commit", "-q", "--amend", "-m", "Other"]);
    let stderr = client.fails(&["push", "--force", "origin", "main"]);
    assert!(stderr.contains("not allowed to force push code to a protected branch"), "{stderr}");
    client.ok(&["push", "-q", "--force", "origin", "main:mai", "main:main2"]);
    let aside = fixture.folder.path().join("git/.aside");
    assert_eq!(common::files_below(&aside), Vec::<std::path::PathBuf>::new(), "the list goes with the push");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_is_refused_in_part_tells_only_what_moved() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    server.rules().keep_history.push("refs/heads/main".to_owned());
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "one\n");
    client.ok(&["push", "-q", "origin", "main"]);
    client.ok(&["commit", "-q", "--amend", "-m", "Other"]);
    client.fails(&["push", "--force", "origin", "main", "main:topic"]);
    let last = server.rules().pushes.pop().unwrap();
    assert_eq!(last.iter().map(|update| &*update.name).collect::<Vec<_>>(), ["refs/heads/topic"]);
    assert!(last[0].creates() && !last[0].deletes());
    assert_eq!((last[0].branch(), last[0].tag()), (Some("topic"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_deletions_options_and_the_last_word_come_through() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    server.rules().say = vec!["Pipeline #7:".to_owned(), "http://ci.example/7".to_owned()];
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "one\n");
    client.ok(&["tag", "-a", "v1", "-m", "First"]);
    let output = client.git(&["push", "-o", "ci.skip", "-o", "a=b c", "origin", "main", "v1"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("remote: Pipeline #7:") && stderr.contains("remote: http://ci.example/7"), "{stderr}");
    assert_eq!(server.rules().options, ["ci.skip", "a=b c"]);
    let tag = fixture.repository.tag("v1").await.unwrap().unwrap();
    assert_eq!(tag.message.as_deref(), Some("First"));
    client.ok(&["push", "-q", "origin", "--delete", "v1"]);
    let last = server.rules().pushes.pop().unwrap();
    assert!(last[0].deletes());
    assert_eq!((last[0].tag(), &last[0].old), (Some("v1"), &tag.target));
    assert_eq!(fixture.repository.tag("v1").await.unwrap(), None);
    // The branch HEAD names is not removed.
    let stderr = client.fails(&["push", "origin", "--delete", "main"]);
    assert!(stderr.contains("deletion of the current branch prohibited"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_past_the_limit_is_refused_with_a_sentence() {
    let fixture = fixture_with(Some(100_000)).await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    client.commit("a.txt", "one\n");
    client.ok(&["push", "-q", "origin", "main"]);
    for size in [200_000, 5_000_000] {
        let noise = client.git(&["hash-object", "--stdin"]).stdout;
        std::fs::write(client.folder.join("big"), noise_of(size, &noise)).unwrap();
        client.ok(&["add", "big"]);
        client.ok(&["commit", "-q", "-m", "Big"]);
        let stderr = client.fails(&["push", "origin", "main"]);
        assert!(stderr.contains("exceeds maximum allowed size"), "{stderr}");
    }
    assert_eq!(server.rules().pushes.len(), 1);
}

/// Bytes that do not compress.
fn noise_of(size: usize, seed: &[u8]) -> Vec<u8> {
    let mut state = seed.iter().fold(0x9e37_79b9_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(size)
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pushes_from_one_state_do_not_both_win() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let one = Client::new(&fixture, "one", &server.url());
    one.commit("a.txt", "one\n");
    one.ok(&["push", "-q", "origin", "main"]);
    one.ok(&["clone", "-q", &server.url(), "../two"]);
    let two = Client { folder: fixture.folder.path().join("two") };
    one.commit("a.txt", "from one\n");
    two.commit("a.txt", "from two\n");
    one.ok(&["push", "-q", "origin", "main"]);
    let stderr = two.fails(&["push", "origin", "main"]);
    assert!(stderr.contains("[rejected]"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_repository_is_not_found() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &format!("http://{}/2.git", server.address()));
    let stderr = beside(move || client.fails(&["ls-remote", "origin"])).await;
    assert!(stderr.contains("not found"), "{stderr}");
}

/// Sends a request head and some of its body, then hangs up.
async fn half_a_push(server: &Server, head: &[u8], body: &[u8]) {
    let mut socket = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    socket.write_all(head).await.unwrap();
    socket.write_all(format!("{:x}\r\n", body.len()).as_bytes()).await.unwrap();
    socket.write_all(body).await.unwrap();
    socket.write_all(b"\r\n").await.unwrap();
    // The answer's head shows that the server has git running.
    let mut some = [0; 16];
    let read = socket.read(&mut some).await.unwrap();
    assert!(some[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&some));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_in_its_pack_leaves_nothing() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let new = "1".repeat(40);
    let command = format!("{ZERO} {new} refs/heads/main\0report-status side-band-64k");
    let mut body = format!("{:04x}{command}0000", command.len() + 4).into_bytes();
    // A pack that promises ten objects and holds none.
    body.extend(b"PACK\0\0\0\x02\0\0\0\x0a");
    let head = b"POST /1.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    half_a_push(&server, head, &body).await;
    let objects = fixture.repository.path().join("objects");
    // Git tidies up by itself once its input ends; nobody here has a handle on it.
    let folders = || std::fs::read_dir(&objects).unwrap().flatten().map(|entry| entry.file_name()).collect::<Vec<_>>();
    let tidy = async {
        while !files_below(&objects).is_empty() || folders().len() != 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let tidy = tokio::time::timeout(std::time::Duration::from_mins(2), tidy).await;
    assert!(tidy.is_ok(), "{:?} {:?}", folders(), files_below(&objects));
    assert_eq!(server.rules().pushes.len(), 0);
}

#[tokio::test]
async fn requests_that_are_not_gits_are_refused() {
    let fixture = fixture().await;
    let cases: &[&[u8]] = &[
        b"",
        b"garbage and more",
        b"0003",
        b"000ahello\n0000",
        b"00",
        b"ffff",
        b"0065zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz 1111111111111111111111111111111111111111 refs/heads/main0000",
        b"00670000000000000000000000000000000000000000 1111111111111111111111111111111111111111 refs/heads/../x0000",
        b"00610000000000000000000000000000000000000000 1111111111111111111111111111111111111111 --upload0000",
    ];
    for body in cases {
        let stream = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(body))]);
        let result = fixture.repository.receive_pack(false, stream).await;
        assert!(result.is_err(), "{:?} was accepted", String::from_utf8_lossy(body));
    }
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"not gzip"))]);
    assert!(fixture.repository.receive_pack(true, stream).await.is_err());
}
