//! CI variables and protected refs.

use pipewright_model::{AccessLevel, ProtectedRef, Variable, VariableOwner};
use pipewright_wire::projects::{ProtectedBranch, ProtectedTag, RefAccess, Variable as Shape};

/// A variable; a hidden one without its value.
pub(crate) fn variable(variable: &Variable) -> Shape {
    let scoped = variable.owner != VariableOwner::Instance;
    Shape {
        variable_type: variable.variable_type.as_str().to_owned(),
        key: variable.key.clone(),
        value: (!variable.hidden).then(|| variable.value.clone()),
        hidden: variable.hidden,
        protected: variable.protected,
        masked: variable.masked,
        raw: variable.raw,
        environment_scope: scoped.then(|| variable.environment_scope.clone()),
        description: variable.description.clone(),
    }
}

/// A protected branch.
pub(crate) fn branch(rule: &ProtectedRef) -> ProtectedBranch {
    ProtectedBranch {
        id: rule.id.0,
        name: rule.name.clone(),
        push_access_levels: vec![access(rule, rule.push_level)],
        merge_access_levels: vec![access(rule, rule.merge_level)],
        unprotect_access_levels: Vec::new(),
        allow_force_push: rule.allow_force_push,
        code_owner_approval_required: false,
        inherited: false,
    }
}

/// A protected tag.
pub(crate) fn tag(rule: &ProtectedRef) -> ProtectedTag {
    ProtectedTag { name: rule.name.clone(), create_access_levels: vec![access(rule, rule.push_level)] }
}

fn access(rule: &ProtectedRef, level: AccessLevel) -> RefAccess {
    let words = match level {
        AccessLevel::None => "No one",
        AccessLevel::Developer => "Developers + Maintainers",
        AccessLevel::Admin => "Administrators",
        _ => "Maintainers",
    };
    RefAccess {
        id: rule.id.0,
        access_level: level.number(),
        access_level_description: words.to_owned(),
        user_id: None,
        group_id: None,
        deploy_key_id: None,
    }
}
