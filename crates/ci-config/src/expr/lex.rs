//! Texts to tokens.

use regex::Regex;
use std::rc::Rc;
use std::sync::LazyLock;

/// One word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Or,
    And,
    Equal,
    NotEqual,
    Match,
    NoMatch,
    Variable(Rc<str>),
    Input(Rc<str>),
    Text(Rc<str>),
    /// `/body/flags`, with the slashes.
    Pattern(Rc<str>),
    Null,
    Bool(bool),
}

/// The loop that reads tokens gives up here.
const MAX_TOKENS: usize = 100;

/// A pattern's extent: at least two characters, no bare slash among them.
static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^/(?:[^/]|\\/)+[^\\]/[ismU]*").ok());

/// Splits an expression. The error is GitLab's.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, &'static str> {
    let mut list = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, used) = next(rest).ok_or("Unknown lexeme found!")?;
        list.push(token);
        if list.len() >= MAX_TOKENS {
            return Err("Too many tokens!");
        }
        rest = rest[used..].trim_start();
    }
    Ok(list)
}

fn next(rest: &str) -> Option<(Token, usize)> {
    for (sign, token) in [
        ("||", Token::Or),
        ("&&", Token::And),
        ("==", Token::Equal),
        ("!=", Token::NotEqual),
        ("=~", Token::Match),
        ("!~", Token::NoMatch),
        ("(", Token::Open),
        (")", Token::Close),
    ] {
        if rest.starts_with(sign) {
            return Some((token, sign.len()));
        }
    }
    match rest.as_bytes()[0] {
        b'$' => dollar(rest),
        quote @ (b'"' | b'\'') => {
            let end = rest[1..].find([char::from(quote), '\n'])?;
            rest[1 + end..].starts_with(char::from(quote)).then(|| (Token::Text(Rc::from(&rest[1..=end])), end + 2))
        }
        b'/' => {
            let found = PATTERN.as_ref()?.find(rest)?;
            Some((Token::Pattern(Rc::from(found.as_str())), found.end()))
        }
        _ => word(rest),
    }
}

fn dollar(rest: &str) -> Option<(Token, usize)> {
    if let Some(inside) = rest.strip_prefix("$[[") {
        let end = inside.find("]]")?;
        let name = inside[..end].trim().strip_prefix("inputs.")?.trim();
        return Some((Token::Input(Rc::from(name)), end + 5));
    }
    let length = rest[1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    (length > 0).then(|| (Token::Variable(Rc::from(&rest[1..=length])), length + 1))
}

fn word(rest: &str) -> Option<(Token, usize)> {
    for (word, token) in [("null", Token::Null), ("true", Token::Bool(true)), ("false", Token::Bool(false))] {
        let ends = |tail: &str| !tail.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if rest.strip_prefix(word).is_some_and(ends) {
            return Some((token, word.len()));
        }
    }
    None
}
