//! What is looked for in files: words, and filters that say in which.

/// A text with its filters taken out: `parse filename:*.rs -path:vendor`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// What is left, one space between words.
    pub(super) text: String,
    filters: Vec<Filter>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Filter {
    /// In lower case; `*` is any text.
    pattern: String,
    /// Only at the path's end.
    at_end: bool,
    /// Leaves out what it covers.
    not: bool,
}

impl Query {
    pub(super) fn read(text: &str) -> Self {
        let mut query = Self::default();
        for word in text.split_whitespace() {
            if let Some(filter) = Filter::read(word) {
                query.filters.push(filter);
                continue;
            }
            if !query.text.is_empty() {
                query.text.push(' ');
            }
            query.text.push_str(word);
        }
        if query.filters.is_empty() {
            // Spaces matter where there is nothing to take out.
            text.trim().clone_into(&mut query.text);
        }
        query
    }

    /// Whether a file passes all filters.
    pub(super) fn takes(&self, path: &str) -> bool {
        let path = path.to_lowercase();
        self.filters.iter().all(|filter| filter.covers(&path) != filter.not)
    }
}

impl Filter {
    fn read(word: &str) -> Option<Self> {
        let (not, word) = word.strip_prefix('-').map_or((false, word), |word| (true, word));
        let (name, value) = word.split_once(':').filter(|(_, value)| !value.is_empty())?;
        let value = value.to_lowercase();
        let (pattern, at_end) = match name {
            "filename" => (value, true),
            "path" => (value, false),
            "extension" => (format!(".{value}"), true),
            _ => return None,
        };
        Some(Self { pattern, at_end, not })
    }

    fn covers(&self, path: &str) -> bool {
        let mut parts = self.pattern.split('*').peekable();
        let mut rest = path;
        while let Some(part) = parts.next() {
            if parts.peek().is_none() && self.at_end {
                return rest.ends_with(part);
            }
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn filters_are_taken_out_and_heeded() {
        let query = Query::read("  fn main extension:rs -path:Vendor/*gen note:x ");
        assert_eq!(query.text, "fn main note:x");
        assert!(query.takes("src/Main.RS") && query.takes("vendor/a.rs"));
        assert!(!query.takes("vendor/x/gen.rs") && !query.takes("rs") && !query.takes("a.rs.txt"));
        let query = Query::read("x filename:ma*.c");
        assert!(query.takes("lib/main.c") && !query.takes("lib/main.cc") && !query.takes("c.ma"));
    }

    #[test]
    fn without_filters_spaces_stay() {
        assert_eq!(Query::read(" a  b: ").text, "a  b:");
        assert_eq!(Query::read("filename:x").text, "");
    }
}
