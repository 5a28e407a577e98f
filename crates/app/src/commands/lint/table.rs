//! `--list`: one job a line, in columns or as CSV.

use super::paint::{Paint, Tone, columns, harmless};
use super::rows::{Need, Row, Rows};
use std::collections::HashMap;

/// Stands where a column has nothing to say, so that every line has every column.
const NOTHING: &str = "-";

/// Aligned columns; on a terminal the last one is cut at its edge.
pub(super) fn table(rows: &Rows, all: bool, paint: Paint) -> String {
    let shown: Vec<&Row> = rows.jobs.iter().filter(|job| all || job.is_in()).collect();
    let with_environment = shown.iter().any(|job| job.environment.is_some());
    let mut head = vec!["NAME", "STAGE", "WHEN", "MAY FAIL"];
    head.extend(with_environment.then_some("ENVIRONMENT"));
    head.extend(all.then_some("DECIDED BY"));
    head.push("NEEDS");
    let families = Families::of(rows);
    let cells: Vec<Vec<String>> = shown.iter().map(|job| cells(job, &families, with_environment, all)).collect();
    let mut widths: Vec<usize> = head.iter().map(|word| columns(word)).collect();
    for line in &cells {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(columns(cell));
        }
    }
    let head: Vec<String> = head.into_iter().map(str::to_owned).collect();
    let mut text = paint.with(Tone::Strong, &line(&head, &widths, paint)) + "\n";
    for (job, cells) in shown.iter().zip(&cells) {
        let line = line(cells, &widths, paint);
        let tone = match job.when.as_str() {
            "never" => Some(Tone::Faint),
            "manual" | "delayed" => Some(Tone::Warning),
            _ => None,
        };
        text.push_str(&tone.map_or(line.clone(), |tone| paint.with(tone, &line)));
        text.push('\n');
    }
    text
}

fn cells(job: &Row, families: &Families<'_>, environment: bool, all: bool) -> Vec<String> {
    let mut cells = vec![job.name.clone(), job.stage.clone(), job.when.clone(), may_fail(job)];
    cells.extend(environment.then(|| job.environment.clone().unwrap_or_else(|| NOTHING.to_owned())));
    cells.extend(all.then(|| job.why.clone()));
    cells.push(needs(job, families));
    cells.iter().map(|cell| harmless(cell).replace('\t', " ")).collect()
}

fn may_fail(job: &Row) -> String {
    match (job.is_in(), job.may_fail, job.exit_codes.as_slice()) {
        (false, ..) => NOTHING.to_owned(),
        (_, true, _) => "yes".to_owned(),
        (_, false, []) => "no".to_owned(),
        (_, false, codes) => format!("exit {}", codes.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn needs(job: &Row, families: &Families<'_>) -> String {
    match &job.needs {
        None => NOTHING.to_owned(),
        Some(needs) => format!("[{}]", families.shortened(needs).join(", ")),
    }
}

/// Instances of parallel jobs: one word says that all of them are needed.
struct Families<'a> {
    /// Each instance's name in the file.
    base: HashMap<&'a str, &'a str>,
    /// How many instances a name in the file has.
    size: HashMap<&'a str, usize>,
}

impl<'a> Families<'a> {
    fn of(rows: &'a Rows) -> Self {
        let mut families = Self { base: HashMap::new(), size: HashMap::new() };
        for job in rows.jobs.iter().filter(|job| job.is_in()) {
            families.base.insert(&job.name, &job.base_name);
            *families.size.entry(&job.base_name).or_default() += 1;
        }
        families
    }

    fn shortened(&self, needs: &[Need]) -> Vec<String> {
        let base = |need: &Need| self.base.get(need.name.as_str()).copied();
        let mut needed: HashMap<&str, usize> = HashMap::new();
        for name in needs.iter().filter_map(base) {
            *needed.entry(name).or_default() += 1;
        }
        let mut words: Vec<String> = Vec::new();
        for need in needs {
            let whole = base(need).filter(|name| needed.get(name) == self.size.get(name) && needed[name] > 1);
            let word = whole.map_or_else(|| need.name.clone(), |name| format!("{name} ×{}", needed[name]));
            if words.last() != Some(&word) {
                words.push(word);
            }
        }
        words
    }
}

fn joined(needs: &[Need], between: &str) -> String {
    needs.iter().map(|need| need.name.as_str()).collect::<Vec<_>>().join(between)
}

fn line(cells: &[String], widths: &[usize], paint: Paint) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        text.push_str(cell);
        text.push_str(&" ".repeat(width.saturating_sub(columns(cell)) + 2));
    }
    paint.cut(text.trim_end(), 0)
}

/// RFC 4180; needs are separated by `;`, a job that waits for all earlier stages has `*` there.
pub(super) fn csv(rows: &Rows, all: bool) -> String {
    let mut text = "name,stage,when,allow_failure,environment,needs".to_owned();
    text.push_str(if all { ",decided_by\r\n" } else { "\r\n" });
    for job in rows.jobs.iter().filter(|job| all || job.is_in()) {
        let needs = job.needs.as_ref().map_or_else(|| "*".to_owned(), |needs| joined(needs, ";"));
        let codes = job.exit_codes.iter().map(i64::to_string).collect::<Vec<_>>().join(";");
        let allow_failure = if codes.is_empty() { job.may_fail.to_string() } else { codes };
        let environment = job.environment.clone().unwrap_or_default();
        let mut fields =
            vec![job.name.as_str(), &job.stage, &job.when, &allow_failure, environment.as_str(), needs.as_str()];
        fields.extend(all.then_some(job.why.as_str()));
        text.push_str(&fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        let row = |name: &str, when: &str| Row {
            name: name.to_owned(),
            stage: "build".to_owned(),
            when: when.to_owned(),
            why: "no rule matches".to_owned(),
            ..Row::default()
        };
        let needs = vec![Need { name: "build: [a, b]".to_owned(), artifacts: true }];
        Rows {
            stages: vec!["build".to_owned()],
            jobs: vec![
                row("漢字", "on_success"),
                Row { needs: Some(needs), ..row("say \"x\"", "manual") },
                row("out", "never"),
            ],
        }
    }

    #[test]
    fn columns_stand_below_each_other() {
        let expected = "\
NAME     STAGE  WHEN        MAY FAIL  NEEDS
漢字     build  on_success  no        -
say \"x\"  build  manual      no        [build: [a, b]]
";
        assert_eq!(table(&rows(), false, Paint::default()), expected);
    }

    #[test]
    fn all_instances_of_a_job_are_one_need() {
        let row = |name: &str, needs: Option<&[&str]>| Row {
            name: name.to_owned(),
            base_name: name.split(' ').next().unwrap_or_default().to_owned(),
            needs: needs
                .map(|needs| needs.iter().map(|name| Need { name: (*name).to_owned(), artifacts: true }).collect()),
            ..Row::default()
        };
        let all = row("all", Some(&["one", "part 1/2", "part 2/2"]));
        let some = row("some", Some(&["part 1/2"]));
        let rows = Rows {
            jobs: vec![row("one", None), row("part 1/2", None), row("part 2/2", None), all, some],
            ..Rows::default()
        };
        let families = Families::of(&rows);
        assert_eq!(needs(&rows.jobs[3], &families), "[one, part ×2]");
        assert_eq!(needs(&rows.jobs[4], &families), "[part 1/2]");
    }

    #[test]
    fn a_narrow_terminal_cuts_lines_instead_of_wrapping_them() {
        let text = table(&rows(), true, Paint { colour: false, width: Some(30) });
        assert!(text.lines().all(|line| columns(line) <= 30), "{text}");
        assert!(text.contains("out"), "{text}");
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let expected = "name,stage,when,allow_failure,environment,needs\r\n\
            漢字,build,on_success,false,,*\r\n\
            \"say \"\"x\"\"\",build,manual,false,,\"build: [a, b]\"\r\n";
        assert_eq!(csv(&rows(), false), expected);
    }
}
