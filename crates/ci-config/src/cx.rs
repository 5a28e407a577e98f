//! What every step of one compilation shares.

use crate::expr::{Expr, parse};
use crate::facts::{Facts, Files};
use crate::outcome::Recorder;
use crate::report::Report;
use crate::weight::Budget;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A condition parsed once, however often it is written.
type Parsed = Result<Rc<Expr>, String>;

/// One compilation.
pub(crate) struct Cx<'a> {
    pub(crate) report: Report,
    pub(crate) facts: &'a Facts,
    pub(crate) files: &'a dyn Files,
    /// What rules answered, kept when somebody wants to know.
    pub(crate) outcomes: Recorder,
    /// What the jobs may still weigh.
    pub(crate) budget: Budget,
    /// Files included so far, each time counted.
    pub(crate) included: Cell<usize>,
    /// Bytes that inputs' values took in the places of blocks.
    pub(crate) inserted: Cell<usize>,
    exprs: RefCell<HashMap<Box<str>, Parsed>>,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(facts: &'a Facts, files: &'a dyn Files) -> Self {
        Self {
            report: Report::default(),
            facts,
            files,
            outcomes: Recorder::default(),
            budget: Budget::default(),
            included: Cell::new(0),
            inserted: Cell::new(0),
            exprs: RefCell::new(HashMap::new()),
        }
    }

    /// Parses an expression, or finds it parsed.
    pub(crate) fn expr(&self, text: &str) -> Parsed {
        if let Some(known) = self.exprs.borrow().get(text) {
            return known.clone();
        }
        let parsed = parse(text).map(Rc::new);
        self.exprs.borrow_mut().insert(text.into(), parsed.clone());
        parsed
    }
}
