//! One job's instances, rules asked for each.

use super::variables::override_with;
use super::{Seeder, policy, rules};
use crate::config::JobEntry;
use crate::config::needs::Needs;
use crate::config::parallel::{Combination, Parallel, matrix_name};
use crate::config::rules::Rule;
use crate::expand::{Expandable, Missing, cycle};
use crate::plan::{Instance, JobPlan, Variable};
use crate::scope::Scope;
use crate::weight;
use crate::yaml::Span;
use pipewright_model::{Need, When};
use std::collections::HashSet;

/// Bytes of a name that a database can still find a row by.
const LONGEST_NAME: usize = 2048;

impl Seeder<'_> {
    /// The instances that rules let in.
    pub(super) fn job(&self, entry: &JobEntry) -> Vec<JobPlan> {
        let weight =
            weight::of_plan(&entry.plan) + weight::of_variables(&self.top) + weight::of_variables(&entry.variables);
        match &entry.parallel {
            None => self.instance(entry, None, weight).into_iter().collect(),
            Some(Parallel::Count(total)) => (1..=*total)
                .filter_map(|index| {
                    self.instance(entry, Some(Instance { index, total: *total, matrix: Vec::new() }), weight)
                })
                .collect(),
            Some(Parallel::Matrix(rows)) => {
                let total = rows.len() as u32;
                let instances = rows.iter().zip(1..).filter_map(|(row, index)| {
                    self.instance(entry, Some(Instance { index, total, matrix: row.clone() }), weight)
                });
                instances.collect()
            }
        }
    }

    /// `weight`: what a copy of the entry's plan weighs.
    fn instance(&self, entry: &JobEntry, instance: Option<Instance>, weight: usize) -> Option<JobPlan> {
        if !self.cx.spend(entry.span, weight) {
            return None;
        }
        let name = match &instance {
            None => entry.name.to_string(),
            Some(one) if one.matrix.is_empty() => format!("{} {}/{}", entry.name, one.index, one.total),
            Some(one) => matrix_name(&entry.name, &one.matrix),
        };
        let mut variables = self.variables(entry, instance.as_ref());
        let own = own_variables(&name, &entry.stage, instance.as_ref());
        let outcome = {
            let scope = Scope::new(self.known, &variables, &own);
            match self.decide(entry, &scope) {
                Ok(outcome) => outcome,
                Err(why) => {
                    let message = format!("Failed to parse rule for {name}: {why}");
                    self.cx.report.plain(None, Some(entry.span), message);
                    return None;
                }
            }
        };
        self.cx.outcomes.job(self.cx, entry, &name, outcome.when, outcome.rule);
        if outcome.when == When::Never {
            return None;
        }
        if let Some(rule) = outcome.rule {
            variables = override_with(variables, rule.variables.iter().cloned());
        }
        let mut plan = entry.plan.clone();
        plan.name = name;
        plan.instance = instance;
        plan.stage.clone_from(&entry.stage);
        plan.stage_index = self.stage_index.get(entry.stage.as_str()).copied().unwrap_or(0);
        outcome.apply(entry, &mut plan);
        self.finish(entry, outcome.rule, &variables, &own, &mut plan);
        plan.variables = variables;
        self.refuse_long_names(entry, &plan);
        Some(plan)
    }

    /// What jobs are found by, once values are put in.
    fn refuse_long_names(&self, entry: &JobEntry, plan: &JobPlan) {
        let group = plan.resource_group.as_deref().unwrap_or_default();
        for (what, text) in [("name", plan.name.as_str()), ("stage", &plan.stage), ("resource_group", group)] {
            if text.len() > LONGEST_NAME {
                let message = format!("jobs:{} {what} is too long (maximum is {LONGEST_NAME} bytes)", entry.name);
                self.cx.report.plain(None, Some(entry.span), message);
            }
        }
    }

    /// Top-level, job's and matrix' variables, later ones in the place of earlier ones.
    fn variables(&self, entry: &JobEntry, instance: Option<&Instance>) -> Vec<Variable> {
        let top = self.top.iter().filter(|variable| entry.inherited.takes(&variable.key)).cloned();
        let matrix = instance.iter().flat_map(|one| &one.matrix);
        let matrix = matrix.map(|(key, value)| Variable { key: key.clone(), value: value.clone(), raw: false });
        override_with(top.collect(), entry.variables.iter().cloned().chain(matrix))
    }

    /// `never`: the job is not in the pipeline.
    fn decide<'e>(&self, entry: &'e JobEntry, scope: &Scope<'_>) -> Result<Outcome<'e>, String> {
        if let Some(list) = &entry.rules {
            let Some(rule) = rules::first_match(list, scope, self.paths)? else {
                return Ok(Outcome { when: When::Never, rule: None });
            };
            let when = rule.when.or(entry.when).unwrap_or(When::OnSuccess);
            return Ok(Outcome { when, rule: Some(rule) });
        }
        let facts = self.cx.facts;
        let allowed = match &entry.only {
            Some(only) => policy::only_holds(only, facts, scope, self.paths)?,
            None => !entry.default_only || policy::is_branch(facts) || facts.tag,
        };
        let barred = match &entry.except {
            Some(except) => policy::except_holds(except, facts, scope, self.paths)?,
            None => false,
        };
        let when = if allowed && !barred { entry.when.unwrap_or(When::OnSuccess) } else { When::Never };
        Ok(Outcome { when, rule: None })
    }

    /// What is expanded or looked up once the variables are known.
    fn finish(
        &self,
        entry: &JobEntry,
        rule: Option<&Rule>,
        variables: &[Variable],
        own: &[(&'static str, String)],
        plan: &mut JobPlan,
    ) {
        let scope = Scope::new(self.known, variables, own);
        for tag in &mut plan.tags {
            *tag = scope.expand(tag, Missing::Keep);
        }
        if let Some(environment) = &mut plan.environment {
            environment.expanded_name = scope.expand(&environment.name, Missing::Blank);
        }
        if let Some(group) = plan.resource_group.take() {
            let group = scope.expand(&group, Missing::Blank);
            plan.resource_group = (!group.is_empty()).then_some(group);
        }
        let needs = rule.and_then(|rule| rule.needs.as_ref()).or(entry.needs.as_ref());
        plan.needs = needs.filter(|needs| !is_mirror(needs)).map(|needs| self.expanded(needs, plan));
        plan.cross_needs = needs.map(|needs| needs.cross.clone()).unwrap_or_default();
        plan.dependencies = entry.dependencies.as_ref().map(|names| {
            names
                .iter()
                .flat_map(|(name, _)| self.instances.get(name.as_str()).cloned().unwrap_or_else(|| vec![name.clone()]))
                .collect()
        });
        if variables.iter().any(|variable| variable.value.contains(['$', '%'])) {
            self.refuse_circles(entry, variables, &plan.name);
        }
    }

    /// Variables that refer to each other in a circle have no value.
    fn refuse_circles(&self, entry: &JobEntry, variables: &[Variable], name: &str) {
        let list: Vec<Expandable> = variables
            .iter()
            .map(|one| Expandable { key: one.key.clone(), value: one.value.clone(), raw: one.raw })
            .collect();
        if let Some(circle) = cycle(&list) {
            self.cx.report.plain(None, Some(entry.span), format!("{name}: {circle}"));
        }
    }

    /// Needs by the names of instances.
    fn expanded(&self, needs: &Needs, plan: &JobPlan) -> Vec<Need> {
        let mut list: Vec<Need> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        for item in &needs.jobs {
            let names = match &item.matrix {
                Some(rows) => {
                    rows.iter().map(|row| matrix_name(&item.name, &self.own_values(row, plan, item.span))).collect()
                }
                None => self.instances.get(item.name.as_str()).cloned().unwrap_or_else(|| vec![item.name.clone()]),
            };
            for name in names {
                if seen.insert(name.clone()) {
                    list.push(Need { name, artifacts: item.artifacts, optional: item.optional });
                }
            }
        }
        list
    }

    /// `$[[ matrix.NAME ]]` in a needed row is this instance's own value.
    fn own_values(&self, row: &Combination, plan: &JobPlan, span: Span) -> Combination {
        let own = plan.instance.as_ref().map_or(&[][..], |instance| &instance.matrix);
        let value = |text: &String| {
            let inside = text.trim().strip_prefix("$[[").and_then(|rest| rest.strip_suffix("]]"));
            let Some(name) = inside.and_then(|inside| inside.trim().strip_prefix("matrix.")) else {
                return text.clone();
            };
            let found = own.iter().find(|(key, _)| key == name.trim());
            found.map_or_else(
                || {
                    let message = format!("{}: matrix.{name} is not in the job's own parallel:matrix", plan.name);
                    self.cx.report.plain(None, Some(span), message);
                    text.clone()
                },
                |(_, value)| value.clone(),
            )
        };
        row.iter().map(|(key, text)| (key.clone(), value(text))).collect()
    }
}

/// A mirror job follows another project's pipeline and is scheduled by stage.
fn is_mirror(needs: &Needs) -> bool {
    needs.cross.iter().any(|need| matches!(need, crate::plan::CrossNeed::Mirror { .. }))
}

/// Predefined variables of the job that rules may ask for.
fn own_variables(name: &str, stage: &str, instance: Option<&Instance>) -> Vec<(&'static str, String)> {
    let mut list = vec![("CI_JOB_NAME", name.to_owned()), ("CI_JOB_STAGE", stage.to_owned())];
    if let Some(instance) = instance {
        list.push(("CI_NODE_INDEX", instance.index.to_string()));
    }
    list.push(("CI_NODE_TOTAL", instance.map_or(1, |instance| instance.total).to_string()));
    list
}

/// What rules decided.
struct Outcome<'e> {
    when: When,
    rule: Option<&'e Rule>,
}

impl Outcome<'_> {
    fn apply(&self, entry: &JobEntry, plan: &mut JobPlan) {
        plan.when = self.when;
        plan.start_in = self.rule.and_then(|rule| rule.start_in).or(entry.start_in);
        if self.when != When::Delayed {
            plan.start_in = None;
        }
        // A manual job without a word is allowed to fail, one made manual by a rule is not (trap 4).
        plan.allow_failure = entry.allow_failure.unwrap_or(entry.when == Some(When::Manual));
        plan.allow_failure_exit_codes.clone_from(&entry.exit_codes);
        if let Some(allow) = self.rule.and_then(|rule| rule.allow_failure) {
            plan.allow_failure = allow;
            plan.allow_failure_exit_codes.clear();
        }
        if let Some(interruptible) = self.rule.and_then(|rule| rule.interruptible) {
            plan.interruptible = Some(interruptible);
        }
    }
}
