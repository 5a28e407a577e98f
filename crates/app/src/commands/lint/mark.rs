//! The mark below a source line.

use super::paint::columns;

/// What stands before the mark, and how many columns the mark takes.
///
/// Tabs stay tabs and wide letters count double, so that the mark stands below what it means.
pub(super) fn mark(line: &str, column: u32) -> (String, usize) {
    let start = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let at = line.char_indices().nth(start).map_or(line.len(), |(at, _)| at);
    let (before, rest) = line.split_at(at);
    let blank = before.chars().map(|letter| match letter {
        '\t' => "\t".to_owned(),
        _ => " ".repeat(columns(letter.encode_utf8(&mut [0; 4]))),
    });
    (blank.collect(), columns(token(rest)).max(1))
}

/// The key or value that a text begins with.
fn token(rest: &str) -> &str {
    let first = rest.chars().next().unwrap_or(' ');
    let end = match first {
        '"' | '\'' => rest[1..].find(first).map(|at| at + 2),
        '[' | '{' | '|' | '>' => Some(1),
        _ => Some(plain_end(rest)),
    };
    rest[..end.unwrap_or(rest.len())].trim_end()
}

/// Where a plain scalar ends: at `: `, before a comment, or at the line's end. A comma ends it only where
/// a bracket closes later, which is what an item of a list in brackets looks like.
fn plain_end(rest: &str) -> usize {
    let in_brackets = rest.contains([']', '}']);
    let bytes = rest.as_bytes();
    for (at, letter) in rest.char_indices() {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let ends = match letter {
            ':' => next.is_ascii_whitespace(),
            '#' => at > 0 && bytes[at - 1].is_ascii_whitespace(),
            ',' | ']' | '}' => in_brackets,
            _ => false,
        };
        if ends {
            return at;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn the_mark_is_below_the_key_or_the_value() {
        let table = [
            ("  artefacts: {}", 3, "  ", 9),
            ("  stage: build it # why", 10, "         ", 8),
            ("\t- x", 4, "\t  ", 1),
            ("漢字: x", 5, "      ", 1),
            ("  \"a key\": 1", 3, "  ", 7),
            ("needs: [one, two]", 9, "        ", 3),
            ("needs: [one, two]", 8, "       ", 1),
            ("if: $A == \"b: c\"", 5, "    ", 8),
            ("url: http://host:1/x", 6, "     ", 15),
            ("short", 40, "     ", 1),
            ("", 1, "", 1),
        ];
        for (line, column, before, width) in table {
            assert_eq!(mark(line, column), (before.to_owned(), width), "{line}");
        }
    }
}
