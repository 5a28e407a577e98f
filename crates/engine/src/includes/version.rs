//! Semantic versions among tags.

/// A full version, `1.2.3` or `v1.2.3`; pre-releases sort before what they come before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    numbers: [u64; 3],
    release: Release,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Release {
    /// `-rc.1`: not taken unless it is asked for by its whole name.
    Pre,
    Full,
}

impl Version {
    /// Reads a tag's name; `None` if it is no version.
    pub(super) fn read(tag: &str) -> Option<Self> {
        let text = tag.strip_prefix('v').unwrap_or(tag);
        let (text, _) = text.split_once('+').unwrap_or((text, ""));
        let (text, release) = match text.split_once('-') {
            Some((text, _)) => (text, Release::Pre),
            None => (text, Release::Full),
        };
        let mut parts = text.split('.').map(number);
        let numbers = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(Self { numbers, release })
    }

    /// Whether a text is the beginning of versions: `1` or `1.2`.
    pub(super) fn is_part(text: &str) -> bool {
        let parts: Vec<_> = text.split('.').map(number).collect();
        parts.len() <= 2 && parts.iter().all(Option::is_some)
    }

    fn begins_with(&self, part: &str) -> bool {
        let wanted = part.split('.').filter_map(number);
        wanted.zip(self.numbers).all(|(wanted, own)| wanted == own)
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Which of the tags is the newest release whose version begins with `part`; an empty part takes any.
pub(super) fn newest(tags: &[&str], part: &str) -> Option<usize> {
    let versions = tags.iter().enumerate().filter_map(|(at, tag)| Some((Version::read(tag)?, at)));
    let wanted = versions.filter(|(version, _)| version.release == Release::Full && version.begins_with(part));
    wanted.max().map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::{Version, newest};

    #[test]
    fn the_newest_release_by_number_wins() {
        let tags = ["1.0.0", "1.2.10", "1.2.9", "v1.10.0", "2.0.0-rc.1", "nightly", "1.2", "10.0"];
        let found = |part| newest(&tags, part).map(|at| tags[at]);
        assert_eq!(found(""), Some("v1.10.0"));
        assert_eq!(found("1"), Some("v1.10.0"));
        assert_eq!(found("1.2"), Some("1.2.10"));
        assert_eq!(found("2"), None);
    }

    #[test]
    fn versions_and_their_beginnings_are_told_apart() {
        assert!(Version::read("1.2.3+build.5").is_some() && Version::read("1.2.3.4").is_none());
        assert!(Version::is_part("1") && Version::is_part("1.2"));
        for whole in ["1.2.3", "main", "", "1.", "v1"] {
            assert!(!Version::is_part(whole), "{whole}");
        }
    }
}
