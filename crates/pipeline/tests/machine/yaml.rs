//! Just enough YAML for scenario files: scalars as text, lists, mappings in order.

use saphyr_parser::{Event, Parser};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Yaml {
    Scalar(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut events = Vec::new();
        for event in Parser::new_from_str(text) {
            events.push(event.map_err(|error| error.to_string())?.0);
        }
        let skipped =
            |event: &Event<'_>| matches!(event, Event::StreamStart | Event::DocumentStart(_) | Event::Nothing);
        node(&mut events.into_iter().skip_while(skipped))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; a single value counts as a list of one.
    pub(crate) fn items(&self) -> Vec<&Self> {
        match self {
            Self::List(items) => items.iter().collect(),
            other => vec![other],
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Scalar(text) => text,
            other => panic!("expected a plain value, found {other:?}"),
        }
    }

    pub(crate) fn number(&self) -> i64 {
        self.text().parse().unwrap_or_else(|_| panic!("expected a number, found {self:?}"))
    }

    pub(crate) fn is_true(&self) -> bool {
        self.text().parse().unwrap_or_else(|_| panic!("expected true or false, found {self:?}"))
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.items().into_iter().map(|item| item.text().to_owned()).collect()
    }
}

fn node<'i>(events: &mut impl Iterator<Item = Event<'i>>) -> Result<Yaml, String> {
    let first = events.next();
    value(first, events)
}

fn value<'i>(first: Option<Event<'i>>, events: &mut impl Iterator<Item = Event<'i>>) -> Result<Yaml, String> {
    match first {
        Some(Event::Scalar(text, ..)) => Ok(Yaml::Scalar(text.into_owned())),
        Some(Event::SequenceStart(..)) => {
            let mut items = Vec::new();
            loop {
                match events.next() {
                    Some(Event::SequenceEnd) => return Ok(Yaml::List(items)),
                    next => items.push(value(next, events)?),
                }
            }
        }
        Some(Event::MappingStart(..)) => {
            let mut entries = Vec::new();
            loop {
                match events.next() {
                    Some(Event::MappingEnd) => return Ok(Yaml::Map(entries)),
                    key => {
                        let key = value(key, events)?.text().to_owned();
                        entries.push((key, node(events)?));
                    }
                }
            }
        }
        other => Err(format!("unexpected {other:?}")),
    }
}
