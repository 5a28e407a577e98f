//! From events to the tree: anchors, merge keys, duplicates, limits.

use super::{FileId, Key, Map, Node, Span, Value, scalar};
use saphyr_parser::{Event, Parser, ScalarStyle, Span as Mark, StrInput, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// A file may have this many bytes.
pub(crate) const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Collections may be nested this deep.
const MAX_DEPTH: usize = 100;
/// A document may have this many nodes, those behind aliases counted each time.
const MAX_NODES: usize = 1_000_000;
/// GitLab's sentence for each of the three.
const TOO_BIG: &str = "The parsed YAML is too big";

/// Why a text is not a tree.
#[derive(Debug)]
pub(crate) struct LoadError {
    pub(crate) message: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) suggestion: Option<String>,
}

/// A tree and how many nodes it has with its aliases written out.
type Weighed = (Node, usize);

/// Documents of a text, and keys that are written twice in one map: the later wins.
pub(crate) struct Loaded {
    pub(crate) documents: Vec<Node>,
    pub(crate) twice: Vec<Key>,
}

/// Reads every document of a text; an empty one is `Null`.
pub(crate) fn load(text: &str, file: FileId) -> Result<Loaded, LoadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_BYTES {
        return Err(LoadError {
            message: TOO_BIG.to_owned(),
            line: 0,
            column: 0,
            suggestion: Some(format!("a file may have {MAX_BYTES} bytes, this one has {}", text.len())),
        });
    }
    let mut loader = Loader {
        parser: Parser::new_from_str(text),
        text,
        file,
        anchors: HashMap::new(),
        interned: HashMap::new(),
        twice: Vec::new(),
    };
    let mut documents = Vec::new();
    while let Some((event, mark)) = loader.next()? {
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) => {
                let (event, mark) = loader.need()?;
                documents.push(loader.node(event, mark, 0)?.0);
                loader.anchors.clear();
            }
            _ => {
                let _ = mark;
            }
        }
    }
    Ok(Loaded { documents, twice: loader.twice })
}

struct Loader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    text: &'t str,
    file: FileId,
    anchors: HashMap<usize, Option<Weighed>>,
    /// Keys repeat in every job: one text for all.
    interned: HashMap<Box<str>, Rc<str>>,
    twice: Vec<Key>,
}

impl<'t> Loader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Mark)>, LoadError> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok(pair)) => Ok(Some(pair)),
            Some(Err(error)) => {
                let marker = *error.marker();
                let (line, column) = (marker.line() as u32, marker.col() as u32 + 1);
                if error.info().contains("recursion limit") {
                    let suggestion = Some(format!("values may be nested {MAX_DEPTH} deep"));
                    return Err(LoadError { message: TOO_BIG.to_owned(), line, column, suggestion });
                }
                let message = if error.info().ends_with("unknown anchor") {
                    format!("Unknown alias: {}", self.word_at(line, column))
                } else {
                    format!("(<unknown>): {} at line {line} column {column}", error.info())
                };
                Err(LoadError { message, line, column, suggestion: None })
            }
        }
    }

    fn need(&mut self) -> Result<(Event<'t>, Mark), LoadError> {
        self.next()?.ok_or_else(|| LoadError {
            message: "(<unknown>): the text ends in the middle of a value".to_owned(),
            line: 0,
            column: 0,
            suggestion: None,
        })
    }

    /// The alias' name, which the parser's error leaves out.
    fn word_at(&self, line: u32, column: u32) -> String {
        let line = self.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or("");
        let rest = line.chars().skip(column.saturating_sub(1) as usize).skip_while(|&c| c == '*');
        rest.take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ']' | '}')).collect()
    }

    fn span(&self, mark: Mark) -> Span {
        Span { file: self.file, line: mark.start.line() as u32, column: mark.start.col() as u32 + 1 }
    }

    fn too_big(mark: Mark, why: String) -> LoadError {
        LoadError {
            message: TOO_BIG.to_owned(),
            line: mark.start.line() as u32,
            column: mark.start.col() as u32 + 1,
            suggestion: Some(why),
        }
    }

    fn node(&mut self, event: Event<'t>, mark: Mark, depth: usize) -> Result<Weighed, LoadError> {
        if depth > MAX_DEPTH {
            return Err(Self::too_big(mark, format!("values may be nested {MAX_DEPTH} deep")));
        }
        let span = self.span(mark);
        let (anchor, weighed) = match event {
            Event::Alias(id) => {
                return match self.anchors.get(&id) {
                    Some(Some(weighed)) => Ok((Node::new(weighed.0.value.clone(), weighed.0.span), weighed.1)),
                    _ => Err(LoadError {
                        message: "an alias may not stand inside the value it names".to_owned(),
                        line: span.line,
                        column: span.column,
                        suggestion: None,
                    }),
                };
            }
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, (Node::new(Self::scalar(text, style, tag.as_deref(), mark)?, span), 1))
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(anchor);
                (anchor, self.sequence(tag.as_deref(), span, depth)?)
            }
            Event::MappingStart(anchor, _) => {
                self.open(anchor);
                (anchor, self.mapping(span, depth)?)
            }
            _ => (0, (Node::null(span), 1)),
        };
        if weighed.1 > MAX_NODES {
            return Err(Self::too_big(mark, format!("a document may have {MAX_NODES} values, aliases written out")));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Some(weighed.clone()));
        }
        Ok(weighed)
    }

    /// Marks an anchor whose value is not complete yet.
    fn open(&mut self, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn scalar(text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, mark: Mark) -> Result<Value, LoadError> {
        let as_text = style != ScalarStyle::Plain
            || tag.is_some_and(|tag| tag.suffix == "str" || (tag.handle.is_empty() && tag.suffix == "!"));
        if as_text {
            return Ok(Value::Str(Rc::from(text.as_ref())));
        }
        scalar::resolve(&text).map_err(|class| LoadError {
            message: format!("Tried to load unspecified class: {class}"),
            line: mark.start.line() as u32,
            column: mark.start.col() as u32 + 1,
            suggestion: Some(format!("write it in quotes: \"{text}\"")),
        })
    }

    fn sequence(&mut self, tag: Option<&Tag>, span: Span, depth: usize) -> Result<Weighed, LoadError> {
        let mut items = Vec::new();
        let mut weight = 1;
        loop {
            let (event, mark) = self.need()?;
            if event == Event::SequenceEnd {
                break;
            }
            let (item, more) = self.node(event, mark, depth + 1)?;
            weight += more;
            items.push(item);
        }
        let items = Rc::new(items);
        let is_reference = tag.is_some_and(|tag| tag.handle == "!" && tag.suffix == "reference");
        let value = if is_reference { Value::Reference(items) } else { Value::Seq(items) };
        Ok((Node::new(value, span), weight))
    }

    fn mapping(&mut self, span: Span, depth: usize) -> Result<Weighed, LoadError> {
        let mut map = Map::new();
        let mut weight = 1;
        let mut merges = false;
        loop {
            let (event, mark) = self.need()?;
            if event == Event::MappingEnd {
                break;
            }
            let (key, more) = self.node(event, mark, depth + 1)?;
            weight += more;
            let (event, mark) = self.need()?;
            let (value, more) = self.node(event, mark, depth + 1)?;
            weight += more;
            if key.as_str() == Some("<<") && merge_key(&mut map, &value) {
                merges = true;
                continue;
            }
            let key = self.key(&key);
            // Overwriting what a merge brought is what merges are for.
            if !map.set(key.clone(), value) && !merges {
                self.twice.push(key);
            }
        }
        Ok((Node::map(map, span), weight))
    }

    fn key(&mut self, node: &Node) -> Key {
        let is_text = matches!(node.value, Value::Str(_) | Value::Symbol(_));
        let text = match &node.value {
            Value::Str(text) | Value::Symbol(text) => text.as_ref().into(),
            Value::Null => Cow::Borrowed(""),
            _ => node.scalar_text().unwrap_or_else(|| Cow::Owned(node.to_json().to_string())),
        };
        let text = if let Some(text) = self.interned.get(text.as_ref()) {
            text.clone()
        } else {
            let shared: Rc<str> = Rc::from(text.as_ref());
            self.interned.insert(text.as_ref().into(), shared.clone());
            shared
        };
        Key { text, is_text, span: node.span }
    }
}

/// `<<` takes effect where it stands: it overwrites what is before it (CI YAML contract §1).
/// False if the value cannot be merged: `<<` is then an ordinary key.
fn merge_key(map: &mut Map, value: &Node) -> bool {
    match &value.value {
        Value::Map(other) => {
            for (key, value) in other.iter() {
                map.set(key.clone(), value.clone());
            }
            true
        }
        Value::Seq(list) if list.iter().all(|item| item.as_map().is_some()) => {
            let mut merged = Map::new();
            for (key, value) in list.iter().rev().filter_map(|item| item.as_map()).flat_map(|other| other.iter()) {
                merged.set(key.clone(), value.clone());
            }
            for (key, value) in merged.iter() {
                map.set(key.clone(), value.clone());
            }
            true
        }
        _ => false,
    }
}
