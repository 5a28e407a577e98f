//! Goes through what a query selects: fields, fragments, and whether they are wanted.

use super::fault::Fault;
use super::types::{Field, Kind, World};
use graphql_parser::query::{self, Directive, FragmentDefinition, Selection, SelectionSet, TypeCondition};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Most selections that are looked at: fragments in fragments grow without bound.
const MOST: usize = 2_000;

pub(super) struct Selector<'a> {
    world: &'a World,
    fragments: HashMap<&'a str, &'a FragmentDefinition<'a, String>>,
    variables: HashMap<&'a str, Value>,
    faults: Vec<Fault>,
    looked_at: usize,
    /// The fragments we are in; one cannot be in itself.
    within: Vec<&'a str>,
}

impl<'a> Selector<'a> {
    pub(super) fn new(
        world: &'a World,
        fragments: HashMap<&'a str, &'a FragmentDefinition<'a, String>>,
        variables: HashMap<&'a str, Value>,
    ) -> Self {
        Self { world, fragments, variables, faults: Vec::new(), looked_at: 0, within: Vec::new() }
    }

    /// What is selected of an object, unless something is wrong anywhere.
    pub(super) fn answer(
        mut self,
        kind: Kind,
        set: &'a SelectionSet<'a, String>,
    ) -> Result<Map<String, Value>, Vec<Fault>> {
        let mut found = Map::new();
        self.select(kind, set, &mut vec!["query".to_owned()], &mut found);
        if self.faults.is_empty() { Ok(found) } else { Err(self.faults) }
    }

    fn select(
        &mut self,
        kind: Kind,
        set: &'a SelectionSet<'a, String>,
        path: &mut Vec<String>,
        found: &mut Map<String, Value>,
    ) {
        for item in &set.items {
            self.looked_at += 1;
            if self.looked_at == MOST {
                self.faults.push(Fault::new("Query has complexity beyond what is answered"));
            }
            if self.looked_at >= MOST {
                return;
            }
            match item {
                Selection::Field(field) if self.wanted(&field.directives, path) => self.field(kind, field, path, found),
                Selection::InlineFragment(part)
                    if self.wanted(&part.directives, path) && fits(kind, part.type_condition.as_ref()) =>
                {
                    self.select(kind, &part.selection_set, path, found);
                }
                Selection::FragmentSpread(spread) if self.wanted(&spread.directives, path) => {
                    self.spread(kind, spread, path, found);
                }
                _ => {}
            }
        }
    }

    fn spread(
        &mut self,
        kind: Kind,
        spread: &'a query::FragmentSpread<'a, String>,
        path: &mut Vec<String>,
        found: &mut Map<String, Value>,
    ) {
        let name = spread.fragment_name.as_str();
        let Some(fragment) = self.fragments.get(name).copied() else {
            let what = format!("Fragment {name} was used, but not defined");
            self.faults.push(Fault::at(what, spread.position, path));
            return;
        };
        if self.within.contains(&name) {
            self.faults.push(Fault::at(format!("Fragment {name} contains an infinite loop"), spread.position, path));
            return;
        }
        if fits(kind, Some(&fragment.type_condition)) {
            self.within.push(name);
            self.select(kind, &fragment.selection_set, path, found);
            self.within.pop();
        }
    }

    fn field(
        &mut self,
        kind: Kind,
        field: &'a query::Field<'a, String>,
        path: &mut Vec<String>,
        found: &mut Map<String, Value>,
    ) {
        let (name, at) = (field.name.as_str(), field.position);
        let key = field.alias.clone().unwrap_or_else(|| field.name.clone());
        path.push(key.clone());
        let fault = |message: String, code| Fault::at(message, at, path).of_field(code, kind.name(), name);
        let chosen = &field.selection_set;
        match kind.field(name, self.world) {
            None => {
                let what = format!("Field '{name}' doesn't exist on type '{}'", kind.name());
                self.faults.push(fault(what, "undefinedField"));
            }
            Some(_) if !field.arguments.is_empty() => {
                let argument = &field.arguments[0].0;
                let what = format!("Field '{name}' doesn't accept argument '{argument}'");
                self.faults.push(fault(what, "argumentNotAccepted"));
            }
            Some(Field::Scalar(of, _)) if !chosen.items.is_empty() => {
                let what =
                    format!("Selections can't be made on scalars (field '{name}' returns {of} but has selections)");
                self.faults.push(fault(what, "selectionMismatch"));
            }
            Some(Field::Scalar(_, value)) => {
                found.insert(key, value);
            }
            Some(Field::Object(of, _)) if chosen.items.is_empty() => {
                let what =
                    format!("Field must have selections (field '{name}' returns {} but has no selections)", of.name());
                self.faults.push(fault(what, "selectionMismatch"));
            }
            Some(Field::Object(of, there)) => {
                // A field asked for twice holds what either asks for.
                let mut inner = match found.remove(&key) {
                    Some(Value::Object(earlier)) => earlier,
                    _ => Map::new(),
                };
                self.select(of, chosen, path, &mut inner);
                found.insert(key, if there { Value::Object(inner) } else { Value::Null });
            }
        }
        path.pop();
    }

    /// What `@include` and `@skip` say.
    fn wanted(&mut self, directives: &[Directive<'a, String>], path: &[String]) -> bool {
        directives.iter().all(|directive| {
            let name = directive.name.as_str();
            let condition = directive.arguments.iter().find(|(name, _)| name == "if").map(|(_, value)| value);
            let condition = match condition {
                Some(query::Value::Boolean(yes)) => Some(*yes),
                Some(query::Value::Variable(name)) => self.variables.get(name.as_str()).and_then(Value::as_bool),
                _ => None,
            };
            match (name, condition) {
                ("include", Some(yes)) => yes,
                ("skip", Some(yes)) => !yes,
                ("include" | "skip", None) => {
                    let what = format!("Directive '{name}' needs 'if', a Boolean");
                    self.faults.push(Fault::at(what, directive.position, path));
                    false
                }
                _ => {
                    self.faults.push(Fault::at(format!("Directive @{name} is not defined"), directive.position, path));
                    false
                }
            }
        })
    }
}

/// Whether a fragment is about objects of this type.
fn fits(kind: Kind, condition: Option<&TypeCondition<'_, String>>) -> bool {
    let Some(TypeCondition::On(name)) = condition else { return true };
    // Interfaces of the one object that has any.
    name == kind.name() || (kind == Kind::CurrentUser && matches!(name.as_str(), "User" | "UserInterface"))
}
