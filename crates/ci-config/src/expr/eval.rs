//! The value of an expression.

use super::parse::Expr;
use super::re2::Pattern;
use std::borrow::Cow;
use std::rc::Rc;

/// Values of variables and inputs.
pub(crate) trait Lookup {
    /// A variable's value; `None` = undefined.
    fn variable(&self, name: &str) -> Option<Cow<'_, str>>;

    /// An input's value (only in `spec:inputs:rules`).
    fn input(&self, _name: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// What a part of an expression is worth.
#[derive(Debug)]
enum Worth<'v> {
    Null,
    Bool(bool),
    Text(Cow<'v, str>),
    Pattern(Rc<Pattern>),
}

impl Worth<'_> {
    /// Ruby's truth inside `&&` and `||`: only null and false are false.
    fn is_truthy(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    /// Ruby's `present?`, asked of the whole expression: blank texts are false too.
    fn is_present(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) => false,
            Self::Text(text) => !text.trim().is_empty(),
            _ => true,
        }
    }

    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Pattern(a), Self::Pattern(b)) => a.source == b.source,
            _ => false,
        }
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Pattern(pattern) => Cow::Borrowed(&pattern.source),
        }
    }
}

impl Expr {
    /// Whether the condition holds.
    pub(crate) fn holds(&self, scope: &dyn Lookup) -> Result<bool, String> {
        Ok(self.worth(scope)?.is_present())
    }

    fn worth<'v>(&'v self, scope: &'v dyn Lookup) -> Result<Worth<'v>, String> {
        Ok(match self {
            Self::Or(left, right) => {
                let left = left.worth(scope)?;
                if left.is_truthy() { left } else { right.worth(scope)? }
            }
            Self::And(left, right) => {
                let left = left.worth(scope)?;
                if left.is_truthy() { right.worth(scope)? } else { left }
            }
            Self::Equal(left, right) => Worth::Bool(left.worth(scope)?.equals(&right.worth(scope)?)),
            Self::NotEqual(left, right) => Worth::Bool(!left.worth(scope)?.equals(&right.worth(scope)?)),
            Self::Match(left, right) => Worth::Bool(matches(left, right, scope)?.unwrap_or(false)),
            Self::NoMatch(left, right) => Worth::Bool(matches(left, right, scope)?.is_none_or(|found| !found)),
            Self::Variable(name) => scope.variable(name).map_or(Worth::Null, Worth::Text),
            Self::Input(name) => scope.input(name).map_or(Worth::Null, Worth::Text),
            Self::Text(text) => Worth::Text(Cow::Borrowed(text)),
            Self::Pattern(pattern) => Worth::Pattern(pattern.clone()),
            Self::Null => Worth::Null,
            Self::Bool(value) => Worth::Bool(*value),
        })
    }
}

/// Whether the left side matches; `None` if there is nothing on the right to match with.
fn matches(left: &Expr, right: &Expr, scope: &dyn Lookup) -> Result<Option<bool>, String> {
    let left = left.worth(scope)?;
    let text = left.text();
    Ok(match right.worth(scope)? {
        Worth::Null | Worth::Bool(false) => None,
        Worth::Bool(true) => Some("true".contains(text.as_ref())),
        Worth::Pattern(pattern) => Some(pattern.is_match(&text)),
        // A text that is no pattern: the left side is looked for in it.
        Worth::Text(source) => Some(if super::re2::is_slashed(&source) {
            Pattern::slashed(&source)?.is_match(&text)
        } else {
            source.contains(text.as_ref())
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    struct Vars;

    impl Lookup for Vars {
        fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
            Some(Cow::Borrowed(match name {
                "EMPTY" => "",
                "FLAG" => "false",
                "A" => "a",
                "BRANCH" => "feature/one",
                "PATTERN" => "/^feature/",
                "N23" => "23",
                "N1234" => "1234",
                "NESTED" => "$A",
                "ARABIC" => "\u{0663}",
                _ => return None,
            }))
        }
    }

    fn holds(text: &str) -> bool {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).holds(&Vars).unwrap()
    }

    #[test]
    fn trap_20_null_is_neither_empty_nor_unequal_to_null() {
        assert!(holds("$UNDEF_A == $UNDEF_B"));
        assert!(!holds("$UNDEF == \"\""));
        assert!(!holds("$EMPTY == null"));
        assert!(holds("$EMPTY == ''"));
        assert!(holds("$UNDEF == null"));
    }

    #[test]
    fn trap_21_a_variable_holds_if_it_is_not_empty() {
        assert!(holds("$FLAG"));
        assert!(!holds("$EMPTY"));
        assert!(!holds("$UNDEF"));
    }

    #[test]
    fn trap_22_patterns_need_two_characters_and_match_anywhere() {
        assert!(parse("$A =~ /./").is_err());
        assert!(holds("$BRANCH =~ /ture/"));
        assert!(holds("$BRANCH =~ /^FEATURE/i"));
        assert!(holds("$BRANCH =~ /feature\\/one$/"));
        assert!(!holds("$BRANCH !~ /ture/"));
        assert!(holds("$BRANCH =~ $PATTERN"));
        assert!(!holds("$BRANCH =~ $UNDEF"));
        assert!(holds("$BRANCH !~ $UNDEF"));
        assert!(!holds("$UNDEF =~ /abc/"));
    }

    #[test]
    fn trap_23_and_binds_tighter_than_or() {
        assert!(holds("$A == 'a' || $A == 'b' && $A == 'c'"));
        assert!(!holds("($A == 'a' || $A == 'b') && $A == 'c'"));
        assert!(holds("$A=='a'&&($UNDEF||$FLAG)"));
    }

    #[test]
    fn trap_24_a_text_that_is_no_pattern_is_searched_for_the_left_side() {
        assert!(holds("$N23 =~ $N1234"));
        assert!(holds("\"23\" =~ \"1234\""));
        assert!(!holds("\"32\" =~ \"1234\""));
    }

    #[test]
    fn operands_are_taken_as_they_are() {
        assert!(!holds("$NESTED == 'a'"));
        assert!(holds("$NESTED == '$A'"));
        // An empty text is true to Ruby's `||`, so the right side is never asked.
        assert!(!holds("$EMPTY || $A"));
        assert!(holds("$UNDEF || $A"));
    }

    #[test]
    fn digits_are_ascii_as_in_re2() {
        assert!(!holds("$ARABIC =~ /^\\d$/"));
    }

    #[test]
    fn what_is_no_expression() {
        for text in [
            "",
            "$",
            "${X}",
            "$A =",
            "$A ==",
            "== $A",
            "$A $B",
            "($A",
            "$A)",
            "'open",
            "%X%",
            "word",
            "/a/",
            "$A =~ /a(/",
            "nullable",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let many = |count: usize| vec!["$A"; count].join(" || ");
        assert!(parse(&many(50)).is_ok(), "99 tokens");
        assert_eq!(parse(&many(51)).unwrap_err(), "Too many tokens!");
        assert_eq!(parse("$A == #").unwrap_err(), "Unknown lexeme found!");
    }
}
