//! Graphviz.

use super::Drawing;
use std::fmt::Write as _;

/// Dashed arrows are the order of stages, whole ones are needs.
pub(super) fn write(drawing: &Drawing<'_>) -> String {
    let mut text = "digraph pipeline {\n  rankdir=LR;\n  compound=true;\n  node [shape=box];\n".to_owned();
    for (at, (stage, jobs)) in drawing.stages.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label=\"{}\";", escaped(stage));
        for (number, job) in jobs {
            let mut about = format!("label=\"{}\"", escaped(&job.name));
            if job.is_bridge {
                about.push_str(", shape=box3d");
            }
            if job.when == "manual" || job.when == "delayed" {
                about.push_str(", style=rounded");
            }
            if job.may_fail {
                about.push_str(", color=orange");
            }
            let _ = writeln!(text, "    j{number} [{about}];");
        }
        text.push_str("  }\n");
    }
    // An arrow between boxes is one between any two of their jobs, cut at the boxes' edges.
    let first = |stage: usize| drawing.stages[stage].1[0].0;
    for (from, to) in &drawing.stage_order {
        let (tail, head) = (first(*from), first(*to));
        let _ = writeln!(text, "  j{tail} -> j{head} [style=dashed, ltail=cluster_{from}, lhead=cluster_{to}];");
    }
    for (from, to) in &drawing.job_order {
        let _ = writeln!(text, "  j{} -> j{to} [style=dashed, ltail=cluster_{from}];", first(*from));
    }
    for (from, to, artifacts) in &drawing.needs {
        let _ = writeln!(text, "  j{from} -> j{to}{};", if *artifacts { "" } else { " [arrowhead=empty]" });
    }
    text.push_str("}\n");
    text
}

fn escaped(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
