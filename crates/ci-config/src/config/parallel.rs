//! `parallel`: a number of copies or a matrix of variables (CI YAML contract §7).

use super::field::Field;
use super::variables::simple;
use crate::yaml::{Map, Node, Value};

/// Instances a job may have.
const MAX: usize = 200;

/// One instance's variables in order.
pub(crate) type Combination = Vec<(String, String)>;

/// How a job is multiplied.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Parallel {
    /// `name 1/N` …
    Count(u32),
    /// `name: [a, b]` …
    Matrix(Vec<Combination>),
}

/// Reads a number or `{matrix: […]}`; bridges take a matrix only.
pub(super) fn parallel(field: &Field<'_>, bridge: bool) -> Option<Parallel> {
    match &field.node.value {
        Value::Int(_) if bridge => {
            field.fail("cannot use \"parallel: <number>\".");
            None
        }
        Value::Int(count @ 1..=200) => Some(Parallel::Count(*count as u32)),
        Value::Int(count) if *count < 1 => {
            field.fail("must be greater than or equal to 1");
            None
        }
        Value::Int(_) => {
            field.fail("must be less than or equal to 200");
            None
        }
        Value::Float(_) => {
            field.fail("must be an integer");
            None
        }
        Value::Map(map) => matrix_of(field, map).map(Parallel::Matrix),
        _ => {
            Field { attribute: "", ..*field }.fail("should be an integer or a hash");
            None
        }
    }
}

/// The combinations of `{matrix: […]}`, also under `needs:parallel`.
pub(super) fn matrix_of(field: &Field<'_>, map: &Map) -> Option<Vec<Combination>> {
    super::field::known_keys(field.report, &field.at, map, &["matrix"]);
    let Some(node) = map.get("matrix").filter(|node| !node.is_null()) else {
        field.fail("missing required keys: matrix");
        return None;
    };
    let at = field.at.child("matrix");
    let matrix = Field { report: field.report, at, attribute: "config", node };
    let Some(items) = node.as_seq().filter(|items| items.iter().all(|item| item.as_map().is_some())) else {
        matrix.fail("should be an array of hashes");
        return None;
    };
    let mut combinations = Vec::new();
    for item in items {
        let Some(axes) = item.as_map().and_then(|map| axes(map)) else {
            let text = "should be a hash of key value pairs, value can be an array";
            matrix.report.entry(&matrix.at, item.span, "config", text);
            return None;
        };
        if !product(&axes, &mut combinations) {
            matrix.fail("generates too many jobs (maximum is 200)");
            return None;
        }
    }
    Some(combinations)
}

/// A map's keys with their values; a scalar is a list of one.
fn axes(map: &Map) -> Option<Vec<(String, Vec<String>)>> {
    let scalar = |node: &Node| simple(node).filter(|_| !node.is_null());
    map.iter()
        .map(|(key, node)| {
            let values = match node.as_seq() {
                Some(items) => items
                    .iter()
                    .flat_map(|item| item.as_seq().unwrap_or(std::slice::from_ref(item)))
                    .map(scalar)
                    .collect::<Option<Vec<_>>>()?,
                None => vec![scalar(node)?],
            };
            (!values.is_empty()).then(|| (key.text.to_string(), values))
        })
        .collect()
}

/// Adds the cartesian product, the first key slowest. False past the limit.
fn product(axes: &[(String, Vec<String>)], out: &mut Vec<Combination>) -> bool {
    let total = axes.iter().try_fold(1_usize, |total, (_, values)| total.checked_mul(values.len()));
    let Some(total) = total.filter(|total| out.len() + total <= MAX) else { return false };
    for number in 0..total {
        let mut rest = number;
        let mut row: Combination = Vec::with_capacity(axes.len());
        for (key, values) in axes.iter().rev() {
            row.push((key.clone(), values[rest % values.len()].clone()));
            rest /= values.len();
        }
        row.reverse();
        out.push(row);
    }
    true
}

impl Parallel {
    /// How many instances there are.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Count(count) => *count as usize,
            Self::Matrix(rows) => rows.len(),
        }
    }

    /// Names of the instances of a job.
    pub(crate) fn names(&self, base: &str) -> Vec<String> {
        match self {
            Self::Count(count) => (1..=*count).map(|index| format!("{base} {index}/{count}")).collect(),
            Self::Matrix(rows) => rows.iter().map(|row| matrix_name(base, row)).collect(),
        }
    }
}

/// `job: [v1, v2]`: values only.
pub(crate) fn matrix_name(base: &str, row: &[(String, String)]) -> String {
    let values: Vec<&str> = row.iter().map(|(_, value)| value.as_str()).collect();
    format!("{base}: [{}]", values.join(", "))
}
