//! Tokens to a tree: comparisons bind tightest, then `&&`, then `||`.

use super::lex::{Token, tokens};
use super::re2::Pattern;
use std::rc::Rc;

/// A parsed expression.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Or(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Equal(Box<Expr>, Box<Expr>),
    NotEqual(Box<Expr>, Box<Expr>),
    Match(Box<Expr>, Box<Expr>),
    NoMatch(Box<Expr>, Box<Expr>),
    Variable(Rc<str>),
    Input(Rc<str>),
    Text(Rc<str>),
    Pattern(Rc<Pattern>),
    Null,
    Bool(bool),
}

impl Expr {
    /// Whether it asks for an input, which only `spec:inputs:rules` may.
    pub(crate) fn asks_for_inputs(&self) -> bool {
        match self {
            Self::Or(left, right)
            | Self::And(left, right)
            | Self::Equal(left, right)
            | Self::NotEqual(left, right)
            | Self::Match(left, right)
            | Self::NoMatch(left, right) => left.asks_for_inputs() || right.asks_for_inputs(),
            Self::Input(_) => true,
            _ => false,
        }
    }
}

/// Parses an expression. The error says what is wrong in GitLab's words or ours.
pub(crate) fn parse(text: &str) -> Result<Expr, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0 };
    let expr = parser.or()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err("an operator is missing".to_owned()),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expr, String> {
        let mut left = self.and()?;
        while self.take(&Token::Or) {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, String> {
        let mut left = self.comparison()?;
        while self.take(&Token::And) {
            left = Expr::And(Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let mut left = self.value()?;
        loop {
            let build: fn(Box<Expr>, Box<Expr>) -> Expr = match self.peek() {
                Some(Token::Equal) => Expr::Equal,
                Some(Token::NotEqual) => Expr::NotEqual,
                Some(Token::Match) => Expr::Match,
                Some(Token::NoMatch) => Expr::NoMatch,
                _ => return Ok(left),
            };
            self.at += 1;
            left = build(Box::new(left), Box::new(self.value()?));
        }
    }

    fn value(&mut self) -> Result<Expr, String> {
        let token = self.peek().cloned().ok_or_else(|| "the expression ends too early".to_owned())?;
        self.at += 1;
        Ok(match token {
            Token::Open => {
                let inside = self.or()?;
                if !self.take(&Token::Close) {
                    return Err("a `)` is missing".to_owned());
                }
                inside
            }
            Token::Variable(name) => Expr::Variable(name),
            Token::Input(name) => Expr::Input(name),
            Token::Text(text) => Expr::Text(text),
            Token::Pattern(text) => Expr::Pattern(Rc::new(Pattern::slashed(&text)?)),
            Token::Null => Expr::Null,
            Token::Bool(value) => Expr::Bool(value),
            _ => return Err("a value is missing beside an operator".to_owned()),
        })
    }
}
