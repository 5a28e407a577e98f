//! Lists of variables laid over each other.

use crate::plan::Variable;
use std::collections::HashMap;

/// So many variables are looked through one by one.
const LINEAR: usize = 16;

/// Variables over others: of one name the later value in the place of the earlier, others behind.
pub(super) fn override_with(below: Vec<Variable>, above: impl Iterator<Item = Variable>) -> Vec<Variable> {
    let mut list = below;
    let mut index: HashMap<String, usize> = HashMap::new();
    for variable in above {
        if index.is_empty() && list.len() > LINEAR {
            index = list.iter().enumerate().map(|(at, own)| (own.key.clone(), at)).collect();
        }
        let known = if index.is_empty() {
            list.iter().position(|own| own.key == variable.key)
        } else {
            index.get(&variable.key).copied()
        };
        match known {
            Some(at) => list[at] = variable,
            None => {
                if !index.is_empty() {
                    index.insert(variable.key.clone(), list.len());
                }
                list.push(variable);
            }
        }
    }
    list
}
