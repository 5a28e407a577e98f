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
        toml::from_str(&text)
            .map_err(|error| Error::Config { path: path.clone(), reason: error.to_string().trim_end().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::File;

    #[test]
    fn a_key_nobody_knows_is_refused_by_name_and_line() {
        let error = toml::from_str::<File>("listen = \"127.0.0.1:1\"\nlitsen = 1\n").unwrap_err().to_string();
        assert!(error.contains("litsen") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn keys_are_the_flags_names() {
        let file: File = toml::from_str("data-dir = \"/srv\"\nrunner = \"shell\"\nephemeral = false").unwrap();
        assert_eq!(file.data_dir.unwrap().to_str(), Some("/srv"));
    }
}
