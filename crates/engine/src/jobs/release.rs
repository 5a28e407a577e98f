//! The `release` step of a job: the command that asks the API for what `release:` says.

use pipewright_ci_config::plan::{Release, ReleaseLink};
use serde_json::json;

/// The step's one command. Texts are in double quotes, so that the job's own variables are put in.
pub(super) fn command(release: &Release) -> String {
    let one = |flag: &str, text: Option<&String>| text.map(|text| format!("--{flag} {}", quoted(text)));
    let name = release.name.as_ref().unwrap_or(&release.tag_name);
    let flags = [
        one("name", Some(name)),
        one("description", Some(&release.description)),
        one("tag-name", Some(&release.tag_name)),
        one("tag-message", release.tag_message.as_ref()),
        one("ref", release.ref_name.as_ref()),
        one("released-at", release.released_at.as_ref()),
    ];
    let milestones = release.milestones.iter().map(|title| one("milestone", Some(title)));
    let links = release.links.iter().map(|link| one("assets-link", Some(&asset(link))));
    let all = flags.into_iter().chain(milestones).chain(links).flatten();
    std::iter::once("release-cli create".to_owned()).chain(all).collect::<Vec<_>>().join(" ")
}

fn asset(link: &ReleaseLink) -> String {
    let mut asset = json!({ "name": link.name, "url": link.url });
    for (key, value) in [("filepath", &link.filepath), ("link_type", &link.link_type)] {
        if let Some(value) = value {
            asset[key] = json!(value);
        }
    }
    asset.to_string()
}

/// In double quotes of a shell: variables are put in, nothing else is looked at.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '`' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    // `$(` would run a command.
    quoted.replace("$(", "\\$(")
}

#[cfg(test)]
mod tests {
    use super::{Release, ReleaseLink, command};

    #[test]
    fn texts_are_quoted_and_their_variables_left() {
        let release = Release {
            tag_name: "v$CI_PIPELINE_IID".to_owned(),
            description: "The \"first\" `one` $(rm -rf .)\nand more".to_owned(),
            milestones: vec!["m1".to_owned(), "m2".to_owned()],
            links: vec![ReleaseLink {
                name: "a".to_owned(),
                url: "https://example.com/a".to_owned(),
                ..ReleaseLink::default()
            }],
            ..Release::default()
        };
        let expected = concat!(
            r#"release-cli create --name "v$CI_PIPELINE_IID" --description "The \"first\" \`one\` \$(rm -rf .)"#,
            "\n",
            r#"and more" --tag-name "v$CI_PIPELINE_IID" --milestone "m1" --milestone "m2" "#,
            r#"--assets-link "{\"name\":\"a\",\"url\":\"https://example.com/a\"}""#,
        );
        assert_eq!(command(&release), expected);
    }
}
