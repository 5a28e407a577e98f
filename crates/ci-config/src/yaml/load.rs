//! From events to the tree: anchors, merge keys, duplicates, limits.

use super::lenient::Repairs;
use super::{FileId, Key, Map, Node, Span, Value, scalar};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Mark, StrInput, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// A file may have this many bytes.
pub(crate) const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Collections may be nested this deep.
const MAX_DEPTH: usize = 100;
/// A document may have this many nodes, those behind aliases counted each time.
const MAX_NODES: usize = 1_000_000;
/// A text counts as one more value for each so many bytes: aliases repeat long texts as cheaply as short ones.
const LONG_TEXT: usize = 64;
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
    let mut repairs = Repairs::default();
    let mut text = Cow::Borrowed(text);
    loop {
        match read(&text, file, &repairs) {
            Ok(loaded) => return Ok(loaded),
            Err(Failure::Told(error)) => return Err(error),
            Err(Failure::Scan(error)) => match repairs.repaired(&text, &error) {
                Some(repaired) => text = Cow::Owned(repaired),
                None => return Err(told(&error, &text, &repairs)),
            },
        }
    }
}

/// Why a reading stopped.
enum Failure {
    /// The parser's error, which may be about indentation that does not matter.
    Scan(ScanError),
    Told(LoadError),
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::Told(error)
    }
}

/// One reading of the whole text.
fn read(text: &str, file: FileId, repairs: &Repairs) -> Result<Loaded, Failure> {
    let mut loader = Loader {
        parser: Parser::new_from_str(text),
        file,
        repairs,
        anchors: HashMap::new(),
        interned: HashMap::new(),
        twice: Vec::new(),
    };
    let mut documents = Vec::new();
    while let Some((event, _)) = loader.next()? {
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) => {
                let (event, mark) = loader.need()?;
                documents.push(loader.node(event, mark, 0)?.0);
                loader.anchors.clear();
            }
            _ => {}
        }
    }
    Ok(Loaded { documents, twice: loader.twice })
}

/// The parser's error as GitLab's users know it.
fn told(error: &ScanError, text: &str, repairs: &Repairs) -> LoadError {
    let line = error.marker().line() as u32;
    let column = (error.marker().col() as u32).saturating_sub(repairs.shift(line)) + 1;
    if error.info().contains("recursion limit") {
        let suggestion = Some(format!("values may be nested {MAX_DEPTH} deep"));
        return LoadError { message: TOO_BIG.to_owned(), line, column, suggestion };
    }
    let message = if error.info().ends_with("unknown anchor") {
        format!("Unknown alias: {}", word_at(text, error.marker().line(), error.marker().col()))
    } else {
        format!("(<unknown>): {} at line {line} column {column}", error.info())
    };
    LoadError { message, line, column, suggestion: None }
}

/// The alias' name, which the parser's error leaves out.
fn word_at(text: &str, line: usize, column: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or("");
    let rest = line.chars().skip(column).skip_while(|&c| c == '*');
    rest.take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ']' | '}')).collect()
}

/// Whether a value is tagged `!reference`.
fn is_reference(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| tag.handle == "!" && tag.suffix == "reference")
}

/// A `!reference` that is not a list of keys.
fn no_reference(shown: &str, span: Span) -> LoadError {
    LoadError {
        message: format!("!reference {shown} is not valid"),
        line: span.line,
        column: span.column,
        suggestion: Some("write a list of keys: [job, key]".to_owned()),
    }
}

struct Loader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    file: FileId,
    repairs: &'t Repairs,
    anchors: HashMap<usize, Option<Weighed>>,
    /// Keys repeat in every job: one text for all.
    interned: HashMap<Box<str>, Rc<str>>,
    twice: Vec<Key>,
}

impl<'t> Loader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Mark)>, Failure> {
        self.parser.next_event().transpose().map_err(Failure::Scan)
    }

    fn need(&mut self) -> Result<(Event<'t>, Mark), Failure> {
        self.next()?.ok_or_else(|| {
            Failure::Told(LoadError {
                message: "(<unknown>): the text ends in the middle of a value".to_owned(),
                line: 0,
                column: 0,
                suggestion: None,
            })
        })
    }

    fn span(&self, mark: Mark) -> Span {
        let line = mark.start.line() as u32;
        let column = (mark.start.col() as u32).saturating_sub(self.repairs.shift(line)) + 1;
        Span { file: self.file, line, column }
    }

    fn too_big(&self, mark: Mark, why: String) -> Failure {
        let Span { line, column, .. } = self.span(mark);
        Failure::Told(LoadError { message: TOO_BIG.to_owned(), line, column, suggestion: Some(why) })
    }

    fn node(&mut self, event: Event<'t>, mark: Mark, depth: usize) -> Result<Weighed, Failure> {
        if depth > MAX_DEPTH {
            return Err(self.too_big(mark, format!("values may be nested {MAX_DEPTH} deep")));
        }
        let span = self.span(mark);
        let (anchor, weighed) = match event {
            Event::Alias(id) => {
                return match self.anchors.get(&id) {
                    Some(Some(weighed)) => Ok((Node::new(weighed.0.value.clone(), weighed.0.span), weighed.1)),
                    _ => Err(Failure::Told(LoadError {
                        message: "an alias may not stand inside the value it names".to_owned(),
                        line: span.line,
                        column: span.column,
                        suggestion: None,
                    })),
                };
            }
            Event::Scalar(text, style, anchor, tag) => {
                let weight = 1 + text.len() / LONG_TEXT;
                (anchor, (Node::new(Self::scalar(text, style, tag.as_deref(), span)?, span), weight))
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(anchor);
                (anchor, self.sequence(tag.as_deref(), span, depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.open(anchor);
                let weighed = self.mapping(span, depth)?;
                if is_reference(tag.as_deref()) {
                    return Err(no_reference(&weighed.0.to_json().to_string(), span).into());
                }
                (anchor, weighed)
            }
            _ => (0, (Node::null(span), 1)),
        };
        if weighed.1 > MAX_NODES {
            return Err(self.too_big(mark, format!("a document may have {MAX_NODES} values, aliases written out")));
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

    fn scalar(text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Value, LoadError> {
        if is_reference(tag) {
            return Err(no_reference(&if text.is_empty() { "nil".to_owned() } else { format!("{text:?}") }, span));
        }
        let as_text = style != ScalarStyle::Plain
            || tag.is_some_and(|tag| tag.suffix == "str" || (tag.handle.is_empty() && tag.suffix == "!"));
        if as_text {
            return Ok(Value::Str(Rc::from(text.as_ref())));
        }
        scalar::resolve(&text).map_err(|class| LoadError {
            message: format!("Tried to load unspecified class: {class}"),
            line: span.line,
            column: span.column,
            suggestion: Some(format!("write it in quotes: \"{text}\"")),
        })
    }

    fn sequence(&mut self, tag: Option<&Tag>, span: Span, depth: usize) -> Result<Weighed, Failure> {
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
        let value = if is_reference(tag) { Value::Reference(items) } else { Value::Seq(items) };
        Ok((Node::new(value, span), weight))
    }

    fn mapping(&mut self, span: Span, depth: usize) -> Result<Weighed, Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    const SCRIPT: &str = r#"
        require "json"
        def plain(value)
          case value
          when Hash then value.to_h { |key, inner| [key.to_s, plain(inner)] }
          when Array then value.map { |inner| plain(inner) }
          when Symbol then value.to_s
          else value
          end
        end
        STDIN.read.split("\0").each do |text|
          documents = []
          begin
            Psych.parse_stream(text) do |node|
              # GitLab's own tag takes a list and nothing else.
              tagged = node.select { |one| one.respond_to?(:tag) && one.tag == "!reference" }
              raise Psych::Exception, "no list" unless tagged.all?(Psych::Nodes::Sequence)
              classes = Psych::ClassLoader::Restricted.new(%w[Symbol], [])
              visitor = Psych::Visitors::ToRuby.new(Psych::ScalarScanner.new(classes), classes)
              documents << plain(visitor.accept(node.children[0]))
            end
            puts JSON.generate(documents)
          rescue Psych::Exception, Psych::SyntaxError
            puts "null"
          end
        end
    "#;

    fn ours(text: &str) -> Json {
        load(text, FileId(0)).map_or(Json::Null, |loaded| loaded.documents.iter().map(Node::to_json).collect())
    }

    fn compare(texts: &[String]) {
        let Some(theirs) = crate::ruby::run(SCRIPT, texts.join("\0")) else { return };
        assert_eq!(theirs.lines().count(), texts.len());
        for (text, theirs) in texts.iter().zip(theirs.lines()) {
            let theirs: Json = serde_json::from_str(theirs).unwrap();
            assert_eq!(ours(text), theirs, "{text}");
        }
    }

    /// Every case file, read by Ruby's own Psych and by us. Skipped where there is no Ruby.
    #[test]
    fn case_files_agree_with_ruby() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let folders = std::fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
        let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()));
        let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "yml"));
        let texts: Vec<String> = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
        compare(&texts);
    }

    /// libyaml does not look at indentation inside brackets and quotes.
    #[test]
    fn brackets_and_quotes_may_stand_anywhere() {
        let texts = [
            "a:\n  b: [\n  x,\n y, {c: d,\ne: f}\n]\n  g: h\n",
            "a:\n  - b: {\n    c: 'it''s ]',\n  d: \"\\\" }\"\n  }\n    e: f\n",
            "a:\n    b: \"one\n  two\n\n three\"\n    c: 'x\ny'\n",
            "a: [\nb, # ] not here\nc\n]\nd:\n- [\n1,\n2]\n- e\n",
            "k:\n  l: [ don't,\n\"a#b\" ]\nm: n\n",
        ];
        compare(&texts.map(str::to_owned));
        let loaded = load(texts[0], FileId(0)).unwrap_or_else(|error| panic!("{}", error.message));
        let list = loaded.documents[0].get("a").and_then(|node| node.get("b")).unwrap();
        let places: Vec<(u32, u32)> =
            list.as_seq().unwrap().iter().map(|item| (item.span.line, item.span.column)).collect();
        assert_eq!(places, [(3, 3), (4, 2), (4, 5)], "places are those of the file");
        assert_eq!(ours(texts[1]), json!([{"a": [{"b": {"c": "it's ]", "d": "\" }"}, "e": "f"}]}]));
    }
}
