//! From the tree back to a text, in the style of Ruby's `to_yaml`.

use super::{Map, Node, Value, scalar};

/// The whole document.
pub(crate) fn emit(map: &Map) -> String {
    let mut out = String::from("---\n");
    if map.is_empty() {
        out.push_str("{}\n");
    }
    entries(map, 0, &mut out);
    out
}

fn entries(map: &Map, indent: usize, out: &mut String) {
    for (at, (key, value)) in map.iter().enumerate() {
        // The first entry of a map in a list stands behind the dash.
        if at > 0 || !out.ends_with("- ") {
            pad(indent, out);
        }
        out.push_str(&if key.is_text { text(&key.text, indent) } else { key.text.to_string() });
        out.push(':');
        node(value, indent, out);
    }
}

/// A value behind its key.
fn node(value: &Node, indent: usize, out: &mut String) {
    match &value.value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            entries(map, indent + 2, out);
        }
        Value::Seq(items) if !items.is_empty() => {
            out.push('\n');
            list(items, indent, out);
        }
        Value::Null => out.push('\n'),
        _ => {
            out.push(' ');
            out.push_str(&leaf(value, indent));
            out.push('\n');
        }
    }
}

fn list(items: &[Node], indent: usize, out: &mut String) {
    for item in items {
        if !out.ends_with("- ") {
            pad(indent, out);
        }
        out.push_str("- ");
        match &item.value {
            Value::Map(map) if !map.is_empty() => entries(map, indent + 2, out),
            Value::Seq(inner) if !inner.is_empty() => list(inner, indent + 2, out),
            Value::Null => {
                out.pop();
                out.push('\n');
            }
            _ => {
                out.push_str(&leaf(item, indent));
                out.push('\n');
            }
        }
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn leaf(node: &Node, indent: usize) -> String {
    match &node.value {
        Value::Str(own) => text(own, indent),
        Value::Symbol(own) => format!(":{own}"),
        Value::Seq(_) | Value::Reference(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
        _ => node.scalar_text().unwrap_or_default().into_owned(),
    }
}

/// A text plain, quoted, or as a block when it has lines.
fn text(text: &str, indent: usize) -> String {
    let printable = |c: char| c == '\n' || !c.is_control();
    if text.contains('\n') && !text.starts_with([' ', '\n']) && text.chars().all(printable) {
        return block(text, indent + 2);
    }
    if !text.chars().all(|c| !c.is_control()) {
        return serde_json::Value::from(text).to_string();
    }
    if is_plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

fn block(text: &str, indent: usize) -> String {
    let sign = match text.len() - text.trim_end_matches('\n').len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    let mut out = sign.to_owned();
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(indent, &mut out);
            out.push_str(line);
        }
    }
    out
}

/// A text that reads back as itself without quotes.
fn is_plain(text: &str) -> bool {
    let resolves = matches!(scalar::resolve(text), Ok(Value::Str(_)));
    let first = text.chars().next().unwrap_or(' ');
    let tail = &text[first.len_utf8().min(text.len())..];
    let indicator = match first {
        '-' | '?' | ':' => tail.is_empty() || tail.starts_with(' '),
        _ => ",[]{}#&*!|>'\"%@`=<".contains(first) || first.is_whitespace(),
    };
    resolves
        && !indicator
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !matches!(text, "y" | "Y" | "n" | "N")
}

#[cfg(test)]
mod tests {
    use super::super::{FileId, load};
    use super::*;

    fn round(text: &str) -> String {
        let loaded = load(text, FileId(0)).unwrap_or_else(|error| panic!("{}", error.message));
        emit(loaded.documents[0].as_map().unwrap())
    }

    #[test]
    fn documents_read_back_as_themselves() {
        let source = "---\nstages:\n- build\n- '1.0'\njob:\n  script:\n  - echo hi\n  - |\n    two\n    lines\n  - - nested\n    - list\n  rules:\n  - if: $A == \"x\"\n    when: 'yes'\n  - when: never\n  'n': 12\n  t: true\n  none:\n  empty: ''\n  list: []\n  map: {}\n  quoted: 'a: b'\n  tail: |-\n    no\n    end\n";
        assert_eq!(round(source), source);
        assert_eq!(round(&round(source)), source);
    }

    #[test]
    fn any_text_survives() {
        for text in [
            "",
            " a",
            "a ",
            "#x",
            "a #b",
            "a: b",
            "-",
            "- a",
            "it's",
            "\"q\"",
            "1e3",
            "0777",
            "null",
            "~",
            "*a",
            "&a",
            "!x",
            "%x",
            "@x",
            "é",
            "a\nb",
            "a\n",
            "a\n\n",
            "\na",
            " a\nb",
            "a\tb",
            "x:",
            "2001-01-01",
            "=",
            "<<",
            "---",
            "y",
            ":sym",
            "\u{7}",
        ] {
            let mut map = Map::new();
            let span = super::super::Span::default();
            let key = super::super::Key { text: "k".into(), is_text: true, span };
            map.set(key, Node::text(text, span));
            let written = emit(&map);
            let back =
                load(&written, FileId(0)).unwrap_or_else(|error| panic!("{text:?}: {} in {written}", error.message));
            assert_eq!(back.documents[0].get("k").and_then(Node::as_str).unwrap_or("(null)"), text, "{written}");
        }
    }
}
