//! The shell text that brings a work tree to a commit.

use super::script::quote;

/// What to check out, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Checkout {
    pub(super) remote: String,
    pub(super) refspecs: Vec<String>,
    pub(super) sha: String,
    pub(super) ref_name: String,
    /// Commits of history; 0 for all.
    pub(super) depth: i64,
    pub(super) sha256: bool,
    pub(super) fetch_flags: Vec<String>,
    /// Whether to bring the files of the commit, or only fetch it.
    pub(super) with_files: bool,
    /// Empty means: do not clean.
    pub(super) clean_flags: Vec<String>,
    pub(super) submodules: Option<Submodules>,
}

/// How submodules are fetched.
#[derive(Debug, Clone, Default)]
pub(super) struct Submodules {
    pub(super) recursive: bool,
    pub(super) depth: i64,
    pub(super) flags: Vec<String>,
    pub(super) paths: Vec<String>,
}

/// The script, to run in the work tree's folder. `include` is a file of git settings.
pub(super) fn script(checkout: &Checkout, include: &str) -> String {
    let mut lines = vec![opening(checkout)];
    let include = quote(include);
    lines.push(format!("git config include.path {include}\n"));
    let remote = quote(&checkout.remote);
    lines.push(format!("git remote add origin {remote} 2>/dev/null || git remote set-url origin {remote}\n"));
    fetch(checkout, &mut lines);
    if checkout.with_files {
        check_out(checkout, &mut lines);
    } else {
        say(&mut lines, "Skipping Git checkout");
    }
    match &checkout.submodules {
        Some(submodules) => update(submodules, &checkout.clean_flags, &mut lines),
        None => say(&mut lines, "Skipping Git submodules setup"),
    }
    lines.concat()
}

/// Takes over what an earlier job left, without its hooks, settings and locks.
fn opening(checkout: &Checkout) -> String {
    let format = if checkout.sha256 { " --object-format=sha256" } else { "" };
    // The settings of a repository with another object format say so; they must stay.
    let settings = if checkout.sha256 { "" } else { " .git/config" };
    format!(
        "if [ -d .git ]; then new=; else new=1; fi\n\
         rm -rf .git/hooks\n\
         if [ -d .git/modules ]; then find .git/modules -type d -name hooks -prune -exec rm -rf {{}} +; fi\n\
         rm -f .git/index.lock .git/shallow.lock .git/HEAD.lock .git/config.lock{settings}\n\
         if [ -d .git/refs ]; then find .git/refs -name '*.lock' -exec rm -f {{}} +; fi\n\
         git init -q --template= {format} .\n\
         if [ -n \"$new\" ]; then echo 'Created fresh repository.'; fi\n"
    )
}

fn fetch(checkout: &Checkout, lines: &mut Vec<String>) {
    let depth = checkout.depth;
    if depth > 0 {
        say(lines, &format!("Fetching changes with git depth set to {depth}..."));
        lines.push(format!("set -- --depth {depth}\n"));
    } else {
        say(lines, "Fetching changes...");
        lines.push("set --\nif [ -f .git/shallow ]; then set -- --unshallow; fi\n".to_owned());
    }
    let refspecs = words(&checkout.refspecs);
    let flags = words(&checkout.fetch_flags);
    lines.push(format!("git fetch origin --no-recurse-submodules{refspecs} \"$@\"{flags}\n"));
}

fn check_out(checkout: &Checkout, lines: &mut Vec<String>) {
    let short = &checkout.sha[..8];
    let ref_name = &checkout.ref_name;
    say(lines, &format!("Checking out {short} as detached HEAD (ref is {ref_name})..."));
    lines.push(format!("git checkout -f -q {}\n", quote(&checkout.sha)));
    if !checkout.clean_flags.is_empty() {
        lines.push(format!("git clean{}\n", words(&checkout.clean_flags)));
    }
}

fn update(submodules: &Submodules, clean: &[String], lines: &mut Vec<String>) {
    let recursive = if submodules.recursive { " --recursive" } else { "" };
    let depth = match submodules.depth {
        depth @ 1.. => format!(" --depth {depth}"),
        _ => String::new(),
    };
    let flags = words(&submodules.flags);
    let paths = if submodules.paths.is_empty() { String::new() } else { format!(" --{}", words(&submodules.paths)) };
    say(lines, "Updating submodules...");
    lines.push(format!("git submodule --quiet sync{recursive}{paths}\n"));
    lines.push(format!("git submodule --quiet update --init --force{recursive}{depth}{flags}{paths}\n"));
    if !clean.is_empty() {
        let command = quote(&format!("git clean{}", words(clean)));
        lines.push(format!("git submodule --quiet foreach{recursive} {command}\n"));
    }
}

fn say(lines: &mut Vec<String>, line: &str) {
    let line = quote(&format!("\x1b[32;1m{line}\x1b[0;m"));
    lines.push(format!("printf '%s\\n' {line}\n"));
}

/// The words, quoted, each with a blank before it.
fn words(list: &[String]) -> String {
    list.iter().flat_map(|word| [" ".to_owned(), quote(word)]).collect()
}
