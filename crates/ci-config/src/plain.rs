//! YAML files that configure something else than a pipeline.

use crate::yaml::{self, FileId};

/// A file of one YAML document as JSON, read as pipeline files are: anchors and merge keys are written out, the
/// same bounds hold. An empty file is `null`.
///
/// # Errors
/// A sentence with line and column for what is not YAML, or more than one document.
pub fn plain_yaml(text: &str) -> Result<serde_json::Value, String> {
    let loaded = yaml::load(text, FileId(0)).map_err(|error| {
        let hint = error.suggestion.map(|hint| format!(": {hint}")).unwrap_or_default();
        // Messages of the scanner name their place themselves.
        let place = if error.line == 0 || error.message.contains(" line ") {
            String::new()
        } else {
            format!(" at line {} column {}", error.line, error.column)
        };
        format!("{}{place}{hint}", error.message)
    })?;
    match loaded.documents.as_slice() {
        [] => Ok(serde_json::Value::Null),
        [one] => Ok(one.to_json()),
        [_, second, ..] => Err(format!("a second document begins at line {}", second.span.line)),
    }
}

#[cfg(test)]
mod tests {
    use super::plain_yaml;
    use serde_json::{Value, json};

    #[test]
    fn a_file_is_one_document_and_its_faults_have_places() {
        assert_eq!(plain_yaml("a: &x [yes, 1]\nb: *x\n"), Ok(json!({ "a": [true, 1], "b": [true, 1] })));
        assert_eq!(plain_yaml(""), Ok(Value::Null));
        let told = plain_yaml("a: [1\nb: 2\n").unwrap_err();
        assert!(told.contains("line 2"), "{told}");
        let told = plain_yaml("a: 2020-01-01\n").unwrap_err();
        assert!(told.contains("at line 1 column 4"), "{told}");
        assert_eq!(plain_yaml("a: 1\n---\nb: 2\n").unwrap_err(), "a second document begins at line 3");
    }
}
