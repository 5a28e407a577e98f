//! A request's query, taken apart: which operation is meant, with which variables.

use super::fault::Fault;
use super::select::Selector;
use super::types::{Kind, World};
use graphql_parser::query::{Definition, Document, OperationDefinition, SelectionSet, VariableDefinition, parse_query};
use pipewright_http_kit::Params;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Longest query, bytes: GitLab's own limit.
const LONGEST: usize = 10_000;

type Operation<'a> = OperationDefinition<'a, String>;
/// What an operation selects, and its variables.
type Chosen<'a> = (&'a SelectionSet<'a, String>, &'a [VariableDefinition<'a, String>]);

/// The fields that the query asks for, or everything that is wrong with it.
pub(super) fn answer(params: &Params, world: &World) -> Result<Map<String, Value>, Vec<Fault>> {
    let one = |message: &str| vec![Fault::new(message)];
    let text = params
        .text("query")
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| one("No query string was present"))?;
    if text.len() > LONGEST {
        return Err(one("Query too large"));
    }
    let document = parse_query::<String>(text).map_err(|error| one(&error.to_string()))?;
    let (selections, variables) = chosen(&document, params.text("operationName"))?;
    let given = params.get("variables").and_then(Value::as_object);
    let known: HashMap<&str, Value> = variables.iter().filter_map(|variable| value(variable, given)).collect();
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
        Definition::Operation(_) => None,
    });
    Selector::new(world, fragments.collect(), known).answer(Kind::Query, selections)
}

/// The operation by that name, or the only one; only queries are answered.
fn chosen<'a>(document: &'a Document<'a, String>, name: Option<&str>) -> Result<Chosen<'a>, Vec<Fault>> {
    let operations = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Operation(operation) => Some(operation),
        Definition::Fragment(_) => None,
    });
    let operations: Vec<&Operation<'_>> = operations.collect();
    let found = match name.filter(|name| !name.is_empty()) {
        Some(name) => operations.iter().find(|operation| called(operation) == Some(name)),
        None if operations.len() > 1 => None,
        None => operations.first(),
    };
    match found {
        None => Err(vec![Fault::new("An operation name is required, of an operation that is there")]),
        Some(Operation::SelectionSet(set)) => Ok((set, &[])),
        Some(Operation::Query(query)) => Ok((&query.selection_set, &query.variable_definitions)),
        Some(Operation::Mutation(_)) => Err(vec![Fault::new("Schema is not configured for mutations")]),
        Some(Operation::Subscription(_)) => Err(vec![Fault::new("Schema is not configured for subscriptions")]),
    }
}

fn called<'a>(operation: &'a Operation<'_>) -> Option<&'a str> {
    match operation {
        Operation::SelectionSet(_) => None,
        Operation::Query(query) => query.name.as_deref(),
        Operation::Mutation(mutation) => mutation.name.as_deref(),
        Operation::Subscription(subscription) => subscription.name.as_deref(),
    }
}

/// A variable and its value: what was given, else its default. Only yes and no are ever looked at.
fn value<'a>(
    variable: &'a VariableDefinition<'_, String>,
    given: Option<&Map<String, Value>>,
) -> Option<(&'a str, Value)> {
    use graphql_parser::query::Value as Literal;
    let default = match variable.default_value {
        Some(Literal::Boolean(yes)) => Some(Value::Bool(yes)),
        _ => None,
    };
    let value = given.and_then(|given| given.get(&variable.name)).cloned().or(default)?;
    Some((&variable.name, value))
}
