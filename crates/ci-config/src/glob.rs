//! Path patterns of `rules:changes` and `rules:exists`: Ruby's `File.fnmatch` with PATHNAME,
//! DOTMATCH and EXTGLOB (CI YAML contract §6).

use std::cell::Cell;

/// Steps that comparing patterns with paths may still take; one is about a letter looked at. Most comparisons take as
/// many as the path is long; `*` before a long run of letters takes as many for each place it may begin at.
pub(crate) struct Steps {
    left: Cell<usize>,
}

impl Steps {
    pub(crate) fn new(most: usize) -> Self {
        Self { left: Cell::new(most) }
    }

    /// Takes some; false where there are none left.
    fn take(&self, some: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(some));
        left > some
    }

    fn are_spent(&self) -> bool {
        self.left.get() == 0
    }
}

/// A pattern ready to match.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    /// One per alternative of the braces; each is the pattern's segments between slashes.
    alternatives: Vec<Vec<Segment>>,
}

#[derive(Clone, Debug)]
struct Segment {
    pieces: Vec<Piece>,
    /// Letters a match has at least.
    least: usize,
}

impl Segment {
    /// Whether it stands for any number of folders.
    fn is_deep(&self) -> bool {
        self.pieces == [Piece::Star, Piece::Star]
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Char(char),
    Any,
    Star,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

/// Alternatives kept of one pattern's braces.
const MAX_ALTERNATIVES: usize = 1000;
/// Pairs of braces written out one after the other, or one within the other; those beyond stand for themselves.
const MAX_BRACES: usize = 50;
/// Bytes of all alternatives together; those beyond are left out.
const MAX_BYTES: usize = 64 << 10;
/// No path is longer, so a longer pattern with braces is no pattern of paths: its braces stand for themselves.
const LONGEST: usize = 4096;

impl Glob {
    pub(crate) fn new(pattern: &str) -> Self {
        let mut plain = Vec::new();
        let depth = if pattern.len() > LONGEST { 0 } else { MAX_BRACES };
        braces(pattern, String::new(), depth, &mut plain);
        Self { alternatives: plain.iter().map(|text| text.split('/').map(segment).collect()).collect() }
    }

    /// Whether it matches a path; where there are no steps left, too.
    pub(crate) fn matches(&self, path: &str, steps: &Steps) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        self.alternatives.iter().any(|pattern| path_matches(pattern, &parts, steps)) || steps.are_spent()
    }
}

/// Whether a pattern has characters that mean more than themselves.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{', '\\'])
}

/// Writes out `{a,b}`; a brace without its partner stands for itself. Anybody's file is read here: `depth` bounds the
/// stack, the bytes written bound memory.
fn braces(rest: &str, prefix: String, depth: usize, out: &mut Vec<String>) {
    if out.len() >= MAX_ALTERNATIVES || out.iter().map(String::len).sum::<usize>() > MAX_BYTES {
        return;
    }
    let Some((open, close)) = outer_braces(rest).filter(|_| depth > 0) else {
        out.push(prefix + rest);
        return;
    };
    let (before, inside, after) = (&rest[..open], &rest[open + 1..close], &rest[close + 1..]);
    for choice in choices(inside) {
        braces(&format!("{choice}{after}"), format!("{prefix}{before}"), depth - 1, out);
    }
}

/// Byte positions of the first `{` with a matching `}`.
fn outer_braces(text: &str) -> Option<(usize, usize)> {
    let mut open = None;
    let mut depth = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => {
                depth += 1;
                open = open.or(Some(at));
            }
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return open.map(|open| (open, at));
                }
            }
            _ => {}
        }
    }
    None
}

fn choices(inside: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let (mut start, mut depth, mut escaped) = (0, 0, false);
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                list.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    list.push(&inside[start..]);
    list
}

fn segment(text: &str) -> Segment {
    let chars: Vec<char> = text.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '*' => {
                // Neighbouring stars are one, save for a whole segment of two.
                if pieces.last() != Some(&Piece::Star) || chars.len() == 2 {
                    pieces.push(Piece::Star);
                }
            }
            '?' => pieces.push(Piece::Any),
            '\\' if at + 1 < chars.len() => {
                at += 1;
                pieces.push(Piece::Char(chars[at]));
            }
            '[' => match class(&chars[at..]) {
                Some((piece, used)) => {
                    pieces.push(piece);
                    at += used - 1;
                }
                None => pieces.push(Piece::Char('[')),
            },
            c => pieces.push(Piece::Char(c)),
        }
        at += 1;
    }
    let least = pieces.iter().filter(|piece| **piece != Piece::Star).count();
    Segment { pieces, least }
}

fn class(chars: &[char]) -> Option<(Piece, usize)> {
    let close = chars.iter().skip(2).position(|&c| c == ']')? + 2;
    let negated = matches!(chars[1], '!' | '^');
    let mut body = &chars[1 + usize::from(negated)..close];
    let mut ranges = Vec::new();
    while let Some(&first) = body.first() {
        if body.len() >= 3 && body[1] == '-' {
            ranges.push((first, body[2]));
            body = &body[3..];
        } else {
            ranges.push((first, first));
            body = &body[1..];
        }
    }
    Some((Piece::Class { negated, ranges }, close + 1))
}

/// Segments against parts; `**` followed by a slash stands for any number of folders.
fn path_matches(pattern: &[Segment], parts: &[&str], steps: &Steps) -> bool {
    let (mut p, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while steps.take(1) {
        if p + 1 < pattern.len() && pattern[p].is_deep() {
            retry = Some((p, s));
            p += 1;
            continue;
        }
        if p < pattern.len() && s < parts.len() && segment_matches(&pattern[p], parts[s], steps) {
            p += 1;
            s += 1;
            continue;
        }
        if p == pattern.len() && s == parts.len() {
            return true;
        }
        match retry {
            Some((star, from)) if from < parts.len() => {
                retry = Some((star, from + 1));
                p = star + 1;
                s = from + 1;
            }
            _ => return false,
        }
    }
    false
}

fn segment_matches(segment: &Segment, text: &str, steps: &Steps) -> bool {
    if text.len() < segment.least || !steps.take(text.len()) {
        return false;
    }
    let text: Vec<char> = text.chars().collect();
    let pattern = segment.pieces.as_slice();
    let (mut p, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while steps.take(1) {
        if p < pattern.len() && pattern[p] == Piece::Star {
            retry = Some((p, s));
            p += 1;
        } else if p < pattern.len() && s < text.len() && piece_matches(&pattern[p], text[s]) {
            p += 1;
            s += 1;
        } else if p == pattern.len() && s == text.len() {
            return true;
        } else {
            match retry {
                Some((star, from)) if from < text.len() => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    s = from + 1;
                }
                _ => return false,
            }
        }
    }
    false
}

fn piece_matches(piece: &Piece, c: char) -> bool {
    match piece {
        Piece::Char(own) => *own == c,
        Piece::Any => true,
        Piece::Star => false,
        Piece::Class { negated, ranges } => ranges.iter().any(|&(low, high)| (low..=high).contains(&c)) != *negated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of CI YAML contract §6, measured with Ruby.
    #[test]
    fn trap_26_patterns_match_as_fnmatch_does() {
        for (pattern, path, expected) in [
            ("*.md", "docs/a.md", false),
            ("**/*.md", "README.md", true),
            ("**/*.md", "docs/a/b.md", true),
            ("docs/*", "docs/a/b.md", false),
            ("docs/**", "docs/a.md", true),
            ("docs/**", "docs/a/b.md", false),
            ("docs/**/*", "docs/a/b.md", true),
            ("docs/**/*", "docs/a.md", true),
            ("docs/", "docs/a.md", false),
            ("docs", "docs/a.md", false),
            ("*", ".env", true),
            ("*", "a/.env", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "a/x/y/c", false),
            ("*.{rb,py}", "a.rb", true),
            ("*.{rb,py}", "a.js", false),
            ("{a,b{c,d}}/x", "bd/x", true),
            ("./README.md", "README.md", false),
            ("README.MD", "README.md", false),
            ("config/**.yml", "config/s/y.yml", false),
            ("config/**.yml", "config/y.yml", true),
            ("!(a)", "b", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("a?c", "abc", true),
            ("a\\*c", "a*c", true),
            ("a\\*c", "abc", false),
            ("**/**/x", "x", true),
            ("Dockerfile", "Dockerfile", true),
        ] {
            assert_eq!(matches(&Glob::new(pattern), path), expected, "{pattern} on {path}");
        }
    }

    /// A few thousand patterns and paths, Ruby's own `fnmatch` beside ours. Skipped without a Ruby.
    #[test]
    fn patterns_agree_with_ruby() {
        const SCRIPT: &str = r#"
            flags = File::FNM_PATHNAME | File::FNM_DOTMATCH | File::FNM_EXTGLOB
            STDIN.each_line(chomp: true) do |line|
              pattern, path = line.split("\t", 2)
              puts File.fnmatch?(pattern, path, flags)
            end
        "#;
        let pieces = ["a", "b", ".", "*", "**", "/", "**/", "?", "[ab]", "[!a]", "{a,b}", "{a,b/c}", "\\*", ".a", "ab"];
        let parts = ["a", "b", "/", ".", "ab", "c", "*", "/a", "b/c"];
        let mut state: u64 = 0x1234_5678_9ABC_DEF1;
        let mut next = |limit: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as usize % limit
        };
        let cases: Vec<(String, String)> = (0..20_000)
            .map(|_| {
                let pattern: String = (0..=next(6)).map(|_| pieces[next(pieces.len())]).collect();
                let path: String = (0..=next(5)).map(|_| parts[next(parts.len())]).collect();
                (pattern, path)
            })
            // Paths of a repository begin with a name and have no empty parts.
            .filter(|(_, path)| !path.starts_with('/') && !path.ends_with('/') && !path.contains("//"))
            .collect();
        let input: String = cases.iter().flat_map(|(pattern, path)| [pattern, "\t", path, "\n"]).collect();
        let Some(output) = crate::ruby::run(SCRIPT, input) else { return };
        let wrong: Vec<String> = cases
            .iter()
            .zip(output.lines())
            .filter(|((pattern, path), theirs)| matches(&Glob::new(pattern), path).to_string() != **theirs)
            .map(|((pattern, path), theirs)| format!("{pattern} on {path}: ruby says {theirs}"))
            .collect();
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong[..wrong.len().min(40)].join("\n"));
    }

    /// With as many steps as it wants.
    fn matches(glob: &Glob, path: &str) -> bool {
        glob.matches(path, &Steps::new(usize::MAX))
    }

    /// How many steps it takes to find out that a path is not meant.
    fn taken(pattern: &str, path: &str) -> usize {
        let steps = Steps::new(usize::MAX);
        assert!(!Glob::new(pattern).matches(path, &steps), "{pattern}");
        usize::MAX - steps.left.get()
    }

    #[test]
    fn stars_between_letters_take_steps_in_proportion_to_the_path() {
        for segment in ["seg", "a", "?", "[a-z]b"] {
            let times = |count: usize| {
                let text = segment.replace("[a-z]", "a").replace('?', "a");
                taken(&format!("{}!", format!("{segment}*").repeat(count)), &text.repeat(2 * count))
            };
            assert!(times(800) <= 2 * times(400) && times(1600) <= 2 * times(800), "{segment}");
            assert!(times(1600) <= 6 * segment.len() * 1600, "{segment}: {}", times(1600));
        }
        // Folders of any depth, one after the other.
        let deep = |count: usize| taken(&format!("{}!", "**/a/".repeat(count)), &"a/".repeat(2 * count));
        assert!(deep(800) <= 2 * deep(400) && deep(1600) <= 2 * deep(800));
        // A pattern with more letters than the path has is not looked at any further.
        assert!(taken(&"a*".repeat(100_000), "aaa") < 10);
    }

    #[test]
    fn what_takes_more_is_cut_off_with_a_yes() {
        let (pattern, path) = (format!("*{}b", "a".repeat(2000)), "a".repeat(4000));
        assert!(taken(&pattern, &path) > 1_000_000, "the worst there is grows with both lengths");
        let steps = Steps::new(100_000);
        assert!(Glob::new(&pattern).matches(&path, &steps));
        assert!(steps.are_spent());
        assert!(Glob::new("x").matches("y", &steps), "and so is everything after it");
    }

    #[test]
    fn hostile_patterns_end_quickly() {
        let glob = Glob::new(&format!("{}b", "a*".repeat(200)));
        assert!(!matches(&glob, &"a".repeat(5000)));
        let glob = Glob::new(&"{a,b}".repeat(40));
        assert!(!matches(&glob, "x"));
        // One pair after another and one within another: neither the stack nor memory grows with them.
        for pattern in
            ["{a}".repeat(200_000), "{".repeat(2000) + &"}".repeat(2000), "{a,b}".repeat(10) + &"x".repeat(1 << 20)]
        {
            assert!(!matches(&Glob::new(&pattern), "x"));
        }
        assert!(matches(&Glob::new(&format!("{}/x", "{a,b}".repeat(9))), "babababab/x"));
    }
}
