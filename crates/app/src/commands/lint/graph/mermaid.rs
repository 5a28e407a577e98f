//! Mermaid's flowcharts.

use super::Drawing;
use std::fmt::Write as _;

/// Dotted arrows are the order of stages, whole ones are needs; a cross at the end: without artifacts.
pub(super) fn write(drawing: &Drawing<'_>) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (at, (stage, jobs)) in drawing.stages.iter().enumerate() {
        let _ = writeln!(text, "  subgraph s{at}[\"{}\"]", escaped(stage));
        for (number, job) in jobs {
            let name = escaped(&job.name);
            let _ = match (job.is_bridge, job.when.as_str()) {
                (true, _) => writeln!(text, "    j{number}[[\"{name}\"]]"),
                (false, "manual" | "delayed") => writeln!(text, "    j{number}([\"{name}\"])"),
                _ => writeln!(text, "    j{number}[\"{name}\"]"),
            };
        }
        text.push_str("  end\n");
    }
    for (from, to) in &drawing.stage_order {
        let _ = writeln!(text, "  s{from} -.-> s{to}");
    }
    for (from, to) in &drawing.job_order {
        let _ = writeln!(text, "  s{from} -.-> j{to}");
    }
    for (from, to, artifacts) in &drawing.needs {
        let _ = writeln!(text, "  j{from} {} j{to}", if *artifacts { "-->" } else { "--x" });
    }
    let jobs = || drawing.stages.iter().flat_map(|(_, jobs)| jobs);
    let named = |wanted: &dyn Fn(&super::Row) -> bool| {
        jobs().filter(|(_, job)| wanted(job)).map(|(number, _)| format!("j{number}")).collect::<Vec<_>>()
    };
    let manual = named(&|job| job.when == "manual" || job.when == "delayed");
    let may_fail = named(&|job| job.may_fail);
    let classes = [("manual", "stroke-dasharray: 5 5", manual), ("mayFail", "stroke-dasharray: 1 3", may_fail)];
    let used = classes.iter().filter(|(_, _, jobs)| !jobs.is_empty());
    for (name, style, _) in used.clone() {
        let _ = writeln!(text, "  classDef {name} {style}");
    }
    for (name, _, jobs) in used {
        let _ = writeln!(text, "  class {} {name}", jobs.join(","));
    }
    text
}

/// Mermaid reads `#name;` and `#number;` in labels, and Markdown in backquotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '"' => escaped.push_str("#quot;"),
            '#' | '<' | '>' | '&' | '`' => {
                let _ = write!(escaped, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
