//! `--graph`: stages as boxes, jobs in them, arrows from what is waited for.

mod dot;
mod mermaid;

use super::options::Language;
use super::rows::{Row, Rows};
use std::collections::HashMap;

/// The drawing's source.
pub(super) fn graph(rows: &Rows, language: Language) -> String {
    let drawing = Drawing::of(rows);
    match language {
        Language::Mermaid => mermaid::write(&drawing),
        Language::Dot => dot::write(&drawing),
    }
}

/// What is drawn.
struct Drawing<'a> {
    /// Name and jobs of each stage; jobs are numbered through.
    stages: Vec<(&'a str, Vec<(usize, &'a Row)>)>,
    /// From job to job, by number; `false` = without artifacts.
    needs: Vec<(usize, usize, bool)>,
    /// From stage to stage, by number.
    stage_order: Vec<(usize, usize)>,
    /// From a stage to a job that waits for it while others of its stage do not.
    job_order: Vec<(usize, usize)>,
}

impl<'a> Drawing<'a> {
    fn of(rows: &'a Rows) -> Self {
        let mut number = 0;
        let mut stages: Vec<(&str, Vec<(usize, &Row)>)> = Vec::new();
        for (stage, jobs) in rows.by_stage() {
            let numbered = jobs.into_iter().map(|job| {
                number += 1;
                (number - 1, job)
            });
            stages.push((stage, numbered.collect()));
        }
        let numbers: HashMap<&str, usize> =
            stages.iter().flat_map(|(_, jobs)| jobs).map(|(number, job)| (job.name.as_str(), *number)).collect();
        let mut drawing = Self { stages, needs: Vec::new(), stage_order: Vec::new(), job_order: Vec::new() };
        for (at, (_, jobs)) in drawing.stages.iter().enumerate() {
            let (waiting, knowing): (Vec<_>, Vec<_>) = jobs.iter().partition(|(_, job)| job.needs.is_none());
            for (number, job) in &knowing {
                for need in job.needs.iter().flatten() {
                    drawing.needs.extend(numbers.get(need.name.as_str()).map(|from| (*from, *number, need.artifacts)));
                }
            }
            let Some(before) = at.checked_sub(1) else { continue };
            if knowing.is_empty() {
                drawing.stage_order.push((before, at));
            } else {
                drawing.job_order.extend(waiting.iter().map(|(number, _)| (before, *number)));
            }
        }
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::Need;
    use super::*;

    fn rows() -> Rows {
        let row = |name: &str, stage: &str, needs: Option<&[&str]>| Row {
            name: name.to_owned(),
            stage: stage.to_owned(),
            when: "on_success".to_owned(),
            needs: needs
                .map(|needs| needs.iter().map(|name| Need { name: (*name).to_owned(), artifacts: true }).collect()),
            ..Row::default()
        };
        Rows {
            stages: ["build", "test", "deploy"].map(str::to_owned).to_vec(),
            jobs: vec![
                row("make \"x\"", "build", None),
                row("unit", "test", None),
                Row { when: "manual".to_owned(), ..row("ship", "deploy", Some(&["make \"x\""])) },
                Row { may_fail: true, is_bridge: true, ..row("tell", "deploy", None) },
                Row { when: "never".to_owned(), ..row("out", "deploy", None) },
            ],
        }
    }

    #[test]
    fn mermaid_has_a_box_for_each_stage() {
        let expected = "\
flowchart LR
  subgraph s0[\"build\"]
    j0[\"make #quot;x#quot;\"]
  end
  subgraph s1[\"test\"]
    j1[\"unit\"]
  end
  subgraph s2[\"deploy\"]
    j2([\"ship\"])
    j3[[\"tell\"]]
  end
  s0 -.-> s1
  s1 -.-> j3
  j0 --> j2
  classDef manual stroke-dasharray: 5 5
  classDef mayFail stroke-dasharray: 1 3
  class j2 manual
  class j3 mayFail
";
        assert_eq!(graph(&rows(), Language::Mermaid), expected);
    }

    #[test]
    fn dot_has_a_cluster_for_each_stage() {
        let text = graph(&rows(), Language::Dot);
        assert!(text.starts_with("digraph pipeline {\n"), "{text}");
        assert!(text.contains("j0 [label=\"make \\\"x\\\"\"];"), "{text}");
        assert!(text.contains("j0 -> j2;") && text.contains("ltail=cluster_0, lhead=cluster_1"), "{text}");
        assert!(!text.contains("out"), "{text}");
    }

    #[test]
    fn nothing_to_draw_is_drawn_all_the_same() {
        assert_eq!(graph(&Rows::default(), Language::Mermaid), "flowchart LR\n");
        assert!(graph(&Rows::default(), Language::Dot).ends_with("}\n"));
    }
}
