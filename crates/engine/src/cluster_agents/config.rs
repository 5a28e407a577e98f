//! What an agent's file says of jobs. An entry that cannot be read whole lets nobody in: a misspelt filter
//! must not open a cluster.

use pipewright_ci_config::plain_yaml;
use pipewright_store::cluster_agents::{Grant, GrantKind};
use serde_json::{Map, Value};

/// Entries of each list that count, as on GitLab.
const MOST_ENTRIES: usize = 500;
/// Bytes of one entry, written as JSON.
const MOST_ENTRY_BYTES: usize = 16 << 10;
/// Bytes of an address.
const LONGEST_ADDRESS: usize = 2048;
/// Sentences about faults that are kept.
const MOST_ERRORS: usize = 20;
/// Keys of an entry.
const KEYS: [&str; 7] = [
    "id",
    "access_as",
    "annotations",
    "default_namespace",
    "environments",
    "protected_branches_only",
    "resource_management",
];
/// Whom an agent can act as in its cluster.
const ACTORS: [&str; 4] = ["agent", "ci_job", "ci_user", "impersonate"];

/// Whose jobs a file lets in, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AgentConfig {
    /// What it lets in, each address once.
    pub(crate) grants: Vec<Grant>,
    /// Sentences, each with its place.
    pub(crate) errors: Vec<String>,
}

impl AgentConfig {
    /// A file that cannot be read, and why.
    pub(crate) fn broken(why: String) -> Self {
        Self { grants: Vec::new(), errors: vec![why] }
    }

    /// Reads a file.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else { return Self::broken("the file is not UTF-8".to_owned()) };
        let root = match plain_yaml(text) {
            Ok(root) => root,
            Err(why) => return Self::broken(why),
        };
        let access = match &root {
            Value::Null => return Self::default(),
            Value::Object(root) => root.get("ci_access"),
            _ => return Self::broken("the file must be a map".to_owned()),
        };
        let mut config = Self::default();
        match access {
            None | Some(Value::Null) => {}
            Some(Value::Object(access)) => {
                config.list(GrantKind::Project, "ci_access.projects", access.get("projects"));
                config.list(GrantKind::Group, "ci_access.groups", access.get("groups"));
            }
            Some(_) => config.errors.push("ci_access must be a map".to_owned()),
        }
        config.errors.truncate(MOST_ERRORS);
        config
    }

    fn list(&mut self, kind: GrantKind, place: &str, value: Option<&Value>) {
        let entries = match value {
            None | Some(Value::Null) => return,
            Some(Value::Array(entries)) => entries,
            Some(_) => return self.errors.push(format!("{place} must be a list")),
        };
        if entries.len() > MOST_ENTRIES {
            self.errors.push(format!("{place}: only the first {MOST_ENTRIES} entries count"));
        }
        for (number, entry) in entries.iter().take(MOST_ENTRIES).enumerate() {
            match grant(kind, entry) {
                Ok(grant) => self.add(grant),
                Err(why) => self.errors.push(format!("{place}[{number}] is left out: {why}")),
            }
        }
    }

    /// Of two entries for one address the later counts.
    fn add(&mut self, grant: Grant) {
        match self.grants.iter_mut().find(|known| known.kind == grant.kind && known.path_key == grant.path_key) {
            Some(known) => *known = grant,
            None => self.grants.push(grant),
        }
    }
}

fn grant(kind: GrantKind, entry: &Value) -> Result<Grant, String> {
    let Value::Object(entry) = entry else { return Err("it must be a map with an id".to_owned()) };
    let path = entry.get("id").and_then(Value::as_str).filter(|path| is_address(path));
    let path = path.ok_or("id must be the address of a project or group")?;
    if let Some(unknown) = entry.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("{unknown} is not known; known are {}", KEYS.join(", ")));
    }
    let set = entry.iter().filter(|(key, value)| *key != "id" && !value.is_null());
    let configuration: Map<String, Value> = set.map(|(key, value)| (key.clone(), value.clone())).collect();
    check(&configuration)?;
    if Value::Object(configuration.clone()).to_string().len() > MOST_ENTRY_BYTES {
        return Err(format!("it is larger than {MOST_ENTRY_BYTES} bytes"));
    }
    Ok(Grant { kind, path_key: path.to_lowercase(), configuration })
}

/// Whether a text can be an address at all: others name nothing.
fn is_address(path: &str) -> bool {
    !path.is_empty() && path.len() <= LONGEST_ADDRESS && path.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check(configuration: &Map<String, Value>) -> Result<(), String> {
    let must = |key: &str, good: fn(&Value) -> bool, what: &str| match configuration.get(key) {
        Some(value) if !good(value) => Err(format!("{key} must be {what}")),
        _ => Ok(()),
    };
    let texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    must("default_namespace", Value::is_string, "a text")?;
    must("protected_branches_only", Value::is_boolean, "true or false")?;
    must("environments", texts, "a list of texts")?;
    must("resource_management", Value::is_object, "a map")?;
    must("annotations", Value::is_object, "a map")?;
    let actor = |value: &Value| {
        let actors = value.as_object();
        actors.is_some_and(|all| all.len() <= 1 && all.keys().all(|key| ACTORS.contains(&key.as_str())))
    };
    must("access_as", actor, &format!("a map with one of {}", ACTORS.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> AgentConfig {
        AgentConfig::read(text.as_bytes())
    }

    #[test]
    fn entries_are_kept_without_their_ids() {
        let config = read(
            "gitops: { manifest_projects: [] }\nci_access:\n  projects:\n    - id: Top/App\n      default_namespace: prod\n      \
             access_as: { ci_job: {} }\n      environments: [prod, review/*]\n      protected_branches_only: true\n  \
             groups:\n    - { id: top, environments: null }\n",
        );
        assert_eq!(config.errors, [""; 0]);
        let found: Vec<_> = config.grants.iter().map(|grant| (grant.kind, grant.path_key.as_str())).collect();
        assert_eq!(found, [(GrantKind::Project, "top/app"), (GrantKind::Group, "top")]);
        assert_eq!(
            Value::Object(config.grants[0].configuration.clone()),
            json!({
                "default_namespace": "prod", "access_as": { "ci_job": {} },
                "environments": ["prod", "review/*"], "protected_branches_only": true,
            })
        );
        assert!(config.grants[1].configuration.is_empty());
    }

    #[test]
    fn of_two_entries_the_later_counts_and_only_the_first_five_hundred_do() {
        let config = read("ci_access: { projects: [{ id: a/b, default_namespace: x }, { id: A/B }] }");
        assert_eq!((config.grants.len(), config.grants[0].configuration.len()), (1, 0));
        let many: Vec<String> = (0..501).map(|n| format!("  - id: a/p{n}")).collect();
        let config = read(&format!("ci_access:\n projects:\n{}\n", many.join("\n")));
        assert_eq!(config.grants.len(), 500);
        assert_eq!(config.errors, ["ci_access.projects: only the first 500 entries count"]);
    }

    #[test]
    fn what_cannot_be_read_lets_nobody_in_and_says_why() {
        for (entry, why) in [
            ("a/b", "it must be a map with an id"),
            ("{ environments: [x] }", "id must be"),
            ("{ id: 7 }", "id must be"),
            ("{ id: \"a\\0b\" }", "id must be"),
            ("{ id: '' }", "id must be"),
            ("{ id: a/b, protected_branch_only: true }", "protected_branch_only is not known"),
            ("{ id: a/b, protected_branches_only: 'yes' }", "true or false"),
            ("{ id: a/b, environments: prod }", "a list of texts"),
            ("{ id: a/b, environments: [1] }", "a list of texts"),
            ("{ id: a/b, access_as: { root: {} } }", "one of agent"),
            ("{ id: a/b, access_as: { ci_job: {}, agent: {} } }", "one of agent"),
            ("{ id: a/b, default_namespace: [x] }", "a text"),
        ] {
            let config = read(&format!("ci_access: {{ projects: [{{ id: ok/ok }}, {entry}] }}"));
            assert_eq!(config.grants.len(), 1, "{entry}");
            assert!(config.errors[0].starts_with("ci_access.projects[1] is left out: "), "{:?}", config.errors);
            assert!(config.errors[0].contains(why), "{:?}", config.errors);
        }
        let large = format!("ci_access: {{ projects: [{{ id: a/b, annotations: {{ x: {} }} }}] }}", "y".repeat(20_000));
        assert!(read(&large).grants.is_empty());
        for (text, why) in [
            ("ci_access: [a", "at line 2 column 1"),
            ("- a", "must be a map"),
            ("ci_access: x", "ci_access must be a map"),
            ("ci_access: { groups: x }", "ci_access.groups must be a list"),
        ] {
            let config = read(text);
            assert!(config.grants.is_empty() && config.errors[0].contains(why), "{text}: {:?}", config.errors);
        }
        assert!(AgentConfig::read(b"\xff\xfe").errors[0].contains("UTF-8"));
        for empty in ["", "# nothing\n", "ci_access:\n", "user_access: { projects: [] }\n"] {
            assert_eq!(read(empty), AgentConfig::default(), "{empty}");
        }
    }
}
