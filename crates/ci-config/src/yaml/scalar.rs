//! Plain scalars as Psych resolves them: YAML 1.1 with Ruby's exceptions (CI YAML contract §1).

use super::Value;
use std::rc::Rc;

/// What a plain scalar is. `Err` names the Ruby class that GitLab refuses to load.
pub(super) fn resolve(text: &str) -> Result<Value, &'static str> {
    let Some(first) = text.bytes().next() else { return Ok(Value::Null) };
    if !(first.is_ascii_digit() || matches!(first, b'.' | b':' | b'-' | b'+')) {
        return Ok(word(text));
    }
    if let Some(class) = date_class(text) {
        return Err(class);
    }
    if let Some(symbol) = text.strip_prefix(':').filter(|rest| !rest.is_empty()) {
        let symbol = symbol.strip_prefix(['"', '\'']).map_or(symbol, |s| s.strip_suffix(['"', '\'']).unwrap_or(s));
        return Ok(Value::Symbol(Rc::from(symbol)));
    }
    Ok(special_float(text)
        .or_else(|| sexagesimal(text))
        .or_else(|| float(text))
        .or_else(|| integer(text))
        .unwrap_or_else(|| Value::Str(Rc::from(text))))
}

/// Words that mean something; `y` and `n` are texts.
fn word(text: &str) -> Value {
    if text.len() <= 5 {
        if text == "~" || text.eq_ignore_ascii_case("null") {
            return Value::Null;
        }
        if ["yes", "true", "on"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Value::Bool(true);
        }
        if ["no", "false", "off"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Value::Bool(false);
        }
    }
    Value::Str(Rc::from(text))
}

/// `2001-01-01` is a Date, `2001-01-01 10:00:00` a Time: neither may be loaded.
fn date_class(text: &str) -> Option<&'static str> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?;
    let month = parts.next()?;
    let rest = parts.next()?;
    let digits =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) {
        return None;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    if digits(rest, 2) {
        // An impossible date stays a text, as Ruby's parser raises and Psych takes the text.
        let days = match number(month) {
            4 | 6 | 9 | 11 => 30,
            2 => 29,
            1..=12 => 31,
            _ => 0,
        };
        return ((1..=days).contains(&number(rest))).then_some("Date");
    }
    let day_end = rest.find(['T', 't', ' ', '\t'])?;
    let time = rest[day_end + 1..].trim_start();
    let mut clock = time.splitn(3, ':');
    let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
    let seconds_ok = second.len() >= 2 && second.bytes().take(2).all(|byte| byte.is_ascii_digit());
    let tail_ok =
        seconds_ok && second[2..].chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'Z' | '+' | '-' | ':' | ' '));
    (digits(&rest[..day_end], 2) && digits(hour, 2) && minute.len() == 2 && digits(minute, 2) && tail_ok)
        .then_some("Time")
}

fn special_float(text: &str) -> Option<Value> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        ".inf" | "+.inf" => Some(Value::Float(f64::INFINITY)),
        "-.inf" => Some(Value::Float(f64::NEG_INFINITY)),
        ".nan" => Some(Value::Float(f64::NAN)),
        _ => None,
    }
}

/// `1:30` is 5400 and `12:30:45` 45045: two parts count as hours and minutes, a sign belongs to the
/// first part alone.
fn sexagesimal(text: &str) -> Option<Value> {
    let (body, fraction) = match text.split_once('.') {
        Some((body, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') => {
            (body, Some(fraction))
        }
        Some(_) => return None,
        None => (text, None),
    };
    let parts: Vec<&str> = body.split(':').collect();
    if !(2..=3).contains(&parts.len()) || !starts_with_digit(sign(parts[0]).1, "_") {
        return None;
    }
    let minutes = |part: &&str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            && (part.len() == 1 || (part.len() == 2 && part.as_bytes()[0] < b'6'))
    };
    if !parts[1..].iter().all(minutes) {
        return None;
    }
    let weights = [3600_i64, 60, 1];
    let whole = parts
        .iter()
        .zip(weights)
        .try_fold(0_i64, |total, (part, weight)| total.checked_add(leading_integer(part)?.checked_mul(weight)?))?;
    Some(match fraction {
        None => Value::Int(whole),
        Some(fraction) => {
            let digits: String = fraction.chars().take_while(char::is_ascii_digit).collect();
            let part: f64 = format!("0.{digits}0").parse().unwrap_or(0.0);
            Value::Float(whole as f64 + part * weights[parts.len() - 1] as f64)
        }
    })
}

/// Ruby's `to_i`: digits with single `_` between them, and nothing after.
fn leading_integer(text: &str) -> Option<i64> {
    let (negative, body) = sign(text);
    let mut digits = String::new();
    let mut after_digit = false;
    for c in body.chars() {
        match c {
            '_' if after_digit => after_digit = false,
            c if c.is_ascii_digit() => {
                digits.push(c);
                after_digit = true;
            }
            _ => break,
        }
    }
    let number: i64 = digits.parse().ok()?;
    Some(if negative { -number } else { number })
}

/// A float has a point; an exponent needs its sign, so `1e3` and `1.0e3` stay texts.
fn float(text: &str) -> Option<Value> {
    let (_, body) = sign(text);
    let (whole, rest) = body.split_once('.')?;
    if !whole.is_empty() && !starts_with_digit(whole, "_,") {
        return None;
    }
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-'])?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    text.replace(['_', ','], "").parse().ok().map(Value::Float)
}

fn integer(text: &str) -> Option<Value> {
    let (negative, body) = sign(text);
    let all = |digits: &str, good: fn(u8) -> bool| !digits.is_empty() && digits.bytes().all(good);
    let (radix, digits) = if let Some(rest) = body.strip_prefix("0b") {
        (2, all(rest, |b| matches!(b, b'0' | b'1' | b'_' | b',')).then_some(rest)?)
    } else if let Some(rest) = body.strip_prefix("0x") {
        (16, all(rest, |b| b.is_ascii_hexdigit() || matches!(b, b'_' | b',')).then_some(rest)?)
    } else if body.len() > 1 && body.starts_with('0') {
        (8, all(&body[1..], |b| matches!(b, b'0'..=b'7' | b'_' | b',')).then_some(&body[1..])?)
    } else {
        (10, decimal(body).then_some(body)?)
    };
    let clean = digits.replace(['_', ','], "");
    if clean.is_empty() {
        return (radix == 8).then_some(Value::Int(0));
    }
    match i64::from_str_radix(&clean, radix) {
        Ok(number) => Some(Value::Int(if negative { -number } else { number })),
        Err(_) if radix == 10 => Some(Value::Str(Rc::from(format!("{}{clean}", if negative { "-" } else { "" })))),
        Err(_) => None,
    }
}

/// `0`, or digits with single `_` or `,` between them, none leading.
fn decimal(body: &str) -> bool {
    let bytes = body.as_bytes();
    body == "0"
        || (matches!(bytes.first(), Some(b'1'..=b'9'))
            && bytes.last().is_some_and(u8::is_ascii_digit)
            && bytes.windows(2).all(|pair| pair.iter().any(u8::is_ascii_digit))
            && bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b',')))
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn starts_with_digit(text: &str, also: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || also.contains(c))
}

/// A float as Ruby prints it: `1.1`, `1.0`, `1.0e+20`.
pub(crate) fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    let text = value.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match resolve(text) {
            Err(class) => format!("error {class}"),
            Ok(Value::Null) => "null".into(),
            Ok(Value::Bool(value)) => value.to_string(),
            Ok(Value::Int(value)) => value.to_string(),
            Ok(Value::Float(value)) => format!("f{}", float_text(value)),
            Ok(Value::Str(text)) => format!("{text:?}"),
            Ok(Value::Symbol(text)) => format!(":{text}"),
            Ok(_) => unreachable!(),
        }
    }

    /// Rows measured with Psych (CI YAML contract §1).
    #[test]
    fn scalars_resolve_as_psych_does() {
        for (text, expected) in [
            ("yes", "true"),
            ("on", "true"),
            ("No", "false"),
            ("off", "false"),
            ("y", "\"y\""),
            ("n", "\"n\""),
            ("", "null"),
            ("~", "null"),
            ("Null", "null"),
            ("0777", "511"),
            ("012345", "5349"),
            ("0o777", "\"0o777\""),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("1_000", "1000"),
            ("1,000", "1000"),
            ("1e3", "\"1e3\""),
            ("1.0e+3", "f1000.0"),
            ("09", "\"09\""),
            ("1:30", "5400"),
            ("12:30:45", "45045"),
            ("-1:30", "-1800"),
            ("1:99", "\"1:99\""),
            ("1.10", "f1.1"),
            (".5", "f0.5"),
            ("1.", "f1.0"),
            (".", "\".\""),
            ("-", "\"-\""),
            ("+", "\"+\""),
            (":", "\":\""),
            (":sym", ":sym"),
            ("..", "\"..\""),
            ("1.2.3", "\"1.2.3\""),
            ("2001-01-01", "error Date"),
            ("2001-13-01", "\"2001-13-01\""),
            ("2001-01-01 10:00:00", "error Time"),
            ("2001-01-01T10:00:00Z", "error Time"),
            ("1-2", "\"1-2\""),
            ("123456789012345678901234567890", "\"123456789012345678901234567890\""),
            (".inf", "fInfinity"),
            ("php:7", "\"php:7\""),
            ("12a", "\"12a\""),
            ("-x", "\"-x\""),
            ("é", "\"é\""),
        ] {
            assert_eq!(show(text), expected, "{text:?}");
        }
    }

    /// A few thousand scalars, Ruby's own Psych beside ours. Skipped where there is no Ruby.
    #[test]
    fn scalars_agree_with_ruby() {
        const SCRIPT: &str = r#"
            scanner = Psych::ScalarScanner.new(Psych::ClassLoader::Restricted.new(%w[Symbol], []))
            STDIN.each_line(chomp: true) do |line|
              value = begin
                scanner.tokenize(line)
              rescue Psych::DisallowedClass => error
                puts "error #{error.message[/\w+$/]}"
                next
              rescue ArgumentError
                # Ruby itself fails: there is no right answer.
                puts "raises"
                next
              end
              puts case value
                   when String then value.inspect
                   when Symbol then ":#{value}"
                   when Float then "f#{value}"
                   when nil then "null"
                   else value.to_s
                   end
            end
        "#;
        let mut scalars: Vec<String> = Vec::new();
        let mut state: u64 = 0x2545_F491_4F6C_DD1D;
        let alphabet: Vec<char> = "0011223579__..,::+--eExXobyYnNtTfFzZ~ ".chars().collect();
        while scalars.len() < 20_000 {
            let mut text = String::new();
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            for number in 0..=(state >> 60) % 11 {
                let at = (state >> (number * 5)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
                text.push(alphabet[at as usize % alphabet.len()]);
            }
            let text = text.trim().to_owned();
            if !text.is_empty() {
                scalars.push(text);
            }
        }
        let Some(theirs) = crate::ruby::run(SCRIPT, scalars.join("\n")) else { return };
        let mut wrong = Vec::new();
        for (text, theirs) in scalars.iter().zip(theirs.lines()) {
            let ours = show(text);
            if ours != theirs && theirs != "raises" {
                wrong.push(format!("{text:?}: {ours} instead of {theirs}"));
            }
        }
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), scalars.len(), wrong[..wrong.len().min(60)].join("\n"));
    }

    #[test]
    fn floats_print_as_ruby_does() {
        for (value, text) in
            [(1.0, "1.0"), (1.1, "1.1"), (1e20, "1.0e+20"), (1e15, "1000000000000000.0"), (1e-5, "1.0e-05")]
        {
            assert_eq!(float_text(value), text);
        }
    }
}
