//! `include:local` with stars (CI YAML contract §5).

/// One step of a pattern.
enum Part {
    Letter(char),
    /// `*`: anything within a folder.
    Star,
    /// `**`: anything.
    Deep,
    /// `**/`: nothing, or any number of folders.
    Folders,
}

/// Whether an include with stars means a path: `*` stays within a folder, `**` does not.
///
/// This is not the matcher of `rules:changes`: `configs/**.yml` reaches any depth here. Time grows with
/// the square of the path's length at most, whatever the pattern.
pub fn include_matches(pattern: &str, path: &str) -> bool {
    // A pattern with more letters than the path is not looked at any further.
    let letters: usize = pattern.split("**/").map(|part| part.bytes().filter(|byte| *byte != b'*').count()).sum();
    if path.len() < letters {
        return false;
    }
    let path: Vec<char> = path.chars().collect();
    // Ends of the path's prefixes that the parts so far can match.
    let mut ends = vec![false; path.len() + 1];
    ends[0] = true;
    for part in parts(pattern) {
        ends = step(&part, &ends, &path);
    }
    ends[path.len()]
}

/// Stars that follow each other are one part: there are no more than twice as many parts as letters.
fn parts(pattern: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let (part, length) = if rest.starts_with("**/") {
            (Part::Folders, 3)
        } else if rest.starts_with("**") {
            (Part::Deep, 2)
        } else if letter == '*' {
            (Part::Star, 1)
        } else {
            (Part::Letter(letter), letter.len_utf8())
        };
        let more = matches!(
            (parts.last(), &part),
            (Some(Part::Deep), Part::Deep | Part::Star) | (Some(Part::Folders), Part::Folders)
        );
        if !more {
            parts.push(part);
        }
        rest = &rest[length..];
    }
    parts
}

fn step(part: &Part, ends: &[bool], path: &[char]) -> Vec<bool> {
    let mut next = vec![false; ends.len()];
    let mut open = false;
    for at in 0..ends.len() {
        let before = at.checked_sub(1).map(|index| path[index]);
        match part {
            Part::Letter(letter) => next[at] = before == Some(*letter) && ends[at - 1],
            Part::Star => {
                open = ends[at] || (open && before != Some('/'));
                next[at] = open;
            }
            Part::Deep => {
                open |= ends[at];
                next[at] = open;
            }
            Part::Folders => {
                next[at] = ends[at] || (open && before == Some('/'));
                open |= ends[at];
            }
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::{include_matches, parts};

    #[test]
    fn stars_stay_in_their_folder_unless_doubled() {
        let table = [
            ("ci/*.yml", "ci/a.yml", true),
            ("ci/*.yml", "ci/sub/a.yml", false),
            ("ci/**.yml", "ci/sub/a.yml", true),
            ("ci/**/*.yml", "ci/sub/deep/a.yml", true),
            ("ci/**/*.yml", "ci/a.yml", true),
            ("ci/**/a.yml", "ci/ba.yml", false),
            ("ci/a*", "ci/b", false),
            ("ci/a.yml", "ci/a.yml", true),
            ("ci/a.yml", "ci/a.yml.bak", false),
            ("*.yml", "é.yml", true),
        ];
        for (pattern, path, expected) in table {
            assert_eq!(include_matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_their_number() {
        let pattern = format!("{}b", "*a".repeat(200));
        assert!(!include_matches(&pattern, &"a".repeat(2_000)));
        assert!(parts(&"*".repeat(1 << 20)).len() <= 2);
        assert!(parts(&"**/".repeat(1 << 20)).len() <= 2);
        assert_eq!(parts(&"a***".repeat(50)).len(), 100);
        assert!(!include_matches(&"a*".repeat(1 << 20), &"a".repeat(1000)), "it is longer than the path");
    }
}
