//! Lists: pages, and conditions put together from the filters a caller gave.

use crate::value::Value;
use std::fmt::Write as _;

/// Which part of a list. Both numbers are bounded by whoever reads them from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Most rows to return.
    pub limit: i64,
    /// Rows to skip.
    pub offset: i64,
}

impl Page {
    /// The first rows, at most `limit`.
    pub const fn first(limit: i64) -> Self {
        Self { limit, offset: 0 }
    }
}

/// A part of a list, and how long the whole of it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The part asked for.
    pub items: Vec<T>,
    /// Rows in the whole list; counting stops at [`COUNT_LIMIT`] + 1.
    pub total: i64,
}

impl<T> Listed<T> {
    /// The same with each item changed.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(f).collect(), total: self.total }
    }
}

/// Longer lists are not counted to the end (Jobs API contract §4.1).
pub const COUNT_LIMIT: i64 = 10_000;

/// Parameters of an `IN`, padded to a power of two by repeating the last, so that there are few statements.
pub(crate) fn padded<V: Into<Value> + Copy>(ids: &[V]) -> Vec<V> {
    let mut ids = ids.to_vec();
    if let Some(last) = ids.last().copied() {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

/// Conditions joined by AND, with their parameters numbered in order of appearance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    text: String,
    values: Vec<Value>,
}

impl Filter {
    /// Adds a condition in which each `?` stands for the next of `values`.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.text.push_str(if self.text.is_empty() { " WHERE " } else { " AND " });
        self.push(condition, values);
    }

    /// Adds `column IN (…)`; nothing at all matches an empty list.
    pub(crate) fn and_in<V: Into<Value>>(&mut self, column: &str, values: impl IntoIterator<Item = V>) {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            self.and("1 = 0", []);
        } else {
            let marks = vec!["?"; values.len()].join(", ");
            self.and(&format!("{column} IN ({marks})"), values);
        }
    }

    /// Adds `column NOT IN (…)`, unless there is nothing to leave out.
    pub(crate) fn and_not_in<V: Into<Value>>(&mut self, column: &str, values: impl IntoIterator<Item = V>) {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if !values.is_empty() {
            let marks = vec!["?"; values.len()].join(", ");
            self.and(&format!("{column} NOT IN ({marks})"), values);
        }
    }

    /// Adds text that is no condition (`LIMIT ?`).
    pub(crate) fn push(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        let mut values = values.into_iter();
        for (number, part) in text.split('?').enumerate() {
            if number > 0 {
                self.values.extend(values.next());
                let _ = write!(self.text, "${}", self.values.len());
            }
            self.text.push_str(part);
        }
    }

    /// Adds ` LIMIT … OFFSET …`.
    pub(crate) fn page(&mut self, page: Page) {
        self.push(" LIMIT ? OFFSET ?", [page.limit.into(), page.offset.into()]);
    }

    /// The text so far, beginning with ` WHERE` unless it is empty.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The parameters so far.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `text` anywhere, in lower case.
pub(crate) fn contains(text: &str) -> Value {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Value::Text(format!("%{escaped}%"))
}

#[cfg(test)]
mod tests {
    use super::{Filter, Page, contains};
    use crate::value::Value;

    #[test]
    fn parameters_are_numbered_as_they_come() {
        let mut filter = Filter::default();
        filter.and("a = ? OR b = ?", [1_i64.into(), 2_i64.into()]);
        filter.and_in("c", [3_i64, 4]);
        filter.and_in("d", Vec::<i64>::new());
        filter.page(Page { limit: 5, offset: 6 });
        assert_eq!(filter.text(), " WHERE a = $1 OR b = $2 AND c IN ($3, $4) AND 1 = 0 LIMIT $5 OFFSET $6");
        assert_eq!(filter.values().len(), 6);
    }

    #[test]
    fn a_search_means_its_text() {
        assert_eq!(contains("50%_A"), Value::Text("%50\\%\\_a%".to_owned()));
    }
}
