//! The optional TOML file: the flags' names as keys.

use crate::error::{Error, Result};
use crate::settings::run::BuiltIn;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where the file is.
#[derive(Debug, clap::Args)]
pub(crate) struct ConfigOptions {
    /// TOML file with the flags' names as keys, like listen = "127.0.0.1:8080"; flags and environment win
    #[arg(long, global = true, env = "PIPEWRIGHT_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// What the file may say. One file serves all commands, so each finds keys of the others in it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the names are the flags'")]
pub(crate) struct File {
    pub(crate) listen: Option<String>,
    pub(crate) external_url: Option<String>,
    pub(crate) root_token: Option<String>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) database: Option<String>,
    pub(crate) objects: Option<String>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) ephemeral: Option<bool>,
    pub(crate) runner: Option<BuiltIn>,
    pub(crate) concurrency: Option<usize>,
    pub(crate) log: Option<String>,
    pub(crate) limit: BTreeMap<String, u64>,
    pub(crate) url: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) work_dir: Option<PathBuf>,
    pub(crate) server: Option<String>,
    pub(crate) project: Option<String>,
}

impl ConfigOptions {
    /// Reads the file, if there is one.
    pub(crate) fn load(&self) -> Result<File> {
        let Some(path) = &self.config else { return Ok(File::default()) };
        let text = std::fs::read_to_string(path).map_err(Error::path(path))?;
        read(&text).map_err(|reason| Error::Config { path: path.clone(), reason })
    }
}

/// Keys whose values may be repeated: none of them is a secret, or has one in it.
const HARMLESS: &[&str] =
    &["listen", "data-dir", "key-file", "ephemeral", "runner", "concurrency", "log", "work-dir", "project"];

fn read(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let key = line.split_once('=').map(|(key, _)| key.trim());
        let (row, column) = (before.matches('\n').count() + 1, before[start..].chars().count() + 1);
        let named = key.map_or_else(String::new, |key| format!(", {key}"));
        let shown = key.is_some_and(|key| HARMLESS.contains(&key));
        format!("line {row}, column {column}{named}: {}", reason(error.message(), shown))
    })
}

/// The parser's message; what it found in place of what it expected only where that may be `shown`.
fn reason(message: &str, shown: bool) -> &str {
    let quotes = ["invalid type", "invalid value", "invalid length", "unknown variant"];
    if shown || !quotes.iter().any(|beginning| message.starts_with(beginning)) {
        return message.trim_end();
    }
    message.rsplit_once(", ").map_or("it is not what it should be", |(_, expected)| expected.trim_end())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_key_nobody_knows_is_refused_by_name_and_line() {
        let error = read("listen = \"127.0.0.1:1\"\nlitsen = 1\n").unwrap_err();
        assert!(error.contains("litsen") && error.contains("line 2"), "{error}");
        let error = read("listen = \"127.0.0.1:1\"\nrunner = \"podman\"\n").unwrap_err();
        assert!(error.starts_with("line 2, column 10, runner: ") && error.contains("`podman`"), "{error}");
    }

    #[test]
    fn a_bad_line_is_named_and_what_may_be_a_secret_is_not_repeated() {
        for (text, said) in [
            ("root-token = 4815162342\n", "line 1, column 14, root-token: expected a string"),
            ("\ndatabase = [\"postgres://ci:4815162342@db/ci\"]\n", "line 2, column 12, database: expected a string"),
            ("objects = { key = \"4815162342\" }", "line 1, column 11, objects: expected a string"),
            ("token = \"glpat-4815162342\n", "line 1, column "),
            ("token = \"\"\"\nglpat-4815162342\n", "line "),
            ("token = glpat-4815162342\n", "line 1, column "),
            ("root_token = \"glpat-4815162342\"\n", "line 1, column 1, root_token: unknown field `root_token`"),
            ("[limit]\nconnections = \"4815162342\"", "line 2, column 15, connections: expected u64"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(said), "{text}: {error}");
            assert!(!error.contains("4815162342"), "{text}: {error}");
        }
    }

    #[test]
    fn keys_are_the_flags_names() {
        let file = read("data-dir = \"/srv\"\nrunner = \"shell\"\nephemeral = false").unwrap();
        assert_eq!(file.data_dir.unwrap().to_str(), Some("/srv"));
    }
}
