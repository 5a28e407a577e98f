//! A large push and its clone pass through without growing this process. Alone in its file: it
//! measures itself.

mod common;

use common::{Client, Server, fixture};

const SIZE: u64 = 64 << 20;

/// The most memory this process ever held, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_megabytes_are_pushed_and_cloned_in_flat_memory() {
    let fixture = fixture().await;
    let server = Server::start(&fixture.git).await;
    let client = Client::new(&fixture, "work", &server.url());
    let noise = std::process::Command::new("head").args(["-c", &SIZE.to_string(), "/dev/urandom"]).output();
    std::fs::write(client.folder.join("noise"), noise.unwrap().stdout).unwrap();
    client.ok(&["config", "core.compression", "0"]);
    client.ok(&["add", "noise"]);
    client.ok(&["commit", "-q", "-m", "Noise"]);
    // What this test itself held on the way must not hide what the server takes.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = peak();
    client.ok(&["push", "-q", "origin", "main"]);
    client.ok(&["clone", "-q", &server.url(), "../copy"]);
    let grown = peak().saturating_sub(before);
    let copied = std::fs::metadata(fixture.folder.path().join("copy/noise")).unwrap().len();
    assert_eq!(copied, SIZE);
    assert!(grown < 24 << 20, "{grown} bytes more");
}
