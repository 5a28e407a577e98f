//! A mapping in the order of the file, quick to search when it is large.

use super::{Node, Span};
use std::collections::HashMap;
use std::rc::Rc;

/// Maps up to this size are searched one by one.
const LINEAR: usize = 16;

/// A key. `10:` and `"10":` are different keys; variables take the text of both.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) text: Rc<str>,
    /// It is a string (or a symbol), not a number, a boolean or null.
    pub(crate) is_text: bool,
    pub(crate) span: Span,
}

/// Entries in order; a later entry of the same key takes the place of the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    entries: Vec<(Key, Node)>,
    index: HashMap<Rc<str>, usize>,
}

impl Map {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Key, Node)> {
        self.entries.iter()
    }

    fn position(&self, text: &str, is_text: bool) -> Option<usize> {
        if self.index.is_empty() {
            return self.entries.iter().position(|(key, _)| *key.text == *text && key.is_text == is_text);
        }
        // The index holds the first key of a text; a number and a string of one text are rare.
        let first = *self.index.get(text)?;
        if self.entries[first].0.is_text == is_text {
            return Some(first);
        }
        self.entries.iter().position(|(key, _)| *key.text == *text && key.is_text == is_text)
    }

    /// The value of a text key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.position(key, true).map(|at| &self.entries[at].1)
    }

    /// The entry of a text key.
    pub(crate) fn entry(&self, key: &str) -> Option<&(Key, Node)> {
        self.position(key, true).map(|at| &self.entries[at])
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.position(key, true).is_some()
    }

    /// Sets a key: the value is replaced in place, a new key goes to the end. True if it is new.
    pub(crate) fn set(&mut self, key: Key, value: Node) -> bool {
        if let Some(at) = self.position(&key.text, key.is_text) {
            self.entries[at] = (key, value);
            return false;
        }
        if self.entries.len() == LINEAR {
            self.index = self.entries.iter().enumerate().rev().map(|(at, (key, _))| (key.text.clone(), at)).collect();
        }
        if !self.index.is_empty() {
            self.index.entry(key.text.clone()).or_insert(self.entries.len());
        }
        self.entries.push((key, value));
        true
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &str) {
        if let Some(at) = self.position(key, true) {
            self.entries.remove(at);
            if !self.index.is_empty() {
                self.index =
                    self.entries.iter().enumerate().rev().map(|(at, (key, _))| (key.text.clone(), at)).collect();
            }
        }
    }
}
