//! Reads JUnit's XML as the many programs that write it do.
//!
//! A case counts wherever it is inside a `testsuite` or `testsuites`, however deeply nested. Of several
//! reports of one job each is a document of its own.

use flate2::bufread::GzDecoder;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::Read;

/// Most bytes the reports of one job unpack to; more are not read.
const UNPACKED: u64 = 32 << 20;
/// Most cases of one job.
const MOST_CASES: usize = 50_000;
/// Most bytes kept of what a case printed.
const LONGEST_OUTPUT: usize = 16 << 10;
/// Stands between a message and the text that may take its place.
const BREAK: char = '\0';
/// Deeper nesting is nobody's report.
const DEEPEST: usize = 64;

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Success,
    /// An expectation was not met.
    Failed,
    /// It was not run.
    Skipped,
    /// It broke off.
    Error,
}

/// One case of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// How it ended.
    pub outcome: Outcome,
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub classname: Option<String>,
    /// Where it is written.
    pub file: Option<String>,
    /// Seconds it took.
    pub seconds: f64,
    /// What its failure, error or skip says.
    pub output: Option<String>,
}

/// The cases of an uploaded report: gzip members one after the other, a document each. What is wrong is
/// told as GitLab tells it.
pub(super) fn parse(packed: &[u8]) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    let (mut rest, mut left) = (packed, UNPACKED);
    while !rest.is_empty() {
        let mut member = GzDecoder::new(rest);
        let mut text = Vec::new();
        let read = (&mut member).take(left + 1).read_to_end(&mut text);
        read.map_err(|error| format!("JUnit data parsing failed: {error}"))?;
        left = left.checked_sub(text.len() as u64).ok_or("JUnit data parsing failed: the report is too large")?;
        document(&String::from_utf8_lossy(&text), &mut cases)?;
        rest = member.into_inner();
    }
    Ok(cases)
}

/// What is being read: the case, and the part of it whose text is gathered.
#[derive(Default)]
struct Open {
    depth: usize,
    suites: usize,
    case: Option<(usize, Case)>,
    part: Option<usize>,
}

fn document(text: &str, cases: &mut Vec<Case>) -> Result<(), String> {
    let wrong = |error: &dyn std::fmt::Display| format!("JUnit XML parsing failed: {error}");
    let mut reader = Reader::from_str(text);
    let mut open = Open::default();
    let mut any = false;
    loop {
        match reader.read_event().map_err(|error| wrong(&error))? {
            Event::Start(tag) => {
                any = true;
                open.start(&tag);
                if open.depth > DEEPEST {
                    return Err(wrong(&"elements are nested too deeply"));
                }
            }
            Event::Empty(tag) => {
                any = true;
                open.start(&tag);
                open.end(cases);
            }
            Event::End(_) => open.end(cases),
            Event::Text(part) => open.text(&part.xml10_content().map_err(|error| wrong(&error))?),
            Event::CData(part) => open.text(&part.xml10_content().map_err(|error| wrong(&error))?),
            Event::GeneralRef(name) => {
                let known = match name.resolve_char_ref() {
                    Ok(Some(letter)) => Some(letter),
                    _ => predefined(&name),
                };
                open.text(known.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]));
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if cases.len() > MOST_CASES {
            return Err(format!("JUnit data parsing failed: more than {MOST_CASES} test cases"));
        }
    }
    if open.depth > 0 || !any {
        return Err(wrong(&"the document is not complete"));
    }
    Ok(())
}

fn predefined(name: &[u8]) -> Option<char> {
    Some(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        _ => return None,
    })
}

impl Open {
    fn start(&mut self, tag: &BytesStart<'_>) {
        self.depth += 1;
        let name = tag.local_name();
        match (name.as_ref(), &mut self.case) {
            (b"testsuites" | b"testsuite", None) => self.suites += 1,
            (b"testcase", None) if self.suites > 0 => self.case = Some((self.depth, case(tag))),
            (b"failure" | b"error" | b"skipped", Some((_, case))) if self.part.is_none() => {
                let outcome = match name.as_ref() {
                    b"failure" => Outcome::Failed,
                    b"error" => Outcome::Error,
                    _ => Outcome::Skipped,
                };
                // A failure says more than an error, and both more than a skip.
                if rank(outcome) > rank(case.outcome) {
                    case.outcome = outcome;
                    case.output = attribute(tag, b"message");
                    self.part = Some(self.depth);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, cases: &mut Vec<Case>) {
        if self.part == Some(self.depth) {
            self.part = None;
        }
        if self.case.as_ref().is_some_and(|(depth, _)| *depth == self.depth) {
            cases.extend(self.case.take().map(|(_, case)| settled(case)));
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// Text of a failure stands in place of its message.
    fn text(&mut self, text: &str) {
        let (Some(_), Some((_, case))) = (self.part, &mut self.case) else { return };
        let output = case.output.get_or_insert_default();
        if !output.contains(BREAK) {
            output.push(BREAK);
        }
        let room = (LONGEST_OUTPUT * 2).saturating_sub(output.len());
        output.extend(text.chars().filter(|letter| *letter != BREAK).take(room));
    }
}

/// Puts the text in place of the message where there is any.
fn settled(mut case: Case) -> Case {
    let output = case.output.take().unwrap_or_default();
    let (message, text) = output.split_once(BREAK).unwrap_or((&output, ""));
    let said = if text.trim().is_empty() { message } else { text };
    let end = (0..=said.len().min(LONGEST_OUTPUT)).rev().find(|end| said.is_char_boundary(*end)).unwrap_or(0);
    case.output = Some(said[..end].to_owned()).filter(|said| !said.is_empty());
    case
}

const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Success => 0,
        Outcome::Skipped => 1,
        Outcome::Error => 2,
        Outcome::Failed => 3,
    }
}

fn case(tag: &BytesStart<'_>) -> Case {
    let seconds = attribute(tag, b"time").and_then(|text| text.replace(',', "").trim().parse().ok());
    Case {
        outcome: Outcome::Success,
        name: attribute(tag, b"name").unwrap_or_default(),
        classname: attribute(tag, b"classname"),
        file: attribute(tag, b"file"),
        seconds: seconds.filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0).unwrap_or(0.0),
        output: None,
    }
}

fn attribute(tag: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|found| found.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.chars().filter(|letter| *letter != '\0').take(LONGEST_OUTPUT).collect())
}

#[cfg(test)]
mod tests {
    use super::{Case, LONGEST_OUTPUT, Outcome, parse};
    use std::io::Write;

    fn packed(documents: &[&str]) -> Vec<u8> {
        let member = |text: &&str| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(text.as_bytes()).expect("memory takes it");
            gzip.finish().expect("memory takes it")
        };
        documents.iter().flat_map(member).collect()
    }

    fn read(text: &str) -> Vec<Case> {
        parse(&packed(&[text])).expect("a good report")
    }

    #[test]
    fn every_way_to_end_is_told_apart() {
        let cases = read(
            r#"<?xml version="1.0"?><testsuites><testsuite name="s"><testcase classname="C" name="a&amp;b" time="1,000.5"/>
            <testcase name="f" file="f.c"><failure message="m">at <![CDATA[<line>]]> &#52;&lt;5</failure></testcase>
            <testcase name="e"><error message="only this"/></testcase>
            <testcase name="s"><skipped/><system-out>noise</system-out></testcase></testsuite></testsuites>"#,
        );
        let outcomes: Vec<Outcome> = cases.iter().map(|case| case.outcome).collect();
        assert_eq!(outcomes, [Outcome::Success, Outcome::Failed, Outcome::Error, Outcome::Skipped]);
        assert_eq!(
            (cases[0].name.as_str(), cases[0].seconds, cases[0].classname.as_deref()),
            ("a&b", 1000.5, Some("C"))
        );
        assert_eq!((cases[1].output.as_deref(), cases[1].file.as_deref()), (Some("at <line> 4<5"), Some("f.c")));
        assert_eq!((cases[2].output.as_deref(), cases[3].output.as_deref()), (Some("only this"), None));
    }

    #[test]
    fn suites_nest_and_documents_follow_one_another() {
        let one = "<testsuite><testsuite><testcase name='deep'/></testsuite><testcase name='flat'/></testsuite>";
        let cases = parse(&packed(&[one, "<testsuite><testcase name='other'/></testsuite>"])).expect("two reports");
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["deep", "flat", "other"]);
        assert!(read("<report><testcase name='outside'/></report>").is_empty());
    }

    #[test]
    fn what_is_broken_or_too_much_is_refused_with_a_reason() {
        for text in ["<testsuite><testcase", "<testsuite><testcase></testsuite>", "", "no XML", "<testsuite>"] {
            let why = parse(&packed(&[text])).expect_err(text);
            assert!(why.starts_with("JUnit XML parsing failed: "), "{text}: {why}");
        }
        assert!(parse(b"not gzip").expect_err("no gzip").starts_with("JUnit data parsing failed: "));
        let deep = format!("{}{}", "<testsuite>".repeat(100), "</testsuite>".repeat(100));
        assert!(parse(&packed(&[&deep])).is_err());
        let bomb = " ".repeat(40 << 20);
        assert!(parse(&packed(&[&bomb])).expect_err("a bomb").contains("too large"));
    }

    #[test]
    fn long_output_is_cut() {
        let text = "é".repeat(LONGEST_OUTPUT);
        let cases = read(&format!("<testsuite><testcase name='x'><failure>{text}</failure></testcase></testsuite>"));
        let kept = cases[0].output.as_ref().expect("output").len();
        assert!(kept <= LONGEST_OUTPUT && kept > LONGEST_OUTPUT - 4, "{kept}");
    }
}
