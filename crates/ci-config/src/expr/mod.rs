//! Expressions of `rules:if` and its kin (CI YAML contract §6).

mod eval;
mod lex;
mod parse;
mod re2;

pub(crate) use eval::Lookup;
pub(crate) use parse::{Expr, parse};
pub(crate) use re2::{Pattern, is_slashed};
