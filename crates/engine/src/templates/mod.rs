//! The built-in collection that `include:template` takes its files from (CI YAML contract §5).
//!
//! A small set of our own, under the names people know. Each file stands alone and is a place to start
//! from as much as something to include; a test compiles every one of them.

/// What a template's name ends with in `include:template`.
pub const SUFFIX: &str = ".gitlab-ci.yml";

/// One file of the collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name without [`SUFFIX`], with the folder if it has one: `Rust`, `Workflows/Branch-Pipelines`.
    pub name: &'static str,
    /// The whole text.
    pub content: &'static str,
}

macro_rules! template {
    ($name:literal) => {
        Template { name: $name, content: include_str!(concat!("files/", $name, ".gitlab-ci.yml")) }
    };
}

/// Sorted by name.
const TEMPLATES: &[Template] = &[
    template!("Bash"),
    template!("C++"),
    template!("Docker"),
    template!("Getting-Started"),
    template!("Go"),
    template!("Nodejs"),
    template!("Python"),
    template!("Rust"),
    template!("Workflows/Branch-Pipelines"),
    template!("Workflows/MergeRequest-Pipelines"),
];

/// Every template, sorted by name.
pub fn list() -> &'static [Template] {
    TEMPLATES
}

/// The template of a name without [`SUFFIX`]. Letter case matters, as in file names.
pub fn find(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

#[cfg(test)]
mod tests {
    use super::{find, list};
    use pipewright_ci_config::{Facts, NoFiles, SourceFile, compile};

    #[test]
    fn every_template_compiles_for_a_branch_without_a_warning() {
        for template in list() {
            // The workflows have no jobs: they are for including.
            let jobs = if template.name.starts_with("Workflows/") { "\ntest:\n  script: make test\n" } else { "" };
            let source = SourceFile::root(template.name, format!("{}{jobs}", template.content));
            let plan = compile(&source, &Facts::branch("main", "push"), &NoFiles)
                .unwrap_or_else(|errors| panic!("{}: {:?}", template.name, errors.messages()));
            assert!(plan.verdict.runs() || template.name.ends_with("MergeRequest-Pipelines"), "{}", template.name);
            assert!(plan.warnings.is_empty(), "{}: {:?}", template.name, plan.warnings);
        }
    }

    #[test]
    fn names_are_sorted_and_found_as_they_are_written() {
        assert!(list().is_sorted_by_key(|template| template.name));
        assert_eq!(find("C++").map(|template| template.name), Some("C++"));
        assert_eq!(find("bash"), None);
    }
}
