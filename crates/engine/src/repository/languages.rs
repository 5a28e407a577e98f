//! Which languages a repository is written in, by the names of its files.

use crate::access::{Ability, ProjectRef};
use crate::{Caller, Engine, Result};
use pipewright_git::read::Sized;
use std::collections::BTreeMap;

/// Most languages named.
const MOST: usize = 5;
/// Folders of other people's code, wherever they are.
const VENDORED: &[&str] = &["vendor", "vendors", "node_modules", "third_party", "third-party", "bower_components"];
/// Folders at the top that tell about the code.
const DOCUMENTS: &[&str] = &["doc", "docs"];

/// Languages by the endings of their files' names. What is data or prose (JSON, YAML, Markdown) is none.
const ENDINGS: &[(&str, &[&str])] = &[
    ("Ada", &["adb", "ads"]),
    ("Assembly", &["asm", "s"]),
    ("Batchfile", &["bat", "cmd"]),
    ("C", &["c", "h"]),
    ("C#", &["cs"]),
    ("C++", &["cc", "cpp", "cxx", "hh", "hpp", "hxx"]),
    ("CMake", &["cmake"]),
    ("CSS", &["css"]),
    ("Clojure", &["clj", "cljc", "cljs"]),
    ("Common Lisp", &["lisp"]),
    ("Crystal", &["cr"]),
    ("D", &["d"]),
    ("Dart", &["dart"]),
    ("Elixir", &["ex", "exs"]),
    ("Elm", &["elm"]),
    ("Emacs Lisp", &["el"]),
    ("Erlang", &["erl", "hrl"]),
    ("F#", &["fs", "fsi", "fsx"]),
    ("Fortran", &["f", "f90", "f95", "for"]),
    ("Go", &["go"]),
    ("Groovy", &["groovy", "gradle"]),
    ("HCL", &["hcl", "tf", "tfvars"]),
    ("HTML", &["htm", "html", "xhtml"]),
    ("Haml", &["haml"]),
    ("Haskell", &["hs", "lhs"]),
    ("Java", &["java"]),
    ("JavaScript", &["cjs", "js", "jsx", "mjs"]),
    ("Jinja", &["j2", "jinja", "jinja2"]),
    ("Julia", &["jl"]),
    ("Jupyter Notebook", &["ipynb"]),
    ("Kotlin", &["kt", "kts"]),
    ("Less", &["less"]),
    ("Lua", &["lua"]),
    ("Makefile", &["mak", "mk"]),
    ("Nim", &["nim"]),
    ("Nix", &["nix"]),
    ("OCaml", &["ml", "mli"]),
    ("Objective-C", &["m"]),
    ("Objective-C++", &["mm"]),
    ("PHP", &["php"]),
    ("PLpgSQL", &["pgsql"]),
    ("Pascal", &["pas", "pp"]),
    ("Perl", &["pl", "pm"]),
    ("PowerShell", &["ps1", "psd1", "psm1"]),
    ("Prolog", &["pro", "prolog"]),
    ("Python", &["py", "pyi", "pyw"]),
    ("R", &["r"]),
    ("Ruby", &["gemspec", "rake", "rb", "ru"]),
    ("Rust", &["rs"]),
    ("SCSS", &["scss"]),
    ("Sass", &["sass"]),
    ("Scala", &["sbt", "sc", "scala"]),
    ("Scheme", &["scm", "ss"]),
    ("Shell", &["bash", "ksh", "sh", "zsh"]),
    ("Slim", &["slim"]),
    ("Solidity", &["sol"]),
    ("Starlark", &["bzl"]),
    ("Stylus", &["styl"]),
    ("Svelte", &["svelte"]),
    ("Swift", &["swift"]),
    ("SystemVerilog", &["sv", "svh"]),
    ("Tcl", &["tcl"]),
    ("TeX", &["cls", "sty", "tex"]),
    ("TypeScript", &["cts", "mts", "ts", "tsx"]),
    ("VHDL", &["vhd", "vhdl"]),
    ("Verilog", &["v"]),
    ("Vim Script", &["vim"]),
    ("Visual Basic .NET", &["vb"]),
    ("Vue", &["vue"]),
    ("WebAssembly", &["wat", "wast"]),
    ("Zig", &["zig"]),
];

/// Languages by the whole names of files.
const NAMES: &[(&str, &str)] = &[
    ("BUILD.bazel", "Starlark"),
    ("CMakeLists.txt", "CMake"),
    ("Containerfile", "Dockerfile"),
    ("Dockerfile", "Dockerfile"),
    ("GNUmakefile", "Makefile"),
    ("Gemfile", "Ruby"),
    ("Jenkinsfile", "Groovy"),
    ("Makefile", "Makefile"),
    ("Rakefile", "Ruby"),
    ("Vagrantfile", "Ruby"),
    ("makefile", "Makefile"),
];

impl Engine {
    /// The five languages with the most bytes on the default branch, each with its percentage, rounded to two places.
    /// Who may not read code learns of none.
    pub async fn languages(&self, caller: &Caller, project: &ProjectRef) -> Result<BTreeMap<String, f64>> {
        let standing = self.project(caller, project).await?;
        if !standing.can(Ability::ReadCode) {
            return Ok(BTreeMap::new());
        }
        let repository = self.repository(&standing.project).await?;
        let Some(commit) = self.commit_id(&standing.project, &repository, None).await? else {
            return Ok(BTreeMap::new());
        };
        let files = self.look_through(caller, async { Ok(repository.files_below(&commit, "").await?) }).await?;
        Ok(shares(&files))
    }
}

fn shares(files: &[Sized]) -> BTreeMap<String, f64> {
    let endings: BTreeMap<&str, &str> =
        ENDINGS.iter().flat_map(|(language, endings)| endings.iter().map(|ending| (*ending, *language))).collect();
    let mut bytes: BTreeMap<&str, u64> = BTreeMap::new();
    for file in files {
        if let Some(language) = language(&file.path, &endings) {
            *bytes.entry(language).or_default() += file.size;
        }
    }
    let total: u64 = bytes.values().sum();
    if total == 0 {
        return BTreeMap::new();
    }
    let mut found: Vec<_> = bytes.into_iter().filter(|(_, bytes)| *bytes > 0).collect();
    found.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let share = |bytes: u64| (bytes as f64 * 10_000.0 / total as f64).round() / 100.0;
    found.into_iter().take(MOST).map(|(language, bytes)| (language.to_owned(), share(bytes))).collect()
}

fn language<'a>(path: &str, endings: &BTreeMap<&str, &'a str>) -> Option<&'a str> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut folders = folders.split('/').peekable();
    let documents = folders.peek().is_some_and(|first| DOCUMENTS.contains(&first.to_lowercase().as_str()));
    if documents || folders.any(|folder| VENDORED.contains(&folder)) {
        return None;
    }
    if let Some((_, language)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(language);
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let shrunk = stem.rsplit_once('.').is_some_and(|(_, end)| end == "min") && matches!(ending.as_str(), "js" | "css");
    if shrunk { None } else { endings.get(ending.as_str()).copied() }
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, Sized, shares};

    fn files(all: &[(&str, u64)]) -> Vec<Sized> {
        all.iter().map(|(path, size)| Sized { path: (*path).to_owned(), id: String::new(), size: *size }).collect()
    }

    #[test]
    fn shares_are_of_code_that_is_ones_own() {
        let all = files(&[
            ("src/main.rs", 100),
            ("src/UPPER.RS", 100),
            ("Makefile", 100),
            ("data.json", 9000),
            ("README.md", 9000),
            ("vendor/x.go", 9000),
            ("docs/conf.py", 9000),
            ("web/app.min.js", 9000),
            (".rs", 0),
        ]);
        let expected = BTreeMap::from([("Makefile".to_owned(), 33.33), ("Rust".to_owned(), 66.67)]);
        assert_eq!(shares(&all), expected);
        assert_eq!(shares(&files(&[("empty.rs", 0)])), BTreeMap::new());
    }

    #[test]
    fn the_five_largest_are_named() {
        let all = files(&[("a.rs", 6), ("b.go", 5), ("c.py", 4), ("d.rb", 3), ("e.c", 2), ("f.lua", 1)]);
        let found = shares(&all);
        assert!(found.len() == 5 && !found.contains_key("Lua"), "{found:?}");
    }
}
